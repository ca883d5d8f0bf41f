"""Receipts of providers: a delivery's state climbs and never falls; one that comes too early is parked and tried again."""

from msgspec import json
from msgspec.structs import replace

from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.customers.record import Live
from hub.model.events.event import DeliveryEnded, Event, Receipt, TimerFired
from hub.model.failure import Failure
from hub.model.ids import derived_id
from hub.model.messaging.delivery import climbs
from hub.model.subject import customer_subject
from hub.model.turns.journal import DeliveryMoved
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState, Origin, Purpose

PARKED_FOR_MS = 60_000
PARKED_AT_MOST = 50
TIMER = "parked receipts"
AGAIN = "again:"
"""The timer's name is this, how often it was sent again before, and the delivery."""
PAUSES_MS = (30_000, 120_000, 600_000)
"""Before what a provider could not deliver for a passing reason is sent again; after the last of them it waits for a person."""
WAITING_AT_MOST = 20


class Known(Value, frozen=True):
    """The delivery a provider's id belongs to, as the topic `external` answers: what its journal entries say, and where it stood then."""

    delivery: str
    address: Address
    purpose: Purpose
    origin: Origin
    conversation: str = ""
    root: str = ""
    state: str = ""
    tries: int = 0


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
            turn = turn.with_record(parked={}, parked_whole={}).disarm(TIMER)
        parked: dict[str, Receipt] = {}
        for key, receipt in asked.items():
            found = known(turn, key)
            if found:
                turn = placed(turn, found, receipt)
            elif not again:
                parked[key] = receipt
            else:
                turn = turn.fact("receipt of an unknown delivery", state=receipt.state.value)
        return _parked(turn, parked).done()


def _asked(turn: Turn) -> dict[str, Receipt]:
    """Question key → the receipt itself, or those parked when their timer fires."""
    match turn.event.body:
        case Receipt(external_ids=ids) as receipt:
            return {f"{turn.record.id}|{turn.event.address}|{id}": receipt for id in ids}  # noqa: A001 - the field's name
        case TimerFired(name=name) if name == TIMER:
            return {key: _whole(turn.live, key) for key in turn.live.parked}
    return {}


def _whole(record: Live, key: str) -> Receipt:
    """A parked receipt as it came; of one that an older version parked, the state."""
    state = DeliveryState(record.parked[key])
    told = record.parked_whole.get(key)
    return told if told and told.state is state else Receipt(external_ids=(), state=state)


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
    for key in record.parked:
        for address in record.addresses:
            head = f"{record.id}|{address}|"
            if key.startswith(head):
                found.append(Parked(address=address, body=replace(_whole(record, key), external_ids=(key.removeprefix(head),))))
                break
    return found


def known(turn: Turn, key: str) -> Known | None:
    """What was answered to the question whose id `customer|address|provider's id` is; None where nobody was sent that."""
    return json.decode(turn.answers.get(f"external/{key}", "null"), type=Known | None)


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
    if news and receipt.failure and receipt.failure.is_passing and _may_go_again(turn, found):
        turn = turn.arm(f"{AGAIN}{found.tries}:{found.delivery}", turn.now + PAUSES_MS[found.tries])
        return turn.fact("delivery tried again later", delivery=found.delivery, failure=failure)
    return turn.forward(ended_event(turn, moved)) if news else turn


def _may_go_again(turn: Turn, found: Known) -> bool:
    """Marketing goes once at most, and nothing for ever; a tombstone has no timers."""
    if not isinstance(turn.record, Live) or found.purpose is Purpose.MARKETING:
        return False
    return found.tries < len(PAUSES_MS) and sum(name.startswith(AGAIN) for name in turn.record.timers) < WAITING_AT_MOST


def ended_event(turn: Turn, moved: DeliveryMoved) -> Event:
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


def _parked(turn: Turn, parked: dict[str, Receipt]) -> Turn:
    if not parked:
        return turn
    states = {key: receipt.state.value for key, receipt in parked.items()}
    kept = dict(list({**turn.live.parked, **states}.items())[-PARKED_AT_MOST:])
    # The ids stand in the keys; of what says no more than its state, that is kept alone.
    told = {key: replace(receipt, external_ids=()) for key, receipt in parked.items()}
    more = {key: receipt for key, receipt in told.items() if receipt != Receipt(external_ids=(), state=receipt.state)}
    whole = {key: receipt for key, receipt in {**turn.live.parked_whole, **more}.items() if key in kept}
    return turn.with_record(parked=kept, parked_whole=whole).arm(TIMER, turn.now + PARKED_FOR_MS)
