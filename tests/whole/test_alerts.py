"""The hub tells its own people: a provider that refuses us is a banner and one message, its mending one all-clear."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from hub.web.api_alerts import AlertList
from tests.browsers import awaited_browser
from tests.console.world import Desk
from tests.processes import eventually, folder
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS_ASKED, House, house_on

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAFF = "900001"
EVERY_S = 0.1


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

    async def metric(self, name: str) -> float:
        """One line of /metrics."""
        _, _, page = await self.house.caller.fetch("/metrics")
        (line,) = [line for line in page.decode().splitlines() if line.startswith(f"{name} ")]
        return float(line.rpartition(" ")[2])


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
    assert 1.0 == await world.metric('hub_alerts{kind="access",severity="critical"}')
    await expect(agents.get_by_role("region", name="What is wrong with the hub")).to_have_count(0)

    telegram.token = right
    house.clock.forward(minutes=10)

    await expect(banner).to_be_hidden()
    await eventually(lambda: len(world.told()) == 2, what="the all-clear")
    assert "Over: Access to telegram/bot." in world.told()[1]
    assert set() == await world.open()
    await eventually(lambda: len(world.posted) == 2, what="both at the web address")
    assert ["opened", "ended"] == [one["changes"][0]["news"] for one in world.posted]  # type: ignore[index]
    assert 0.0 == await world.metric('hub_alerts{kind="access",severity="critical"}')
