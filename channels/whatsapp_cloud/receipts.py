"""What a status of WhatsApp's says of a message of ours.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
"""

from channels.fields import FieldOdd, Json, id_of, objects, soft, soft_id, soft_object
from channels.meta.graph import trouble, words_of
from channels.whatsapp_cloud.codes import CODES
from hub.model.events.event import Receipt
from hub.model.events.referral import Price
from hub.model.failure import Failure
from hub.model.words import DeliveryState

_STATES = {
    "accepted": DeliveryState.SENDING,
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}
"""`played`: a voice message was heard."""

_NOT_FOR_US = frozenset(("deleted", "warning", "held_for_quality_assessment", "paused"))
"""The customer threw it away, a product in it is gone, WhatsApp looks at it first: nothing we did has changed by it."""


def receipt(status: Json) -> Receipt | None:
    """The receipt of one status, None for a state that is none of our business; raises FieldOdd for one nobody knows."""
    told = soft(status, "status")
    if told in _NOT_FOR_US or soft(status, "type") == "payment":
        return None
    if told not in _STATES:
        raise FieldOdd("status")
    state = _STATES[told]
    if state is not DeliveryState.FAILED:
        return Receipt(external_ids=(id_of(status, "id"),), state=state, price=_price(status))
    error = next(iter(objects(status, "errors")), {})
    known = trouble(error, CODES)
    return Receipt(
        external_ids=(id_of(status, "id"),),
        state=state,
        error_code=soft_id(error, "code"),
        reason=words_of(error),
        failure=known.failure if known else Failure.REJECTED,
        price=_price(status),
    )


def _price(status: Json) -> Price | None:
    """What it cost, as far as WhatsApp tells: a category and a model, never an amount."""
    told = soft_object(status, "pricing")
    if not told:
        return None
    return Price(category=soft(told, "category"), model=soft(told, "pricing_model"), billable=told.get("billable") is not False)
