"""The gate: whatever we want to say unasked is judged in the customer's turn, and once more at the mark."""

from hub.model.channels.ports import Question
from hub.model.customers.runs import RunState
from hub.model.events.event import DeliveryEnded, JudgeAgain, NudgeAsked, TimerFired
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState
from hub.nudges.checks import AGAIN_MS
from hub.nudges.judging import CHANGED, TIMER, armed, defer, judge, released, run_of
from hub.nudges.rules import SWITCHES, Rules
from hub.nudges.runs import go_on
from hub.nudges.verdict import Check, deferred

TOGETHER_MS = 1000
"""After so long the nudges of a customer that have to be judged again are judged in one turn, so that none outdates another."""

_KEPT = frozenset((DeliveryState.UNKNOWN, DeliveryState.SENT))
"""What ended so keeps its place under the caps: the customer has read it, or may have."""


class Gate:
    """Judges nudges: expired ones end, refused ones end with their reason, those that only come at a bad moment are deferred."""

    name = "gate"

    def __init__(self, rules: Rules | None = None) -> None:
        self._rules = rules or Rules()

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """How the switches stand, before anything is judged."""
        body = turn.event.body
        judging = isinstance(body, NudgeAsked) or (isinstance(body, TimerFired) and body.name == TIMER)
        return (SWITCHES,) if judging else ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the nudge let through, deferred or refused, and the reason as a fact."""
        match turn.event.body:
            case NudgeAsked() as nudge:
                return judge(turn, nudge, self._rules)[0]
            case JudgeAgain() as again:
                return _put_off(turn, again)
            case TimerFired(name=name) if name == TIMER:
                return self._due(turn)
            case DeliveryEnded(delivery=delivery, state=state) if state not in _KEPT and turn.live.sends:
                return released(turn, delivery)
        return turn

    def _due(self, turn: Turn) -> Turn:
        """Judge what may go now; a run that waited for it goes on."""
        waiting = turn.live.deferred
        turn = turn.with_record(deferred=tuple(n for n in waiting if n.until > turn.now)).disarm(TIMER)
        for nudge in (n for n in waiting if n.until <= turn.now):
            turn, _ = judge(turn, nudge, self._rules)
            run, step = run_of(turn.live, nudge.key)
            still = any(n.key == nudge.key for n in turn.live.deferred)
            if run and run.state is RunState.DEFERRED and run.step == step and not still:
                turn = go_on(turn, run, self._rules)
        return armed(turn).done()


def _put_off(turn: Turn, again: JudgeAgain) -> Turn:
    """What came back from its mark gives its place under the caps back and is judged anew: soon, or once the switch may be lifted.

    Judged at once, it would change the record, and so send the next nudge back, which would send this one back…
    """
    nudge = NudgeAsked(message=again.message, purpose=again.purpose, not_after=again.not_after, key=again.key)
    found = deferred(
        Check.KILL_SWITCH, "kill_switch" if again.stopped else CHANGED, until=turn.now + (AGAIN_MS if again.stopped else TOGETHER_MS)
    )
    return defer(released(turn, again.delivery), nudge, found)[0]
