"""One partition held by a worker: mailbox, outbox, timers and relay, from the fence taken to the fence lost."""

import asyncio
from collections.abc import Coroutine
from functools import partial

import structlog
from msgspec import Struct

from hub.engine.counters import Counters
from hub.engine.mailboxes.asking import Asking
from hub.engine.mailboxes.mailbox import Mailbox, TurnSettings
from hub.engine.mailboxes.relay import Relay
from hub.engine.sending.accounts import Accounts
from hub.engine.sending.gestures import Gestures
from hub.engine.sending.outbox import Outbox
from hub.engine.streams.bell import rung
from hub.engine.streams.reader import Reader, Source
from hub.model.channels.ports import Clock
from hub.model.errors import Fenced, HubError, StoreAway, StoreFull
from hub.model.words import Lane
from hub.store.connections.links import Links
from hub.store.keys import PartitionKeys
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.mailboxes.inboxes import Inboxes
from hub.store.mailboxes.partition import FIRE_AT_MOST, Partition

log = structlog.get_logger()
TIMERS_EVERY_S = 0.1
ABSOLVE_EVERY_S, ABSOLVE_TRIES = 0.2, 50
CLOSING_S = 2.0
"""The end of a batch is waited for so long before its partition is given away."""


class Engine(Struct, frozen=True):
    """What every partition of a worker works with."""

    links: Links
    inboxes: Inboxes
    deliveries: Deliveries
    accounts: Accounts
    turns: TurnSettings
    asking: Asking
    clock: Clock
    counters: Counters
    gestures: Gestures
    mail: Reader
    posts: Reader


class HeldPartition:
    """A partition in our hands. `lost` is set when another worker has fenced us off or a part of it broke down."""

    def __init__(self, engine: Engine, partition: Partition, suspects: dict[str, int]) -> None:
        self.partition = partition
        self.lost = asyncio.Event()
        self._engine = engine
        self.mailbox = Mailbox(
            partition,
            engine.turns,
            clock=engine.clock,
            asking=engine.asking,
            counters=engine.counters,
            gestures=engine.gestures,
            suspects=suspects,
        )
        self.outbox = Outbox(
            partition,
            engine.accounts,
            reader=engine.posts,
            deliveries=engine.deliveries,
            clock=engine.clock,
            counters=engine.counters,
            gestures=engine.gestures,
            lost=self.lost,
        )
        self._relay = Relay(partition, engine.inboxes, clock=engine.clock, counters=engine.counters)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def take(cls, engine: Engine, keys: PartitionKeys, *, random: str) -> "HeldPartition":
        """Take the fence, then begin at the beginning of every stream."""
        partition = await Partition.take_over(engine.links, keys, random=random)
        holding = cls(engine, partition, await partition.suspects())
        try:
            await holding._open()
        except HubError:
            await holding.abandon()
            raise
        return holding

    async def _open(self) -> None:
        keys, mail = self.partition.keys, self._engine.mail
        await self.outbox.open()
        mail.add(Source(keys.inbox, partial(self._offer, Lane.LIVE), room=lambda: self.mailbox.room))
        mail.add_bulk(Source(keys.bulk, partial(self._offer, Lane.BULK), room=lambda: self.mailbox.room))
        mail.add(Source(keys.relay, self._relay.offer, room=lambda: self._relay.room))
        self._tasks = [
            asyncio.create_task(self._guarded(self.mailbox.run())),
            asyncio.create_task(self._guarded(self._timers())),
            asyncio.create_task(self._guarded(self._relay.run())),
        ]

    async def close(self) -> None:
        """End the batch and begin no further call: another may take the partition. Calls in flight go on until `finish`."""
        self._stop_reading()
        if not await rung(self.mailbox.resting, within=CLOSING_S):
            log.info("partition closed with turns waiting", partition=self.partition.keys.number)
        self.outbox.stop()
        await self._end()

    async def abandon(self) -> None:
        """It is somebody else's: stop at once, but for calls in flight."""
        self._stop_reading()
        self.outbox.stop()
        await self._end()

    async def finish(self) -> None:
        """Let the calls in flight end: their marks are still theirs to settle, whoever owns the partition."""
        await asyncio.gather(self.outbox.finish(), self._absolve())

    async def _absolve(self) -> None:
        """Say that we outlived the turns we had begun, or three lost partitions would look like three deaths."""
        noted = self.mailbox.lanes.noted()
        for _ in range(ABSOLVE_TRIES if noted else 0):
            try:
                await self.partition.absolve(noted)
            except HubError:
                await self._engine.clock.sleep(ABSOLVE_EVERY_S)
            else:
                return

    def _stop_reading(self) -> None:
        keys = self.partition.keys
        for key in (keys.inbox, keys.bulk, keys.relay):
            self._engine.mail.remove(key)
        for key in (keys.out, keys.out_bulk):
            self._engine.posts.remove(key)

    async def _end(self) -> None:
        self.mailbox.stop_asking()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _offer(self, lane: Lane, entries: list[tuple[str, dict[bytes, bytes]]]) -> None:
        try:
            await self.mailbox.offer(lane, [(entry, fields.get(b"e", b"")) for entry, fields in entries])
        except Fenced:
            self.lost.set()

    async def _timers(self) -> None:
        """Push what is due, again at once while there is more."""
        clock = self._engine.clock
        while True:
            try:
                fired = await self.partition.fire(clock.now())
            except (StoreAway, StoreFull):
                fired = 0
            self._engine.counters.timers += fired
            if fired < FIRE_AT_MOST:
                await clock.sleep(TIMERS_EVERY_S)

    async def _guarded(self, work: Coroutine[object, object, None]) -> None:
        """Whatever ends a part of the holding ends the holding: it is taken again from the beginning, by us or by another."""
        try:
            await work
        except Fenced:
            self._engine.counters.fenced += 1
        except HubError as error:
            log.warning("partition given up", partition=self.partition.keys.number, error=str(error))
        finally:
            self.lost.set()
