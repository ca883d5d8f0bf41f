"""A message of ours is corrected and taken back on the screen, by mouse and by keys; the customer's phone shows the same."""

import pytest
from playwright.async_api import Locator, Page, expect

from sandbox.telegram.world import Json
from tests.console.test_access import findings
from tests.console.world import PERSON_ASKED, Desk
from tests.processes import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")
LATE_MS = 15_000


async def on_telegram(desk: Desk, name: str) -> tuple[str, str]:
    """Somebody who wrote to the bot: their chat, and their id."""
    who, telegram = desk.house.somebody(), desk.house.outside.telegram
    telegram.say(who, PERSON_ASKED, name=name)
    await eventually(lambda: bool(telegram.sent_to(who)), what="the promise of a person")
    return who, await desk.house.customer("telegram", "bot", who)


def phone(desk: Desk, who: str) -> list[Json]:
    """What the phone shows of the shop."""
    return [message for message in desk.house.outside.telegram.world.chat(who).shown if not message["mine"]]


def word(page: Page, text: str) -> Locator:
    """The message with these words."""
    return page.get_by_role("log").locator("article").filter(has_text=text)


async def written(page: Page, customer: str, text: str) -> Locator:
    """The agent's own message on the timeline, once it was sent."""
    await page.goto(f"/#/inbox/queue/{customer}")
    field = page.locator("textarea").last
    await expect(field).to_be_enabled(timeout=LATE_MS)
    await field.fill(text)
    await field.press("Enter")
    await expect(word(page, text).locator("[aria-label='Sent'], [aria-label='Đã gửi']")).to_be_visible(timeout=LATE_MS)
    return word(page, text)


async def test_words_are_corrected_by_the_menu_and_what_stood_there_is_one_press_away(desk: Desk) -> None:
    who, customer = await on_telegram(desk, "Lý Sửa Tin")
    page = await desk.signed_in()
    mine = await written(page, customer, "Giá 100.000 ạ")

    await mine.hover()
    await mine.get_by_role("button", name="What to do with this message").click()
    await page.get_by_role("menuitem", name="Correct").click()
    await page.get_by_role("textbox", name="New words").fill("Giá 120.000 ạ")
    await page.get_by_role("button", name="Correct", exact=True).click()

    corrected = word(page, "Giá 120.000 ạ")
    await corrected.get_by_role("button", name="changed").click(timeout=LATE_MS)
    await expect(corrected.locator("del")).to_have_text("Giá 100.000 ạ")
    await page.keyboard.press("w")
    await expect(page.get_by_role("textbox", name="New words")).to_have_value("Giá 120.000 ạ")
    assert [] == await findings(page)
    assert ("Giá 120.000 ạ", True) == (phone(desk, who)[-1]["text"], phone(desk, who)[-1]["edited"])


async def test_by_keys_alone_the_last_message_is_corrected_and_taken_back_on_a_phone(desk: Desk) -> None:
    who, customer = await on_telegram(desk, "Đỗ Bàn Phím")
    page = await desk.signed_in(width=390, locale="vi-VN")
    mine = await written(page, customer, "Mai giao ạ")
    await page.keyboard.press("Escape")

    await page.keyboard.press("w")
    field = page.get_by_role("textbox", name="Nội dung mới")
    await expect(field).to_be_focused()
    await field.fill("Mốt giao ạ")
    await field.press("Enter")
    mine = word(page, "Mốt giao ạ")
    await expect(mine.get_by_role("button", name="đã sửa")).to_be_visible(timeout=LATE_MS)
    await mine.get_by_role("button", name="Thao tác với tin này").press("Enter")
    await page.get_by_role("menuitem", name="Thu hồi").press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Thu hồi").press("Enter")

    await expect(mine.get_by_text("Đã thu hồi", exact=True)).to_be_visible(timeout=LATE_MS)
    await expect(mine.get_by_role("button", name="Thao tác với tin này")).to_have_count(0)
    assert "Mốt giao ạ" not in [message["text"] for message in phone(desk, who)]


async def test_what_the_channel_refuses_is_told_under_the_message_and_tried_again(desk: Desk) -> None:
    who, customer = await on_telegram(desk, "Hồ Từ Chối")
    page = await desk.signed_in()
    mine = await written(page, customer, "hai cái")
    phone(desk, who)[-1]["fixed"] = True

    await page.keyboard.press("Escape")
    await page.keyboard.press("w")
    await page.get_by_role("textbox", name="New words").fill("ba cái")
    await page.keyboard.press("Enter")
    await expect(mine.get_by_text("Not corrected: the customer still sees these words.")).to_be_visible(timeout=LATE_MS)
    phone(desk, who)[-1]["fixed"] = False
    await mine.get_by_role("button", name="Try again").click()

    await expect(word(page, "ba cái").get_by_role("button", name="changed")).to_be_visible(timeout=LATE_MS)
    assert "ba cái" == phone(desk, who)[-1]["text"]


async def test_words_that_cannot_take_the_place_are_refused_in_the_field_and_stay_there(desk: Desk) -> None:
    _, customer = await on_telegram(desk, "Vũ Dài Dòng")
    page = await desk.signed_in()
    await written(page, customer, "ngắn thôi")

    await page.keyboard.press("Escape")
    await page.keyboard.press("w")
    field = page.get_by_role("textbox", name="New words")
    await field.fill("dài lắm " * 700)
    await field.press("Enter")

    await expect(page.get_by_role("alert")).to_contain_text("another number of messages", timeout=LATE_MS)
    await expect(field).to_have_value("dài lắm " * 700)
