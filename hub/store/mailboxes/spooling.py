"""Who has events on disk that the mailboxes do not have yet: while anybody does, nobody pushes past them."""

import asyncio
from collections.abc import Sequence
from typing import cast

from hub.model.subject import PARTITIONS
from hub.store.connections.links import Links, Need
from hub.store.functions import function
from hub.store.keys import Keys

_BEAT = function("beat")
LIFE_MS = 10_000
"""A process silent for so long drains nothing any more; whoever opens its folder next does, marked late."""


class Spooling:
    """The register of spooling processes: a flag in each partition, where the push looks, and one list of heads. Raises StoreAway."""

    def __init__(self, links: Links, keys: Keys, *, process: str) -> None:
        self._links = links
        self._keys = keys
        self.process = process

    def announce(self) -> None:
        """Put the flags up at once, on the connection that stands by: written before a frozen server thaws, they are read first."""
        for partition in self._keys.partitions:
            call = self._links.standby("SADD", partition.spooling, self.process)
            call.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def register(self, *heads: int) -> None:
        """Say how old the oldest undrained event of each strand is (ms since 1970; one for all will do). All flags are up on return."""
        keys = self._keys
        calls = [self._links.call(p.spooling, "SADD", p.spooling, self.process) for p in keys.partitions]
        calls.append(self._links.call(keys.spooling, "HSET", keys.spooling, self.process, _text(heads), need=Need.SAFE))
        for call in calls:
            await call
        await self.beat()

    async def unregister(self, process: str = "") -> None:
        """Take the flags of a process down (its own, or a dead one's)."""
        gone, keys = process or self.process, self._keys
        calls = [self._links.call(p.spooling, "SREM", p.spooling, gone) for p in keys.partitions]
        for call in calls:
            await call
        await self._links.call(keys.spooling, "HDEL", keys.spooling, gone)

    async def others(self, heads: Sequence[int]) -> dict[str, list[int]]:
        """Say how far we are; returns the heads of all other living processes. One round trip."""
        key = self._keys.spooling
        noted = self._links.call(key, "HSET", key, self.process, _text(heads))
        living, found = await asyncio.gather(self.beat(), self.heads())
        await noted
        return {p: h for p, h in found.items() if p in living and p != self.process}

    async def beat(self) -> set[str]:
        """Say that we live; returns the spoolers that do."""
        key = f"{self._keys.spooling}:living"
        living = await self._links.call(key, "FCALL", _BEAT, 1, key, self.process, LIFE_MS)
        return {p.decode() for p in cast("list[bytes]", living)}

    async def heads(self) -> dict[str, list[int]]:
        """Process → its heads (one, where they are all the same); those that only put up flags so far stand with 0."""
        key, flag = self._keys.spooling, self._keys.partitions[PARTITIONS - 1].spooling
        noted, flags = self._links.call(key, "HGETALL", key), self._links.call(flag, "SMEMBERS", flag)
        flat, flagged = cast("list[bytes]", await noted), cast("list[bytes]", await flags)
        heads = {flat[i].decode(): [int(head) for head in flat[i + 1].split(b" ")] for i in range(0, len(flat), 2)}
        return {**{p.decode(): [0] for p in flagged}, **heads}


def _text(heads: Sequence[int]) -> str:
    return " ".join(map(str, heads))
