"""A short way for webhooks through aiohttp's server: its parser, its connections, but no request object, no task, no response object each.

Half of what aiohttp spends on a bare request goes into things a webhook does not need (measured: docs/performance.md). Whatever is
not plainly a webhook to a known account is served by aiohttp as ever, from that request on for the rest of its connection.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from time import time
from typing import Any

import structlog
from aiohttp import HttpVersion11, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler
from multidict import CIMultiDictProxy

log = structlog.get_logger(__name__)

Door = Callable[[str, CIMultiDictProxy[str], bytes], Awaitable[web.Response | None]]
"""Takes a POST: path with query, headers, body. None: 200 without a body."""

_SPECIAL = ("Expect", "Upgrade", "Content-Encoding", "Transfer-Encoding")
_BROKEN = web.Response(status=500, text="The request broke the server: see its log.\n")


class Doorway(RequestHandler):
    """One connection. `doors`: by path; `body_bytes`: how large a body may be."""

    __slots__ = ("_body_bytes", "_doors", "_taken")

    def __init__(self, server: web.Server, doors: Mapping[str, Door], *, body_bytes: int, taken: "TakenBytes", **options: Any) -> None:  # noqa: ANN401 - aiohttp's own
        super().__init__(server, **options)
        self._doors = doors
        self._body_bytes = body_bytes
        self._taken = taken

    async def start(self) -> None:
        """Serve webhooks; at the first request that is none, let aiohttp serve it and what follows."""
        while not self._force_close:
            if not self._messages:
                self._waiter = self._loop.create_future()
                try:
                    await self._waiter
                finally:
                    self._waiter = None
            message, payload = self._messages[0]
            door = self._doors.get(message.path) if isinstance(message, RawRequestMessage) else None
            if door is None or not self._plain(message, payload):
                break
            self._messages.popleft()
            self._parser.message_consumed()
            if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
                self._resume_reading_if_drained()
            await self._pass(door, message, payload)
        await super().start()

    def _plain(self, message: RawRequestMessage, payload: StreamReader) -> bool:
        """Whether it is a POST that is wholly here and wants nothing of HTTP beyond an answer."""
        if message.method != "POST" or message.version != HttpVersion11 or message.should_close or message.upgrade or not payload.is_eof():
            return False
        return not message.chunked and not any(name in message.headers for name in _SPECIAL)

    async def _pass(self, door: Door, message: RawRequestMessage, payload: StreamReader) -> None:
        body = payload.read_nowait()
        self._request_in_progress = True
        try:
            answer = await door(message.path, message.headers, body)
        except Exception:
            log.exception("webhook broke")
            answer = _BROKEN
        finally:
            self._request_in_progress = False
            if self._handler_waiter is not None:
                self._handler_waiter.set_result(None)
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(self._taken.now() if answer is None else _bytes_of(answer))
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout


class TakenBytes:
    """`200` without a body, as bytes, with the date of this second."""

    def __init__(self) -> None:
        self._second = -1
        self._bytes = b""

    def now(self) -> bytes:
        """The bytes."""
        now = int(time())
        if now != self._second:
            self._second = now
            self._bytes = f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: {formatdate(now, usegmt=True)}\r\n\r\n".encode()
        return self._bytes
