"""From the journal to the archive: batches and cursor in one transaction, then the journal is trimmed to a tail for the live feed."""

import asyncio
from collections.abc import Iterable
from typing import Protocol, cast

import structlog

from hub.engine.archiving.customer_index import Finding
from hub.engine.archiving.inbox_index import Indexing
from hub.engine.archiving.journal_tail import Tails
from hub.model.channels.ports import Clock
from hub.model.errors import HubError, StoreAway
from hub.store.connections.links import Links, Need
from hub.store.keys import Keys

log = structlog.get_logger()
PAUSE_S = 0.2
PLENTY = 1024
"""So many entries at once, and the next are fetched without a pause. Fewer are waited for: a round costs as much for one as for hundreds,
and without the pause the rounds took more of a hub at 500 words a second than its turns."""
READ_AT_MOST = 256
START = "0-0"
Batch = tuple[int, list[tuple[str, bytes]]]


class Archive(Protocol):
    """What is asked of the archive here."""

    async def cursor(self, partition: int) -> str:
        """The last journal id it has of a partition, '0-0' for none."""
        ...

    async def write(self, batches: list[Batch]) -> None:
        """All rows of all partitions given and their cursors, in one transaction; what it has already changes nothing."""
        ...


class Held(Protocol):
    """Which partitions are ours to archive."""

    def __call__(self) -> set[int]:
        """Their numbers, now."""
        ...


class Wanting(Protocol):
    """What is asked of whoever collects customers' files."""

    async def apply(self, blobs: Iterable[bytes]) -> None:
        """Note the files these entries tell of; told again it changes nothing. Raises StoreAway."""
        ...


class Archiver:
    """Copies the journals of the partitions held here. Two that copy the same one only repeat themselves."""

    def __init__(
        self,
        links: Links,
        keys: Keys,
        archive: Archive,
        *,
        held: Held,
        clock: Clock,
        indexing: Indexing,
        finding: Finding | None = None,
        wanting: Wanting | None = None,
    ) -> None:
        self._links = links
        self._keys = keys
        self._archive = archive
        self._held = held
        self._clock = clock
        self._indexing = indexing
        self._finding = finding
        self._wanting = wanting
        self._tails = Tails(links, keys, clock=clock)
        self._cursors: dict[int, str] = {}
        self._indexed: dict[int, str] = {}
        self.behind = False

    async def run(self) -> None:
        """Copy until cancelled."""
        while True:
            try:
                copied = await self.once()
                self._told(behind=False)
            except StoreAway:
                # The links say so once for all; the archive itself is well.
                copied = 0
                self._cursors.clear()
            except HubError as error:
                self._told(behind=True, reason=type(error).__name__)
                copied = await self._index_alone()
                self._cursors.clear()
            if copied < PLENTY:
                await self._clock.sleep(PAUSE_S)

    async def once(self) -> int:
        """Copy what there is, at most one batch of each partition; returns how many entries."""
        held = self._held()
        for gone in self._cursors.keys() - held:
            del self._cursors[gone]
        for gone in self._indexed.keys() - held:
            del self._indexed[gone]
        for number in held - self._cursors.keys():
            self._cursors[number] = await self._archive.cursor(number)
        self._tails.keep(held, self._cursors)
        batches = await self._read(sorted(held), self._cursors)
        if batches:
            await self._index(batches)
            if self._finding is not None:
                # Before the cursor moves: what was not written is read again.
                await self._finding.apply(pair for _, entries in batches for pair in entries)
            if self._wanting is not None:
                await self._wanting.apply(blob for _, entries in batches for _, blob in entries)
            await self._archive.write(batches)
            for number, entries in batches:
                self._cursors[number] = entries[-1][0]
                self._tails.archived(number, [entry for entry, _ in entries])
        await self._tails.trim()
        return sum(len(entries) for _, entries in batches)

    async def _index_alone(self) -> int:
        """While the archive is away the inbox goes on: the views follow the journal by themselves."""
        try:
            held = self._held()
            batches = await self._read(sorted(held), {number: self._indexed.get(number, START) for number in held})
            await self._index(batches)
        except HubError as error:
            log.debug("not indexed", error=type(error).__name__)
            return 0
        return sum(len(entries) for _, entries in batches)

    async def _index(self, batches: list[Batch]) -> None:
        """Bring the views to where the journal is; entries they have already are passed over."""
        fresh = [pair for number, entries in batches for pair in entries if _id(pair[0]) > _id(self._indexed.get(number, START))]
        if fresh:
            await self._indexing.apply(fresh)
        for number, entries in batches:
            self._indexed[number] = max(self._indexed.get(number, START), entries[-1][0], key=_id)

    async def _read(self, held: list[int], cursors: dict[int, str]) -> list[Batch]:
        calls = [self._read_one(number, cursors[number]) for number in held]
        return [(number, entries) for number, entries in zip(held, await asyncio.gather(*calls), strict=True) if entries]

    async def _read_one(self, number: int, cursor: str) -> list[tuple[str, bytes]]:
        key = self._keys.partitions[number].journal
        # Safe before it leaves: what a lost master did and its replica never saw is done again, and must not stand in the archive twice.
        answer = await self._links.call(key, "XRANGE", key, f"({cursor}", "+", "COUNT", READ_AT_MOST, need=Need.SAFE)
        return [(entry.decode(), fields[1]) for entry, fields in cast("list[tuple[bytes, list[bytes]]]", answer)]

    def _told(self, *, behind: bool, reason: str = "") -> None:
        if behind and not self.behind:
            log.warning("the archive is away; the journal waits", reason=reason)
        if self.behind and not behind:
            log.info("the archive is back")
        self.behind = behind


def _id(entry: str) -> tuple[int, int]:
    """An entry's id in the order the server gave it."""
    ms, _, sequence = entry.partition("-")
    return int(ms), int(sequence)
