"""What a marketer sees of the console: nobody waits for them, and a step opens wherever it stands."""

import re

import pytest
from playwright.async_api import expect

from tests.console.world import Desk

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_nobody_waits_for_whoever_does_not_talk_with_customers(desk: Desk) -> None:
    await desk.waiting("Phan Chờ Đợi")
    agent, marketer = await desk.signed_in("binh"), await desk.signed_in("mai")

    await expect(agent.get_by_role("link", name=re.compile(r"^Inbox, \S+ for you$"))).to_be_visible()
    await expect(agent).to_have_title(re.compile(r"^\(\d+\) omnihub$"))
    await expect(marketer.locator("a[data-conversation]").first).to_be_visible()
    await expect(marketer.get_by_role("link", name="Inbox", exact=True)).to_be_visible()
    await expect(marketer).to_have_title("omnihub")


async def test_a_step_is_in_sight_once_it_is_chosen_on_a_phone(desk: Desk) -> None:
    page = await desk.signed_in("mai", width=390)
    await page.goto("/#/nudges/cart-recovery")
    panel = page.get_by_role("complementary", name="Ask whether they need help")

    await page.get_by_role("link", name="Ask whether they need help").click()

    await expect(panel.get_by_role("heading").first).to_be_in_viewport()
    await expect(panel.locator("blockquote").first).to_be_in_viewport()
