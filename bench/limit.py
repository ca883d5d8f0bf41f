"""The limit: a bare aiohttp endpoint that decodes the JSON and answers. Nothing is checked, kept or understood."""

import asyncio
import sys

import msgspec
import uvloop
from aiohttp import web

_decode = msgspec.json.decode


async def _take(request: web.Request) -> web.Response:
    _decode(await request.read())
    return web.Response()


async def _ready(_: web.Request) -> web.Response:
    return web.Response()


async def _serve(port: int) -> None:
    app = web.Application()
    app.router.add_post("/limit", _take)
    app.router.add_get("/readyz", _ready)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
