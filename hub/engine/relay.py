"""Pushes to other mailboxes: written by the commit, carried out first-in-first-out, removed after the target has them."""

import asyncio
from collections import deque

import structlog
from msgspec import msgpack

from hub.engine.counters import Counters
from hub.model.errors import StoreAway, StoreFull
from hub.model.ports import Clock
from hub.model.turn import Forward
from hub.store.inboxes import Inboxes
from hub.store.partition import Partition
from hub.store.wire import ServerError

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
        self._waiting: deque[tuple[str, Forward]] = deque()
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
                self._waiting.append((entry, _decode(fields[b"e"])))
        self._bell.set()

    async def run(self) -> None:
        """Push each to its mailbox, then remove it; the next one only after that."""
        while True:
            if not self._waiting:
                self._bell.clear()
                await self._bell.wait()
                continue
            entry, forward = self._waiting[0]
            try:
                await self._carry(entry, forward)
            except (StoreAway, StoreFull, ServerError) as error:
                log.debug("relay waits", partition=self._partition.keys.number, error=type(error).__name__)
                await self._clock.sleep(0.1)
                continue
            self._waiting.popleft()
            self._entries.discard(entry)

    async def _carry(self, entry: str, forward: Forward) -> None:
        dedupe = f"relay/{self._partition.keys.number}/{entry}"
        await self._inboxes.push_past_spools(forward.event, dedupe=dedupe, days=DAYS, lane=forward.lane)
        await self._partition.relayed(entry)
        self._counters.relayed += 1
