"""A hub of whichever version stands first on the path, by a clock that is set over its standard input; ends when that is closed.

Run as a script, by the landed version's code too: it may use only what both versions have, wherever each has it.
"""

import asyncio
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import uvloop

from hub.engine.clock import SystemClock


def found(name: str, *rooms: str) -> Any:  # noqa: ANN401 - what it is, each version says itself
    """That name of the first of these modules that this version has."""
    for room in rooms:
        try:
            return getattr(import_module(room), name)
        except ModuleNotFoundError:
            continue
    raise ImportError(f"{name} is in none of {rooms}")


Hub = found("Hub", "config.serving.hub", "config.serve")
Role = found("Role", "config.serving.process", "config.serve")
load_settings = found("load_settings", "config.settings.load", "config.settings")


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
