"""When the first byte of a request came in, which an aiohttp handler is not told."""

import asyncio
import time


class Arrivals:
    """First-byte times by connection: seconds of CLOCK_MONOTONIC, which all processes of a machine share."""

    def __init__(self) -> None:
        self._times: dict[asyncio.BaseTransport, float] = {}

    @property
    def seen(self) -> int:
        """On how many connections a request is coming in."""
        return len(self._times)

    def note(self, transport: asyncio.BaseTransport) -> None:
        """Bytes came: the first since the last request was read whole count."""
        if transport not in self._times:
            self._times[transport] = time.monotonic()

    def first_byte(self, transport: asyncio.BaseTransport | None) -> float:
        """When the request that is being read began."""
        return self._times.get(transport, time.monotonic()) if transport else time.monotonic()

    def whole(self, transport: asyncio.BaseTransport | None) -> None:
        """The request is read whole: the next byte begins another."""
        if transport:
            self._times.pop(transport, None)


class Watched(asyncio.Protocol):
    """Passes everything on to the server's own protocol and notes when bytes come."""

    def __init__(self, inner: asyncio.Protocol, arrivals: Arrivals) -> None:
        self._inner = inner
        self._arrivals = arrivals
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        self._transport = transport
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._transport:
            self._arrivals.note(self._transport)
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """The client will send no more."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._arrivals.whole(self._transport)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """The client reads too slowly."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """The client reads again."""
        self._inner.resume_writing()
