"""A hub of whichever version stands first on the path, by a clock that is set over its standard input; ends when that is closed.

Run as a script, by the landed version's code too: it may use only what both versions have.
"""

import asyncio
import os
import sys
from pathlib import Path

import uvloop

from config.serve import Hub, Role
from config.settings import load_settings
from hub.engine.clock import SystemClock


class SetClock(SystemClock):
    """The system's clock, `ahead` ms before it (behind where that is negative)."""

    def __init__(self, ahead: int) -> None:
        self.ahead = ahead

    def now(self) -> int:
        return super().now() + self.ahead


async def serve(clock: SetClock) -> None:
    """Serve until nobody sets the clock any more."""
    hub = Hub(load_settings(os.environ, folder=Path.cwd()), [Role.WEB, Role.WORKER], clock=clock)
    try:
        process = await hub.start()
        print(f"serves on {process.port}", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            clock.ahead = int(line)
            print(f"clock {clock.ahead}", flush=True)
    finally:
        await hub.stop()


if __name__ == "__main__":
    uvloop.run(serve(SetClock(int(sys.argv[1]))))
