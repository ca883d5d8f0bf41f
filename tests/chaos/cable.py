"""A cable between a hub process and its server that can be cut, stalled and slowed down."""

import asyncio
from collections import deque
from typing import cast

from tests.processes import free_port


class Cable:
    """Passes TCP on from a loopback port of its own. A cut one refuses and closes; a stalled one takes bytes and delivers them later."""

    def __init__(self, to: int) -> None:
        self.port = free_port()
        self.stalled = False
        self.delay = 0.0
        self.ends: set[_End] = set()
        self._to = to
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen, on the same port each time."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _End(self), "127.0.0.1", self.port)

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
        self._line: deque[tuple[float, bytes]] = deque()
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
        cable = self._cable
        if self._other and not (self._line or cable.stalled or cable.delay):
            self._other.write(data)
            return
        # Never past what came before, or the cable would scramble what it only should delay.
        loop = asyncio.get_running_loop()
        self._line.append((loop.time() + cable.delay, data))
        loop.call_later(cable.delay, self._deliver)

    def join(self, other: "_End") -> None:
        """The far end is there."""
        self._other = other
        if self._transport is None:
            other.abort()
        self._deliver()

    def release(self) -> None:
        """Deliver all that was kept."""
        while self._line and self._other:
            self._other.write(self._line.popleft()[1])

    def _deliver(self) -> None:
        """Deliver what is due."""
        now = asyncio.get_running_loop().time()
        while self._line and self._other and not self._cable.stalled and self._line[0][0] <= now:
            self._other.write(self._line.popleft()[1])

    def write(self, data: bytes) -> None:
        if self._transport and data:
            self._transport.write(data)

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()
