"""The page in a real browser: words in, answers out, whatever happens to the connection."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from hub.model.address import Address
from hub.model.events.event import Said
from hub.model.messaging.message import Message, QuickReply
from hub.model.words import Origin
from tests.webchat.world import ACCOUNT, Hub, hub_alone, until

SESSION = Address(channel="webchat", account=ACCOUNT, id="session1")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def hub() -> AsyncIterator[Hub]:
    """On the loop of the browser, which all tests of this file share."""
    async with hub_alone() as running:
        yield running


async def opened(browser: Browser, hub: Hub, *, locale: str = "en-US") -> Page:
    """The chat in a window of its own; whatever the page complains of fails the test."""
    context = await browser.new_context(locale=locale, base_url=hub.base)
    context.on("weberror", lambda error: hub.complaints.append(str(error.error)))
    context.on("console", lambda line: hub.complaints.append(line.text) if "Content Security Policy" in line.text else None)
    page = await context.new_page()
    await page.goto("/chat")
    await until(lambda: hub.door.open_sockets > 0)
    return page


async def lines(page: Page) -> list[str]:
    return await page.locator(".bubble").all_inner_texts()


async def say(page: Page, text: str) -> None:
    await page.locator("#words").fill(text)
    await page.locator("#words").press("Enter")


async def test_a_conversation_with_answers_to_press_and_a_reload(browser: Browser, hub: Hub) -> None:
    hub.answers = True
    page = await opened(browser, hub)

    await say(page, "where is my order?")
    await expect(page.locator(".item.bot .bubble")).to_have_text("echo: where is my order?")
    await expect(page.locator(".item.customer .state")).to_have_text(" · sent")
    await hub.tell(SESSION, "Is it about one of these?", offer=(QuickReply(title="Delivery", payload="faq:delivery"),))
    await page.get_by_role("button", name="Delivery").click()
    await expect(page.locator(".bubble").last).to_have_text("echo: Delivery")
    await expect(page.locator(".offers")).to_have_count(0)
    before = await lines(page)
    await page.reload()
    await expect(page.locator(".bubble")).to_have_count(len(before))

    assert ["where is my order?", "echo: where is my order?", "Is it about one of these?", "Delivery", "echo: Delivery"] == before
    assert before == await lines(page)
    assert ["", "faq:delivery"] == [incoming.body.payload for incoming in hub.taken if isinstance(incoming.body, Said)]
    await until(lambda: len(hub.read) == 3)


async def test_what_is_written_while_the_hub_is_away_goes_out_once_and_in_order_when_it_is_back(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    await say(page, "one")
    await until(lambda: hub.said == ["one"])

    await hub.stop()
    await say(page, "two")
    await say(page, "three")
    await expect(page.locator("#line")).to_be_visible()
    await expect(page.locator(".item.customer .state").last).to_have_text(" · not sent yet – will try again")
    await hub.tell(SESSION, "said meanwhile")
    await hub.start()

    await until(lambda: len(hub.said) >= 3, within=30)
    await expect(page.locator("#line")).to_be_hidden()
    await expect(page.locator(".bubble")).to_have_count(4)
    assert ["one", "two", "three"] == hub.said
    assert ["one", "said meanwhile", "two", "three"] == await lines(page)


async def test_what_the_hub_could_not_take_is_marked_and_sent_again(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    hub.away = True

    await say(page, "hello")
    await expect(page.locator(".state")).to_have_text(" · not sent yet – will try again")
    hub.away = False

    await expect(page.locator(".state")).to_have_text(" · sent", timeout=10_000)
    assert ["hello"] == hub.said


async def test_what_was_read_is_reported_even_if_the_page_was_closed_before_it_was_noted(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    hub.away = True
    await hub.tell(SESSION, "for you", id="dl-1")
    await expect(page.locator(".bubble")).to_have_text(["for you"])
    await page.reload()
    await expect(page.locator(".bubble")).to_have_text(["for you"])
    assert hub.read == []

    hub.away = False

    await until(lambda: hub.read == ["dl-1"])


async def test_what_was_not_sent_survives_closing_the_page(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    hub.away = True
    await say(page, "do not lose me")
    await expect(page.locator(".state")).to_have_text(" · not sent yet – will try again")
    await page.close()
    hub.away = False

    again = await page.context.new_page()
    await again.goto("/chat")

    await until(lambda: hub.said == ["do not lose me"])
    await expect(again.locator(".bubble")).to_have_text(["do not lose me"])


async def test_words_of_a_stranger_are_shown_as_words_and_only_web_links_lead_somewhere(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    await say(page, "<img src=x onerror=alert(1)>")
    await expect(page.locator(".item.customer .state")).to_have_text(" · sent")
    await hub.tell(SESSION, "<b>bold</b> https://shop.example/a?b=1. javascript:alert(1)")

    await expect(page.locator(".bubble").last).to_have_text("<b>bold</b> https://shop.example/a?b=1. javascript:alert(1)")
    links = await page.locator(".bubble a").evaluate_all("all => all.map(a => a.href)")
    assert ["https://shop.example/a?b=1"] == links
    assert 0 == await page.locator(".bubble img, .bubble b").count()


async def test_the_page_speaks_the_browsers_language(browser: Browser, hub: Hub) -> None:
    for locale, title in {"vi-VN": "Trò chuyện với shop", "zh-TW": "線上客服", "fr-FR": "Chat with us"}.items():
        page = await opened(browser, hub, locale=locale)

        await expect(page.locator("h1")).to_have_text(title)
        assert title == await page.title()


async def test_everything_is_done_by_keyboard(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    await expect(page.locator("#words")).to_be_focused()
    await page.keyboard.type("line one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("line two")
    await page.keyboard.press("Enter")
    await until(lambda: hub.said == ["line one\nline two"])
    await hub.tell(SESSION, "Shall we?", offer=(QuickReply(title="Yes", payload="yes"),))
    await expect(page.get_by_role("button", name="Yes")).to_be_visible()

    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Yes")).to_be_focused()
    await page.keyboard.press("Enter")

    await until(lambda: hub.said[1:] == ["Yes"])
    await expect(page.locator("#words")).to_be_focused()


class Scripted:
    """The hub's side of the page's connection, spoken by the test."""

    def __init__(self) -> None:
        self.frames: list[dict[str, object]] = []
        self._socket: WebSocketRoute | None = None

    def take(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(lambda message: self.frames.append(json.loads(message)))

    def tell(self, **frame: object) -> None:
        assert self._socket is not None
        self._socket.send(json.dumps(frame))

    @property
    def kinds(self) -> list[object]:
        return [frame["type"] for frame in self.frames]


async def scripted(browser: Browser, hub: Hub) -> tuple[Page, Scripted]:
    """A page that has said hello and was not answered yet."""
    context = await browser.new_context(base_url=hub.base, locale="en-US")
    script = Scripted()
    await context.route_web_socket("**/chat/ws", script.take)
    page = await context.new_page()
    await page.goto("/chat")
    await until(lambda: script.kinds == ["hello"])
    return page, script


async def test_nothing_is_said_before_the_hub_has_welcomed(browser: Browser, hub: Hub) -> None:
    page, script = await scripted(browser, hub)

    await say(page, "hello")
    await expect(page.locator(".state")).to_have_text(" · sending…")
    before = script.kinds
    script.tell(type="welcome", session="s.x", cursor="")

    await until(lambda: script.kinds == ["hello", "say"])
    assert before == ["hello"]


async def test_an_answer_that_overtakes_its_question_over_midnight_ends_up_behind_it_with_its_buttons(browser: Browser, hub: Hub) -> None:
    page, script = await scripted(browser, hub)
    script.tell(type="welcome", session="s.x", cursor="")
    await say(page, "question")
    await until(lambda: "say" in script.kinds)
    id_ = script.frames[-1]["id"]
    tomorrow = 1_900_000_000_000

    script.tell(type="entry", cursor="1-1", id="dl-1", who="bot", at=tomorrow + 1, text="answer", delivery="dl-1")
    await expect(page.locator(".day")).to_have_count(2)
    script.tell(type="ack", id=id_)
    script.tell(type="entry", cursor="1-2", id=id_, who="customer", at=tomorrow, text="question")
    script.tell(
        type="entry", cursor="1-3", id="dl-2", who="bot", at=tomorrow + 2, text="which?", quick_replies=[{"title": "This"}], delivery="dl-2"
    )

    await expect(page.get_by_role("button", name="This")).to_be_visible()
    await expect(page.locator(".day")).to_have_count(1)
    await expect(page.locator(".day:first-child")).to_be_visible()
    assert await lines(page) == ["question", "answer", "which?"]


async def test_what_is_corrected_changes_in_its_place_and_what_is_taken_back_is_gone_for_good(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    await say(page, "how much?")
    await until(lambda: hub.said == ["how much?"])
    for id_, text in (("dl-price", "100"), ("dl-wrong", "for somebody else"), ("dl-last", "anything else?")):
        await hub.deliver(SESSION, Message(text=text), origin=Origin.AGENT, id=id_)
    await expect(page.locator(".bubble")).to_have_text(["how much?", "100", "for somebody else", "anything else?"])

    await hub.amend(SESSION, "dl-price", "120")
    await hub.amend(SESSION, "dl-wrong")
    await expect(page.locator(".bubble")).to_have_text(["how much?", "120", "anything else?"])
    marked = await page.locator(".item.agent .meta").all_inner_texts()
    await page.reload()

    await expect(page.locator(".bubble")).to_have_text(["how much?", "120", "anything else?"])
    assert [True, False] == ["edited" in text for text in marked]
