"""The event door: `/v1/track`, `/v1/identify`, `/v1/batch` as the Segment spec has them, for the shop's server and for its pages."""

import binascii
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from http import HTTPStatus
from typing import TypeVar

from aiohttp import web
from msgspec import DecodeError, Struct, ValidationError, json

from hub.model.channels.ports import Clock
from hub.model.errors import BadSignature
from hub.model.events.event import Incoming
from hub.model.webchat.chat import session_address
from hub.web.auth.tokens import Tokens
from hub.web.http.error_answers import Handler, answering
from hub.web.http.headers import JSON_HEADERS
from hub.web.http.origin import Origin
from hub.web.http.page_origins import ChatOrigins
from hub.web.http.problems import Refusal, refusal
from hub.web.http.throttle import Throttle
from hub.web.tracking.reading import CALL_BYTES, Sender, call_of, incoming, refused_by, storable, wrong
from hub.web.tracking.shapes import BatchCall, BatchTaken, IdentifyCall, RefusedCall, Success, TrackCall

BATCH_BYTES = 500 * 1024
DAYS = 7
"""How long a repeat of a messageId is known."""

SESSION_HEADER = "X-Chat-Session"
WRONG_AT_MOST = 10
BURST, PER_S, SESSIONS = 60.0, 5.0, 10_000
"""Calls a page may make at once and a second: a shopper in a hurry, not a script."""

S = TypeVar("S", bound=Struct)
Accept = Callable[[list[Incoming]], Awaitable[None]]


class EventKeys(Struct, frozen=True, kw_only=True):
    """`write_key`: the shop's server's; `session_key` signs web chat sessions of `account`; `origins`: pages besides our own (`*`: all)."""

    write_key: str
    session_key: bytes
    account: str
    origins: frozenset[str] = frozenset()


class EventDoor:
    """Takes events in; 200 means durable. `accept`: raises StoreAway, StoreFull where neither store nor disk can take it."""

    def __init__(self, keys: EventKeys, accept: Accept, *, tokens: Tokens, origin: Origin, clock: Clock) -> None:
        self._keys = keys
        self._accept = accept
        self._tokens = tokens
        self._origin = origin
        self._origins = ChatOrigins(keys.origins, origin=origin)
        self._clock = clock
        self._throttle = Throttle(WRONG_AT_MOST, clock=clock, words="Too many wrong write keys from this address")
        self._credit: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def routes(self) -> list[web.RouteDef]:
        """The three calls, and what browsers ask before them."""
        calls = {
            "/v1/track": self._single(TrackCall),
            "/v1/identify": self._single(IdentifyCall),
            "/v1/batch": _answering(self._batch, "BatchCall"),
        }
        origins = self._origins
        return [
            route for path, take in calls.items() for route in (web.post(path, origins.guarded(take)), web.options(path, origins.preflight))
        ]

    def _single(self, kind: type[TrackCall | IdentifyCall]) -> Handler:
        async def take(request: web.Request) -> Struct:
            call = _read(await _body(request, CALL_BYTES), kind)
            storable(call)
            sender = self._sender(request, call.context.session)
            self._spend(sender, 1)
            await self._accept(list(incoming(call, sender, received=self._clock.now())))
            return Success()

        return _answering(take, kind.__name__)

    async def _batch(self, request: web.Request) -> Struct:
        batch = _read(await _body(request, BATCH_BYTES), BatchCall)
        sender = self._sender(request, batch.context.session)
        self._spend(sender, len(batch.batch))
        received, found, refused = self._clock.now(), [], []
        for index, element in enumerate(batch.batch):
            try:
                call = call_of(element, shared=batch.context)
                found.append(incoming(call, sender, received=received, sent_at=batch.sent_at))
            except Refusal as error:
                refused.append(RefusedCall(index=index, detail=error.problem.detail, field=error.problem.field))
        if not found:
            first = refused[0]
            raise wrong(f"None of the calls was taken; the first: {first.detail}", f"$.batch[0]{first.field.removeprefix('$')}")
        await self._accept([one for each in found for one in each])
        return BatchTaken(success=True, taken=len(found), refused=tuple(refused))

    def _sender(self, request: web.Request, session: str) -> Sender:
        """The shop's server by its write key (Basic) or a token of the API (Bearer), or a page by its session's token."""
        account, scheme = self._keys.account, request.headers.get("Authorization", "").partition(" ")[0].lower()
        if scheme == "bearer":
            self._tokens.caller(request)
            return Sender(account=account)
        if scheme == "basic":
            self._write_key(request)
            return Sender(account=account)
        token = request.headers.get(SESSION_HEADER, "") or session
        try:
            return Sender(account=account, session=session_address(token, account=account, key=self._keys.session_key))
        except BadSignature as error:
            raise _unknown() from error

    def _write_key(self, request: web.Request) -> None:
        address = self._origin.address(request)
        self._throttle.look(address)
        try:
            given = b64decode(request.headers["Authorization"].partition(" ")[2], validate=True).partition(b":")[0]
        except (binascii.Error, ValueError):
            given = b""
        if not compare_digest(given, self._keys.write_key.encode()):
            self._throttle.count(address)
            raise _unknown()

    def _spend(self, sender: Sender, calls: int) -> None:
        """A page's own measure; the shop's server has none."""
        if sender.session is None:
            return
        now, key = self._clock.boottime(), sender.session.id
        credit, since = self._credit.pop(key, (BURST, now))
        credit = min(BURST, credit + (now - since) * PER_S)
        if credit < calls:
            self._credit[key] = (credit, now)
            refused = refusal(HTTPStatus.TOO_MANY_REQUESTS, "Too fast for one page: wait a moment, then send it again.")
            raise Refusal(refused.problem, headers={"Retry-After": str(int((calls - credit) / PER_S) + 1)})
        self._credit[key] = (credit - calls, now)
        if len(self._credit) > SESSIONS:
            self._credit.popitem(last=False)


def _answering(take: Callable[[web.Request], Awaitable[Struct]], name: str) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=json.encode(await take(request)), content_type="application/json", headers=dict(JSON_HEADERS))

    return answering(answer, name=name, again="Not taken: send it again with the same messageId.")


async def _body(request: web.Request, most: int) -> bytes:
    """The body; pages that are being closed send it as plain text, which needs no preflight."""
    if request.content_type not in {"application/json", "text/plain"}:
        raise refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON with the header `Content-Type: application/json`.")
    raw = b"" if (request.content_length or 0) > most else await request.read()
    if (request.content_length or 0) > most or len(raw) > most:
        raise refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"This call may have {most} bytes: send several, or a batch of 500 kB.")
    return raw


def _read(raw: bytes, kind: type[S]) -> S:
    try:
        return json.decode(raw, type=kind)
    except ValidationError as error:
        raise refused_by(error) from error
    except (DecodeError, UnicodeError, RecursionError) as error:
        raise wrong("The body is not JSON in UTF-8.", "") from error


def _unknown() -> Refusal:
    detail = f"Send your write key as the user of HTTP Basic, or from a page its chat session's token in the header {SESSION_HEADER}."
    refused = refusal(HTTPStatus.UNAUTHORIZED, detail)
    return Refusal(refused.problem, headers={"WWW-Authenticate": 'Basic realm="omnihub events"'})
