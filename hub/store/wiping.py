"""Wiping what lies beside a customer's record: logs, deliveries, addresses, chats, cases, what was given up; then the server's own file."""

import asyncio
from collections.abc import Sequence
from typing import cast

from msgspec import Struct

from hub.model.address import Address
from hub.model.errors import HubError
from hub.store.cases import Cases
from hub.store.codec import Undecodable, decode_delivery, decode_line
from hub.store.keys import Keys, PartitionKeys
from hub.store.links import Links

READ_AT_ONCE = 500
LOOK_S = 0.1
WEBCHAT = "webchat"


class NotNow(HubError):
    """Something stands in the way of erasing; the text says what and when to come again."""


class Trace(Struct, frozen=True):
    """Where a customer can still be found: their ids (merged ones too), addresses, conversations, deliveries with the providers' ids."""

    customers: tuple[str, ...]
    addresses: tuple[Address, ...]
    conversations: tuple[str, ...] = ()
    deliveries: tuple[tuple[str, Address, tuple[str, ...]], ...] = ()


class Wiping:
    """Deletes keys; done again it changes nothing. Raises StoreAway, NotNow."""

    def __init__(self, links: Links, keys: Keys, cases: Cases) -> None:
        self._links = links
        self._keys = keys
        self._cases = cases

    async def spools_are_empty(self) -> None:
        """Raise NotNow while any process holds events on its disk: the customer's words may be among them."""
        if await self._links.call(self._keys.spooling, "HLEN", self._keys.spooling):
            raise NotNow("Events still lie on a disk, taken in while the store was away; erase again when /readyz shows an empty spool.")

    async def journal_is_archived(self, customers: Sequence[str]) -> bool:
        """Whether the archive has all that the journals of these customers' partitions held."""
        counts = [await self._links.call(p.journal, "XLEN", p.journal) for p in self._partitions(customers)]
        return not any(cast("list[int]", counts))

    async def seen_deliveries(self, customers: Sequence[str]) -> dict[str, Address]:
        """Deliveries that the store itself still names: open ones and those on the timelines."""
        found: dict[str, Address] = {}
        for customer in customers:
            keys = self._keys.of_customer(customer)
            lines = cast("list[bytes]", await self._links.call(keys.fence, "LRANGE", keys.log(customer), 0, -1))
            for line in map(decode_line, lines):
                if line.delivery and line.address:
                    found[line.delivery] = line.address
        return found

    async def wipe(self, trace: Trace) -> int:
        """Delete all of it; returns how many keys and entries went."""
        gone = 0
        for customer in trace.customers:
            gone += await self._beside(customer, trace)
        for address in trace.addresses:
            gone += await self._address(address, trace.customers)
        return gone

    async def rewrite(self) -> None:
        """Have every server write its file anew, without what was deleted; returns when that is done."""
        await self._links.each("BGREWRITEAOF")
        while True:
            infos = cast("list[bytes]", await self._links.each("INFO", "persistence"))
            busy = (b"aof_rewrite_in_progress:1", b"aof_rewrite_scheduled:1")
            if not any(flag in info for info in infos for flag in busy):
                break
            await asyncio.sleep(LOOK_S)
        if any(b"aof_enabled:1" in info and b"aof_last_bgrewrite_status:ok" not in info for info in infos):
            raise NotNow("The server could not write its file anew; free disk space and erase again.")

    def _partitions(self, customers: Sequence[str]) -> list[PartitionKeys]:
        return list({keys.number: keys for keys in map(self._keys.of_customer, customers)}.values())

    async def _beside(self, customer: str, trace: Trace) -> int:
        keys = self._keys.of_customer(customer)
        names = [keys.log(customer), keys.open(customer), *(keys.owner(c) for c in trace.conversations)]
        for delivery, address, external_ids in trace.deliveries:
            names.append(keys.delivery(delivery))
            names += [keys.external(address, x) for x in external_ids]
        gone = cast("int", await self._links.call(keys.fence, "DEL", *names))
        held = {keys.held(a.channel, a.account) for a in trace.addresses}
        for stream in (keys.out, keys.out_bulk, *held):
            gone += await self._from_stream(keys, stream, customer)
        return gone + await self._from_dead(keys, customer)

    async def _from_stream(self, keys: PartitionKeys, stream: str, customer: str) -> int:
        cursor, gone = "-", 0
        while True:
            answer = await self._links.call(keys.fence, "XRANGE", stream, cursor, "+", "COUNT", READ_AT_ONCE)
            entries = cast("list[tuple[bytes, list[bytes]]]", answer)
            theirs = [entry for entry, fields in entries if _is_theirs(fields, customer)]
            if theirs:
                gone += cast("int", await self._links.call(keys.fence, "XDEL", stream, *theirs))
            if len(entries) < READ_AT_ONCE:
                return gone
            cursor = f"({entries[-1][0].decode()}"

    async def _from_dead(self, keys: PartitionKeys, customer: str) -> int:
        flat = cast("list[bytes]", await self._links.call(keys.fence, "HGETALL", keys.dead))
        theirs = [flat[i] for i in range(0, len(flat), 2) if customer.encode() in flat[i + 1]]
        return cast("int", await self._links.call(keys.fence, "HDEL", keys.dead, *theirs)) if theirs else 0

    async def _address(self, address: Address, customers: Sequence[str]) -> int:
        key, gone = self._keys.address(address), 0
        owner = cast("bytes | None", await self._links.call(key, "GET", key))
        if owner and owner.decode() in customers:
            gone += cast("int", await self._links.call(key, "DEL", key))
        if address.channel == WEBCHAT:
            for name in self._keys.chat(address):
                gone += cast("int", await self._links.call(name, "DEL", name))
        for case in await self._cases.newest(address.channel, address.account, limit=1000):
            if case.cut or address.id.encode() in case.body:
                await self._cases.forget(address.channel, address.account, case.id)
                gone += 1
        return gone


def _is_theirs(fields: list[bytes], customer: str) -> bool:
    try:
        return decode_delivery(dict(zip(fields[::2], fields[1::2], strict=True))[b"b"]).customer == customer
    except (Undecodable, KeyError, ValueError):
        return False
