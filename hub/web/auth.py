"""Who may use the API: a bearer token from the settings, compared in constant time; guessing is slowed down per address."""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus

from aiohttp import web
from msgspec import Struct

from hub.model.errors import SettingsError
from hub.model.ports import Clock
from hub.web.origin import Origin
from hub.web.problems import Problem, Refusal

SHORTEST_TOKEN = 16
WRONG_AT_MOST = 10
WINDOW_S = 60.0
ADDRESSES_KEPT = 10_000


class _Tries(Struct):
    """Wrong tokens of one address since the window opened (seconds of boottime)."""

    since: float
    wrong: int = 0


class Tokens:
    """Names the caller of a request by its token. `tokens`: name → secret, at least 16 characters each."""

    def __init__(self, tokens: Mapping[str, str], *, origin: Origin, clock: Clock) -> None:
        if not tokens:
            raise SettingsError("No API token is set: without one the API would be open, so set one of 16 characters or more.")
        for name, secret in tokens.items():
            if len(secret) < SHORTEST_TOKEN:
                raise SettingsError(f"The API token of {name!r} is too short: give it {SHORTEST_TOKEN} characters or more.")
        self._digests = {name: sha256(secret.encode()).digest() for name, secret in tokens.items()}
        self._origin = origin
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def caller(self, request: web.Request) -> str:
        """The name of the token; raises a Refusal: 401, or 429 after ten wrong ones of this address within a minute."""
        address = self._origin.address(request)
        tries = self._tries.get(address)
        now = self._clock.boottime()
        if tries is not None and now - tries.since >= WINDOW_S:
            del self._tries[address]
            tries = None
        if tries is not None and tries.wrong >= WRONG_AT_MOST:
            raise _too_many(tries.since + WINDOW_S - now)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unknown("Send the header `Authorization: Bearer <token>` with a token from the hub's settings.")
        found = self._named(token.strip())
        if not found:
            self._count(address, now)
            raise _unknown("This token is not known: take one from the hub's settings.")
        return found

    def _named(self, token: str) -> str:
        """All tokens are compared, whichever fits: the time taken tells nothing."""
        digest = sha256(token.encode("utf-8", "surrogateescape")).digest()
        found = ""
        for name, known in self._digests.items():
            if compare_digest(digest, known):
                found = name
        return found

    def _count(self, address: str, now: float) -> None:
        tries = self._tries.setdefault(address, _Tries(since=now))
        tries.wrong += 1
        if len(self._tries) > ADDRESSES_KEPT:
            self._tries.popitem(last=False)


def _unknown(detail: str) -> Refusal:
    status = HTTPStatus.UNAUTHORIZED
    return Refusal(
        Problem(title=status.phrase, status=status, detail=detail), headers={"WWW-Authenticate": 'Bearer realm="omnihub"'}
    )  # fmt: skip


def _too_many(wait: float) -> Refusal:
    status = HTTPStatus.TOO_MANY_REQUESTS
    seconds = int(wait) + 1
    detail = f"Too many wrong tokens from this address: wait {seconds} s, then use the right one."
    return Refusal(Problem(title=status.phrase, status=status, detail=detail), headers={"Retry-After": str(seconds)})
