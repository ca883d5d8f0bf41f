"""The watch on a real server: one process at a time, and each notice in the outbox once, wherever a process dies."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack
from msgspec.structs import replace

from config.storage.store import store
from hub.engine.clock import SystemClock
from hub.engine.monitoring.watch import POST_TRIES, Lookout, Sight, Told
from hub.model.address import Address
from hub.model.alerts.alert import STAFF, Alert, AlertKind, Book, Entry, Notice
from hub.model.alerts.book import BOOK_VERSION, SPACING
from hub.model.alerts.enforcement import REMEMBERED_MS, begun, counted, ended
from hub.model.alerts.message import Reader
from hub.model.alerts.rhythm import SLICE_MS, Rhythm
from hub.model.alerts.rules import AccountFacts, Facts, Memory
from hub.model.channels.exchange import Exchange
from hub.store.channels.calls import Calls, Kept
from hub.store.connections.links import Links, connect
from hub.store.connections.wire import Answer
from hub.store.encoding.codec import Undecodable, decode_delivery
from hub.store.keys import Keys
from hub.store.shop.alerts import REPORT_GOOD_MS, Alerts, Report
from tests.servers import Node, eventually, redis_on_port

KEYS = Keys()
PEOPLE = (Address(channel="telegram", account="main", id="1"), Address(channel="email", account="main", id="ops@shop.example"))
LIFE_MS = 60_000


class Died(BaseException):
    """The process is no more."""


class Dying:
    """Links that die with the n-th thing they are asked: before it is done, or after it was and before anybody knows."""

    def __init__(self, links: Links, *, at: int, done: bool) -> None:
        self._links = links
        self._left = at
        self._done = done

    def __getattr__(self, name: str) -> object:
        return getattr(self._links, name)

    def call(self, key: str, *args: object, **more: object) -> "asyncio.Future[Answer]":
        self._left -= 1
        if self._left > 0:
            return self._links.call(key, *args, **more)  # type: ignore[arg-type]
        return asyncio.ensure_future(self._end(key, args, more))

    async def _end(self, key: str, args: Sequence[object], more: dict[str, object]) -> Answer:
        if self._done and self._left == 0:
            await self._links.call(key, *args, **more)  # type: ignore[arg-type]
        raise Died


@dataclass
class Eyes:
    """Sees what it is told."""

    refused: bool = False
    machine: str = "m1"
    seen: int = 0

    def report(self) -> Report:
        return Report(at=SystemClock().now(), free=10**12)

    async def look(self, book: Book) -> Sight:
        self.seen += 1
        now = SystemClock().now()
        account = AccountFacts(place="telegram/main", failed=now if self.refused else 0, failure="auth", well=0 if self.refused else now)
        facts = Facts(now=now, accounts=(account,), dead=0, disks=(), memory=Memory(used=1, most=2), behind=0, spooled=0)
        return Sight(facts=facts, rhythms={"telegram/main": Rhythm(upto=self.seen)})


@dataclass
class Post:
    """A web address that takes what it is given, or does not."""

    takes: bool = True
    given: list[str] = field(default_factory=list)

    async def __call__(self, notice: Notice) -> bool:
        self.given.append(notice.id)
        return self.takes


@pytest.fixture(scope="module")
def server() -> Iterator[Node]:
    with redis_on_port("--appendfsync", "no") as node:
        yield node


@pytest.fixture
async def links(server: Node) -> AsyncIterator[Links]:
    links = await connect(server.url)
    store(links, KEYS)
    await links.call("", "FLUSHALL")
    yield links
    await links.stop()


async def nothing() -> None:
    """Nobody listens."""


def lookout(links: Links, eyes: Eyes, *, me: str, post: Post | None = None) -> Lookout:
    parts = store(links, KEYS)
    return Lookout(
        Alerts(parts.links, parts.keys),
        parts.deliveries,
        eyes,
        told=Told(to=PEOPLE, reader=Reader(shop="S"), serves=lambda _: True, post=post),
        clock=SystemClock(),
        every=0.05,
        me=me,
        on_change=nothing,
    )


async def waiting(links: Links) -> list[tuple[str, str]]:
    """To whom, and the last line of what, in the outbox of the shop's own people."""
    out = KEYS.of_customer(STAFF).out
    entries = cast("list[tuple[bytes, list[bytes]]]", await links.call(out, "XRANGE", out, "-", "+"))
    deliveries = [decode_delivery(dict(zip(fields[::2], fields[1::2], strict=True))[b"b"]) for _, fields in entries]
    assert {STAFF} >= {one.customer for one in deliveries}
    return [(one.address.channel, one.message.text.rpartition("\n")[2].partition(" ")[0]) for one in deliveries]


async def until_it_dies(watch: Lookout) -> None:
    """Look and look."""
    while True:
        await watch.once()


async def lease_runs_out(links: Links) -> None:
    await links.call(KEYS.alerts_lease, "DEL", KEYS.alerts_lease)


async def test_one_process_watches_and_the_others_know_what_it_found(links: Links) -> None:
    eyes, others = Eyes(refused=True), Eyes(refused=True)
    first, second = lookout(links, eyes, me="a"), lookout(links, others, me="b")

    held = [(await first.once(), await second.once()) for _ in range(8)]

    assert ({(True, False)}, 0) == (set(held), others.seen)
    assert {("access", "critical"): 1} == first.open == second.open
    assert [("email", "telegram/main"), ("telegram", "telegram/main")] == sorted(await waiting(links))


async def test_whoever_ends_lets_another_watch_at_once(links: Links) -> None:
    running = asyncio.create_task(lookout(links, Eyes(), me="a").run())
    second = lookout(links, Eyes(), me="b")
    while await second.once():
        await asyncio.sleep(0)
        await lease_runs_out(links)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert await second.once()


async def test_a_frozen_watcher_writes_nothing_once_another_has_the_watch(links: Links) -> None:
    alerts = Alerts(links, KEYS)
    assert await alerts.hold("frozen", life_ms=LIFE_MS)
    await lease_runs_out(links)
    mine = Book(checked=7)
    assert await alerts.hold("b", life_ms=LIFE_MS)
    assert await alerts.write(mine, "b")

    written = await alerts.write(Book(checked=1), "frozen", rhythms={"telegram/main": Rhythm(upto=1)})

    assert (False, mine, {}) == (written, await alerts.book(), await alerts.rhythms())


@given(at=st.integers(min_value=1, max_value=60), done=st.booleans())
@settings(max_examples=40, deadline=None)
def test_wherever_a_process_dies_each_is_told_once(server: Node, at: int, *, done: bool) -> None:
    async def way() -> None:
        links = await connect(server.url)
        store(links, KEYS)
        await links.call("", "FLUSHALL")
        eyes = Eyes(refused=True)
        dying = lookout(cast("Links", Dying(links, at=at, done=done)), eyes, me="a")
        with pytest.raises(Died):
            await until_it_dies(dying)
        await lease_runs_out(links)
        survivor = lookout(links, eyes, me="b")
        for _ in range(6):
            await survivor.once()
        eyes.refused = False
        for _ in range(30):
            await survivor.once()
        told = await waiting(links)
        await links.stop()

        expected = [("email", "Over:"), ("email", "telegram/main"), ("telegram", "Over:"), ("telegram", "telegram/main")]
        assert expected == sorted(told)

    asyncio.run(way())


async def test_a_notice_is_posted_until_it_is_taken_or_too_often_refused(links: Links) -> None:
    post = Post(takes=False)
    watch = lookout(links, Eyes(refused=True), me="a", post=post)
    for _ in range(10):
        await watch.once()
    refused = len(post.given)
    post.takes = True

    for _ in range(5):
        await watch.once()

    assert (True, refused + 1, 1) == (refused > 1, len(post.given), len(set(post.given)))
    assert POST_TRIES > refused
    assert () == watch.book.notices


async def test_a_newer_version_s_book_is_left_to_its_own(links: Links) -> None:
    newer = msgpack.encode({"v": BOOK_VERSION + 1, "entries": [{"alert": {"kind": "something new"}}]})
    await links.call(KEYS.alerts, "SET", KEYS.alerts, newer)
    eyes = Eyes()

    with pytest.raises(Undecodable):
        await lookout(links, eyes, me="a").once()

    assert (newer, 0) == (await links.call(KEYS.alerts, "GET", KEYS.alerts), eyes.seen)
    assert await Alerts(links, KEYS).hold("b", life_ms=LIFE_MS)


async def test_a_book_is_as_old_as_what_is_in_it_so_that_a_version_before_goes_on_with_it(links: Links) -> None:
    alerts = Alerts(links, KEYS)
    assert await alerts.hold("me", life_ms=LIFE_MS)

    versions = []
    for kind in (AlertKind.ACCESS, AlertKind.TEMPLATE):
        assert await alerts.write(Book(entries=(Entry(alert=Alert(kind=kind, subject="a/b")),)), "me")
        versions.append((await alerts.book()).v)

    assert [1, BOOK_VERSION] == versions


async def test_of_what_a_provider_told_the_newest_counts_until_its_time_is_over(links: Links) -> None:
    alerts, now = Alerts(links, KEYS), 10**12
    await links.call(KEYS.alerts_enforced, "DEL", KEYS.alerts_enforced)

    async def held(at: int = now) -> dict[str, dict[AlertKind, int]]:
        return {place: found for place, told in (await alerts.enforced(now=at)).items() if (found := counted(told, now=at))}

    await alerts.enforce("messenger/shop", begun(AlertKind.RESTRICTED, about="", at=100, ends=0, now=now))
    for name in ("1", "2"):
        await alerts.enforce("messenger/shop", begun(AlertKind.TEMPLATE, about=name, at=100, ends=now + 50, now=now))
    both = await held()
    await alerts.enforce("messenger/shop", ended(AlertKind.RESTRICTED, about="", at=200, now=now))
    await alerts.enforce("messenger/shop", begun(AlertKind.RESTRICTED, about="", at=150, ends=0, now=now))
    taken_back = await held()

    assert {"messenger/shop": {AlertKind.RESTRICTED: 1, AlertKind.TEMPLATE: 2}} == both
    assert {"messenger/shop": {AlertKind.TEMPLATE: 2}} == taken_back
    assert {} == await held(now + 50)
    assert {} == await alerts.enforced(now=now + REMEMBERED_MS)
    assert 0 == await links.call(KEYS.alerts_enforced, "HLEN", KEYS.alerts_enforced)


async def test_a_machine_s_processes_are_one_and_the_silent_ones_are_forgotten(links: Links) -> None:
    alerts, now = Alerts(links, KEYS), 10**12
    await alerts.report("m1", "p1", Report(at=now, free=100, spooled=2))
    await alerts.report("m1", "p2", Report(at=now - 1, free=90, spooled=3))
    await alerts.report("m2", "p3", Report(at=now - REPORT_GOOD_MS - 1, free=1))

    assert {"m1": Report(at=now, free=90, spooled=5)} == await alerts.reports(now=now)
    assert 2 == await links.call(KEYS.alerts_machines, "HLEN", KEYS.alerts_machines)


async def test_what_somebody_put_away_comes_again_when_it_is_worse(links: Links) -> None:
    alerts = Alerts(links, KEYS)
    eyes = Eyes(refused=True)
    watch = lookout(links, eyes, me="a")
    for _ in range(3):
        await watch.once()
    (alert,) = (await alerts.book()).open

    await alerts.know("an", [alert.mark, replace(alert, level=9).mark, "al-nonsense.1"])

    assert [{alert.mark}, set()] == [set(await alerts.known(login)) for login in ("an", "binh")]
    assert replace(alert, level=alert.level + 1).mark not in await alerts.known("an")


async def test_calls_and_webhooks_are_counted_apart(links: Links) -> None:
    calls, place, now = Calls(links, KEYS), ("telegram", "main"), 2_900_000 * SLICE_MS + 5

    def one(*, ago: int = 0, incoming: bool = False, status: int = 200) -> Kept:
        return Kept(place, Exchange(at=now - ago * SLICE_MS, method="POST", url="u", incoming=incoming, status=status))

    await calls.write([one(), one(status=500), one(ago=2, status=401), one(ago=3, status=401)], now=now)
    await calls.write([one(incoming=True), one(ago=5, incoming=True), one(ago=4, incoming=True, status=403)], now=now)

    found = await calls.lately(place, now=now)

    assert (3, 2, {2_900_000, 2_900_000 - 5}) == (found.calls, found.failures, set(found.came))


async def test_a_server_that_goes_away_and_comes_back_ends_no_watch(links: Links, server: Node) -> None:
    eyes = Eyes(refused=True)
    running = asyncio.create_task(lookout(links, eyes, me="a").run())
    await eventually(lambda: eyes.seen > 0, what="the first look")

    server.restart()
    before = eyes.seen
    await eventually(lambda: eyes.seen > before + SPACING, what="looks after the break")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert [("email", "telegram/main"), ("telegram", "telegram/main")] == sorted(await waiting(links))


async def test_what_is_backed_up_is_what_lasts(links: Links) -> None:
    watch = lookout(links, Eyes(), me="a")

    await watch.once()

    assert {"alerts:{all}:book", "alerts:{all}:rhythms"} == {
        name for key in (KEYS.alerts, KEYS.alerts_lease, KEYS.alerts_machines, KEYS.alerts_rhythms) if (name := KEYS.lasting(key))
    }
    assert Alert(kind=AlertKind.DEAD).key == "dead/"
