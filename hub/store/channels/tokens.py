"""Providers' tokens that turn over: sealed, in one place for all processes, renewed by one of them at a time."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import cast

import structlog
from msgspec import DecodeError, msgpack

from hub.model.channels.ports import Clock, Token
from hub.model.errors import HubError, SendError
from hub.store.channels.cases import Seal
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import encode
from hub.store.functions import function
from hub.store.keys import Keys

log = structlog.get_logger()

LIFE_MS = 30_000
"""So long one process may take for a renewal before another tries: twice the longest call to a provider."""

LOOK_EVERY_S = 0.05
_SETTLE = function("settle_token")
_Named = tuple[str, str]
_Get = Callable[[Token | None], Awaitable[Token]]


class TokenHouse:
    """Keeps one token for each account of a channel. `owner` is a name no other process has. Raises StoreAway, StoreFull.

    A refresh token works once, so between the provider's answer and the written token nothing else happens, and nobody is given what is
    not written. Where the store went away in between, the token waits here and is written first when it is back; where the process
    was killed in between, the line is broken: the channel says what to do when the provider refuses the old one.
    """

    def __init__(self, links: Links, keys: Keys, *, seal: Seal, clock: Clock, owner: str, life_ms: int = LIFE_MS) -> None:
        self._links = links
        self._keys = keys
        self._seal = seal
        self._clock = clock
        self._owner = owner
        self._life_ms = life_ms
        self._decoder = msgpack.Decoder(Token)
        self._doors: defaultdict[_Named, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unwritten: dict[_Named, Token] = {}

    async def current(self, channel: str, account: str) -> Token | None:
        """The newest one, written; None where there has been none, or it cannot be opened (another key)."""
        if left := self._unwritten.get((channel, account)):
            await self._keep(channel, account, left)
        token, _ = self._keys.token(channel, account)
        blob = cast("bytes | None", await self._links.call(token, "GET", token))
        return None if blob is None else self._opened(blob, channel, account)

    async def renew(self, channel: str, account: str, get: _Get) -> Token:
        """Have `get` make the next one of the newest; whoever comes while another renews is given the other's.

        Raises what `get` raises, unless somebody else renewed meanwhile.
        """
        seen = await self.current(channel, account)
        async with self._doors[channel, account]:
            while (newest := await self.current(channel, account)) == seen:
                if await self._took(channel, account):
                    return await self._renewed(channel, account, get)
                await self._clock.sleep(LOOK_EVERY_S)
            return cast("Token", newest)

    async def _took(self, channel: str, account: str) -> bool:
        _, lock = self._keys.token(channel, account)
        return await self._links.call(lock, "SET", lock, self._owner, "NX", "PX", self._life_ms) is not None

    async def _renewed(self, channel: str, account: str, get: _Get) -> Token:
        """With the lock in hand. Read again: who had it before us may have written and gone."""
        newest = await self.current(channel, account)
        try:
            token = await get(newest)
        except SendError:
            await self._let_go(channel, account)
            if (other := await self.current(channel, account)) and other != newest:
                return other
            raise
        except BaseException:
            await asyncio.shield(self._let_go(channel, account))
            raise
        if token == newest:
            await self._let_go(channel, account)
        else:
            self._unwritten[channel, account] = token
            await self._keep(channel, account, token)
        return token

    async def _keep(self, channel: str, account: str, token: Token) -> None:
        """Safe when it returns, and the lock given back where it is ours."""
        await self._settle(channel, account, self._seal.close(encode(token)))
        self._unwritten.pop((channel, account), None)

    async def _let_go(self, channel: str, account: str) -> None:
        await self._settle(channel, account, b"")

    async def _settle(self, channel: str, account: str, blob: bytes) -> None:
        token, lock = self._keys.token(channel, account)
        await self._links.call(token, "FCALL", _SETTLE, 2, token, lock, self._owner, blob, need=Need.SAFE)

    def _opened(self, blob: bytes, channel: str, account: str) -> Token | None:
        try:
            return self._decoder.decode(self._seal.open(blob))
        except (HubError, DecodeError, ValueError) as error:
            log.warning("a kept token cannot be opened", channel=channel, account=account, error=type(error).__name__)
            return None
