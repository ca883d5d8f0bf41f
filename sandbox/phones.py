"""All providers' stand-ins on one loopback port, each under `/<kind>/…`, and a page with their customers' phones.

python -m sandbox.phones --port 8082
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from hub.model.base import Value
from sandbox.desk import Desk
from sandbox.door import Screen, screen_of, version_of
from sandbox.faults import Fault, Faults
from sandbox.plugged import LANGUAGES, PLUGS, Plug
from sandbox.reading import control, guarded
from sandbox.stand_in import StandIn
from sandbox.troubles import TROUBLES

LONGEST_WAIT_S = 25.0
MOST_WATCHED = 12
_PAGES = Path(__file__).parent / "pages"
_FILES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_OWN = ("phones.css", "phones_apps.css", "phones.js", "phones_draw.js", "phones_wall.js", "phones_words.js")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' http: https: data:; "
    "media-src 'self' http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Person(Value, frozen=True, omit_defaults=False):
    """A customer with a phone."""

    id: str
    name: str
    language: str


class App(Value, frozen=True, omit_defaults=False):
    """One app as the page shows it. `limits`: what its channel can show, by name; `hook`: whether a hub is there.

    `troubles`: what can be made to go wrong, by name.
    """

    kind: str
    title: str
    people: list[Person]
    does: list[str]
    limits: Mapping[str, object]
    hook: bool
    troubles: list[str]


class Trouble(Value, frozen=True):
    """What shall go wrong, and for whom."""

    chat: str
    name: str


class Shelf(Protocol):
    """The phones of one app."""

    @property
    def kind(self) -> str:
        """The channel's kind."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def does(self) -> frozenset[str]:
        """What its customers do besides writing and pressing."""
        ...

    @property
    def troubles(self) -> Mapping[str, Fault]:
        """What can be made to go wrong, by name."""
        ...

    @property
    def faults(self) -> Faults:
        """Where faults are set."""
        ...

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change of any of its phones."""
        ...

    @property
    def hook(self) -> bool:
        """Whether a hub is there."""
        ...

    def people(self) -> list[Person]:
        """Whose phones there are."""
        ...

    def another(self, language: str) -> Person:
        """A phone nobody wrote from yet, set to that language."""
        ...

    def screen(self, chat: str) -> Screen:
        """What a phone shows."""
        ...

    def counts(self) -> dict[str, int]:
        """How many lines of the shop's stand on each phone."""
        ...

    def routes(self) -> list[AbstractRouteDef]:
        """Its door, `/_sandbox/…`."""
        ...


class DeskShelf:
    """The phones of a provider that has a desk."""

    def __init__(self, desk: Desk, plug: Plug) -> None:
        self.kind = desk.kind
        self.title = desk.provider.title
        self.does = plug.does
        self.troubles = {**TROUBLES, **plug.troubles}
        self.faults = desk.faults
        self._desk = desk
        self._plug = plug
        for n, name in enumerate(plug.names):
            desk.phone(plug.person(n + 1), name).language = LANGUAGES[n]

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next change of any of its phones."""
        return self._desk.changed

    @property
    def hook(self) -> bool:
        """Whether a hub is there."""
        return bool(self._desk.bringing.hook)

    def people(self) -> list[Person]:
        """Whose phones there are."""
        return [Person(id=one.id, name=one.name, language=one.language) for one in self._desk.phones.values()]

    def another(self, language: str) -> Person:
        """A phone nobody wrote from yet, set to that language."""
        n = len(self._desk.phones) + 1
        while self._plug.person(n) in self._desk.phones:
            n += 1
        made = self._desk.phone(self._plug.person(n), f"{self.title} {n}")
        made.language = language
        return Person(id=made.id, name=made.name, language=made.language)

    def screen(self, chat: str) -> Screen:
        """What a phone shows."""
        return screen_of(self._desk.phone(chat), self._desk)

    def counts(self) -> dict[str, int]:
        """How many lines of the shop's stand on each phone."""
        return {one.id: sum(not bubble.mine for bubble in one.bubbles) for one in self._desk.phones.values()}

    def routes(self) -> list[AbstractRouteDef]:
        """None: the stand-in is mounted with its door."""
        return []


class Phones:
    """The stand-ins of `PLUGS` and the page. `more`: phones of stand-ins that stand elsewhere; `limits`: by kind, told on the page."""

    def __init__(self, *, more: Sequence[Shelf] = (), receipts: str | None = None) -> None:
        self.stand_ins = {
            kind: StandIn(plug.make(), receipts=plug.receipts if receipts is None else receipts) for kind, plug in PLUGS.items()
        }
        self.limits: dict[str, Mapping[str, object]] = {}
        self.base_url = ""
        own = [DeskShelf(one.desk, PLUGS[kind]) for kind, one in self.stand_ins.items()]
        self._more = more
        self._shelves: dict[str, Shelf] = {shelf.kind: shelf for shelf in (*more, *own)}
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; `base_url` tells where, each stand-in's own under it."""
        app = web.Application()
        app.add_routes(self._routes())
        for kind, one in self.stand_ins.items():
            app.add_subapp(f"/{kind}", one.app(""))
        for shelf in self._more:
            beside = web.Application()
            beside.add_routes(shelf.routes())
            app.add_subapp(f"/{shelf.kind}", beside)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.base_url = f"http://{host}:{self._runner.addresses[0][1]}"
        for kind, one in self.stand_ins.items():
            one.desk.base_url = f"{self.base_url}/{kind}"

    async def stop(self) -> None:
        """Close all it holds."""
        for one in self.stand_ins.values():
            await one.stop()
        if self._runner:
            await self._runner.cleanup()

    def desk(self, kind: str) -> Desk:
        """The desk of one stand-in."""
        return self.stand_ins[kind].desk

    def hook(self, base: str, account: str) -> None:
        """Bring all webhooks to a hub at that address, to the accounts of that name."""
        for kind, one in self.stand_ins.items():
            one.desk.hook(f"{base}/hooks/{kind}/{account}")

    def _routes(self) -> list[AbstractRouteDef]:
        return [
            web.get("/", _file("phones.html")),
            *(web.get(f"/{name}", _file(name)) for name in _OWN),
            web.get("/_phones/apps", self._apps),
            web.get("/_phones/watch", self._watch),
            web.post("/_phones/{kind}/another", self._another),
            web.post("/_phones/{kind}/trouble", guarded(self._trouble)),
        ]

    async def _apps(self, _request: web.Request) -> web.Response:
        return _told([
            App(
                kind=shelf.kind, title=shelf.title, people=shelf.people(), does=sorted(shelf.does), limits=self.limits.get(shelf.kind, {}),
                hook=shelf.hook, troubles=list(shelf.troubles),
            )
            for shelf in self._shelves.values()
        ])  # fmt: skip

    async def _another(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="send JSON")
        wanted = request.query.get("language", "")
        return _told(self._shelf(request.match_info["kind"]).another(wanted if wanted in LANGUAGES else LANGUAGES[0]))

    async def _trouble(self, request: web.Request) -> web.Response:
        """The fault of that name, for that customer alone."""
        shelf, wanted = self._shelf(request.match_info["kind"]), await control(request, Trouble)
        fault = shelf.troubles.get(wanted.name)
        if fault is None:
            raise web.HTTPNotFound(text="nothing goes wrong like that here")
        shelf.faults.add(msgspec.structs.replace(fault, chat=wanted.chat))
        return _told({})

    async def _watch(self, request: web.Request) -> web.Response:
        """Several screens by one request, for a browser opens few connections: `on` = kind/chat/seen, again for each phone.

        Answers with those that changed, at the next change or after `wait` seconds; `news` counts the shop's lines on every phone.
        """
        watched = [one.rpartition("/") for one in request.query.getall("on", [])[:MOST_WATCHED]]
        known, until = request.query.get("known", ""), time.monotonic() + min(_seconds(request), LONGEST_WAIT_S)
        while True:
            events = {shelf.changed for shelf in self._shelves.values()}
            screens = {at: (self._screen(at), seen) for at, _, seen in watched}
            news = {shelf.kind: shelf.counts() for shelf in self._shelves.values()}
            changed = {at: screen for at, (screen, seen) in screens.items() if screen.version != seen}
            left, version = until - time.monotonic(), version_of(news)
            if changed or version != known or left <= 0:
                return _told({"phones": changed, "news": news, "version": version})
            await _any(events, min(left, 1.0) if any(screen.typing for screen, _ in screens.values()) else left)

    def _screen(self, at: str) -> Screen:
        kind, _, chat = at.partition("/")
        return self._shelf(kind).screen(chat)

    def _shelf(self, kind: str) -> Shelf:
        shelf = self._shelves.get(kind)
        if shelf is None:
            raise web.HTTPNotFound(text="there is no such app")
        return shelf


async def _any(events: set[asyncio.Event], seconds: float) -> None:
    """Until one of them is set, at most so long."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in waits:
            one.cancel()


def _file(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def file(_request: web.Request) -> web.StreamResponse:
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        path = _PAGES / name
        return web.Response(body=path.read_bytes(), content_type=_FILES[path.suffix], charset="utf-8", headers=headers)

    return file


def _seconds(request: web.Request) -> float:
    try:
        return float(request.query.get("wait", "0"))
    except ValueError as error:
        raise web.HTTPBadRequest(text="wait is not a number") from error


def _told(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json", headers={"Cache-Control": "no-store"})


async def serve(port: int, host: str) -> None:
    """Run until cancelled."""
    phones = Phones()
    await phones.start(port, host)
    print(f"Phones: {phones.base_url}/", flush=True)  # noqa: T201 - the command speaks
    for kind, plug in PLUGS.items():
        fields = {key: value.format(base=f"{phones.base_url}/{kind}", **phones.desk(kind).told) for key, value in plug.fields.items()}
        print(f"  {kind:<16} base_url = {phones.base_url}/{kind}{plug.path}  {fields}", flush=True)  # noqa: T201 - as above
    try:
        await asyncio.Event().wait()
    finally:
        await phones.stop()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.phones", description="Every provider's stand-in, and their customers' phones.")
    parser.add_argument("--port", type=int, default=8082, help="where to listen (0: any free port)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    args = parser.parse_args()
    try:
        asyncio.run(serve(args.port, args.host))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
