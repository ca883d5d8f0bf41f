"""The channels' view, and what is said of a message that did not arrive, in a real browser."""

import pytest
from playwright.async_api import expect

from hub.model.channels.exchange import Exchange
from hub.store.channels.calls import Calls, Kept
from tests.console.world import Desk

pytestmark = pytest.mark.asyncio(loop_scope="package")

PLACE = ("plain", "app")


async def test_a_failed_call_stands_in_the_log_with_its_sentence_as_it_happens(desk: Desk) -> None:
    page = await desk.signed_in("an")
    process = desk.house.process
    calls = Calls(process.store.links, process.store.keys)
    now = desk.house.clock.now()
    await page.goto("/#/settings/channels")
    account = page.get_by_role("listitem").filter(has_text="App · app")
    await account.get_by_role("link", name="Show the log").click()
    await page.get_by_label("Only what failed").check()

    bad = Exchange(
        at=now, method="POST", url="https://app.example/out", status=401, took=12, failure="auth", code="190", asked='{"to":"<7>"}'
    )
    await calls.write([Kept(PLACE, bad)], now=now)

    log = page.get_by_role("region", name="Log")
    entry = log.get_by_role("listitem").filter(has_text="https://app.example/out")
    await expect(entry).to_contain_text("The channel no longer accepts our access.")
    await expect(entry).to_contain_text("190")
    await entry.locator("summary").click()
    await expect(entry.get_by_text('{"to":"<7>"}')).to_be_visible()
    await expect(account).to_contain_text("The last call failed")
    await expect(account).to_contain_text("connect the channel anew")


async def test_whoever_may_not_watch_is_not_offered_it(desk: Desk) -> None:
    page = await desk.signed_in("binh")

    await page.goto("/#/settings/me")

    await expect(page.get_by_role("link", name="You")).to_be_visible()
    await expect(page.get_by_role("link", name="Channels")).to_have_count(0)


async def test_what_did_not_arrive_says_what_happened_with_the_channel_s_own_words_below(desk: Desk) -> None:
    customer = await desk.waiting("Hoà", "shop ơi")
    who, _ = desk.apps(customer)
    sent = next(taken.id for taken in desk.house.outside.plain.received if taken.to == who)
    page = await desk.signed_in("an")
    await page.goto(f"/#/inbox/queue/{customer}")

    await desk.house.caller.bring({"from": who, "type": "receipt", "ids": [sent], "state": "failed", "reason": "error 17: no route"})

    await expect(page.get_by_text("The channel refused this message, in the words below.", exact=False)).to_be_visible()
    await expect(page.get_by_text("error 17: no route")).to_be_visible()
