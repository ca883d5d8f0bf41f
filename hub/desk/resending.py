"""What a provider took and could not deliver for a passing reason is sent again after a while, where that is still wanted and allowed."""

from msgspec import json
from msgspec.structs import replace

from hub.desk.ownership import places, settled_by
from hub.engine.turns.receipts import AGAIN, ended_event
from hub.engine.turns.windows import Windows, leave, wanted
from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.channels.window import Way
from hub.model.customers.record import Conversation, Live
from hub.model.events.event import TimerFired
from hub.model.messaging.delivery import Delivery
from hub.model.turns.journal import DeliveryMoved
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState, Origin, OwnerKind

_SOON_MS = 30_000
"""The store was silent when it was asked how the delivery stands: it is asked again."""


class _Stood(Value, frozen=True):
    """What is answered of a delivery, for a resend."""

    state: DeliveryState
    delivery: Delivery
    reason: str = ""
    code: str = ""
    failure: str = ""


class Resending:
    """Looks, when the pause behind a failure is over, how the delivery stands; one that arrived after all never goes again."""

    name = "resending"

    def __init__(self, windows: Windows) -> None:
        self._windows = windows

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """How the delivery stands now."""
        found = _named(turn)
        return tuple(Question(topic="delivery", key=key) for key in places(turn, found)) if found else ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the same words sent once more, or with the failure told to people."""
        delivery, fired = _named(turn), turn.event.body
        if not delivery or not isinstance(fired, TimerFired):
            return turn
        turn = turn.disarm(fired.name)
        answers = [turn.answers.get(f"delivery/{key}") for key in places(turn, delivery)]
        found = next((stood for answer in answers if (stood := json.decode(answer or "null", type=_Stood | None))), None)
        if found is None:
            return turn.arm(fired.name, turn.now + _SOON_MS).done() if None in answers else turn.done()
        if found.state is not DeliveryState.FAILED:
            # It arrived after all, or a person has sent it again.
            return turn.done()
        return self._again(turn, found).done()

    def _again(self, turn: Turn, found: _Stood) -> Turn:
        old = found.delivery
        conversation = turn.conversation(old.conversation) if old.conversation else None
        may = leave(self._windows, turn.live, old.address, wanted(old.message, now=turn.now, purpose=old.purpose, origin=old.origin))
        who = _speaker(old, conversation)
        expired = old.not_after and turn.now > old.not_after
        if not who or expired or may.way is Way.CLOSED or old.amends or old.act or old.address not in turn.live.addresses:
            return turn.forward(ended_event(turn, _moved(turn, found)))
        turn = settled_by(turn, old, "a later try")
        turn = turn.say(
            old.message, conversation=conversation, to=old.address, origin=old.origin, purpose=old.purpose, who=who, key=old.key,
            not_after=old.not_after,
        ).tagged(may.tag)  # fmt: skip
        *others, last = turn.deliveries
        turn = replace(turn, deliveries=(*others, replace(last, tries=old.tries + 1)))
        return turn.fact("delivery sent again", delivery=last.id, before=old.id, tries=str(old.tries + 1))


def _named(turn: Turn) -> str:
    """The delivery a pause was about; empty for any other event."""
    body = turn.event.body
    if isinstance(body, TimerFired) and body.name.startswith(AGAIN) and isinstance(turn.record, Live):
        return body.name.removeprefix(AGAIN).partition(":")[2]
    return ""


def _speaker(old: Delivery, conversation: Conversation | None) -> str:
    """Who says it again; empty where nobody should: somebody else speaks in the conversation by now."""
    match old.origin:
        case Origin.BOT:
            theirs = conversation is not None and (conversation.owner.kind is not OwnerKind.BOT or conversation.epoch != old.epoch)
            return "" if theirs else Origin.BOT.value
        case Origin.AGENT:
            owned = conversation is not None and conversation.owner.kind is OwnerKind.AGENT
            return f"agent:{conversation.owner.agent}" if owned and conversation else ""
    return old.origin.value


def _moved(turn: Turn, found: _Stood) -> DeliveryMoved:
    """The failure as the receipt told it, to be told now."""
    old = found.delivery
    return DeliveryMoved(
        customer=turn.record.id, delivery=old.id, state=DeliveryState.FAILED, at=turn.now, address=old.address, purpose=old.purpose,
        origin=old.origin, conversation=old.conversation, reason=found.reason, code=found.code, failure=found.failure, root=old.root,
    )  # fmt: skip
