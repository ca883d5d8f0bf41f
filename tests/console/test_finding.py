"""Customers are found at the hub, not only among what a window has loaded: in their view and from the command bar."""

import pytest
from playwright.async_api import expect

from tests.console.world import Desk
from tests.processes import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def known(desk: Desk, name: str, **traits: str) -> str:
    """Somebody of the shop who never wrote; their id."""
    user = f"user-{desk.house.somebody()}"
    body = {"userId": user, "traits": {"name": name, **traits}}
    assert 200 == (await desk.house.caller.ask("POST", "/v1/identify", body)).status
    customer = await desk.house.customer("shop", "main", user)

    async def found() -> bool:
        told = await desk.house.caller.ask("GET", f"/api/customers?q={user}")
        return customer.encode() in told.raw

    await eventually(found, what=f"{name} in the index")
    return customer


async def test_whoever_never_wrote_is_found_by_name_and_by_the_end_of_a_phone(desk: Desk) -> None:
    customer = await known(desk, "Hồ Thị Ẩn Danh", phone="+84977123999", email="an.danh@shop.example")
    page = await desk.signed_in("mai")
    await page.goto("/#/customers")
    field = page.get_by_role("searchbox", name="Find a customer")

    for typed in ("ho an danh", "3999", "0977 123 999", "an.danh@"):
        await field.fill(typed)
        row = page.locator(f"a[href$='{customer}']")
        await expect(row).to_be_visible()
        await expect(row).to_contain_text("+84977123999")
        await expect(page.get_by_text("One found")).to_be_attached()
    await field.fill("nobody called so")

    await expect(page.get_by_text("Nobody is found by “nobody called so”", exact=False)).to_be_visible()


async def test_the_command_bar_finds_whom_this_window_does_not_know(desk: Desk) -> None:
    customer = await known(desk, "Tạ Ngân Hà", phone="+84977123888")
    page = await desk.signed_in()

    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("0977 123 888")
    await expect(page.get_by_role("menuitem", name="Tạ Ngân Hà")).to_be_visible()
    await page.keyboard.press("Enter")

    await expect(page).to_have_url(f"{desk.house.caller.base}/#/customers/{customer}")
    await expect(page.get_by_role("heading", name="Tạ Ngân Hà")).to_be_visible()


async def test_while_the_archive_is_away_open_conversations_are_still_found(desk: Desk) -> None:
    customer = await desk.waiting("Ngô Còn Đây")
    page = await desk.signed_in()
    await page.context.route("**/api/customers?*", lambda route: route.fulfill(status=503, body="{}"))
    await page.get_by_role("link", name="Open").first.click()
    await page.goto("/#/customers")

    await page.get_by_role("searchbox", name="Find a customer").fill("con day")

    await expect(page.get_by_text("The archive does not answer", exact=False)).to_be_visible()
    await expect(page.locator(f"a[href$='customers/{customer}']")).to_be_visible()
