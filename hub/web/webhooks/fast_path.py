"""A short way for webhooks through aiohttp's server: its parser and its connections, but no request, no task, no response of its own.

Those three are a third of what aiohttp spends on a bare request (docs/performance.md). Whatever is not plainly a webhook to a known
account is served by aiohttp as ever, from that request on for the rest of its connection. Stands on names of `RequestHandler` that
aiohttp calls private: `tests/web/test_fast_path.py` fails where a new version has changed them.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog
from aiohttp import HttpVersion11, StreamReader, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from hub.web.webhooks.lean_request import TakenBytes

AT_ONCE_BYTES = 1024 * 1024
"""A longer body is left to aiohttp, which refuses it."""

Door = Callable[[str, Mapping[str, str], bytes], Awaitable[web.Response | None]]
"""Takes a POST: path with query, headers, body. None: 200 without a body."""

_SPECIAL = ("Expect", "Upgrade", "Content-Encoding", "Transfer-Encoding")

log = structlog.get_logger(__name__)


class Doorway(RequestHandler):
    """One connection. Its first request that is no plain webhook makes it one of aiohttp's."""

    __slots__ = ("_arriving", "_doors", "_taken")

    def __init__(self, server: web.Server, doors: Mapping[str, Door], taken: TakenBytes) -> None:
        super().__init__(server, loop=server._loop, **server._kwargs)  # noqa: SLF001 - as the server makes its own
        self._doors = doors
        self._taken = taken
        self._arriving: StreamReader | None = None

    def connection_lost(self, exc: BaseException | None) -> None:
        """The caller went away: whoever waits for the rest of its body need not. aiohttp says so only to requests of its own."""
        super().connection_lost(exc)
        if self._arriving is not None:
            self._arriving.set_exception(ConnectionResetError("the caller went away within its body"))

    async def start(self) -> None:
        """Serve webhooks; at the first other request, let aiohttp serve it and all that follows."""
        while not self._force_close:
            if not self._messages:
                self._waiter = self._loop.create_future()
                try:
                    await self._waiter
                finally:
                    self._waiter = None
            message, payload = self._messages[0]
            # What is no message is what the parser did not understand.
            if not isinstance(message, RawRequestMessage) or (door := self._doors.get(message.path)) is None or not _is_plain(message):
                break
            self._drop_first()
            await self._pass(door, message, payload)
            if self._close:
                self.force_close()
        if self._manager is not None:
            await super().start()

    def _drop_first(self) -> None:
        """As aiohttp does when it takes a request: the parser may go on."""
        self._messages.popleft()
        if self._parser is not None:
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()

    async def _pass(self, door: Door, message: RawRequestMessage, payload: StreamReader) -> None:
        """Let one request through its door and answer it."""
        self._request_in_progress = True
        try:
            body = payload.read_nowait() if payload.is_eof() else await self._all_of(payload)
            answer = await door(message.path, message.headers, body)
        except ConnectionError:
            # Nobody waits for an answer.
            self.force_close()
            return
        except Exception:
            log.exception("webhook broke")
            answer = web.Response(status=500, text="The request broke the server: see its log.\n")
        finally:
            self._request_in_progress = False
            if self._handler_waiter is not None:
                self._handler_waiter.set_result(None)
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(self._taken.now() if answer is None else _written(answer))
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout

    async def _all_of(self, payload: StreamReader) -> bytes:
        """The whole body, once it is here; ConnectionResetError where its caller goes away before."""
        self._arriving = payload
        try:
            return await payload.read()
        finally:
            self._arriving = None


class DoorSite(web.SockSite):
    """A listening socket whose connections are doorways; without doors, aiohttp's own."""

    __slots__ = ("_doors",)

    def __init__(self, runner: web.AppRunner, listening: socket.socket, doors: Mapping[str, Door]) -> None:
        super().__init__(runner, listening)
        self._doors = doors

    async def start(self) -> None:
        """Listen."""
        server = self._runner.server
        if not self._doors or server is None:
            await super().start()
            return
        await super(web.SockSite, self).start()
        factory = partial(Doorway, server, self._doors, TakenBytes())
        self._server = await asyncio.get_running_loop().create_server(factory, sock=self._sock, backlog=self._backlog)


def _is_plain(message: RawRequestMessage) -> bool:
    """Whether it is a POST of a known length that wants nothing of HTTP beyond an answer on an open connection."""
    headers = message.headers
    length = headers.get("Content-Length", "")
    if message.method != "POST" or message.version != HttpVersion11 or message.should_close or message.upgrade:
        return False
    # A generator for each request would cost more than the four look-ups.
    for name in _SPECIAL:
        if name in headers:
            return False
    return length.isdecimal() and int(length) <= AT_ONCE_BYTES


def _written(answer: web.Response) -> bytes:
    """An answer as it goes over the wire."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    headers = {**answer.headers, "Content-Length": str(len(body))}
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
