"""Who asks: a program by its bearer token, or somebody signed in by the cookie of a session; and whether they may."""

from collections.abc import Awaitable
from enum import StrEnum
from hmac import compare_digest
from http import HTTPStatus

from aiohttp import web
from msgspec import Struct

from hub.desk.people import LONGEST_MS, People, Signed, SignedOut
from hub.model.shop.people import Right, holders
from hub.web.auth.devices import KEPT_S, PATH, Device
from hub.web.auth.tokens import Tokens, unknown
from hub.web.http.origin import Origin
from hub.web.http.problems import Problem, Refusal, refusal

COOKIE = "hub_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Open(StrEnum):
    """Routes that ask for no right: open to everybody, or to everybody who is signed in."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"


Needed = Right | Open
"""What a route asks for."""


class Caller(Struct, frozen=True):
    """Who asks. `name`: their login; for a program (`signed` None) its token's name; '' for nobody known."""

    name: str
    rights: frozenset[Right]
    signed: Signed | None = None


NOBODY = Caller("", frozenset())


class Signing:
    """Answers who a request is of. Every method raises a Refusal (401, 403, 429), or StoreAway where nobody can tell."""

    def __init__(self, people: People, *, tokens: Tokens, origin: Origin) -> None:
        self._people = people
        self._tokens = tokens
        self._origin = origin

    async def caller(self, request: web.BaseRequest, needed: Needed) -> Caller:
        """Whoever asks a route, known and allowed; a changing request with a cookie says the session's CSRF token besides."""
        changes = request.method not in _SAFE
        if needed is Open.EVERYBODY:
            if changes:
                self._check_origin(request)
            return NOBODY
        if "Authorization" in request.headers or not request.cookies.get(COOKIE):
            return allowed(Caller(self._tokens.caller(request), frozenset(Right)), needed)
        if changes:
            self._check_origin(request)
        caller = await self._signed(request)
        if changes:
            _check_csrf(request, caller)
        return allowed(caller, needed)

    async def page(self, request: web.BaseRequest, needed: Needed) -> Caller:
        """Whoever opens a WebSocket: a browser does so for any page, with the cookie, so the page must be ours."""
        if "Authorization" not in request.headers and "Origin" not in request.headers:
            raise _foreign()
        self._check_origin(request)
        if "Authorization" in request.headers:
            return allowed(Caller(self._tokens.caller(request), frozenset(Right)), needed)
        return allowed(await self._signed(request), needed)

    async def still(self, caller: Caller, needed: Needed) -> Caller:
        """The same once more, later: whoever keeps a connection open asks every few seconds.

        An open connection is no use: else a console left open in a shop would stay signed in for two weeks.
        """
        if caller.signed is None:
            return allowed(caller, needed)
        return allowed(await _caller(self._people.look(caller.signed.token)), needed)

    def address(self, request: web.BaseRequest) -> str:
        """The caller's IP address."""
        return self._origin.address(request)

    def cookie(self, request: web.BaseRequest, token: str) -> str:
        """The `Set-Cookie` of a session; '' takes it away. No script can read it, no other site can send it along."""
        return self._cookie(request, f"{COOKIE}={token}", path="/", age=LONGEST_MS // 1000 if token else 0)

    def device_cookie(self, request: web.BaseRequest, device: Device) -> str:
        """The `Set-Cookie` of a browser's mark."""
        return self._cookie(request, f"{device.name}={device.value}", path=PATH, age=KEPT_S)

    def _cookie(self, request: web.BaseRequest, named: str, *, path: str, age: int) -> str:
        parts = [named, f"Path={path}", "HttpOnly", "SameSite=Lax", f"Max-Age={age}"]
        return "; ".join([*parts, "Secure"] if self._origin.secure(request) else parts)

    def _check_origin(self, request: web.BaseRequest) -> None:
        if self._origin.is_foreign(request):
            raise _foreign()

    async def _signed(self, request: web.BaseRequest) -> Caller:
        return await _caller(self._people.known(request.cookies.get(COOKIE, "")))


async def _caller(asked: Awaitable[Signed]) -> Caller:
    """Whoever is signed in, as a caller; a 401 for nobody."""
    try:
        signed = await asked
    except SignedOut as error:
        raise unknown("You are signed out: sign in again.") from error
    return Caller(signed.user.login, signed.user.rights, signed)


def allowed(caller: Caller, needed: Needed) -> Caller:
    """The caller, where they may; raises a 403 that says which right is missing and who has it."""
    if needed is Open.SIGNED_IN:
        if caller.signed is None:
            detail = "This is about somebody who is signed in, and a token is nobody: sign in with login and password."
            raise refusal(HTTPStatus.FORBIDDEN, detail, code="session")
        return caller
    if needed is Open.EVERYBODY or needed in caller.rights:
        return caller
    role = caller.signed.user.role.value if caller.signed else "none"
    having = ", ".join(one.value for one in holders(needed))
    detail = f"This needs the right `{needed.value}`; these roles have it: {having}. Your role is {role}: ask somebody who has it."
    raise refusal(HTTPStatus.FORBIDDEN, detail, code="right")


def _check_csrf(request: web.BaseRequest, caller: Caller) -> None:
    given = request.headers.get(CSRF_HEADER, "").encode("utf-8", "surrogateescape")
    if caller.signed is None or not compare_digest(given, caller.signed.session.csrf.encode()):
        detail = f"The header {CSRF_HEADER} must bear the session's `csrf` as GET /api/session tells it."
        raise refusal(HTTPStatus.FORBIDDEN, detail, field=CSRF_HEADER, code="csrf")


def _foreign() -> Refusal:
    status = HTTPStatus.FORBIDDEN
    detail = "A page of another site asked, or one that does not say which: use our own pages, or a token; behind a proxy set `public_url`."
    return Refusal(Problem(title=status.phrase, status=status, detail=detail, code="origin"))
