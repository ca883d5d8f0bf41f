"""Comments under posts on the screen: a list of their own by post, by mouse and by keys; axe looks at everything they have."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from sandbox.messaging import INSTAGRAM, MESSENGER
from sandbox.shown import Comment
from tests.browsers import awaited_browser
from tests.console.test_access import findings
from tests.console.world import Desk, Locale, Theme
from tests.whole.comment_world import Shop, of, settled, shop_with_posts

pytestmark = pytest.mark.asyncio(loop_scope="module")
LATE_MS = 15_000


class Window:
    """A shop with posts and its console."""

    def __init__(self, shop: Shop, desk: Desk) -> None:
        self.shop = shop
        self.desk = desk

    async def comments(self, kind: str, name: str, text: str) -> tuple[str, Comment]:
        """Somebody comments, and waits; the conversation and the comment."""
        who = self.shop.house.somebody()
        self.shop.desk(kind).desk.phone(who).name = name
        made = self.shop.meta(kind).wall.write(who, text)
        return (await self.shop.card(kind, who, "comments")).conversation, made

    async def opened(self, locale: Locale = "en-GB", theme: Theme = "light") -> Page:
        """The list of comments, somebody signed in."""
        page = await self.desk.signed_in(locale=locale, theme=theme)
        await page.goto("/#/inbox/comments")
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Window]:
    """One for all tests here."""
    async with shop_with_posts() as shop, awaited_browser() as browser:
        desk = Desk(shop.house, browser)
        await desk.people()
        yield Window(shop, desk)


@pytest_asyncio.fixture(loop_scope="module")
async def window(shared: Window) -> AsyncIterator[Window]:
    """The same for one test: none of its pages may have complained."""
    yield shared
    await shared.desk.close()


def thread(page: Page, conversation: str) -> Locator:
    """A thread's row."""
    return page.locator(f"a[data-conversation='{conversation}']")


async def test_comments_stand_by_post_apart_from_talks_and_are_counted_live(window: Window) -> None:
    first, made = await window.comments(MESSENGER, "Trần Thị Bông", "áo này còn size M không shop")
    page = await window.opened()
    tab = page.get_by_role("navigation", name="Lists").get_by_role("link", name="Comments")
    await expect(page.get_by_role("heading", name="Áo dài linen về hàng")).to_have_count(1)
    await expect(thread(page, first)).to_be_visible()
    before = int(await tab.inner_text())

    second, _ = await window.comments(MESSENGER, "Lê Văn Cúc", "ship Đà Nẵng bao lâu vậy")
    other, _ = await window.comments(INSTAGRAM, "林小美", "還有 L 嗎")
    await expect(thread(page, other)).to_be_visible(timeout=LATE_MS)
    await expect(tab).to_have_text(str(before + 2), timeout=LATE_MS)
    await window.shop.act(MESSENGER, made, "answer", text="Dạ còn ạ")

    await expect(tab).to_have_text(str(before + 1), timeout=LATE_MS)
    rows = await page.locator("[data-list] a[data-conversation]").evaluate_all("all => all.map((one) => one.dataset.conversation)")
    assert rows.index(second) < rows.index(first) < rows.index(other)
    assert 2 == await page.locator("[data-list] h2").count()


async def test_comments_are_worked_through_by_keys(window: Window) -> None:
    first, _ = await window.comments(INSTAGRAM, "Võ Thị Đào", "màu xanh còn không ạ")
    page = await window.opened(locale="vi-VN")
    await page.keyboard.press("1")
    await expect(page.get_by_role("link", name="Chờ nhận")).to_have_attribute("aria-current", "page")

    await page.keyboard.press("3")
    await expect(thread(page, first)).to_be_visible(timeout=LATE_MS)
    await thread(page, first).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("article", has_text="màu xanh còn không ạ")).to_be_visible(timeout=LATE_MS)
    await page.keyboard.press("r")
    field = page.get_by_role("textbox", name="Trả lời công khai")
    await field.fill("Dạ còn ạ")
    await field.press("Enter")
    await expect(page.locator("article", has_text="Dạ còn ạ")).to_be_visible(timeout=LATE_MS)
    # Answered, it stays in sight, behind those that wait.
    await expect(thread(page, first)).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_nothing_about_comments_has_a_serious_finding(window: Window, theme: Theme) -> None:
    number, made = await window.comments(MESSENGER, "Đỗ Thị Én", "chị lấy 1 cái, gọi 0912 345 678 nha")
    await window.shop.there(MESSENGER, made.author, settled("hide", made))
    page = await window.opened(theme=theme)
    await expect(thread(page, number)).to_be_visible(timeout=LATE_MS)
    found = {"list": await findings(page)}

    await thread(page, number).click()
    await expect(page.get_by_text("hidden by rule: shows a phone number", exact=True)).to_be_visible(timeout=LATE_MS)
    await expect(page.get_by_role("button", name="Show again")).to_be_visible()
    found["hidden"] = await findings(page)
    await page.get_by_role("button", name="Show again").click()
    await expect(page.get_by_role("button", name="Hide", exact=True)).to_be_visible(timeout=LATE_MS)
    await page.get_by_role("button", name="Like", exact=True).click()
    await expect(page.get_by_label("The shop likes it")).to_be_visible(timeout=LATE_MS)
    await window.shop.there(MESSENGER, made.author, settled("like", made))
    found["liked"] = await findings(page)
    await page.get_by_role("button", name="Answer in public").click()
    await expect(page.get_by_role("textbox", name="Answer in public")).to_be_focused()
    found["answer"] = await findings(page)
    await page.get_by_role("textbox", name="Answer in public").press("Escape")
    await page.get_by_role("button", name="Answer in private").click()
    field = page.get_by_role("textbox", name="Answer in private")
    found["private"] = await findings(page)
    await field.fill("Dạ em giữ áo cho chị ạ")
    await field.press("Enter")
    await window.shop.there(MESSENGER, made.author, of("private", made))
    await expect(page.get_by_text("This comment has had its one private answer.")).to_be_visible(timeout=LATE_MS)
    found["answered"] = await findings(page)

    assert {} == {state: told for state, told in found.items() if told}
