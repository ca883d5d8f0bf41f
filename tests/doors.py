"""A hub's door for tests of those who knock at it: takes everything, notes what came."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

Door = tuple[str, list[bytes]]
"""Where it is, and the bodies that came, in order."""


@asynccontextmanager
async def hub_door(path: str = "/") -> AsyncIterator[Door]:
    """Open until the end."""
    arrived: list[bytes] = []

    async def take(asked: web.Request) -> web.Response:
        arrived.append(await asked.read())
        return web.Response()

    app = web.Application()
    app.add_routes([web.post(path, take)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{path}", arrived
    finally:
        await runner.cleanup()
