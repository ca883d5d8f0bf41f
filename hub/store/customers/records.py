"""Customers as the outside reads them: the record, where it moved, the newest lines of the timeline with what became of them."""

import asyncio
from collections.abc import Sequence
from typing import cast

from hub.model.address import Address
from hub.model.customers.record import Moved, Record
from hub.model.inbox.feed import Line
from hub.model.turns.journal import TimelineEntry
from hub.model.words import DeliveryState
from hub.store.connections.links import Links
from hub.store.encoding.codec import decode_line, decode_record
from hub.store.keys import Keys

__all__ = ["LINES_KEPT", "Customers", "Line"]

LINES_KEPT = 50
"""As the commit trims the log."""


class Customers:
    """Reads only. Raises StoreAway, Undecodable."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def stored(self, customer: str) -> Record | None:
        """The record under exactly this id, a tombstone too."""
        key = self._keys.of_customer(customer).record(customer)
        return decode_record(cast("bytes | None", await self._links.call(key, "GET", key))).record

    async def find(self, customer: str) -> Record | None:
        """The record, followed to where it moved; None for an id nobody has. Chains only descend, so this ends."""
        record = await self.stored(customer)
        while isinstance(record, Moved):
            record = await self.stored(record.to)
        return record

    async def at(self, address: Address) -> str | None:
        """The customer an address leads to, before any merge; None where nobody ever wrote from there."""
        key = self._keys.address(address)
        found = cast("bytes | None", await self._links.call(key, "GET", key))
        return found.decode() if found else None

    async def timeline(self, customer: str, *, merged: Sequence[str] = (), limit: int = LINES_KEPT) -> list[Line]:
        """The newest lines of a customer and of those merged into it, oldest first, at most 50: older ones are in the archive."""
        pieces = (customer, *merged)
        logs = await asyncio.gather(*(self.log(piece, limit) for piece in pieces))
        told = [(piece, entry) for piece, entries in zip(pieces, logs, strict=True) for entry in entries]
        # Each log is in order already, and sorting keeps the order of what was said in one turn.
        newest = sorted(told, key=lambda one: one[1].at)[-limit:]
        return list(await asyncio.gather(*(self.line(piece, entry) for piece, entry in newest)))

    async def log(self, customer: str, limit: int = LINES_KEPT) -> list[TimelineEntry]:
        """The newest lines of exactly this id that the store has, oldest first."""
        keys = self._keys.of_customer(customer)
        blobs = cast("list[bytes]", await self._links.call(keys.fence, "LRANGE", keys.log(customer), -limit, -1))
        return [decode_line(blob) for blob in blobs]

    async def line(self, customer: str, entry: TimelineEntry) -> Line:
        """A line with how far its delivery came; nothing of that for what is no delivery or was settled more than 30 days ago."""
        if not entry.delivery:
            return Line(entry=entry)
        keys = self._keys.of_customer(customer)
        fields = ("s", "x", "r", "c", "f")
        found = cast("list[bytes | None]", await self._links.call(keys.fence, "HMGET", keys.delivery(entry.delivery), *fields))
        state, ids, reason, code, failure = ("" if one is None else one.decode() for one in found)
        if not state:
            return Line(entry=entry)
        external = tuple(ids.split("\n")) if ids else ()
        return Line(entry=entry, state=DeliveryState(state), reason=reason, code=code, external_ids=external, failure=failure)
