"""One partition's deliveries in the hands of their owner: a lane per address, replies before nudges, what must wait waits in order."""

import asyncio
from collections import deque
from functools import partial

import structlog
from msgspec import Struct, field

from hub.engine.counters import Counters
from hub.engine.sending.accounts import Account, Accounts
from hub.engine.sending.backlog import Backlog
from hub.engine.sending.gestures import Gestures
from hub.engine.sending.permit import GOOD_FOR_S
from hub.engine.sending.queued import Again, Done, Queued, Recover
from hub.engine.sending.sender import CALL_TIMEOUT_S, Sender
from hub.engine.sending.settler import Settler
from hub.engine.streams.bell import rung
from hub.engine.streams.dead_letters import put_aside
from hub.engine.streams.reader import Reader, Source
from hub.model.channels.ports import Clock
from hub.model.errors import Fenced, StoreAway, StoreFull
from hub.model.messaging.delivery import Delivery
from hub.model.words import DeliveryState, Purpose
from hub.store.connections.wire import ServerError
from hub.store.encoding.codec import Undecodable, decode_delivery
from hub.store.mailboxes.dead_letters import Aside
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.mailboxes.partition import Partition

log = structlog.get_logger()
WAITING_AT_MOST = 1024


class AddressLane(Struct):
    """What waits for one address: replies in order, then nudges in order."""

    replies: deque[Queued] = field(default_factory=deque)
    nudges: deque[Queued] = field(default_factory=deque)
    replied: asyncio.Event = field(default_factory=asyncio.Event)

    def head(self) -> deque[Queued] | None:
        """The queue whose first goes next."""
        return self.replies or self.nudges or None

    def only_in(self, stream: str) -> bool:
        """Whether something waits here, and none of it elsewhere than in that stream."""
        waiting = (*self.replies, *self.nudges)
        return bool(waiting) and all(queued.stream == stream for queued in waiting)


class Outbox:
    """Sends what the partition's turns decided, until it is fenced off (then `lost` is set)."""

    def __init__(
        self,
        partition: Partition,
        accounts: Accounts,
        *,
        reader: Reader,
        deliveries: Deliveries,
        clock: Clock,
        counters: Counters,
        gestures: Gestures,
        lost: asyncio.Event,
    ) -> None:
        self._partition = partition
        self._accounts = accounts
        self._reader = reader
        self._deliveries = deliveries
        self._counters = counters
        self._clock = clock
        self._lost = lost
        self._settler = Settler(partition, deliveries, clock=clock, counters=counters)
        self._sender = Sender(partition, deliveries, clock=clock, settler=self._settler, gestures=gestures, serial=self._next)
        self._serial = 0
        self._lanes: dict[str, AddressLane] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._calling: set[str] = set()
        self._entries: set[tuple[str, str]] = set()
        self._backlog = Backlog(
            partition, accounts, deliveries=deliveries, clock=clock, take_in=self.take_in, has_room=lambda: self._room() > 0
        )
        self._closing = False

    async def open(self) -> None:
        """Read the partition's streams from their beginning; what a former owner held comes first for its account."""
        keys = self._partition.keys
        await self._backlog.open()
        self._reader.add(Source(keys.out, partial(self.take_in, keys.out), room=self._room))
        self._reader.add_bulk(Source(keys.out_bulk, partial(self.take_in, keys.out_bulk), room=self._room))

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is in work here."""
        return not self._tasks and self._backlog.idle

    @property
    def oldest(self) -> int:
        """When the oldest delivery that waits here or is being sent was made (ms since 1970); 0 where none is."""
        heads = [queue[0].delivery.created for lane in self._lanes.values() for queue in (lane.replies, lane.nudges) if queue]
        return min(heads, default=0)

    def stop(self) -> None:
        """Begin no further call. Those in flight go on: cutting them off would only leave their outcome unknown."""
        self._closing = True
        self._backlog.close()
        for address, task in self._tasks.items():
            if address not in self._calling:
                task.cancel()

    async def finish(self) -> None:
        """Let the calls in flight end, as long as they may take."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=CALL_TIMEOUT_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    def _room(self) -> int:
        return 0 if self._closing else max(0, WAITING_AT_MOST - len(self._entries))

    async def take_in(self, stream: str, entries: list[tuple[str, dict[bytes, bytes]]]) -> None:
        """Put what was read into the lanes, or behind what its account could not take."""
        try:
            await self._sorted_in(stream, entries)
        except Fenced:
            # Whoever reads for all partitions must not end with one of them.
            self._lost.set()

    async def _sorted_in(self, stream: str, entries: list[tuple[str, dict[bytes, bytes]]]) -> None:
        for entry, fields in entries:
            if (stream, entry) in self._entries:
                continue
            try:
                delivery = decode_delivery(fields[b"b"])
            except (Undecodable, KeyError) as error:
                await self._put_aside(stream, entry, fields, reason=str(error) or type(error).__name__)
                continue
            queued = Queued(stream=stream, entry=entry, delivery=delivery, blob=fields[b"b"])
            lane = self._lanes.get(str(delivery.address))
            # Behind those of its address that still stand in the same stream; else a new owner would read them in another order.
            if (lane and lane.only_in(stream)) or not await self._backlog.takes(queued):
                self._add(queued)

    async def _put_aside(self, stream: str, entry: str, fields: dict[bytes, bytes], *, reason: str) -> None:
        """A newer version wrote it, or something broke it: it is sent when an operator says so, and whoever then holds it can read it."""
        raw = tuple(part for field in fields.items() for part in field)
        lane = "out_bulk" if stream == self._partition.keys.out_bulk else "out"
        aside = Aside(event=b"", reason=reason, at=self._clock.now(), stream=lane, fields=raw)
        await put_aside(self._partition, stream, entry, aside, counters=self._counters)

    def _add(self, queued: Queued) -> None:
        address = str(queued.delivery.address)
        lane = self._lanes.setdefault(address, AddressLane())
        nudge = queued.delivery.purpose is Purpose.MARKETING
        (lane.nudges if nudge else lane.replies).append(queued)
        if not nudge:
            lane.replied.set()
        self._entries.add((queued.stream, queued.entry))
        if address not in self._tasks and not self._closing:
            self._tasks[address] = asyncio.create_task(self._run(address, lane))

    async def _run(self, address: str, lane: AddressLane) -> None:
        """Send one address's deliveries one after the other."""
        try:
            while (queue := lane.head()) and not self._closing:
                queued = queue[0]
                again = await self._one(queued)
                if again:
                    await self._rest(lane, queue, min(max(again.seconds, 0.001), 60.0))
                    continue
                queue.remove(queued)
                self._entries.discard((queued.stream, queued.entry))
        except Fenced:
            self._lost.set()
        finally:
            self._tasks.pop(address, None)
            if not lane.head():
                self._lanes.pop(address, None)

    async def _rest(self, lane: AddressLane, queue: deque[Queued], seconds: float) -> None:
        """Wait before the next attempt; but a reply does not wait for a nudge's."""
        if queue is lane.replies:
            await self._clock.sleep(seconds)
            return
        lane.replied.clear()
        await rung(lane.replied, within=seconds)

    async def _one(self, queued: Queued) -> Again | None:
        """One attempt at one delivery; whatever the store's trouble, the lane keeps its order and tries again."""
        address = queued.delivery.address
        account = self._accounts.get((address.channel, address.account))
        if account is None:
            return await self._waits(queued)
        if account.paused_for:
            return Again(account.paused_for)
        try:
            outcome = await self._send(queued, account)
            return await self._recover(queued) if isinstance(outcome, Recover) else outcome
        except (StoreAway, StoreFull):
            return Again(0.1)
        except ServerError as error:
            log.warning("the store refuses", partition=self._partition.keys.number, error=str(error))
            return Again(1.0)

    async def _waits(self, queued: Queued) -> Again | None:
        """For an account that is not at work; that may change while it waits."""
        try:
            outcome = await self._sender.nobody(queued)
            return await self._recover(queued) if isinstance(outcome, Recover) else outcome
        except (StoreAway, StoreFull):
            return Again(1.0)

    async def _send(self, queued: Queued, account: Account) -> Done:
        address = str(queued.delivery.address)
        self._calling.add(address)
        try:
            return await self._sender.send(queued, account)
        finally:
            self._calling.discard(address)

    async def _recover(self, queued: Queued) -> Again | None:
        """Learn what a former owner, or a lost answer, left of this delivery. A foreign mark is waited out, then decided."""
        fields = await self._stored(queued.delivery)
        queued.attempts = max(queued.attempts, int(fields.get("a", b"0")))
        queued.not_before = max(queued.not_before, int(fields.get("nb", b"0")))
        if (done := int(fields.get("p", b"0"))) > queued.done:
            # What this process itself has done since then counts more: the store is told of it by the next mark.
            queued.done, queued.external_ids = done, tuple(filter(None, fields.get("x", b"").decode().split("\n")))
        mark = fields.get("m", b"").decode()
        if fields.get("s", b"").decode() != DeliveryState.SENDING:
            return Again(0.0)
        if mark.startswith(f"{self._partition.fence}/"):
            return await self._settler.unused(queued, mark=mark)
        if not await self._waited_out(queued, mark):
            return Again(0.0)
        return await self._settler.take_back(queued, mark=mark)

    async def _waited_out(self, queued: Queued, mark: str) -> bool:
        """Wait until whoever set this mark can neither start its call nor still await its answer; False where it moved meanwhile."""
        end = self._clock.boottime() + GOOD_FOR_S + CALL_TIMEOUT_S
        while self._clock.boottime() < end:
            await self._clock.sleep(0.25)
            fields = await self._stored(queued.delivery)
            if fields.get("m", b"").decode() != mark:
                return False
        return True

    async def _stored(self, delivery: Delivery) -> dict[str, bytes]:
        return (await self._deliveries.kept(delivery.customer, [delivery.id])).get(delivery.id, {})
