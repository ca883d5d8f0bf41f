"""A server that answers as it is told to, and remembers what it was asked: for what a real one does only once in a blue moon."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable

import hiredis

from hub.store.connections.address import Place
from tests.processes import free_port

Answering = Callable[[list[bytes]], bytes | None]
"""A command's raw answer; None closes the connection instead."""


class FakeRedis:
    """On a loopback port. It greets as a master; what it was asked besides is in `asked`. It falls silent to whom has subscribed."""

    def __init__(self, answering: Answering) -> None:
        self.place = Place(host="127.0.0.1", port=free_port())
        self.asked: list[list[bytes]] = []
        self._answering = answering

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        parser, silent = hiredis.Reader(), False
        with contextlib.suppress(ConnectionError):
            while got := await reader.read(65536):
                parser.feed(got)
                while (command := parser.gets()) is not False:
                    answer = b"" if silent else self._answer(command)
                    silent = silent or command[0] == b"SUBSCRIBE"
                    if answer is None:
                        writer.transport.abort()
                        return
                    writer.write(answer)
        writer.transport.abort()

    def _answer(self, command: list[bytes]) -> bytes | None:
        match command:
            case [b"PING"]:
                return b"+PONG\r\n"
            case [b"INFO", _]:
                return b"$11\r\nrole:master\r\n"
            case _:
                self.asked.append(command)
                return self._answering(command)


@contextlib.asynccontextmanager
async def fake_redis(answering: Answering, *, secured: ssl.SSLContext | None = None) -> AsyncIterator[FakeRedis]:
    """Run one; it ends with the test."""
    fake = FakeRedis(answering)
    async with await asyncio.start_server(fake.converse, fake.place.host, fake.place.port, ssl=secured):
        yield fake
