"""One table of routes, from which both the server and the OpenAPI page are made; and what every request of it goes through."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Protocol

from aiohttp import web
from msgspec import DecodeError, Struct, ValidationError, convert, json, to_builtins

from hub.desk.asking import Desk
from hub.desk.filing import Filing
from hub.desk.people import People, Signed
from hub.engine.counters import Counters
from hub.model.channels.ports import Channel, Clock
from hub.model.channels.prices import Prices
from hub.model.channels.rates import Rates
from hub.model.channels.window import WindowRule
from hub.model.ids import derived_id, new_id
from hub.store.archive.hit import Hit
from hub.store.channels.calls import Calls
from hub.store.channels.cases import Cases
from hub.store.customers.records import Customers
from hub.store.customers.timeline import Timeline
from hub.store.inbox.inbox import Inbox
from hub.store.inbox.queue import Queue
from hub.store.mailboxes.dead_letters import DeadLetters
from hub.store.mailboxes.kill_switch import Switch
from hub.store.shop.alerts import Alerts
from hub.web.api.account_book import AccountBook
from hub.web.api.journey_views import Nudging
from hub.web.auth.callers import Caller, Needed, Signing
from hub.web.auth.devices import Device, Devices
from hub.web.feed.feed import Feed
from hub.web.feed.presence import Presence
from hub.web.http.error_answers import Handler, answering
from hub.web.http.file_body import Broken, TooLarge, Upload, read_file
from hub.web.http.headers import JSON_HEADERS
from hub.web.http.problems import Refusal, refusal
from hub.web.http.throttle import Throttle
from hub.web.webhooks.door import Intake

BODY_BYTES = 256 * 1024
KEY_LENGTH = 200


class Finder(Protocol):
    """Where customers are found by words; raises ArchiveAway."""

    async def search(self, words: Sequence[str], *, limit: int, after: Hit | None = None) -> tuple[Hit, ...]:
        """Those of whom each word begins one of theirs, newest first, behind `after`."""
        ...


class Rooms(Struct, frozen=True, kw_only=True):
    """Everything the routes ask. `throttle`: wrong passwords and codes, by address and by login; `base`: the public address, where set.

    `lends`: whether providers find us by an address, so that they can be sent for a file.
    """

    desk: Desk
    customers: Customers
    timeline: Timeline
    queue: Queue
    inbox: Inbox
    feed: Feed
    presence: Presence
    dead: DeadLetters
    switch: Switch
    cases: Cases
    calls: Calls
    alerts: Alerts
    intake: Intake
    channels: Mapping[tuple[str, str], Channel]
    clock: Clock
    counters: Counters
    entropy: Callable[[], int]
    people: People
    filing: Filing
    throttle: Throttle
    devices: Devices
    finder: Callable[[], Awaitable[Finder]]
    nudging: Nudging | None = None
    accounts: AccountBook | None = None
    base: str = ""
    lends: bool = False
    rates: Mapping[tuple[str, str], Rates] = {}
    windows: Mapping[str, WindowRule] = {}
    prices: Prices = Prices()


class Ask(Struct, frozen=True, kw_only=True):
    """One request, read: path parts, body and query in their types, who asks from where, and the event id its key stands for.

    `cookies`: for what a browser is known by besides its session.
    """

    path: Mapping[str, str]
    body: Any
    query: Any
    caller: Caller
    address: str
    key: str
    event: str
    cookies: Mapping[str, str] = {}

    @property
    def signed(self) -> Signed:
        """The session it comes from; only for routes that are open to whoever is signed in."""
        if self.caller.signed is None:
            raise refusal(HTTPStatus.FORBIDDEN, "Sign in with login and password: this is about a session.", code="session")
        return self.caller.signed

    def acting(self, named: str, *, field: str = "$.agent") -> str:
        """Who acts: whoever is signed in, and nobody else for them; a program has to name them."""
        if self.caller.signed is None:
            if not named:
                raise refusal(HTTPStatus.BAD_REQUEST, "A program must say who acts: name the agent.", field=field)
            return named
        if named not in {"", self.caller.name}:
            detail = f"You are signed in as {self.caller.name}, so you cannot act as somebody else: leave this out."
            raise refusal(HTTPStatus.FORBIDDEN, detail, field=field, code="agent")
        return self.caller.name


class Answer(Struct, frozen=True):
    """Status and body of the answer; the body's type is declared in the route. `session`: the token of its cookie, '' takes it away.

    `device`: the mark by which this browser is known from now on.
    """

    status: HTTPStatus
    body: object
    session: str | None = None
    device: Device | None = None


Take = Callable[[Rooms, Ask], Awaitable[Answer]]
"""A route's own work."""


class Route(Struct, frozen=True, kw_only=True):
    """One line of the table. `right`: what it asks for; `answers`: status → type of the body; errors are problems and need no line."""

    method: str
    path: str
    name: str
    summary: str
    right: Needed
    take: Take
    answers: Mapping[HTTPStatus, Any]
    body: type[Struct] | None = None
    query: type[Struct] | None = None


class Serving:
    """Makes a request handler of a route: who asks and whether they may, size, type, shape, then the route's own work."""

    def __init__(self, rooms: Rooms, *, signing: Signing) -> None:
        self._rooms = rooms
        self._signing = signing

    def handler(self, route: Route) -> Handler:
        """The route as aiohttp wants it; every outcome is JSON."""

        async def take(request: web.Request) -> web.StreamResponse:
            ask = await self._read(request, route)
            answer = await route.take(self._rooms, ask)
            headers = {**JSON_HEADERS, "Idempotency-Key": ask.key} if ask.key else dict(JSON_HEADERS)
            response = web.Response(status=answer.status, body=json.encode(answer.body), content_type="application/json", headers=headers)
            if answer.session is not None:
                response.headers.add("Set-Cookie", self._signing.cookie(request, answer.session))
            if answer.device is not None:
                response.headers.add("Set-Cookie", self._signing.device_cookie(request, answer.device))
            return response

        return answering(take, name=route.name, again="The store cannot take this now: ask again with the same Idempotency-Key.")

    async def _read(self, request: web.Request, route: Route) -> Ask:
        caller = await self._signing.caller(request, route.right)
        query = read_query(request, route.query)
        body = await self._body(request, route.body) if route.body else None
        path = dict(request.match_info)
        key = self._key(request) if route.method == "POST" else ""
        event = _event_id(_of_caller(key, caller), route.name, path=path, body=body)
        address = self._signing.address(request)
        return Ask(
            path=path, body=body, query=query, caller=caller, address=address, key=key, event=event, cookies=request.cookies
        )  # fmt: skip

    async def _body(self, request: web.Request, wanted: type[Struct]) -> Any:  # noqa: ANN401 - the route's own type
        if wanted is not Upload:
            return await read_body(request, wanted)
        try:
            return Upload(content=await read_file(request, most=self._rooms.filing.most))
        except TooLarge as error:
            raise refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error), code="size") from error
        except Broken as error:
            raise refusal(HTTPStatus.BAD_REQUEST, str(error), code="broken") from error

    def _key(self, request: web.Request) -> str:
        """The caller's key, or a new one, told in the answer so that an unsure caller can ask the same again."""
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > KEY_LENGTH:
            raise refusal(HTTPStatus.BAD_REQUEST, f"The header Idempotency-Key may have {KEY_LENGTH} characters.", field="Idempotency-Key")
        if not key.isascii() or not (key.isprintable()):
            raise refusal(HTTPStatus.BAD_REQUEST, "The header Idempotency-Key may have printable ASCII only.", field="Idempotency-Key")
        return key or new_id("key", now=self._rooms.clock.now(), entropy=self._rooms.entropy())


def read_query(request: web.Request, wanted: type[Struct] | None) -> Any:  # noqa: ANN401 - the route's own type
    """The query in its type; raises a 400 naming the parameter."""
    try:
        given = dict(request.query)
        return convert(given, wanted, strict=False) if wanted else None
    except (ValidationError, ValueError) as error:
        sentence, field = _place(error)
        raise refusal(HTTPStatus.BAD_REQUEST, f"The query is not right: {sentence}.", field=field) from error


async def read_body(request: web.Request, wanted: type[Struct]) -> Any:  # noqa: ANN401 - the route's own type
    """The body in its type; raises 415, 413, or a 400 naming the field."""
    if request.content_type != "application/json":
        raise refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON with the header `Content-Type: application/json`.")
    if (request.content_length or 0) > BODY_BYTES:
        raise _too_large()
    try:
        raw = await request.read()
    except (web.RequestPayloadError, ConnectionError) as error:
        raise refusal(HTTPStatus.BAD_REQUEST, "The body is not what its headers say: it ends early, or is not compressed so.") from error
    if len(raw) > BODY_BYTES:
        raise _too_large()
    try:
        body = json.decode(raw, type=wanted)
    except (DecodeError, ValueError, RecursionError) as error:
        sentence, field = _place(error)
        raise refusal(HTTPStatus.BAD_REQUEST, f"The body is not right: {sentence}.", field=field) from error
    if field := _unwritable(to_builtins(body), "$"):
        detail = "A text may not hold the character NUL or half a character, nor a number more than 63 bits: take it out."
        raise refusal(HTTPStatus.BAD_REQUEST, detail, field=field)
    return body


def _place(error: Exception) -> tuple[str, str]:
    """What is wrong and where, by msgspec's words, which name fields and types but no values."""
    if not isinstance(error, DecodeError):
        return ("it is nested too deeply" if isinstance(error, RecursionError) else "it is not UTF-8 JSON"), ""
    sentence, _, place = str(error).partition(" - at `")
    return sentence if sentence.startswith("JSON") else sentence[:1].lower() + sentence[1:], place.rstrip("`")


def _unwritable(value: object, at: str) -> str:
    """Where a text or a number is what no archive can store; '' where none is."""
    match value:
        case int():
            return "" if -(1 << 63) <= value < 1 << 63 else at
        case str():
            return at if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value) else ""
        case dict():
            return next((found for name, part in value.items() if (found := _unwritable(part, f"{at}.{name}"))), "")
        case list() | tuple():
            return next((found for n, part in enumerate(value) if (found := _unwritable(part, f"{at}[{n}]"))), "")
        case _:
            return ""


def _of_caller(key: str, caller: Caller) -> str:
    """Two people who happen upon the same key ask two things, though neither names who acts."""
    return f"{key}\n{caller.name}" if key and caller.signed else key


def _event_id(key: str, route: str, *, path: Mapping[str, str], body: Struct | None) -> str:
    """The event a key stands for: the same request under the same key is the same event, any other request is another."""
    if not key:
        return ""
    digest = blake2b(json.encode(body), digest_size=16).hexdigest() if body is not None else ""
    return derived_id("ev", "\n".join((key, route, *path.values(), digest)), 0)


def _too_large() -> Refusal:
    return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body may have {BODY_BYTES} bytes: send media as links.")
