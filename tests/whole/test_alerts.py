"""The hub tells its own people: a provider that refuses us is a banner and one message, its mending one all-clear."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from config.doctor.findings import Level
from config.doctor.house import alerts_finding
from hub.desk.people import Newcomer
from hub.model.alerts.rhythm import HOURS_A_WEEK, SLICE_MS, Rhythm
from hub.model.shop.people import Role
from hub.store.encoding.codec import encode
from hub.web.api.routes.alerts import AlertList
from tests.browsers import awaited_browser
from tests.console.test_access import findings
from tests.console.world import PASSWORD, Desk
from tests.processes import eventually, folder
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS_ASKED, House, house_on

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAFF = "900001"
EVERY_S = 0.05


@dataclass
class World:
    """A house that tells a person over Telegram and a web address, and a console before it."""

    house: House
    desk: Desk
    posted: list[dict[str, object]]

    def told(self) -> list[str]:
        """What stands on the staff's phone."""
        return self.house.outside.polled.sent_to(STAFF)

    async def open(self) -> set[str]:
        """What the API says is wrong."""
        told = (await self.house.caller.ask("GET", "/api/alerts")).read(AlertList)
        return {f"{one.kind}/{one.subject}" for one in told.alerts}

    async def looked(self) -> None:
        """Wait for a look that begins from now on."""
        since, seen = self.house.clock.now(), set[int]()

        async def so() -> bool:
            seen.add((await self.house.caller.ask("GET", "/api/alerts")).read(AlertList).checked)
            return len({at for at in seen if at > since}) > 1

        await eventually(so, what="a look")

    async def counts(self, kind: str, n: float) -> None:
        """Wait until /metrics has so many urgent ones of a kind."""
        name = f'hub_alerts{{kind="{kind}",severity="critical"}}'

        async def so() -> bool:
            _, _, page = await self.house.caller.fetch("/metrics")
            return f"{name} {n}" in page.decode().splitlines()

        await eventually(so, what=f"{name} {n}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    posted: list[dict[str, object]] = []

    async def take(request: web.Request) -> web.Response:
        posted.append(await request.json())
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/alerts", take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told = {
        "HUB_ALERTS_TO": f"telegram/polled/{STAFF}",
        "HUB_ALERTS_WEBHOOK": f"http://127.0.0.1:{runner.addresses[0][1]}/alerts?key=k",
        "HUB_ALERTS_EVERY_SECONDS": str(EVERY_S),
    }
    with folder() as place, ground(Topology.EMBEDDED) as below, errors_logged() as errors:
        async with house_on(below, place, **told) as house, awaited_browser() as browser:
            desk = Desk(house, browser)
            await desk.people()
            assert house.process.web is not None
            await house.process.web.people.add(Newcomer(login="lan", name="Lan", password=PASSWORD, role=Role.LEAD, language=""))
            yield World(house, desk, posted)
            await desk.close()
    await runner.cleanup()
    assert [] == errors


async def test_a_provider_that_refuses_us_is_told_once_and_so_is_its_mending(world: World) -> None:
    house, telegram = world.house, world.house.outside.telegram
    page, agents = await world.desk.signed_in("an"), await world.desk.signed_in("binh")
    banner = page.get_by_role("region", name="What is wrong with the hub")
    right, telegram.token = telegram.token, "10001:another"

    telegram.say(house.somebody(), HOURS_ASKED)

    await expect(banner).to_contain_text("Telegram · bot no longer accepts our access")
    await expect(banner.get_by_role("link", name="Go there: Telegram · bot")).to_have_attribute("href", "#/settings/channels/telegram/bot")
    await eventually(lambda: len(world.told()) == 1, what="the message")
    (message,) = world.told()
    assert "telegram/bot no longer accepts our access: nothing goes out there. Connect the account anew." in message
    assert {"access/telegram/bot"} == await world.open()
    await world.counts("access", 1.0)
    await expect(agents.get_by_role("region", name="What is wrong with the hub")).to_have_count(0)

    telegram.token = right
    house.clock.forward(minutes=10)

    await expect(banner).to_be_hidden()
    await eventually(lambda: len(world.told()) == 2, what="the all-clear")
    assert "Over: Access to telegram/bot." in world.told()[1]
    assert set() == await world.open()
    await eventually(lambda: len(world.posted) == 2, what="both at the web address")
    assert ["opened", "ended"] == [one["changes"][0]["news"] for one in world.posted]  # type: ignore[index]
    await world.counts("access", 0.0)


async def given_up(world: World, n: int) -> None:
    """So many events are given up now."""
    links, key = world.house.process.store.links, world.house.process.store.keys.partitions[0].dead
    fields = [part for one in range(n) for part in (f"{one}-1", b"not to be read")]
    await (links.call(key, "HSET", key, *fields) if fields else links.call(key, "DEL", key))


async def test_an_account_that_is_silent_beyond_its_own_habit_is_missed_until_its_next_word(world: World) -> None:
    house, telegram = world.house, world.house.outside.telegram
    links, key = house.process.store.links, house.process.store.keys.alerts_rhythms
    page = await world.desk.signed_in("an")
    banner = page.get_by_role("region", name="What is wrong with the hub")
    current = house.clock.now() // SLICE_MS
    busy = Rhythm(upto=current, last=current, weeks=dict.fromkeys(range(HOURS_A_WEEK), (6, 6, 6)))
    await links.call(key, "HSET", key, "telegram/bot", encode(busy))

    for _ in range(8):
        await world.looked()
        house.clock.forward(minutes=10)

    await expect(banner).to_contain_text("Nothing has come from Telegram · bot since")
    await expect(banner).to_contain_text("connect its webhook anew")
    assert {"silent/telegram/bot"} == await world.open()
    await eventually(lambda: "Nothing has come from telegram/bot since" in world.told()[-1], what="the message")

    telegram.say(house.somebody(), HOURS_ASKED)

    await expect(banner).to_be_hidden()
    await eventually(lambda: "Over: Silence of telegram/bot." in world.told()[-1], what="the all-clear")


async def test_who_puts_an_alert_away_sees_it_again_when_it_is_worse_and_others_see_it_all_along(world: World) -> None:
    before = len(world.told())
    page, other = await world.desk.signed_in("an", locale="vi-VN"), await world.desk.signed_in("lan", locale="zh-TW", width=390)
    mine, theirs = page.get_by_role("region", name="Vấn đề của hub"), other.get_by_role("region", name="系統異常")
    await given_up(world, 1)
    await expect(mine).to_contain_text("Sự kiện bị gác lại sau ba lần thử: 1.")
    await expect(theirs).to_contain_text("試了三次仍失敗而擱置的事件：1 筆")
    await eventually(lambda: len(world.told()) == before + 1, what="the message")

    await mine.get_by_role("button", name="Ẩn cho đến khi thay đổi").click()

    await expect(mine).to_be_hidden()
    async with page.expect_response("**/api/alerts") as answer:
        await page.reload()
    assert [True] == [one["known"] for one in (await (await answer.value).json())["alerts"]]
    await expect(mine).to_be_hidden()
    await expect(theirs).to_be_visible()
    assert [] == await findings(other)

    await given_up(world, 10)

    await expect(mine).to_contain_text("Sự kiện bị gác lại sau ba lần thử: 10.")
    await eventually(lambda: len(world.told()) == before + 2, what="that it is worse")
    await given_up(world, 0)
    await expect(theirs).to_be_hidden()
    await eventually(lambda: len(world.told()) == before + 3, what="the all-clear")
    opened, worse, ended = world.told()[before:]
    assert "\n\nEvents given up after three tries: 1." in opened
    assert "\n\nWorse than before: Events given up after three tries: 10." in worse
    assert "\n\nOver: Events given up." in ended


async def test_hub_check_says_what_is_wrong_too(world: World) -> None:
    house = world.house
    await given_up(world, 3)

    async def opened() -> bool:
        return "dead/" in await world.open()

    await eventually(opened, what="the alert")

    found = await alerts_finding(house.settings, house.process.store)

    await given_up(world, 0)
    assert (Level.WARN, "Events given up after three tries: 3. What they asked for has not happened.") == (found.level, found.text)
