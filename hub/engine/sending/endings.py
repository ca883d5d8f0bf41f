"""The end of a delivery: why it came, and what its customer's mailbox is told of it."""

from msgspec import Struct

from hub.model.alerts.alert import STAFF
from hub.model.errors import SendError
from hub.model.events.event import DeliveryEnded, Event, JudgeAgain
from hub.model.failure import Failure
from hub.model.ids import derived_id
from hub.model.messaging.delivery import Delivery
from hub.model.subject import customer_subject
from hub.model.turns.journal import DeliveryMoved
from hub.model.words import DeliveryState, Purpose
from hub.store.encoding.codec import encode

_BAD = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN})


class Why(Struct, frozen=True):
    """Why a delivery ended so: the provider's words and number (or ours), and what that is called on every channel."""

    reason: str = ""
    code: str = ""
    failure: Failure | None = None

    @property
    def word(self) -> str:
        """The failure as it is stored; empty where nothing went wrong."""
        return self.failure.value if self.failure else ""


def why_of(error: SendError) -> Why:
    """The end that an error means."""
    return Why(error.reason or type(error).__name__, code=error.code, failure=error.failure)


def is_news(delivery: Delivery, state: DeliveryState, why: Why, *, identity: str = "") -> bool:
    """Whether the mailbox has to know: that nothing arrived is a turn's matter, but for the shop's own people, who have no turns.

    So is the other id by which a provider says that it knows the person.
    """
    return delivery.customer != STAFF and (state in _BAD or why.failure is Failure.EXPIRED or bool(identity))


def is_reply(delivery: Delivery) -> bool:
    """Whether it answers what the customer wrote; what changes an earlier answer does not."""
    return delivery.purpose is Purpose.REPLY and delivery.amends is None


def ended_of(moved: DeliveryMoved, *, opted_out: bool) -> DeliveryEnded:
    """What the mailbox is told."""
    return DeliveryEnded(
        delivery=moved.delivery,
        state=moved.state,
        reason=moved.reason,
        opted_out=opted_out,
        address=moved.address,
        failure=moved.failure,
        code=moved.code,
    )


def event_of(delivery: Delivery, body: DeliveryEnded | JudgeAgain, *, now: int, identity: str = "") -> bytes:
    """It as an entry of the customer's mailbox; `identity`: another id of the person, told as a webhook tells its aliases."""
    event = Event(
        id=derived_id("ev", delivery.id, 0),
        subject=customer_subject(delivery.customer),
        body=body,
        at=now,
        received=now,
        cause=delivery.id,
        root=delivery.root,
        address=delivery.address if identity else None,
        aliases=(identity,) if identity else (),
    )
    return encode(event)
