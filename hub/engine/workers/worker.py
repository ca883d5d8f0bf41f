"""A worker: says that it lives, holds its fair share of the partitions, gives up what is lost."""

import asyncio
import contextlib
import itertools
from collections.abc import Coroutine, Iterable

import structlog

from hub.engine.workers.partition import Engine, HeldPartition
from hub.model.errors import Fenced, HubError, StoreAway
from hub.model.subject import PARTITIONS
from hub.store.mailboxes.workers import LIFE_MS, Workers

log = structlog.get_logger()
BEAT_EVERY_S = 0.5


class Worker:
    """Runs until stopped. Safety is the fence's; who should hold what is only advice."""

    def __init__(self, engine: Engine, workers: Workers, *, name: str) -> None:
        self.name = name
        self._engine = engine
        self._workers = workers
        self.holdings: dict[int, HeldPartition] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._takes = itertools.count(1)

    async def start(self) -> None:
        """Begin to read and to take partitions."""
        self._tasks = [
            asyncio.create_task(self._engine.mail.run()),
            asyncio.create_task(self._engine.posts.run()),
            asyncio.create_task(self._live()),
            asyncio.create_task(self._run()),
        ]

    async def stop(self) -> None:
        """Give everything back in order, so that others need not wait for our silence."""
        self._tasks[-1].cancel()
        await asyncio.gather(self._tasks[-1], return_exceptions=True)
        await asyncio.gather(*(self._give_up(p) for p in list(self.holdings)), return_exceptions=True)
        try:
            await self._workers.leave(self.name)
        except HubError as error:
            log.info("left without goodbye", error=type(error).__name__)
        await asyncio.gather(*self._leaving, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def oldest(self) -> int:
        """When the oldest delivery not sent yet was made (ms since 1970); 0 where none waits."""
        return min((made for h in self.holdings.values() if (made := h.outbox.oldest)), default=0)

    @property
    def idle(self) -> bool:
        """Whether nothing waits in what this worker holds."""
        return all(h.mailbox.lanes.idle and h.outbox.idle for h in self.holdings.values())

    async def _live(self) -> None:
        """Say that we live, whatever giving and taking wait for."""
        while True:
            with contextlib.suppress(HubError):
                await self._workers.beat(self.name, LIFE_MS)
            await self._engine.clock.sleep(BEAT_EVERY_S)

    async def _run(self) -> None:
        while True:
            try:
                await self._drop_lost()
                await self._share()
            except StoreAway:
                pass  # The links say so once for all; nothing can be taken or given meanwhile.
            except HubError as error:
                log.warning("sharing failed", error=str(error))
            await self._engine.clock.sleep(BEAT_EVERY_S)

    async def _drop_lost(self) -> None:
        for number, holding in list(self.holdings.items()):
            if holding.lost.is_set():
                log.info("partition lost", partition=number)
                del self.holdings[number]
                await self._abandon(holding)

    async def _share(self) -> None:
        """Compare what we hold with what we should; give before taking."""
        living = await self._workers.beat(self.name, LIFE_MS)
        holders = await self._workers.holders()
        for number in [n for n in self.holdings if holders.get(n, self.name) != self.name]:
            await self._abandon(self.holdings.pop(number))
        share = -(-PARTITIONS // max(1, len(living)))
        surplus = list(self.holdings)[share:]
        await _all(self._give_up(number) for number in surplus)
        free = [
            n for n in range(PARTITIONS) if n not in self.holdings and (holders.get(n, "") not in living or holders.get(n) == self.name)
        ]
        room = max(0, share - len(self.holdings))
        await _all(self._take(number, holders.get(number, "")) for number in free[:room])
        # What stands in our name though we gave it up (the store was away just then) would be served by nobody.
        stale = [number for number in free[room:] if holders.get(number) == self.name]
        await _all(self._disown(number) for number in stale)

    async def _take(self, number: int, before: str) -> None:
        if not await self._workers.assign(number, before=before, after=self.name):
            return
        try:
            holding = await HeldPartition.take(
                self._engine, self._workers.keys.partitions[number], random=f"{self.name}.{next(self._takes)}"
            )
        except Fenced:
            return
        self.holdings[number] = holding

    async def _give_up(self, number: int) -> None:
        holding = self.holdings.pop(number)
        await holding.close()
        self._let_finish(holding)
        await self._disown(number)

    async def _disown(self, number: int) -> None:
        await self._workers.assign(number, before=self.name, after="")

    async def _abandon(self, holding: HeldPartition) -> None:
        await holding.abandon()
        self._let_finish(holding)

    def _let_finish(self, holding: HeldPartition) -> None:
        """Calls in flight end beside all else: nobody waits for a slow provider to get a partition."""
        task = asyncio.create_task(holding.finish())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


async def _all(works: Iterable[Coroutine[object, object, None]]) -> None:
    """Do them together to the last, then raise what the first of them raised: none may go on unseen."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
