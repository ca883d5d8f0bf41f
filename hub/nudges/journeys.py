"""Journeys: who has left a cart behind enters, timers lead on, and what ends a run ends it in the same turn."""

from msgspec.structs import replace

from hub.model.channels.ports import Question
from hub.model.customers.cart import CART_TIMER, amount
from hub.model.customers.record import Live
from hub.model.customers.runs import RUN_TIMER, Run
from hub.model.events.event import Said, TimerFired, Tracked
from hub.model.turns.turn import Turn
from hub.model.words import ConsentState
from hub.nudges.journey import Exit, Journey, Send
from hub.nudges.reach import consent_of
from hub.nudges.rules import SWITCHES, Rules, is_off, switches_of
from hub.nudges.runs import ended, enter, go_on

ABANDONED = "Cart Abandoned"
ORDERED = "Order Completed"


class Journeys:
    """Stands behind the dialogs, before the gate."""

    name = "journeys"

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """How the switches stand, before somebody enters or goes on."""
        body = turn.event.body
        ours = isinstance(body, TimerFired) and (body.name == CART_TIMER or body.name.startswith(RUN_TIMER))
        return (SWITCHES,) if ours else ()

    def take(self, turn: Turn) -> Turn:
        """The turn with runs begun, led on and ended."""
        record = turn.record
        if not isinstance(record, Live) or not (record.runs or record.cart):
            return turn
        match turn.event.body:
            case TimerFired(name=name) if name == CART_TIMER:
                turn = self._left_behind(turn.disarm(CART_TIMER))
            case TimerFired(name=name) if name.startswith(RUN_TIMER):
                turn = self._due(turn.disarm(name), name.removeprefix(RUN_TIMER))
        return self._exits(turn) if turn.live.runs else turn

    def _left_behind(self, turn: Turn) -> Turn:
        """`Cart Abandoned`, once for each state of a cart: with something in it that costs something, and no order since."""
        cart = turn.live.cart
        if cart is None or not cart.open or amount(cart.total) <= 0 or cart.abandoned == cart.version:
            return turn.done()
        turn = turn.with_record(cart=replace(cart, abandoned=cart.version))
        detail = {"cart": cart.id, "version": str(cart.version), "total": cart.total, "currency": cart.currency}
        turn = turn.fact(ABANDONED, **detail).note("fact", "customer", ABANDONED, detail=detail)
        switches = switches_of(turn)
        for journey in self._rules.book.values():
            if journey.entry == ABANDONED and not is_off(switches, journey.name, self._rules.book):
                turn = enter(turn, journey, key=cart.id, rules=self._rules)
        return turn.done()

    def _due(self, turn: Turn, id: str) -> Turn:  # noqa: A002 - the run's
        run = next((run for run in turn.live.runs if run.id == id), None)
        return go_on(turn, run, self._rules).done() if run and run.active else turn.done()

    def _exits(self, turn: Turn) -> Turn:
        turn = _goals(turn)
        for run in turn.live.runs:
            journey = self._rules.journey_of(run)
            if run.active and journey and (why := _exit(turn, run, journey)):
                turn = ended(turn, run, why)
        return turn


def _goals(turn: Turn) -> Turn:
    """An order reaches the goal of every run of its cart, of those held out too: that is what a journey's worth is measured by."""
    body, cart = turn.event.body, turn.live.cart
    if not isinstance(body, Tracked) or body.name != ORDERED or cart is None or cart.end != "ordered":
        return turn
    for run in turn.live.runs:
        if run.key == cart.id and run.end != "ordered":
            detail = {"journey": run.journey, "run": run.id, "key": f"{run.id}/goal", "holdout": str(int(run.holdout))}
            turn = turn.fact("run goal", **detail)
    return turn


def _exit(turn: Turn, run: Run, journey: Journey) -> str:
    """Why the run ends now; '' where it goes on."""
    cart, exits = turn.live.cart, journey.exits
    if cart is None or cart.id != run.key:
        return "superseded"
    if cart.end == "ordered" and Exit.ORDERED in exits:
        return "ordered"
    if not cart.open and Exit.EMPTIED in exits:
        return "emptied"
    if Exit.OPTED_OUT in exits and _refused_now(turn, run):
        return "opted_out"
    if Exit.REPLIED in exits and _replied(turn, run, journey):
        return "replied"
    return ""


def _refused_now(turn: Turn, run: Run) -> bool:
    """Whether this very turn took consent away where the run writes, or would."""
    changed = [fact.detail for fact in turn.facts if fact.name == "consent changed"]
    if not any(detail.get("state") == ConsentState.REFUSED for detail in changed):
        return False
    where = {detail.get("channel", "") for detail in changed}
    cart = turn.live.cart
    writes = {address.channel for address in (run.asked_at, cart.address if cart else None) if address}
    reached = {address.channel for address in turn.live.addresses}
    said = [consent_of(turn.live, channel) for channel in reached - {"shop"}]
    return bool(where & writes) or (bool(said) and all(one is not None and one.state is ConsentState.REFUSED for one in said))


def _replied(turn: Turn, run: Run, journey: Journey) -> bool:
    """A word of the customer after a message of the run hands over to the dialog, unless it was an answer, or a reminder was asked for."""
    body = turn.event.body
    if not isinstance(body, Said) or not run.sent or run.invited:
        return False
    known = {answer.payload for step in journey.steps if isinstance(step, Send) for answer in step.replies}
    return not body.payload or body.payload not in known
