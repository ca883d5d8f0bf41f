"""One console's WebSocket: its frames in, the feed's out, for as long as whoever is signed in may look."""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import assert_never

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Struct

from hub.engine.sending.gestures import Gestures
from hub.model.channels.ports import Clock
from hub.model.errors import StoreAway, Unparseable
from hub.model.inbox.feed import ConsoleFrame, FeedHello, FeedLook, FeedTyping, FeedViews, Present, console_frame
from hub.model.shop.people import Right
from hub.store.inbox.signals import Signals
from hub.web.auth.callers import Caller, Signing
from hub.web.feed.feed import Feed
from hub.web.feed.listener import Listener
from hub.web.feed.presence import Presence
from hub.web.http.problems import Refusal

log = structlog.get_logger(__name__)
PATIENCE_S = 10.0
"""For the console's hello."""
LOOK_AGAIN_S = 3.0
"""How long somebody who signed out, or lost the right, may still be told something."""
STUCK_S = 10.0
"""A console that takes nothing for so long is gone, or too slow to be told even that."""
TYPING_EVERY_S = 2.0
MISTAKES = 20


class FeedRooms(Struct, frozen=True, kw_only=True):
    """What every console's connection asks of the house."""

    feed: Feed
    presence: Presence
    signals: Signals
    gestures: Gestures
    signing: Signing
    clock: Clock


class FeedSocket:
    """Serves one connection until either side ends it."""

    def __init__(self, wire: web.WebSocketResponse, request: web.Request, caller: Caller, rooms: FeedRooms) -> None:
        self._wire = wire
        self._transport = request.transport
        self._caller = caller
        self._rooms = rooms
        self._listener = Listener(caller.name)
        self._listener.answers = caller.signed is not None and Right.TALK in caller.rights
        self._typed = 0.0

    async def serve(self) -> None:
        """Speak until the connection is over."""
        hello = await self._hello()
        writing = asyncio.create_task(self._write())
        watching = asyncio.create_task(self._watch())
        try:
            if hello is None:
                self._listener.end("hello")
            elif await self._join(hello):
                await self._frames()
        finally:
            self._rooms.feed.leave(self._listener)
            self._rooms.presence.leave(self)
            watching.cancel()
            if self._listener.over:
                with suppress(TimeoutError):
                    async with asyncio.timeout(STUCK_S):
                        await writing
            writing.cancel()
            await asyncio.gather(writing, watching, return_exceptions=True)

    def end(self, reason: str) -> None:
        """Close the connection because we go."""
        self._listener.end(reason)

    async def _hello(self) -> FeedHello | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                frame = await self._next()
        except TimeoutError:
            return None
        return frame if isinstance(frame, FeedHello) else None

    async def _join(self, hello: FeedHello) -> bool:
        """Begin to listen; False where the store is away: the console comes again."""
        feed, listener = self._rooms.feed, self._listener
        listener.views, listener.away = frozenset(hello.views), hello.away
        try:
            customer = await feed.look(listener, hello.customer)
            await feed.join(listener, hello.cursor)
        except StoreAway:
            listener.end("away")
            return False
        self._present(customer)
        return True

    async def _frames(self) -> None:
        while (frame := await self._next()) is not None:
            try:
                await self._take(frame)
            except StoreAway:
                # What it asked for is not known; it comes again with its cursor and says it once more.
                self._listener.end("away")
                return

    async def _take(self, frame: ConsoleFrame) -> None:
        match frame:
            case FeedLook(customer=customer, away=away):
                self._listener.away = away
                self._present(await self._rooms.feed.look(self._listener, customer))
            case FeedViews(views=views):
                self._listener.views = frozenset(views)
            case FeedTyping(customer=customer):
                await self._types(customer)
            case FeedHello():
                pass
            case _:
                assert_never(frame)

    async def _types(self, customer: str) -> None:
        now = self._rooms.clock.boottime()
        if Right.TALK in self._caller.rights and now - self._typed >= TYPING_EVERY_S:
            self._typed = now
            typed = await self._rooms.signals.agent_types(customer, self._caller.name)
            if typed and typed.address:
                self._rooms.gestures.types(typed.customer, typed.address)

    def _present(self, customer: str) -> None:
        """A program is nobody to be seen, and who has another tab before them looks at nobody."""
        if self._caller.signed is not None:
            user, seen = self._caller.signed.user, "" if self._listener.away else customer
            self._rooms.presence.enter(self, Present(login=user.login, name=user.name, customer=seen))

    async def _next(self) -> ConsoleFrame | None:
        """The next frame that is understood; None when the connection is over."""
        for _ in range(MISTAKES):
            message = await self._wire.receive()
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                return None
            try:
                return console_frame(message.data)
            except Unparseable as error:
                log.info("a console said what is not understood", error=str(error))
        self._listener.end("frame")
        return None

    async def _write(self) -> None:
        """Send what waits, and close behind the last of it."""
        try:
            while (text := await self._listener.next()) is not None:
                async with asyncio.timeout(STUCK_S):
                    await self._wire.send_str(text)
            await self._wire.close(code=WSCloseCode.GOING_AWAY)
        except ConnectionError:
            return  # The console went while we were writing: it comes again with its cursor.
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()

    async def _watch(self) -> None:
        """Ask now and then whether whoever is there may still look."""
        while True:
            await self._rooms.clock.sleep(LOOK_AGAIN_S)
            try:
                self._caller = await self._rooms.signing.still(self._caller, Right.LOOK)
            except Refusal as refused:
                self._listener.end("signed out" if refused.problem.status == HTTPStatus.UNAUTHORIZED else "forbidden")
                return
            except StoreAway:
                continue
