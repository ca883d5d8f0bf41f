"""Taking events in: durable when it returns, in the store or, while that is away, on disk in the same order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from pathlib import Path

import structlog
from msgspec.structs import replace

from hub.engine.counters import Counters
from hub.engine.spool import Spool, Spooled, orphans
from hub.model.errors import StoreAway, StoreFull
from hub.model.events import Event, Incoming
from hub.model.ids import new_id
from hub.model.ports import Clock
from hub.model.subject import customer_subject
from hub.store.inboxes import Inboxes
from hub.store.inboxes import Spooling as SpoolsAhead
from hub.store.spooling import Spooling
from hub.store.wire import ServerError

log = structlog.get_logger()
SETTLE_S = 0.5
"""After the store is back, everybody who spooled has this long to say so before anybody drains or pushes."""
CHUNK = 256

Entropy = Callable[[], int]
Push = Callable[..., Awaitable[bool]]


class Mode(Enum):
    """Where what comes in goes."""

    DIRECT = "direct"
    SPOOLING = "spooling"


class Intake:
    """Pushes events into mailboxes. After a push without an answer all goes to the spool until that is drained: order holds."""

    def __init__(self, inboxes: Inboxes, spooling: Spooling, *, spools: Path, clock: Clock, counters: Counters, entropy: Entropy) -> None:
        self._inboxes = inboxes
        self._spooling = spooling
        self._spools = spools
        self._clock = clock
        self._counters = counters
        self._entropy = entropy
        self._spool: Spool | None = None
        self._drainer: asyncio.Task[None] | None = None
        self._adding = 0
        self._gate = asyncio.Event()
        self._gate.set()
        self._settled_at = 0.0
        self.mode = Mode.DIRECT

    def store_state(self, away: bool) -> None:  # noqa: FBT001 - the links' callback
        """The store went away or is back. Back: others who spooled meanwhile get the time to say so before we push past them."""
        if not away:
            self._settled_at = self._clock.boottime() + SETTLE_S

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        """Durable when it returns. `days`: how long the provider may repeat itself. Raises StoreFull where nothing can take it."""
        if not self._gate.is_set():
            await self._gate.wait()
        received = self._clock.now()
        if self.mode is Mode.DIRECT:
            try:
                if self._settled_at:
                    await self._settle()
                for one in incoming:
                    await self._push(one, received=received, days=days, guarded=self._inboxes.push)
                return
            except (StoreAway, SpoolsAhead, StoreFull, ServerError) as error:
                # A repeat of what did get in is dropped by its digest when the spool is drained.
                self._begin_spooling(type(error).__name__)
        await self._to_disk(Spooled(incoming=tuple(incoming), received=received, days=days))

    @property
    def depth(self) -> int:
        """How many requests lie on disk."""
        return self._spool.depth if self._spool else 0

    async def open(self) -> None:
        """Take over what dead processes left; it is drained before anything else is done with the store."""
        self._spools.mkdir(parents=True, exist_ok=True)
        for orphan in orphans(self._spools, besides=()):
            asyncio.create_task(self._drain_orphan(orphan))  # noqa: RUF006 - ends by itself; the folder stays where it does not

    async def close(self) -> None:
        """Stop draining; what is left on disk is taken over by whoever opens the folder next."""
        if self._drainer:
            self._drainer.cancel()
            await asyncio.gather(self._drainer, return_exceptions=True)
        if self._spool:
            self._spool.close()

    async def _settle(self) -> None:
        wait = self._settled_at - self._clock.boottime()
        if wait > 0:
            await self._clock.sleep(wait)
        self._settled_at = 0.0

    async def _push(self, one: Incoming, *, received: int, days: int, guarded: Push, late: bool = False) -> None:
        customer = self._inboxes.known(one.address) or await self._inboxes.resolve(
            one.address, candidate=new_id("cu", now=received, entropy=self._entropy())
        )
        event = Event(
            id=new_id("ev", now=received, entropy=self._entropy()),
            subject=customer_subject(customer),
            body=one.body,
            at=one.at or received,
            received=received,
            address=one.address,
            late=late,
        )
        dedupe = f"{one.address.channel}/{one.address.account}/{one.dedupe_id}" if one.dedupe_id else ""
        if not await guarded(event, dedupe=dedupe, days=days):
            self._counters.duplicates += 1

    def _begin_spooling(self, reason: str) -> None:
        if self.mode is Mode.SPOOLING:
            return
        log.warning("spooling", reason=reason)
        self.mode = Mode.SPOOLING
        self._spooling.announce()
        self._drainer = asyncio.create_task(self._drain())

    async def _to_disk(self, spooled: Spooled) -> None:
        if self._spool is None:
            self._spool = Spool(self._spools / self._spooling.process)
        self._adding += 1
        try:
            await self._spool.add(spooled)
        finally:
            self._adding -= 1
        self._counters.spooled += 1

    async def _drain(self) -> None:
        """Wait for the store, say that we spool, let others say so, then push in order of receipt; at last go direct again."""
        while True:
            try:
                await self._spooling.register(self._head())
                await self._clock.sleep(SETTLE_S)
                while await self._drain_once():
                    pass
                await self._go_direct()
                return
            except (StoreAway, StoreFull, ServerError) as error:
                log.debug("the spool waits", error=type(error).__name__)
                await self._clock.sleep(0.1)

    async def _go_direct(self) -> None:
        """Hold new requests at the gate for a moment, drain the last, and push past the disk again when nobody else spools.

        Without the gate a busy process would never find its spool empty.
        """
        self._gate.clear()
        try:
            end = self._clock.boottime() + SETTLE_S
            while self._adding or self.depth:
                await self._drain_once()
                await self._clock.sleep(0.001)
            await self._spooling.unregister()
            while not await self._nobody_else() and self._clock.boottime() < end:
                await self._clock.sleep(0.01)
            # Where somebody still spools, our next push is refused and we begin anew.
            self.mode = Mode.DIRECT
            log.info("spool drained")
        finally:
            self._gate.set()

    def _head(self) -> int:
        if self._spool is None:
            return self._clock.now()
        for segment in sorted(self._spool.folder.glob("*.spool")):
            for spooled in self._spool.read(segment):
                return spooled.received
        return self._clock.now()

    async def _nobody_else(self) -> bool:
        """Whether no other living process spools; flags of the dead are taken down."""
        living = await self._spooling.beat()
        others = set(await self._spooling.heads()) - {self._spooling.process}
        for gone in others - living:
            log.warning("a spooling process is gone", process=gone)
            await self._spooling.unregister(gone)
        return not others & living

    async def _drain_once(self) -> bool:
        """Drain what is on disk now, as far as no other process has something older; False where nothing was done."""
        if self._spool is None or not self._spool.depth:
            return False
        did = False
        for segment in self._spool.seal():
            pending = list(self._spool.read(segment))
            for start in range(0, len(pending), CHUNK):
                chunk = pending[start : start + CHUNK]
                await self._turn_of(chunk[0].received)
                await self._push_chunk(chunk)
            self._spool.drop(segment, len(pending))
            did = True
        return did

    async def _turn_of(self, head: int) -> None:
        """Wait until no living process holds anything older than ours."""
        await self._spooling.register(head)
        me = (head, self._spooling.process)
        while True:
            living = await self._spooling.beat()
            if not any((h, p) < me for p, h in (await self._spooling.heads()).items() if p in living and p != self._spooling.process):
                return
            await self._clock.sleep(0.02)

    async def _push_chunk(self, chunk: Sequence[Spooled], *, late: bool = False) -> None:
        """Push many requests sharing round trips; per customer they stay in order, since calls of one connection do."""
        work = [
            self._push(one, received=s.received, days=s.days, guarded=self._inboxes.push_past_spools, late=late or s.late)
            for s in chunk
            for one in s.incoming
        ]
        results = await asyncio.gather(*work, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _drain_orphan(self, spool: Spool) -> None:
        """Drain what a dead process left; its events are marked late, since others have gone before them."""
        segments = spool.seal()
        if segments:
            log.warning("draining the spool of a dead process", process=spool.folder.name, segments=len(segments))
        for segment in segments:
            pending = [replace(s, late=True) for s in spool.read(segment)]
            start = 0
            while start < len(pending):
                try:
                    await self._push_chunk(pending[start : start + CHUNK], late=True)
                    start += CHUNK
                except (StoreAway, StoreFull, ServerError):
                    await self._clock.sleep(0.2)
            self._counters.late += len(pending)
            spool.drop(segment, len(pending))
        spool.close()
