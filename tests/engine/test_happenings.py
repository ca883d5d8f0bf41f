"""What channels tell besides words: further ids of a person, echoes before their id is known, receipts "all up to then"."""

import asyncio

from hub.desk.echoes import WAIT_MS
from hub.model.customers.record import Live, Moved
from hub.model.events.event import Called, Echoed, IdentityChanged, Receipt, Said
from hub.model.events.referral import Referral
from hub.model.words import DeliveryState, OwnerKind
from tests.engine.world import World
from tests.servers import eventually


async def owner(world: World, who: str) -> OwnerKind:
    return (await world.record(who)).conversations[-1].owner.kind


async def test_who_later_writes_from_another_id_the_provider_told_is_the_same_customer(world: World) -> None:
    await world.working()
    an = await world.customer("+84900000001")
    await world.tell(an, Said(text="hello", external_id="m1"), address=world.address("+84900000001"), also="VN.7")
    await world.settled()

    found = await world.customer("VN.7")

    assert an == found
    assert {"+84900000001", "VN.7"} == {address.id for address in (await world.record("VN.7")).addresses}


async def test_two_whom_the_provider_says_are_one_become_one(world: World) -> None:
    await world.working()
    await world.strangers("VN.7", "+84900000001")
    older, younger = await world.customer("VN.7"), await world.customer("+84900000001")
    await world.tell(older, Said(text="first", external_id="m0"), address=world.address("VN.7"))
    await world.settled()

    await world.tell(younger, Said(text="hello", external_id="m1"), address=world.address("+84900000001"), also="VN.7")
    await world.settled()

    assert isinstance(await world.stored(younger), Moved)
    lines = await world.customers.timeline(older, merged=(younger,))
    assert ["first", "hello"] == [line.entry.text for line in lines if line.entry.who == "customer"]


async def test_new_number_goes_on_where_the_old_one_was(world: World) -> None:
    await world.working()
    an = await world.customer("+84900000001")
    await world.say("+84900000001", "hello")
    await world.settled()

    await world.tell(an, IdentityChanged(previous="+84900000001", new="+84900000002"), address=world.address("+84900000001"))
    await world.settled()

    assert an == await world.customer("+84900000002")


async def test_echo_that_comes_before_the_answer_to_its_call_is_nobodys_takeover(world: World) -> None:
    """Guard: while a call is under way its id is known to nobody; the echo waits for it."""
    working = await world.working()
    slow = asyncio.Event()
    world.provider.on("echo wait", slow)
    await world.say("an", "wait")
    await eventually(lambda: "echo wait" in world.provider.texts, what="the call")
    an = await world.customer("an")

    await world.tell(an, Echoed(text="echo wait", external_id="x-1"), address=world.address("an"))
    await eventually(lambda: waits(world, an), what="the echo that waits")
    assert OwnerKind.BOT is await owner(world, "an")
    slow.set()
    await world.settled()
    working.clock.ahead += WAIT_MS / 1000 + 1
    await eventually(lambda: rests(world, an), what="the echo that was looked at again")

    assert OwnerKind.BOT is await owner(world, "an")


async def test_echo_of_a_person_that_came_while_a_call_was_under_way_is_a_takeover_after_all(world: World) -> None:
    working = await world.working()
    slow = asyncio.Event()
    world.provider.on("echo wait", slow)
    await world.say("an", "wait")
    await eventually(lambda: "echo wait" in world.provider.texts, what="the call")
    an = await world.customer("an")
    await world.tell(an, Echoed(text="I am here myself", external_id="p-9"), address=world.address("an"))
    await eventually(lambda: waits(world, an), what="the echo that waits")
    slow.set()
    await world.settled()

    working.clock.ahead += WAIT_MS / 1000 + 1
    await eventually(lambda: rests(world, an), what="the echo that was looked at again")

    assert OwnerKind.AGENT is await owner(world, "an")


async def test_echo_that_bears_our_own_mark_is_ours(world: World) -> None:
    await world.working()
    await world.say("an", "hello")
    await world.settled()

    await world.tell(await world.customer("an"), Echoed(text="x", external_id="q-1", ours=True), address=world.address("an"))
    await world.settled()

    assert OwnerKind.BOT is await owner(world, "an")


async def test_receipt_all_up_to_then_reads_what_was_said_before_and_nothing_after(world: World) -> None:
    await world.working()
    await world.say("an", "one")
    await world.settled()
    until = world.clock.now() + 1
    await eventually(lambda: world.clock.now() > until, what="the next moment")
    await world.say("an", "two")
    await world.settled()

    receipt = Receipt(external_ids=(), state=DeliveryState.READ, watermark=until)
    await world.tell(await world.customer("an"), receipt, address=world.address("an"))
    await world.settled()

    assert {"echo one": DeliveryState.READ, "echo two": DeliveryState.SENT} == await world.states("an")


async def test_advertisement_and_call_stand_on_the_timeline_and_are_not_answered(world: World) -> None:
    await world.working()
    an, at = await world.customer("an"), world.address("an")
    advertisement = Referral(source="ad", ad="120", headline="Áo dài Tết")

    await world.tell(an, Said(text="hello", external_id="m1", referral=advertisement), address=at)
    await world.tell(an, Called(state="missed"), address=at)
    await world.settled()

    lines = [(line.entry.kind, line.entry.text) for line in await world.customers.timeline(an)]
    assert {("fact", "came by"), ("fact", "call")} <= set(lines)
    assert ["echo hello"] == world.provider.texts
    assert "Áo dài Tết" == (await world.record("an")).profile["came_by"].value


async def waits(world: World, customer: str) -> bool:
    kept = await world.stored(customer)
    return isinstance(kept, Live) and bool(kept.echoes)


async def rests(world: World, customer: str) -> bool:
    kept = await world.stored(customer)
    return isinstance(kept, Live) and not kept.echoes
