"""The system's clock, behind the port."""

import asyncio
import time


class SystemClock:
    """Wall clock for what people read, CLOCK_BOOTTIME for what must not jump."""

    def now(self) -> int:
        """Wall clock, ms since 1970."""
        return time.time_ns() // 1_000_000

    def boottime(self) -> float:
        """Seconds of CLOCK_BOOTTIME (CLOCK_MONOTONIC where a system has none)."""
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

    async def sleep(self, seconds: float) -> None:
        """Let others run for so long."""
        await asyncio.sleep(seconds)
