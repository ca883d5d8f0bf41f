"""Every view is examined by axe, in both looks: nothing serious may stand in the way of eyes, ears or a keyboard."""

import pytest
from playwright.async_api import Page, expect

from tests.console.world import AXE, Desk, Theme, row

pytestmark = pytest.mark.asyncio(loop_scope="package")

_EXAMINE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' ' + (node.failureSummary || '')).join(' | ')
        .slice(0, 600))"""

VIEWS = (
    ("customers", "Customers"),
    ("nudges", "Nudges"),
    ("nudges/cart-recovery/first", "Ask whether they need help"),
    ("dialogs", "What the bot says"),
    ("settings/people", "People"),
    ("settings/channels", "Channels"),
    ("settings/me", "You"),
)


async def findings(page: Page) -> list[str]:
    """What axe finds that is serious or critical."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    # What moves has other colours on its way than where it comes to rest.
    await page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
    return [str(one) for one in await page.evaluate(_EXAMINE)]


async def talked(page: Page) -> None:
    """The open conversation with everything in it: taken over, answered, noted."""
    await page.get_by_role("button", name="Take over").click()
    await page.get_by_role("textbox", name="Reply").fill("yes")
    await page.get_by_role("textbox", name="Reply").press("Enter")
    await page.get_by_role("button", name="Note", exact=True).click()
    await page.get_by_role("textbox", name="Note").fill("a note")
    await page.get_by_role("textbox", name="Note").press("Enter")
    await expect(page.locator("article", has_text="a note")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_view_has_a_serious_finding(desk: Desk, theme: Theme) -> None:
    customer = await desk.waiting("Nguyễn Thị Ánh", "Shop ơi còn size M không ạ?")
    door = await desk.window(theme=theme)
    await expect(door.locator("input[name=login]")).to_be_visible()
    found = {"sign-in": await findings(door)}
    page = await desk.signed_in(theme=theme)

    await page.locator(row(customer)).click()
    await talked(page)
    found["conversation"] = await findings(page)
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    found["keys"] = await findings(page)
    await page.keyboard.press("Escape")
    for view, seen in (*VIEWS, (f"customers/{customer}", "Nguyễn Thị Ánh")):
        await page.goto(f"/#/{view}")
        await expect(page.get_by_role("heading", name=seen).first).to_be_visible()
        found[view] = await findings(page)

    assert {} == {view: told for view, told in found.items() if told}


async def test_the_examination_would_find(desk: Desk) -> None:
    page = await desk.window()
    # A page of nobody's: ours forbids what this one needs.
    await page.goto("about:blank")
    await page.set_content("<main><button></button><img src='x'></main>")

    assert {"button-name", "image-alt"} <= {one.split(":")[0] for one in await findings(page)}
