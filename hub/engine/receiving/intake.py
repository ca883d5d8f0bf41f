"""Taking events in: durable when it returns, in the store or, while that is away, on disk in the same order."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from pathlib import Path

import structlog
from msgspec.structs import replace

from hub.engine.counters import Counters
from hub.engine.receiving.neighbours import Neighbours
from hub.engine.receiving.spool import Spool, Spooled, orphans
from hub.engine.receiving.strands import Piece, Strands
from hub.model.address import Address
from hub.model.channels.ports import Clock
from hub.model.errors import StoreAway, StoreFull
from hub.model.events.event import Deleted, Edited, Event, IdentityChanged, Incoming, Reacted, Receipt
from hub.model.ids import new_id
from hub.model.subject import customer_subject
from hub.store.connections.wire import ServerError
from hub.store.mailboxes.inboxes import Inboxes, Push
from hub.store.mailboxes.inboxes import Spooling as SpoolsAhead
from hub.store.mailboxes.spooling import Spooling

log = structlog.get_logger()
SETTLE_S = 1.5
"""After the store is back, everybody who spooled has this long to say so before anybody drains or pushes.

Longer than the longest pause between two attempts to connect (link.LONGEST_PAUSE, 1 s): who finds the store later must be waited for.
"""
LOOK_EVERY_S = 0.002
PATIENCE_S = 10.0
"""So long a process of this machine is waited for that spools and cannot tell the store so; then its words come late."""
ADOPT_EVERY_S = 0.25
CHUNK = 1024
TICKS = 5

_ABOUT = (Receipt, Edited, Deleted, Reacted, IdentityChanged)
"""What is about an earlier word, and nothing where there was none: of somebody erased it must not make somebody anew."""

Entropy = Callable[[], int]


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
        self._entering = 0
        self._door = asyncio.Lock()
        self._orphans: set[asyncio.Task[None]] = set()
        self._neighbours = Neighbours(spools, own=spooling.process)
        self._looked = self._others = False
        self.mode = Mode.DIRECT

    def store_state(self, away: bool) -> None:  # noqa: FBT001 - the links' callback
        """The store went away or is back. Back: others who spooled meanwhile get the time to say so before we push past them."""
        if not away:
            self._settled_at = self._clock.boottime() + SETTLE_S

    async def accept(self, incoming: Sequence[Incoming], *, days: int) -> None:
        """Durable when it returns. `days`: how long the provider may repeat itself. Raises StoreFull where nothing can take it."""
        if self._entering or self._settled_at or not self._gate.is_set():
            await self._enter()
        received = self._clock.now()
        for one in incoming:
            if not one.dedupe_id:
                incoming = self._named(incoming, received)
                break
        if self._others_spool():
            # What the other has answered for lies on its disk; whoever wrote to it may write to us now, and must not overtake himself.
            self._begin_spooling("another process of this machine spools")
        if self.mode is Mode.DIRECT:
            try:
                for one in incoming:
                    await self._push(one, received=received, days=days)
                return
            except (StoreAway, SpoolsAhead, StoreFull, ServerError) as error:
                # A repeat of what did get in is dropped by its digest when the spool is drained.
                self._begin_spooling(type(error).__name__)
        await self._to_disk(Spooled(incoming=tuple(incoming), received=received, days=days))

    def _named(self, incoming: Sequence[Incoming], received: int) -> tuple[Incoming, ...]:
        """Whatever is tried twice must be known again, also what no provider will ever repeat."""
        return tuple(
            one if one.dedupe_id else replace(one, dedupe_id=new_id("once", now=received, entropy=self._entropy())) for one in incoming
        )

    def _others_spool(self) -> bool:
        """Whether another process of this machine spools: looked at once for all requests of one round of the loop."""
        if not self._looked:
            self._looked = True
            asyncio.get_running_loop().call_soon(self._look_again)
            self._others = bool(self._neighbours.spooling())
        return self._others

    def _look_again(self) -> None:
        self._looked = False

    @property
    def depth(self) -> int:
        """How many requests lie on disk."""
        return self._spool.depth if self._spool else 0

    async def open(self) -> None:
        """Take over what dead processes left; it is drained before anything else is done with the store."""
        self._spools.mkdir(parents=True, exist_ok=True)
        for orphan in orphans(self._spools, besides=()):
            task = asyncio.create_task(self._drain_orphan(orphan))
            self._orphans.add(task)
            task.add_done_callback(self._orphans.discard)

    async def close(self) -> None:
        """Stop draining; what is left on disk is taken over by whoever opens the folder next."""
        ending = [*self._orphans, *([self._drainer] if self._drainer else [])]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        # Taken away first: closed twice, it would close a descriptor that is somebody else's by then.
        spool, self._spool = self._spool, None
        if spool:
            await spool.close()

    async def _enter(self) -> None:
        """Wait at the gate, and while others settle, and go in in the order of arrival."""
        self._entering += 1
        try:
            async with self._door:
                await self._gate.wait()
                wait = self._settled_at - self._clock.boottime()
                if self.mode is Mode.DIRECT and wait > 0:
                    await self._clock.sleep(wait)
                self._settled_at = 0.0
        finally:
            self._entering -= 1

    async def _push(self, one: Incoming, *, received: int, days: int) -> None:
        inboxes = self._inboxes
        customer = inboxes.known(one.address) or await self._customer(one, received)
        if customer is None:
            self._counters.strays += 1
            return
        event = self._event(one, customer, received=received)
        if not await inboxes.push(event, dedupe=_dedupe(one), days=days):
            self._counters.duplicates += 1

    async def _customer(self, one: Incoming, received: int) -> str | None:
        """Whose address it is, by now: a word makes it somebody's, what is about an earlier word does not."""
        if isinstance(one.body, _ABOUT):
            return await self._inboxes.find(one.address)
        return await self._inboxes.resolve(one.address, candidate=self._candidate(received))

    def _candidate(self, received: int) -> str:
        return new_id("cu", now=received, entropy=self._entropy())

    def _event(self, one: Incoming, customer: str, *, received: int, late: bool = False) -> Event:
        return Event(
            id=new_id("ev", now=received, entropy=self._entropy()),
            subject=customer_subject(customer),
            body=one.body,
            at=one.at or received,
            received=received,
            address=one.address,
            late=late,
            aliases=one.aliases,
        )

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
        await self._tick(spooled.received)

    async def _tick(self, received: int) -> None:
        """Answer in a later millisecond: what the sender says next, to whichever process, must be seen to have come later.

        Bounded, for a clock that stands or was set back holds nobody up.
        """
        for _ in range(TICKS):
            if self._clock.now() > received:
                return
            await self._clock.sleep(0.001)

    async def _drain(self) -> None:
        """Wait for the store, say that we spool, let others say so, then push in order of receipt; at last go direct again."""
        while True:
            try:
                await self._spooling.register(self._head())
                await self._clock.sleep(SETTLE_S)
                while await self._drain_once():
                    pass
                if await self._went_direct():
                    return
            except (StoreAway, StoreFull, ServerError) as error:
                log.debug("the spool waits", error=type(error).__name__)
                await self._clock.sleep(0.1)

    async def _went_direct(self) -> bool:
        """Hold new requests at the gate for a moment, drain the last, and push past the disk again when nobody else spools.

        Without the gate a busy process would never find its spool empty. False: others have so much older work that nobody can
        be kept waiting for it.
        """
        self._gate.clear()
        try:
            while self._spool or self._adding:
                async with asyncio.timeout(SETTLE_S):
                    while self._adding or self.depth:
                        await self._drain_once()
                        await self._clock.sleep(0.001)
                await self._leave()
            # Where somebody still spools, our next push is refused and we begin anew.
            self.mode = Mode.DIRECT
            log.info("spool drained")
            return True
        except TimeoutError:
            return False
        finally:
            self._gate.set()

    async def _leave(self) -> None:
        """Take folder and flags away and give the others a moment to do so, too."""
        end = self._clock.boottime() + SETTLE_S
        spool, self._spool = self._spool, None
        if spool:
            await spool.close()
        await self._spooling.unregister()
        while not (await self._nobody_else() and not self._neighbours.spooling()) and self._clock.boottime() < end:
            await self._clock.sleep(0.01)

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
        segments = await self._spool.seal()
        for segment in segments:
            pending = list(self._spool.read(segment))
            await self._drain_strands(Strands(pending))
            self._spool.drop(segment, len(pending))
        return bool(segments)

    async def _drain_strands(self, strands: Strands) -> None:
        """Push it piece by piece, each when no other process holds an older one of the same strand."""
        waits_since = looked = self._clock.boottime()
        while strands:
            registered = await self._spooling.others(strands.heads)
            silent = {p: since for p, since in self._neighbours.spooling().items() if p not in registered}
            pieces = strands.take(self._spooling.process, {**{p: [since] for p, since in silent.items()}, **registered}, most=CHUNK)
            now = self._clock.boottime()
            if pieces:
                await self._push_pieces(pieces)
                waits_since = now
                continue
            if now - waits_since > PATIENCE_S:
                self._lose_patience(silent)
            elif silent and now - looked > ADOPT_EVERY_S:
                looked = now
                await self._adopt(silent)
            await self._clock.sleep(LOOK_EVERY_S)

    def _lose_patience(self, silent: Mapping[str, int]) -> None:
        for process in silent:
            log.warning("a process spools and does not drain; its words will come late", process=process)
            self._neighbours.ignore(process)

    async def _adopt(self, silent: Mapping[str, int]) -> None:
        """Drain what processes left that died since: their locks are free."""
        young = self._clock.now() - ADOPT_EVERY_S * 1000
        besides = [self._spools / name for name, since in silent.items() if since > young]
        besides += [p for p in self._spools.iterdir() if p.name not in silent]
        for orphan in orphans(self._spools, besides=besides):
            await self._drain_orphan(orphan)

    async def _push_pieces(self, pieces: Sequence[Piece]) -> None:
        """Push many in few round trips; per customer they stay in order."""
        first: dict[Address, Piece] = {}
        for piece in pieces:
            told = first.setdefault(piece.one.address, piece)
            if isinstance(told.one.body, _ABOUT):
                first[piece.one.address] = piece
        found = await asyncio.gather(*(self._customer(piece.one, piece.received) for piece in first.values()))
        customers = {address: customer for address, customer in zip(first, found, strict=True) if customer}
        known = [p for p in pieces if p.one.address in customers]
        self._counters.strays += len(pieces) - len(known)
        pushes = [
            Push(self._event(p.one, customers[p.one.address], received=p.received, late=p.late), _dedupe(p.one), p.days) for p in known
        ]
        self._counters.duplicates += await self._inboxes.push_all(pushes)

    async def _drain_orphan(self, spool: Spool) -> None:
        """Drain what a dead process left; its events are marked late, since others have gone before them."""
        segments = sorted([*await spool.seal(), *spool.unread()])
        if segments:
            log.warning("draining the spool of a dead process", process=spool.folder.name, segments=len(segments))
        try:
            await self._drain_late(spool, segments)
        finally:
            await spool.close()

    async def _drain_late(self, spool: Spool, segments: Sequence[Path]) -> None:
        for segment in segments:
            pending = list(spool.read(segment))
            pieces = [Piece(one=one, received=s.received, days=s.days, late=True) for s in pending for one in s.incoming]
            start = 0
            while start < len(pieces):
                try:
                    await self._push_pieces(pieces[start : start + CHUNK])
                    start += CHUNK
                except (StoreAway, StoreFull, ServerError):
                    await self._clock.sleep(0.2)
            self._counters.late += len(pending)
            spool.drop(segment, len(pending))


def _dedupe(one: Incoming) -> str:
    """On what a repeat is known; some providers give all receipts of a message the same id, and read is no repeat of delivered."""
    seen = one.same_as or one.dedupe_id
    if not seen:
        return ""
    named = f"{one.address.channel}/{one.address.account}/{seen}"
    return f"{named}/{one.body.state.value}" if isinstance(one.body, Receipt) else named
