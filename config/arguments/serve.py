"""The command `hub serve`."""

import argparse
import asyncio
import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING

from config.arguments.settings import logs_of, own_settings
from hub.model.errors import SettingsError

if TYPE_CHECKING:
    from config.serving.process import Process
    from config.settings.values import Settings
    from hub.engine.logging.logs import Scrubber


def serve_parser(parser: argparse.ArgumentParser) -> None:
    """Describe it."""
    parser.add_argument("--roles", default="web,worker", help="web, worker or both; a second one with `worker` joins")
    parser.set_defaults(run=_serve)


def _serve(given: argparse.Namespace) -> int:
    from config.serving.process import Role as Part

    try:
        roles = tuple(Part(word.strip()) for word in given.roles.split(","))
    except ValueError as error:
        raise SettingsError(f"--roles {given.roles!r} is not right; name `web`, `worker` or `web,worker`.") from error
    settings = own_settings()
    return _run(settings, roles, logs_of(settings))


def _run(settings: "Settings", roles: Sequence[object], scrubber: "Scrubber") -> int:
    import uvloop

    from config.serving.hub import Hub
    from config.serving.process import Role as Part

    async def run() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        # Before anything is started: a signal between start and handler would leave the server behind.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        hub = Hub(settings, [Part(str(r)) for r in roles], hide=scrubber.learn)
        starting = asyncio.create_task(hub.start())
        stopped = asyncio.create_task(stopping.wait())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if starting.done():
                await _attended(starting.result(), stopping)
        finally:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
            await hub.stop()

    uvloop.run(run())
    return 0


async def _attended(process: "Process", stopping: asyncio.Event) -> None:
    """What is left to do once a hub serves; returns when it shall end."""
    from config.serving.preloading import warm
    from config.serving.welcome import print_served
    from config.wiring.core import tune_interpreter

    tune_interpreter()
    await print_served(process)
    warming = asyncio.create_task(warm(process))
    await stopping.wait()
    await warming
