"""Looking at accounts and connecting them: each by a channel of its own, so that nothing of a running one is touched."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import ClientSession, DummyCookieJar
from msgspec import Struct
from msgspec.structs import replace

from channels.kinds import Outside
from config.accounts.kinds import build_channel, setup_of
from config.accounts.outside import NoFiles
from config.accounts.phrasing import phrase_of
from config.accounts.webhooks import polls
from config.settings.values import Account
from hub.engine.monitoring.looking import HUB_RENEWS, LEARNING_TRIES, SECONDS, Looking, Watch, before_it_is_kept, reach
from hub.model.channels.look import By, Code, Grade, Point, Seen
from hub.model.channels.ports import Channel, Clock, Token, Tokens
from hub.model.errors import SettingsError, TemporaryFailure


class ReadTokens(Struct, frozen=True):
    """The house's tokens for whoever only looks: refresh tokens work once, so a look never uses one. `house` None: nobody's."""

    house: Tokens | None = None

    async def current(self, channel: str, account: str) -> Token | None:
        """The newest one."""
        return await self.house.current(channel, account) if self.house else None

    async def renew(self, channel: str, account: str, get: Callable[[Token | None], Awaitable[Token]]) -> Token:
        """Raises TemporaryFailure."""
        raise TemporaryFailure("its token has to be renewed, which the running hub alone does", code=HUB_RENEWS)


class Looks(Struct, frozen=True):
    """Looks at accounts over the connections of `shared`; `public_url`: under which providers reach this hub, empty: none."""

    shared: ClientSession
    clock: Clock
    tokens: Tokens
    public_url: str = ""

    async def look(self, account: Account, *, seconds: float = SECONDS) -> Seen:
        """How it stands at its provider, and whether its public hook leads here; changes nothing and never raises for what it finds."""
        return await self._with_reach(account, Looking.look, seconds)

    async def try_out(self, account: Account, *, seconds: float = SECONDS) -> Seen:
        """How one would stand that is not kept yet; as `look`."""
        return before_it_is_kept(await self._with_reach(account, Looking.look, seconds, tries=0))

    async def connect(self, account: Account, *, seconds: float = SECONDS) -> Seen:
        """Have its events brought here where an API exists; then as `look`."""
        return await self._with_reach(account, Looking.connect, seconds)

    async def _with_reach(
        self, account: Account, ask: Callable[..., Awaitable[Seen]], seconds: float, *, tries: int = LEARNING_TRIES
    ) -> Seen:
        hook_url = setup_of(account, public_url=self.public_url).hook_url
        try:
            async with self._built(account) as (channel, watch):
                by = By.POLLING if polls(channel, account) else By.WEBHOOK
                looking = Looking(channel, hook_url, clock=self.clock, watch=watch, by=by)
                asking = ask(looking, seconds=seconds)
                if by is By.POLLING or not hook_url:
                    return await asking
                seen, reached = await asyncio.gather(asking, reach(self.shared, hook_url, seconds=seconds, tries=tries))
                return replace(seen, points=(*seen.points, reached))
        except SettingsError as error:
            point = Point(code=Code.SETTINGS, grade=Grade.WRONG, phrase=phrase_of(error))
            return Seen(channel=account.channel, account=account.name, at=self.clock.now(), points=(point,))

    @asynccontextmanager
    async def _built(self, account: Account) -> AsyncIterator[tuple[Channel, Watch]]:
        watch = Watch(self.clock)
        async with ClientSession(
            connector=self.shared.connector, connector_owner=False, cookie_jar=DummyCookieJar(), trace_configs=[watch.traces()]
        ) as session:
            outside = Outside(session=session, clock=self.clock, tokens=self.tokens, files=NoFiles())
            channel = build_channel(account, outside, public_url=self.public_url)
            try:
                yield channel, watch
            finally:
                await channel.close()


async def look_at(account: Account, looks: Looks, *, seconds: float = SECONDS) -> Seen:
    """How one account stands; the one way in for whoever wants to know (`hub check`, the console, checks that run on)."""
    return await looks.look(account, seconds=seconds)
