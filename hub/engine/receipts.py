"""Receipts of providers: a delivery's state climbs and never falls; one that comes too early is parked and tried again."""

from msgspec import json
from msgspec.structs import replace

from hub.model.address import Address
from hub.model.base import Value
from hub.model.delivery import climbs
from hub.model.events import DeliveryEnded, Event, Receipt, TimerFired
from hub.model.failure import Failure
from hub.model.ids import derived_id
from hub.model.journal import DeliveryMoved
from hub.model.ports import Question
from hub.model.record import Live
from hub.model.subject import customer_subject
from hub.model.turn import Turn
from hub.model.words import DeliveryState, Origin, Purpose

PARKED_FOR_MS = 60_000
PARKED_AT_MOST = 50
TIMER = "parked receipts"


class Known(Value, frozen=True):
    """The delivery a provider's id belongs to, as the topic `external` answers: what its journal entries say, and where it stood then."""

    delivery: str
    address: Address
    purpose: Purpose
    origin: Origin
    conversation: str = ""
    root: str = ""
    state: str = ""


class Receipts:
    """Finds the delivery a provider's id belongs to and lets its state climb."""

    name = "receipts"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Which deliveries the ids belong to; or which were sent up to the moment a watermark speaks of."""
        return (
            *(Question(topic="external", key=key) for key in _asked(turn)),
            *(Question(topic="until", key=key) for key in _watermarks(turn)),
        )

    def take(self, turn: Turn) -> Turn:
        """The turn with the receipts it could place; the others parked once."""
        if isinstance(turn.event.body, Receipt) and turn.event.body.watermark:
            turn = _up_to(turn, turn.event.body)
        asked = _asked(turn)
        if not asked:
            return turn.done() if isinstance(turn.event.body, Receipt) else turn
        again = isinstance(turn.event.body, TimerFired)
        if again:
            turn = turn.with_record(parked={}).disarm(TIMER)
        parked: dict[str, str] = {}
        for key, state in asked.items():
            found = known(turn, key)
            if found:
                turn = placed(turn, found, _receipt(turn, DeliveryState(state)))
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


def _watermarks(turn: Turn) -> tuple[str, ...]:
    """The question a receipt "all up to then" asks, of the customer's own mailbox and of those merged into it since."""
    body = turn.event.body
    if not isinstance(body, Receipt) or not body.watermark or not isinstance(turn.record, Live):
        return ()
    return tuple(f"{piece}|{turn.event.address}|{body.watermark}" for piece in (turn.record.id, *turn.record.merged))


def _up_to(turn: Turn, receipt: Receipt) -> Turn:
    for key in _watermarks(turn):
        for found in json.decode(turn.answers.get(f"until/{key}", "[]"), type=list[Known]):
            turn = placed(turn, found, receipt)
    return turn


class Parked(Value, frozen=True):
    """A receipt that waits, as it came."""

    address: Address
    body: Receipt


def parked(record: Live) -> list[Parked]:
    """The receipts a record has parked."""
    found = []
    for key, state in record.parked.items():
        for address in record.addresses:
            head = f"{record.id}|{address}|"
            if key.startswith(head):
                found.append(Parked(address=address, body=Receipt(external_ids=(key.removeprefix(head),), state=DeliveryState(state))))
                break
    return found


def known(turn: Turn, key: str) -> Known | None:
    """What was answered to the question whose id `customer|address|provider's id` is; None where nobody was sent that."""
    return json.decode(turn.answers.get(f"external/{key}", "null"), type=Known | None)


def _receipt(turn: Turn, state: DeliveryState) -> Receipt:
    """What the provider said: the event's own receipt, or one of those parked, of which the state is kept."""
    return turn.event.body if isinstance(turn.event.body, Receipt) else Receipt(external_ids=(), state=state)


def placed(turn: Turn, found: Known, receipt: Receipt) -> Turn:
    """The turn with what a receipt says of a delivery of this mailbox; that it failed after all is told as any other end is."""
    state, failure = receipt.state, ""
    if state is DeliveryState.FAILED:
        failure = (receipt.failure or Failure.REJECTED).value
    moved = DeliveryMoved(
        customer=turn.record.id,
        delivery=found.delivery,
        state=state,
        at=turn.now,
        address=found.address,
        purpose=found.purpose,
        origin=found.origin,
        conversation=found.conversation,
        cause=turn.event.id,
        root=found.root,
        reason=receipt.reason if failure else "",
        code=receipt.error_code if failure else "",
        failure=failure,
    )
    turn = replace(turn, receipts=(*turn.receipts, (found.delivery, state)), moved=(*turn.moved, moved))
    turn = turn.fact("receipt", delivery=found.delivery, state=state.value)
    news = failure and (not found.state or climbs(DeliveryState(found.state), state))
    return turn.forward(_ended(turn, moved)) if news else turn


def _ended(turn: Turn, moved: DeliveryMoved) -> Event:
    """What the mailbox hears when a call itself fails, for a failure that is told later."""
    body = DeliveryEnded(
        delivery=moved.delivery,
        state=moved.state,
        reason=moved.reason,
        opted_out=moved.failure == Failure.STOPPED,
        address=moved.address,
        failure=moved.failure,
        code=moved.code,
    )
    return Event(
        id=derived_id("ev", moved.delivery, 0), subject=customer_subject(turn.record.id), body=body, at=turn.now, received=turn.now,
        cause=turn.event.id, root=moved.root,
    )  # fmt: skip


def _parked(turn: Turn, parked: dict[str, str]) -> Turn:
    if not parked:
        return turn
    kept = dict(list({**turn.live.parked, **parked}.items())[-PARKED_AT_MOST:])
    return turn.with_record(parked=kept).arm(TIMER, turn.now + PARKED_FOR_MS)
