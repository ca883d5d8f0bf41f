"""Which pages may talk to the chat: our own, and the shop's as the settings name them."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from hub.web.http.headers import JSON_HEADERS
from hub.web.http.origin import Origin

ANY = "*"
_ASKED_AGAIN_S = "7200"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ChatOrigins:
    """Answers preflights, refuses foreign pages, and lets the allowed ones read the answers. No cookie is ever taken or set."""

    def __init__(self, allowed: frozenset[str], *, origin: Origin) -> None:
        self._allowed = allowed
        self._origin = origin

    def allows(self, request: web.Request) -> bool:
        """A browser always names the page's origin; a session's token lies in that origin's storage and is sent by no one else."""
        origin = request.headers.get("Origin", "")
        return bool(origin) and (origin == self._origin.base(request) or origin in self._allowed or ANY in self._allowed)

    def guarded(self, handler: Handler) -> Handler:
        """The handler for allowed pages, 403 for all others. What names no origin is our own page, or no browser."""

        async def handle(request: web.Request) -> web.StreamResponse:
            origin = request.headers.get("Origin", "")
            if origin and not self.allows(request):
                text = "This address may not open the chat: add it to the chat's origins.\n"
                return web.Response(status=HTTPStatus.FORBIDDEN, text=text, headers=dict(JSON_HEADERS))
            answer = await handler(request)
            answer.headers.update(self._headers(origin))
            return answer

        return handle

    async def preflight(self, request: web.Request) -> web.StreamResponse:
        """What an allowed page may send; nothing is told to others."""
        headers = {**JSON_HEADERS, "Vary": "Origin"}
        if self.allows(request):
            headers |= self._headers(request.headers["Origin"])
            headers["Access-Control-Allow-Methods"] = "GET, POST"
            headers["Access-Control-Allow-Headers"] = "content-type, x-chat-session"
            headers["Access-Control-Max-Age"] = _ASKED_AGAIN_S
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)

    def _headers(self, origin: str) -> dict[str, str]:
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin else {"Vary": "Origin"}
