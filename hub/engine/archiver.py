"""From the journal to the archive: batches and cursor in one transaction, then the journal is trimmed to what the archive has."""

import asyncio
from typing import Protocol, cast

import structlog

from hub.model.errors import HubError, StoreAway
from hub.model.journal import TurnTaken
from hub.model.ports import Clock
from hub.model.turn import OWNER_CHANGED
from hub.model.words import OwnerKind
from hub.store.codec import Undecodable, decode_journal
from hub.store.keys import Keys
from hub.store.links import Links, Need
from hub.store.queue import Queue

log = structlog.get_logger()
PAUSE_S = 0.2
PLENTY = 1024
"""So many entries at once, and the next are fetched without a pause. Fewer are waited for: a round costs as much for one as for hundreds,
and without the pause the rounds took more of a hub at 500 words a second than its turns."""
READ_AT_MOST = 256
_MARK = OWNER_CHANGED.encode()
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


class Archiver:
    """Copies the journals of the partitions held here. Two that copy the same one only repeat themselves."""

    def __init__(self, links: Links, keys: Keys, archive: Archive, *, held: Held, clock: Clock, queue: Queue) -> None:
        self._queue = queue
        self._links = links
        self._keys = keys
        self._archive = archive
        self._held = held
        self._clock = clock
        self._cursors: dict[int, str] = {}
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
                copied = 0
                self._cursors.clear()
            if copied < PLENTY:
                await self._clock.sleep(PAUSE_S)

    async def once(self) -> int:
        """Copy what there is, at most one batch of each partition; returns how many entries."""
        held = self._held()
        for gone in self._cursors.keys() - held:
            del self._cursors[gone]
        for number in held - self._cursors.keys():
            self._cursors[number] = await self._archive.cursor(number)
        batches = await self._read(sorted(held))
        if not batches:
            return 0
        for _, entries in batches:
            await self._index(entries)
        await self._archive.write(batches)
        await self._trim(batches)
        return sum(len(entries) for _, entries in batches)

    async def _index(self, entries: list[tuple[str, bytes]]) -> None:
        """Keep the queue of waiting conversations: said at least once for each change of owner, in order."""
        for _, blob in entries:
            if _MARK not in blob:
                continue
            try:
                turn = decode_journal(blob)
            except Undecodable:
                continue  # The archive keeps it as it is, and says so.
            if not isinstance(turn, TurnTaken):
                continue
            for fact in turn.facts:
                if fact.name == OWNER_CHANGED:
                    waits = fact.detail.get("owner") == OwnerKind.QUEUE
                    await self._queue.note(fact.detail["conversation"], turn.customer, since=turn.now if waits else None)

    async def _read(self, held: list[int]) -> list[Batch]:
        calls = [self._read_one(number) for number in held]
        return [(number, entries) for number, entries in zip(held, await asyncio.gather(*calls), strict=True) if entries]

    async def _read_one(self, number: int) -> list[tuple[str, bytes]]:
        key = self._keys.partitions[number].journal
        # Safe before it leaves: what a lost master did and its replica never saw is done again, and must not stand in the archive twice.
        answer = await self._links.call(key, "XRANGE", key, f"({self._cursors[number]}", "+", "COUNT", READ_AT_MOST, need=Need.SAFE)
        return [(entry.decode(), fields[1]) for entry, fields in cast("list[tuple[bytes, list[bytes]]]", answer)]

    async def _trim(self, batches: list[Batch]) -> None:
        calls = []
        for number, entries in batches:
            self._cursors[number] = last = entries[-1][0]
            key = self._keys.partitions[number].journal
            milliseconds, _, sequence = last.partition("-")
            calls.append(self._links.call(key, "XTRIM", key, "MINID", f"{milliseconds}-{int(sequence) + 1}"))
        for call in calls:
            await call

    def _told(self, *, behind: bool, reason: str = "") -> None:
        if behind and not self.behind:
            log.warning("the archive is away; the journal waits", reason=reason)
        if self.behind and not behind:
            log.info("the archive is back")
        self.behind = behind
