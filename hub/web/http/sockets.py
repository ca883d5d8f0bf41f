"""The WebSockets of a door: how many may be open, and each for as long as it lasts."""

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from aiohttp import web


class Socket(Protocol):
    """One connection with somebody at its other end."""

    async def serve(self) -> None:
        """Returns when it is over."""


S = TypeVar("S", bound=Socket)


class Sockets(Generic[S]):
    """At most `most` at a time. `frame_bytes`: the largest frame taken; `crowded`: what one too many is told, with a 503."""

    def __init__(self, most: int, *, frame_bytes: int, heartbeat_s: float, crowded: str) -> None:
        self._most = most
        self._frame_bytes = frame_bytes
        self._heartbeat_s = heartbeat_s
        self._crowded = crowded
        self._open: set[S] = set()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[S]:
        return iter(tuple(self._open))

    async def serve(self, request: web.Request, make: Callable[[web.WebSocketResponse], S]) -> web.StreamResponse:
        """Open one and stay until it is over."""
        if len(self._open) >= self._most:
            return web.Response(status=503, text=self._crowded, headers={"Retry-After": "5"})
        wire = web.WebSocketResponse(max_msg_size=self._frame_bytes, heartbeat=self._heartbeat_s, compress=False)
        await wire.prepare(request)
        socket = make(wire)
        self._open.add(socket)
        try:
            await socket.serve()
        finally:
            self._open.discard(socket)
        return wire
