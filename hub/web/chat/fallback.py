"""The web chat where WebSockets are blocked: the same frames by plain requests, and entries by a request that waits."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from http import HTTPStatus

import msgspec
from aiohttp import web

from hub.model.errors import BadSignature, StoreAway, Unparseable
from hub.model.webchat.chat import FRAME_BYTES, AgentTyping, Frame, Hello, Refusal, Shown, frame_of, shown
from hub.web.chat.ports import ChatPorts, ChatSettings
from hub.web.chat.talk import PAGE, Measure, Talk
from hub.web.http.headers import JSON_HEADERS

SESSION_HEADER = "X-Chat-Session"
MEASURED = 10_000
"""Sessions whose measure is remembered; the one longest silent is forgotten first."""


class ChatFallback:
    """Serves `/chat/say` and `/chat/entries`. Answers are lists of frames, as a WebSocket would bring them."""

    def __init__(self, settings: ChatSettings, ports: ChatPorts) -> None:
        self._settings = settings
        self._ports = ports
        self._measures: OrderedDict[str, Measure] = OrderedDict()
        self._waiting: set[asyncio.Event] = set()
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many requests wait for entries."""
        return len(self._waiting)

    async def say(self, request: web.Request) -> web.StreamResponse:
        """One frame of the page and what it is answered. 401 where the session is not ours, 413 and 400 where it is no frame."""
        if (request.content_length or 0) > FRAME_BYTES:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "frame", "A frame may have 32 kB.")
        try:
            frame = frame_of(await request.read())
        except (Unparseable, web.HTTPRequestEntityTooLarge) as error:
            return _refused(HTTPStatus.BAD_REQUEST, "frame", f"Not understood: {error}")
        except (web.RequestPayloadError, ConnectionError):
            return _refused(HTTPStatus.BAD_REQUEST, "frame", "Not understood: it ends early, or is not compressed as it says.")
        token = request.headers.get(SESSION_HEADER, "")
        talk = Talk(self._settings, self._ports, measure=self._measure(token))
        if isinstance(frame, Hello):
            return _frames([await talk.greet(frame)])
        try:
            talk.resume(token)
        except BadSignature:
            return _refused(HTTPStatus.UNAUTHORIZED, "hello", "Say hello first.")
        return _frames(await talk.hear(frame))

    async def entries(self, request: web.Request) -> web.StreamResponse:
        """What lies behind `cursor`, as soon as there is something, after 25 s an empty list."""
        talk = Talk(self._settings, self._ports, measure=self._measure(""))
        try:
            talk.resume(request.headers.get(SESSION_HEADER, ""))
            cursor = frame_of(msgspec.json.encode({"type": "hello", "cursor": request.query.get("cursor", "")}))
        except BadSignature:
            return _refused(HTTPStatus.UNAUTHORIZED, "hello", "Say hello first.")
        except Unparseable as error:
            return _refused(HTTPStatus.BAD_REQUEST, "frame", f"Not understood: {error}")
        if len(self._waiting) >= self._settings.sockets:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "later", "Too many chats are open: come again.")
        try:
            return _frames(await self._wait(talk, cursor.cursor if isinstance(cursor, Hello) else ""))
        except StoreAway:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "later", "The log is away: come again.")

    def close(self) -> None:
        """Let all who wait go: they come again."""
        self._closing = True
        for news in tuple(self._waiting):
            news.set()

    async def _wait(self, talk: Talk, cursor: str) -> Sequence[Frame]:
        news, typists = asyncio.Event(), list[str]()

        def typed(who: str) -> None:
            typists.append(who)
            news.set()

        self._waiting.add(news)
        leaving = (self._ports.subscribe(talk.address, news.set), self._ports.listen(talk.address, typed))
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.poll_s
        try:
            while True:
                news.clear()
                found = await self._read(talk, cursor)
                if found or typists or self._closing or (left := until - loop.time()) <= 0:
                    return [*found, *([AgentTyping()] if typists else [])]
                await _within(news, left)
        finally:
            self._waiting.discard(news)
            for leave in leaving:
                leave()

    async def _read(self, talk: Talk, cursor: str) -> list[Shown]:
        return [shown(place, raw) for place, raw in await self._ports.read(talk.address, cursor, PAGE)]

    def _measure(self, token: str) -> Measure:
        measure = self._measures.pop(token, None) or Measure(self._settings, clock=asyncio.get_running_loop().time)
        self._measures[token] = measure
        if len(self._measures) > MEASURED:
            self._measures.popitem(last=False)
        return measure


async def _within(news: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await news.wait()
    except TimeoutError:
        return


def _frames(frames: Sequence[Frame]) -> web.Response:
    return web.Response(body=msgspec.json.encode(frames), content_type="application/json", headers=dict(JSON_HEADERS))


def _refused(status: HTTPStatus, code: str, text: str) -> web.Response:
    body = msgspec.json.encode([Refusal(code=code, text=text)])
    return web.Response(status=status, body=body, content_type="application/json", headers=dict(JSON_HEADERS))
