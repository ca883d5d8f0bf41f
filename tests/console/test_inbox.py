"""An agent's day in a real browser against a real hub."""

import pytest
from playwright.async_api import Page, Route, expect

from hub.model.inbox.feed import FeedPresence
from hub.web.api.shapes.inbox import FeedPage
from sandbox.faults import Fault, FaultKind
from tests.console.world import Desk, row
from tests.processes import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")
TURNED = """(to) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => to === "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


async def opened(page: Page, customer: str) -> None:
    await page.locator(row(customer)).click()
    await expect(page.get_by_role("textbox", name="Reply")).to_be_visible()


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Reply").fill(text)
    await page.get_by_role("textbox", name="Reply").press("Enter")


async def test_a_conversation_is_taken_answered_noted_given_back_and_closed(desk: Desk) -> None:
    customer = await desk.waiting("Nguyễn Thị Ánh", "Shop ơi còn size M không ạ?")
    page = await desk.signed_in()

    await opened(page, customer)
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_text("You have it", exact=True)).to_be_visible()
    await say(page, "Dạ còn ạ, mình đặt giúp nhé?")
    await expect(page.locator("article", has_text="Dạ còn ạ").locator("[aria-label='Sent']")).to_be_visible()
    await page.get_by_role("button", name="Note", exact=True).click()
    await page.get_by_role("textbox", name="Note").fill("Called twice already")
    await page.get_by_role("textbox", name="Note").press("Enter")
    await expect(page.locator("article", has_text="Note of Nguyễn Văn An")).to_contain_text("Called twice already")
    await page.get_by_role("button", name="Back to the bot").click()
    await page.get_by_label("Short summary").fill("Wants size M")
    await page.get_by_role("button", name="Give it back").click()
    await expect(page.get_by_text("The bot answers", exact=True)).to_be_visible()
    # What is shown at once is not yet so; this is said once the hub has taken it.
    await expect(page.get_by_text("The bot has it again")).to_be_visible()

    record = await desk.house.caller.record(customer)
    lines = [line.entry for line in await desk.house.caller.lines(customer)]
    assert ("bot", "Wants size M") == (record.conversations[-1].owner.kind.value, record.conversations[-1].summary)
    assert ["agent:an"] == [entry.who for entry in lines if entry.kind == "note"]
    assert ["Dạ còn ạ, mình đặt giúp nhé?"] == [entry.text for entry in lines if entry.who == "agent:an" and entry.kind == "message"]


async def test_a_closed_conversation_is_opened_again_by_undo(desk: Desk) -> None:
    customer = await desk.waiting("林雅婷")
    page = await desk.signed_in()
    await opened(page, customer)

    await page.get_by_role("button", name="Close", exact=True).first.click()
    await page.get_by_role("menuitem", name="Answered").click()
    await expect(page.get_by_text("Closed: 林雅婷")).to_be_visible()
    await expect(page.locator(row(customer))).to_have_count(0)
    closed = (await desk.house.caller.record(customer)).conversations[-1]
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("You have it", exact=True)).to_be_visible()
    await expect(page.get_by_text("Nguyễn Văn An took over")).to_be_visible()

    reopened = (await desk.house.caller.record(customer)).conversations[-1]
    assert ("resolved", "answered") == (closed.status.value, closed.reason)
    assert ("open", "an") == (reopened.status.value, reopened.owner.agent)


async def test_what_two_agents_do_is_seen_by_both_and_only_one_takes_over(desk: Desk) -> None:
    customer = await desk.waiting("Trần Văn Hậu")
    first, second = await desk.signed_in("an"), await desk.signed_in("binh")
    await opened(first, customer)
    await opened(second, customer)
    await expect(first.get_by_text("Also here: Trần Thị Bình")).to_be_attached()

    await first.get_by_role("button", name="Take over").click()
    await expect(second.get_by_text("Nguyễn Văn An has it", exact=True)).to_be_visible()
    await first.get_by_role("textbox", name="Reply").press_sequentially("Dạ chờ em")
    await expect(second.get_by_text("Nguyễn Văn An is typing")).to_be_visible()
    await first.get_by_role("textbox", name="Reply").press("Enter")

    await expect(second.locator("article", has_text="Dạ chờ em")).to_have_count(1)
    await expect(second.get_by_role("textbox", name="Reply")).to_be_disabled()
    await desk.says(customer, "thanks a lot")
    await expect(first.locator("article", has_text="thanks a lot")).to_have_count(1)
    await expect(second.locator("article", has_text="thanks a lot")).to_have_count(1)


async def test_a_claim_that_comes_second_is_taken_back_and_says_who_has_it(desk: Desk) -> None:
    customer = await desk.waiting("Lê Hoàng Phương")
    page = await desk.signed_in("binh")
    await opened(page, customer)

    # The feed is cut off, so this window does not know yet.
    await page.context.route("**/api/customers/*/claim", lambda route: _after_the_other(desk, customer, route))
    await page.get_by_role("button", name="Take over").click()

    await expect(page.get_by_text("an has this conversation.")).to_be_visible()
    await expect(page.get_by_text("Nguyễn Văn An has it", exact=True)).to_be_visible()


async def _after_the_other(desk: Desk, customer: str, route: Route) -> None:
    """Somebody else's claim comes to the hub a moment before this one."""
    await desk.house.caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "an"})
    await route.continue_()


async def test_an_answer_that_got_lost_doubles_nothing(desk: Desk) -> None:
    customer = await desk.waiting("Võ Đặng Khôi")
    page = await desk.signed_in()
    await opened(page, customer)
    keys: list[str] = []

    async def lose_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.context.route("**/api/customers/*/say", lose_first)
    await say(page, "once only")

    await expect(page.locator("article", has_text="once only").locator("[aria-label='Sent']")).to_be_visible()
    await eventually(lambda: len(keys) > 1, what="the second try")
    said = [line for line in await desk.house.caller.lines(customer) if line.entry.text == "once only"]
    assert 1 == len(said)
    assert 1 == len(set(keys))


async def test_a_message_that_failed_tells_the_reason_and_is_sent_again(desk: Desk) -> None:
    customer = await desk.waiting("Phạm Quỳnh Ngẫu")
    page = await desk.signed_in()
    await opened(page, customer)

    desk.house.outside.plain.faults.add(Fault(kind=FaultKind.ERROR, status=400, times=1))
    await say(page, "can you hear me?")
    await expect(page.get_by_role("button", name="Send again")).to_be_visible()
    await page.get_by_role("button", name="Send again").click()

    await expect(page.locator("article", has_text="can you hear me?").last.locator("[aria-label='Sent']")).to_be_visible()


async def test_a_window_that_was_cut_off_shows_what_was_said_meanwhile_once(desk: Desk) -> None:
    customer = await desk.waiting("王小明")
    page = await desk.signed_in()
    await opened(page, customer)
    before = await page.locator("article").count()

    await page.context.set_offline(True)
    await desk.says(customer, "said while you were away")
    await page.context.set_offline(False)

    await expect(page.locator("article", has_text="said while you were away")).to_have_count(1, timeout=20_000)
    assert before < await page.locator("article").count()


async def found_in_the_bar(page: Page, text: str) -> None:
    """The one whom these letters mean, opened from the command bar."""
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type(text)
    await expect(page.get_by_role("menuitem")).to_have_count(1)
    await page.keyboard.press("Enter")


async def test_everything_is_done_by_keyboard(desk: Desk) -> None:
    customer = await desk.waiting("Bùi Thị Xuân")
    page = await desk.signed_in()
    await expect(page.locator("a[data-index]").first).to_be_visible()

    await found_in_the_bar(page, "bui thi xuan")
    await expect(page.get_by_role("heading", name="Bùi Thị Xuân")).to_be_visible()
    await page.keyboard.press("c")
    await expect(page.get_by_text("You have it", exact=True)).to_be_visible(timeout=20_000)
    await page.keyboard.press("r")
    await expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    await page.keyboard.type("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await expect(page.locator("article", has_text="second line")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    await page.keyboard.press("e")
    await expect(page.get_by_role("menuitem", name="Answered")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Closed: Bùi Thị Xuân")).to_be_visible()

    said = [line.entry.text for line in await desk.house.caller.lines(customer) if line.entry.who == "agent:an"]
    assert ["first line\nsecond line"] == said


async def test_a_draft_stays_in_this_browser_until_it_is_sent(desk: Desk) -> None:
    customer = await desk.waiting("Đỗ Thị Hường")
    page = await desk.signed_in()
    await opened(page, customer)

    await page.get_by_role("textbox", name="Reply").fill("half a thought")
    await page.reload()

    await expect(page.get_by_role("textbox", name="Reply")).to_have_value("half a thought")


async def test_one_column_at_a_time_on_a_phone(desk: Desk) -> None:
    customer = await desk.waiting("Sarah Johnson")
    page = await desk.signed_in(width=390)

    await expect(page.locator(row(customer))).to_be_visible()
    await page.locator(row(customer)).click()
    await expect(page.get_by_role("textbox", name="Reply")).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="What is known")).to_be_in_viewport(ratio=1)
    await expect(page.locator(row(customer))).to_be_hidden()
    await page.get_by_role("button", name="Back to the list").click()

    await expect(page.locator(row(customer))).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert 390 == wide


async def test_where_no_websocket_gets_through_the_feed_comes_by_asking(desk: Desk) -> None:
    customer = await desk.waiting("Foxy")
    page = await desk.window()
    await page.context.add_init_script("window.WebSocket = class { constructor() { throw new Error('blocked') } }")
    await page.reload()
    await page.locator("input[name=login]").fill("an")
    await page.locator("input[name=password]").fill("a long enough one")
    await page.keyboard.press("Enter")
    await opened(page, customer)

    await expect(page.get_by_text("The live connection is blocked on the way", exact=False)).to_be_visible()
    await desk.says(customer, "do you hear?")

    await expect(page.locator("article", has_text="do you hear?")).to_have_count(1, timeout=15_000)


async def test_a_colleague_whose_tab_is_hidden_does_not_seem_to_look(desk: Desk) -> None:
    """Guard: a browser says by `visibilitychange` that nobody sees a tab."""
    customer = await desk.waiting("Đặng Ẩn", "alo shop")
    page = await desk.signed_in()
    await opened(page, customer)

    async def looked_at() -> bool:
        told = await desk.house.caller.ask("GET", "/api/feed/since")
        people = next(frame for frame in told.read(FeedPage).frames if isinstance(frame, FeedPresence)).people
        return any(one.customer == customer for one in people)

    async def left() -> bool:
        return not await looked_at()

    await eventually(looked_at, what="somebody who looks")
    await page.evaluate(TURNED, "hidden")
    await eventually(left, what="nobody who looks", within=30)
    await page.evaluate(TURNED, "visible")
    await eventually(looked_at, what="somebody who looks again")
