"""What journal entries mean to consoles: pure, and cheap for the many that concern nobody."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from msgspec import DecodeError, Struct, field, msgpack
from msgspec.structs import replace

from hub.model.inbox.feed import Line
from hub.model.turns.journal import Change, DeliveryMoved, JournalEntry, TurnTaken
from hub.model.turns.turn import OWNER_CHANGED
from hub.model.words import DeliveryState
from hub.store.encoding.codec import Undecodable, decode_journal
from hub.store.mailboxes.journals import Entry

_ALWAYS = frozenset({OWNER_CHANGED, "conversation resolved", "merged", "customer erased"})
_COMMENTS = frozenset({"comment", "comment changed", "comment act"})


class Interest(Struct, frozen=True):
    """Whom consoles look at (pieces of merged customers too), who is with people, and whether every conversation or comment counts."""

    looked: AbstractSet[str]
    hot: AbstractSet[str]
    everything: bool
    comments: bool = False


class Gone(Struct, frozen=True):
    """A customer who is no more: merged into `to`, or ('') forgotten."""

    customer: str
    to: str


class Digest(Struct):
    """What happened. `was`: dirty customer → who had one of their conversations before; lines and moves only of whom is looked at."""

    was: dict[str, set[str]] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    moves: dict[str, list[DeliveryMoved]] = field(default_factory=dict)
    owners: bool = False

    @property
    def empty(self) -> bool:
        """Whether nobody needs to be told anything."""
        return not (self.was or self.gone or self.lines or self.moves)


class _Peek(Struct, frozen=True):
    """Of an entry what tells whether it concerns anybody; the rest is passed over undecoded."""

    kind: str
    customer: str = ""
    facts: tuple[Change, ...] = ()


_peek = msgpack.Decoder(_Peek).decode


def digest(entries: Iterable[Entry], interest: Interest) -> Digest:
    """What these entries, in their order, mean to whoever has that interest."""
    told, looked = Digest(), set(interest.looked)
    for entry in entries:
        try:
            peek = _peek(entry.blob)
        except DecodeError:
            continue  # The archive keeps it as it is, and says so.
        _note(told, peek, interest)
        # Who looks at a merged customer looks at where they are now, from the merge's own line on.
        looked.update(gone.to for gone in told.gone if gone.customer in looked and gone.to)
        if peek.customer in looked:
            _tell(told, entry.blob)
    return told


def _note(told: Digest, peek: _Peek, interest: Interest) -> None:
    """Whose cards changed, and who is gone."""
    if peek.kind != "turn":
        return
    if peek.customer in interest.hot or peek.customer in interest.looked or interest.everything:
        told.was.setdefault(peek.customer, set())
    for fact in peek.facts:
        if interest.comments and fact.name in _COMMENTS:
            told.was.setdefault(peek.customer, set())
        if fact.name not in _ALWAYS:
            continue
        told.owners = True
        was = told.was.setdefault(peek.customer, set())
        if fact.name == OWNER_CHANGED:
            was.add(fact.detail.get("was", ""))
        elif fact.name == "merged":
            told.gone.append(Gone(fact.detail.get("younger", ""), peek.customer))
        elif fact.name == "customer erased":
            told.gone.append(Gone(peek.customer, ""))


def _tell(told: Digest, blob: bytes) -> None:
    """The lines of somebody looked at, and what became of their deliveries."""
    try:
        entry: JournalEntry = decode_journal(blob)
    except Undecodable:
        return
    if isinstance(entry, TurnTaken) and entry.timeline:
        state = {True: DeliveryState.QUEUED, False: None}
        fresh = [Line(entry=line, state=state[bool(line.delivery and line.kind == "message")]) for line in entry.timeline]
        told.lines.setdefault(entry.customer, []).extend(fresh)
    elif isinstance(entry, DeliveryMoved):
        _move(told, entry)


def _move(told: Digest, moved: DeliveryMoved) -> None:
    """Into its line, where that is told in the same breath; else by itself."""
    lines = told.lines.get(moved.customer, [])
    for place, line in enumerate(lines):
        if line.entry.delivery == moved.delivery and line.entry.kind == "message":
            lines[place] = replace(
                line, state=moved.state, reason=moved.reason, code=moved.code, external_ids=moved.external_ids or line.external_ids,
                failure=moved.failure,
            )  # fmt: skip
            return
    told.moves.setdefault(moved.customer, []).append(moved)
