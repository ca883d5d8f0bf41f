"""Cards of conversations: made of the record and the newest lines, whatever an index says."""

from collections.abc import Iterable, Sequence

from hub.model.address import Address, is_reachable
from hub.model.customers.record import Conversation, Live
from hub.model.inbox.feed import CardLast, CardOwner, ConversationCard
from hub.model.messaging.comments import COMMENT_LINE, SPOKEN, VERB, CommentVerb
from hub.model.messaging.message import Attachment
from hub.model.turns.journal import TimelineEntry
from hub.model.words import ConversationStatus, OwnerKind

LINES_READ = 20
"""Of a customer's newest lines, for the last words and the unanswered ones."""
TEXT_SHOWN = 200

_SPOKEN = frozenset({"message", "note", "draft", COMMENT_LINE})
_SILENT = frozenset({verb.value for verb in CommentVerb} - {verb.value for verb in SPOKEN})
"""What is done to a comment without a word."""
_NOTHING = CardLast(who="", text="", at=0, kind="")


def card_of(record: Live, conversation: Conversation, lines: Sequence[TimelineEntry], *, place: int = 0) -> ConversationCard:
    """The card of one conversation; `lines`: the newest of its customer, oldest first."""
    mine = (line for line in lines if line.conversation == conversation.id)
    spoken = [line for line in mine if line.kind in _SPOKEN and line.detail.get(VERB) not in _SILENT]
    threads = filter(is_reachable, (*conversation.threads, *record.addresses))
    thread = conversation.last_thread or next(threads, Address(channel="", account="", id=""))
    waits = conversation.owner.kind is OwnerKind.QUEUE and conversation.status is ConversationStatus.OPEN
    return ConversationCard(
        customer=record.id,
        conversation=conversation.id,
        name=_known(record, "name") or _known(record, "username"),
        channel=thread.channel,
        account=thread.account,
        owner=CardOwner(kind=conversation.owner.kind, agent=conversation.owner.agent),
        epoch=conversation.epoch,
        status=conversation.status,
        opened=conversation.opened,
        last_word=conversation.last_word,
        waiting_since=(conversation.since or conversation.last_word or conversation.opened) if waits else 0,
        last=_last(spoken),
        unanswered=_unanswered(spoken),
        language=conversation.dialog.get("language") or _known(record, "language") or _known(record, "device_language"),
        place=place,
        post=conversation.post,
    )


def _last(spoken: Sequence[TimelineEntry]) -> CardLast:
    """What somebody said last; what the hub itself says ("you are second in line") tells a colleague nothing of the matter."""
    line = next((line for line in reversed(spoken) if line.who != "system"), spoken[-1] if spoken else None)
    if line is None:
        return _NOTHING
    text = line.text or ", ".join(dict.fromkeys(f"[{one.kind.value}]" for one in _media(line)))
    return CardLast(who=line.who, text=text[:TEXT_SHOWN], at=line.at, kind=line.kind)


def _media(line: TimelineEntry) -> Iterable[Attachment]:
    return line.attachments or (line.message.attachments if line.message else ())


def _unanswered(spoken: Sequence[TimelineEntry]) -> int:
    """The customer's lines since somebody of ours spoke to them; a note is not said to them."""
    count = 0
    for line in reversed(spoken):
        if line.kind in {"message", COMMENT_LINE} and line.who == "customer":
            count += 1
        elif line.kind == "message" and line.who != "system":
            break
    return count


def _known(record: Live, name: str) -> str:
    fact = record.profile.get(name)
    return fact.value if fact else ""
