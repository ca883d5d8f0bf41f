"""A run's way: entering, from step to step, an answer, its end. Each function takes the turn and gives it written further."""

from hashlib import blake2b

from msgspec.structs import replace

from hub.model.customers.runs import RUN_TIMER, RUNS_KEPT, Run, RunState
from hub.model.events.event import NudgeAsked
from hub.model.ids import derived_id
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.nudges.journey import Journey, Send, Wait
from hub.nudges.judging import judge, key_of, with_run, withdrawn
from hub.nudges.local import next_at, zone_of
from hub.nudges.policy import MINUTE_MS
from hub.nudges.rules import Rules
from hub.nudges.verdict import Outcome

SOONEST_MS = 30 * MINUTE_MS
"""A local hour that comes sooner is tomorrow's: nobody asks at ten to eight to be reminded at eight."""


def run_id(customer: str, journey: str, key: str) -> str:
    """A run's id: the same customer, journey and key are the same run."""
    return derived_id("run", f"{customer}/{journey}/{key}", 0)


def share(salt: str, customer: str) -> float:
    """Where a customer stands between 0 and 100, always at the same place for one salt."""
    number = int.from_bytes(blake2b(f"{salt}/{customer}".encode(), digest_size=8).digest(), "big")
    return number / (1 << 64) * 100


def begun(turn: Turn, journey: Journey, key: str) -> Run:
    """A run that has not taken its first step."""
    first = journey.steps[0].id if journey.steps else ""
    return Run(
        id=run_id(turn.live.id, journey.name, key),
        journey=journey.name,
        key=key,
        version=journey.version,
        step=first,
        entered=turn.now,
        holdout=share(journey.salt or journey.name, turn.live.id) < journey.holdout,
    )


def enter(turn: Turn, journey: Journey, *, key: str, rules: Rules) -> Turn:
    """The turn with the customer on the journey, unless they are on it, were on it for this key, or lately for another."""
    runs = turn.live.runs
    if any(run.journey == journey.name and (run.key == key or run.active) for run in runs):
        return turn
    lately = [run.entered for run in runs if run.journey == journey.name and run.entered + journey.again_after > turn.now]
    if lately:
        until = str(max(lately) + journey.again_after)
        return turn.fact("journey not entered", journey=journey.name, key=key, reason="entered_lately", until=until)
    run = begun(turn, journey, key)
    kept = [one for one in runs if one.active] + [one for one in runs if not one.active][-(RUNS_KEPT - 1) :]
    turn = turn.with_record(runs=(*kept, run)[-RUNS_KEPT:])
    turn = turn.fact("run entered", journey=journey.name, run=run.id, key=key, holdout=str(int(run.holdout)))
    return stand(turn, run, rules)


def stand(turn: Turn, run: Run, rules: Rules) -> Turn:
    """The turn with the run at its step, and on from there until it has to wait or is at its end."""
    journey = rules.journey_of(run)
    if journey is None:
        return ended(turn, run, "unknown_journey")
    if run.entered + journey.ends_after < turn.now:
        return ended(turn, run, "expired")
    while (step := journey.step(run.step)) is not None:
        turn = turn.fact("run step", journey=run.journey, step=step.id, key=key_of(run, step.id))
        if isinstance(step, Wait) and (due := _due(turn, step, run, rules)) > turn.now:
            waiting = replace(run, state=RunState.WAITING, due=due)
            return with_run(turn, waiting).arm(RUN_TIMER + run.id, due)
        if isinstance(step, Send):
            turn = with_run(turn, replace(run, state=RunState.WAITING, due=0))
            nudge = NudgeAsked(message=Message(), purpose=journey.purpose, not_after=turn.now + step.not_after, key=key_of(run, step.id))
            turn, found = judge(turn, nudge, rules)
            run = next(one for one in turn.live.runs if one.id == run.id)
            if found.verdict is Outcome.DEFER:
                return with_run(turn, replace(run, state=RunState.DEFERRED, due=found.until))
        turn, run = _left(turn, run, journey)
    return ended(turn, run, "finished")


def go_on(turn: Turn, run: Run, rules: Rules) -> Turn:
    """The turn with the run past the step at which it waited."""
    journey = rules.journey_of(run)
    if journey is None:
        return ended(turn, run, "unknown_journey")
    turn, run = _left(turn, run, journey)
    return stand(turn, run, rules)


def jump(turn: Turn, run: Run, to: str, rules: Rules) -> Turn:
    """The turn with the run at another step, because the customer asked for it; what waited of it is taken back."""
    turn = withdrawn(turn, run, "answered").disarm(RUN_TIMER + run.id)
    turn = turn.fact("run left", journey=run.journey, step=run.step, key=key_of(run, run.step))
    asked = replace(run, step=to, state=RunState.WAITING, ended=0, end="", invited=True, offered=())
    return stand(with_run(turn, asked), asked, rules)


def ended(turn: Turn, run: Run, why: str) -> Turn:
    """The turn with the run over: no timer, nothing waiting, and a line that says so."""
    turn = withdrawn(turn, run, why).disarm(RUN_TIMER + run.id)
    over = replace(run, state=RunState.ENDED, ended=turn.now, end=why, due=0, offered=())
    detail = {"journey": run.journey, "step": run.step, "key": key_of(run, run.step), "reason": why}
    return with_run(turn, over).fact("run ended", **detail).note("fact", "nudge", "run ended", detail=detail)


def _left(turn: Turn, run: Run, journey: Journey) -> tuple[Turn, Run]:
    step = journey.step(run.step)
    turn = turn.fact("run left", journey=run.journey, step=run.step, key=key_of(run, run.step))
    onward = replace(run, step=journey.after(step) if step else "", state=RunState.WAITING, due=0)
    return with_run(turn, onward), onward


def _due(turn: Turn, step: Wait, run: Run, rules: Rules) -> int:
    if step.hour >= 0:
        return next_at(turn.now + SOONEST_MS, step.hour, zone_of(turn.live, rules.policy))
    if step.since_entry:
        return run.entered + step.since_entry
    return turn.now + step.lasts
