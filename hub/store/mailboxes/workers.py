"""Who lives and who should hold what: advice that workers share."""

from typing import cast

from hub.store.connections.links import Links
from hub.store.functions import function
from hub.store.keys import Keys

LIFE_MS = 2500
"""A worker silent for so long is taken for dead: with its beat (`engine/workers/worker.py`), its partitions are served again within 5 s."""

_BEAT, _ASSIGN = function("beat"), function("assign")


class Workers:
    """The heartbeats of all workers and the holders of all partitions. Raises StoreAway, ServerError."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self.keys = keys

    async def beat(self, worker: str, life_ms: int) -> set[str]:
        """Say that a worker lives ('': only look); returns all that live."""
        key = self.keys.workers
        return {w.decode() for w in cast("list[bytes]", await self._links.call(key, "FCALL", _BEAT, 1, key, worker, life_ms))}

    async def leave(self, worker: str) -> None:
        """Say that a worker lives no longer."""
        await self._links.call(self.keys.workers, "ZREM", self.keys.workers, worker)

    async def holders(self) -> dict[int, str]:
        """Partition → the worker that should hold it."""
        flat = cast("list[bytes]", await self._links.call(self.keys.holders, "HGETALL", self.keys.holders))
        return {int(flat[i]): flat[i + 1].decode() for i in range(0, len(flat), 2)}

    async def assign(self, partition: int, *, before: str, after: str) -> bool:
        """Change who should hold a partition, if it is still `before` ('': nobody)."""
        key = self.keys.holders
        return await self._links.call(key, "FCALL", _ASSIGN, 1, key, partition, before, after) == 1
