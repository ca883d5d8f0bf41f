"""An admin's whole way with a LINE account, at a desk in English and on a phone in Vietnamese: refused, mended, connected, gone."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from msgspec import Struct
from playwright.async_api import Page, expect

from sandbox.phones import Phones
from sandbox.plugged import PLUGS
from tests.console.test_access import findings
from tests.console.world import Desk

pytestmark = pytest.mark.asyncio(loop_scope="package")

WITHIN_MS = 20_000
"""A test asks a provider, on a busy machine."""
SHOTS = os.environ.get("OMNI_SHOTS", "")
CREDENTIALS = PLUGS["line"].fields


class Words(Struct, frozen=True):
    """What the screens say on the way."""

    add: str
    new: str
    name: str
    more: str
    address: str
    test: str
    save: str
    refused: str
    taken: str
    connect: str
    here: str
    click: str
    change: str
    off: str
    is_off: str
    remove: str
    question: str


ENGLISH = Words(
    add="Add a channel", new="LINE: a new account", name="Name of the account", more="More settings", address="Provider's address",
    test="Test", save="Save", refused="The provider refuses the credentials", taken="The provider takes the credentials of Sandbox",
    connect="Connect", here="The webhook points here", click="switch off auto-response messages", change="Change", off="Switch off",
    is_off="Switched off", remove="Remove", question="Remove LINE · {name}?",
)  # fmt: skip
VIETNAMESE = Words(
    add="Thêm kênh", new="LINE: tài khoản mới", name="Tên tài khoản", more="Cài đặt khác", address="Địa chỉ nhà cung cấp",
    test="Thử", save="Lưu", refused="Nhà cung cấp từ chối thông tin truy cập", taken="Nhà cung cấp chấp nhận thông tin truy cập",
    connect="Kết nối", here="Webhook trỏ về đây", click="tắt auto-response messages", change="Sửa", off="Tắt",
    is_off="Đã tắt", remove="Xóa", question="Xóa LINE · {name}?",
)  # fmt: skip


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=str(Path(SHOTS) / f"line-{name}.png"))


@pytest_asyncio.fixture(loop_scope="package")
async def phones() -> AsyncIterator[Phones]:
    phones = Phones(receipts="")
    await phones.start()
    yield phones
    await phones.stop()


@pytest.mark.parametrize(("locale", "width", "words"), [("en-GB", 1440, ENGLISH), ("vi-VN", 390, VIETNAMESE)], ids=["desk-en", "phone-vi"])
async def test_wrong_credentials_are_mended_and_the_account_is_connected_switched_off_and_removed(
    desk: Desk, phones: Phones, locale: Literal["en-GB", "vi-VN"], width: int, words: Words
) -> None:
    page, name = await desk.signed_in("an", width=width, locale=locale), f"walk{width}"
    await added(page, phones, words, name)
    row = page.get_by_role("listitem").filter(has_text=f"LINE · {name}")
    await row.get_by_role("button", name=f"{words.connect} LINE · {name}").click()
    await expect(row.get_by_text(words.here, exact=False)).to_be_visible(timeout=WITHIN_MS)
    await expect(row.get_by_text(words.click, exact=False)).to_be_visible()
    await row.get_by_text(words.click, exact=False).scroll_into_view_if_needed()
    await shot(page, f"5-connected-{width}")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert [] == await findings(page)

    menu = row.get_by_role("button", name=f"{words.change} LINE · {name}")
    await menu.click()
    await shot(page, f"6-menu-{width}")
    await page.get_by_role("menuitem", name=words.off).click()
    await expect(row).to_contain_text(words.is_off, timeout=WITHIN_MS)
    await shot(page, f"7-off-{width}")
    await menu.click()
    await page.get_by_role("menuitem", name=words.remove).click()
    question = page.get_by_role("dialog", name=words.question.format(name=name))
    await question.get_by_label(words.name).fill(name)
    await shot(page, f"8-remove-{width}")
    await question.get_by_role("button", name=words.remove).click()
    await expect(row).to_have_count(0, timeout=WITHIN_MS)
    await shot(page, f"9-gone-{width}")


async def added(page: Page, phones: Phones, words: Words, name: str) -> None:
    """Refused, mended, taken, saved."""
    await page.goto("/#/settings/channels")
    await page.get_by_role("button", name=words.add).click()
    await page.get_by_role("dialog").get_by_role("button", name="LINE", exact=True).click()
    form = page.get_by_role("dialog", name=words.new)
    await form.get_by_role("button", name=words.save).click()
    await shot(page, f"1-needed-{width_of(page)}")
    await form.get_by_label(words.name).fill(name)
    await form.get_by_label("Token", exact=True).fill("wrong")
    await form.get_by_label("Secret", exact=True).fill("wrong")
    await form.get_by_text(words.more).click()
    await form.get_by_label(words.address, exact=True).fill(f"{phones.base_url}/line")
    await shot(page, f"2-typed-{width_of(page)}")
    await form.get_by_role("button", name=words.test, exact=True).click()
    await expect(form.get_by_text(words.refused, exact=False)).to_be_visible(timeout=WITHIN_MS)
    await shot(page, f"3-refused-{width_of(page)}")

    await form.get_by_label("Token", exact=True).fill(CREDENTIALS["token"])
    await form.get_by_label("Secret", exact=True).fill(CREDENTIALS["secret"])
    await form.get_by_role("button", name=words.test, exact=True).click()
    await expect(form.get_by_text(words.taken, exact=False)).to_be_visible(timeout=WITHIN_MS)
    await shot(page, f"4-taken-{width_of(page)}")
    await form.get_by_role("button", name=words.save).click()
    await expect(form).to_have_count(0, timeout=WITHIN_MS)


def width_of(page: Page) -> int:
    return page.viewport_size["width"] if page.viewport_size else 0
