"""The web chat's door: the page and its three files, and the WebSocket the page speaks over. No decisions."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from hub.model.chat import FRAME_BYTES
from hub.web.chat_ports import ChatPorts, ChatSettings
from hub.web.chat_socket import ChatSocket
from hub.web.origin import Origin

_FILES = {"/chat": "index.html", "/chat/chat.js": "chat.js", "/chat/chat.css": "chat.css", "/chat/mark.svg": "mark.svg"}

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; object-src 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class ChatDoor:
    """Serves `/chat` and `/chat/ws`."""

    def __init__(self, settings: ChatSettings, ports: ChatPorts, *, origin: Origin) -> None:
        self._settings = settings
        self._ports = ports
        self._origin = origin
        self._open: set[ChatSocket] = set()

    @property
    def open_sockets(self) -> int:
        """How many pages are connected."""
        return len(self._open)

    def routes(self) -> list[web.RouteDef]:
        """The page, its files, the WebSocket."""
        pages = [web.get(path, self._page(name)) for path, name in _FILES.items()]
        return [*pages, web.get("/chat/ws", self.connect)]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """One page's connection, for as long as it lasts. 403 for a foreign origin, 503 when too many are open."""
        if not self._is_ours(request):
            return web.Response(status=403, text="This address may not open the chat: add it to the chat's origins.\n")
        if len(self._open) >= self._settings.sockets:
            return web.Response(status=503, text="Too many chats are open: come again.\n", headers={"Retry-After": "5"})
        wire = web.WebSocketResponse(max_msg_size=FRAME_BYTES, heartbeat=self._settings.heartbeat_s, compress=False)
        await wire.prepare(request)
        socket = ChatSocket(wire, self._settings, self._ports)
        self._open.add(socket)
        try:
            await socket.serve()
        finally:
            self._open.discard(socket)
        return wire

    async def close(self, _app: web.Application | None = None) -> None:
        """Tell every page that we go; they come again by themselves. Fits `app.on_shutdown`."""
        await asyncio.gather(*(socket.leave() for socket in tuple(self._open)))

    def _is_ours(self, request: web.Request) -> bool:
        """A browser always names the page's origin; a session's token lies in that origin's storage and is sent by no one else."""
        origin = request.headers.get("Origin", "")
        return bool(origin) and (origin == self._origin.base(request) or origin in self._settings.origins)

    def _page(self, name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        path = self._settings.pages / name

        async def page(_request: web.Request) -> web.StreamResponse:
            return web.FileResponse(path, headers=_HEADERS)

        return page
