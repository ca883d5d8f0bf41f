"""Turns share the loop with webhooks to be answered, marks and consoles: they pause, so that these come in between."""

import asyncio
import time
from collections.abc import Callable

SLICE_S = 0.005
"""CPU that turns take in one round of the loop, over all partitions of the process; then the loop's other work has its round."""
LONG_S = 0.02
"""More than this in one go is a heavy dialog's; then no turn begins for as long as it took."""
REST_AT_MOST_S = 0.1
ROUNDS = 4
"""A rest lasts at least so many rounds of the loop, which is what a webhook takes: read, pushed to the store, answered by it, written."""


class Pacing:
    """One a process. `until_free` before turns, `begin` at their begin, `note` after each customer's; while not `free`, none begins."""

    def __init__(self, *, spent: Callable[[], float] = time.thread_time) -> None:
        """`spent`: the CPU used so far, in s."""
        self._spent = spent
        self._since = 0.0
        self._round = 0.0
        self._gate = asyncio.Event()
        self._gate.set()
        self.resting = False

    @property
    def free(self) -> bool:
        """Whether turns may be taken now."""
        return self._gate.is_set()

    async def until_free(self) -> None:
        """Return when turns may be taken."""
        # Whoever is woken with us may have used the round up.
        while not self._gate.is_set():
            await self._gate.wait()

    def begin(self) -> None:
        """Turns begin: what was spent before was not theirs."""
        self._since = self._spent()

    def note(self) -> None:
        """A customer's turns were taken since `begin` or the last note."""
        now = self._spent()
        took, self._since = now - self._since, now
        if not self._round:
            asyncio.get_running_loop().call_soon(self._next_round)
        self._round += took
        if took >= LONG_S:
            self.resting = True
            self._gate.clear()
            asyncio.get_running_loop().call_later(min(took, REST_AT_MOST_S), self._rested, ROUNDS)
        elif self._round >= SLICE_S:
            self._gate.clear()

    def _next_round(self) -> None:
        self._round = 0.0
        if not self.resting:
            self._gate.set()

    def _rested(self, rounds: int) -> None:
        if rounds:
            # The machine may have done other things all the while.
            asyncio.get_running_loop().call_soon(self._rested, rounds - 1)
            return
        self.resting = False
        self._gate.set()
