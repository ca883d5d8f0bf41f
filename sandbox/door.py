"""A stand-in's own door, `/_sandbox/…`: what other processes and the phones page drive it with."""

import asyncio
import time
from contextlib import suppress
from typing import Protocol, runtime_checkable

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from hub.model.base import Value
from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.reading import control, file_in, guarded, number, told
from sandbox.shown import Bubble, Comment, Media, Offer, Phone, PostShown

PRESSED_ALOUD = frozenset(("reply", "quick", "row"))
"""What leaves the customer's own words on the phone when it is pressed."""

_LONGEST_WAIT = 25.0


class Done(Value, frozen=True):
    """What a control request may carry; each uses what it needs. `name`: of who does it; `content`, `filename`: a file, as base64."""

    chat: str
    text: str = ""
    name: str = ""
    language: str = ""
    n: int = 0
    offer: str = ""
    emoji: str = ""
    ref: str = ""
    code: str = ""
    content: str = ""
    filename: str = ""
    mime_type: str = ""
    media_kind: str = ""
    latitude: float | None = None
    longitude: float | None = None


class Screen(Value, frozen=True, omit_defaults=False):
    """What a phone shows, and a word that changes with it. `keys`: rows below the text field; `shut`: put away, to be opened again."""

    bubbles: list[Bubble]
    typing: bool
    blocked: bool
    name: str
    version: str = ""
    keys: list[list[Offer]] = []
    shut: bool = False
    posts: list[PostShown] = []


class Wall(Protocol):
    """Posts of the shop's under which its customers comment."""

    def shown(self, chat: str) -> list[PostShown]:
        """What one customer sees there."""
        ...

    def write(self, chat: str, text: str) -> Comment:
        """A customer comments under the newest post."""
        ...

    def take_back(self, chat: str, comment_id: str) -> None:
        """A customer deletes one of their own."""
        ...


@runtime_checkable
class Walled(Protocol):
    """A provider with such posts."""

    @property
    def wall(self) -> Wall:
        """Them."""
        ...


def screen_of(phone: Phone, desk: Desk | None = None) -> Screen:
    """A phone's screen as of now, with the shop's posts where its provider has any."""
    typing = phone.typing_until > time.monotonic()
    provider: object = desk.provider if desk else None
    posts = provider.wall.shown(phone.id) if isinstance(provider, Walled) else []
    bubbles = [bubble for bubble in phone.bubbles if bubble.state != "removed"]
    shown = Screen(bubbles=bubbles, typing=typing, blocked=phone.blocked, name=phone.name, posts=posts)
    return msgspec.structs.replace(shown, version=version_of(shown))


def version_of(shown: object) -> str:
    """A word that changes with what is shown."""
    return f"{hash(msgspec.json.encode(shown)) & 0xFFFFFFFF:x}"


def door_routes(desk: Desk) -> list[AbstractRouteDef]:
    """All of `/_sandbox/…`."""
    door = _Door(desk)
    acts = {
        "say": door.say, "press": door.press, "read": door.read, "react": door.react, "fail": door.fail, "block": door.block,
        "follow": door.follow, "unsend": door.unsend, "fault": door.fault, "clear": door.clear, "hook": door.hook,
        "comment": door.comment, "uncomment": door.uncomment,
    }  # fmt: skip
    return [
        *(web.post(f"/_sandbox/{name}", guarded(act)) for name, act in acts.items()),
        web.get("/_sandbox/received", door.received),
        web.get("/_sandbox/attempts", door.attempts),
        web.get("/_sandbox/state", door.state),
        web.get("/_sandbox/chats", door.chats),
        web.get("/_sandbox/chats/{chat}", door.chat),
        web.get("/_sandbox/media/{id}", door.media),
    ]


class _Door:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def say(self, request: web.Request) -> web.StreamResponse:
        done = await control(request, Done)
        bubble = self._desk.say(done.chat, done.text, name=done.name, language=done.language, media=self._kept(done))
        return told({"n": bubble.n})

    def _kept(self, done: Done) -> tuple[Media, ...]:
        """The place that came along; or the file, kept under an id of the provider's."""
        if done.latitude is not None and done.longitude is not None:
            return (Media(kind="location", latitude=done.latitude, longitude=done.longitude),)
        content = file_in(done.content)
        if not content:
            return ()
        url = self._desk.keep(content, done.mime_type)
        return (Media(kind=done.media_kind or "file", url=url, name=done.filename, mime_type=done.mime_type),)

    async def press(self, request: web.Request) -> web.StreamResponse:
        done = await control(request, Done)
        try:
            offer = self._desk.press(done.chat, done.n, done.offer)
        except ValueError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        if offer.kind in PRESSED_ALOUD:
            self._desk.note(done.chat, offer.title)
        return told({})

    async def unsend(self, request: web.Request) -> web.StreamResponse:
        done = await control(request, Done)
        self._desk.take_back(done.chat, done.n)
        return told({})

    async def read(self, request: web.Request) -> web.StreamResponse:
        self._desk.read((await control(request, Done)).chat)
        return told({})

    async def comment(self, request: web.Request) -> web.StreamResponse:
        """`text` under the shop's newest post."""
        done = await control(request, Done)
        self._desk.phone(done.chat, done.name)
        return told({"id": self._wall.write(done.chat, done.text).id})

    async def uncomment(self, request: web.Request) -> web.StreamResponse:
        """The comment named by `offer` is deleted by who wrote it."""
        done = await control(request, Done)
        self._wall.take_back(done.chat, done.offer)
        return told({})

    @property
    def _wall(self) -> Wall:
        provider = self._desk.provider
        if not isinstance(provider, Walled):
            raise web.HTTPNotFound(text="there are no posts here")
        return provider.wall

    async def react(self, request: web.Request) -> web.StreamResponse:
        done = await control(request, Done)
        self._desk.react(done.chat, done.n, done.emoji)
        return told({})

    async def fail(self, request: web.Request) -> web.StreamResponse:
        done = await control(request, Done)
        self._desk.fail(done.chat, done.n, done.code)
        return told({})

    async def block(self, request: web.Request) -> web.StreamResponse:
        self._desk.block((await control(request, Done)).chat)
        return told({})

    async def follow(self, request: web.Request) -> web.StreamResponse:
        done = await control(request, Done)
        self._desk.follow(done.chat, name=done.name, ref=done.ref)
        return told({})

    async def fault(self, request: web.Request) -> web.StreamResponse:
        self._desk.faults.add(await control(request, Fault))
        return told({})

    async def hook(self, request: web.Request) -> web.StreamResponse:
        """Where webhooks go: `text` holds the address."""
        self._desk.hook((await control(request, Done)).text)
        return told({})

    async def clear(self, _request: web.Request) -> web.StreamResponse:
        self._desk.clear()
        return told({})

    async def received(self, request: web.Request) -> web.StreamResponse:
        after = number(request, "after")
        return told([entry for entry in self._desk.received if entry.n > after])

    async def attempts(self, _request: web.Request) -> web.StreamResponse:
        return told(self._desk.bringing.attempts)

    async def state(self, _request: web.Request) -> web.StreamResponse:
        bringing = self._desk.bringing
        return told({
            "kind": self._desk.kind,
            "title": self._desk.provider.title,
            "webhook": bringing.hook,
            "pending": bringing.pending,
            "last": bringing.attempts[-1].status if bringing.attempts else None,
            "received": len(self._desk.received),
            "monotonic": time.monotonic(),
        })  # fmt: skip

    async def chats(self, _request: web.Request) -> web.StreamResponse:
        """Whose phones have been used: id → name."""
        return told({phone.id: phone.name for phone in self._desk.phones.values()})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """A phone's screen. `seen` is what the caller has (its own `version`); with `wait` seconds it answers at the next change."""
        phone = self._desk.phone(request.match_info["chat"])
        until = time.monotonic() + min(number(request, "wait"), _LONGEST_WAIT)
        seen = request.query.get("seen", "")
        while True:
            changed, shown = self._desk.changed, screen_of(phone, self._desk)
            left = until - time.monotonic()
            if shown.version != seen or left <= 0:
                return told(shown)
            await _beat(changed, min(left, 1.0) if shown.typing else left)

    async def media(self, request: web.Request) -> web.StreamResponse:
        """A file that lies at the provider."""
        content, mime = self._desk.media.get(request.match_info["id"], (b"", ""))
        if not content:
            raise web.HTTPNotFound(text="there is no such file")
        return web.Response(body=content, content_type=mime or "application/octet-stream")


async def _beat(changed: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
