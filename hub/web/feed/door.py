"""The live feed's door: `/api/feed`, a WebSocket for our own pages and for programs with a token."""

import asyncio

from aiohttp import web

from hub.model.errors import StoreAway
from hub.model.inbox.feed import FRAME_BYTES
from hub.model.shop.people import Right
from hub.web.feed.socket import FeedRooms, FeedSocket
from hub.web.http.problems import Refusal, answered
from hub.web.http.sockets import Sockets

SOCKETS = 2_000
HEARTBEAT_S = 25.0
"""Proxies close what is silent for a minute."""


class FeedDoor:
    """Serves the WebSocket."""

    def __init__(self, rooms: FeedRooms) -> None:
        self._rooms = rooms
        self._sockets: Sockets[FeedSocket] = Sockets(
            SOCKETS, frame_bytes=FRAME_BYTES, heartbeat_s=HEARTBEAT_S, crowded="Too many consoles are open: come again.\n"
        )

    def routes(self) -> list[web.RouteDef]:
        """The one path."""
        return [web.get("/api/feed", self.connect)]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """One console's connection, for as long as it lasts; 401 and 403 as the API, 503 while nobody can tell who asks."""
        try:
            caller = await self._rooms.signing.page(request, Right.LOOK)
        except Refusal as refused:
            return answered(refused)
        except StoreAway:
            return web.Response(status=503, text="The store is away: come again.\n", headers={"Retry-After": "2"})
        return await self._sockets.serve(request, lambda wire: FeedSocket(wire, request, caller, self._rooms))

    async def close(self, _app: web.Application | None = None) -> None:
        """Tell every console that we go; they come again by themselves. Fits `app.on_shutdown`."""
        for socket in self._sockets:
            socket.end("restart")
        # Their last frames leave before the server closes what is open.
        for _ in range(50):
            if not len(self._sockets):
                return
            await asyncio.sleep(0.02)
