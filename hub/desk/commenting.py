"""Comments under the shop's posts: a conversation of their own, a number in public hidden, what agents do to one."""

from collections.abc import Mapping

from msgspec import DecodeError, json
from msgspec.structs import replace

from hub.desk.ownership import grant, places, refuse
from hub.engine.turns.comments import acted, found, joined, undone, with_comment, words
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Fact, Live, Owner
from hub.model.customers.trust import counts
from hub.model.events.agents import CommentAsked
from hub.model.events.event import Commented, DeliveryEnded
from hub.model.failure import Failure
from hub.model.messaging.comments import (
    COMMENT_LINE,
    PHONE_RULE,
    POST_LINE,
    SPOKEN,
    CommentAct,
    CommentVerb,
    KeptComment,
    Post,
    private_until,
)
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.text.phone_numbers import phone_numbers
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus, DeliveryState, Origin, OwnerKind

TOPIC = "post"
"""What somebody comments under. Key: the commenter's address, a bar, the post's id; answer: a Post as JSON, or null."""

HIDES = "hides"
"""Whether an account hides numbers for all to read. Key: channel/account; answer: true or false, and yes where nobody answers."""

_LONGEST_POST = 500
_LONGEST_DETAIL = 200
_UNSENT = frozenset((DeliveryState.DRAFT.value, DeliveryState.FAILED.value, DeliveryState.WITHDRAWN.value))


class _State(Value, frozen=True):
    state: str


class Commenting:
    """Keeps comments apart from what is said in private.

    `verbs`: what each kind of channel can do to one.
    """

    name = "commenting"

    def __init__(self, verbs: Mapping[str, frozenset[CommentVerb]] | None = None) -> None:
        self._verbs = verbs or {}

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """What a comment stands under, where its customer has no open conversation there yet; how far a private answer came."""
        body, address = turn.event.body, turn.event.address
        if not isinstance(turn.record, Live):
            return ()
        if isinstance(body, CommentAsked):
            known = found(turn.record, body.comment, body.conversation)
            given = known[1].private if known and body.verb is CommentVerb.PRIVATE else ""
            return tuple(Question(topic="delivery", key=key) for key in places(turn, given)) if given else ()
        if not isinstance(body, Commented) or address is None:
            return ()
        hides = (Question(topic=HIDES, key=_account(address)),) if phone_numbers(body.text) else ()
        mine = any(c.post and c.post.id == body.post and c.status is ConversationStatus.OPEN for c in turn.record.conversations)
        known_post = mine or body.verb != "add" or not body.post
        return hides if known_post else (Question(topic=TOPIC, key=_place(address, body)), *hides)

    def take(self, turn: Turn) -> Turn:
        """The turn with the comment in its place, or with what was asked for done or refused."""
        if not isinstance(turn.record, Live):
            return turn
        match turn.event.body:
            case Commented(verb="add") as comment if turn.event.address:
                return self._added(turn, comment, turn.event.address).done()
            case Commented() as comment if turn.event.address:
                return self._changed(turn, comment, turn.event.address).done()
            case CommentAsked() as asked:
                return self._asked(turn, asked)
            case DeliveryEnded(state=DeliveryState.FAILED, failure=failure, delivery=delivery) if failure != Failure.DUPLICATE:
                return undone(turn, delivery)
        return turn

    def _added(self, turn: Turn, comment: Commented, address: Address) -> Turn:
        if found(turn.live, comment.comment):
            return turn
        post = _post(turn, comment, address)
        turn, home = joined(_named(turn, comment, address), address, post)
        if home.opened == turn.now and not home.comments:
            turn = _with_preview(turn, post, address, home)
        kept = KeptComment(id=comment.comment, at=_written(turn))
        turn = with_comment(turn, home.id, kept).note(
            COMMENT_LINE, "customer", comment.text, address=address, conversation=home.id, external_id=comment.comment,
            attachments=comment.attachments, detail=_told(comment),
        )  # fmt: skip
        turn = turn.fact("comment", post=comment.post, verb=comment.verb, conversation=home.id)
        return self._guarded(turn, comment, address)

    def _changed(self, turn: Turn, comment: Commented, address: Address) -> Turn:
        """An earlier comment was reworded or taken back, or somebody hid or showed it at the provider."""
        known = found(turn.live, comment.comment)
        turn = turn.fact("comment changed", post=comment.post, verb=comment.verb)
        if comment.verb == "edited":
            return self._guarded(_line(turn, "edit", comment, address), comment, address)
        if comment.verb == "remove":
            turn = _line(turn, "delete", comment, address)
            return with_comment(turn, known[0].id, replace(known[1], removed=True)) if known else turn
        hidden = comment.verb == "hide"
        if known is None or known[1].hidden is hidden:
            return turn
        turn = _line(turn, "fact", comment, address, text="comment hidden there" if hidden else "comment shown there")
        return with_comment(turn, known[0].id, replace(known[1], hidden=hidden, rule=""))

    def _guarded(self, turn: Turn, comment: Commented, address: Address) -> Turn:
        """A number for all to read is hidden at once: whoever gathers them reads along."""
        known = found(turn.live, comment.comment)
        may = (
            CommentVerb.HIDE in self._verbs.get(address.channel, frozenset())
            and turn.answers.get(f"{HIDES}/{_account(address)}") != "false"
        )
        if not may or known is None or known[1].hidden or not phone_numbers(comment.text):
            return turn
        act = CommentAct(verb=CommentVerb.HIDE, comment=comment.comment)
        return acted(turn, act, home=known[0], to=address, origin=Origin.SYSTEM, who="system", rule=PHONE_RULE)

    def _asked(self, turn: Turn, asked: CommentAsked) -> Turn:
        known = found(turn.live, asked.comment, asked.conversation)
        home = known[0] if known else turn.conversation(asked.conversation) if asked.conversation else None
        to = home.last_thread if home else None
        if home is None or home.post is None or to is None:
            return refuse(turn, "no_conversation", "This comment is not this customer's, or was closed long ago.")
        if home.owner.kind is OwnerKind.AGENT and home.owner.agent != asked.agent:
            return refuse(turn, "taken", f"{home.owner.agent} has this conversation.", owner=home.owner.agent)
        code, sentence = _refusal(turn, asked, known[1] if known else None, self._verbs.get(to.channel, frozenset()))
        if code:
            return refuse(turn, code, sentence)
        me = Owner(kind=OwnerKind.AGENT, agent=asked.agent)
        if asked.verb in SPOKEN and home.owner != me and home.status is ConversationStatus.OPEN:
            turn, home = turn.hand_over(home, me)
        act = CommentAct(verb=asked.verb, comment=asked.comment, message=words(asked.text if asked.verb in SPOKEN else ""))
        return grant(acted(turn, act, home=home, to=to, origin=Origin.AGENT, who=f"agent:{asked.agent}"), home)


def _line(turn: Turn, kind: str, comment: Commented, address: Address, *, text: str = "") -> Turn:
    """The turn with a line about an earlier comment."""
    known = found(turn.live, comment.comment)
    who = "system" if kind == "fact" else "customer"
    conversation = known[0].id if known else ""
    return turn.note(kind, who, text or comment.text, address=address, external_id=comment.comment, conversation=conversation)


def _refusal(turn: Turn, asked: CommentAsked, kept: KeptComment | None, verbs: frozenset[CommentVerb]) -> tuple[str, str]:
    """Why it cannot be done, as a code and a sentence; empty where it can."""
    if asked.verb not in verbs:
        return "comment_unsupported", "This channel's provider lets nobody do that to a comment."
    if kept and kept.removed:
        return "comment_removed", "The customer has taken this comment back."
    if asked.verb in SPOKEN and not asked.text.strip():
        return "comment_empty", "Write what to answer."
    if asked.verb is not CommentVerb.PRIVATE:
        return "", ""
    if kept is None:
        return "comment_old", "This comment is too long ago to be answered in private; take a newer one of this customer's."
    if kept.private and _sent(turn, kept.private):
        return "comment_answered", "This comment has had its one private answer; it takes no second one."
    if turn.now > private_until(kept):
        return "comment_closed", "A comment takes a private answer for seven days; these are over. Answer it in public."
    return "", ""


def _sent(turn: Turn, delivery: str) -> bool:
    """Whether a private answer went out, or may have: a draft, and one that failed, did not."""
    for key in places(turn, delivery):
        told = json.decode(turn.answers.get(f"delivery/{key}", "null"), type=_State | None)
        if told is not None:
            return told.state not in _UNSENT
    return True


def _account(address: Address) -> str:
    return f"{address.channel}/{address.account}"


def _place(address: Address, comment: Commented) -> str:
    return f"{address}|{comment.post}"


def _post(turn: Turn, comment: Commented, address: Address) -> Post:
    """What the provider told when it was asked, else what came with the comment."""
    try:
        told = json.decode(turn.answers.get(f"{TOPIC}/{_place(address, comment)}", "null"), type=Post | None)
    except DecodeError:
        told = None
    told = told or Post(id=comment.post)
    return replace(told, id=comment.post, text=told.text[:_LONGEST_POST], url=told.url or comment.url, live=comment.live or told.live)


def _with_preview(turn: Turn, post: Post, address: Address, home: Conversation) -> Turn:
    """The turn with a line at the head of the thread that shows what it is under; the picture is fetched as a customer's would be."""
    pieces = (Attachment(kind=MediaKind.IMAGE, url=post.picture),) if post.picture else ()
    detail = {"post": post.id, **({"url": post.url} if post.url else {}), **({"live": "yes"} if post.live else {})}
    return turn.note(POST_LINE, "system", post.text, address=address, conversation=home.id, attachments=pieces, detail=detail)


def _told(comment: Commented) -> dict[str, str]:
    detail = {"post": comment.post, "comment": comment.comment, "verb": comment.verb, "parent": comment.parent, "url": comment.url}
    return {name: value[:_LONGEST_DETAIL] for name, value in detail.items() if value} | ({"live": "yes"} if comment.live else {})


def _written(turn: Turn) -> int:
    """When it was written by the provider's clock, from which the private answer's days count; never the future."""
    return turn.event.at if 0 < turn.event.at <= turn.now else turn.now


def _named(turn: Turn, comment: Commented, address: Address) -> Turn:
    """The turn with who comments: an address, a name."""
    record = turn.live
    if address not in record.addresses:
        turn = turn.with_record(addresses=(*record.addresses, address))
    fact = Fact(value=comment.name, source=address.channel, at=turn.now)
    known = record.profile.get("name")
    if not comment.name or (known and known.value == comment.name) or not counts(known, fact):
        return turn
    return turn.with_record(profile={**record.profile, "name": fact})
