"""A delivery: one message on its way to one address."""

from hub.model.address import Address
from hub.model.base import Value
from hub.model.messaging.amending import Amendment
from hub.model.messaging.comments import CommentAct
from hub.model.messaging.message import Message
from hub.model.words import DeliveryState, Origin, Purpose

_RANK = {
    DeliveryState.QUEUED: 0,
    DeliveryState.HELD: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.UNKNOWN: 2,
    DeliveryState.SENT: 3,
    DeliveryState.FAILED: 4,
    # A person has decided over it (sent again, put away): that it failed is known, but that it arrived after all is news.
    DeliveryState.DRAFT: 5,
    DeliveryState.WITHDRAWN: 5,
    DeliveryState.DELIVERED: 6,
    DeliveryState.READ: 7,
}
"""The commit function has the same table: store and archive agree on where a delivery stands."""


class Delivery(Value, frozen=True):
    """What the outbox sends. `epoch`: the conversation's when it was written; `judged`: the record revision the gate saw.

    `not_after` in ms since 1970 (0: never expires): a reply that is too old is not sent but told to the agent. `reply_token`: the
    provider's leave to answer one message, good until `token_until` (ms); `tag`: on what ground it may go outside the provider's window.
    `amends`: what is done to an earlier message instead of sending `message`, which is empty then: a process that knows no amendments
    must not send the words anew.
    `act`: what is done to a comment instead of sending `message`, which is empty then: a process that knows no acts must not send it.
    `tries`: how often it was sent before and its provider told afterwards that it could not be delivered.
    """

    id: str
    customer: str
    conversation: str
    address: Address
    message: Message
    purpose: Purpose
    origin: Origin
    created: int
    epoch: int = 0
    judged: int = 0
    not_after: int = 0
    cause: str = ""
    root: str = ""
    key: str = ""
    reply_token: str = ""
    token_until: int = 0
    tag: str = ""
    amends: Amendment | None = None
    act: CommentAct | None = None
    tries: int = 0
    v: int = 1


def climbs(old: DeliveryState, new: DeliveryState) -> bool:
    """Whether a receipt may move a delivery from `old` to `new`: never back; evidence of arrival overrides a local failure."""
    return _RANK.get(new, -1) > _RANK.get(old, -1)
