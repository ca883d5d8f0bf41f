"""What a worker does for each account at work: outboxes send through it, its files are fetched, it is polled and learns its name."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from config.accounts.lineup import Member
from config.accounts.webhooks import ours, polls, present
from config.settings.values import Settings
from config.storage.store import Store
from config.wiring.core import engine_account
from config.wiring.files import source_of
from hub.desk.collecting import Source
from hub.engine.files.preparing import Preparing
from hub.engine.receiving.keeping import Keeping
from hub.engine.receiving.polling import Poller, Takes
from hub.engine.sending.accounts import Account
from hub.model.channels.ports import Channel, Clock
from hub.model.channels.rates import Rates
from hub.store.channels.calls import Place

log = structlog.get_logger()


class AtWork:
    """Follows the lineup. `accounts` and `sources` stay the same mappings and change with it; tasks run from `begin` to `end`."""

    def __init__(self, settings: Settings, store: Store, *, clock: Clock, preparing: Preparing) -> None:
        self.accounts: dict[Place, Account] = {}
        self.sources: dict[Place, Source] = {}
        self._settings = settings
        self._store = store
        self._clock = clock
        self._preparing = preparing
        self._members: dict[Place, Member] = {}
        self._tasks: dict[Place, list[asyncio.Task[None]]] = {}
        self._polling: tuple[Takes, Keeping, Callable[[], set[int]]] | None = None

    def serve(self, channel: Channel) -> None:
        """A channel that is nobody's account."""
        self.accounts[channel.kind, channel.account] = self._seen(channel, Rates())

    def join(self, member: Member) -> None:
        """Send through it from now on."""
        self._members[member.place] = member
        self.accounts[member.place] = self._seen(member.channel, member.rates)
        self.sources[member.place] = source_of(member.account, member.channel)
        if self._polling:
            self._attend(member)

    def leave(self, place: Place) -> None:
        """Begin nothing through it any more; what is under way ends."""
        del self._members[place], self.accounts[place], self.sources[place]
        for task in self._tasks.pop(place, []):
            task.cancel()

    def begin(self, intake: Takes, keeping: Keeping, holdings: Callable[[], set[int]]) -> None:
        """Attend to all there are: the worker runs. `keeping`: what is polled and not understood; `holdings`: the partitions it holds."""
        self._polling = intake, keeping, holdings
        for member in self._members.values():
            self._attend(member)

    async def end(self) -> None:
        """Poll no more."""
        tasks = [task for tasks in self._tasks.values() for task in tasks]
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _seen(self, channel: Channel, rates: Rates) -> Account:
        return engine_account(self._store, channel, rates, clock=self._clock, preparing=self._preparing)

    def _attend(self, member: Member) -> None:
        channel, account = member.channel, member.account
        work = [_told(present(channel, account, public_url=self._settings.public_url), member, "introduction")]
        if self._polling and polls(channel, account):
            intake, keeping, holdings = self._polling
            poller = Poller(channel, intake, keeping=keeping, ours=ours(channel, holdings), clock=self._clock)
            work.append(_told(poller.run(), member, "polling"))
        self._tasks[member.place] = [asyncio.ensure_future(one) for one in work]


async def _told(work: Awaitable[None], member: Member, part: str) -> None:
    """Work for an account; its end by an error is told."""
    try:
        await work
    except Exception:
        log.exception("a part broke down", part=part, channel=member.account.channel, account=member.account.name)
