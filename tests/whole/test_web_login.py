"""A signed-in customer of the shop: one timeline over web and Telegram, never two people in one; files and typing on the way."""

import time

import pytest

from config.wiring.chat import login_secret
from hub.model.address import Address
from hub.model.customers.record import Live
from hub.model.webchat.login import write_login
from hub.store.webchat.logins import LINKS_AT_MOST, LoginStore
from tests.pictures import png
from tests.processes import eventually
from tests.whole.page import Page
from tests.whole.world import HOURS, HOURS_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
PICTURE = png(size=400)


def token(house: House, user: str, *, name: str = "") -> str:
    """What the shop's server makes for that customer."""
    key = login_secret(house.settings, house.process.secrets).encode()
    return write_login(user, key=key, iat=int(house.clock.now() / 1000), name=name)


async def signed_in(house: House, page: Page, user: str, *, name: str = "") -> None:
    """Sign in and wait for the hub's word."""
    before = page.memory.welcomes
    await page.log_in(token(house, user, name=name))
    await eventually(lambda: page.memory.welcomes > before, what="the welcome after the login")
    assert user == page.memory.user


async def known_as(house: House, page: Page) -> Live:
    """The record behind the page's session."""
    address = page.address
    return await house.caller.record(await house.customer(address.channel, address.account, address.id))


async def talked(page: Page) -> None:
    """One question and its answer."""
    count = len(page.memory.told_by("bot"))
    await page.say(f"q{time.monotonic_ns()}", HOURS_ASKED)
    await eventually(lambda: len(page.memory.told_by("bot")) > count, what="the bot's answer")


async def followed(house: House, who: str, link: str) -> str:
    """Open a link on a phone; the bot's newest words there."""
    count = len(house.outside.telegram.sent_to(who))
    house.outside.telegram.say(who, f"/start {link.partition('?start=')[2]}")
    await eventually(lambda: len(house.outside.telegram.sent_to(who)) > count, what="the bot's word on Telegram")
    return house.outside.telegram.sent_to(who)[-1]


async def link_of(page: Page) -> str:
    """A link to go on in Telegram."""
    count = len(page.memory.links)
    await page.ask_link()
    await eventually(lambda: len(page.memory.links) > count, what="the link")
    return page.memory.links[-1]


async def test_a_signed_in_customer_on_telegram_and_web_is_one_timeline(house: House) -> None:
    who, user = house.somebody(), f"shop-{house.somebody()}"
    page = await house.caller.page()
    await talked(page)
    house.outside.telegram.say(who, HOURS_ASKED)
    await eventually(lambda: bool(house.outside.telegram.sent_to(who)), what="the answer on Telegram")
    other = await house.customer("telegram", "bot", who)

    await signed_in(house, page, user, name="Nguyễn An")
    link = await link_of(page)
    told = await followed(house, who, link)

    async def one() -> bool:
        return (await known_as(house, page)).id == (await house.caller.record(other)).id

    await eventually(one, what="one customer on both channels")
    record = await known_as(house, page)
    lines = [line.entry for line in await house.caller.lines(record.id)]
    assert {"webchat", "telegram", "shop"} == {address.channel for address in record.addresses}
    assert {"webchat", "telegram"} == {line.address.channel for line in lines if line.kind == "message" and line.address}
    assert "t.me/sandbox_shop_bot?start=go-" in link
    assert HOURS not in told
    house.outside.telegram.say(who, HOURS_ASKED)
    await eventually(lambda: HOURS in house.outside.telegram.sent_to(who)[-1], what="the talk going on on Telegram")
    await page.close()


async def test_a_link_that_was_used_merges_nobody_else_and_is_told_kindly(house: House) -> None:
    first, second, user = house.somebody(), house.somebody(), f"shop-{house.somebody()}"
    page = await house.caller.page()
    await signed_in(house, page, user)
    link = await link_of(page)
    await followed(house, first, link)

    told = await followed(house, second, link)

    stranger = await house.caller.record(await house.customer("telegram", "bot", second))
    assert {"telegram"} == {address.channel for address in stranger.addresses}
    assert any(word in told for word in ("used already", "đã dùng", "已使用過"))
    await page.close()


async def test_a_link_stays_good_though_another_was_asked_for_right_after_it(house: House) -> None:
    who, user = house.somebody(), f"shop-{house.somebody()}"
    page = await house.caller.page()
    await signed_in(house, page, user)

    first, _ = await link_of(page), await link_of(page)
    told = await followed(house, who, first)

    assert not any(word in told for word in ("used already", "đã dùng", "已使用過"))

    async def one() -> bool:
        phone = await house.caller.record(await house.customer("telegram", "bot", who))
        return (await known_as(house, page)).id == phone.id

    await eventually(one, what="one customer")
    await page.close()


async def test_of_many_links_the_newest_five_are_good(house: House) -> None:
    page = await house.caller.page()
    await signed_in(house, page, f"shop-{house.somebody()}")

    made = [(await link_of(page)).partition("?start=")[2] for _ in range(LINKS_AT_MOST + 2)]

    store = house.process.store
    known = await LoginStore(store.links, store.keys).passes(page.address)
    there = [token for token in made if await store.links.call("", "EXISTS", store.keys.onward(token)[0])]
    assert (made[2:], set(made[2:])) == (there, set(known))
    await page.close()


async def test_a_link_whose_answer_came_too_late_is_good_once_more_from_the_same_phone_and_from_no_other(house: House) -> None:
    """Guard: a link is used by an address, not by one event."""
    who, thief, user = house.somebody(), house.somebody(), f"shop-{house.somebody()}"
    page = await house.caller.page()
    await signed_in(house, page, user)
    link = await link_of(page)
    store = LoginStore(house.process.store.links, house.process.store.keys)
    # As a turn asks that decides before the answer comes.
    await store.redeem(link.partition("?start=")[2], by=str(Address(channel="telegram", account="bot", id=who)))

    stolen, told = await followed(house, thief, link), await followed(house, who, link)

    assert any(word in stolen for word in ("used already", "đã dùng", "已使用過"))
    assert not any(word in told for word in ("used already", "đã dùng", "已使用過"))

    async def one() -> bool:
        phone = await house.caller.record(await house.customer("telegram", "bot", who))
        return (await known_as(house, page)).id == phone.id

    await eventually(one, what="one customer")
    await page.close()


async def test_a_phone_on_which_another_customer_of_the_shop_is_known_is_not_merged(house: House) -> None:
    who, one, two = house.somebody(), f"shop-{house.somebody()}", f"shop-{house.somebody()}"
    pages = [await house.caller.page(), await house.caller.page()]
    await signed_in(house, pages[0], one)
    await signed_in(house, pages[1], two)
    await followed(house, who, await link_of(pages[0]))
    phone = await house.customer("telegram", "bot", who)

    async def merged() -> bool:
        return any(address.channel == "shop" for address in (await house.caller.record(phone)).addresses)

    await eventually(merged, what="the first merge")
    await followed(house, who, await link_of(pages[1]))

    shop = [address.id for address in (await house.caller.record(phone)).addresses if address.channel == "shop"]
    assert [one] == shop
    for page in pages:
        await page.close()


async def test_signing_in_twice_changes_nothing(house: House) -> None:
    user = f"shop-{house.somebody()}"
    page = await house.caller.page()
    await talked(page)
    await signed_in(house, page, user, name="An")
    await talked(page)
    session, before = page.memory.token, await known_as(house, page)

    await signed_in(house, page, user, name="An")
    await talked(page)

    after = await known_as(house, page)
    lines = [line.entry.text for line in await house.caller.lines(after.id)]
    assert session == page.memory.token
    assert (before.id, before.addresses, before.merged) == (after.id, after.addresses, after.merged)
    assert not [line for line in lines if line.startswith("merged")]
    await page.close()


async def test_two_people_at_one_browser_stay_two(house: House) -> None:
    one, two = f"shop-{house.somebody()}", f"shop-{house.somebody()}"
    page = await house.caller.page()
    await talked(page)
    await signed_in(house, page, one)
    await talked(page)
    first = await known_as(house, page)

    await signed_in(house, page, two)
    shown = list(page.memory.entries)
    await talked(page)

    second = await known_as(house, page)
    assert [] == shown
    assert first.id != second.id
    assert [one] == [address.id for address in first.addresses if address.channel == "shop"]
    assert [two] == [address.id for address in second.addresses if address.channel == "shop"]
    await page.close()


async def test_on_another_device_they_find_what_was_said(house: House) -> None:
    user = f"shop-{house.somebody()}"
    laptop = await house.caller.page()
    await talked(laptop)
    await signed_in(house, laptop, user)
    phone = await house.caller.page()

    await signed_in(house, phone, user)

    await eventually(lambda: phone.memory.told_by("bot") == laptop.memory.told_by("bot"), what="the history")
    await phone.log_out()
    await eventually(lambda: not phone.memory.user, what="the goodbye")
    assert [] == phone.memory.entries
    for page in (laptop, phone):
        await page.close()


async def test_a_file_arrives_is_shown_and_nobody_else_can_send_it(house: House) -> None:
    page = await house.caller.page()
    kept = await house.caller.upload(page.memory.token, "Ảnh hàng.png", PICTURE)
    await page.say("with-file", "look at this", files=(str(kept["id"]),))
    await eventually(lambda: any(entry.links for entry in page.memory.entries), what="the picture in the log")
    link = next(entry.links[0] for entry in page.memory.entries if entry.links)
    status, headers, content = await house.caller.fetch(link.url)

    assert (200, "image/png", PICTURE) == (status, headers["Content-Type"], content)
    assert "sandbox" in headers["Content-Security-Policy"]

    await eventually(lambda: bool(page.memory.told_by("bot")), what="the bot's answer")

    async def told() -> bool:
        address = page.address
        customer = await house.customer(address.channel, address.account, address.id)
        lines = await house.caller.lines(customer)
        return [link.url] == [piece.url for line in lines for piece in line.entry.attachments]

    await eventually(told, what="the picture on the timeline")
    other = await house.caller.page()
    await other.say("stolen", "mine?", files=(str(kept["id"]),))
    await eventually(lambda: bool(other.memory.refused), what="the refusal")
    assert ("file", "stolen") == (other.memory.refused[0].code, other.memory.refused[0].id)
    await other.close()
    await page.close()


async def test_typing_is_passed_on_both_ways_and_never_kept(house: House) -> None:
    page = await house.caller.page()
    await talked(page)
    record = await known_as(house, page)
    heard: list[object] = []
    assert house.process.web is not None
    leave = house.process.web.switchboard.listen(heard.append)

    async def both() -> bool:
        assert house.process.web is not None
        await page.type()
        await house.process.web.switchboard.signals.agent_types(record.id, "an")
        return bool(page.memory.typists) and any(getattr(signal, "who", "") == "customer" for signal in heard)

    await eventually(both, what="both typing")
    leave()
    lines = await house.caller.lines(record.id)
    assert {"message", "fact"} >= {line.entry.kind for line in lines}
    await page.close()
