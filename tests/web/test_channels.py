"""How channel accounts do, and the log of their exchanges, as the API tells it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from msgspec import json

from hub.model.channels.exchange import Exchange
from hub.store.channels.calls import KEEP_FAILED, Calls, Kept, Pause
from hub.web.api.shapes.channels import ChannelAccount, ChannelList, LogPage
from tests.web.desk_world import Store, served

PLACE = ("standin", "main")
LOG = "/api/channels/standin/main/log"


@pytest.fixture
async def session(store: Store) -> AsyncIterator[aiohttp.ClientSession]:
    async with served(store) as session:
        yield session


def call(n: int, **more: object) -> Kept:
    return Kept(PLACE, Exchange(at=n, method="POST", url="/send", status=200, **more))  # type: ignore[arg-type]


async def page(session: aiohttp.ClientSession, **query: str | int) -> LogPage:
    async with session.get(LOG, params=query) as answer:
        assert 200 == answer.status, await answer.text()
        return json.decode(await answer.read(), type=LogPage)


def times(found: LogPage) -> list[int]:
    return [one.exchange.at for one in found.entries]


async def account(session: aiohttp.ClientSession) -> ChannelAccount:
    async with session.get("/api/channels") as answer:
        (only,) = json.decode(await answer.read(), type=ChannelList).channels
        return only


async def test_the_log_is_read_page_by_page_newest_first(store: Store, session: aiohttp.ClientSession) -> None:
    await Calls(store.links, store.keys).write([call(n) for n in range(1, 6)], now=store.clock.now())

    first = await page(session, limit=3)
    second = await page(session, limit=3, before=first.before)

    assert ([5, 4, 3], [2, 1], "") == (times(first), times(second), second.before)


async def test_what_comes_behind_an_entry_is_told_oldest_first(store: Store, session: aiohttp.ClientSession) -> None:
    calls = Calls(store.links, store.keys)
    await calls.write([call(1)], now=store.clock.now())
    last = (await page(session)).entries[0].id
    await calls.write([call(2), call(3)], now=store.clock.now())

    assert [2, 3] == times(await page(session, after=last))


async def test_what_failed_and_what_is_of_one_delivery_is_found(store: Store, session: aiohttp.ClientSession) -> None:
    kept = [call(1, delivery="dl-1"), call(2, failure="outside_window", delivery="dl-2"), call(3)]
    await Calls(store.links, store.keys).write(kept, now=store.clock.now())

    assert [2] == times(await page(session, failed="true"))
    assert [1] == times(await page(session, delivery="dl-1"))


async def test_what_goes_well_does_not_push_out_what_failed(store: Store, session: aiohttp.ClientSession) -> None:
    """Guard: what failed lies in a stream of its own, which is bounded as well."""
    calls = Calls(store.links, store.keys)
    await calls.write([call(1, failure="auth")], now=store.clock.now())
    await calls.write([call(n) for n in range(2, 2400)], now=store.clock.now())

    assert 1 not in [one.exchange.at for one in await calls.newest(PLACE, limit=5000)]
    assert [1] == times(await page(session, failed="true"))

    await calls.write([call(n, failure="auth") for n in range(2 * KEEP_FAILED)], now=store.clock.now())
    assert len(await calls.newest(PLACE, limit=5000, failed=True)) < 2 * KEEP_FAILED


async def test_an_account_says_how_it_does(store: Store, session: aiohttp.ClientSession) -> None:
    calls, now = Calls(store.links, store.keys), store.clock.now()
    before = await account(session)
    await calls.write([call(now - 2), Kept(PLACE, call(now - 1).exchange, whole=False)], now=now)
    well = await account(session)
    await calls.write([call(now, failure="auth", code="190")], now=now)
    failing = await account(session)
    await calls.pause(PLACE, Pause(until=now + 60_000, failure="throttled"), now=now)
    paused = await account(session)

    assert ["quiet", "connected", "failing", "paused"] == [one.state for one in (before, well, failing, paused)]
    assert (2, 0) == (well.standing.calls, well.standing.failures)
    assert (3, 1, "auth", "190") == (
        failing.standing.calls, failing.standing.failures, failing.standing.failure, failing.standing.code
    )  # fmt: skip
    assert (now + 60_000, "throttled") == (paused.paused_until, paused.paused_for)


async def test_a_shorter_rest_does_not_end_a_longer_one(store: Store) -> None:
    calls, now = Calls(store.links, store.keys), store.clock.now()
    await calls.pause(PLACE, Pause(until=now + 60_000, failure="quota"), now=now)

    await calls.pause(PLACE, Pause(until=now + 1_000, failure="throttled"), now=now)

    assert Pause(until=now + 60_000, failure="quota") == await calls.paused(PLACE)


async def test_the_log_of_no_account_is_404_and_a_wrong_place_400(session: aiohttp.ClientSession) -> None:
    async with session.get("/api/channels/standin/other/log") as unknown, session.get(LOG, params={"before": "x"}) as wrong:
        assert (404, 400) == (unknown.status, wrong.status)
