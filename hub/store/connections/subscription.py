"""Listening to a channel of the server, on a connection of its own that is made again whenever it is lost."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import cast

import hiredis

from hub.model.errors import StoreAway
from hub.store.connections.address import Place
from hub.store.connections.wire import Answer, Arg, ServerError

PAUSE = 0.2
"""Seconds between attempts to connect."""

SILENCE = 2.0
"""Seconds without a word after which the server is asked whether it is still there."""

_pack = cast("Callable[[tuple[Arg, ...]], bytes]", hiredis.pack_command)  # its stub knows tuples of one element only


async def listen(find: Callable[[], Awaitable[Place]], channel: str, *, timeout: float) -> AsyncGenerator[bytes, None]:  # noqa: ASYNC109 - the server's
    """Yield b"" after each (re)connect, for what was said meanwhile is lost: read again; then each message."""
    while True:
        try:
            ear = _Ear()
            await ear.open(await find(), channel, patience=timeout)
        except (OSError, TimeoutError, StoreAway):
            await asyncio.sleep(PAUSE)
            continue
        try:
            yield b""
            while True:
                for message in await ear.hear(patience=timeout):
                    yield message
        except (OSError, TimeoutError, StoreAway):
            await asyncio.sleep(PAUSE)
        finally:
            ear.close()


class _Ear:
    """One subscribed connection."""

    def __init__(self) -> None:
        self._parser = hiredis.Reader(replyError=ServerError, errors="replace")
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, place: Place, channel: str, *, patience: float) -> None:
        """Connect and subscribe; the server has confirmed it on return."""
        try:
            async with asyncio.timeout(patience):
                await self._dial(place)
                if place.password:
                    await self._ask(("AUTH", place.user, place.password) if place.user else ("AUTH", place.password))
                await self._ask(("SUBSCRIBE", channel))
        except BaseException:
            self.close()
            raise

    async def hear(self, *, patience: float) -> list[bytes]:
        """Wait for messages; TimeoutError where a silent server does not answer a PING either."""
        try:
            async with asyncio.timeout(SILENCE):
                heard = await self._read()
        except TimeoutError:
            self._write(("PING",))
            async with asyncio.timeout(patience):
                heard = await self._read()
        return [message for message in map(_message, heard) if message]

    def close(self) -> None:
        """Drop the connection."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def _dial(self, place: Place) -> None:
        if place.path:
            self._reader, self._writer = await asyncio.open_unix_connection(place.path)
        else:
            self._reader, self._writer = await asyncio.open_connection(place.host, place.port, ssl=place.trust())

    async def _ask(self, args: tuple[Arg, ...]) -> None:
        self._write(args)
        heard = await self._read()
        if isinstance(heard[0], ServerError):
            raise StoreAway(str(heard[0]))

    def _write(self, args: tuple[Arg, ...]) -> None:
        if self._writer is not None:
            self._writer.write(_pack(args))

    async def _read(self) -> list[Answer | ServerError]:
        """Read at least one complete reply."""
        heard: list[Answer | ServerError] = []
        while not heard:
            got = await self._reader.read(1 << 16) if self._reader is not None else b""
            if not got:
                raise StoreAway("the server closed the connection")
            self._parser.feed(got)
            while (reply := self._parser.gets()) is not False:
                heard.append(reply)
        return heard


def _message(reply: Answer | ServerError) -> bytes:
    match reply:
        case [b"message", _, bytes(message)]:
            return message
        case _:
            return b""
