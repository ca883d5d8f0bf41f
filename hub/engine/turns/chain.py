"""Taking a turn: the steps in their order over one sheet, pure from end to end."""

from collections.abc import Sequence
from hashlib import blake2b

from msgspec import msgpack
from msgspec.structs import replace

from hub.model.channels.ports import Question
from hub.model.customers.record import Asleep, Erased, Live, Moved, Record
from hub.model.events.event import Event, TimerFired
from hub.model.subject import subject_id
from hub.model.turns.turn import Step, Turn
from hub.store.encoding.codec import stamped

_encode = msgpack.Encoder(order="deterministic").encode


def open_turn(
    record: Record | None, event: Event, *, entry: str, clock: int, revision: int, more: bool = False, answers: dict[str, str] | None = None
) -> Turn:
    """The empty sheet: `now` never falls behind the record's last turn; a customer not known yet begins here."""
    now = max(clock, record.turned if record else 0)
    known = stamped(record or Live(id=subject_id(event.subject), created=now))
    return Turn(record=replace(known, turned=now), event=event, entry=entry, now=now, revision=revision, more=more, answers=answers or {})


def questions(steps: Sequence[Step], turn: Turn) -> tuple[Question, ...]:
    """What must be asked before the turn can be taken."""
    if _outdated(turn) or not isinstance(turn.record, (Live, Moved)):
        return ()
    # A tombstone is the first step's matter alone, as in `take`.
    asking = steps if isinstance(turn.record, Live) else steps[:1]
    return tuple(question for step in asking for question in step.needs(turn))


def take(steps: Sequence[Step], turn: Turn) -> Turn:
    """Take the turn: each step reads and writes the sheet."""
    if _outdated(turn):
        return turn.fact("outdated timer").done()
    for step in steps:
        turn = step.take(turn)
        if isinstance(turn.record, (Moved, Erased, Asleep)):
            break
    return turn


def _outdated(turn: Turn) -> bool:
    """Whether the event is a timer's that was set anew or cancelled since: it is nothing."""
    record, body = turn.record, turn.event.body
    if not isinstance(body, TimerFired):
        return False
    armed = record.timers.get(body.name) if isinstance(record, Live) else None
    # A tombstone's timers went with its record; a forwarded firing would only be taken for one of the other customer's.
    return armed is None or armed.generation != body.generation


def digest(turn: Turn) -> str:
    """A short fingerprint of all that a turn decided, by which a replay is compared; in which version it is stored is no decision."""
    outcome = (
        replace(turn.record, v=1),
        turn.deliveries,
        turn.rescued,
        turn.receipts,
        turn.forwards,
        turn.facts,
        turn.timeline,
        turn.verdicts,
    )
    return blake2b(_encode(outcome), digest_size=8).hexdigest()
