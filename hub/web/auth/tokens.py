"""Who may use the API: a bearer token from the settings, compared in constant time; guessing is slowed down per address."""

from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus

from aiohttp import web

from hub.model.channels.ports import Clock
from hub.model.errors import SettingsError
from hub.web.http.origin import Origin
from hub.web.http.problems import Problem, Refusal
from hub.web.http.throttle import Throttle

SHORTEST_TOKEN = 16
WRONG_AT_MOST = 10


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
        self._throttle = Throttle(WRONG_AT_MOST, clock=clock, words="Too many wrong tokens from this address")

    def caller(self, request: web.BaseRequest) -> str:
        """The name of the token; raises a Refusal: 401, or 429 after ten wrong ones of this address within a minute."""
        address = self._origin.address(request)
        self._throttle.look(address)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unknown("Sign in, or send the header `Authorization: Bearer <token>` with a token from the hub's settings.")
        found = self._named(token.strip())
        if not found:
            self._throttle.count(address)
            raise unknown("This token is not known: take one from the hub's settings.")
        return found

    def _named(self, token: str) -> str:
        """All tokens are compared, whichever fits: the time taken tells nothing."""
        digest = sha256(token.encode("utf-8", "surrogateescape")).digest()
        found = ""
        for name, known in self._digests.items():
            if compare_digest(digest, known):
                found = name
        return found


def unknown(detail: str) -> Refusal:
    """A 401 that says how to be known."""
    status = HTTPStatus.UNAUTHORIZED
    return Refusal(
        Problem(title=status.phrase, status=status, detail=detail), headers={"WWW-Authenticate": 'Bearer realm="omnihub"'}
    )  # fmt: skip
