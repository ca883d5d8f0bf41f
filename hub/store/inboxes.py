"""The way in: whose an address is, and the durable push into that mailbox."""

from asyncio import CancelledError, Future, current_task
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from typing import cast

from hub.model.address import Address
from hub.model.events import Event
from hub.model.words import Lane
from hub.store.codec import encode
from hub.store.functions import function
from hub.store.keys import Keys, PartitionKeys
from hub.store.links import Links, Need
from hub.store.wire import Answer

_PUSH, _PASS_ON = function("push"), function("pass_on")
_DAY_MS = 86_400_000
_DIGEST_BYTES = 12
ADDRESSES_KEPT = 200_000
"""About 40 MB at worst; an address is never repointed, so what is kept never goes stale but by erasure."""


class Spooling(Exception):
    """Somebody still drains a spool: a direct push would overtake what lies there."""


class Inboxes:
    """Pushes events into mailboxes and finds the customer of an address."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys
        self._customers: OrderedDict[Address, str] = OrderedDict()
        self._asked: dict[Address, tuple[Future[Answer], str]] = {}
        self._seen: dict[tuple[int, int], tuple[str, ...]] = {}
        self._today = 0

    def known(self, address: Address) -> str | None:
        """The customer of an address, where this process has met it."""
        return self._customers.get(address)

    async def resolve(self, address: Address, *, candidate: str) -> str:
        """The customer of an address; a new address becomes the candidate's, whoever of all processes comes first."""
        known = self._customers.get(address)
        if known is not None:
            return known
        old, first = await self._old_or(address, candidate)
        customer = old.decode() if old else first
        self._customers[address] = customer
        if len(self._customers) > ADDRESSES_KEPT:
            self._customers.popitem(last=False)
        return customer

    async def _old_or(self, address: Address, candidate: str) -> tuple[bytes | None, str]:
        """Whose the address was before, and whose it is now if nobody's.

        All who ask meanwhile wait for one answer, and wake in the order they came: none pushes before an earlier one knows where.
        """
        while True:
            if address not in self._asked:
                key = self._keys.address(address)
                self._asked[address] = self._links.call(key, "SET", key, candidate, "NX", "GET", need=Need.SAFE), candidate
            asked, first = self._asked[address]
            try:
                return cast("bytes | None", await asked), first
            except CancelledError:
                task = current_task()
                if task is None or task.cancelling():
                    raise
                # Another who waited was cancelled, and the question with him: it is asked again.
            finally:
                if self._asked.get(address, (None,))[0] is asked:
                    del self._asked[address]

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

    def _push(self, event: Event, dedupe: str, *, days: int, lane: Lane, guard: str) -> Future[Answer]:
        keys = self._keys.of_subject(event.subject)
        digest = blake2b(dedupe.encode(), digest_size=_DIGEST_BYTES).digest() if dedupe else b""
        seen = self._days_seen(keys, event.received // _DAY_MS, days) if dedupe else ()
        keep = (days + 2) * _DAY_MS // 1000
        return self._links.call(
            keys.inbox,
            "FCALL",
            _PUSH,
            2 + len(seen),
            keys.lane(lane),
            keys.spooling,
            *seen,
            guard,
            digest,
            keep,
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
