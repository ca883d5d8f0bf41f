"""A process of its own that works until a turn kills it; started by the tests of poison."""

import asyncio
import os
import sys

from config.core import Turning, store, worker
from hub.engine.accounts import Rates
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.model.events import Said
from hub.model.turn import Turn
from hub.store.keys import Keys
from hub.store.links import connect
from tests.engine.provider import Provider
from tests.engine.world import Doing, Echo, house_steps

DEADLY = "die"
STATUS = 41


def dies(turn: Turn) -> Turn:
    """What no exception handler survives."""
    if isinstance(turn.event.body, Said) and turn.event.body.text == DEADLY:
        os._exit(STATUS)
    return turn


async def live(url: str, prefix: str, name: str) -> None:
    """Work until killed."""
    links = await connect(url)
    turning = Turning(steps=house_steps(Doing(dies), Echo()), urgent=lambda _: False, quiet=0)
    parts = store(links, Keys(prefix))
    await worker(parts, turning, [(Provider(), Rates())], clock=SystemClock(), counters=Counters(), name=name).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], sys.argv[2], sys.argv[3]))
