"""What a look around sees on a real server, and how slowly it asks providers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from config.storage.store import store
from hub.engine.archiving.journal_tail import TAIL_ENTRIES
from hub.engine.clock import SystemClock
from hub.engine.monitoring.probes import LOOK_EVERY_MS, LOOK_SOON_MS, LOOK_SPREAD, HouseProbes, Machine, Watched
from hub.engine.monitoring.watch import Sight
from hub.model.alerts.alert import Alert, AlertKind, Book, Entry, Looked, Step
from hub.model.alerts.rhythm import SLICE_MS
from hub.model.alerts.rules import Disk
from hub.model.channels.exchange import FILE, Exchange
from hub.model.channels.look import Code, Grade, Point, Seen
from hub.store.channels.calls import Calls, Kept
from hub.store.connections.links import Links, connect
from hub.store.keys import Keys
from hub.store.shop.alerts import Alerts
from tests.servers import Node, redis_on_port

KEYS = Keys()
PLACE = ("telegram", "main")
DAY_MS = 86_400_000


class Still(SystemClock):
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 2_900_000 * SLICE_MS

    def now(self) -> int:
        return self.at


@dataclass
class Provider:
    """Answers looks, each when the test lets it."""

    clock: Still
    asked: list[tuple[str, str]] = field(default_factory=list)
    codes: tuple[Code, ...] = (Code.TAKEN,)
    until: int = 0
    renews: bool = False
    broken: bool = False
    slow: asyncio.Event = field(default_factory=asyncio.Event)

    async def look(self, place: tuple[str, str]) -> Seen:
        self.asked.append(place)
        await self.slow.wait()
        if self.broken:
            raise ValueError
        points = tuple(Point(code=code, grade=Grade.GOOD) for code in self.codes)
        return Seen(channel=place[0], account=place[1], at=self.clock.now(), points=points, until=self.until, renews=self.renews)


@dataclass
class House:
    """Probes over an empty server."""

    links: Links
    clock: Still
    provider: Provider
    probes: HouseProbes
    accounts: list[Watched]

    async def look(self, book: Book) -> tuple[Sight, Book]:
        """Look once, and once more when the provider has answered."""
        sight = await self.probes.look(book)
        await asyncio.sleep(0)
        return sight, replace(book, looked=dict(sight.looked))

    async def settled(self, book: Book) -> Book:
        """The book once a look that was begun is known."""
        _, book = await self.look(book)
        return (await self.look(book))[1]


@pytest.fixture(scope="module")
def server() -> Iterator[Node]:
    with redis_on_port("--appendfsync", "no", "--maxmemory", "100mb") as node:
        yield node


@pytest.fixture
async def house(server: Node) -> AsyncIterator[House]:
    links = await connect(server.url)
    store(links, KEYS)
    await links.call("", "FLUSHALL")
    clock = Still()
    provider = Provider(clock)
    provider.slow.set()
    accounts = [Watched(PLACE, hooked=True, setup="first")]
    machine = Machine(name="m1", free=lambda: 10, spooled=lambda: 2)
    probes = HouseProbes(
        links, KEYS, accounts=lambda: accounts, look_at=provider.look, machine=machine, clock=clock, chance=lambda: 0.5
    )  # fmt: skip
    yield House(links, clock, provider, probes, accounts)
    await probes.close()
    await links.stop()


def with_open(book: Book, kind: AlertKind) -> Book:
    return replace(book, entries=(Entry(alert=Alert(kind=kind, subject="telegram/main"), step=Step.OPEN),))


async def test_counts_and_fill_levels_are_the_server_s_own(house: House) -> None:
    journal = KEYS.partitions[5].journal
    for n in range(TAIL_ENTRIES + 3):
        await house.links.call(journal, "XADD", journal, f"{n + 1}-0", "j", b"x")
    for number in (0, 63):
        await house.links.call(KEYS.partitions[number].dead, "HSET", KEYS.partitions[number].dead, "1-1", b"x", "2-1", b"x")
    await Calls(house.links, KEYS).write(
        [Kept(PLACE, Exchange(at=house.clock.now(), method="POST", url="u", status=401, failure="auth"))], now=house.clock.now()
    )
    await Alerts(house.links, KEYS).report("m1", "p1", house.probes.report())

    facts = (await house.probes.look(Book())).facts

    assert (4, 3, 2, (Disk(machine="m1", free=10),)) == (facts.dead, facts.behind, facts.spooled, facts.disks)
    assert facts.memory is not None
    assert (100 * 1024 * 1024, True) == (facts.memory.most, 0 < facts.memory.used < facts.memory.most)
    assert facts.accounts is not None
    assert [("telegram/main", 1, 1, "auth")] == [(one.place, one.calls, one.failures, one.refused) for one in facts.accounts]
    assert frozenset() == facts.unknown


async def test_files_that_cannot_be_had_say_nothing_of_an_account_unless_we_are_not_let_in(house: House) -> None:
    now, calls = house.clock.now(), Calls(house.links, KEYS)
    dead = Exchange(at=now, method="GET", url="u", status=404, trouble="gone", events=(FILE,))
    came = replace(dead, status=200, trouble="")
    sent = Exchange(at=now, method="POST", url="u", status=200)

    await calls.write([*[Kept(PLACE, dead)] * 20, Kept(PLACE, sent)], now=now)
    (harmless,) = (await house.probes.look(Book())).facts.accounts or ()
    after = replace(dead, at=now + 1, status=401, trouble="forbidden", failure="auth")
    await calls.write([Kept(PLACE, after), Kept(PLACE, replace(came, at=now + 2))], now=now + 2)
    (refused,) = (await house.probes.look(Book())).facts.accounts or ()

    assert (1, 0, now, 0, "") == (harmless.calls, harmless.failures, harmless.well, harmless.failed, harmless.refused)
    assert (2, 1, now, now + 1, "auth") == (refused.calls, refused.failures, refused.well, refused.failed, refused.refused)
    assert 21 == len(await calls.newest(PLACE, limit=50, failed=True))
    assert 1 == (await calls.standing(PLACE, now=now + 2)).failures


async def test_each_account_is_asked_at_first_and_then_once_an_hour(house: House) -> None:
    book = await house.settled(Book())
    assert [PLACE] == house.provider.asked

    for _ in range(3):
        book = await house.settled(book)
    house.clock.at += LOOK_EVERY_MS - 1
    book = await house.settled(book)
    assert [PLACE] == house.provider.asked
    house.clock.at += 1
    book = await house.settled(book)

    assert [PLACE, PLACE] == house.provider.asked
    assert Looked(at=house.clock.at, taken=True, due=house.clock.at + LOOK_EVERY_MS) == book.looked["telegram/main"]


async def test_where_something_is_wrong_it_is_asked_again_in_five_minutes(house: House) -> None:
    book = with_open(await house.settled(Book()), AlertKind.ACCESS)

    book = await house.settled(book)
    asked = len(house.provider.asked)
    house.clock.at += LOOK_SOON_MS
    await house.settled(book)

    assert (2, 3) == (asked, len(house.provider.asked))


async def test_a_clock_that_jumps_asks_once(house: House) -> None:
    book = await house.settled(Book())

    for jump in (-400 * DAY_MS, 800 * DAY_MS, -5 * DAY_MS):
        house.clock.at += jump
        for _ in range(5):
            book = await house.settled(book)

    assert 4 == len(house.provider.asked)


async def test_one_that_is_set_up_anew_is_asked_at_once(house: House) -> None:
    house.provider.codes = (Code.REFUSED,)
    book = await house.settled(Book())
    assert book.looked["telegram/main"].refused

    house.accounts[0] = Watched(PLACE, hooked=True, setup="second")
    house.provider.codes = (Code.TAKEN,)
    book = await house.settled(book)

    assert (False, True) == (book.looked["telegram/main"].refused, book.looked["telegram/main"].taken)


async def test_a_provider_that_does_not_answer_holds_up_no_look(house: House) -> None:
    house.provider.slow.clear()
    house.accounts.append(Watched(("line", "main")))

    book = Book()
    for _ in range(5):
        _, book = await house.look(book)
    waited = list(house.provider.asked)
    house.provider.slow.set()
    for _ in range(3):
        book = await house.settled(book)

    assert ([PLACE], [PLACE, ("line", "main")]) == (waited, house.provider.asked)


async def test_a_look_that_breaks_leaves_what_was_known(house: House) -> None:
    house.provider.until = house.clock.at + 3 * DAY_MS
    book = await house.settled(Book())
    house.provider.broken = True
    house.clock.at += LOOK_EVERY_MS * 2

    book = await house.settled(book)

    assert (2, house.provider.until) == (len(house.provider.asked), book.looked["telegram/main"].until)


async def test_credentials_that_renew_themselves_have_no_end(house: House) -> None:
    house.provider.until, house.provider.renews = house.clock.at + 1, True

    book = await house.settled(Book())

    assert 0 == book.looked["telegram/main"].until


async def test_an_account_that_is_no_more_is_forgotten(house: House) -> None:
    sight, book = await house.look(Book())
    (rhythm,) = [one.rhythm for one in sight.facts.accounts or ()]
    assert rhythm is not None
    book = await house.settled(book)
    alerts = Alerts(house.links, KEYS)
    assert await alerts.hold("me", life_ms=60_000)
    assert await alerts.write(book, "me", rhythms={"telegram/main": rhythm})
    house.accounts.clear()

    gone, _ = await house.look(book)

    assert ({}, {"telegram/main": None}, ()) == (gone.looked, gone.rhythms, gone.facts.accounts)
    assert 0 < LOOK_SPREAD < 1
