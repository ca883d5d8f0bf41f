"""Receipts of providers: a delivery's state climbs and never falls; one that comes too early is parked and tried again."""

from msgspec import json

from hub.model.events import Receipt, TimerFired
from hub.model.ports import Question
from hub.model.turn import Turn
from hub.model.words import DeliveryState

PARKED_FOR_MS = 60_000
PARKED_AT_MOST = 50
TIMER = "parked receipts"


class Receipts:
    """Finds the delivery a provider's id belongs to and lets its state climb."""

    name = "receipts"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Which deliveries the ids belong to."""
        return tuple(Question(topic="external", key=key) for key in _asked(turn))

    def take(self, turn: Turn) -> Turn:
        """The turn with the receipts it could place; the others parked once."""
        asked = _asked(turn)
        if not asked:
            return turn
        again = isinstance(turn.event.body, TimerFired)
        if again:
            turn = turn.with_record(parked={}).disarm(TIMER)
        parked: dict[str, str] = {}
        for key, state in asked.items():
            found = json.decode(turn.answers.get(f"external/{key}", '""'))
            if found:
                turn = _placed(turn, found, DeliveryState(state))
            elif not again:
                parked[key] = state
            else:
                turn = turn.fact("receipt of an unknown delivery", state=state)
        return _parked(turn, parked).done()


def _asked(turn: Turn) -> dict[str, str]:
    """Question key → state: of the receipt itself, or of those parked when their timer fires."""
    match turn.event.body:
        case Receipt(external_ids=ids, state=state):
            return {f"{turn.record.id}|{turn.event.address}|{id}": state.value for id in ids}  # noqa: A001 - the field's name
        case TimerFired(name=name) if name == TIMER:
            return dict(turn.live.parked)
    return {}


def _placed(turn: Turn, delivery: str, state: DeliveryState) -> Turn:
    from msgspec.structs import replace

    turn = replace(turn, receipts=(*turn.receipts, (delivery, state)))
    return turn.fact("receipt", delivery=delivery, state=state.value)


def _parked(turn: Turn, parked: dict[str, str]) -> Turn:
    if not parked:
        return turn
    kept = dict(list({**turn.live.parked, **parked}.items())[-PARKED_AT_MOST:])
    return turn.with_record(parked=kept).arm(TIMER, turn.now + PARKED_FOR_MS)
