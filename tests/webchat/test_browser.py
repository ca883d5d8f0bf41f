"""The page in a real browser: words in, answers out, whatever happens to the connection."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from hub.model.address import Address
from hub.model.events import Said
from hub.model.message import QuickReply
from tests.webchat.world import ACCOUNT, Hub, until

ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SESSION = Address(channel="webchat", account=ACCOUNT, id="session1")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        running = await play.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield running
        await running.close()


async def opened(browser: Browser, hub: Hub, *, locale: str = "en-US") -> Page:
    """The chat in a window of its own; whatever the page complains of fails the test."""
    context = await browser.new_context(locale=locale, base_url=hub.base)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None)
    page.complaints = complaints  # type: ignore[attr-defined]
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
    assert [] == page.complaints  # type: ignore[attr-defined]


async def test_what_is_written_while_the_hub_is_away_goes_out_once_and_in_order_when_it_is_back(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    await say(page, "one")
    await until(lambda: hub.said == ["one"])

    await hub.stop()
    await say(page, "two")
    await say(page, "three")
    await expect(page.locator("#line")).to_be_visible()
    await expect(page.locator(".item.customer .state").last).to_have_text(" · not sent – will try again")
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
    await expect(page.locator(".state")).to_have_text(" · not sent – will try again")
    hub.away = False

    await expect(page.locator(".state")).to_have_text(" · sent", timeout=10_000)
    assert ["hello"] == hub.said


async def test_what_was_not_sent_survives_closing_the_page(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    hub.away = True
    await say(page, "do not lose me")
    await expect(page.locator(".state")).to_have_text(" · not sent – will try again")
    await page.close()
    hub.away = False

    again = await page.context.new_page()
    await again.goto("/chat")

    await until(lambda: hub.said == ["do not lose me"])
    await expect(again.locator(".bubble")).to_have_text(["do not lose me"])


async def test_words_of_a_stranger_are_shown_as_words_and_only_web_links_lead_somewhere(browser: Browser, hub: Hub) -> None:
    page = await opened(browser, hub)
    await say(page, "<img src=x onerror=alert(1)>")
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
