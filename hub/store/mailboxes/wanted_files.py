"""Files that are still to be fetched from providers: what each is, when it is due, how often it was tried; durable, per partition."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import cast

from msgspec import DecodeError, Struct, msgpack

from hub.model.files.wanted import Wanted
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import encode
from hub.store.keys import Keys, PartitionKeys

_decode = msgpack.Decoder(Wanted).decode


class Claimed(Struct, frozen=True):
    """A file one worker fetches now. `tries`: how often it was claimed, this time too; `until` (ms): nobody else claims it before."""

    wanted: Wanted
    tries: int
    until: int


class WantedFiles:
    """The queue. What was added is there until `done`, whatever process dies. Every method raises StoreAway, `add` StoreFull besides."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def add(self, wanted: Iterable[Wanted], *, now: int) -> set[int]:
        """Note them, due at once; what is there already stays as it is. Returns the partitions they lie in."""
        added = [(self._keys.of_customer(one.customer), one) for one in wanted]
        await asyncio.gather(*(self._add(keys, one, now) for keys, one in added))
        return {keys.number for keys, _ in added}

    async def _add(self, keys: PartitionKeys, one: Wanted, now: int) -> None:
        # What it is comes first: whoever finds it due must be able to read it. Cut short between, both are done again.
        await self._links.call(keys.fence, "HSETNX", keys.files_wanted, one.id, encode(one), need=Need.SAFE)
        await self._links.call(keys.fence, "ZADD", keys.files, "NX", now, one.id, need=Need.SAFE)

    async def due(self, partitions: Sequence[int], *, now: int, most: int) -> list[tuple[int, str, int]]:
        """The most overdue ones of these partitions: partition, id, and when they were due (ms)."""
        keys = [self._keys.partitions[n] for n in partitions]
        calls = [self._links.call(k.fence, "ZRANGE", k.files, "-inf", now, "BYSCORE", "LIMIT", 0, most, "WITHSCORES") for k in keys]
        answers = cast("list[list[bytes]]", await asyncio.gather(*calls))
        found = [
            (n, flat[i].decode(), int(float(flat[i + 1])))
            for n, flat in zip(partitions, answers, strict=True)
            for i in range(0, len(flat), 2)
        ]
        return sorted(found, key=lambda one: one[2])[:most]

    async def claim(self, partition: int, id: str, *, due: int, until: int) -> Claimed | None:  # noqa: A002 - the queue's own word
        """Take one that was due then, so that others look at it again at `until`; None where somebody was first, or it is gone."""
        keys = self._keys.partitions[partition]
        # Compare and set in one command: of two that add to the same number only the first finds what it expects.
        answer = await self._links.call(keys.fence, "ZINCRBY", keys.files, until - due, id)
        if int(float(cast("bytes", answer))) != until:
            return None
        blob = cast("bytes | None", await self._links.call(keys.fence, "HGET", keys.files_wanted, id))
        wanted = _read(blob)
        if wanted is None:
            if blob is None:
                await self._drop(keys, [id])
            return None
        tries = cast("int", await self._links.call(keys.fence, "HINCRBY", keys.files_tried, id, 1))
        return Claimed(wanted, tries, until)

    async def again(self, wanted: Wanted, *, due: int) -> None:
        """Not now: it is due then (ms)."""
        keys = self._keys.of_customer(wanted.customer)
        await self._links.call(keys.fence, "ZADD", keys.files, "XX", due, wanted.id)

    async def done(self, wanted: Wanted) -> None:
        """What became of it is told."""
        await self._drop(self._keys.of_customer(wanted.customer), [wanted.id])

    async def forget(self, customer: str) -> int:
        """Drop all that a customer sent; returns how many."""
        keys = self._keys.of_customer(customer)
        flat = cast("list[bytes]", await self._links.call(keys.fence, "HGETALL", keys.files_wanted))
        theirs = [flat[i].decode() for i in range(0, len(flat), 2) if customer.encode() in flat[i + 1]]
        await self._drop(keys, theirs)
        return len(theirs)

    async def waiting(self) -> int:
        """How many wait in all."""
        calls = [self._links.call(keys.fence, "ZCARD", keys.files) for keys in self._keys.partitions]
        return sum(cast("list[int]", await asyncio.gather(*calls)))

    async def _drop(self, keys: PartitionKeys, ids: Sequence[str]) -> None:
        if not ids:
            return
        await self._links.call(keys.fence, "ZREM", keys.files, *ids)
        for name in (keys.files_tried, keys.files_wanted):
            await self._links.call(keys.fence, "HDEL", name, *ids)


def _read(blob: bytes | None) -> Wanted | None:
    """None also for what a newer version wrote: that one will fetch it."""
    try:
        return None if blob is None else _decode(blob)
    except DecodeError:
        return None
