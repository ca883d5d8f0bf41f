"""What a customer answers to a nudge: the run reacts, the dialog has the words."""

from msgspec.structs import replace

from hub.engine.rendering.degrade import understand
from hub.model.channels.ports import Question
from hub.model.customers.record import Consent, Live
from hub.model.customers.runs import Run
from hub.model.events.event import Said
from hub.model.turns.turn import Turn
from hub.model.words import ConsentState, Purpose
from hub.nudges.journey import DIALOG, END, STOP, Answer, Send
from hub.nudges.reach import consent_of
from hub.nudges.rules import Rules
from hub.nudges.runs import ended, jump


class Answers:
    """Stands before the dialogs: knows "2" and the label for the button, and carries out what an answer means for the run."""

    name = "answers"

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing: an answer waits for nobody."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the answer taken; any other word closes the list under the last nudge, for "1" is then about something else."""
        body, record = turn.event.body, turn.record
        if not isinstance(body, Said) or not isinstance(record, Live) or not record.runs or not body.mentioned:
            return turn
        run = next((run for run in reversed(record.runs) if run.asked_at), None)
        if run is None:
            return turn
        turn, payload = _chosen(turn, body, run)
        answer = self._answer(run, payload)
        if answer is None:
            return _closed(turn, run)
        run = replace(run, answer=payload, offered=())
        turn = _with(turn, run).fact("run answered", journey=run.journey, step=_asking(run), key=f"{run.id}/{_asking(run)}", answer=payload)
        return self._carried_out(turn, run, answer)

    def _answer(self, run: Run, payload: str) -> Answer | None:
        journey = self._rules.journey_of(run)
        steps = journey.steps if journey and payload else ()
        answers = (answer for step in steps if isinstance(step, Send) for answer in step.replies)
        return next((answer for answer in answers if answer.payload == payload), None)

    def _carried_out(self, turn: Turn, run: Run, answer: Answer) -> Turn:
        cart = turn.live.cart
        match answer.then:
            case "stop":
                return ended(_opted_out(turn), run, "opted_out") if run.active else _opted_out(turn)
            case "dialog" | "end":
                return ended(turn, run, "replied") if run.active else turn
            case step if cart and cart.open and cart.id == run.key and run.end not in {"ordered", "opted_out"}:
                return jump(turn, run, step, self._rules)
        return turn


LEADS = frozenset({DIALOG, STOP, END})
"""Where an answer may lead that is no step."""


def _chosen(turn: Turn, body: Said, run: Run) -> tuple[Turn, str]:
    """What was pressed, or what the words stand for among the answers offered last."""
    if body.payload or turn.event.address != run.asked_at:
        return turn, body.payload
    meant = understand(body.text, run.offered) if run.offered else None
    if meant is None:
        return turn, ""
    payload = meant.payload or meant.title
    return replace(turn, event=replace(turn.event, body=replace(body, payload=payload))), payload


def _closed(turn: Turn, run: Run) -> Turn:
    return _with(turn, replace(run, offered=())) if run.offered else turn


def _with(turn: Turn, run: Run) -> Turn:
    return turn.with_record(runs=tuple(run if one.id == run.id else one for one in turn.live.runs))


def _asking(run: Run) -> str:
    return run.sent[-1].step if run.sent else run.step


def _opted_out(turn: Turn) -> Turn:
    """The button says what the word STOP says: no more marketing on this channel."""
    address = turn.event.address
    if address is None:
        return turn
    said = consent_of(turn.live, address.channel)
    if said and said.state is ConsentState.REFUSED:
        return turn
    new = Consent(
        channel=address.channel, purpose=Purpose.MARKETING, state=ConsentState.REFUSED, basis="button", proof=turn.event.id, at=turn.now
    )
    kept = tuple(c for c in turn.live.consents if not (c.channel == address.channel and c.purpose is Purpose.MARKETING))
    detail = {"channel": address.channel, "purpose": Purpose.MARKETING.value, "state": ConsentState.REFUSED.value, "basis": "button"}
    turn = turn.with_record(consents=(*kept, new)).fact("consent changed", **detail)
    return turn.note("fact", "system", "consent refused", address=address)
