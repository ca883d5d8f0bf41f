"""Collecting customers' files: nothing wanted is lost, nothing is kept twice, everything ends with a file or a reason."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web

from hub.desk.collecting import LEASE_MS, wanted_of
from hub.engine.clock import SystemClock
from hub.model.channels.exchange import FILE
from hub.model.errors import Misconfigured, Rejected, Throttled
from hub.model.files.wanted import DAY_MS, Unhad
from hub.model.messaging.message import Attachment, MediaKind
from hub.store.connections.links import Links
from hub.store.mailboxes.wanted_files import WantedFiles
from tests.media.collecting import LAN, Collecting, Provider, collecting, entry_of, picture
from tests.media.test_fetching import served
from tests.pictures import exif, jpeg, png, segment
from tests.processes import eventually
from tests.servers import Node, redis_on_port
from tests.stores import emptied
from tests.whole.world import MovedClock

PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


@pytest.fixture(scope="module")
def server() -> Iterator[Node]:
    with redis_on_port() as node:
        yield node


@pytest.fixture
async def links(server: Node) -> AsyncIterator[Links]:
    async with emptied(server) as links:
        yield links


class Files:
    """What lies at the provider by its path, and what is shut, by the status; `waits`: until set, whoever asks waits."""

    def __init__(self) -> None:
        self.there: dict[str, bytes] = {"/a": png()}
        self.shut: dict[str, int] = {}
        self.asked: list[str] = []
        self.waits = asyncio.Event()
        self.waits.set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        await self.waits.wait()
        content = self.there.get(request.path)
        return web.Response(body=content) if content is not None else web.Response(status=self.shut.get(request.path, 404))


@pytest.fixture
async def files() -> AsyncIterator[tuple[Files, Provider]]:
    found = Files()
    async with served(found.serve) as base:
        yield found, Provider(base)
        found.waits.set()


@contextlib.asynccontextmanager
async def running(*several: Collecting) -> AsyncIterator[None]:
    """Collectors at work."""
    tasks = [asyncio.create_task(one.collector.run()) for one in several]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def ended(here: Collecting, customer: str, n: int = 1) -> None:
    """Until the mailbox was told n times, and nothing waits."""

    async def over() -> bool:
        return len(await here.told(customer)) >= n and not await here.queue.waiting()

    await eventually(over, what=f"the end of {n} files")


def test_only_what_a_customer_sent_and_what_lies_elsewhere_is_wanted() -> None:
    pieces = (
        picture(),
        Attachment(kind=MediaKind.LOCATION, latitude=1.0, longitude=2.0),
        Attachment(kind=MediaKind.IMAGE, url="/media/ours"),
        Attachment(kind=MediaKind.STICKER, sticker_id="1", package_id="2"),
        Attachment(kind=MediaKind.FILE, url="https://files.example/x"),
    )

    assert ["tl-1/0", "tl-1/4"] == [one.id for one in wanted_of(entry_of("cu-1", *pieces))]
    assert [] == wanted_of(b"attachments, and nothing that can be read")


async def test_a_picture_is_kept_without_its_traces_under_an_id_nobody_can_guess(links: Links, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    lying.there["/a"] = jpeg(segment(0xE1, b"Exif\0\0" + exif(words=b"GPS here")))
    here = collecting(links, provider, clock=MovedClock())
    await here.collector.apply([entry_of("cu-1", picture(filename="../tea.exe"), at=here.clock.now())])

    async with running(here):
        await ended(here, "cu-1")

    (body,), ((id, (file, content)),) = await here.told("cu-1"), here.shelf.kept.items()  # noqa: A001 - the field's name
    assert body.attachment is not None
    assert (f"/media/{id}", "tea.exe.jpg", 1) == (body.attachment.url, file.name, file.said)
    assert (False, True) == (b"GPS" in content, len(id) >= 48 and "tl-1" not in id)


async def test_the_same_entry_noted_again_and_again_is_one_file_and_one_word(links: Links, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    one, two = (collecting(links, provider, clock=MovedClock()) for _ in range(2))
    two.shelf.kept = one.shelf.kept
    entry = entry_of("cu-1", picture(), at=one.clock.now())

    async with running(one, two):
        for here in (one, two, one, two):
            await here.collector.apply([entry])
            await ended(one, "cu-1")

    assert (1, 1, ["/a"]) == (len(await one.told("cu-1")), len(one.shelf.kept), lying.asked)


async def test_of_two_workers_one_fetches(links: Links, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    lying.waits.clear()
    one, two = (collecting(links, provider, clock=MovedClock()) for _ in range(2))
    await one.collector.apply([entry_of("cu-1", picture(), at=one.clock.now())])
    await two.collector.apply([entry_of("cu-1", picture(), at=one.clock.now())])

    async with running(one, two):
        await eventually(lambda: bool(lying.asked), what="the fetching")
        due = await two.queue.due(range(64), now=two.clock.now(), most=9)
        lying.waits.set()
        await ended(one, "cu-1")

    assert ([], ["/a"]) == (due, lying.asked)


async def test_of_two_that_claim_at_once_one_wins(links: Links) -> None:
    queue = WantedFiles(links, collecting(links, Provider(""), clock=SystemClock()).keys)
    await queue.add(wanted_of(entry_of("cu-1", picture())), now=1000)
    ((partition, id, due),) = await queue.due(range(64), now=2000, most=9)  # noqa: A001 - the queue's word

    won = await asyncio.gather(*(queue.claim(partition, id, due=due, until=9000) for _ in range(5)))

    assert [1] == [claimed.tries for claimed in won if claimed]


async def test_killed_while_it_fetches_another_finishes_it(links: Links, server: Node, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    lying.waits.clear()
    clock = MovedClock()
    entry = entry_of("cu-1", picture(), at=clock.now())
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.media.collecting", server.url, provider.base, entry.hex())
    try:
        await eventually(lambda: bool(lying.asked), what="the fetching", within=40)
    finally:
        child.kill()
        await child.wait()
    lying.waits.set()
    here = collecting(links, provider, clock=clock)

    async with running(here):
        before = await here.queue.waiting(), len(await here.told("cu-1"))
        clock.forward(minutes=LEASE_MS / 60_000 + 1)
        await ended(here, "cu-1")

    assert ((1, 0), 1, 1) == (before, len(await here.told("cu-1")), len(here.shelf.kept))


async def test_killed_between_keeping_and_telling_it_is_told_without_fetching_again(links: Links, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    here = collecting(links, provider, clock=MovedClock())
    entry = entry_of("cu-1", picture(), at=here.clock.now())
    async with running(here):
        await here.collector.apply([entry])
        await ended(here, "cu-1")
    await links.call("", "FLUSHALL")

    async with running(here):
        await here.collector.apply([entry])
        await ended(here, "cu-1")

    assert (["/a"], 1) == (lying.asked, len(here.shelf.kept))


@pytest.mark.parametrize(
    ("content", "piece", "reason"),
    [
        (b"x" * 10_001, picture(), Unhad.LARGE),
        (png(), picture(size=10_001), Unhad.LARGE),
        (b'{"error": 1}', picture(), Unhad.KIND),
        (b"MZ\x90\x00", Attachment(kind=MediaKind.FILE, file_id="a", filename="a.pdf"), Unhad.KIND),
        (b"<svg onload=alert(1)>", picture(), Unhad.KIND),
        (b"\x89PNG\r\n\x1a\nbroken", picture(), Unhad.KIND),
        (b"", picture(), Unhad.KIND),
        (None, picture(), Unhad.GONE),
    ],
)
async def test_what_is_not_kept_is_told_with_its_reason(
    links: Links, files: tuple[Files, Provider], content: bytes | None, piece: Attachment, reason: Unhad
) -> None:
    lying, provider = files
    lying.there = {"/a": content} if content is not None else {}
    here = collecting(links, provider, clock=MovedClock())
    await here.collector.apply([entry_of("cu-1", piece, at=here.clock.now())])

    async with running(here):
        await ended(here, "cu-1")

    (body,) = await here.told("cu-1")
    assert (reason.value, None, {}) == (body.reason, body.attachment, here.shelf.kept)


async def test_what_nobody_knows_is_kept_to_be_saved_under_a_name_that_opens_nothing(links: Links, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    lying.there["/a"] = b"PK\x03\x04" + bytes(range(256))
    here = collecting(links, provider, clock=MovedClock())
    await here.collector.apply([entry_of("cu-1", Attachment(kind=MediaKind.FILE, file_id="a", filename="all.zip"), at=here.clock.now())])

    async with running(here):
        await ended(here, "cu-1")

    ((file, _),) = here.shelf.kept.values()
    assert ("all.zip.bin", "application/octet-stream", False) == (file.name, file.mime, file.is_shown)


async def test_a_page_to_sign_in_is_no_picture_and_is_told_as_a_missing_leave(links: Links, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    lying.there["/a"] = PAGE
    clock = MovedClock()
    here = collecting(links, provider, clock=clock)
    await here.collector.apply([entry_of("cu-1", picture(), at=clock.now())])

    async with running(here):
        await _patiently(here, clock)

    (body,) = await here.told("cu-1")
    assert (Unhad.FORBIDDEN.value, 6, {}) == (body.reason, len(lying.asked), here.shelf.kept)


async def _patiently(here: Collecting, clock: MovedClock) -> None:
    """Let hours pass until it is over."""

    async def over() -> bool:
        if here.collector.idle and not await here.queue.due(range(64), now=clock.now(), most=1):
            clock.forward(minutes=5)
        here.collector.look()
        return bool(await here.told("cu-1")) and not await here.queue.waiting()

    await eventually(over, what="the end", within=40)


async def test_what_the_provider_does_not_give_in_its_time_is_told_as_too_late(links: Links, files: tuple[Files, Provider]) -> None:
    _, provider = files
    clock = MovedClock()
    provider.refuses += [Throttled("slow", retry_after=900) for _ in range(20)]
    here = collecting(links, provider, clock=clock)
    await here.collector.apply([entry_of("cu-1", picture(), at=clock.now() - 7 * DAY_MS + 3_600_000)])

    async with running(here):
        await _patiently(here, clock)

    assert [Unhad.EXPIRED.value] == [body.reason for body in await here.told("cu-1")]


async def test_what_fails_for_a_while_comes_after_all(links: Links, files: tuple[Files, Provider]) -> None:
    _, provider = files
    clock = MovedClock()
    provider.refuses += [Misconfigured("the token turns over"), Throttled("slow", retry_after=1)]
    here = collecting(links, provider, clock=clock)
    await here.collector.apply([entry_of("cu-1", picture(), at=clock.now())])

    async with running(here):
        await _patiently(here, clock)

    assert [True] == [body.attachment is not None for body in await here.told("cu-1")]


async def test_what_the_channel_does_not_find_is_gone(links: Links, files: tuple[Files, Provider]) -> None:
    _, provider = files
    provider.refuses.append(Rejected("no such file"))
    here = collecting(links, provider, clock=MovedClock())
    await here.collector.apply([entry_of("cu-1", picture(), at=here.clock.now())])

    async with running(here):
        await ended(here, "cu-1")

    assert [Unhad.GONE.value] == [body.reason for body in await here.told("cu-1")]


async def test_who_sends_too_much_a_day_is_told_so(links: Links, files: tuple[Files, Provider]) -> None:
    _, provider = files
    here = collecting(links, provider, clock=MovedClock(), a_day=len(png()) + 10)
    await here.collector.apply([entry_of("cu-1", picture(), picture(), at=here.clock.now())])

    async with running(here):
        await ended(here, "cu-1", 2)

    assert ["", Unhad.QUOTA.value] == sorted(body.reason for body in await here.told("cu-1"))


async def test_while_the_archive_is_away_nothing_is_given_up(links: Links, files: tuple[Files, Provider]) -> None:
    _, provider = files
    clock = MovedClock()
    here = collecting(links, provider, clock=clock)
    here.shelf.away = True
    await here.collector.apply([entry_of("cu-1", picture(), at=clock.now())])

    async with running(here):
        await eventually(lambda: _claimed(here), what="the try")
        here.shelf.away = False
        clock.forward(minutes=LEASE_MS / 60_000 + 1)
        await ended(here, "cu-1")

    assert [True] == [body.attachment is not None for body in await here.told("cu-1")]


async def _claimed(here: Collecting) -> bool:
    return bool(await here.queue.waiting()) and not await here.queue.due(range(64), now=here.clock.now(), most=1)


async def test_what_a_forgotten_customer_sent_is_wanted_no_more(links: Links, files: tuple[Files, Provider]) -> None:
    _, provider = files
    here = collecting(links, provider, clock=MovedClock())
    await here.collector.apply([entry_of("cu-1", picture()), entry_of("cu-2", picture(), line="tl-2")])

    gone = await here.queue.forget("cu-1")

    assert (1, 1) == (gone, await here.queue.waiting())


async def test_each_fetch_is_told_with_what_came_of_it(links: Links, files: tuple[Files, Provider]) -> None:
    lying, provider = files
    lying.there |= {"/page": PAGE}
    lying.shut = {"/shut": 401, "/away": 503}
    clock = MovedClock()
    here = collecting(links, provider, clock=clock)
    pieces = (picture(), picture("gone"), picture("page"), picture("shut"), picture("away"))
    await here.collector.apply([entry_of("cu-1", *pieces, at=clock.now())])

    async with running(here):
        await eventually(lambda: len({exchange.url for _, exchange in here.noted}) == len(pieces), what="five fetches", within=20)

    seen = {exchange.url.rpartition("/")[2]: exchange for _, exchange in here.noted}
    assert {
        "a": (200, "", ""),
        "gone": (404, "gone", ""),
        "page": (200, "forbidden", "response_status"),
        "shut": (401, "forbidden", "auth"),
        "away": (503, "gone", ""),
    } == {name: (exchange.status, exchange.trouble, exchange.failure) for name, exchange in seen.items()}
    assert f"<{len(png())} bytes>" == seen["a"].answered
    assert {((LAN.channel, LAN.account), "cu-1", "GET", (FILE,))} == {
        (place, exchange.customer, exchange.method, exchange.events) for place, exchange in here.noted
    }
