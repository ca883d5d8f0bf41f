"""The stand-in's own door: what other processes drive it with, and the phones page."""

import time
from pathlib import Path
from typing import Protocol

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from hub.model.base import Value
from hub.model.files.kinds import NotTaken, sort_of_received
from sandbox.faults import Fault, Faults
from sandbox.reading import Handler, control, file_in, guarded, number, told
from sandbox.telegram.hooks import Hooks
from sandbox.telegram.world import Received, World

_PAGES = Path(__file__).parents[1] / "pages"
_LONGEST_WAIT = 25.0
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src http: https: data:; base-uri 'none'"


class Asked(Value, frozen=True):
    """What a control request may carry; each uses what it needs. `picture`: a file, as base64."""

    chat: str
    text: str = ""
    name: str = ""
    language: str = ""
    message_id: int = 0
    data: str = ""
    kind: str = ""
    content: dict[str, object] | None = None
    picture: str = ""


class Driven(Protocol):
    """What the door drives: the stand-in."""

    world: World
    faults: Faults
    hooks: Hooks
    received: list[Received]
    files: dict[str, bytes]

    def say(self, chat: str, text: str, *, name: str = "", language: str = "") -> int:
        """The customer writes."""
        ...

    def picture(self, chat: str, content: bytes, text: str = "", *, name: str = "", language: str = "") -> int:
        """The customer sends a picture."""
        ...

    def press(self, chat: str, message_id: int, data: str) -> int:
        """The customer presses a button; raises ValueError where there is none."""
        ...

    def key(self, chat: str, label: str, *, told: str = "") -> int:
        """The customer presses a key below the text field; raises ValueError where there is none."""
        ...

    def block(self, chat: str) -> int:
        """The customer blocks the bot."""
        ...

    def unblock(self, chat: str) -> int:
        """The customer thinks better of it."""
        ...

    def update(self, chat: str, kind: str, content: object) -> int:
        """Any other update."""
        ...


def routes(stand_in: Driven) -> list[AbstractRouteDef]:
    """All of `/_sandbox/…` and the page `/`."""
    door = _Door(stand_in)
    return [
        web.get("/", _page("phone.html", "text/html")),
        web.get("/phone.js", _page("phone.js", "text/javascript")),
        web.get("/phone.css", _page("phone.css", "text/css")),
        web.post("/_sandbox/say", guarded(door.say)),
        web.post("/_sandbox/press", guarded(door.press)),
        web.post("/_sandbox/key", guarded(door.key)),
        web.post("/_sandbox/block", guarded(door.block)),
        web.post("/_sandbox/unblock", guarded(door.unblock)),
        web.post("/_sandbox/update", guarded(door.update)),
        web.post("/_sandbox/fault", guarded(door.fault)),
        web.post("/_sandbox/clear", guarded(door.clear)),
        web.get("/_sandbox/received", door.received),
        web.get("/_sandbox/attempts", door.attempts),
        web.get("/_sandbox/state", door.state),
        web.get("/_sandbox/chats", door.chats),
        web.get("/_sandbox/chats/{chat}", door.chat),
        web.get("/_sandbox/media/{id}", door.media),
        web.get(f"/{stand_in.world.username}", _page("phone.html", "text/html")),
    ]


class _Door:
    def __init__(self, stand_in: Driven) -> None:
        self._stand_in = stand_in
        self._world = stand_in.world

    async def say(self, request: web.Request) -> web.StreamResponse:
        asked = await control(request, Asked)
        about = {"name": asked.name, "language": asked.language}
        if picture := file_in(asked.picture):
            return told({"update_id": self._stand_in.picture(asked.chat, picture, asked.text, **about)})
        return told({"update_id": self._stand_in.say(asked.chat, asked.text, **about)})

    async def press(self, request: web.Request) -> web.StreamResponse:
        asked = await control(request, Asked)
        try:
            return told({"update_id": self._stand_in.press(asked.chat, asked.message_id, asked.data)})
        except ValueError as error:
            raise web.HTTPNotFound(text=str(error)) from error

    async def key(self, request: web.Request) -> web.StreamResponse:
        asked = await control(request, Asked)
        try:
            return told({"update_id": self._stand_in.key(asked.chat, asked.text, told=asked.data)})
        except ValueError as error:
            raise web.HTTPNotFound(text=str(error)) from error

    async def block(self, request: web.Request) -> web.StreamResponse:
        return told({"update_id": self._stand_in.block((await control(request, Asked)).chat)})

    async def unblock(self, request: web.Request) -> web.StreamResponse:
        return told({"update_id": self._stand_in.unblock((await control(request, Asked)).chat)})

    async def update(self, request: web.Request) -> web.StreamResponse:
        asked = await control(request, Asked)
        return told({"update_id": self._stand_in.update(asked.chat, asked.kind, asked.content or {})})

    async def fault(self, request: web.Request) -> web.StreamResponse:
        self._stand_in.faults.add(await control(request, Fault))
        return told({})

    async def clear(self, _request: web.Request) -> web.StreamResponse:
        """Take all faults back and forget what was received."""
        self._stand_in.faults.clear()
        self._stand_in.received.clear()
        self._stand_in.hooks.attempts.clear()
        return told({})

    async def received(self, request: web.Request) -> web.StreamResponse:
        after = number(request, "after")
        return told([r for r in self._stand_in.received if r.n > after])

    async def attempts(self, _request: web.Request) -> web.StreamResponse:
        return told(self._stand_in.hooks.attempts)

    async def state(self, _request: web.Request) -> web.StreamResponse:
        hook = self._world.webhook
        return told(
            {
                "username": self._world.username,
                "webhook": hook.url if hook else "",
                "polls": self._world.pollers,
                "last_error": hook.last_error if hook else "",
                "pending": len(self._world.waiting()),
                "received": len(self._stand_in.received),
                "monotonic": time.monotonic(),
            }
        )

    async def chats(self, _request: web.Request) -> web.StreamResponse:
        """Whose phones have been used: id → name."""
        return told({id_text: chat.name for id_text, chat in self._world.chats.items()})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """A phone's screen. `seen` is what the caller has (its own `version`); with `wait` seconds it answers at the next change."""
        chat = self._world.chat(request.match_info["chat"])
        until = time.monotonic() + min(number(request, "wait"), _LONGEST_WAIT)
        seen = request.query.get("seen", "")
        while True:
            typing = chat.typing_until > time.monotonic()
            shown = {
                "messages": chat.shown, "typing": typing, "blocked": chat.blocked, "name": chat.name,
                "keys": chat.keys, "shut": chat.shut,
            }  # fmt: skip
            version = f"{hash(msgspec.json.encode(shown)) & 0xFFFFFFFF:x}"
            left = until - time.monotonic()
            if version != seen or left <= 0:
                return told({**shown, "version": version})
            await self._world.pulse.wait(min(left, 1.0) if typing else left)

    async def media(self, request: web.Request) -> web.StreamResponse:
        """A file that lies at Telegram, as its phones show it."""
        content = self._stand_in.files.get(request.match_info["id"])
        if content is None:
            raise web.HTTPNotFound(text="there is no such file")
        return web.Response(body=content, content_type=_type_of(content), headers={"X-Content-Type-Options": "nosniff"})


def _type_of(content: bytes) -> str:
    try:
        return sort_of_received(content).mime
    except NotTaken:
        return "application/octet-stream"


def _page(name: str, content_type: str) -> Handler:
    async def page(_request: web.Request) -> web.StreamResponse:
        body = (_PAGES / name).read_bytes()
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)

    return page
