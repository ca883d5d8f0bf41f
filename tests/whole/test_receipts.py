"""Receipts: a delivery's state climbs and never falls, whenever and in whatever order they come."""

import pytest

from hub.model.words import DeliveryState
from sandbox.faults import FaultKind
from tests.processes import eventually
from tests.whole.world import HOURS_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def answered(house: House) -> tuple[str, str, str]:
    """A customer of the app with one answer: who, the customer, the answer's id."""
    who = house.somebody()
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the answer")
    sent = next(taken.id for taken in house.outside.plain.received if taken.to == who)
    return who, await house.customer("plain", "app", who), sent


async def state(house: House, customer: str, delivery: str) -> DeliveryState | None:
    """How far the delivery came, as the API says."""
    return next(line.state for line in await house.caller.lines(customer) if line.entry.delivery == delivery)


async def becomes(house: House, customer: str, delivery: str, wanted: DeliveryState) -> None:
    """Wait until the delivery is so far."""

    async def so() -> bool:
        return await state(house, customer, delivery) is wanted

    await eventually(so, what=f"the state {wanted}")


async def test_a_delivery_climbs_from_sent_to_delivered_to_read_and_never_falls(house: House) -> None:
    who, customer, sent = await answered(house)

    await becomes(house, customer, sent, DeliveryState.SENT)
    for told in (DeliveryState.DELIVERED, DeliveryState.READ):
        await house.caller.bring({"from": who, "type": "receipt", "ids": [sent], "state": told.value})
        await becomes(house, customer, sent, told)
    for late in ("delivered", "sent", "failed"):
        await house.caller.bring({"from": who, "type": "receipt", "ids": [sent], "state": late, "id": f"late {late}"})
    await house.caller.write(who, "phi ship bao nhieu")
    # The mailbox is in order: once the word is answered, the receipts before it have had their turns.
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the next answer")

    assert DeliveryState.READ is await state(house, customer, sent)


async def test_one_receipt_counts_for_all_it_names(house: House) -> None:
    who, customer, first = await answered(house)
    await house.caller.write(who, "phi ship bao nhieu")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the next answer")
    second = [taken.id for taken in house.outside.plain.received if taken.to == who][-1]
    await becomes(house, customer, second, DeliveryState.SENT)

    await house.caller.bring({"from": who, "type": "receipt", "ids": [first, second], "state": "read"})

    await becomes(house, customer, first, DeliveryState.READ)
    await becomes(house, customer, second, DeliveryState.READ)


async def test_a_receipt_that_comes_before_its_id_is_known_is_parked_and_placed(house: House) -> None:
    who, plain = house.somebody(), house.outside.plain
    plain.fault(FaultKind.HANG_AFTER, chat=who, seconds=0.5)
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="the answer")
    sent = next(taken.id for taken in plain.received if taken.to == who)
    customer = await house.customer("plain", "app", who)

    await house.caller.bring({"from": who, "type": "receipt", "ids": [sent], "state": "delivered"})

    async def parked() -> bool:
        return bool((await house.caller.record(customer)).parked)

    await eventually(parked, what="the parked receipt")
    early = await state(house, customer, sent)
    await becomes(house, customer, sent, DeliveryState.SENT)
    house.clock.forward(minutes=1.1)
    await becomes(house, customer, sent, DeliveryState.DELIVERED)

    assert DeliveryState.SENDING is early
    assert not await parked()


async def test_a_receipt_nobody_ever_sent_is_told_and_forgotten(house: House) -> None:
    who, customer, _ = await answered(house)

    await house.caller.bring({"from": who, "type": "receipt", "ids": ["dl-nobody"], "state": "read"})

    async def parked() -> bool:
        return bool((await house.caller.record(customer)).parked)

    await eventually(parked, what="the parked receipt")
    house.clock.forward(minutes=1.1)
    await eventually(lambda: house.has_fact(customer, "receipt of an unknown delivery"), what="the note")
    assert not await parked()


async def test_a_refused_message_is_told_on_the_timeline_and_can_be_sent_again(house: House) -> None:
    who, plain, caller = house.somebody(), house.outside.plain, house.caller
    plain.fault(FaultKind.ERROR, chat=who, status=400)
    await caller.write(who, HOURS_ASKED)
    customer = await house.customer("plain", "app", who)

    async def failed() -> list[str]:
        if (await caller.ask("GET", f"/api/customers/{customer}")).status == 404:
            return []
        return [line.entry.delivery for line in await caller.lines(customer) if line.state is DeliveryState.FAILED]

    async def one_failed() -> bool:
        return bool(await failed())

    await eventually(one_failed, what="the failure")
    (lost,) = set(await failed())
    retried = await caller.ask("POST", f"/api/customers/{customer}/retry", {"agent": "lan", "delivery": lost})
    again = await caller.ask("POST", f"/api/customers/{customer}/retry", {"agent": "lan", "delivery": lost})
    await eventually(lambda: bool(plain.texts_of(who)), what="the answer after all")

    assert 200 == retried.status
    assert again.status in {200, 409}


async def test_a_customer_who_blocked_the_bot_is_not_written_to_unasked(house: House) -> None:
    who, telegram = house.somebody(), house.outside.telegram
    telegram.say(who, HOURS_ASKED)
    await eventually(lambda: bool(telegram.sent_to(who)), what="the answer")
    customer = await house.customer("telegram", "bot", who)

    telegram.block(who)
    await eventually(lambda: house.has_fact(customer, "consent changed", state="refused", basis="provider"), what="the opt-out")
    await house.caller.ask("POST", f"/api/customers/{customer}/nudge", {"text": "unwanted", "key": "n"})

    await eventually(lambda: house.has_fact(customer, "nudge refused", key="n"), what="the refused nudge")
    assert not any(call.text == "unwanted" for call in telegram.received)


async def test_what_was_sent_again_and_then_arrived_after_all_is_told_alike_by_store_and_archive(house: House) -> None:
    """Guard: evidence of arrival climbs over what a person decided, and a failure does not."""
    who, customer, lost = await answered(house)
    await becomes(house, customer, lost, DeliveryState.SENT)
    await house.caller.bring({"from": who, "type": "receipt", "ids": [lost], "state": "failed"})
    await becomes(house, customer, lost, DeliveryState.FAILED)
    retried = await house.caller.ask("POST", f"/api/customers/{customer}/retry", {"agent": "lan", "delivery": lost})
    await becomes(house, customer, lost, DeliveryState.WITHDRAWN)

    await house.caller.bring({"from": who, "type": "receipt", "ids": [lost], "state": "failed", "id": f"{who} late"})
    await house.caller.write(who, "phi ship bao nhieu")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 3, what="the answer behind the receipt")
    stays = await state(house, customer, lost)
    await house.caller.bring({"from": who, "type": "receipt", "ids": [lost], "state": "delivered"})
    await becomes(house, customer, lost, DeliveryState.DELIVERED)

    async def archived() -> bool:
        return (await house.archive.delivery(lost)).state is DeliveryState.DELIVERED

    await eventually(archived, what="the same in the archive")
    (line,) = [line for line in await house.caller.lines(customer) if line.entry.delivery == lost and line.entry.kind == "message"]
    assert (200, DeliveryState.WITHDRAWN, "") == (retried.status, stays, line.reason)
