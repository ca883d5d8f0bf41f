"""A real store, an API on it, and a stand-in for the worker: it answers what is asked of mailboxes."""

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from typing import cast

import aiohttp
from aiohttp.web import RouteDef
from msgspec import json

from channels.windows import RULES as WINDOWS
from config.rules.journeys import load_journeys
from config.rules.prices import load_prices
from config.storage.store import Store as Parts
from config.wiring.core import gestures_of
from config.wiring.feed import feeding_of
from hub.desk.asking import DEADLINE_S, Desk
from hub.desk.filing import Filing
from hub.desk.passwords import Passwords
from hub.desk.people import People, Stored
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.model.channels.ports import Clock
from hub.model.customers.record import Live, Record
from hub.model.events.event import Event
from hub.nudges.rules import Rules
from hub.store.archive.errors import ArchiveAway
from hub.store.channels.calls import Calls
from hub.store.channels.cases import Cases, Seal
from hub.store.connections.links import Links, connect
from hub.store.customers.records import Customers
from hub.store.customers.timeline import Older, Timeline
from hub.store.encoding.codec import decode_event, encode_record
from hub.store.functions import library_name, library_source
from hub.store.inbox.inbox import Inbox
from hub.store.inbox.queue import Queue
from hub.store.inbox.signals import Signals
from hub.store.keys import Keys, PartitionKeys
from hub.store.mailboxes.dead_letters import DeadLetters
from hub.store.mailboxes.deliveries import Deliveries
from hub.store.mailboxes.inboxes import Inboxes
from hub.store.mailboxes.kill_switch import Switch
from hub.store.shop.alerts import Alerts
from hub.store.shop.journey_facts import Counted, Happened
from hub.store.shop.journeys import JourneySwitches
from hub.store.shop.people import Sessions, SetupCodes, Users
from hub.web.api.all_routes import api_routes
from hub.web.api.journey_views import Nudging
from hub.web.api.table import Rooms
from hub.web.auth.callers import Signing
from hub.web.auth.devices import Devices
from hub.web.auth.tokens import Tokens
from hub.web.feed.switchboard import Switchboard
from hub.web.http.origin import Origin
from hub.web.http.throttle import sign_in_throttle
from tests.servers import Node
from tests.web.book import MemoryBook
from tests.web.shelf import MemoryFinder, MemoryShelf
from tests.web.world import FakeIntake, StandIn, opened

TOKEN = "a token that is long enough"
HERE = Origin(public_url="", proxies=())
_numbers = itertools.count(1)

Answerer = Callable[[Event], dict[str, object] | None]


RULES = Rules(book=load_journeys(None))


class NoFacts:
    """An archive in which nothing happened yet."""

    async def counted(self) -> tuple[Counted, ...]:
        return ()

    async def of_journey(self, journey: str, names: Sequence[str] = (), *, step: str = "", limit: int = 50) -> tuple[Happened, ...]:
        return ()

    async def of_customer(self, customers: Sequence[str], *, limit: int = 50) -> tuple[Happened, ...]:
        return ()


async def no_facts() -> NoFacts:
    """That archive, opened."""
    return NoFacts()


def mirrored(blob: bytes) -> bytes:
    """A cipher anybody can read but no grep finds."""
    return blob[::-1]


GRANTED: dict[str, object] = {"ok": True, "owner": "mai", "conversation": "co-1", "epoch": 2}


async def no_archive() -> Older:
    """An archive that is away."""
    raise ArchiveAway("not in these tests")


class Granting:
    """A worker that gives one verdict to everybody, and remembers what was asked."""

    def __init__(self, verdict: dict[str, object] | None = None) -> None:
        self.seen: list[Event] = []
        self._verdict = verdict or GRANTED

    def __call__(self, event: Event) -> dict[str, object]:
        self.seen.append(event)
        return self._verdict


class Store:
    """Links on a prefix of its own, and everything that reads and writes through them."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self.keys = Keys(f"t{next(_numbers)}:")
        self.clock = SystemClock()
        self.inboxes = Inboxes(links, self.keys)
        self.deliveries = Deliveries(links, self.keys)
        self.customers = Customers(links, self.keys)
        self.queue = Queue(links, self.keys)
        self.dead = DeadLetters(links, self.keys, inboxes=self.inboxes)
        self.switch = Switch(links, self.keys)
        self.cases = Cases(links, self.keys, seal=Seal(close=mirrored, open=mirrored))
        self.desk = self.desk_with(deadline=DEADLINE_S)
        self.channel = StandIn()
        self.intake = FakeIntake()
        parts = Parts(links=links, keys=self.keys, inboxes=self.inboxes, deliveries=self.deliveries)
        switchboard = Switchboard(Signals(links, self.keys, customers=self.customers))
        gestures = gestures_of(parts, {}, clock=self.clock, counters=Counters())
        self.feeding = feeding_of(parts, switchboard, clock=self.clock, gestures=gestures)
        self.passwords = Passwords(memory_kib=1024, rounds=1)
        self.people = self.people_by(self.clock)

    def people_by(self, clock: Clock) -> People:
        """People by another clock."""
        users = Users(self.links, self.keys)
        stored_ = Stored(users=users, sessions=Sessions(self.links, self.keys), codes=SetupCodes(self.links, self.keys))
        return People(stored_, self.passwords, clock=clock, secret=lambda: secrets.token_urlsafe(16))

    def desk_with(self, *, deadline: float) -> Desk:
        """A desk with that patience."""
        return Desk(
            self.links,
            self.keys,
            inboxes=self.inboxes,
            deliveries=self.deliveries,
            customers=self.customers,
            clock=self.clock,
            deadline=deadline,
        )

    async def put(self, record: Record) -> None:
        """Write a record as a commit would."""
        keys = self.keys.of_customer(record.id)
        await self.links.call(keys.fence, "SET", keys.record(record.id), encode_record(record, 1))

    async def mark(self, customer: str, delivery: str, value: str) -> None:
        """Set what a claim sees of a delivery."""
        keys = self.keys.of_customer(customer)
        await self.links.call(keys.fence, "HSET", keys.open(customer), delivery, value)

    async def mailbox(self, customer: str) -> list[Event]:
        """What lies in the partition's live lane."""
        keys = self.keys.of_customer(customer)
        entries = cast("list[tuple[bytes, list[bytes]]]", await self.links.call(keys.fence, "XRANGE", keys.inbox, "-", "+"))
        return [decode_event(fields[1]) for _, fields in entries]

    async def taken(self, keys: PartitionKeys, answer: Answerer) -> None:
        """One look of the stand-in worker at a partition: takes what lies there and answers it."""
        entries = cast("list[tuple[bytes, list[bytes]]]", await self.links.call(keys.fence, "XRANGE", keys.inbox, "-", "+"))
        for entry, fields in entries:
            event = decode_event(fields[1])
            verdict = answer(event)
            if verdict is not None:
                await self.links.call(keys.fence, "SET", keys.answer(event.id), json.encode(verdict), "EX", 300)
            await self.links.call(keys.fence, "XDEL", keys.inbox, entry)

    @cached_property
    def shelf(self) -> MemoryShelf:
        """Where files lie."""
        return MemoryShelf()

    @cached_property
    def finder(self) -> MemoryFinder:
        """Who is found."""
        return MemoryFinder()

    async def found(self) -> MemoryFinder:
        """The same, as it is opened."""
        return self.finder

    def rooms(self) -> Rooms:
        """What the API asks."""
        return Rooms(
            desk=self.desk,
            customers=self.customers,
            timeline=Timeline(self.customers, no_archive),
            queue=self.queue,
            inbox=Inbox(self.links, self.keys),
            feed=self.feeding.feed,
            presence=self.feeding.presence,
            dead=self.dead,
            switch=self.switch,
            cases=self.cases,
            calls=Calls(self.links, self.keys),
            alerts=Alerts(self.links, self.keys),
            intake=self.intake,
            channels={("standin", "main"): self.channel},
            clock=self.clock,
            counters=Counters(),
            entropy=lambda: next(_numbers),
            people=self.people,
            filing=Filing(shelf=self.shelf, clock=self.clock, new_id=lambda: f"file-{next(_numbers):016d}", most=1000, a_day=4000),
            finder=self.found,
            base="https://hub.example",
            lends=True,
            throttle=sign_in_throttle(self.clock),
            devices=Devices(b"k" * 32, secret=lambda: f"device{next(_numbers)}"),
            windows=WINDOWS,
            prices=load_prices(),
            accounts=MemoryBook(),
            nudging=Nudging(RULES, JourneySwitches(self.links, self.keys), no_facts, clock=self.clock),
        )

    def routes(self, *, tokens: Tokens | None = None, origin: Origin = HERE) -> list[RouteDef]:
        """The whole API on this store."""
        known = tokens or Tokens({"tests": TOKEN}, origin=origin, clock=self.clock)
        return api_routes(self.rooms(), signing=Signing(self.people, tokens=known, origin=origin), version="0.0")


@asynccontextmanager
async def stored(node: Node) -> AsyncIterator[Store]:
    """A store on that server."""
    links = await connect(node.url)
    try:
        await links.call("x", "FUNCTION", "LOAD", "REPLACE", library_source())
        links.library = library_name(), library_source()
        made = Store(links)
        yield made
        made.passwords.close()
    finally:
        await links.stop()


@asynccontextmanager
async def worked(store: Store, *customers: str, answer: Answerer) -> AsyncIterator[None]:
    """A worker that answers the mailboxes of these customers until the end."""

    async def work() -> None:
        while True:
            for customer in customers:
                await store.taken(store.keys.of_customer(customer), answer)
            await asyncio.sleep(0.002)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def served(store: Store) -> AsyncIterator[aiohttp.ClientSession]:
    """The API on that store, and a session that has the token."""
    async with opened(store.routes()) as (session, _):
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        yield session


def live(customer: str, **more: object) -> Live:
    """A record with nothing in it but what is named."""
    return Live(id=customer, created=1, **more)  # type: ignore[arg-type]
