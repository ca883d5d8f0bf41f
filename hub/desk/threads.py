"""Which conversation a word belongs to, what it tells of the customer, and its line on the timeline."""

from msgspec.structs import replace

from hub.engine.rendering.degrade import understand
from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Fact
from hub.model.customers.trust import counts
from hub.model.events.event import Deleted, Edited, Event, Noted, OptedOut, Reacted, Said, Started
from hub.model.ids import derived_id
from hub.model.text.folding import plain
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus

RESOLVED_KEPT = 5
"""Closed conversations a record remembers; the archive has all."""


class Threads:
    """Joins a word to the open conversation of its thread, else to the customer's latest open one, else begins a new one."""

    name = "threads"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        del turn
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the word in its place."""
        event, body = turn.event, turn.event.body
        if event.address and isinstance(body, (Said, Started)):
            turn = _known(turn, event.address, body)
            turn, conversation = join(turn, event.address, said=body if isinstance(body, Said) else None)
            return _heard(turn, event, conversation)
        match body:
            case Edited():
                return turn.note("edit", "customer", body.text, external_id=body.target, address=event.address).done()
            case Deleted():
                return turn.note("delete", "customer", external_id=body.target, address=event.address).done()
            case Reacted():
                sign = "" if body.removed else body.emoji
                return turn.note("reaction", "customer", sign, external_id=body.target, address=event.address).done()
            case Noted():
                return turn.note("fact", "system", f"{body.name} {body.detail}".strip(), address=event.address).done()
            case OptedOut():
                return turn.note("fact", "system", "opted out", address=event.address)
        return turn


def join(turn: Turn, address: Address, *, said: Said | None = None) -> tuple[Turn, Conversation]:
    """The turn with the conversation this address speaks in; a new one where none is open.

    A letter with a subject speaks in the one it answers or that of its subject, and begins its own where there is none. A letter is
    answered by its name, a word in a thread there.
    """
    open_ones = [c for c in turn.live.conversations if c.status is ConversationStatus.OPEN and c.post is None]
    letter = said if said and said.letter else None
    own = letter is not None and bool(letter.subject or letter.conversation)
    found = _by_matter(open_ones, letter, address) if letter and own else _by_thread(open_ones, address)
    if found is None:
        found = Conversation(id=derived_id("co", turn.entry, 0), opened=turn.now, subject=letter.subject if letter else "")
        turn = turn.fact("conversation opened", conversation=found.id)
    threads = found.threads if address in found.threads else (*found.threads, address)
    found = replace(found, threads=threads, last_thread=address, last_word=turn.now, letter=_under(said))
    return _forget_oldest(turn).with_conversation(found), found


def _under(said: Said | None) -> str:
    """What an answer to this word names as what it answers."""
    if said is None:
        return ""
    return said.external_id if said.letter else said.thread


def _by_thread(open_ones: list[Conversation], address: Address) -> Conversation | None:
    own = [c for c in open_ones if address in c.threads]
    return next(reversed(own or open_ones), None)


def _by_matter(open_ones: list[Conversation], letter: Said, address: Address) -> Conversation | None:
    """The one the letter answers, else that of its subject; only the writer's own are looked at, so a made-up id leads nowhere.

    An answer to a letter of no conversation (an advertisement, a notice) speaks in the one that is open.
    """
    answered = [c for c in open_ones if letter.conversation and c.id == letter.conversation]
    alike = [c for c in open_ones if c.subject and plain(c.subject) == plain(letter.subject)]
    found = next(reversed(answered or alike), None)
    return _by_thread(open_ones, address) if found is None and letter.in_reply_to and not letter.conversation else found


def _forget_oldest(turn: Turn) -> Turn:
    closed = [c.id for c in turn.live.conversations if c.status is ConversationStatus.RESOLVED]
    gone = set(closed[:-RESOLVED_KEPT])
    return turn.with_record(conversations=tuple(c for c in turn.live.conversations if c.id not in gone)) if gone else turn


def _known(turn: Turn, address: Address, body: Said | Started) -> Turn:
    """What the word tells of who speaks: an address, a name, a language."""
    record = turn.live
    told = {"name": body.name, "username": body.username, "device_language": body.language}
    facts = {key: Fact(value=value, source=address.channel, at=turn.now) for key, value in told.items() if value}
    fresh = {key: fact for key, fact in facts.items() if _is_new(record.profile.get(key), fact)}
    if fresh:
        turn = turn.with_record(profile={**record.profile, **fresh})
    if address not in record.addresses:
        turn = turn.with_record(addresses=(*record.addresses, address))
    return turn


def _is_new(known: Fact | None, told: Fact) -> bool:
    return (known is None or known.value != told.value) and counts(known, told)


def _heard(turn: Turn, event: Event, conversation: Conversation) -> Turn:
    body = event.body
    if isinstance(body, Started):
        return turn.note("fact", "customer", "started", conversation=conversation.id, address=event.address).fact(
            "conversation started", ref=body.ref
        )
    if not isinstance(body, Said):
        return turn
    if conversation.offered and not any(body.payload and body.payload == offered.payload for offered in conversation.offered):
        # A control may carry no more than a label or a number, where its payload was too long for the channel.
        chosen = understand(body.text, conversation.offered) or (understand(body.payload, conversation.offered) if body.payload else None)
        if chosen:
            turn = replace(turn, event=replace(event, body=replace(body, payload=chosen.payload or chosen.title)))
    return turn.note(
        "message",
        "customer",
        body.text,
        conversation=conversation.id,
        address=event.address,
        external_id=body.external_id,
        attachments=body.attachments,
    ).fact("message received", conversation=conversation.id, channel=event.address.channel if event.address else "")
