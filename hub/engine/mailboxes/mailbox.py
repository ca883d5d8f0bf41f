"""One partition's mailboxes in the hands of their owner: lanes, batches, turns, commits, poison."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

import structlog
from msgspec import Struct, field

from hub.engine.counters import Counters
from hub.engine.mailboxes.asking import Asking
from hub.engine.mailboxes.capacity import Capacity
from hub.engine.mailboxes.lanes import CustomerLane, Lanes, Waiting
from hub.engine.mailboxes.pacing import Pacing
from hub.engine.sending.gestures import Gestures
from hub.engine.streams.bell import rung
from hub.engine.streams.dead_letters import put_aside
from hub.engine.turns.budget import TurnBudget
from hub.engine.turns.chain import open_turn, questions, take
from hub.engine.turns.outcome import Taken, item_of
from hub.model.address import Address
from hub.model.channels.ports import Clock, Question
from hub.model.customers.record import Live, Record
from hub.model.errors import HubError, StoreAway, StoreFull
from hub.model.events.agents import ClaimAsked
from hub.model.events.event import Event, Said
from hub.model.files.wanted import Fetched
from hub.model.subject import subject_id
from hub.model.turns.turn import LOOPING, Step, Urgent
from hub.model.words import ConversationStatus, Lane, OwnerKind
from hub.store.connections.wire import ServerError
from hub.store.encoding.codec import StoredRecord, Undecodable, decode_event, decode_record, encode
from hub.store.mailboxes.dead_letters import Aside
from hub.store.mailboxes.partition import Item, Partition

log = structlog.get_logger()
CUSTOMERS_AT_ONCE = 64
WAITING_AT_MOST = 1024
TRIES = 3
TURNING_AT_ONCE = 512
"""Customers of a process between begin and commit, over all its partitions. More only queue in the server, and whoever else asks it
(a webhook, a mark, a claim) stands behind them: with a backlog in all 64 partitions that was more than a second."""
SPOILT_S = 0.5
"""Between two attempts at a partition one of whose own keys is not what it should be."""


class Spoilt(HubError):
    """A key of the partition itself is not what it should be."""


class TurnSettings(Struct, frozen=True):
    """How turns are taken: the steps, what is urgent, the quiet time of a burst in s, the build written into the journal."""

    steps: tuple[Step, ...]
    urgent: Urgent
    quiet: float
    build: str
    budget: TurnBudget
    capacity: Capacity = field(default_factory=lambda: Capacity(TURNING_AT_ONCE))
    pacing: Pacing = field(default_factory=Pacing)


class _Work(Struct):
    """One customer's share of a batch."""

    lane: CustomerLane
    waiting: list[Waiting]
    stored: StoredRecord | None = None
    taken: list[Taken] = []
    asking: bool = False
    failed: str = ""


class Mailbox:
    """Takes the turns of one partition until it is fenced off. One batch at a time; a slow question sets its customer aside."""

    def __init__(
        self,
        partition: Partition,
        settings: TurnSettings,
        *,
        clock: Clock,
        asking: Asking,
        counters: Counters,
        gestures: Gestures,
        suspects: dict[str, int],
    ) -> None:
        self._gestures = gestures
        self.partition = partition
        self.lanes = Lanes(quiet=settings.quiet, urgent=settings.urgent)
        self._settings = settings
        self._clock = clock
        self._asking = asking
        self._counters = counters
        self._suspects = suspects
        self._bell = asyncio.Event()
        self._budget = settings.budget
        self._questions: dict[str, asyncio.Task[None]] = {}
        self.resting = asyncio.Event()

    @property
    def room(self) -> int:
        """How many more entries may be read."""
        return max(0, WAITING_AT_MOST - len(self.lanes))

    async def offer(self, lane: Lane, entries: Iterable[tuple[str, bytes]]) -> None:
        """Take what was read from the stream; entries that are here already are passed over."""
        now = self._clock.boottime()
        for entry, blob in entries:
            if self.lanes.holds(lane, entry):
                continue
            tries = self._suspects.pop(entry, 0)
            try:
                event = decode_event(blob)
            except Undecodable as error:
                await self._bury(lane, entry, subject="", blob=blob, reason=str(error))
                continue
            if tries >= TRIES:
                await self._bury(lane, entry, subject=event.subject, blob=blob, reason=f"the process died {tries} times in this turn")
                continue
            customer = subject_id(event.subject)
            self.lanes.add(customer, Waiting(lane=lane, entry=entry, event=event, arrived=now, tries=tries))
            if customer in self._questions and isinstance(event.body, ClaimAsked):
                # An agent does not wait for a slow shop.
                self._asking.give_up(customer)
        self._bell.set()

    async def run(self) -> None:
        """Take turns until cancelled or fenced off (raises Fenced)."""
        try:
            await self._run()
        finally:
            # Whoever waits for the end of a batch need not wait for one that never comes.
            self.resting.set()

    async def _run(self) -> None:
        while True:
            batch = self.lanes.pick(self._clock.boottime(), CUSTOMERS_AT_ONCE)
            if batch:
                self.resting.clear()
                await self._take([_Work(lane, waiting) for lane, waiting in batch])
                continue
            self.resting.set()
            self._bell.clear()
            due = self.lanes.next_due()
            await rung(self._bell, within=None if due is None else max(0.0, due - self._clock.boottime()) + 0.001)

    def stop_asking(self) -> None:
        """End all questions: nobody will use their answers."""
        for task in self._questions.values():
            task.cancel()

    async def _take(self, batch: list[_Work]) -> None:
        try:
            async with self._settings.capacity.places(len(batch)):
                await self._begin(batch)
                await self._turns(batch)
                await self._commit([work for work in batch if work.taken])
                for work in batch:
                    if work.failed:
                        await self._failed(work, work.waiting[len(work.taken)], work.failed)
        except (StoreAway, StoreFull):
            # What was asked may have happened: read again, and what was committed is found taken.
            await self._clock.sleep(0.05)
        except Spoilt:
            # No customer's fault, so nothing is counted; it waits for a person.
            await self._clock.sleep(SPOILT_S)
        finally:
            for work in batch:
                if work.lane.busy and not work.asking:
                    self.lanes.release(work.lane, ())

    async def _begin(self, batch: Sequence[_Work]) -> None:
        fresh = [w for work in batch for w in work.waiting if not w.noted]
        stored = await self.partition.begin([work.lane.customer for work in batch], [w.entry for w in fresh])
        for waiting in fresh:
            waiting.noted = True
        for work, blob in zip(batch, stored, strict=True):
            try:
                work.stored = decode_record(blob)
            except Undecodable as error:
                await self._failed(work, work.waiting[0], str(error))

    async def _turns(self, batch: Sequence[_Work]) -> None:
        """Take them, with pauses. After a heavy one the others of the batch are left to the next: what it decided is not kept waiting."""
        pacing, waiting = self._settings.pacing, deque(batch)
        while waiting:
            await pacing.until_free()
            pacing.begin()
            with self._budget:
                while waiting and pacing.free:
                    work = waiting.popleft()
                    if work.stored is not None:
                        self._turns_of(work, work.stored)
                    pacing.note()
            if pacing.resting:
                return

    def _turns_of(self, work: _Work, stored: StoredRecord) -> None:
        record, work.taken = stored.record, []
        clock, steps = self._clock.now(), self._settings.steps
        for n, waiting in enumerate(work.waiting):
            source, more, revision = self._source_of(waiting), _more(work.waiting, n), stored.revision + n
            turn = open_turn(record, waiting.event, entry=source, clock=clock, revision=revision, more=more, answers=waiting.answers)
            try:
                with self._budget.turn():
                    asked = () if waiting.answers is not None else questions(steps, turn)
                    if not asked:
                        turn = take(steps, turn)
            except Exception as error:
                # A turn runs foreign code (dialogs): whatever it raises is a poison to count, never a reason to stop the partition.
                log.exception("turn failed", entry=waiting.entry, error=type(error).__name__)
                work.failed = f"turn: {type(error).__name__}"
                return
            if asked:
                # What was taken before commits first; the question is put when its turn comes again.
                if not work.taken:
                    self._ask(work, waiting, asked)
                return
            record = turn.record
            work.taken.append(Taken(waiting.lane, waiting.entry, turn))
            if turn.rescued:
                # A tombstone: what it sends on goes through the relay before what later words send on.
                return

    def _source_of(self, waiting: Waiting) -> str:
        """What ids of the turn are derived from: stream ids repeat across partitions and lanes, this does not."""
        bulk = "b" if waiting.lane is Lane.BULK else ""
        return f"{self.partition.keys.number:02d}{bulk}/{waiting.entry}"

    def _ask(self, work: _Work, waiting: Waiting, asked: tuple[Question, ...]) -> None:
        """Set the customer aside while the world is asked; the lane stays busy until then."""
        lane, work.asking = work.lane, True

        async def ask() -> None:
            try:
                await self._absolve(work.waiting)
                # Looked at now: from the next line on `offer` gives up for a claim that comes.
                claimed = any(isinstance(w.event.body, ClaimAsked) for w in lane.waiting)
                with self._gestures.composing(lane.customer, *self._answered(lane.customer, waiting.event)):
                    waiting.answers = await self._asking.ask(lane.customer, () if claimed else asked)
            finally:
                self._questions.pop(lane.customer, None)
                self.lanes.release(lane, ())
                self._bell.set()

        self._questions[lane.customer] = asyncio.create_task(ask())

    def _answered(self, customer: str, event: Event) -> tuple[Address | None, str]:
        """Where the bot is about to answer, and which message; nowhere while a person talks with the customer."""
        if not isinstance(event.body, Said) or customer in self.lanes.with_people:
            return None, ""
        return event.address, event.body.external_id

    async def _absolve(self, waiting: Sequence[Waiting]) -> None:
        """No turn is being taken while the world is asked: who dies meanwhile has not died of it."""
        noted = [w for w in waiting if w.noted]
        try:
            await self.partition.absolve([w.entry for w in noted])
        except StoreAway:
            return
        for one in noted:
            one.noted = False

    async def _commit(self, batch: list[_Work]) -> None:
        items: list[Item] = []
        ready: list[_Work] = []
        for work in batch:
            if work.stored is None:
                continue
            try:
                items.append(item_of(work.stored, work.taken, build=self._settings.build))
                ready.append(work)
            except HubError as error:
                await self._failed(work, work.waiting[0], str(error))
        if not items:
            return
        try:
            verdicts = await self.partition.commit(items)
        except ServerError as error:
            await self._one_by_one(ready, items, error)
            return
        for work, verdict in zip(ready, verdicts, strict=True):
            await self._conclude(work, verdict)

    async def _one_by_one(self, ready: Sequence[_Work], items: Sequence[Item], error: ServerError) -> None:
        """A script error spoils a whole batch: find out whose it is."""
        log.warning("commit failed", error=error.code, customers=len(items))
        if error.code == "WRONGKEY":
            raise Spoilt(str(error)) from error
        if len(items) == 1:
            await self._failed(ready[0], ready[0].waiting[0], str(error))
            return
        for work, item in zip(ready, items, strict=True):
            try:
                verdicts = await self.partition.commit([item])
            except ServerError as own:
                await self._failed(work, work.waiting[0], str(own))
            else:
                await self._conclude(work, verdicts[0])

    async def _conclude(self, work: _Work, verdict: str) -> None:
        done = work.waiting[: len(work.taken)]
        if verdict == "ok":
            self._counters.turns += len(done)
            self._counters.loops += sum(fact.name == LOOPING for one in work.taken for fact in one.turn.facts)
            self._remember(work.taken[-1].turn.record)
            self.lanes.release(work.lane, done)
            return
        if verdict == "taken" and len(done) == 1:
            self.lanes.release(work.lane, done)
            return
        if verdict == "taken":
            # Some of a fold were committed before (the answer was lost): take them singly, and each tells for itself.
            for waiting in done:
                waiting.tries = max(waiting.tries, 1)
            return
        if verdict != "revision":
            await self._failed(work, done[0], f"commit: {verdict}")

    async def _failed(self, work: _Work, waiting: Waiting, reason: str) -> None:
        """Count a failure; the third puts the entry aside so that the lane goes on."""
        waiting.tries += 1
        waiting.noted = False
        if waiting.tries >= TRIES:
            await self._bury(waiting.lane, waiting.entry, subject=waiting.event.subject, blob=encode(waiting.event), reason=reason)
            self.lanes.release(work.lane, (waiting,))

    async def _bury(self, lane: Lane, entry: str, *, subject: str, blob: bytes, reason: str) -> None:
        aside = Aside(event=blob, reason=reason, at=self._clock.now(), lane=lane, subject=subject)
        await put_aside(self.partition, self.partition.keys.lane(lane), entry, aside, counters=self._counters)

    def _remember(self, record: Record) -> None:
        """Whose lines need no holding together, for a person reads them as they come."""
        with_person = isinstance(record, Live) and any(
            c.status is ConversationStatus.OPEN and c.owner.kind is not OwnerKind.BOT and c.post is None for c in record.conversations
        )
        if with_person:
            self.lanes.with_people.add(record.id)
        else:
            self.lanes.with_people.discard(record.id)


def _more(waiting: Sequence[Waiting], n: int) -> bool:
    """Whether another line of the same burst follows the n-th entry in this batch.

    In a group others talk on among themselves: what they do not say to the bot ends no thought, and is waited for by no answer.
    """
    this = waiting[n].event
    after = next((w.event for w in waiting[n + 1 :] if not isinstance(w.event.body, Fetched)), None)
    if after is None or not (isinstance(this.body, Said) and isinstance(after.body, Said)):
        return False
    return this.address == after.address and after.body.mentioned and this.body.author == after.body.author
