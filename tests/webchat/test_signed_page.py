"""A customer signs in on the shop's page, in a browser, against a whole hub: their talk, their events, their way to Telegram."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import BrowserContext, Page, expect

from config.wiring.chat import login_secret
from hub.model.address import Address
from hub.model.webchat.login import write_login
from tests.browsers import awaited_browser
from tests.processes import eventually, folder, free_port
from tests.webchat.test_browser import say
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, House, house_on

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]


class Shop:
    """A page of the shop beside a whole hub, and a browser that shows it."""

    def __init__(self, house: House, context: BrowserContext, port: int) -> None:
        self.house = house
        self.context = context
        self._port = port

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.house.process.port}"

    def token(self, user: str) -> str:
        key = login_secret(self.house.settings, self.house.process.secrets).encode()
        return write_login(user, key=key, iat=self.house.clock.now() // 1000, name="An")

    async def page(self) -> Page:
        page = await self.context.new_page()
        await page.goto(f"http://127.0.0.1:{self._port}/")
        await expect(page.locator(".launcher")).to_be_visible()
        return page

    async def identify(self, page: Page, token: str) -> str:
        """What the page is told: the user, or why not."""
        return str(await page.evaluate("token => omnihub.identify(token).catch(error => error.message)", token))


@asynccontextmanager
async def page_server(house: House, port: int) -> AsyncIterator[None]:
    """The shop's one page."""

    async def page(_: web.Request) -> web.Response:
        script = f'<script src="http://127.0.0.1:{house.process.port}/widget.js" async></script>'
        return web.Response(text=f"<!doctype html><title>Tea</title><body>{script}", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop() -> AsyncIterator[Shop]:
    port = free_port()
    with folder() as place, ground(Topology.EMBEDDED) as below:
        async with (
            house_on(below, place, HUB_CHAT_ORIGINS=f"http://127.0.0.1:{port}") as house,
            page_server(house, port),
            awaited_browser() as browser,
        ):
            yield Shop(house, await browser.new_context(locale="en-US"), port)


async def test_signing_in_keeps_the_talk_and_leads_on_to_telegram(shop: Shop) -> None:
    who, user = shop.house.somebody(), f"shop-{shop.house.somebody()}"
    page = await shop.page()
    await page.locator(".launcher").click()
    await say(page, HOURS_ASKED)
    await expect(page.locator(".item.bot .bubble")).to_contain_text(HOURS)

    assert user == await shop.identify(page, shop.token(user))
    await expect(page.locator(".item.bot .bubble")).to_contain_text(HOURS)
    await page.get_by_role("button", name="Go on in Telegram").click()
    link = await page.get_by_role("link", name="Go on in Telegram").get_attribute("href")
    assert link is not None
    shop.house.outside.telegram.say(who, f"/start {link.partition('?start=')[2]}")

    async def one() -> bool:
        record = await shop.house.caller.record(await shop.house.customer("shop", "main", user))
        return {"shop", "telegram", "webchat"} <= {address.channel for address in record.addresses}

    await eventually(one, what="one customer on both")
    await page.close()


async def test_somebody_else_at_the_same_browser_sees_nothing_of_it(shop: Shop) -> None:
    one, two = f"shop-{shop.house.somebody()}", f"shop-{shop.house.somebody()}"
    page = await shop.page()
    await page.locator(".launcher").click()
    assert one == await shop.identify(page, shop.token(one))
    await say(page, HOURS_ASKED)
    await expect(page.locator(".item.bot .bubble")).to_contain_text(HOURS)

    assert two == await shop.identify(page, shop.token(two))
    await expect(page.locator(".item")).to_have_count(0)
    await say(page, "hello")
    await expect(page.locator(".item.bot .bubble")).to_have_count(1)
    assert one == await shop.identify(page, shop.token(one))
    await expect(page.locator(".item.bot .bubble")).to_contain_text(HOURS)
    await page.evaluate("omnihub.logout()")
    await expect(page.locator(".item")).to_have_count(0)
    await page.reload()
    await page.locator(".launcher").click()
    await expect(page.locator(".item")).to_have_count(0)

    people = [await shop.house.customer("shop", "main", user) for user in (one, two)]
    assert 2 == len({(await shop.house.caller.record(customer)).id for customer in people})
    await page.close()


async def test_a_token_of_nobody_is_refused_with_what_is_wrong_and_the_talk_goes_on(shop: Shop) -> None:
    page = await shop.page()
    await page.locator(".launcher").click()

    told = await shop.identify(page, "forged.forged.forged")
    await say(page, HOURS_ASKED)

    assert "not signed with this hub's login secret" in told
    await expect(page.locator(".item.bot .bubble").last).to_contain_text(HOURS)
    await page.close()


async def test_what_a_page_tracks_is_of_this_browsers_customer(shop: Shop) -> None:
    page = await shop.page()
    await page.evaluate("omnihub.track('Product Viewed', { product_id: 'tea-1', name: 'Tea' })")
    session = await page.evaluate("JSON.parse(localStorage.getItem('omnihub.chat')).session")

    address = Address(channel="webchat", account="web", id=str(session).partition(".")[0])
    assert await shop.house.customer(address.channel, address.account, address.id)
    await page.close()


async def test_a_hub_that_restarts_under_an_open_page_misses_and_doubles_nothing(shop: Shop) -> None:
    page = await shop.page()
    await page.evaluate("omnihub.logout()")
    await page.locator(".launcher").click()
    await say(page, HOURS_ASKED)
    await expect(page.locator(".item.bot .bubble")).to_contain_text(HOURS)

    await shop.house.stop()
    await say(page, "cam on shop")
    await expect(page.locator("#line")).to_be_visible()
    await shop.house.start(shop.house.caller.http)

    await expect(page.locator(".item.bot .bubble")).to_have_count(2, timeout=30_000)
    await expect(page.locator(".item.customer .bubble")).to_have_text([HOURS_ASKED, "cam on shop"])
    await page.close()
