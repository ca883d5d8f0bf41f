"""A worker process that works off mailboxes filled beforehand: `python -m bench.turning JOB`, JOB a `Job` as JSON.

Its own embedded server, the shop's own steps, the archive running. Sending is left out while turns are measured (each delivery is
committed and stays in the outbox), then measured by itself: the same deliveries to a channel that sends nothing.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from bench.measures import children_of, cpu_of, rss_mb
from bench.population import ACCOUNT, BORN, KIND, Population, load, record_of, records, timers, words
from config.settings.load import load_settings
from config.settings.values import Settings
from config.storage.server import find_server, open_store
from config.storage.store import Store, process_name
from config.wiring.answers import store_answers
from config.wiring.core import TURN_BUDGET_S, gestures_of, tune_interpreter
from config.wiring.steps import turning_of
from hub.engine.archiving.archiver import Archiver, Batch
from hub.engine.archiving.customer_index import Finding
from hub.engine.archiving.inbox_index import Indexing
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.engine.logging.logs import configure
from hub.engine.mailboxes.asking import Asking
from hub.engine.mailboxes.mailbox import TurnSettings
from hub.engine.sending.accounts import Account
from hub.engine.streams.reader import Reader
from hub.engine.turns.budget import TurnBudget
from hub.engine.workers.partition import Engine
from hub.engine.workers.worker import Worker
from hub.model.channels.ports import Call, Clock, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.events.event import Incoming, Unparsed
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Capabilities
from hub.store.archive.open import Archive
from hub.store.channels.calls import Calls
from hub.store.connections.links import Links
from hub.store.encoding.codec import encode
from hub.store.inbox.inbox import Inbox
from hub.store.mailboxes.token_buckets import Buckets
from hub.store.mailboxes.workers import Workers

LONGEST_S = 300.0
LOOK_EVERY_S = 0.005
LOOK_AGAIN_S = 0.5
WARM = 10
"""The first of so many parts of a wave is not measured: partitions are being taken, nothing is warm."""


class Job(msgspec.Struct, frozen=True):
    """So many customers; `waves` times one word of `wave` of them; then the sends those led to; then so many timers, due at once."""

    customers: int
    wave: int
    waves: int
    timers: int = 0


class Rate(msgspec.Struct, frozen=True):
    """So many in so many seconds, with the CPU of this process, of its other threads (the archive) among it, and of the server, in µs."""

    count: int
    per_s: float
    cpu_us: float
    archive_cpu_us: float
    server_cpu_us: float


class Told(msgspec.Struct, frozen=True):
    """Turns by wave, sends (mark and settle, nothing leaves), timers (each fired and turned); `record_bytes` before the first turn."""

    turns: list[Rate]
    sends: Rate
    timers: Rate | None
    record_bytes: int
    load_s: float
    server_mb: float


class Nowhere:
    """A channel that sends nothing and says it did: what stays is the outbox's own work (mark, settle)."""

    kind, account = KIND, ACCOUNT
    capabilities = Capabilities(text_units=4000, quick_replies=10, connects=False)

    def verify(self, request: Inbound) -> None:
        """Nobody calls."""

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """Nobody calls."""
        return []

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """Nobody calls."""
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        """One call."""
        return [Call(method="message", params={"text": delivery.message.text})]

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Nothing leaves."""
        return Sent(external_id=delivery.id)

    async def close(self) -> None:
        """Nothing is held."""


class GatedReader(Reader):
    """Reads nothing until `gate` is set."""

    def __init__(self, links: Links, clock: Clock, gate: asyncio.Event) -> None:
        super().__init__(links, clock)
        self._gate = gate

    async def run(self) -> None:
        """Wait, then read until cancelled."""
        await self._gate.wait()
        await super().run()


class Counted:
    """An archive that counts the journal entries it wrote."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.entries = 0

    async def cursor(self, partition: int) -> str:
        """As the archive's own."""
        return await self._archive.cursor(partition)

    async def write(self, batches: list[Batch]) -> None:
        """As the archive's own."""
        await self._archive.write(batches)
        self.entries += sum(len(entries) for _, entries in batches)


class Bench:
    """Workers over one store, one after the other, with one archive."""

    def __init__(self, parts: Store, settings: Settings, *, server: int) -> None:
        self.parts = parts
        self.counters = Counters()
        self.gate = asyncio.Event()
        self._settings = settings
        self._server = server
        self._clock = SystemClock()
        self._worker: Worker | None = None

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """A fresh worker that takes all partitions and begins."""
        self._worker = Worker(self._engine(), Workers(self.parts.links, self.parts.keys), name=process_name())
        await self._worker.start()
        try:
            yield
        finally:
            await self._worker.stop()

    @asynccontextmanager
    async def archiving(self) -> AsyncIterator[Counted]:
        """The archive of a hub: SQLite in the data folder."""
        archive = await Archive.open(str(self._settings.data / "archive.sqlite3"))
        counted, links, keys = Counted(archive), self.parts.links, self.parts.keys
        inbox = Inbox(links, keys)
        archiver = Archiver(
            links,
            keys,
            counted,
            held=self._held,
            clock=self._clock,
            indexing=Indexing(inbox),
            finding=Finding(inbox, archive.finder),
        )
        task = asyncio.create_task(archiver.run())
        try:
            yield counted
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await archive.close()

    async def rate(self, count: Callable[[], int], *, many: int, streams: Sequence[str], after: Callable[[], bool] = lambda: True) -> Rate:
        """Measure while `count` rises by `many`, but for the first part, or until the streams are empty; CPU until `after` holds too.

        Where the server was away for a moment, what it had committed by then is not counted again: then it is the streams that tell.
        """
        since, end = count() + many // WARM, count() + many
        await self._until(lambda: count() >= since, streams)
        first, begun, used, own, server = count(), time.monotonic(), time.process_time(), time.thread_time(), cpu_of(self._server)
        await self._until(lambda: count() >= end, streams)
        done, seconds = max(1, count() - first), time.monotonic() - begun
        await self._until(after, ())
        used, own, server = time.process_time() - used, time.thread_time() - own, cpu_of(self._server) - server
        return Rate(done, done / seconds, *(cpu / done * 1e6 for cpu in (used, used - own, server)))

    def sent(self) -> int:
        """How many deliveries were sent."""
        return self.counters.sends[KIND, "sent"]

    async def calm(self) -> None:
        """Wait until the server has written its append-only file anew, which it does after so much loading."""
        async with asyncio.timeout(LONGEST_S):
            while b"aof_rewrite_in_progress:1" in cast("bytes", (await self.parts.links.each("INFO", "persistence"))[0]):
                await asyncio.sleep(LOOK_AGAIN_S)

    async def _until(self, holds: Callable[[], bool], streams: Sequence[str]) -> None:
        """Look often whether it holds; where nothing has happened for a while, whether the streams, if any, are empty."""
        begun = moved = time.monotonic()
        seen = 0
        while not holds():
            await asyncio.sleep(LOOK_EVERY_S)
            now, count = time.monotonic(), self.counters.turns + self.sent()
            if now > begun + LONGEST_S:
                raise TimeoutError("the bench waits in vain")
            if count != seen:
                seen, moved = count, now
            elif streams and now > moved + LOOK_AGAIN_S:
                moved = now
                if not any(await asyncio.gather(*(self.parts.links.call(key, "XLEN", key) for key in streams))):
                    return

    def _held(self) -> set[int]:
        return set(self._worker.holdings) if self._worker else set()

    def _engine(self) -> Engine:
        """As `config.wiring.core.worker` makes it, but with a channel that leads nowhere behind a gate."""
        parts, clock = self.parts, self._clock
        turning = turning_of(self._settings, answers={}, build="bench")
        budget = TurnBudget(TURN_BUDGET_S)
        return Engine(
            links=parts.links,
            inboxes=parts.inboxes,
            deliveries=parts.deliveries,
            accounts={
                (KIND, ACCOUNT): Account(
                    Nowhere(), Rates(), clock=clock, buckets=Buckets(parts.links, parts.keys), calls=Calls(parts.links, parts.keys)
                )
            },
            turns=TurnSettings(steps=tuple(turning.steps), urgent=turning.urgent, quiet=0.0, build=turning.build, budget=budget),
            asking=Asking(store_answers(parts.deliveries)),
            clock=clock,
            counters=self.counters,
            gestures=gestures_of(parts, {}, clock=clock, counters=self.counters),
            mail=Reader(parts.links, clock),
            posts=GatedReader(parts.links, clock, self.gate),
        )


async def take(job: Job, folder: Path) -> Told:
    """Start a server, load it, then work off wave after wave, the sends, the timers."""
    settings, population = load_settings({}, folder=folder), Population(job.customers)
    server = await find_server(settings, join=False)
    pid = children_of(os.getpid())[0]
    parts = await open_store(server.url, settings)
    bench = Bench(parts, settings, server=pid)
    try:
        begun = time.monotonic()
        await load(parts.links, records(parts.keys, population))
        load_s, server_mb = time.monotonic() - begun, rss_mb([pid])
        await bench.calm()
        tune_interpreter()
        async with bench.archiving() as archive:
            turns = [await _wave(bench, archive, job, wave) for wave in range(job.waves)]
            sends = await _sends(bench)
            fired = await _timers(bench, job) if job.timers else None
    finally:
        await parts.links.stop()
        await server.stop()
    return Told(turns, sends, fired, record_bytes=len(encode(record_of(population, 0))), load_s=load_s, server_mb=server_mb)


async def _wave(bench: Bench, archive: Counted, job: Job, wave: int) -> Rate:
    """One word of each of some customers, all waiting before the worker begins; none of them waits twice."""
    population, keys = Population(job.customers), bench.parts.keys
    numbers = population.sample(job.wave, seed=wave)
    await load(bench.parts.links, words(keys, population, numbers, wave=wave))
    inboxes = [partition.inbox for partition in keys.partitions]
    async with bench.working():
        return await bench.rate(
            lambda: bench.counters.turns, many=len(numbers), streams=inboxes, after=lambda: archive.entries >= bench.counters.turns
        )


async def _sends(bench: Bench) -> Rate:
    """What the turns wanted sent, to nowhere."""
    bench.gate.set()
    outboxes = [partition.out for partition in bench.parts.keys.partitions]
    async with bench.working():
        return await bench.rate(bench.sent, many=bench.counters.turns, streams=outboxes)


async def _timers(bench: Bench, job: Job) -> Rate:
    """Timers of many customers, all due: each becomes an entry and a turn that finds nothing to do."""
    population = Population(job.customers)
    numbers = range(min(job.timers, job.customers))
    await load(bench.parts.links, timers(bench.parts.keys, population, numbers, due=BORN))
    async with bench.working():
        return await bench.rate(lambda: bench.counters.turns, many=len(numbers), streams=())


def main(arguments: Sequence[str]) -> None:
    """Read the job, do it in the current folder, tell."""
    configure("warning", "console")
    told = uvloop.run(take(msgspec.json.decode(arguments[0], type=Job), Path.cwd()))
    print(msgspec.json.encode(told).decode())


if __name__ == "__main__":
    main(sys.argv[1:])
