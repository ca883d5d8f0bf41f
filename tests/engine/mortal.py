"""Processes of their own that work until a turn kills them; started by the tests of poison."""

import asyncio
import os
import sys

from config.storage.store import store
from config.wiring.core import Turning, worker
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.model.channels.rates import Rates
from hub.model.events.event import Said
from hub.model.turns.turn import Turn
from hub.store.connections.links import connect
from hub.store.keys import Keys
from tests.engine.provider import Provider
from tests.engine.world import Doing, house_steps

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
    turning = Turning(steps=house_steps(Doing(dies)), urgent=lambda _: False, quiet=0)
    parts = store(links, Keys(prefix))
    await worker(parts, turning, [(Provider(), Rates())], clock=SystemClock(), counters=Counters(), name=name).start()
    await asyncio.Event().wait()


def main(url: str, prefix: str) -> None:
    """One life for each name read from standard input, told its end by a line; forked, for importing takes longer than living."""
    for name in sys.stdin:
        child = os.fork()
        if child == 0:
            # What it logs is no end of a life.
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            asyncio.run(live(url, prefix, name.strip()))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
