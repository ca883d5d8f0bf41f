"""Each check of the gate: from what is known to what it found. Pure, and the same for judging and for explaining."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from hub.engine.turns.windows import leave, wanted
from hub.model.address import Address
from hub.model.channels.window import Way
from hub.model.customers.record import UNHAPPY, Live
from hub.model.customers.runs import Run
from hub.model.events.event import NudgeAsked
from hub.model.messaging.comments import KeptComment, private_until
from hub.model.messaging.message import Message
from hub.model.words import ConsentState, ConversationStatus, Origin, OwnerKind, Purpose
from hub.nudges.journey import Journey, Send, WithoutConsent
from hub.nudges.local import end_of, minute_at, zone_of
from hub.nudges.packs import Pack, pack_of
from hub.nudges.policy import DAY_MS, MINUTE_MS, Basis, Policy
from hub.nudges.purposes import APPLIES
from hub.nudges.reach import consent_of, is_ours, last_word, suppressed
from hub.nudges.verdict import Check, Judged, Outcome, deferred, passed, refused, skipped
from hub.nudges.wording import Missing

AGAIN_MS = 15 * MINUTE_MS
"""When it is looked again where nobody can tell how long something lasts (a person with the customer)."""

SMS = "twilio_sms"
WEEK_MS = 7 * DAY_MS


class Asked(Struct, frozen=True, kw_only=True):
    """Everything a check may look at. `journey`, `run`, `step`: where the message is a journey's; `message`: its words, or what they lack.

    `stopped`: the kill switch is thrown; `off`: the journey is switched off; `comment`: the one it answers in private.
    """

    record: Live
    nudge: NudgeAsked
    now: int
    policy: Policy
    to: Address | None
    message: Message | Missing
    journey: Journey | None = None
    run: Run | None = None
    step: Send | None = None
    stopped: bool = False
    off: bool = False
    comment: KeptComment | None = None

    @property
    def pack(self) -> Pack | None:
        """The law where the customer is."""
        return pack_of(self.record, self.policy)

    @property
    def others(self) -> tuple[tuple[int, str, int], ...]:
        """What else was let through: when, on which channel, with what priority; not this message itself, judged again."""
        return tuple((s.at, s.channel, s.priority) for s in self.record.sends if not self.nudge.key or s.key != self.nudge.key)


def _kill_switch(ask: Asked) -> Judged:
    return deferred(Check.KILL_SWITCH, "kill_switch", until=ask.now + AGAIN_MS) if ask.stopped else passed(Check.KILL_SWITCH)


def _live(ask: Asked) -> Judged:
    if ask.off:
        return refused(Check.LIVE, "switched_off", detail=ask.journey.name if ask.journey else "")
    if ask.run and ask.journey is None:
        return refused(Check.LIVE, "unknown_journey", detail=ask.run.journey)
    return passed(Check.LIVE)


def _goal(ask: Asked) -> Judged:
    run, cart = ask.run, ask.record.cart
    if run is None:
        # A run that is forgotten, or that another's merge left out.
        forgotten = ask.nudge.key.startswith("run-") and "/" in ask.nudge.key
        return refused(Check.GOAL, "run_ended") if forgotten else passed(Check.GOAL)
    if run.end == "ordered" or (cart and cart.id == run.key and cart.end == "ordered"):
        return refused(Check.GOAL, "goal_met")
    if not run.active:
        return refused(Check.GOAL, "run_ended", detail=run.end)
    if cart is None or not cart.open:
        return refused(Check.GOAL, "cart_empty")
    return passed(Check.GOAL)


def _not_after(ask: Asked) -> Judged:
    late = ask.nudge.not_after and ask.now > ask.nudge.not_after
    return refused(Check.NOT_AFTER, "expired") if late else passed(Check.NOT_AFTER)


def _present(ask: Asked) -> Judged:
    # A record that moved or was erased takes no such turn; here it only can be that there is nowhere to write to.
    return passed(Check.PRESENT) if ask.to else refused(Check.PRESENT, "no_address")


def _suppressed(ask: Asked) -> Judged:
    gone = ask.to and suppressed(ask.record, ask.to.channel)
    return refused(Check.SUPPRESSED, "suppressed", detail=ask.to.channel if ask.to else "") if gone else passed(Check.SUPPRESSED)


def _consent(ask: Asked) -> Judged:
    if ask.to is None:
        return passed(Check.CONSENT)
    said = consent_of(ask.record, ask.to.channel)
    if said is not None:
        no = said.state is ConsentState.REFUSED
        return refused(Check.CONSENT, "consent_refused", detail=ask.to.channel) if no else passed(Check.CONSENT, "consent_given")
    if ask.run and ask.run.invited:
        return passed(Check.CONSENT, "asked_for")
    if not last_word(ask.record, ask.to):
        return refused(Check.CONSENT, "consent_missing", detail=ask.to.channel)
    if ask.journey is None:
        free = ask.policy.consent is Basis.CONVERSATION
        return passed(Check.CONSENT, "conversation") if free else refused(Check.CONSENT, "consent_missing", detail=ask.to.channel)
    if ask.journey.without_consent is WithoutConsent.NOTHING:
        return refused(Check.CONSENT, "consent_missing", detail=ask.to.channel)
    first = not [one for one in (ask.run.sent if ask.run else ()) if ask.step is None or one.step != ask.step.id]
    return passed(Check.CONSENT, "conversation") if first else refused(Check.CONSENT, "only_first_without_consent", detail=ask.to.channel)


def _law(ask: Asked) -> Judged:
    pack = ask.pack
    if pack is None or ask.to is None:
        return passed(Check.LAW)
    zone = zone_of(ask.record, ask.policy)
    if pack.hours and not pack.hours.has(minute_at(ask.now, zone)):
        until = end_of(type(pack.hours)(start=pack.hours.end, end=pack.hours.start), ask.now, zone)
        return deferred(Check.LAW, "law_hours", until=until)
    sms = sorted(at for at, channel, _ in ask.others if channel == SMS and at > ask.now - DAY_MS)
    if ask.to.channel == SMS and pack.sms_day and len(sms) >= pack.sms_day:
        return deferred(Check.LAW, "law_sms_day", until=sms[-pack.sms_day] + DAY_MS)
    return passed(Check.LAW)


def _quiet_hours(ask: Asked) -> Judged:
    quiet, zone = ask.policy.quiet, zone_of(ask.record, ask.policy)
    if quiet is None or not quiet.has(minute_at(ask.now, zone)):
        return passed(Check.QUIET_HOURS)
    return deferred(Check.QUIET_HOURS, "quiet_hours", until=end_of(quiet, ask.now, zone))


def _dialog(ask: Asked) -> Judged:
    open_ones = [c for c in ask.record.conversations if c.status is ConversationStatus.OPEN]
    if any(c.owner.kind is not OwnerKind.BOT for c in open_ones):
        return deferred(Check.DIALOG, "with_person", until=ask.now + AGAIN_MS)
    if UNHAPPY in ask.record.profile:
        return refused(Check.DIALOG, "unhappy")
    word = max((c.last_word for c in ask.record.conversations), default=0)
    if ask.policy.live_ms and word + ask.policy.live_ms > ask.now:
        return deferred(Check.DIALOG, "live_dialog", until=word + ask.policy.live_ms)
    cart = ask.record.cart
    if ask.run and cart and ask.policy.live_ms and cart.seen + ask.policy.live_ms > ask.now:
        return deferred(Check.DIALOG, "shopping_now", until=cart.seen + ask.policy.live_ms)
    return passed(Check.DIALOG)


def _holdout(ask: Asked) -> Judged:
    return refused(Check.HOLDOUT, "holdout") if ask.run and ask.run.holdout else passed(Check.HOLDOUT)


def _priority(ask: Asked) -> Judged:
    own = ask.journey.priority if ask.journey else 0
    higher = [at for at, _, priority in ask.others if priority > own and at > ask.now - ask.policy.priority_ms]
    return deferred(Check.PRIORITY, "higher_priority", until=max(higher) + ask.policy.priority_ms) if higher else passed(Check.PRIORITY)


def _caps(ask: Asked) -> Judged:
    caps = ask.policy.caps
    everything = sorted(at for at, _, _ in ask.others)
    there = sorted(at for at, channel, _ in ask.others if ask.to and channel == ask.to.channel)
    for most, span, sends, name in (
        (caps.channel_day, DAY_MS, there, "channel_day"),
        (caps.day, DAY_MS, everything, "day"),
        (caps.week, WEEK_MS, everything, "week"),
    ):
        recent = [at for at in sends if at > ask.now - span]
        if most and len(recent) >= most:
            return deferred(Check.CAPS, f"cap_{name}", until=recent[-most] + span)
    return passed(Check.CAPS)


def _window(ask: Asked) -> Judged:
    if ask.to is None or isinstance(ask.message, Missing):
        return passed(Check.WINDOW)
    if ask.comment is not None:
        # A comment is answered by a leave of its own, whatever was said in private and when.
        over = ask.now > private_until(ask.comment)
        return refused(Check.WINDOW, "window_closed", detail=ask.to.channel) if over else passed(Check.WINDOW)
    may = leave(ask.policy.windows, ask.record, ask.to, wanted(ask.message, now=ask.now, purpose=ask.nudge.purpose, origin=Origin.NUDGE))
    return refused(Check.WINDOW, "window_closed", detail=ask.to.channel) if may.way is Way.CLOSED else passed(Check.WINDOW)


def _variables(ask: Asked) -> Judged:
    lacks = ask.message.variable if isinstance(ask.message, Missing) else ""
    return refused(Check.VARIABLES, "variable_missing", detail=lacks) if lacks else passed(Check.VARIABLES)


def _channel(ask: Asked) -> Judged:
    if ask.to and not is_ours(ask.to, ask.policy):
        return refused(Check.CHANNEL, "channel_not_connected", detail=f"{ask.to.channel}/{ask.to.account}")
    return passed(Check.CHANNEL)


CHECKS: Mapping[Check, Callable[[Asked], Judged]] = {
    Check.KILL_SWITCH: _kill_switch,
    Check.LIVE: _live,
    Check.GOAL: _goal,
    Check.NOT_AFTER: _not_after,
    Check.PRESENT: _present,
    Check.SUPPRESSED: _suppressed,
    Check.CONSENT: _consent,
    Check.LAW: _law,
    Check.QUIET_HOURS: _quiet_hours,
    Check.DIALOG: _dialog,
    Check.HOLDOUT: _holdout,
    Check.PRIORITY: _priority,
    Check.CAPS: _caps,
    # No budgets and no coupons yet: who sets none may spend what they like.
    Check.BUDGET: lambda _: passed(Check.BUDGET, "no_budget"),
    Check.WINDOW: _window,
    Check.VARIABLES: _variables,
    Check.COUPON: lambda _: passed(Check.COUPON, "no_coupon"),
    Check.CHANNEL: _channel,
}
"""In the order in which they are made; the first that does not pass decides."""


def every(ask: Asked) -> tuple[Judged, ...]:
    """What each check finds, in their order, also behind the first that says no."""
    applies = APPLIES[Purpose(ask.nudge.purpose)]
    return tuple(check(ask) if name in applies else skipped(name) for name, check in CHECKS.items())


def decisive(ask: Asked) -> Judged:
    """The first check that does not let it through, else the last one's yes."""
    applies = APPLIES[Purpose(ask.nudge.purpose)]
    found = passed(Check.CHANNEL)
    for name, check in CHECKS.items():
        if name in applies and (found := check(ask)).verdict is not Outcome.PASS:
            return found
    return found
