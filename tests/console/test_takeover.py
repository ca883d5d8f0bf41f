"""What the bot was about to say, and a hub that goes and comes back, before an agent's eyes."""

import pytest
from playwright.async_api import Page, expect

from sandbox.faults import FaultKind
from tests.console.world import Desk, row
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED

pytestmark = pytest.mark.asyncio(loop_scope="package")

HELD_S = 5
"""Long enough to open the conversation on a busy machine while the bot's answer waits."""


async def with_draft(desk: Desk) -> tuple[str, Page]:
    """A customer whose bot's answer was kept back by a claim in this window."""
    plain = desk.house.outside.plain
    who, refused = desk.house.somebody(), plain.refused
    page = await desk.signed_in()
    await page.goto("/#/inbox/open")
    plain.fault(FaultKind.THROTTLE, chat=who, retry_after=HELD_S)
    await desk.house.caller.write(who, HOURS_ASKED, name="Trần Quang Minh")
    await eventually(lambda: plain.refused > refused, what="the refused first attempt")
    customer = await desk.house.customer("plain", "app", who)
    await page.locator(row(customer)).click()
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_role("complementary", name="The bot was about to say")).to_contain_text(HOURS, timeout=20_000)
    return who, page


async def test_the_bots_kept_back_words_are_sent_as_they_are_once(desk: Desk) -> None:
    who, page = await with_draft(desk)
    plain = desk.house.outside.plain
    before = plain.texts_of(who)

    await page.get_by_role("button", name="Send as it is").click()

    await eventually(lambda: bool(plain.texts_of(who)), what="the draft, sent by the agent")
    await expect(page.get_by_role("complementary", name="The bot was about to say")).to_have_count(0)
    await expect(page.locator("article", has_text=HOURS).last.locator("[aria-label='Sent']")).to_be_visible()
    assert [] == before
    assert 1 == len(plain.texts_of(who))


async def test_the_bots_kept_back_words_are_changed_and_sent_by_the_agent(desk: Desk) -> None:
    who, page = await with_draft(desk)
    plain = desk.house.outside.plain

    await page.get_by_role("button", name="Change it").click()
    field = page.get_by_role("textbox", name="Reply")
    await expect(field).to_be_focused()
    await field.press("End")
    await field.press_sequentially(" An")
    await field.press("Enter")

    await eventually(lambda: bool(plain.texts_of(who)), what="the agent's words")
    (said,) = plain.texts_of(who)
    assert HOURS in said
    assert said.endswith(" An")


async def test_a_hub_that_is_restarted_under_an_open_window_misses_and_doubles_nothing(desk: Desk) -> None:
    customer = await desk.waiting("Nguyễn Thị Lan", "Shop ơi")
    page = await desk.signed_in()
    await page.locator(row(customer)).click()
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_text("You have it", exact=True)).to_be_visible()
    http = desk.house.caller.http

    await desk.house.stop()
    await expect(page.get_by_text("No connection.", exact=False)).to_be_visible()
    await page.get_by_role("textbox", name="Reply").fill("said while the hub was away")
    await page.get_by_role("textbox", name="Reply").press("Enter")
    await desk.house.start(http)
    await desk.says(customer, "are you there?")

    await expect(page.locator("article", has_text="are you there?")).to_have_count(1, timeout=20_000)
    await expect(page.get_by_text("No connection.", exact=False)).to_have_count(0)
    mine = page.locator("article", has_text="said while the hub was away")
    if await mine.get_by_role("button", name="Try again").count():
        await mine.get_by_role("button", name="Try again").click()
    await expect(mine.locator("[aria-label='Sent']")).to_be_visible(timeout=20_000)
    said = [line for line in await desk.house.caller.lines(customer) if line.entry.text == "said while the hub was away"]
    assert 1 == len(said)
    await expect(mine).to_have_count(1)
