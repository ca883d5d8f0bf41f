"""The application: which routes there are; and one server for them."""

import socket
from collections.abc import Mapping, Sequence

from aiohttp import web

from hub.web.http.headers import JSON_HEADERS
from hub.web.webhooks.door import BODY_BYTES
from hub.web.webhooks.fast_path import Door, DoorSite

SHUTDOWN_S = 10.0
"""How long open requests may take to end when the hub stops: a provider comes again for what was not answered."""


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

    `doors`: a short way for webhooks to some of the application's own paths.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S, handle_signals=False)
    await runner.setup()
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024)
    listening.setblocking(False)  # noqa: FBT003 - the socket's own signature
    await DoorSite(runner, listening, doors or {}).start()
    return runner, listening.getsockname()[1]


async def _nothing_here(_: web.Request) -> web.Response:
    return web.Response(status=404, text="There is nothing here.\n", headers=dict(JSON_HEADERS))
