"""A small hub on a real server: one or more processes (in one event loop, each with links of its own), and a provider."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from msgspec.structs import replace

from config.storage.store import Store, store
from config.wiring.core import Turning, intake, worker
from hub.desk.aliases import Aliases
from hub.desk.asking import Desk
from hub.desk.echoes import Echoes
from hub.desk.happenings import Happenings
from hub.desk.ownership import Ownership
from hub.desk.threads import Threads
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.engine.turns.merge import Merging
from hub.engine.turns.receipts import Receipts
from hub.engine.turns.windows import Windows
from hub.model.address import Address
from hub.model.channels.ports import Channel, Question
from hub.model.channels.rates import Rates
from hub.model.customers.record import Live, Record
from hub.model.events.event import Body, Event, Incoming, Said
from hub.model.ids import new_id
from hub.model.messaging.message import Message
from hub.model.subject import PARTITIONS, customer_subject
from hub.model.turns.journal import JournalEntry, TurnTaken
from hub.model.turns.turn import Step, Turn, Urgent
from hub.model.words import DeliveryState, Lane, OwnerKind, Purpose
from hub.nudges.gate import Gate
from hub.store.connections.links import Links, connect
from hub.store.customers.records import Customers
from hub.store.encoding.codec import decode_event, decode_journal
from hub.store.keys import Keys, PartitionKeys
from hub.store.mailboxes.inboxes import Inboxes
from tests.engine.provider import Provider
from tests.engine.valve import Valve
from tests.servers import Node, eventually

_numbers = itertools.count(1)


class Clock(SystemClock):
    """The system's clock, which a test can push forward: so a process is frozen for seconds in no time."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> int:
        return super().now() + int(self.ahead * 1000)

    def boottime(self) -> float:
        return super().boottime() + self.ahead

    async def sleep(self, seconds: float) -> None:
        """Ends as soon as a push has carried the clock past it."""
        end = self.boottime() + seconds
        while (left := end - self.boottime()) > 0:
            await asyncio.sleep(min(left, 0.02))


class Echo:
    """The bot: says every word of the customer back."""

    name = "echo"

    def __init__(self, purpose: Purpose = Purpose.REPLY) -> None:
        self._purpose = purpose

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        return ()

    def take(self, turn: Turn) -> Turn:
        body, to = turn.event.body, turn.event.address
        if turn.handled or not isinstance(body, Said) or to is None:
            return turn
        conversation = turn.conversation("")
        if conversation is None or conversation.owner.kind is not OwnerKind.BOT:
            return turn
        return turn.say(Message(text=f"echo {body.text}"), conversation=conversation, to=to, purpose=self._purpose)


class Doing:
    """A step a test writes as a function."""

    name = "doing"

    def __init__(self, take: Callable[[Turn], Turn], *, needs: Callable[[Turn], tuple[Question, ...]] = lambda _: ()) -> None:
        self._take, self._needs = take, needs

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        return self._needs(turn)

    def take(self, turn: Turn) -> Turn:
        return self._take(turn)


def house_steps(*own: Step, windows: Windows | None = None) -> tuple[Step, ...]:
    """The hub's own steps with a test's between them; by default the bot that echoes. `windows`: what the provider allows."""
    return (Merging(), Receipts(), Threads(), Aliases(), Happenings(), Echoes(), Ownership(windows), *(own or (Echo(),)), Gate())


def turning(*own: Step, quiet: float = 0.0, urgent: Urgent = lambda _: False, windows: Windows | None = None) -> Turning:
    """How the test's processes take turns."""
    return Turning(steps=house_steps(*own, windows=windows), urgent=urgent, quiet=quiet)


class Process:
    """One process of the hub: links of its own behind a valve, a worker, an intake, a clock."""

    def __init__(
        self, valve: Valve, parts: Store, *, name: str, spools: Path, turns: Turning, channels: Sequence[Channel], rates: Rates
    ) -> None:
        self.name, self.valve, self.parts = name, valve, parts
        self.clock, self.counters = Clock(), Counters()
        self.worker = worker(parts, turns, [(c, rates) for c in channels], clock=self.clock, counters=self.counters, name=name)
        self.intake = intake(parts, spools=spools, clock=self.clock, counters=self.counters, process=name)
        valve.on_state = self.intake.store_state
        self._working = False

    async def work(self) -> None:
        """Start the worker."""
        self._working = True
        await self.worker.start()

    async def stop(self) -> None:
        """End everything in order."""
        self.valve.thaw()
        self.valve.mend()
        if self._working:
            self._working = False
            await self.worker.stop()
        await self.intake.close()

    @property
    def idle(self) -> bool:
        """Whether nothing waits in what it holds; what is frozen, cut off or fenced does not count."""
        if self.valve.away or self.valve.frozen:
            return True
        return all(h.lost.is_set() or (h.mailbox.lanes.idle and h.outbox.idle) for h in self.worker.holdings.values())

    def holds_all(self) -> bool:
        """Whether this process holds every partition."""
        return len(self.worker.holdings) == PARTITIONS


class World:
    """Everything of one test, under a prefix of its own; `links` are the test's own and always open."""

    def __init__(self, node: Node, links: Links, *, spools: Path) -> None:
        self.node, self.links, self.spools = node, links, spools
        self.keys = Keys(f"t{os.getpid()}-{next(_numbers)}:")
        self.rates = Rates()
        self.parts = store(links, self.keys)
        self.inboxes: Inboxes = self.parts.inboxes
        self.customers = Customers(links, self.keys)
        self.provider = Provider()
        self.clock = Clock()
        self.desk = Desk(
            links, self.keys, inboxes=self.inboxes, deliveries=self.parts.deliveries, customers=self.customers, clock=self.clock
        )
        self.processes: list[Process] = []
        self._events = itertools.count(1)

    async def process(
        self, name: str = "one", *, turns: Turning | None = None, channels: Sequence[Channel] = (), machine: str = ""
    ) -> Process:
        """One more process; its worker is not started. Those of another machine do not see each other's spools."""
        valve = Valve(await connect(self.node.url))
        made = Process(
            valve,
            store(valve, self.keys),
            name=name,
            spools=self.spools / machine if machine else self.spools,
            turns=turns or turning(),
            channels=channels or (self.provider,),
            rates=self.rates,
        )
        self.processes.append(made)
        return made

    async def working(self, name: str = "one", *, turns: Turning | None = None, channels: Sequence[Channel] = ()) -> Process:
        """One more process whose worker holds all partitions."""
        made = await self.process(name, turns=turns, channels=channels)
        await made.work()
        await eventually(made.holds_all, what="all partitions")
        return made

    async def taken_over(self, dead: Process, by: str = "two", *, turns: Turning | None = None) -> Process:
        """Another process takes all partitions over at once, for the first one's heartbeat is taken away."""
        heir = await self.process(by, turns=turns)
        await self.links.call(self.keys.workers, "ZREM", self.keys.workers, dead.name)
        await heir.work()

        async def all_taken() -> bool:
            await self.links.call(self.keys.workers, "ZREM", self.keys.workers, dead.name)
            return heir.holds_all()

        await eventually(all_taken, what="the takeover")
        return heir

    def address(self, who: str) -> Address:
        """An address on the provider."""
        return Address(channel="fake", account="main", id=who)

    async def say(self, who: str, text: str, *, dedupe: str = "") -> None:
        """A word of a customer, straight into the mailbox."""
        await self.tell(await self.customer(who), Said(text=text, external_id=text), address=self.address(who), dedupe=dedupe)

    async def tell(
        self, customer: str, body: Body, *, address: Address | None = None, dedupe: str = "", lane: Lane = Lane.LIVE, also: str = ""
    ) -> None:
        """Any event, straight into the mailbox; `also`: a further id of whoever it comes from."""
        now, subject = self.clock.now(), customer_subject(customer)
        event = Event(id=f"ev-{next(self._events)}", subject=subject, body=body, at=now, received=now, address=address)
        event = replace(event, aliases=(also,)) if also else event
        await self.inboxes.push_past_spools(event, dedupe=dedupe, lane=lane)

    async def customer(self, who: str) -> str:
        """The customer of an address, made now if there is none."""
        return await self.inboxes.resolve(self.address(who), candidate=new_id("cu", now=self.clock.now(), entropy=next(_numbers)))

    async def neighbours(self, *names: str) -> None:
        """Make customers for these addresses whose mailboxes lie in one partition, older first."""
        there: list[int] = []
        for who in names:
            there.append(await self._made(who, lambda number: not there or number in there))

    async def strangers(self, *names: str) -> None:
        """Make customers for these addresses whose mailboxes lie in partitions of their own, older first."""
        there: list[int] = []
        for who in names:
            there.append(await self._made(who, lambda number: number not in there))

    async def _made(self, who: str, fits: Callable[[int], bool]) -> int:
        while True:
            candidate = new_id("cu", now=self.clock.now(), entropy=next(_numbers))
            if fits(number := self.keys_of(candidate).number):
                await self.inboxes.resolve(self.address(who), candidate=candidate)
                return number

    def keys_of(self, customer: str) -> PartitionKeys:
        """The keys of a customer's partition."""
        return self.keys.of_customer(customer)

    async def record(self, who: str) -> Live:
        """The record of an address's customer, which must be live."""
        found = await self.customers.stored(await self.customer(who))
        assert isinstance(found, Live)
        return found

    async def stored(self, customer: str) -> Record | None:
        """The record under exactly this id."""
        return await self.customers.stored(customer)

    async def heard(self, who: str) -> list[str]:
        """The words of a customer on their timeline, in its order."""
        lines = await self.customers.timeline(await self.customer(who))
        return [line.entry.text for line in lines if line.entry.who == "customer"]

    async def pushed(self, who: str) -> list[Event]:
        """What of a customer waits in the mailbox, in its order; for tests without a worker."""
        customer = await self.customer(who)
        key = self.keys_of(customer).inbox
        entries = cast("list[tuple[bytes, list[bytes]]]", await self.links.call(key, "XRANGE", key, "-", "+"))
        events = [decode_event(fields[1]) for _, fields in entries]
        return [event for event in events if event.subject == customer_subject(customer)]

    async def texts_pushed(self, who: str) -> list[str]:
        """The words among them."""
        return [event.body.text for event in await self.pushed(who) if isinstance(event.body, Said)]

    async def states(self, who: str) -> dict[str, DeliveryState | None]:
        """What became of what was said to a customer: text → state."""
        lines = await self.customers.timeline(await self.customer(who))
        return {line.entry.text: line.state for line in lines if line.entry.delivery and line.entry.kind == "message"}

    async def journal(self, customer: str) -> list[JournalEntry]:
        """The journal of the customer's partition."""
        key = self.keys_of(customer).journal
        entries = cast("list[tuple[bytes, list[bytes]]]", await self.links.call(key, "XRANGE", key, "-", "+"))
        return [decode_journal(fields[1]) for _, fields in entries]

    async def turns(self, customer: str) -> list[TurnTaken]:
        """The journalled turns of one customer."""
        return [entry for entry in await self.journal(customer) if isinstance(entry, TurnTaken) and entry.customer == customer]

    async def facts(self, customer: str) -> list[str]:
        """The names of the facts of a customer's turns."""
        return [fact.name for turn in await self.turns(customer) for fact in turn.facts]

    async def waiting(self, customer: str, stream: str = "inbox") -> int:
        """How many entries stand in a stream of the customer's partition."""
        key = str(getattr(self.keys_of(customer), stream))
        return cast("int", await self.links.call(key, "XLEN", key))

    async def calm(self) -> bool:
        """Whether no mailbox, outbox or relay of the hub holds anything, and no process that can has anything left to do."""
        streams = [s for p in self.keys.partitions for s in (p.inbox, p.bulk, p.out, p.out_bulk, p.relay)]
        left = sum(cast("list[int]", await asyncio.gather(*(self.links.call(s, "XLEN", s) for s in streams))))
        return left == 0 and all(process.idle for process in self.processes)

    async def settled(self, *, within: float = 60.0) -> None:
        """Wait until everything pushed is taken, sent and carried on."""
        await eventually(self.calm, within=within, what="calm")

    def incoming(self, who: str, text: str, *, dedupe: str | None = None) -> Incoming:
        """A word as a channel would hand it to the intake."""
        return Incoming(address=self.address(who), body=Said(text=text, external_id=text), dedupe_id=text if dedupe is None else dedupe)


@asynccontextmanager
async def world_on(node: Node, spools: Path) -> AsyncIterator[World]:
    """A world on that server; everything it started is ended."""
    links = await connect(node.url)
    world = World(node, links, spools=spools)
    try:
        yield world
    finally:
        await world.provider.close()
        for process in world.processes:
            await process.stop()
        for process in world.processes:
            await process.valve.stop()
        await links.stop()
