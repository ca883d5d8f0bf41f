"""Reading streams by plain XREAD from cursors their owner holds: what is in a stream is what is not done."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

import structlog

from hub.model.channels.ports import Clock
from hub.model.errors import StoreAway, StoreFull
from hub.store.connections.links import Links
from hub.store.connections.wire import ServerError

log = structlog.get_logger()
BLOCK_MS = 400
"""How long one read waits; also how long a new source may wait for its first read."""
READ_AT_MOST = 64
BULK_EVERY = 10
START = "0-0"

Offer = Callable[[list[tuple[str, dict[bytes, bytes]]]], Awaitable[None]]


class Source:
    """One stream: where its owner stands, how much more he can take, what to do with what is read."""

    def __init__(self, key: str, offer: Offer, *, room: Callable[[], int]) -> None:
        self.key = key
        self.cursor = START
        self.offer = offer
        self.room = room


class Reader:
    """Reads all sources of one kind; bulk sources are read when the live ones are silent, or one time in ten."""

    def __init__(self, links: Links, clock: Clock) -> None:
        self._links = links
        self._clock = clock
        self._live: dict[str, Source] = {}
        self._bulk: dict[str, Source] = {}
        self._changed = asyncio.Event()

    def add(self, source: Source) -> None:
        """Read this stream too, as soon as it brings something."""
        self._live[source.key] = source
        self._changed.set()

    def add_bulk(self, source: Source) -> None:
        """Read this stream too, after the live ones."""
        self._bulk[source.key] = source

    def remove(self, key: str) -> None:
        """Read this stream no longer."""
        self._live.pop(key, None)
        self._bulk.pop(key, None)

    async def run(self) -> None:
        """Read until cancelled: one task per group of keys that one command may name."""
        while True:
            self._changed.clear()
            groups = self._links.groups(list(self._live))
            if not groups:
                await self._changed.wait()
                continue
            tasks: list[asyncio.Task[object]] = [asyncio.create_task(self._read_group(group)) for group in groups]
            changed: asyncio.Task[object] = asyncio.create_task(self._changed.wait())
            try:
                await asyncio.wait({changed, *tasks}, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    if task.done():
                        task.result()
            finally:
                for task in (changed, *tasks):
                    task.cancel()
                await asyncio.gather(changed, *tasks, return_exceptions=True)

    async def once(self) -> int:
        """Read everything there is right now, without waiting; returns how many entries came."""
        total = 0
        for sources in (self._live, self._bulk):
            for group in self._links.groups(list(sources)):
                total += await self._read(sources, group, block=None)
        return total

    async def _read_group(self, group: Sequence[str]) -> None:
        rounds = 0
        partitions = {key.rpartition("}")[0] for key in group}
        while any(key in self._live for key in group):
            rounds += 1
            try:
                came = await self._read(self._live, group, block=BLOCK_MS)
                if not came or rounds % BULK_EVERY == 0:
                    bulk = [key for key in self._bulk if key.rpartition("}")[0] in partitions]
                    for part in self._links.groups(bulk):
                        await self._read(self._bulk, part, block=None)
            except (StoreAway, StoreFull):
                self._rewind(group)
                await self._clock.sleep(0.1)
            except ServerError as error:
                self._rewind(group)
                await self._read_singly(group, error)
                await self._clock.sleep(0.1)

    async def _read_singly(self, group: Sequence[str], refused: ServerError) -> None:
        """One spoilt key refuses a read of them all: read each by itself, so that only its own partition suffers."""
        log.warning("a read is refused", error=str(refused))
        for sources, keys in ((self._live, group), (self._bulk, list(self._bulk))):
            for key in keys:
                with contextlib.suppress(ServerError, StoreAway, StoreFull):
                    await self._read(sources, [key], block=None)

    def _rewind(self, group: Sequence[str]) -> None:
        """After a break the server may be another one whose ids start lower: read from the beginning, owners know what they have."""
        for key in group:
            if key in self._live:
                self._live[key].cursor = START
        for source in self._bulk.values():
            source.cursor = START

    async def _read(self, sources: dict[str, Source], group: Sequence[str], *, block: int | None) -> int:
        asked = [sources[key] for key in group if key in sources and sources[key].room() > 0]
        if not asked:
            await self._clock.sleep(0.005 if block else 0)
            return 0
        if block and len(asked) < len(group):
            # Somebody had no room just now: look again soon instead of sleeping on the others.
            block = 5
        wait: tuple[str | int, ...] = ("BLOCK", block) if block else ()
        command = ("XREAD", "COUNT", READ_AT_MOST, *wait, "STREAMS", *(s.key for s in asked), *(s.cursor for s in asked))
        if block:
            answer = await self._links.block(asked[0].key, *command, timeout=block / 1000 + 5)
        else:
            answer = await self._links.call(asked[0].key, *command)
        return await _deliver({s.key.encode(): s for s in asked}, cast("list[list[object]] | None", answer))


async def _deliver(asked: dict[bytes, Source], answer: list[list[object]] | None) -> int:
    total = 0
    for key, entries in cast("list[tuple[bytes, list[tuple[bytes, list[bytes]]]]]", answer or []):
        source = asked[key]
        found = [(entry.decode(), dict(zip(fields[::2], fields[1::2], strict=True))) for entry, fields in entries if fields]
        total += len(found)
        await source.offer(found)
        # Only now: a reader stopped in the middle of the offer reads these again, and owners know what they have.
        if entries:
            source.cursor = entries[-1][0].decode()
    return total
