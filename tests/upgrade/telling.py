"""What the landed version is told before its folder is kept: some customers with all that is stored of them. Everything is made up."""

import base64
import hashlib
from pathlib import Path

import aiohttp
from msgspec import Struct, json

from hub.model.subject import customer_subject, partition_of
from hub.model.webchat.login import write_key
from hub.store.connections.links import connect
from hub.store.embedded.lock import find_running
from hub.store.keys import Keys
from sandbox.faults import FaultKind
from tests.pictures import png
from tests.processes import eventually
from tests.upgrade.landed import Seen
from tests.upgrade.served import Served, command
from tests.whole.world import HOURS_ASKED, PERSON_ASKED, Caller, StandIns

PASSWORD = "đường về nhà 47"
AGENT_SAID, NOTE, FEE_ASKED = "Chào anh, em là Lan đây ạ.", "khách quen từ năm ngoái", "phi ship bao nhieu"
SPOILT = b"%016x" % 1 + b"\xc1 no record"
"""What no version can read where a record should be."""

APP = {
    "an": "7001",  # asked, wants no advertisements
    "binh": "7002",  # with an agent, who has written a note
    "lien": "7003",  # waits for a person
    "em": "7004",  # one nudge whose end nobody knows, one answer the app refused
    "giang": "7005",  # one word was given up
    "hoa": "7006",  # closed, asked how it was
    "khoa": "7007",  # forgotten
}
TELEGRAM = {"dung": "7101"}
USER = "user-7101"
SHIRT = {"product_id": "p1", "name": "Linen shirt", "price": 290000, "quantity": 1, "currency": "VND"}
CART = {"cart_id": "cart-7101", "cart_url": "https://shop.example/cart", "products": [SHIRT], "currency": "VND"}


class Told(Struct, frozen=True):
    """What only the teller knows."""

    session: tuple[str, str]
    chat: str
    file: tuple[str, str]
    merged: tuple[str, str]
    erased: str
    customers: dict[str, str]


async def customer_at(caller: Caller, channel: str, account: str, id: str) -> str:  # noqa: A002 - the address's name
    """Whose that address is."""
    found = ""

    async def known() -> bool:
        nonlocal found
        answer = await caller.ask("GET", f"/api/addresses/{channel}/{account}/{id}")
        found = str(answer.body.get("customer", ""))
        return bool(found)

    await eventually(known, what=f"a customer behind {channel}/{id}")
    return found


async def tell(place: Path, hub: Served, outside: StandIns, *, code: Path) -> Told:
    """Tell all of it; the hub is at rest then."""
    caller = hub.caller
    command(place, "user", "add", "lan", "--role", "admin", code=code, typed=f"{PASSWORD}\n")
    chat, file = await _page(caller)
    customers = {"chi": await customer_at(caller, "webchat", "web", chat.partition(".")[0])}
    for name, who in APP.items():
        await caller.write(who, HOURS_ASKED, name=name.capitalize())
        await told(outside, who, 1)
        customers[name] = await customer_at(caller, "plain", "app", who)
    await _app(caller, outside, customers)
    merged = await _cart(hub, outside)
    customers["dung"] = merged[1]
    await _given_up(place, caller, customers["giang"])
    await caller.bring({"from": "7009", "id": "odd-1", "type": "dance", "steps": 3})
    command(place, "customer", "erase", customers["khoa"], "--yes", code=code)
    session = await sign_in(caller.base)
    return Told(session=session, chat=chat, file=file, merged=merged, erased=customers.pop("khoa"), customers=customers)


async def sign_in(base: str) -> tuple[str, str]:
    """Sign in with the password; the session's cookie and its CSRF token."""
    wish = {"login": "lan", "password": PASSWORD}
    async with aiohttp.ClientSession() as http, http.post(f"{base}/api/session", json=wish) as answer:
        assert answer.status == 200, await answer.text()
        return answer.cookies["hub_session"].value, str((await answer.json())["csrf"])


async def seen_by(caller: Caller, customers: dict[str, str]) -> dict[str, Seen]:
    """Each customer's timeline as the API shows it."""
    return {name: await seen(caller, customer) for name, customer in customers.items()}


async def seen(caller: Caller, customer: str) -> Seen:
    """One customer's timeline as the API shows it."""
    lines = await caller.lines(customer)
    told = tuple((line.entry.who, line.entry.text, line.state.value if line.state else "") for line in lines)
    return Seen(customer=customer, lines=told)


async def _page(caller: Caller) -> tuple[str, tuple[str, str]]:
    """A page of the web chat that asked, and sent a picture; its session, and where the picture lies."""
    page = await caller.page()
    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: bool(page.memory.told_by("bot")), what="an answer on the page")
    upload = await caller.upload(page.memory.token, "ao.png", png())
    url = str(upload["url"])
    await page.say("m2", "cái này còn không shop", files=(str(upload["id"]),))
    await eventually(lambda: len(page.memory.told_by("bot")) > 1, what="an answer to the picture")
    await page.close()
    status, _, content = await caller.fetch(url)
    assert status == 200
    return page.memory.token, (url, hashlib.sha256(content).hexdigest())


async def _app(caller: Caller, outside: StandIns, customers: dict[str, str]) -> None:
    """What the app's customers say, and what becomes of it."""
    plain = outside.plain
    await caller.write(APP["an"], "STOP")
    for name in ("binh", "lien", "hoa"):
        await caller.write(APP[name], PERSON_ASKED)
    for name in ("an", "binh", "lien", "hoa"):
        await told(outside, APP[name], 2)
    for name in ("binh", "hoa"):
        assert (await caller.ask("POST", f"/api/customers/{customers[name]}/claim", {"agent": "lan"})).status == 200
        await caller.ask("POST", f"/api/customers/{customers[name]}/say", {"agent": "lan", "text": AGENT_SAID})
        await told(outside, APP[name], 3)
    await caller.ask("POST", f"/api/customers/{customers['binh']}/note", {"name": "remark", "detail": NOTE})
    await caller.ask("POST", f"/api/customers/{customers['hoa']}/resolve", {"agent": "lan", "reason": "xong"})
    await told(outside, APP["hoa"], 4)
    plain.fault(FaultKind.RESET_AFTER, chat=APP["em"])
    await caller.ask("POST", f"/api/customers/{customers['em']}/nudge", {"text": "hôm nay giảm giá", "key": "sale"})
    await _ended(caller, customers["em"], "unknown")
    plain.fault(FaultKind.ERROR, chat=APP["em"], status=400, description="no")
    await caller.write(APP["em"], FEE_ASKED)
    await _ended(caller, customers["em"], "failed")


async def told(outside: StandIns, who: str, least: int) -> None:
    """Wait until the app was told so much for that customer."""
    await eventually(lambda: len(outside.plain.texts_of(who)) >= least, what=f"message {least} to {who}")


async def _ended(caller: Caller, customer: str, state: str) -> None:
    async def so() -> bool:
        return state in [line.state for line in await caller.lines(customer)]

    await eventually(so, what=f"a delivery that is {state}")


async def _cart(hub: Served, outside: StandIns) -> tuple[str, str]:
    """A customer of the shop on Telegram, merged, whose cart has entered a journey; the younger id and the one that stays."""
    caller, who = hub.caller, TELEGRAM["dung"]
    outside.telegram.say(who, HOURS_ASKED, name="Dung")
    await eventually(lambda: bool(outside.telegram.sent_to(who)), what="an answer on the phone")
    mine = await customer_at(caller, "telegram", "bot", who)
    await shop_says(caller, hub, "/v1/identify", {"userId": USER, "traits": {"name": "Dung", "language": "en"}})
    shops = await customer_at(caller, "shop", "main", USER)
    older, younger = sorted((mine, shops))
    await caller.ask("POST", f"/api/customers/{shops}/merge", {"other": mine, "evidence": "verified phone"}, key="merge")

    async def merged() -> bool:
        return younger in (await caller.record(older)).merged

    async def entered() -> bool:
        return any(run.active for run in (await caller.record(older)).runs)

    async def has_cart() -> bool:
        cart = (await caller.record(older)).cart
        return cart is not None and cart.open

    await eventually(merged, what="the merge")
    await shop_says(caller, hub, "/v1/track", {"event": "Cart Updated", "userId": USER, "messageId": "cart-1", "properties": CART})
    await eventually(has_cart, what="the cart")
    await hub.forward(minutes=30.5)
    await eventually(entered, what="the run")
    return younger, older


async def shop_says(caller: Caller, hub: Served, path: str, body: dict[str, object]) -> None:
    """A call of the shop's server, with its write key."""
    key = write_key(hub.session_key)
    headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    async with caller.http.post(caller.base + path, json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def _given_up(place: Path, caller: Caller, customer: str) -> None:
    """A word given up because the record could not be read just then."""
    keys = Keys().partitions[partition_of(customer_subject(customer))]
    links = await connect(f"unix://{find_running(place / 'data')}")
    try:
        name = keys.record(customer)
        whole = await links.call(name, "GET", name)
        assert isinstance(whole, bytes)
        await links.call(name, "SET", name, SPOILT)
        await caller.write(APP["giang"], FEE_ASKED)
        await eventually(lambda: _any_dead(caller), what="a word given up")
        await links.call(name, "SET", name, whole)
    finally:
        await links.stop()


async def _any_dead(caller: Caller) -> bool:
    return bool(json.decode((await caller.ask("GET", "/api/dead")).raw)["dead"])
