"""The application: which routes there are; and one server for them."""

import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast

from aiohttp import hdrs, web

from hub.web.headers import JSON_HEADERS
from hub.web.hooks import BODY_BYTES

SHUTDOWN_S = 10.0
"""How long open requests may take to end when the hub stops: a provider comes again for what was not answered."""

Door = Callable[[web.Request], Awaitable[web.StreamResponse]]
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def application(*tables: Sequence[web.RouteDef]) -> web.Application:
    """All tables of routes in one application, in their order, and a 404 for the rest.

    There is no middleware on purpose: it would cost every webhook; what an answer needs, its own route adds.
    """
    app = web.Application(client_max_size=BODY_BYTES)
    for table in tables:
        app.add_routes(table)
    app.router.add_route("*", "/{rest:.*}", _nothing_here)
    return app


async def serve(app: web.Application, *, host: str, port: int, doors: Mapping[str, Door] | None = None) -> tuple[web.AppRunner, int]:
    """Serve until `runner.cleanup()`; port 0: any free one. Returns the runner and the port. OSError where it is taken.

    `doors`: handlers of some of the application's own paths, found past its router, which takes a fifth of a bare request's CPU.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S, handle_signals=False)
    await runner.setup()
    if doors and runner.server is not None:
        runner.server.request_handler = _straight(doors, runner.server.request_handler)
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024)
    listening.setblocking(False)  # noqa: FBT003 - the socket's own signature
    await web.SockSite(runner, listening).start()
    return runner, listening.getsockname()[1]


def _straight(doors: Mapping[str, Door], otherwise: Handler) -> Handler:
    """The way past the router for a request whose path is exactly a door's; one that expects `100 Continue` takes the usual way."""

    def handler(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        door = doors.get(request.raw_path)
        # The application's own request factory makes nothing else.
        return otherwise(request) if door is None or hdrs.EXPECT in request.headers else door(cast("web.Request", request))

    return handler


async def _nothing_here(_: web.Request) -> web.Response:
    return web.Response(status=404, text="There is nothing here.\n", headers=dict(JSON_HEADERS))
