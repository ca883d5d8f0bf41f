"""The web chat's door: the page, the widget, the WebSocket they speak over, and plain requests where that is blocked. No decisions."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from hub.model.webchat.chat import FRAME_BYTES
from hub.web.chat.fallback import ChatFallback
from hub.web.chat.files import FileDoor
from hub.web.chat.ports import ChatPorts, ChatSettings
from hub.web.chat.socket import ChatSocket
from hub.web.http.origin import Origin
from hub.web.http.page_origins import ChatOrigins
from hub.web.http.sockets import Sockets

_FILES = {"/chat": "index.html", "/chat/mark.svg": "mark.svg"}

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' https:; media-src 'self' https:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; object-src 'none'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_WIDGET_HEADERS = {
    "Server": "omnihub",
    "Content-Type": "text/javascript; charset=utf-8",
    # Pasted into pages for years: asked for anew within minutes, so that a new version reaches them all.
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
}
_NOT_BUILT = "The widget is not built: run `make screens` in the project's folder, then load this page again.\n"


class ChatDoor:
    """Serves `/chat…`, `/media/…` and `/widget.js`."""

    def __init__(self, settings: ChatSettings, ports: ChatPorts, *, origin: Origin) -> None:
        self._settings = settings
        self._ports = ports
        self._origins = ChatOrigins(settings.origins, origin=origin)
        self._fallback = ChatFallback(settings, ports)
        self._files = FileDoor(settings, ports.filing, origin=origin, clock=lambda: asyncio.get_running_loop().time())
        self._sockets: Sockets[ChatSocket] = Sockets(
            settings.sockets, frame_bytes=FRAME_BYTES, heartbeat_s=settings.heartbeat_s, crowded="Too many chats are open: come again.\n"
        )

    @property
    def open_sockets(self) -> int:
        """How many pages are connected."""
        return len(self._sockets)

    @property
    def waiting_requests(self) -> int:
        """How many pages wait for entries without a WebSocket."""
        return self._fallback.waiting

    def routes(self) -> list[web.RouteDef]:
        """The page, its files, the widget, the WebSocket, the plain requests, uploads and what was uploaded."""
        guarded, preflight = self._origins.guarded, self._origins.preflight
        return [
            *(web.get(path, self._page(name)) for path, name in _FILES.items()),
            web.get("/widget.js", self._widget),
            web.get("/chat/ws", self.connect),
            web.post("/chat/say", guarded(self._fallback.say)),
            web.get("/chat/entries", guarded(self._fallback.entries), allow_head=False),
            web.post("/chat/files", guarded(self._files.upload)),
            *(web.options(path, preflight) for path in ("/chat/say", "/chat/entries", "/chat/files")),
            *self._ports.media.routes(),
        ]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """One page's connection, for as long as it lasts. 403 for a foreign origin, 503 when too many are open."""
        if not self._origins.allows(request):
            return web.Response(status=403, text="This address may not open the chat: add it to the chat's origins.\n")
        return await self._sockets.serve(request, lambda wire: ChatSocket(wire, self._settings, self._ports))

    async def close(self, _app: web.Application | None = None) -> None:
        """Tell every page that we go; they come again by themselves. Fits `app.on_shutdown`."""
        self._fallback.close()
        await asyncio.gather(*(socket.leave() for socket in self._sockets))

    def _page(self, name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        path = self._settings.pages / name

        async def page(_request: web.Request) -> web.StreamResponse:
            return web.FileResponse(path, headers=_HEADERS)

        return page

    async def _widget(self, _request: web.Request) -> web.StreamResponse:
        path = self._settings.built / "widget.js"
        if not path.is_file():
            return web.Response(status=503, text=_NOT_BUILT, headers={"Cache-Control": "no-store"})
        return web.FileResponse(path, headers=_WIDGET_HEADERS)
