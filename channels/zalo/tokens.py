"""An Official Account's access token: about 25 hours long, each next one had for a refresh token that works once.

https://developers.zalo.me/docs/official-account/bat-dau/xac-thuc-va-uy-quyen-cho-ung-dung-new
"""

import asyncio
import contextvars
import hashlib
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientSession

from channels import http
from hub.model.base import Value
from hub.model.channels.ports import Clock, Token, Tokens
from hub.model.errors import Misconfigured, OutcomeUnknown, SendError, StoreAway, StoreFull, TemporaryFailure

KIND = "zalo"

EARLY_MS = 5 * 3_600_000
"""A token is renewed beside its use from so long before its end."""

LEAST_MS = 60_000
"""One that ends sooner is not used any more."""

AGAIN = (
    "Zalo does not take the refresh token any more (it works once and for three months). Give the app permission again at "
    "developers.zalo.me, under Official Account, and set the new token and refresh_token of this account."
)
NO_REFRESH = "The access token is no longer good, and there is no refresh_token."
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_UNTOLD_LIFE_S = 25 * 3600


class Credentials(Value, frozen=True):
    """What the account was set up with; `token` and `refresh` begin the line, `secret` is the app's own."""

    account: str
    app: str
    secret: str
    token: str
    refresh: str
    url: str

    def __repr__(self) -> str:
        """No secret reaches a log."""
        return f"Credentials({self.account!r})"

    @property
    def origin(self) -> str:
        """Of which setting the line descends: a new pair in the settings begins anew."""
        return hashlib.sha256(f"{self.app}\n{self.token}\n{self.refresh}".encode()).hexdigest()[:16]

    @property
    def first(self) -> Token:
        """The token as it was set."""
        return Token(access=self.token, refresh=self.refresh, origin=self.origin)


class Access:
    """Gives the token to call with, and has the next one made in time: once for all processes."""

    def __init__(self, credentials: Credentials, session: ClientSession, *, clock: Clock, tokens: Tokens) -> None:
        self._credentials = credentials
        self._session = session
        self._clock = clock
        self._tokens = tokens
        self._renewing: asyncio.Task[Token] | None = None

    async def bearer(self) -> str:
        """The access token to use now. Raises Misconfigured (the text says the remedy), TemporaryFailure."""
        token = await self.current()
        left = token.until - self._clock.now() if token.until else EARLY_MS
        if token.access and left >= EARLY_MS:
            return token.access
        renewing = self._renew(token.access)
        if token.access and left > LEAST_MS:
            # Good for now: what becomes of its successor is told to whoever needs that.
            renewing.add_done_callback(lambda done: done.cancelled() or done.exception())
            return token.access
        return (await asyncio.shield(renewing)).access

    async def refused(self, access: str, *, code: str = "-216") -> SendError:
        """Zalo refused this token: have the next one; returns what that means for the call, which has sent nothing."""
        try:
            if not (await self.current()).refresh:
                return Misconfigured(f"{NO_REFRESH} {AGAIN}", code=code)
            await asyncio.shield(self._renew(access))
        except SendError as error:
            return error
        return TemporaryFailure("the access token was renewed", code=code, retry_after=0)

    async def current(self) -> Token:
        """The newest token of the line the settings began."""
        try:
            kept = await self._tokens.current(KIND, self._credentials.account)
        except (StoreAway, StoreFull):
            raise TemporaryFailure("the store of tokens is away") from None
        return kept if kept and kept.origin == self._credentials.origin else self._credentials.first

    async def close(self) -> None:
        """Let a renewal end: what the provider gave must be written down."""
        if self._renewing:
            with suppress(SendError):
                await asyncio.shield(self._renewing)

    def _renew(self, stale: str) -> asyncio.Task[Token]:
        """One renewal at a time. It is no part of the call that asked for it: nobody cancels it, and no mark is asked for it."""
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.get_running_loop().create_task(self._renewed(stale), context=contextvars.Context())
        return self._renewing

    async def _renewed(self, stale: str) -> Token:
        async def get(newest: Token | None) -> Token:
            mine = newest if newest and newest.origin == self._credentials.origin else self._credentials.first
            return mine if mine.access != stale else await self._ask(mine.refresh)

        try:
            return await self._tokens.renew(KIND, self._credentials.account, get)
        except (StoreAway, StoreFull):
            raise TemporaryFailure("the store of tokens is away") from None

    async def _ask(self, refresh: str) -> Token:
        """Trade the refresh token in; after this it is worth nothing, whatever becomes of the answer."""
        if not refresh:
            raise Misconfigured(f"{NO_REFRESH} {AGAIN}", code="-216")
        body = urlencode({"refresh_token": refresh, "app_id": self._credentials.app, "grant_type": "refresh_token"}).encode()
        headers = {**_FORM, "secret_key": self._credentials.secret}
        try:
            answer = await http.post(self._session, f"{self._credentials.url}/v4/oa/access_token", body, headers=headers)
        except OutcomeUnknown as error:
            # Of the message nothing has left; whether the refresh token still works shows next time.
            raise TemporaryFailure(error.reason) from None
        return self._token_of(answer)

    def _token_of(self, answer: http.Answer) -> Token:
        try:
            told = _GRANT.decode(answer.body)
        except (ValueError, RecursionError):
            told = _Grant()
        if told.access_token and told.refresh_token:
            until = self._clock.now() + told.expires_in * 1000
            return Token(access=told.access_token, refresh=told.refresh_token, until=until, origin=self._credentials.origin)
        if told.error or answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
            raise Misconfigured(f"{AGAIN} ({told.error_name or told.message or answer.status})", code=str(told.error or answer.status))
        found = http.decide(answer.status, retry_after=answer.retry_after)
        raise TemporaryFailure("no token came", code=found.code if found else str(answer.status))


class _Grant(msgspec.Struct, frozen=True):
    access_token: str = ""
    refresh_token: str = ""
    expires_in: int = _UNTOLD_LIFE_S
    error: int = 0
    error_name: str = ""
    message: str = ""


_GRANT = msgspec.json.Decoder(_Grant, strict=False)
