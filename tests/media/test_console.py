"""What customers send as the desk sees it: coming, here, or why not, in a real browser, without the page being loaded again."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from hub.desk.people import Newcomer
from hub.model.shop.people import Role
from tests.browsers import awaited_browser
from tests.console.world import PASSWORD, PERSON_ASKED, row
from tests.media.world import Desk, desk_on
from tests.pictures import png
from tests.processes import folder

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[Desk]:
    with folder() as place:
        async with desk_on(place, HUB_MEDIA_FILE_SIZE="64kb") as made:
            web = made.process.web
            assert web is not None
            await web.people.add(Newcomer(login="an", name="An", password=PASSWORD, role=Role.ADMIN, language=""))
            yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with awaited_browser() as opened:
        yield opened


async def at_the_desk(desk: Desk, browser: Browser, locale: str) -> Page:
    """A browser of somebody signed in, with the customer's timeline open."""
    desk.send("line", text=PERSON_ASKED)
    customer = await desk.customer("line")
    context = await browser.new_context(base_url=desk.caller.base, locale=locale, viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto("/")
    await page.locator("input[name=login]").fill("an")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.locator(row(customer)).click()
    return page


async def test_a_picture_is_coming_and_then_here_by_itself(desk: Desk, browser: Browser) -> None:
    page = await at_the_desk(desk, browser, "en-GB")
    inner = desk.phones["line"].desk
    before = set(inner.media)
    desk.send("line", ("image", b"", "image/png"))

    await expect(page.get_by_text("Picture is coming…")).to_be_visible()
    (name,) = set(inner.media) - before
    inner.media[name] = png(size=400), "image/png"
    picture = page.locator("article img")
    await expect(picture).to_be_visible(timeout=15_000)
    assert 1 == await picture.evaluate("image => image.naturalWidth")
    await expect(page.get_by_text("Picture is coming…")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", "could not be had: it is too large"),
        ("vi-VN", "tệp quá lớn"),
        ("zh-TW", "檔案太大"),
    ],
)
async def test_what_could_not_be_had_is_told_with_its_reason(desk: Desk, browser: Browser, locale: str, words: str) -> None:
    page = await at_the_desk(desk, browser, locale)

    desk.send("line", ("file", b"%PDF-" + b"x" * 70_000, "application/pdf"))

    await expect(page.get_by_text(words).last).to_be_visible()
