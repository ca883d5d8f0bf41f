"""Judging one message in a customer's turn: let through and counted, put off, or refused; each with its reason as a fact."""

from msgspec.structs import replace

from hub.model.address import Address
from hub.model.customers.record import Live
from hub.model.customers.runs import SENDS_KEPT, Run, RunStep, SentNudge
from hub.model.events.event import NudgeAsked
from hub.model.messaging.message import Message, QuickReply
from hub.model.messaging.offers import answers_of
from hub.model.turns.turn import Turn
from hub.model.words import Origin, Purpose
from hub.nudges.checks import AGAIN_MS, SMS, WEEK_MS, Asked, decisive
from hub.nudges.journey import Send
from hub.nudges.reach import choose
from hub.nudges.rules import Rules, Switches, is_off, switches_of
from hub.nudges.verdict import Check, Judged, Outcome
from hub.nudges.wording import Missing, worded

TIMER = "deferred nudges"
DEFERRED_AT_MOST = 20


def key_of(run: Run, step: str) -> str:
    """What a run's message is known by, from the gate to the delivery: one intent, one key."""
    return f"{run.id}/{step}"


def run_of(record: Live, key: str) -> tuple[Run | None, str]:
    """The run and the step a key stands for; (None, '') for a message of no run."""
    id, slash, step = key.partition("/")  # noqa: A001 - the field's name
    return next((run for run in record.runs if slash and run.id == id), None), step


def asked_of(record: Live, nudge: NudgeAsked, *, now: int, rules: Rules, switches: Switches) -> Asked:
    """All that the checks look at, for this message to this customer now."""
    run, id = run_of(record, nudge.key)  # noqa: A001 - the field's name
    return asked_for_run(record, nudge, now=now, rules=rules, switches=switches, run=run, step=id)


def asked_for_run(record: Live, nudge: NudgeAsked, *, now: int, rules: Rules, switches: Switches, run: Run | None, step: str) -> Asked:
    """The same for a run that is given, which need not have begun."""
    journey = rules.journey_of(run) if run else None
    found = journey.step(step) if journey else None
    sending = found if isinstance(found, Send) else None
    message: Message | Missing = worded(sending, record, rules.policy) if sending else nudge.message
    return Asked(
        record=record,
        nudge=nudge,
        now=now,
        policy=rules.policy,
        to=choose(record, rules.policy, now),
        message=message,
        journey=journey,
        run=run,
        step=sending,
        stopped=switches.stopped,
        off=run is not None and is_off(switches, run.journey, rules.book),
    )


def judge(turn: Turn, nudge: NudgeAsked, rules: Rules) -> tuple[Turn, Judged]:
    """The turn with the message let through, deferred or refused, and what decided."""
    ask = asked_of(turn.live, nudge, now=turn.now, rules=rules, switches=switches_of(turn))
    found = decisive(ask)
    match found.verdict:
        case Outcome.PASS:
            return _let_through(turn, ask), found
        case Outcome.DEFER:
            return defer(turn, nudge, found)
        case _:
            return refuse(turn, nudge, found), found


def _let_through(turn: Turn, ask: Asked) -> Turn:
    nudge, to = ask.nudge, ask.to
    if to is None or isinstance(ask.message, Missing):
        raise TypeError("the gate let through what cannot be sent")
    message = ask.message
    if to.channel == SMS and ask.pack and ask.pack.sms_label and not message.text.startswith(ask.pack.sms_label):
        message = replace(message, text=f"{ask.pack.sms_label} {message.text}")
    offered = answers_of(message)
    # A run keeps its own answers; what belongs to no run is answered in the conversation that is going on there.
    turn = _newest_list(turn, to, () if ask.run else offered) if offered else turn
    turn = turn.say(message, conversation=None, to=to, origin=Origin.NUDGE, purpose=nudge.purpose, not_after=nudge.not_after, key=nudge.key)
    delivery = turn.deliveries[-1].id
    if nudge.purpose is Purpose.MARKETING:
        sent = SentNudge(
            key=nudge.key, at=turn.now, channel=to.channel, priority=ask.journey.priority if ask.journey else 0, delivery=delivery
        )
        kept = [one for one in turn.live.sends if one.at > turn.now - WEEK_MS]
        turn = turn.with_record(sends=(*kept, sent)[-SENDS_KEPT:])
    if ask.run:
        turn = _told(turn, nudge.key, RunStep(step=ask.step.id if ask.step else "", at=turn.now, outcome="sent"))
        run, _ = run_of(turn.live, nudge.key)
        if run:
            turn = with_run(turn, replace(run, offered=offered, asked_at=to, invited=False))
    return turn.fact("nudge allowed", key=nudge.key, channel=to.channel, delivery=delivery, **_whose(turn, nudge))


def _newest_list(turn: Turn, to: Address, offered: tuple[QuickReply, ...]) -> Turn:
    """The turn with these answers instead of those the bot offered there before: "2" means the second of the list that came last."""
    if not any(to in c.threads and c.offered != offered for c in turn.live.conversations):
        return turn
    return turn.with_record(conversations=tuple(replace(c, offered=offered) if to in c.threads else c for c in turn.live.conversations))


def refuse(turn: Turn, nudge: NudgeAsked, found: Judged) -> Turn:
    """The turn with the message given up, and why: as a fact, and as a line for whoever looks at the customer."""
    detail = _detail(turn, nudge, found)
    turn = _told(turn, nudge.key, _step(turn, nudge, "refused", found))
    return turn.fact("nudge refused", **detail).note("fact", "nudge", "nudge refused", detail=detail).done()


def defer(turn: Turn, nudge: NudgeAsked, found: Judged) -> tuple[Turn, Judged]:
    """The turn with the message put off until it would pass, or until it is known to be worth nothing any more."""
    if nudge.not_after and turn.now > nudge.not_after:
        # Also where an earlier check still says "not now": nothing waits for what is too late already.
        late = Judged(check=Check.NOT_AFTER, verdict=Outcome.REFUSE, reason="expired")
        return refuse(turn, nudge, late), late
    if len(turn.live.deferred) >= DEFERRED_AT_MOST:
        full = Judged(check=Check.CAPS, verdict=Outcome.REFUSE, reason="too_many_waiting")
        return refuse(turn, nudge, full), full
    until = found.until or turn.now + AGAIN_MS
    if nudge.not_after:
        until = min(until, nudge.not_after + 1)
    found = replace(found, until=until)
    detail = {**_detail(turn, nudge, found), "until": str(until)}
    if found.reason not in {nudge.why, CHANGED}:
        turn = turn.note("fact", "nudge", "nudge deferred", detail=detail)
    waiting = replace(nudge, until=until, why=found.reason)
    turn = armed(turn.with_record(deferred=(*turn.live.deferred, waiting)))
    turn = _told(turn, nudge.key, _step(turn, nudge, "deferred", found))
    return turn.fact("nudge deferred", **detail).done(), found


CHANGED = "changed"
"""The reason of what comes back from its mark because the customer's facts changed meanwhile."""


def armed(turn: Turn) -> Turn:
    """The turn with the timer set to the first that waits, or without one."""
    waiting = [nudge.until or turn.now for nudge in turn.live.deferred]
    if not waiting:
        return turn.disarm(TIMER)
    running = turn.live.timers.get(TIMER)
    return turn if running and running.due == min(waiting) else turn.arm(TIMER, min(waiting))


def withdrawn(turn: Turn, run: Run, why: str) -> Turn:
    """The turn without what waits of a run. What lies in the outbox already comes back from its mark and is refused then."""
    gone = [nudge for nudge in turn.live.deferred if nudge.key.startswith(f"{run.id}/")]
    if not gone:
        return turn
    turn = armed(turn.with_record(deferred=tuple(n for n in turn.live.deferred if n not in gone)))
    for nudge in gone:
        turn = turn.fact("nudge withdrawn", key=nudge.key, reason=why, **_whose(turn, nudge))
    return turn


def released(turn: Turn, delivery: str) -> Turn:
    """The turn with a place under the caps given back: that message was not sent."""
    kept = tuple(sent for sent in turn.live.sends if sent.delivery != delivery)
    return turn if len(kept) == len(turn.live.sends) else turn.with_record(sends=kept)


def with_run(turn: Turn, run: Run) -> Turn:
    """The turn with that run in place of the one of its id."""
    return turn.with_record(runs=tuple(run if one.id == run.id else one for one in turn.live.runs))


def _told(turn: Turn, key: str, step: RunStep) -> Turn:
    """The turn with what became of a run's step: one entry a step, the newest counts."""
    run, _ = run_of(turn.live, key)
    if run is None:
        return turn
    return with_run(turn, replace(run, told=(*(one for one in run.told if one.step != step.step), step)))


def _step(turn: Turn, nudge: NudgeAsked, outcome: str, found: Judged) -> RunStep:
    _, step = run_of(turn.live, nudge.key)
    return RunStep(step=step, at=turn.now, outcome=outcome, reason=found.reason, check=found.check.value)


def _detail(turn: Turn, nudge: NudgeAsked, found: Judged) -> dict[str, str]:
    about = {"about": found.detail} if found.detail else {}
    return {"key": nudge.key, "reason": found.reason, "check": found.check.value, **_whose(turn, nudge), **about}


def _whose(turn: Turn, nudge: NudgeAsked) -> dict[str, str]:
    run, step = run_of(turn.live, nudge.key)
    return {"journey": run.journey, "step": step} if run else {}
