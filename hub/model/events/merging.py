"""Events by which two customers become one, or one is forgotten."""

from hub.model.base import Tagged
from hub.model.messaging.delivery import Delivery


class MergeAsked(Tagged, frozen=True, tag="merge"):
    """Evidence says that two customers are one; the older id survives, whoever is asked."""

    other: str
    evidence: str


class MergeArrived(Tagged, frozen=True, tag="merged"):
    """The younger's record, moved here by its tombstone turn (msgpack of the record)."""

    younger: str
    record: bytes
    evidence: str


class DeliveryArrived(Tagged, frozen=True, tag="moved_delivery"):
    """A delivery of a merged customer that had not begun: it is sent from here now."""

    delivery: Delivery


class EraseAsked(Tagged, frozen=True, tag="erase"):
    """The customer wants to be forgotten; what is beside the record is wiped by whoever asked."""

    asked_by: str
