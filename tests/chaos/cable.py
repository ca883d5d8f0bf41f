"""A cable between a hub process and its server that can be cut, stalled and slowed down."""

import asyncio
from typing import cast


class Cable:
    """Passes TCP on from a loopback port of its own. A cut one refuses and closes; a stalled one takes bytes and delivers them later."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self.stalled = False
        self.delay = 0.0
        self.ends: set[_End] = set()
        self._to = to
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen: on a free port at first, on the same one ever after."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _End(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Close everything and refuse what comes."""
        if self._server:
            self._server.close()
            self._server = None
        for end in list(self.ends):
            end.abort()

    async def mend(self) -> None:
        """Be a good cable again; what was stalled arrives now."""
        self.stalled, self.delay = False, 0.0
        for end in list(self.ends):
            end.release()
        if self._server is None:
            await self.start()

    async def reach(self, end: "_End") -> None:
        """Connect the far end of what just came in."""
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: _End(self, end), "127.0.0.1", self._to)
        except OSError:
            end.abort()


class _End(asyncio.Protocol):
    """One end of one connection; `other` gets what comes in here."""

    def __init__(self, cable: Cable, other: "_End | None" = None) -> None:
        self._cable = cable
        self._other = other
        self._kept: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._reaching: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._cable.ends.add(self)
        if self._other is None:
            self._reaching = asyncio.get_running_loop().create_task(self._cable.reach(self))
        else:
            self._other.join(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._cable.ends.discard(self)
        if self._other:
            self._other.abort()

    def data_received(self, data: bytes) -> None:
        if self._other is None or self._cable.stalled or self._kept:
            self._kept.append(data)
        elif self._cable.delay:
            asyncio.get_running_loop().call_later(self._cable.delay, self._other.write, data)
        else:
            self._other.write(data)

    def join(self, other: "_End") -> None:
        """The far end is there."""
        self._other = other
        if self._transport is None:
            other.abort()
        elif not self._cable.stalled:
            self.release()

    def release(self) -> None:
        """Deliver what was kept."""
        if self._other:
            kept, self._kept = self._kept, []
            self._other.write(b"".join(kept))

    def write(self, data: bytes) -> None:
        if self._transport and data:
            self._transport.write(data)

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()
