"""Building the inbox's views and the index of customers anew from the records: for data of a version that kept none, and once lost."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import cast

import structlog

from hub.engine.archiving.customer_index import Finding
from hub.model.channels.ports import Clock
from hub.model.customers.record import Live
from hub.model.errors import HubError
from hub.store.connections.links import Links
from hub.store.customers.scanning import every_customer
from hub.store.inbox.inbox import Inbox
from hub.store.keys import Keys
from hub.store.mailboxes.meta import VIEWS

log = structlog.get_logger()
VERSION = "3"
LEASE_MS = 60_000
AGAIN_S = 10.0
RECORDS_AT_ONCE = 200
REST_S = 0.01
"""Between two handfuls: a hub that serves goes before one that counts."""


async def inbox_stands(links: Links, keys: Keys) -> bool:
    """Whether the views of this version are there. Raises StoreAway."""
    return await links.call(keys.meta, "HGET", keys.meta, VIEWS) == VERSION.encode()


class Reindexing:
    """Adds what the records say and takes nothing away, so it may run beside everything; one process at a time does it."""

    def __init__(self, links: Links, keys: Keys, *, clock: Clock, name: str, finding: Finding | None = None) -> None:
        self._links = links
        self._keys = keys
        self._clock = clock
        self._name = name
        self._inbox = Inbox(links, keys)
        self._finding = finding

    async def run(self) -> None:
        """Until the views are there; returns then."""
        while True:
            try:
                if await self._is_built():
                    return
                if await self._leased() and await self._build_all():
                    return
            except HubError as error:
                log.info("the inbox's views wait to be built", error=type(error).__name__)
            await self._clock.sleep(AGAIN_S)

    async def _build_all(self) -> bool:
        """Build, and say so; False where they were called for anew meanwhile, for then what was read first may be old."""
        meta = self._keys.meta
        before = await self._links.call(meta, "HGET", meta, VIEWS)
        count = await self.build(self._keep_lease)
        if stands := await self._links.call(meta, "HGET", meta, VIEWS) == before:
            await self._links.call(meta, "HSET", meta, VIEWS, VERSION)
        await self._links.call(self._keys.indexing, "DEL", self._keys.indexing)
        log.info("the inbox's views are built", customers=count)
        return stands

    async def build(self, breathe: Callable[[], asyncio.Future[object]] | None = None) -> int:
        """Read every record and put its conversations into the views; returns how many customers have any."""
        count = 0
        async with aclosing(every_customer(self._links, self._keys)) as pages:
            async for customers in pages:
                for at in range(0, len(customers), RECORDS_AT_ONCE):
                    count += await self._take(customers[at : at + RECORDS_AT_ONCE])
                    await self._clock.sleep(REST_S)
                if breathe is not None:
                    await breathe()
        if self._finding is not None:
            await self._finding.forget_erased()
        return count

    async def _take(self, customers: list[str]) -> int:
        records = await self._inbox.records(set(customers))
        live = [record for record in records.values() if isinstance(record, Live) and record.conversations]
        await self._inbox.index.add(live)
        if self._finding is not None:
            await self._finding.take(records.values())
        return len(live)

    async def _is_built(self) -> bool:
        built = await inbox_stands(self._links, self._keys)
        # Another archive than the one that was filled begins without.
        return built and (self._finding is None or not await self._finding.is_empty())

    async def _leased(self) -> bool:
        key = self._keys.indexing
        return await self._links.call(key, "SET", key, self._name, "NX", "PX", LEASE_MS) is not None

    def _keep_lease(self) -> asyncio.Future[object]:
        key = self._keys.indexing
        return cast("asyncio.Future[object]", self._links.call(key, "PEXPIRE", key, LEASE_MS))
