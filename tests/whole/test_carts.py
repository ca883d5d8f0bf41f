"""A cart left behind in the real house: events by HTTP, the nudge on web chat and on Telegram, the answer, the order."""

import base64

import pytest
from msgspec import json

from hub.model.customers.record import Live
from hub.model.customers.runs import RunState
from hub.model.webchat.login import write_key
from sandbox.faults import FaultKind
from tests.processes import eventually
from tests.whole.world import HOURS_ASKED, House, Told

pytestmark = pytest.mark.asyncio(loop_scope="package")
SHIRT = {"product_id": "p1", "name": "Linen shirt", "price": 290000, "quantity": 1, "currency": "VND"}
CART = {"cart_url": "https://shop.example/cart", "products": [SHIRT], "currency": "VND"}


async def shop_says(house: House, path: str, body: dict[str, object]) -> Told:
    """A call of the shop's server, with its write key."""
    key = write_key(house.process.secrets.session_key)
    headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    async with house.caller.http.post(house.caller.base + path, json=body, headers=headers) as answer:
        return Told(answer.status, await answer.read(), "")


async def page_says(house: House, token: str, event: str, properties: dict[str, object]) -> Told:
    """A call of the page itself, by its chat session."""
    body = {"event": event, "properties": properties, "messageId": f"{event}-{house.somebody()}", "context": {"timezone": "Asia/Taipei"}}
    async with house.caller.http.post(house.caller.base + "/v1/track", json=body, headers={"X-Chat-Session": token}) as answer:
        return Told(answer.status, await answer.read(), "")


async def ended(house: House, customer: str, why: str) -> None:
    """Wait until the customer's newest run ended so."""

    async def so() -> bool:
        record: Live = await house.caller.record(customer)
        return bool(record.runs) and (record.runs[-1].state, record.runs[-1].end) == (RunState.ENDED, why)

    await eventually(so, what=f"the run's end: {why}")


async def reminded(house: House, customer: str) -> None:
    """Let the half hours pass until the first reminder went through the gate."""
    await eventually(lambda: _has_cart(house, customer), what="the cart in the record")
    house.clock.forward(minutes=30.5)
    await eventually(lambda: house.has_fact(customer, "run entered", journey="cart-recovery"), what="the run")
    house.clock.forward(minutes=30.5)
    await eventually(lambda: house.has_fact(customer, "nudge allowed", journey="cart-recovery", step="first"), what="the first reminder")


async def shops_customer(house: House, customer: str, user: str) -> str:
    """The shop's user of that id, who is this customer from now on."""
    await shop_says(house, "/v1/identify", {"userId": user, "traits": {"name": "Mai", "language": "en"}})
    known = await house.customer("shop", "main", user)

    async def asked() -> bool:
        # 404 until their first turn was taken.
        wish = {"other": customer, "evidence": "verified phone"}
        return (await house.caller.ask("POST", f"/api/customers/{known}/merge", wish, key=user)).status == 202

    async def merged() -> bool:
        return known in (await house.caller.record(customer)).merged

    await eventually(asked, what="the wish to merge")
    await eventually(merged, what="the merge")
    return user


async def _has_cart(house: House, customer: str) -> bool:
    cart = (await house.caller.record(customer)).cart
    return cart is not None and cart.open


async def test_a_cart_left_on_the_page_is_reminded_of_in_its_chat_answered_and_ordered(house: House) -> None:
    page = await house.caller.page()
    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: bool(page.memory.told_by("bot")), what="an answer")
    session = page.memory.token
    customer = await house.customer("webchat", "web", session.partition(".")[0])

    taken = await page_says(house, session, "Cart Updated", {**CART, "cart_id": f"c-{customer}"})
    await reminded(house, customer)
    await eventually(lambda: any("Linen shirt" in text for text in page.memory.told_by("nudge")), what="the reminder on the page")
    await page.say("m2", "1")
    await eventually(lambda: house.has_fact(customer, "run answered", answer="cart:finish"), what="the answer")
    await ended(house, customer, "replied")
    ordered = await page_says(house, session, "Order Completed", {"order_id": "o1", "cart_id": f"c-{customer}", "total": 290000})
    await eventually(lambda: house.has_fact(customer, "run goal"), what="the goal")

    assert (200, {"success": True}) == (taken.status, taken.body)
    assert 200 == ordered.status
    record = await house.caller.record(customer)
    assert record.orders is not None
    assert (1, "Asia/Taipei") == (record.orders.count, record.profile["time_zone"].value)
    await page.close()


async def test_a_customer_of_the_shop_is_reminded_on_telegram_and_an_order_ends_the_run_in_its_turn(house: House) -> None:
    who, telegram = house.somebody(), house.outside.telegram
    telegram.say(who, HOURS_ASKED)
    await eventually(lambda: bool(telegram.sent_to(who)), what="an answer")
    customer = await house.customer("telegram", "bot", who)
    user = await shops_customer(house, customer, f"user-{who}")
    events = [
        {"type": "track", "event": "Cart Updated", "userId": user, "messageId": f"{user}-1", "properties": {**CART, "cart_id": user}},
        {"type": "track", "event": "Product Added", "userId": user, "messageId": f"{user}-2", "properties": {"price": {"odd": 1}}},
    ]
    told = await shop_says(house, "/v1/batch", {"batch": events})
    await reminded(house, customer)
    await eventually(lambda: any("your cart is still here" in text.lower() for text in telegram.sent_to(who)), what="the reminder")
    await shop_says(house, "/v1/track", {"event": "Order Completed", "userId": user, "properties": {"order_id": who, "cart_id": user}})

    await ended(house, customer, "ordered")
    house.clock.forward(minutes=23 * 60)
    other = house.somebody()
    telegram.say(other, HOURS_ASKED)
    await eventually(lambda: bool(telegram.sent_to(other)), what="a later answer")
    assert 1 == sum("cart" in text for text in telegram.sent_to(who))
    body = json.decode(told.raw)
    assert (1, [1], "$.properties.price") == (body["taken"], [one["index"] for one in body["refused"]], body["refused"][0]["field"])


async def test_a_reminder_that_waits_at_the_provider_is_refused_once_they_have_ordered(house: House) -> None:
    who, plain = house.somebody(), house.outside.plain
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="an answer")
    customer = await house.customer("plain", "app", who)
    user = await shops_customer(house, customer, f"user-{who}")
    await shop_says(house, "/v1/track", {"event": "Cart Updated", "userId": user, "properties": {**CART, "cart_id": user}})
    plain.fault(FaultKind.THROTTLE, chat=who, retry_after=4)

    await reminded(house, customer)
    await shop_says(house, "/v1/track", {"event": "Order Completed", "userId": user, "properties": {"order_id": who, "cart_id": user}})
    # By the house's clock the provider's second is over, and so is the one after which what came back is judged anew.
    await eventually(lambda: house.has_fact(customer, "nudge deferred", reason="changed"), what="the way back from the mark")
    house.clock.forward(minutes=0.1)
    await eventually(lambda: house.has_fact(customer, "nudge refused", reason="goal_met", check="goal"), what="the refusal")

    assert [] == [text for text in plain.texts_of(who) if "Linen shirt" in text]
    assert () == (await house.caller.record(customer)).sends


async def test_explain_and_the_journeys_page_tell_what_the_gate_did(house: House) -> None:
    who, plain = house.somebody(), house.outside.plain
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="an answer")
    customer = await house.customer("plain", "app", who)

    explained = (await house.caller.ask("GET", f"/api/customers/{customer}/explain?journey=cart-recovery&step=second")).body
    await house.caller.ask("POST", "/api/journeys/cart-recovery/switch", {"status": "off", "by": "lan"})
    off = (await house.caller.ask("GET", f"/api/customers/{customer}/explain?journey=cart-recovery")).body
    await house.caller.ask("POST", "/api/journeys/cart-recovery/switch", {"status": "live", "by": "lan"})
    listed = json.decode((await house.caller.ask("GET", "/api/journeys")).raw)["journeys"]
    read = json.decode((await house.caller.ask("GET", "/api/journeys/cart-recovery?name=nudge%20allowed")).raw)

    assert ("refuse", "cart_empty") == (explained["verdict"], explained["reason"])
    assert ("refuse", "switched_off") == (off["verdict"], off["reason"])
    (journey,) = listed
    assert ("cart-recovery", "live", "lan") == (journey["name"], journey["status"], journey["switched_by"])
    assert ["pause", "first", "day", "second", "tonight", "evening"] == [step["id"] for step in journey["steps"]]
    assert journey["counts"]["first"]["sent"] >= 0
    assert {"nudge allowed"} >= {one["name"] for one in read["newest"]}


async def test_the_shops_server_says_that_a_session_is_its_customer_and_the_two_become_one(house: House) -> None:
    page = await house.caller.page()
    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: bool(page.memory.told_by("bot")), what="an answer")
    session = page.memory.token.partition(".")[0]
    customer = await house.customer("webchat", "web", session)
    user = f"user-{house.somebody()}"
    await shop_says(house, "/v1/track", {"event": "Signed Up", "userId": user})
    older = await house.customer("shop", "main", user)
    await eventually(lambda: house.has_fact(older, "tracked", event="Signed Up"), what="the user's first turn")

    forged = await page_says(house, page.memory.token, "Signed Up", {})
    await shop_says(house, "/v1/track", {"event": "Logged In", "userId": user, "anonymousId": session})

    async def one() -> bool:
        first, second = await house.caller.record(customer), await house.caller.record(older)
        return first.id == second.id == min(customer, older)

    await eventually(one, what="the merge")
    assert 200 == forged.status
    await page.close()
