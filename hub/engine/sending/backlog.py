"""What an account cannot take now: moved behind the others in the store, in order, and brought back when it can."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hub.engine.sending.accounts import Accounts
from hub.engine.sending.queued import Queued
from hub.model.channels.ports import Clock
from hub.model.errors import Fenced, HubError
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.mailboxes.partition import Partition

log = structlog.get_logger()
HOLD_FROM_S = 2.0
"""A pause of an account from which on its deliveries wait in the store instead of in memory."""
READ_AT_ONCE = 64
AWAY_S = 1.0
"""How soon it is seen that an account came again."""

Name = tuple[str, str]
TakeIn = Callable[[str, list[tuple[str, dict[bytes, bytes]]]], Awaitable[None]]


class Backlog:
    """The held deliveries of one partition, per account. While an account has any, all that is new for it queues behind them."""

    def __init__(
        self,
        partition: Partition,
        accounts: Accounts,
        *,
        deliveries: Deliveries,
        clock: Clock,
        take_in: TakeIn,
        has_room: Callable[[], bool],
    ) -> None:
        self._partition = partition
        self._accounts = accounts
        self._deliveries = deliveries
        self._clock = clock
        self._take_in = take_in
        self._has_room = has_room
        self._drains: dict[Name, asyncio.Task[None]] = {}
        self._moving: dict[Name, int] = {}

    async def open(self) -> None:
        """Find out for which accounts a former owner held something."""
        for name in self._accounts:
            if await self._deliveries.count(self._partition.keys.held(*name), self._partition):
                self._begin(name)

    @property
    def idle(self) -> bool:
        """Whether nothing is held."""
        return not self._drains

    def close(self) -> None:
        """Bring nothing back any more."""
        for task in self._drains.values():
            task.cancel()

    async def takes(self, queued: Queued) -> bool:
        """Move the delivery behind what is held, where its account has a reason to; False: it may go now."""
        name = (queued.delivery.address.channel, queued.delivery.address.account)
        account = self._accounts.get(name)
        if account is None or queued.stream == self._partition.keys.held(*name):
            return False
        if name not in self._drains and account.paused_for < HOLD_FROM_S:
            return False
        self._moving[name] = self._moving.get(name, 0) + 1
        self._begin(name)
        try:
            await self._deliveries.hold(self._partition, queued.delivery, stream=queued.stream, entry=queued.entry, blob=queued.blob)
        finally:
            self._moving[name] -= 1
        return True

    def _begin(self, name: Name) -> None:
        if name not in self._drains:
            self._drains[name] = asyncio.create_task(self._drain(name))

    async def _drain(self, name: Name) -> None:
        """Bring held deliveries back in order as the account can take them; ends when none is left."""
        key, cursor = self._partition.keys.held(*name), "0-0"
        try:
            while True:
                account = self._accounts.get(name)
                await self._clock.sleep(max(account.paused_for, 0.02) if account else AWAY_S)
                if account is None or account.paused_for or not self._has_room():
                    # Switched off or taken away: what it holds waits until it comes again, or is too old to go.
                    continue
                try:
                    entries = await self._deliveries.read(key, cursor, READ_AT_ONCE, self._partition)
                    if entries:
                        await self._take_in(key, entries)
                        cursor = entries[-1][0]
                    elif not await self._deliveries.count(key, self._partition) and not self._moving.get(name):
                        # In this order: what began to move while we counted would be left behind.
                        return
                except Fenced:
                    return
                except HubError as error:
                    log.warning("held deliveries wait", account=name[1], error=type(error).__name__)
                    cursor = "0-0"
        finally:
            self._drains.pop(name, None)
