"""The live feed's door: `/api/feed`, a WebSocket for our own pages and for programs with a token."""

import asyncio

from aiohttp import web

from hub.model.errors import StoreAway
from hub.model.feed import FRAME_BYTES
from hub.model.people import Right
from hub.web.feed_socket import FeedRooms, FeedSocket
from hub.web.problems import Refusal, answered

SOCKETS = 2_000
HEARTBEAT_S = 25.0
"""Proxies close what is silent for a minute."""


class FeedDoor:
    """Serves the WebSocket."""

    def __init__(self, rooms: FeedRooms) -> None:
        self._rooms = rooms
        self._open: set[FeedSocket] = set()

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
        if len(self._open) >= SOCKETS:
            return web.Response(status=503, text="Too many consoles are open: come again.\n", headers={"Retry-After": "5"})
        wire = web.WebSocketResponse(max_msg_size=FRAME_BYTES, heartbeat=HEARTBEAT_S, compress=False)
        await wire.prepare(request)
        socket = FeedSocket(wire, request, caller, self._rooms)
        self._open.add(socket)
        try:
            await socket.serve()
        finally:
            self._open.discard(socket)
        return wire

    async def close(self, _app: web.Application | None = None) -> None:
        """Tell every console that we go; they come again by themselves. Fits `app.on_shutdown`."""
        for socket in tuple(self._open):
            socket.end("restart")
        # Their last frames leave before the server closes what is open.
        for _ in range(50):
            if not self._open:
                return
            await asyncio.sleep(0.02)
