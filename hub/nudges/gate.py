"""The gate: every marketing message is judged in the customer's turn, and once more at the mark."""

from hub.model.address import Address, is_reachable
from hub.model.events import JudgeAgain, NudgeAsked, TimerFired
from hub.model.ports import Question
from hub.model.record import Live
from hub.model.turn import Turn
from hub.model.words import ConsentState, ConversationStatus, Origin, OwnerKind, Purpose

DEFER_MS = 15 * 60 * 1000
TOGETHER_MS = 1000
"""After so long the nudges of a customer that have to be judged again are judged in one turn, so that none outdates another."""
DEFERRED_AT_MOST = 20
TIMER = "deferred nudges"


class Gate:
    """Judges nudges: expired ones end, refused ones end with their reason, those that only come at a bad moment are deferred."""

    name = "gate"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        del turn
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the nudge let through, deferred or refused, and the reason as a fact."""
        match turn.event.body:
            case NudgeAsked() as nudge:
                return _judge(turn, nudge)
            case JudgeAgain() as again:
                nudge = NudgeAsked(message=again.message, purpose=again.purpose, not_after=again.not_after, key=again.key)
                if again.stopped:
                    # While the kill switch is thrown it would come back at once, for ever.
                    return _deferred(turn, nudge, "the kill switch is thrown")
                # Judged at once, it would change the record, and so send the next nudge back, which would send this one back…
                return _deferred(turn, nudge, "something changed meanwhile", after=TOGETHER_MS)
            case TimerFired(name=name) if name == TIMER:
                waiting = turn.live.deferred
                turn = turn.with_record(deferred=()).disarm(TIMER)
                for nudge in waiting:
                    turn = _judge(turn, nudge)
                return turn.done()
        return turn


def consent_of(record: Live, channel: str, purpose: Purpose) -> ConsentState | None:
    """What the customer last said of this purpose on this channel, or on all; None where they said nothing."""
    said = [c for c in record.consents if c.purpose is purpose and c.channel in {channel, "*"}]
    return max(said, key=lambda c: c.at).state if said else None


def _judge(turn: Turn, nudge: NudgeAsked) -> Turn:
    to = _address(turn)
    if nudge.not_after and turn.now > nudge.not_after:
        return _refused(turn, nudge, "expired")
    if to is None:
        return _refused(turn, nudge, "no address")
    if nudge.purpose is Purpose.MARKETING:
        if consent_of(turn.live, to.channel, Purpose.MARKETING) is ConsentState.REFUSED:
            return _refused(turn, nudge, "consent refused")
        if any(c.status is ConversationStatus.OPEN and c.owner.kind is not OwnerKind.BOT for c in turn.live.conversations):
            return _deferred(turn, nudge, "a person is with the customer")
    turn = turn.say(
        nudge.message, conversation=None, to=to, origin=Origin.NUDGE, purpose=nudge.purpose, not_after=nudge.not_after, key=nudge.key
    )
    return turn.fact("nudge allowed", key=nudge.key)


def _address(turn: Turn) -> Address | None:
    spoken = sorted((c for c in turn.live.conversations if c.last_thread), key=lambda c: c.last_word)
    return spoken[-1].last_thread if spoken else next(filter(is_reachable, turn.live.addresses), None)


def _refused(turn: Turn, nudge: NudgeAsked, reason: str) -> Turn:
    return turn.fact("nudge refused", key=nudge.key, reason=reason).done()


def _deferred(turn: Turn, nudge: NudgeAsked, reason: str, *, after: int = DEFER_MS) -> Turn:
    if len(turn.live.deferred) >= DEFERRED_AT_MOST:
        return _refused(turn, nudge, "too many wait already")
    armed = turn.live.timers.get(TIMER)
    due = min(turn.now + after, armed.due if armed else turn.now + after)
    turn = turn.with_record(deferred=(*turn.live.deferred, nudge)).arm(TIMER, due)
    return turn.fact("nudge deferred", key=nudge.key, reason=reason).done()
