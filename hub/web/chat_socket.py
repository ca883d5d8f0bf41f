"""One page's WebSocket: frames in, acknowledgements and entries out. An idle one costs a waiting task and two timers."""

import asyncio
from collections import deque
from typing import assert_never

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from hub.model.address import Address
from hub.model.chat import (
    KIND,
    Ack,
    ChatEntry,
    Frame,
    Hello,
    LinkAsked,
    LoginAsked,
    LogoutAsked,
    Noted,
    PageFrame,
    Refusal,
    Say,
    Seen,
    Typing,
    Welcome,
    frame_of,
    packed,
    said,
    seen,
    session_address,
    session_token,
    shown,
)
from hub.model.errors import BadSignature, StoreAway, StoreFull, Unparseable
from hub.web.chat_ports import ChatPorts, ChatSettings

log = structlog.get_logger(__name__)

PAGE = 100
"""Entries read at once."""

UNREAD = 1000
"""Deliveries shown and not yet reported as read that a connection remembers; the oldest are forgotten first."""

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
        self._address = Address(channel=KIND, account=settings.account, id="")
        self._cursor = ""
        self._read_upto = ""
        self._unread: deque[tuple[str, str]] = deque(maxlen=UNREAD)
        self._news = False
        self._pump: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._credit = float(settings.burst)
        self._credited = self._loop.time()
        self._mistakes = 0

    async def serve(self) -> None:
        """Greet, then take frames until the page goes."""
        try:
            hello = await self._hello()
            if hello is None:
                return
            await self._welcome(hello)
            leave = self._ports.subscribe(self._address, self.notify)
            try:
                self.notify()
                self._watch(self._settings.reread_s)
                await self._frames()
            finally:
                leave()
        except ConnectionError:
            return  # The page went while we were writing: it comes again with its cursor.
        finally:
            if self._timer is not None:
                self._timer.cancel()
            if self._pump is not None:
                self._pump.cancel()

    async def leave(self) -> None:
        """Close the connection because we go, not because of the page."""
        await self._wire.close(code=WSCloseCode.SERVICE_RESTART)

    def notify(self) -> None:
        """Something new may lie in the log: read on, unless that is going on."""
        self._news = True
        if self._pump is None or self._pump.done():
            self._pump = self._loop.create_task(self._read_on())

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
            entries = await self._ports.read(self._address, self._cursor, PAGE)
            for cursor, raw in entries:
                frame = shown(cursor, raw)
                await self._send(frame)
                self._cursor = cursor
                if frame.delivery and _later(cursor, self._read_upto):
                    self._unread.append((cursor, frame.delivery))
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

    async def _welcome(self, hello: Hello) -> None:
        """The session of the token, or a new one where there is none or it is not ours."""
        try:
            self._address = session_address(hello.session, account=self._settings.account, key=self._settings.key)
            self._cursor, self._read_upto = hello.cursor, hello.read
        except BadSignature:
            self._address = Address(channel=KIND, account=self._settings.account, id=self._ports.new_session())
            self._read_upto = ""
        await self._send(Welcome(session=session_token(self._address, self._settings.key), cursor=self._cursor))

    async def _frames(self) -> None:
        while (frame := await self._next()) is not None:
            match frame:
                case Say():
                    await self._take(frame)
                case Seen(upto=upto):
                    await self._seen(upto)
                case Typing() | Hello() | LoginAsked() | LogoutAsked() | LinkAsked():
                    pass
                case _:
                    assert_never(frame)

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

    async def _take(self, frame: Say) -> None:
        """Make the word durable, put it into the session's log, acknowledge it: in this order, so a page that was told may forget it."""
        if not (frame.text.strip() or frame.payload):
            await self._send(Refusal(code="empty", text="An empty message was not sent.", id=frame.id))
            return
        if not self._may_say():
            await self._send(Refusal(code="later", text="Too fast: not taken, send it again.", id=frame.id))
            return
        at = self._ports.now()
        entry = ChatEntry(id=frame.id, who="customer", at=at, text=frame.text)
        try:
            await self._ports.accept([said(frame, address=self._address, at=at)])
            await self._ports.log.append(self._address, packed(entry), key=f"customer:{frame.id}")
        except (StoreAway, StoreFull):
            await self._send(Refusal(code="later", text="Not taken: send it again.", id=frame.id))
            return
        await self._send(Ack(id=frame.id))
        self.notify()

    async def _seen(self, upto: str) -> None:
        """Report what is read now and was not before, and say so once that is durable; until then the page tells it again."""
        now_read = [delivery for cursor, delivery in self._unread if not _later(cursor, upto)]
        try:
            if now_read:
                await self._ports.accept([seen(tuple(now_read), address=self._address, at=self._ports.now())])
        except (StoreAway, StoreFull):
            await self._send(Refusal(code="later", text="Not taken: send it again."))
            return
        self._read_upto = max(self._read_upto, upto, key=_place)
        self._unread = deque(((c, d) for c, d in self._unread if _later(c, upto)), maxlen=UNREAD)
        await self._send(Noted(upto=upto))

    def _may_say(self) -> bool:
        """A session's own measure: so many at once, so many a second."""
        now = self._loop.time()
        self._credit = min(self._settings.burst, self._credit + (now - self._credited) * self._settings.per_s)
        self._credited = now
        if self._credit < 1:
            return False
        self._credit -= 1
        return True

    async def _send(self, frame: Frame) -> None:
        await self._wire.send_str(msgspec.json.encode(frame).decode())


def _later(cursor: str, than: str) -> bool:
    """Whether a cursor lies behind another: `<ms>-<n>`, compared as numbers; the empty one lies before all."""
    return _place(cursor) > _place(than)


def _place(cursor: str) -> tuple[int, int]:
    ms, _, n = cursor.partition("-")
    return (int(ms or -1), int(n or 0))
