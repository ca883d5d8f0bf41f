"""Pushes to other mailboxes: written by the commit, carried out first-in-first-out, removed after the target has them."""

import asyncio
from collections import deque
from hashlib import blake2b

import structlog
from msgspec import msgpack
from msgspec.structs import replace

from hub.engine.counters import Counters
from hub.engine.streams.dead_letters import put_aside
from hub.model.channels.ports import Clock
from hub.model.errors import StoreAway, StoreFull
from hub.model.events.event import Event
from hub.model.ids import new_id
from hub.model.subject import customer_subject
from hub.model.turns.turn import Forward
from hub.store.connections.wire import ServerError
from hub.store.mailboxes.dead_letters import Aside
from hub.store.mailboxes.inboxes import Inboxes
from hub.store.mailboxes.partition import Partition

log = structlog.get_logger()
_decode = msgpack.Decoder(Forward).decode
DAYS = 7
"""How long a repeat is recognised: an entry can be carried out twice when its owner dies between push and removal."""
WAITING_AT_MOST = 256


class Relay:
    """Carries one partition's relay entries out, in their order, until fenced off (raises Fenced)."""

    def __init__(self, partition: Partition, inboxes: Inboxes, *, clock: Clock, counters: Counters) -> None:
        self._partition = partition
        self._inboxes = inboxes
        self._clock = clock
        self._counters = counters
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._entries: set[str] = set()
        self._bell = asyncio.Event()

    @property
    def room(self) -> int:
        """How many more entries may be read."""
        return max(0, WAITING_AT_MOST - len(self._waiting))

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be carried."""
        return not self._entries

    async def offer(self, entries: list[tuple[str, dict[bytes, bytes]]]) -> None:
        """Take what was read; what is here already is passed over."""
        for entry, fields in entries:
            if entry not in self._entries:
                self._entries.add(entry)
                self._waiting.append((entry, fields.get(b"e", b"")))
        self._bell.set()

    async def run(self) -> None:
        """Push each to its mailbox, then remove it; the next one only after that."""
        while True:
            if not self._waiting:
                self._bell.clear()
                await self._bell.wait()
                continue
            entry, blob = self._waiting[0]
            try:
                await self._carry(entry, blob)
            except (StoreAway, StoreFull, ServerError) as error:
                log.debug("relay waits", partition=self._partition.keys.number, error=type(error).__name__)
                await self._clock.sleep(0.1)
                continue
            self._waiting.popleft()
            self._entries.discard(entry)

    async def _readdressed(self, forward: Forward) -> Event:
        """The event for the new customer behind an erased one's address; the same one however often this is done."""
        event = forward.event
        entropy = int.from_bytes(blake2b(event.id.encode(), digest_size=10).digest(), "big")
        candidate = new_id("cu", now=event.received, entropy=entropy)
        assert event.address is not None  # noqa: S101 - the caller looked
        customer = await self._inboxes.pass_on(event.address, gone=forward.gone, candidate=candidate)
        return replace(event, subject=customer_subject(customer))

    async def _carry(self, entry: str, blob: bytes) -> None:
        try:
            forward = _decode(blob)
        except ValueError as error:
            # What cannot be read must not stop what stands behind it.
            reason = f"relay: {type(error).__name__}"
            aside = Aside(event=b"", reason=reason, at=self._clock.now(), stream="relay", fields=(b"e", blob))
            await put_aside(self._partition, self._partition.keys.relay, entry, aside, counters=self._counters)
            return
        dedupe = f"relay/{self._partition.keys.number}/{entry}"
        event = await self._readdressed(forward) if forward.gone and forward.event.address else forward.event
        await self._inboxes.push_past_spools(event, dedupe=dedupe, days=DAYS, lane=forward.lane)
        await self._partition.relayed(entry)
        self._counters.relayed += 1
