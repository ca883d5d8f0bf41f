"""One page's WebSocket: frames in, answers and entries out. An idle one costs a waiting task and two timers."""

import asyncio
from collections.abc import Callable

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from hub.model.address import Address
from hub.model.errors import StoreAway, Unparseable
from hub.model.webchat.chat import AgentTyping, Frame, Hello, PageFrame, Refusal, Say, frame_of, shown
from hub.web.chat.ports import ChatPorts, ChatSettings
from hub.web.chat.talk import PAGE, Measure, Talk

log = structlog.get_logger(__name__)

RETRY_S = 1.0
"""The pause before reading again from a store that was away."""

MISTAKES = 20
"""Frames not understood after which a connection is closed: no page of ours writes one."""


class ChatSocket:
    """Serves one connection. The cursor moves with what was handed to the connection, so nothing is shown twice or left out on it."""

    def __init__(self, wire: web.WebSocketResponse, settings: ChatSettings, ports: ChatPorts) -> None:
        self._wire = wire
        self._settings = settings
        self._ports = ports
        self._loop = asyncio.get_running_loop()
        self._talk = Talk(settings, ports, measure=Measure(settings, clock=self._loop.time))
        self._followed: Address | None = None
        self._leave: list[Callable[[], None]] = []
        self._cursor = ""
        self._news = False
        self._pump: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._mistakes = 0

    async def serve(self) -> None:
        """Greet, then take frames until the page goes."""
        try:
            hello = await self._hello()
            if hello is None:
                return
            welcome = await self._talk.greet(hello)
            self._cursor = welcome.cursor
            await self._send(welcome)
            self._follow()
            self._watch(self._settings.reread_s)
            await self._frames()
        except ConnectionError:
            return  # The page went while we were writing: it comes again with its cursor.
        finally:
            self._end()

    async def leave(self) -> None:
        """Close the connection because we go, not because of the page."""
        await self._wire.close(code=WSCloseCode.SERVICE_RESTART)

    def notify(self) -> None:
        """Something new may lie in the log: read on, unless that is going on."""
        self._news = True
        if self._pump is None or self._pump.done():
            self._pump = self._loop.create_task(self._read_on())

    def typed(self, who: str) -> None:
        """Somebody of ours types to this customer."""
        task = self._loop.create_task(self._tell(AgentTyping(who="bot" if who == "bot" else "agent")))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def _follow(self) -> None:
        """Read the log of the session the talk is about now, from where its page is."""
        for leave in self._leave:
            leave()
        address = self._followed = self._talk.address
        self._leave = [self._ports.subscribe(address, self.notify), self._ports.listen(address, self.typed)]
        self.notify()

    def _end(self) -> None:
        for leave in self._leave:
            leave()
        if self._timer is not None:
            self._timer.cancel()
        if self._pump is not None:
            self._pump.cancel()

    def _watch(self, seconds: float) -> None:
        """Read again after a while whatever happens: a ring may get lost, an entry may not."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._reread)

    def _reread(self) -> None:
        self.notify()
        self._watch(self._settings.reread_s)

    async def _read_on(self) -> None:
        try:
            while self._news and not self._wire.closed:
                self._news = False
                await self._show_all()
        except StoreAway:
            self._watch(RETRY_S)
        except ConnectionError:
            return  # As in `serve`.
        except Exception:
            # Better a page that comes again than one that waits for ever.
            log.exception("chat log cannot be shown", account=self._settings.account)
            await self._wire.close(code=WSCloseCode.INTERNAL_ERROR)

    async def _show_all(self) -> None:
        while True:
            address = self._followed
            entries = await self._ports.read(self._talk.address, self._cursor, PAGE)
            for cursor, raw in entries:
                if address != self._followed:
                    return  # Signed in or out meanwhile: this is another session's.
                await self._send(shown(cursor, raw))
                self._cursor = cursor
            if len(entries) < PAGE:
                return

    async def _hello(self) -> Hello | None:
        """The page's first frame, in time; None where it has gone or says something else."""
        try:
            async with asyncio.timeout(self._settings.patience_s):
                frame = await self._next()
        except TimeoutError:
            frame = None
        if not isinstance(frame, Hello):
            if not self._wire.closed:
                await self._send(Refusal(code="hello", text="Say hello first."))
                await self._wire.close(code=WSCloseCode.POLICY_VIOLATION)
            return None
        return frame

    async def _frames(self) -> None:
        while (frame := await self._next()) is not None:
            answers = await self._talk.hear(frame)
            moved = self._talk.address != self._followed
            if moved:
                await self._stop_showing()
            for answer in answers:
                await self._send(answer)
            if moved:
                self._follow()
            elif isinstance(frame, Say):
                self.notify()

    async def _stop_showing(self) -> None:
        """No entry of the session before may come behind the welcome to the next."""
        self._followed = self._talk.address
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._cursor = ""

    async def _next(self) -> PageFrame | None:
        """The next frame that is understood; None when the connection is over."""
        while True:
            message = await self._wire.receive()
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                return None
            try:
                return frame_of(message.data)
            except Unparseable as error:
                self._mistakes += 1
                await self._send(Refusal(code="frame", text=f"Not understood: {error}"))
            if self._mistakes >= MISTAKES:
                await self._wire.close(code=WSCloseCode.POLICY_VIOLATION)
                return None

    async def _tell(self, frame: Frame) -> None:
        """Something that does no harm if it gets lost."""
        try:
            await self._send(frame)
        except ConnectionError:
            return

    async def _send(self, frame: Frame) -> None:
        await self._wire.send_str(msgspec.json.encode(frame).decode())
