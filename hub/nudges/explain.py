"""Why a message goes, or does not: the gate's own checks, told one by one, for a customer as they are now."""

from msgspec.structs import replace

from hub.model.base import Value
from hub.model.customers.record import Asleep, Erased, Live, Moved, Record
from hub.model.customers.runs import Run, RunStep
from hub.model.events.event import NudgeAsked
from hub.model.messaging.message import Message
from hub.nudges.checks import Asked, decisive, every
from hub.nudges.journey import Journey, Send
from hub.nudges.judging import asked_for_run, key_of
from hub.nudges.reasons import REASONS
from hub.nudges.rules import Rules, Switches
from hub.nudges.runs import run_id, share
from hub.nudges.verdict import Check, Judged, Outcome, refused

LOOKS = 12
"""So many times a deferral may lead to another before nobody asks when it would pass."""


class CheckTold(Value, frozen=True, omit_defaults=False):
    """One check: its verdict, the reason as a code and in words by language, until when (ms; 0: unknown), and what it is about."""

    check: str
    verdict: str
    reason: str = ""
    words: dict[str, str] = {}
    until: int = 0
    about: str = ""


class Explained(Value, frozen=True, omit_defaults=False):
    """The verdict with all checks in their order. `passes`: when it would go, were nothing else to happen (ms; 0: never, or unknown).

    `run`: where they are on the journey (None: not on it, judged as if they entered now); `text`: what would be said.
    """

    customer: str
    journey: str
    step: str
    at: int
    verdict: str
    reason: str
    checks: tuple[CheckTold, ...]
    passes: int = 0
    channel: str = ""
    text: str = ""
    run: Run | None = None
    past: tuple[RunStep, ...] = ()


def explain(record: Record, journey: Journey, *, step: str, now: int, rules: Rules, switches: Switches) -> Explained:
    """What the gate would say of that step's message now; an empty step is the one that comes next."""
    if not isinstance(record, Live):
        return _gone(record, journey, now)
    run = next((run for run in reversed(record.runs) if run.journey == journey.name), None)
    journey = (rules.journey_of(run) if run and run.active else None) or journey
    standing = run or _entering(record, journey, now)
    sending = _send(journey, step or standing.step)
    key = key_of(standing, sending.id if sending else step)
    nudge = NudgeAsked(message=Message(), purpose=journey.purpose, key=key)
    ask = asked_for_run(record, nudge, now=now, rules=rules, switches=switches, run=standing, step=sending.id if sending else "")
    found = decisive(ask)
    if found.verdict is not Outcome.REFUSE and (record.cart is None or sending is None):
        found = refused(Check.GOAL, "no_cart")
    return Explained(
        customer=record.id,
        journey=journey.name,
        step=sending.id if sending else "",
        at=now,
        verdict=found.verdict.value,
        reason=found.reason,
        checks=tuple(_told(one) for one in every(ask)),
        passes=now if found.verdict is Outcome.PASS else _passes(ask, found),
        channel=ask.to.channel if ask.to else "",
        text=ask.message.text if isinstance(ask.message, Message) else "",
        run=run,
        past=run.told if run else (),
    )


def _entering(record: Live, journey: Journey, now: int) -> Run:
    """The run they would begin now."""
    key = record.cart.id if record.cart else ""
    held = share(journey.salt or journey.name, record.id) < journey.holdout
    return Run(
        id=run_id(record.id, journey.name, key), journey=journey.name, key=key, step=journey.steps[0].id, entered=now, holdout=held
    )  # fmt: skip


def _send(journey: Journey, step: str) -> Send | None:
    """The step, or the next below it that sends; the last one for a run that is past them all."""
    found = journey.step(step)
    while found is not None and not isinstance(found, Send):
        found = journey.step(journey.after(found))
    return found or next((one for one in reversed(journey.steps) if isinstance(one, Send)), None)


def _passes(ask: Asked, found: Judged) -> int:
    """When it would pass: each deferral is followed to its end, as the gate itself would."""
    for _ in range(LOOKS):
        if found.verdict is not Outcome.DEFER or not found.until or found.reason in {"kill_switch", "with_person"}:
            return 0
        # Structs of the model have `replace`; this one too.
        ask = replace(ask, now=max(found.until, ask.now + 1))
        found = decisive(ask)
        if found.verdict is Outcome.PASS:
            return ask.now
    return 0


def _told(one: Judged) -> CheckTold:
    return CheckTold(
        check=one.check.value,
        verdict=one.verdict.value,
        reason=one.reason,
        words=dict(REASONS.get(one.reason, {})),
        until=one.until,
        about=one.detail,
    )


def _gone(record: Moved | Erased | Asleep, journey: Journey, now: int) -> Explained:
    reason = "moved" if isinstance(record, Moved) else "erased"
    found = refused(Check.PRESENT, reason)
    return Explained(
        customer=record.id, journey=journey.name, step="", at=now, verdict=found.verdict.value, reason=reason, checks=(_told(found),)
    )
