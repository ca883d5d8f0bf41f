"""Turns taken again from the journal, and compared: the same event on the same record must decide the same."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from hub.engine.turns.chain import digest, open_turn, take
from hub.model.base import Value
from hub.model.customers.record import Record
from hub.model.turns.journal import TurnTaken
from hub.model.turns.turn import Step
from hub.store.encoding.codec import decode_record_value


class Difference(Value, frozen=True):
    """A turn that decides otherwise now than when it was taken; `failed`: the error's kind, where a step raised."""

    entry: str
    event: str
    revision: int
    build: str
    was: str
    now: str
    failed: str = ""

    def __str__(self) -> str:
        outcome = f"raises {self.failed}" if self.failed else f"is {self.now}"
        return f"{self.entry} event {self.event} revision {self.revision}: was {self.was} (build {self.build}), {outcome}"


class Replayed(Value, frozen=True):
    """How many turns were compared, which differ, and how many lie before the first record the journal holds."""

    compared: int
    skipped: int
    differences: tuple[Difference, ...] = ()


class _Stand(Struct):
    """Where the replay is: the record before the turn of that revision; None: not known, wait for a snapshot."""

    record: Record | None = None
    revision: int | None = None


def replay(taken: Iterable[TurnTaken], steps: Sequence[Step]) -> Replayed:
    """Take a customer's journalled turns again, in the order of their revisions. Begins at the first turn of all or at a snapshot.

    What questions were answered is in the journal, so nothing is asked. After a gap or a step that raises it goes on at the next
    snapshot; after a mere difference it goes on with what is decided now. Raises Undecodable for a snapshot that cannot be read.
    """
    stand = _Stand()
    differences: list[Difference] = []
    compared = skipped = 0
    for turn in sorted(taken, key=lambda t: t.revision):
        if not _stands(stand, turn):
            skipped += 1
            continue
        compared += 1
        difference = _again(stand, turn, steps)
        if difference:
            differences.append(difference)
    return Replayed(compared=compared, skipped=skipped, differences=tuple(differences))


def _stands(stand: _Stand, turn: TurnTaken) -> bool:
    """Whether the record before this turn is known; a snapshot counts more than what we decided ourselves."""
    if turn.before:
        stand.record, stand.revision = decode_record_value(turn.before), turn.revision
    elif turn.revision == 0:
        stand.record, stand.revision = None, 0
    return stand.revision == turn.revision


def _again(stand: _Stand, turn: TurnTaken, steps: Sequence[Step]) -> Difference | None:
    """Take one turn; the stand is the record after it."""
    sheet = open_turn(
        stand.record,
        turn.event,
        entry=turn.entry,
        clock=turn.now,
        revision=turn.revision,
        more=turn.more,
        answers=turn.answers,
    )
    try:
        sheet = take(steps, sheet)
    except Exception as error:  # noqa: BLE001 - steps are foreign code; that one raises now is what a replay is there to find
        stand.revision = None
        return _difference(turn, now="", failed=type(error).__name__)
    stand.record, stand.revision = sheet.record, turn.revision + 1
    now = digest(sheet)
    return None if now == turn.digest else _difference(turn, now=now)


def _difference(turn: TurnTaken, *, now: str, failed: str = "") -> Difference:
    return Difference(
        entry=turn.entry, event=turn.event.id, revision=turn.revision, build=turn.build, was=turn.digest, now=now, failed=failed
    )
