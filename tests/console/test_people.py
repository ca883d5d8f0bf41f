"""Sign-in, one's own settings, and the people, in a real browser."""

import re

import pytest
from playwright.async_api import expect

from tests.console.world import PASSWORD, Desk
from tests.processes import folder
from tests.whole.grounds import Topology, ground
from tests.whole.world import house_on

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_wrong_password_is_told_and_the_right_one_opens(desk: Desk) -> None:
    page = await desk.window()

    await page.get_by_label("Login").fill("an")
    await page.get_by_label("Password").fill("not the right one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("Login or password is not right.")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("navigation", name="Views")).to_be_visible()


async def test_language_look_and_the_enter_key_are_one_s_own_and_stay(desk: Desk) -> None:
    page = await desk.signed_in("mai")
    await page.goto("/#/settings/me")

    await page.get_by_label("Look").select_option("dark")
    await page.get_by_label("The Enter key").select_option("breaks")
    await page.get_by_label("Language").select_option("vi")
    await expect(page.get_by_role("heading", name="Cài đặt")).to_be_visible()
    await page.reload()

    await expect(page.get_by_role("heading", name="Cài đặt")).to_be_visible()
    assert ("vi", "dark") == tuple(await page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]"))
    await expect(page.get_by_label("Phím Enter")).to_have_value("breaks")
    await page.get_by_label("Ngôn ngữ").select_option("en")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()


async def test_an_admin_adds_somebody_and_the_last_admin_cannot_go(desk: Desk) -> None:
    page = await desk.signed_in("an")
    await page.goto("/#/settings/people")

    await page.get_by_role("button", name="Add somebody").click()
    await page.get_by_label("Name").fill("Đỗ Quyên")
    await page.get_by_label("Login").fill("binh")
    await page.get_by_label("First password").fill("one to begin with")
    await page.get_by_role("dialog").get_by_role("button", name="Add somebody").click()
    await expect(page.get_by_text("Somebody has this login already.", exact=False)).to_be_visible()
    await page.get_by_label("Login").fill("quyen")
    await page.get_by_role("dialog").get_by_role("button", name="Add somebody").click()
    await expect(page.get_by_role("listitem").filter(has_text="quyen")).to_be_visible()
    await page.get_by_label("Role of Nguyễn Văn An").select_option("agent")
    await expect(page.get_by_text("This is the last active admin.", exact=False)).to_be_visible()
    await expect(page.get_by_label("Role of Nguyễn Văn An")).to_have_value("admin")
    await page.get_by_role("listitem").filter(has_text="quyen").get_by_role("button", name="Deactivate").click()

    await expect(page.get_by_role("listitem").filter(has_text="quyen")).to_contain_text("cannot sign in")


async def test_whoever_may_not_name_people_sees_them_and_no_buttons(desk: Desk) -> None:
    page = await desk.signed_in("binh")
    await page.goto("/#/settings/people")

    await expect(page.get_by_role("listitem").filter(has_text="Lê Mai")).to_contain_text("Marketer")
    await expect(page.get_by_role("button", name="Add somebody")).to_have_count(0)


async def test_the_first_one_comes_in_by_the_printed_link(desk: Desk) -> None:
    with folder() as place, ground(Topology.EMBEDDED) as below:
        async with house_on(below, place) as house:
            web = house.process.web
            assert web is not None
            code = await web.people.setup_code()
            page = await desk.window()
            await page.goto(f"{house.caller.base}/#/setup?code={code}")

            await page.get_by_label("Name").fill("Mai Phương")
            await page.get_by_label("Login").fill("phuong")
            await page.get_by_label("Password").fill("short")
            await expect(page.get_by_label("Code")).to_have_value(re.compile(r"."))
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Begin").click()

            await expect(page.get_by_role("navigation", name="Views")).to_be_visible()
            await expect(page.get_by_role("heading", name="Nobody waits")).to_be_visible()


async def test_a_session_that_ends_leads_to_the_way_in_without_a_word_lost(desk: Desk) -> None:
    page = await desk.signed_in("binh")
    await expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    web = desk.house.process.web
    assert web is not None

    await page.context.clear_cookies()
    await page.goto("/#/settings/people")
    await page.reload()

    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
