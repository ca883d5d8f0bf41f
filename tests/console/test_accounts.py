"""An admin sets channels up in a real browser: what is asked, what a test shows, what is said of what is wrong."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from hub.web.api.shapes.accounts import AccountList
from sandbox.telegram.stand_in import TelegramStandIn
from tests.console.test_access import findings
from tests.console.world import Desk

pytestmark = pytest.mark.asyncio(loop_scope="package")

PROVIDERS = 12
WITHIN_MS = 20_000
"""A test asks a provider, on a busy machine."""
SHOTS = os.environ.get("OMNI_SHOTS", "")


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


async def begin(page: Page, kind: str) -> None:
    """Open the form of a kind."""
    await page.goto("/#/settings/channels")
    await page.get_by_role("button", name="Add a channel").click()
    await page.get_by_role("dialog", name="Which channel?").get_by_role("button", name=kind, exact=True).click()


@pytest_asyncio.fixture(loop_scope="package")
async def stand_in() -> AsyncIterator[TelegramStandIn]:
    """A bot no account leads to yet."""
    stand_in = TelegramStandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def test_admin_tries_an_account_before_it_is_saved(desk: Desk, stand_in: TelegramStandIn) -> None:
    page = await desk.signed_in("an")
    await begin(page, "Telegram")
    form = page.get_by_role("dialog", name="Telegram: a new account")
    token = form.get_by_label("Token", exact=True)

    await form.get_by_role("button", name="Save").click()
    await expect(token).to_have_attribute("aria-invalid", "true")
    await expect(token).to_be_focused()
    await form.get_by_label("Name of the account").fill("tried")
    await token.fill("10001:wrong")
    await form.get_by_role("button", name="Make one").click()
    await form.get_by_text("More settings").click()
    await form.get_by_label("Provider's address").fill(stand_in.base_url)
    await form.get_by_role("button", name="Test").click()
    await expect(form.get_by_text("The provider refuses the credentials", exact=False)).to_be_visible(timeout=WITHIN_MS)
    await shot(page, "form-refused")

    await token.fill(stand_in.token)
    await form.get_by_role("button", name="Test").click()

    await expect(form.get_by_text("The provider takes the credentials of", exact=False)).to_be_visible(timeout=WITHIN_MS)


async def test_admin_adds_connects_switches_off_and_removes_a_channel(desk: Desk, stand_in: TelegramStandIn) -> None:
    page = await desk.signed_in("an")
    await begin(page, "Telegram")
    await filled(page, stand_in)
    row = page.get_by_role("listitem").filter(has_text="Telegram · browser")
    menu = row.get_by_role("button", name="Change Telegram · browser")

    await row.get_by_role("button", name="Connect Telegram · browser").click()
    await expect(row.get_by_text("The webhook points here", exact=False)).to_be_visible(timeout=WITHIN_MS)
    await expect(row.get_by_role("button", name="Copy webhook address")).to_have_count(0)
    await shot(page, "connected")
    await menu.click()
    await page.get_by_role("menuitem", name="Change").click()
    await expect(page.get_by_role("dialog", name="Telegram · browser").get_by_label("Token", exact=True)).to_have_value("")
    await shot(page, "change")
    await page.keyboard.press("Escape")
    await menu.click()
    await page.get_by_role("menuitem", name="Switch off").click()
    await expect(row).to_contain_text("Switched off", timeout=WITHIN_MS)
    await menu.click()
    await page.get_by_role("menuitem", name="Remove").click()
    question = page.get_by_role("dialog", name="Remove Telegram · browser?")
    await expect(question.get_by_role("button", name="Remove")).to_be_disabled()
    await question.get_by_label("Name of the account").fill("browser")
    await question.get_by_role("button", name="Remove").click()

    await expect(row).to_have_count(0, timeout=WITHIN_MS)


async def test_what_was_typed_stays_where_somebody_else_changed_the_account_and_their_change_does_too(
    desk: Desk, stand_in: TelegramStandIn
) -> None:
    caller, place = desk.house.caller, "/api/accounts/telegram/twice"
    values = {"token": stand_in.token, "secret": "chosen", "base_url": stand_in.base_url, "bot_username": "before"}
    await caller.ask("POST", "/api/accounts", {"channel": "telegram", "name": "twice", "values": values})
    page = await desk.signed_in("an")
    await page.goto("/#/settings/channels")
    await page.get_by_role("button", name="Change Telegram · twice").click()
    await page.get_by_role("menuitem", name="Change").click()
    form = page.get_by_role("dialog", name="Telegram · twice")
    await form.get_by_text("More settings").click()
    await form.get_by_label("Messages a second", exact=True).fill("7")

    theirs = await caller.ask("PATCH", place, {"values": {**values, "bot_username": "after", "secret": "another"}})
    await form.get_by_role("button", name="Save").click()
    notice = form.get_by_role("alert", name="Changed meanwhile")
    await expect(notice).to_be_focused(timeout=WITHIN_MS)
    await expect(notice).to_contain_text("was before, is after")
    await expect(notice).to_contain_text("Secret was entered anew")
    await expect(notice).to_contain_text(str(theirs.body["by"]))
    await shot(page, "overtaken")
    assert [] == await findings(page)

    await notice.get_by_role("button", name="Look again").click()
    await expect(form.get_by_label("Bot username")).to_have_value("after")
    await expect(form.get_by_label("Messages a second", exact=True)).to_have_value("7")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Telegram · twice is saved")).to_be_visible(timeout=WITHIN_MS)

    (kept,) = [one for one in (await caller.ask("GET", "/api/accounts")).read(AccountList).accounts if one.name == "twice"]
    assert ("after", "7") == (kept.values["bot_username"], kept.values["rate_per_second"])
    assert 200 == (await caller.ask("DELETE", place)).status


async def filled(page: Page, stand_in: TelegramStandIn) -> None:
    """The form filled in and saved."""
    form = page.get_by_role("dialog", name="Telegram: a new account")
    await form.get_by_label("Name of the account").fill("browser")
    await form.get_by_label("Token", exact=True).fill(stand_in.token)
    await form.get_by_role("button", name="Make one").click()
    await form.get_by_text("More settings").click()
    await form.get_by_label("Provider's address").fill(stand_in.base_url)
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Telegram · browser is saved")).to_be_visible(timeout=WITHIN_MS)


@pytest.mark.parametrize(("locale", "add", "sentence"), [
    ("vi-VN", "Thêm kênh", "Token của bot, do @BotFather cấp."), ("zh-TW", "新增管道", "@BotFather 提供的機器人 token。"),
])  # fmt: skip
async def test_every_kind_is_offered_and_asked_for_in_the_viewers_language_at_a_phones_width(
    desk: Desk, locale: str, add: str, sentence: str
) -> None:
    page = await desk.signed_in("an", width=390, locale=locale)  # type: ignore[arg-type]
    await page.goto("/#/settings/channels")
    await page.get_by_role("button", name=add).click()
    await expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(PROVIDERS)
    await shot(page, f"kinds-{locale}")

    await page.get_by_role("dialog").get_by_role("button", name="Telegram", exact=True).click()

    await expect(page.get_by_text(sentence)).to_be_visible()
    await shot(page, f"form-{locale}")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_form_can_be_filled_in_by_keyboard_and_has_no_barrier(desk: Desk) -> None:
    page = await desk.signed_in("an")
    await begin(page, "WhatsApp")
    await expect(page.get_by_role("dialog", name="WhatsApp: a new account")).to_be_visible()

    await page.keyboard.press("Tab")
    found = await findings(page)

    assert [] == found
    await shot(page, "whatsapp")


async def test_account_of_the_file_is_shown_with_its_file_and_nothing_to_change(desk: Desk) -> None:
    page = await desk.signed_in("an")
    await page.goto("/#/settings/channels")

    row = page.get_by_role("listitem").filter(has_text="App · app")

    await expect(row).to_contain_text("Set in hub.toml")
    await expect(row.get_by_role("button", name="Change App · app")).to_have_count(0)
    await shot(page, "list")


async def test_whoever_is_no_admin_is_offered_no_set_up(desk: Desk) -> None:
    page = await desk.signed_in("binh")
    await page.goto("/#/settings/channels")

    await expect(page.get_by_role("button", name="Add a channel")).to_have_count(0)
