"""The channel accounts of this process as they are now: those of hub.toml, and those of the console, followed while the hub runs."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import structlog
from msgspec import Struct

from channels.kinds import Outside
from config.accounts.kinds import build_channel, kind_of, rates_of, setup_of
from config.accounts.outside import noted
from config.accounts.phrasing import phrase_of
from config.accounts.sealed import Sealer, account_of
from config.settings.values import Account
from hub.engine.logging.exchanges import Exchanges
from hub.engine.sending.gestures import Showing
from hub.model.channels.look import Phrase
from hub.model.channels.ports import Channel, Clock
from hub.model.channels.rates import Rates
from hub.model.errors import HubError, SettingsError
from hub.store.channels.accounts import KeptAccount, KeptAccounts
from hub.store.channels.calls import Place

log = structlog.get_logger()

LOOK_EVERY_S = 1.0
"""How soon what was changed in the console holds in the other processes."""

LAST_CALLS_S = 90.0
"""How long an account that was changed or taken away may finish what it has begun: an upload (60 s), then a call with its answer."""


class Follower(Protocol):
    """Who has something to do when an account comes or goes; both must not wait."""

    def join(self, member: "Member") -> None:
        """It is there from now on; it may have been there in another form a moment ago."""
        ...

    def leave(self, place: Place) -> None:
        """It is gone, or comes back in another form at once."""
        ...


class Member(Struct, frozen=True):
    """An account at work."""

    account: Account
    channel: Channel
    rates: Rates

    @property
    def place(self) -> Place:
        """Which one."""
        return self.account.channel, self.account.name


class House(Struct, frozen=True):
    """What channels are built from. `prepare`: imports what accounts of these kinds will need; asked beside the loop."""

    outside: Outside
    exchanges: Exchanges
    public_url: str
    hide: Callable[[Iterable[str]], None]
    prepare: Callable[[Iterable[str]], None]


class Lineup:
    """All accounts at work. `channels`, `rates` and `showing` are the same mappings for as long as the process lives."""

    def __init__(self, house: House, *, clock: Clock, kept: KeptAccounts, sealer: Sealer) -> None:
        self.channels: dict[Place, Channel] = {}
        self.rates: dict[Place, Rates] = {}
        self.showing: dict[Place, Showing] = {}
        self._house = house
        self._clock = clock
        self._kept = kept
        self._sealer = sealer
        self._members: dict[Place, Member] = {}
        self._fixed: frozenset[Place] = frozenset()
        self._seen: dict[Place, KeptAccount] | None = None
        self._locked: dict[Place, Phrase] = {}
        self._followers: list[Follower] = []
        self._leaving: dict[asyncio.Task[None], Outside] = {}
        self._outsides: dict[Place, Outside] = {}
        self._turn = asyncio.Lock()

    def begin(self, fixed: Sequence[Account]) -> None:
        """With the accounts of the settings; raises SettingsError naming what is missing or wrong."""
        for account in fixed:
            self._admit(account)
        self._fixed = frozenset(self._members)

    def add(self, channel: Channel) -> None:
        """A channel that is nobody's account: the hub's own web chat."""
        self.channels[channel.kind, channel.account] = channel
        self.rates[channel.kind, channel.account] = Rates()

    def __iter__(self) -> Iterator[Member]:
        """Those at work now."""
        return iter(tuple(self._members.values()))

    def __contains__(self, address: object) -> bool:
        """Whether `kind/name` is at work: what the gate asks before it sends there."""
        return isinstance(address, str) and tuple(address.split("/", 1)) in self.channels

    @property
    def fixed(self) -> frozenset[Place]:
        """Those of the settings, which the console cannot change."""
        return self._fixed

    @property
    def locked(self) -> Mapping[Place, Phrase]:
        """Those that cannot be opened or built, and the remedy."""
        return self._locked

    def awaits(self, place: Place) -> bool:
        """Whether it may be ours though it is not at work: its key is missing, or the store could not be asked yet."""
        return place in self._locked or self._seen is None

    def follow(self, follower: Follower) -> None:
        """Tell of those at work now, and of all that come and go."""
        self._followers.append(follower)
        for member in self:
            follower.join(member)

    async def look(self) -> None:
        """Become what the store says now. Raises StoreAway."""
        async with self._turn:
            wanted = {one.place: one for one in await self._kept.all() if one.place not in self._fixed}
            if self._seen is not None:
                await self._prepare(one for one in wanted.values() if self._seen.get(one.place) != one)
            before, self._seen = self._seen or {}, wanted
            for place in before.keys() - wanted.keys():
                self._dismiss(place)
            for place, kept in wanted.items():
                if before.get(place) != kept:
                    self._take(kept)

    async def _prepare(self, news: Iterable[KeptAccount]) -> None:
        """Import before an account is there what its first send would, or webhooks wait for that; those of the start are warmed later."""
        kinds = {one.channel for one in news if one.active} - {channel for channel, _ in self._members}
        if kinds:
            await asyncio.to_thread(self._house.prepare, kinds)

    async def keep_up(self) -> None:
        """Look once a second until cancelled."""
        away = False
        while True:
            try:
                await self.look()
                away = False
            except HubError as error:
                if not away:
                    log.warning("accounts cannot be looked at", error=type(error).__name__)
                away = True
            await asyncio.sleep(LOOK_EVERY_S)

    async def close(self) -> None:
        """Give back what all hold, those that are still finishing too."""
        tasks = tuple(self._leaving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for place in tuple(self._members):
            await _closed(self._members.pop(place).channel, self._outsides.pop(place))

    def _take(self, kept: KeptAccount) -> None:
        """One account as the store has it now."""
        place = kept.place
        if not kept.active:
            self._dismiss(place)
            return
        try:
            account = account_of(*place, self._sealer.values_of(kept))
            self._admit(account)
        except SettingsError as error:
            # Nothing goes through an account as it was before somebody changed it: that may be what they wanted to end.
            self._dismiss(place)
            self._locked[place] = phrase_of(error)
            log.warning("account cannot be used", channel=place[0], account=place[1], reason=str(error))

    def _admit(self, account: Account) -> None:
        place = account.channel, account.name
        outside = noted(self._house.outside, account, self._house.exchanges)
        try:
            member = Member(account, build_channel(account, outside, public_url=self._house.public_url), rates_of(account))
        except SettingsError:
            self._leave_later(None, outside)
            raise
        self._house.hide(secrets_in(account))
        self._dismiss(place)
        self._members[place], self._outsides[place] = member, outside
        self.channels[place], self.rates[place] = member.channel, member.rates
        self.showing[place] = Showing(member.channel, member.rates, typing=account.typing, read_marks=account.read_marks)
        for follower in self._followers:
            follower.join(member)
        if self._seen is not None:
            log.info("account at work", channel=place[0], account=place[1])

    def _dismiss(self, place: Place) -> None:
        self._locked.pop(place, None)
        if (member := self._members.pop(place, None)) is None:
            return
        for follower in self._followers:
            follower.leave(place)
        del self.channels[place], self.rates[place], self.showing[place]
        self._leave_later(member.channel, self._outsides.pop(place))

    def _leave_later(self, channel: Channel | None, outside: Outside) -> None:
        """Close it once nothing of it can be under way any more."""

        async def end() -> None:
            try:
                await asyncio.sleep(LAST_CALLS_S if channel else 0)
            finally:
                await _closed(channel, outside)

        task = asyncio.get_running_loop().create_task(end())
        self._leaving[task] = outside
        task.add_done_callback(lambda done: self._leaving.pop(done, None))


def secrets_in(account: Account) -> tuple[str, ...]:
    """What must never be shown of an account."""
    names = {field.key for field in kind_of(account.channel).fields if field.secret} | {"token", "secret"}
    return tuple(value for key, value in setup_of(account).values.items() if key in names and value)


async def _closed(channel: Channel | None, outside: Outside) -> None:
    if channel is not None:
        await channel.close()
    await outside.session.close()
