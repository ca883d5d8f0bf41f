"""The way in: whose an address is, and the durable push into that mailbox."""

from asyncio import Future, Lock, gather
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from typing import cast

from msgspec import Struct, field

from hub.model.address import Address
from hub.model.events.event import Event
from hub.model.words import Lane
from hub.store.connections.links import Links, Need
from hub.store.connections.wire import Answer
from hub.store.encoding.codec import encode
from hub.store.functions import function
from hub.store.keys import Keys, PartitionKeys

_PUSH, _PUSH_ALL, _PASS_ON = function("push"), function("push_all"), function("pass_on")
_DAY_MS = 86_400_000
_DIGEST_BYTES = 12
RUN_BYTES, RUN_EVENTS = 256 * 1024, 1024
"""Beyond either another call is made: the server does nothing else meanwhile, and Lua's stack has an end."""
ADDRESSES_KEPT = 200_000
"""About 40 MB at worst; an address is never repointed, so what is kept never goes stale but by erasure."""


class Spooling(Exception):
    """Somebody still drains a spool: a direct push would overtake what lies there."""


class Push(Struct, frozen=True):
    """An event for its live mailbox; a repeat of `dedupe` within `days` is none."""

    event: Event
    dedupe: str
    days: int


class _Run(Struct):
    """What one call pushes into one mailbox."""

    names: tuple[str, ...]
    keep: int
    values: list[bytes] = field(default_factory=list)
    size: int = 0

    def full(self, more: int) -> bool:
        """Whether so many bytes more are too many."""
        return self.size + more > RUN_BYTES or len(self.values) >= 2 * RUN_EVENTS


class _Queue:
    """Those who ask whose one address is: the first asks the server, and they leave in the order they came."""

    __slots__ = ("customer", "door", "length")

    def __init__(self) -> None:
        self.door = Lock()
        self.length = 0
        self.customer = ""


class Inboxes:
    """Pushes events into mailboxes and finds the customer of an address."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys
        self._customers: OrderedDict[Address, str] = OrderedDict()
        self._queues: dict[Address, _Queue] = {}
        self._seen: dict[tuple[int, int], tuple[str, ...]] = {}
        self._today = 0

    def known(self, address: Address) -> str | None:
        """The customer of an address, where this process has met it."""
        return self._customers.get(address)

    async def find(self, address: Address) -> str | None:
        """The customer of an address; None where it is nobody's."""
        if (known := self._customers.get(address)) is not None:
            return known
        key = self._keys.address(address)
        found = cast("bytes | None", await self._links.call(key, "GET", key))
        return found.decode() if found else None

    async def resolve(self, address: Address, *, candidate: str) -> str:
        """The customer of an address; a new address becomes the candidate's, whoever of all processes comes first."""
        known = self._customers.get(address)
        if known is not None:
            return known
        queue = self._queues.setdefault(address, _Queue())
        queue.length += 1
        try:
            async with queue.door:
                if not queue.customer:
                    key = self._keys.address(address)
                    old = cast("bytes | None", await self._links.call(key, "SET", key, candidate, "NX", "GET", need=Need.SAFE))
                    queue.customer = old.decode() if old else candidate
            return queue.customer
        finally:
            # Known to all only when nobody waits any more: whoever comes now must not push before one who came earlier.
            queue.length -= 1
            if not queue.length:
                self._leave(address, queue)

    def _leave(self, address: Address, queue: _Queue) -> None:
        del self._queues[address]
        if queue.customer:
            self._customers[address] = queue.customer
            if len(self._customers) > ADDRESSES_KEPT:
                self._customers.popitem(last=False)

    async def pass_on(self, address: Address, *, gone: Sequence[str], candidate: str) -> str:
        """Who has an erased customer's address now: the candidate, or whoever got it before them.

        What this process knows of the address stays as it was: later words go the same long way, so none overtakes those on it.
        """
        key = self._keys.address(address)
        answer = await self._links.call(key, "FCALL", _PASS_ON, 1, key, candidate, *gone, need=Need.SAFE)
        return cast("bytes", answer).decode()

    async def push(self, event: Event, *, dedupe: str = "", days: int = 1, lane: Lane = Lane.LIVE) -> bool:
        """Put an event into its mailbox, durably. False: a repeat of `dedupe` within `days`. Raises Spooling, StoreAway, StoreFull."""
        answer = await self._push(event, dedupe, days=days, lane=lane, guard="1")
        if answer == b"spooling":
            raise Spooling
        return answer != b"seen"

    async def push_past_spools(self, event: Event, *, dedupe: str = "", days: int = 1, lane: Lane = Lane.LIVE) -> bool:
        """The same for those who may go while spools are drained: the drainer itself, timers, relay, agents."""
        return await self._push(event, dedupe, days=days, lane=lane, guard="0") != b"seen"

    async def push_all(self, pushes: Sequence[Push]) -> int:
        """The same for many, in few calls; returns how many were repeats.

        In order per mailbox, also where memory is full in the middle: a call is done wholly or not at all, and none follows one that
        was not. All calls have ended when this returns or raises.
        """
        runs: dict[int, list[_Run]] = {}
        for push in pushes:
            self._line_up(runs, push)
        done = await gather(*map(self._push_runs, runs.values()), return_exceptions=True)
        for outcome in done:
            if isinstance(outcome, BaseException):
                raise outcome
        return sum(repeats for repeats in done if isinstance(repeats, int))

    def _line_up(self, runs: dict[int, list[_Run]], push: Push) -> None:
        """Put it behind what goes into the same mailbox."""
        keys, blob = self._keys.of_subject(push.event.subject), encode(push.event)
        names = (keys.inbox, *self._days_seen(keys, push.event.received // _DAY_MS, push.days))
        queue = runs.setdefault(keys.number, [])
        if not queue or queue[-1].names != names or queue[-1].full(len(blob)):
            queue.append(_Run(names, _kept_s(push.days)))
        queue[-1].values += (_digest(push.dedupe), blob)
        queue[-1].size += len(blob)

    async def _push_runs(self, runs: Sequence[_Run]) -> int:
        repeats = 0
        for run in runs:
            names = run.names
            answer = await self._links.call(names[0], "FCALL", _PUSH_ALL, len(names), *names, run.keep, *run.values, need=Need.SAFE)
            repeats += cast("int", answer)
        return repeats

    def _push(self, event: Event, dedupe: str, *, days: int, lane: Lane, guard: str) -> Future[Answer]:
        keys = self._keys.of_subject(event.subject)
        seen = self._days_seen(keys, event.received // _DAY_MS, days) if dedupe else ()
        return self._links.call(
            keys.inbox,
            "FCALL",
            _PUSH,
            2 + len(seen),
            keys.lane(lane),
            keys.spooling,
            *seen,
            guard,
            _digest(dedupe),
            _kept_s(days),
            encode(event),
            need=Need.SAFE,
        )

    def _days_seen(self, keys: PartitionKeys, today: int, days: int) -> tuple[str, ...]:
        """The sets of digests in which a repeat is looked for, the first of which takes the new one; kept while it is the same day."""
        if today != self._today:
            self._today = today
            self._seen.clear()
        found = self._seen.get((keys.number, days))
        if found is None:
            # One day ahead too: a clock set back must not make a repeat look new.
            found = (keys.seen(today), keys.seen(today + 1), *(keys.seen(today - n) for n in range(1, days + 1)))
            self._seen[keys.number, days] = found
        return found


def _digest(dedupe: str) -> bytes:
    return blake2b(dedupe.encode(), digest_size=_DIGEST_BYTES).digest() if dedupe else b""


def _kept_s(days: int) -> int:
    return (days + 2) * _DAY_MS // 1000
