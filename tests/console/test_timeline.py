"""A long conversation: only what is near is drawn, what one reads stays in its place, what comes is kept in view or counted."""

import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.console.test_inbox import opened
from tests.console.world import Desk

pytestmark = pytest.mark.asyncio(loop_scope="package")

LINES = 240
_TOP_LINE = """(box) => {
  const edge = box.getBoundingClientRect().top + 60;
  const found = [...box.querySelectorAll("article")].find((one) => one.getBoundingClientRect().top >= edge);
  return { text: found.textContent, top: found.getBoundingClientRect().top };
}"""
_TOP_OF = "(box, text) => [...box.querySelectorAll('article')].find((one) => one.textContent === text)?.getBoundingClientRect().top ?? -1"


async def talkative(desk: Desk) -> str:
    """A customer who says a lot, and waits; their id."""
    who = desk.house.somebody()
    for start in range(0, LINES, 40):
        lines = [
            {"from": who, "id": f"l{n}-{who}", "text": f"câu số {n} " + "dài " * (n % 40), "name": "Hồ Nói Nhiều"}
            for n in range(start, start + 40)
        ]
        assert 200 == await desk.house.caller.bring(lines)
    customer = await desk.house.customer("plain", "app", who)
    await desk.house.caller.write(who, "cho em gap nhan vien", name="Hồ Nói Nhiều")
    return customer


async def test_a_long_conversation_is_drawn_where_one_looks(desk: Desk) -> None:
    customer = await talkative(desk)
    page = await desk.signed_in()
    await opened(page, customer)
    log = page.get_by_role("log")
    await expect(log.get_by_text("cho em gap nhan vien")).to_be_in_viewport()

    # Up a page: older lines are put above, and what is read does not move.
    await log.evaluate("(box) => { box.scrollTop -= 900; }")
    await expect(page.get_by_role("button", name="To the newest")).to_be_visible()
    high = await log.evaluate("(box) => box.scrollHeight")
    await read_to_the_beginning(page)
    drawn = await log.locator("article").count()
    await expect(log.get_by_text(re.compile("^câu số 0 "))).to_be_visible()

    assert drawn < 60
    assert high < await log.evaluate("(box) => box.scrollHeight")


async def read_to_the_beginning(page: Page) -> None:
    """Scroll up until there is nothing older."""
    log = page.get_by_role("log")
    for _ in range(200):
        await log.evaluate("(box) => { box.scrollTop = 0; }")
        if await page.get_by_text("This is where it began").count():
            break
        await page.wait_for_function("() => document.querySelector('[role=log]').scrollTop >= 0")
        await page.evaluate("() => new Promise(requestAnimationFrame)")
    await log.evaluate("(box) => { box.scrollTop = 0; }")


async def test_older_lines_come_above_without_moving_what_is_read(desk: Desk) -> None:
    customer = await talkative(desk)
    page = await desk.signed_in()
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.context.route("**/timeline?*before=*", hold)
    await opened(page, customer)
    log = page.get_by_role("log")
    await expect(log.get_by_text("cho em gap nhan vien")).to_be_in_viewport()
    await log.evaluate("(box) => { box.scrollTop = 300; }")
    await page.wait_for_function("() => document.querySelector('[role=log]').scrollTop < 900")
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    read = await log.evaluate(_TOP_LINE)
    high = await log.evaluate("(box) => box.scrollHeight")

    for route in held:
        await route.continue_()
    await page.wait_for_function(f"() => document.querySelector('[role=log]').scrollHeight > {high + 1000}")
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert abs(read["top"] - await log.evaluate(_TOP_OF, read["text"])) < 4


async def test_what_comes_while_one_reads_above_is_counted_and_one_click_away(desk: Desk) -> None:
    customer = await desk.waiting("Đoàn Đọc Lại", *(f"dòng {n}\n" * 6 for n in range(8)))
    page = await desk.signed_in()
    await opened(page, customer)
    log = page.get_by_role("log")
    await desk.says(customer, "still in view")
    await expect(log.get_by_text("still in view")).to_be_in_viewport()

    await log.evaluate("(box) => { box.scrollTop = 0; }")
    await expect(page.get_by_role("button", name="To the newest")).to_be_visible()
    await desk.says(customer, "one unseen")
    await expect(page.get_by_role("button", name="One new")).to_be_visible()
    await desk.says(customer, "another unseen")
    await page.get_by_role("button", name="2 new").click()

    await expect(log.get_by_text("another unseen")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="To the newest")).to_have_count(0)


async def test_older_lines_the_archive_has_not_yet_are_asked_for_until_it_has(desk: Desk) -> None:
    customer = await desk.waiting("Châu Vừa Đến", "shop ơi")
    page = await desk.signed_in()
    asked: list[str] = []

    async def late(route: Route) -> None:
        # As the hub answers while the newest line is not archived: there may be more, and not now.
        older = "before=" in route.request.url
        asked.extend(["older"] if older else [])
        answer = await route.fetch(url=route.request.url.partition("&before=")[0])
        told = await answer.json()
        await route.fulfill(json={**told, "lines": [] if older else told["lines"], "before": "" if len(asked) > 1 else "bm90IHlldA"})

    await page.route("**/api/customers/*/timeline?**", late)
    await opened(page, customer)

    await expect(page.get_by_text("This is where it began")).to_be_visible(timeout=15_000)
    await expect(page.get_by_text("Older lines come…")).to_have_count(0)
    assert ["older", "older"] == asked
