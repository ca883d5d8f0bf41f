"""Passing words between the processes of a hub: who types, who is here. Published, never stored; one that is lost comes again."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec import DecodeError, msgpack

from hub.model.address import Address
from hub.model.base import Tagged
from hub.model.customers.record import Live
from hub.model.inbox.feed import Present
from hub.store.connections.links import Links
from hub.store.customers.records import Customers
from hub.store.keys import Keys

CUSTOMER = "customer"
"""Who types, where it is the customer; an agent is `agent:<login>`."""


class Typed(Tagged, frozen=True, tag="typed"):
    """Somebody is typing on a customer's conversation. `address`: the thread it is on; None where the customer has none yet."""

    customer: str
    who: str
    address: Address | None = None


class Here(Tagged, frozen=True, tag="here"):
    """Whose consoles are open at one process, all of them; said again every few seconds."""

    process: str
    people: tuple[Present, ...] = ()


class WhoIsHere(Tagged, frozen=True, tag="who"):
    """A process began to listen: the others say whom they have."""


class SignedOut(Tagged, frozen=True, tag="out"):
    """Sessions of this login ended or changed: whoever serves one looks at it again."""

    login: str


class AlertsChanged(Tagged, frozen=True, tag="alerts"):
    """What is wrong with the hub has changed: consoles ask anew."""


Signal = Typed | Here | WhoIsHere | SignedOut | AlertsChanged
_decode = msgpack.Decoder(Signal).decode
_encode = msgpack.Encoder().encode


class Signals:
    """One channel for all processes of a hub. Raises StoreAway."""

    def __init__(self, links: Links, keys: Keys, *, customers: Customers) -> None:
        self._links = links
        self._channel = keys.signals
        self._customers = customers

    async def publish(self, signal: Signal) -> None:
        """Tell every process that listens now."""
        await self._links.call(self._channel, "PUBLISH", self._channel, _encode(signal))

    async def customer_types(self, address: Address) -> None:
        """The customer behind an address is typing; nothing where nobody has written from there yet."""
        customer = await self._customers.at(address)
        record = await self._customers.find(customer) if customer else None
        if isinstance(record, Live):
            await self.publish(Typed(customer=record.id, who=CUSTOMER, address=address))

    async def agent_types(self, customer: str, login: str) -> Typed | None:
        """An agent is typing to a customer, on the thread where the answer would go; returns what was told, None for nobody."""
        record = await self._customers.find(customer)
        if not isinstance(record, Live):
            return None
        threads = sorted((c for c in record.conversations if c.last_thread and c.post is None), key=lambda c: c.last_word)
        address = threads[-1].last_thread if threads else None
        typed = Typed(customer=record.id, who=f"agent:{login}", address=address)
        await self.publish(typed)
        return typed

    async def heard(self) -> AsyncGenerator[Signal | None, None]:
        """All that is published, by this process too; None after each (re)connect, when something may have been missed."""
        async with aclosing(self._links.subscribe(self._channel)) as words:
            async for word in words:
                if not word:
                    yield None
                    continue
                try:
                    yield _decode(word)
                except DecodeError:
                    continue  # A newer version's signal: passing, so nothing is lost by passing it over.
