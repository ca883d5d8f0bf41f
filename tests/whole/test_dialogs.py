"""Dialogs through the whole house: a place in the queue, an order looked up at the shop, a score after the closing."""

import pytest

from hub.model.customers.record import UNHAPPY
from hub.store.inbox.queue import Queue
from tests.processes import eventually
from tests.whole.world import PERSON_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
ORDER_ASKED = "don 1001 so dien thoai 0900 005 678"


async def opened(house: House) -> None:
    """Move the clock to ten in the morning by the shop's clock, unless it is open."""
    minutes = (house.clock.now() // 60_000 + 7 * 60) % (24 * 60)
    if not 9 * 60 <= minutes < 20 * 60:
        house.clock.forward(minutes=(10 * 60 - minutes) % (24 * 60))


async def waits(house: House) -> tuple[str, str]:
    """Somebody who asked for a person, and stands in the index of those who wait."""
    who = house.somebody()
    await house.caller.write(who, PERSON_ASKED)
    customer = await house.customer("plain", "app", who)
    queue = Queue(house.process.store.links, house.process.store.keys)

    async def noted() -> bool:
        return any(waiting.customer == customer for waiting in (await queue.waiting(1000))[0])

    await eventually(noted, what="the customer in the queue")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 1, what="the promise of a person")
    return who, customer


async def test_who_waits_is_told_the_place_and_moves_up_when_the_one_before_is_claimed(house: House) -> None:
    await opened(house)
    _, first = await waits(house)
    who, second = await waits(house)
    queue = Queue(house.process.store.links, house.process.store.keys)
    (conversation,) = (await house.caller.record(second)).conversations
    before, _ = await queue.place(conversation.id, second)

    await house.caller.ask("POST", f"/api/customers/{first}/claim", {"agent": "lan"})

    async def moved_up() -> bool:
        return (await queue.place(conversation.id, second))[0] == before - 1

    await eventually(moved_up, what="the place before taken")
    house.clock.forward(minutes=1)
    await house.caller.write(who, "còn lâu không shop")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the place")
    promised, told = house.outside.plain.texts_of(who)
    assert f"vị trí thứ {before}" in promised
    assert f"vị trí thứ {before - 1}" in told or (before == 2 and "đến lượt mình" in told)


async def test_outside_business_hours_who_wants_a_person_hears_when_one_is_there(house: House) -> None:
    minutes = (house.clock.now() // 60_000 + 7 * 60) % (24 * 60)
    house.clock.forward(minutes=(23 * 60 - minutes) % (24 * 60))
    who = house.somebody()

    await house.caller.write(who, PERSON_ASKED)

    await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the promise of a person")
    assert "9:00 ngày mai" in house.outside.plain.texts_of(who)[0]


async def test_an_order_is_looked_up_at_the_shop_and_told_with_what_is_in_it(house: House) -> None:
    who = house.somebody()

    await house.caller.write(who, ORDER_ASKED)

    await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the order")
    (told,) = house.outside.plain.texts_of(who)
    assert ["1 × Áo sơ mi linen, M", "GHN48213977", "1.870.000 ₫"] == [
        part for part in ("1 × Áo sơ mi linen, M", "GHN48213977", "1.870.000 ₫") if part in told
    ]


async def test_a_score_is_asked_for_after_the_closing_and_becomes_a_fact(house: House) -> None:
    who, customer = await waits(house)
    plain, caller = house.outside.plain, house.caller
    await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})
    await caller.ask("POST", f"/api/customers/{customer}/resolve", {"agent": "lan"})
    (conversation,) = (await caller.record(customer)).conversations

    house.clock.forward(minutes=1)
    await eventually(lambda: len(plain.texts_of(who)) == 2, what="the question")
    await caller.write(who, "2")
    await eventually(lambda: len(plain.texts_of(who)) == 3, what="the open question")
    record = await caller.record(customer)
    await caller.write(who, "nhan vien tra loi cham")
    await eventually(lambda: len(plain.texts_of(who)) == 4, what="the thanks")

    assert "2" == record.profile[UNHAPPY].value
    told = {"score": "2", "text": "nhan vien tra loi cham", "conversation": conversation.id, "agent": "lan"}

    async def archived() -> bool:
        return await house.has_fact(customer, "Feedback Given", **told)

    await eventually(archived, what="the fact")
