"""An Instagram account's own token, good for 60 days, and each time it is renewed for 60 more.

https://developers.facebook.com/documentation/instagram-platform/reference/refresh_access_token
"""

import asyncio
import contextvars
import hashlib
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from channels.fields import number_of, soft
from channels.meta.graph import Graph
from hub.model.channels.ports import Clock, Token, Tokens
from hub.model.errors import SendError, StoreAway, StoreFull, TemporaryFailure

KIND = "instagram"
DAY_MS = 24 * 3_600_000

EARLY_MS = 30 * DAY_MS
"""A token is renewed beside its use from so long before its end."""

AGAIN_MS = DAY_MS
"""How long after a renewal that failed the next one is tried: a token younger than a day is not renewed at all."""

_LOOKED_FOR_MS = 60_000
"""How long what was found in the store of tokens is good: an older token goes on working beside the newer one."""


class Version(StrEnum):
    """Whether a call names Graph's version; renewing does not."""

    OURS = "ours"
    NONE = "none"


GraphOf = Callable[[str, Version], Graph]
"""Graph with a token."""


class Leave:
    """Gives Graph with the newest token of the line that the setting began, and has the next one made in time."""

    def __init__(self, account: str, token: str, *, graph_of: GraphOf, clock: Clock, tokens: Tokens) -> None:
        self._account = account
        self._origin = hashlib.sha256(token.encode()).hexdigest()[:16]
        self._newest = Token(access=token, origin=self._origin)
        self._graph_of = graph_of
        self._graph = graph_of(token, Version.OURS)
        self._clock = clock
        self._tokens = tokens
        self._looked = 0
        self._not_before = 0
        self._renewing: asyncio.Task[None] | None = None

    async def graph(self) -> Graph:
        """Graph with the token to use now."""
        token = await self.current()
        now = self._clock.now()
        if (not token.until or token.until - now < EARLY_MS) and now >= self._not_before:
            self._not_before = now + AGAIN_MS
            # No part of the call that asked for it: nobody cancels it, and no mark is asked for it.
            self._renewing = asyncio.get_running_loop().create_task(self._renewed(), context=contextvars.Context())
        return self._graph

    async def current(self) -> Token:
        """The newest token; the one that is known where the store cannot be asked."""
        now = self._clock.now()
        if now - self._looked >= _LOOKED_FOR_MS:
            with suppress(StoreAway, StoreFull):
                kept = await self._tokens.current(KIND, self._account)
                self._looked = now
                if kept and kept.origin == self._origin:
                    self._take(kept)
        return self._newest

    async def close(self) -> None:
        """Let a renewal end."""
        if self._renewing:
            await asyncio.shield(self._renewing)

    def _take(self, token: Token) -> None:
        if token.access != self._newest.access:
            self._graph = self._graph_of(token.access, Version.OURS)
        self._newest = token

    async def _renewed(self) -> None:
        """Tried again a day later where it fails; the token in use is good meanwhile, and `look` tells when it ends."""
        with suppress(SendError, StoreAway, StoreFull):
            self._take(await self._tokens.renew(KIND, self._account, self._next))

    async def _next(self, newest: Token | None) -> Token:
        mine = newest if newest and newest.origin == self._origin else self._newest
        told = await self._graph_of(mine.access, Version.NONE).get("refresh_access_token", {"grant_type": "ig_refresh_token"})
        access, seconds = soft(told, "access_token"), number_of(told, "expires_in")
        if not access or not seconds:
            raise TemporaryFailure("no token came")
        return Token(access=access, until=self._clock.now() + int(seconds * 1000), origin=self._origin)


class Lasting:
    """The same for a token that does not end: a Page's."""

    def __init__(self, token: str, *, graph_of: GraphOf) -> None:
        self._token = Token(access=token)
        self._graph = graph_of(token, Version.OURS)

    async def graph(self) -> Graph:
        """Graph with the token."""
        return self._graph

    async def current(self) -> Token:
        """The token."""
        return self._token

    async def close(self) -> None:
        """Nothing."""
