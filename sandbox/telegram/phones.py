"""Telegram's phones in the form of all others: its chats as screens, its buttons as offers, and the same door."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.door import Done, Screen, version_of
from sandbox.faults import Fault, FaultKind
from sandbox.phones import Person
from sandbox.reading import file_in
from sandbox.shown import Bubble, Json, Media, Offer
from sandbox.telegram.stand_in import TelegramStandIn
from sandbox.troubles import TROUBLES

_PEOPLE = (("1001", "Ngọc Anh", "vi"), ("1003", "Anna Schmidt", "en"), ("1004", "陳美玲", "zh-hant"))
_FIRST_OWN = 3001
_KINDS = {"photo": "image", "document": "file", "animation": "video"}

Act = Callable[[Done], object]
T = TypeVar("T")


class TelegramShelf:
    """The phones of one bot of the stand-in."""

    kind = "telegram"
    title = "Telegram"
    does = frozenset(("follow",))
    troubles: Mapping[str, Fault] = {name: fault for name, fault in TROUBLES.items() if fault.kind is not FaultKind.REORDER}

    def __init__(self, stand_in: TelegramStandIn) -> None:
        self._stand_in = stand_in
        self._world = stand_in.world
        self.faults = stand_in.faults
        for id_, name, language in _PEOPLE:
            if id_ not in self._world.chats:
                self._world.chat(id_, name=name).language = language

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change of any of its phones."""
        return self._world.pulse.next

    @property
    def hook(self) -> bool:
        """Whether a hub is there."""
        return bool(self._world.webhook or self._world.pollers)

    def people(self) -> list[Person]:
        """Whose phones there are."""
        return [Person(id=chat.id, name=chat.name, language=chat.language) for chat in self._world.chats.values()]

    def another(self, language: str) -> Person:
        """A phone nobody wrote from yet, set to that language."""
        n = _FIRST_OWN
        while str(n) in self._world.chats:
            n += 1
        made = self._world.chat(str(n), name=f"Telegram {n}")
        made.language = language
        return Person(id=made.id, name=made.name, language=made.language)

    def screen(self, chat: str) -> Screen:
        """What a phone shows."""
        phone = self._world.chat(chat)
        bubbles = [_bubble(message) for message in phone.shown]
        keys = [[_key(key) for key in row] for row in phone.keys]
        typing = phone.typing_until > time.monotonic()
        shown = Screen(bubbles=bubbles, typing=typing, blocked=phone.blocked, name=phone.name, keys=keys, shut=phone.shut)
        return msgspec.structs.replace(shown, version=version_of(shown))

    def counts(self) -> dict[str, int]:
        """How many lines of the bot's stand on each phone."""
        return {chat.id: sum(not message.get("mine") for message in chat.messages) for chat in self._world.chats.values()}

    def routes(self) -> list[AbstractRouteDef]:
        """What a phone's owner does."""
        stand_in = self._stand_in
        acts: dict[str, Act] = {
            "say": self._say,
            "press": lambda done: stand_in.press(done.chat, done.n, done.offer) if done.n else stand_in.key(done.chat, done.offer),
            "block": lambda done: stand_in.block(done.chat),
            "follow": lambda done: (
                stand_in.unblock(done.chat) if self._world.chat(done.chat).blocked else stand_in.say(done.chat, "/start")
            ),
            "read": lambda _done: None,
        }
        return [
            *(web.post(f"/_sandbox/{name}", _door(act)) for name, act in acts.items()),
            web.post("/_sandbox/fault", self._fault),
        ]

    def _say(self, done: Done) -> None:
        content = file_in(done.content)
        if content:
            self._stand_in.picture(done.chat, content, done.text, name=done.name, language=done.language)
        else:
            self._stand_in.say(done.chat, done.text, name=done.name, language=done.language)

    async def _fault(self, request: web.Request) -> web.StreamResponse:
        self._stand_in.faults.add(await _read(request, Fault))
        return web.json_response({})


def _door(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def door(request: web.Request) -> web.StreamResponse:
        done = await _read(request, Done)
        try:
            act(done)
        except ValueError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        return web.json_response({})

    return door


async def _read(request: web.Request, kind: type[T]) -> T:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send JSON")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _bubble(message: Json) -> Bubble:
    media, rows = str(message.get("media", "")), message.get("buttons")
    number = message["id"]
    at = message.get("at")
    return Bubble(
        n=number if isinstance(number, int) else 0,
        text=str(message.get("text", "")),
        mine=message.get("mine") is True,
        media=(Media(kind=_KINDS.get(media, media), url=str(message.get("source", ""))),) if media else (),
        offers=tuple(_offer(button) for row in rows for button in row) if isinstance(rows, list) else (),
        edited=message.get("edited") is True,
        at=at * 1000 if isinstance(at, int) else 0,
    )


def _offer(button: Json) -> Offer:
    if "url" in button:
        return Offer(title=str(button["text"]), kind="url", value=str(button["url"]))
    return Offer(title=str(button["text"]), id=str(button.get("callback_data", "")))


def _key(key: Json) -> Offer:
    """A key below the text field: pressed by its label; one with a mini app opens it."""
    app = key.get("web_app")
    if isinstance(app, dict):
        return Offer(title=str(key["text"]), kind="url", value=str(app.get("url", "")))
    return Offer(title=str(key["text"]), id=str(key["text"]))
