"""Places for so many at once, over all partitions of a process; first come, first served."""

import asyncio
from collections import deque
from types import TracebackType


class Capacity:
    """Holds `size` places. `async with capacity.places(n)` waits until n are free; more than all of them counts as all."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = size
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def places(self, wanted: int) -> "Places":
        """So many places, taken on entering and given back on leaving."""
        return Places(self, min(wanted, self._size))

    async def take(self, wanted: int) -> None:
        """Wait for so many."""
        if not self._waiting and wanted <= self._free:
            self._free -= wanted
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(wanted)
            else:
                self._waiting.remove((wanted, turn))
                self.give_back(0)
            raise

    def give_back(self, taken: int) -> None:
        """So many are free again: for those who wait first."""
        self._free += taken
        while self._waiting and self._waiting[0][0] <= self._free:
            wanted, turn = self._waiting.popleft()
            self._free -= wanted
            turn.set_result(None)


class Places:
    """Some of the places, held while inside."""

    def __init__(self, capacity: Capacity, count: int) -> None:
        self._capacity = capacity
        self._count = count

    async def __aenter__(self) -> None:
        await self._capacity.take(self._count)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._capacity.give_back(self._count)
