"""Where a customer can still be found beside their record: noted while they are erased, so that a second try finds what a first left."""

from typing import Self

from hub.model.address import Address
from hub.model.base import Value


class Sent(Value, frozen=True):
    """A delivery that was made: where to, and the ids the provider gave it."""

    id: str
    address: Address
    external_ids: tuple[str, ...] = ()


class Trace(Value, frozen=True):
    """A customer's ids (merged ones too), addresses, conversations, deliveries, and the events whose answers may still be kept."""

    customers: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    conversations: tuple[str, ...] = ()
    deliveries: tuple[Sent, ...] = ()
    events: tuple[str, ...] = ()
    v: int = 1

    def joined(self, *others: Self) -> Self:
        """All of them, each thing once, ours first."""
        all_ = (self, *others)
        return type(self)(
            customers=tuple(dict.fromkeys(one for trace in all_ for one in trace.customers)),
            addresses=tuple(dict.fromkeys(one for trace in all_ for one in trace.addresses)),
            conversations=tuple(dict.fromkeys(one for trace in all_ for one in trace.conversations)),
            deliveries=tuple(dict.fromkeys(one for trace in all_ for one in trace.deliveries)),
            events=tuple(dict.fromkeys(one for trace in all_ for one in trace.events)),
        )
