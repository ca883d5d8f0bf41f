"""What providers say afterwards finds the delivery it is about, also when two customers became one in between."""

import asyncio

import pytest

from hub.engine.receiving.intake import Mode
from hub.model.customers.record import Live, Moved
from hub.model.events.event import Body, Deleted, Echoed, Edited, Incoming, Reacted, Receipt
from hub.model.events.merging import MergeAsked
from hub.model.failure import Failure
from hub.model.words import DeliveryState, OwnerKind
from tests.engine.world import World
from tests.servers import eventually


async def two(world: World) -> tuple[str, str]:
    """Two customers in partitions of their own, older first; the younger was answered: `x-2` at the provider."""
    await world.strangers("an", "bo")
    await world.say("an", "hello")
    await world.settled()
    await world.say("bo", "hello")
    await world.settled()
    return await world.customer("an"), await world.customer("bo")


async def merged(world: World, older: str, younger: str) -> None:
    await world.tell(younger, MergeAsked(other=older, evidence="web login"))
    await world.settled()
    assert isinstance(await world.stored(younger), Moved)


async def parked(world: World, customer: str) -> bool:
    """Whether exactly one receipt is parked there, under that customer's name."""
    kept = await world.stored(customer)
    return isinstance(kept, Live) and [key.startswith(f"{customer}|") for key in kept.parked] == [True]


def read(external_id: str) -> Receipt:
    return Receipt(external_ids=(external_id,), state=DeliveryState.READ)


async def test_a_receipt_that_was_parked_before_the_merge_finds_its_delivery_after_it(world: World) -> None:
    """Guard: a tombstone takes its parked receipts itself; under the older's name their delivery would not be found."""
    await world.working()
    older, younger = await two(world)
    slow = asyncio.Event()
    world.provider.on("echo wait", slow)
    await world.say("bo", "wait")
    await eventually(lambda: "echo wait" in world.provider.texts, what="the call")
    await world.tell(younger, read("x-3"), address=world.address("bo"))
    await eventually(lambda: parked(world, younger), what="the receipt that came too early")
    slow.set()
    await world.settled()

    await merged(world, older, younger)
    await world.settled()

    assert DeliveryState.READ is (await world.states("bo"))["echo wait"]
    kept = await world.stored(older)
    assert isinstance(kept, Live)
    assert {} == kept.parked


async def test_a_parked_receipt_of_nothing_we_know_goes_on_to_the_older_and_is_parked_there(world: World) -> None:
    await world.working()
    older, younger = await two(world)
    await world.tell(younger, read("x-77"), address=world.address("bo"))
    await world.settled()

    await merged(world, older, younger)

    await eventually(lambda: parked(world, older), what="the receipt at the older")


async def test_the_echo_of_what_the_younger_was_sent_is_nobody_s_takeover(world: World) -> None:
    """Guard: an echo is looked for in the mailboxes of those who were merged, too."""
    await world.working()
    older, younger = await two(world)
    await merged(world, older, younger)

    await world.tell(younger, Echoed(text="echo hello", external_id="x-2"), address=world.address("bo"))
    await world.tell(younger, Echoed(text="echo hello", external_id="x-1"), address=world.address("an"))
    await world.settled()
    owners = {c.owner.kind for c in (await world.record("an")).conversations}
    await world.tell(younger, Echoed(text="I am a person", external_id="x-99"), address=world.address("bo"))
    await world.settled()

    assert {OwnerKind.BOT} == owners
    assert OwnerKind.AGENT in {c.owner.kind for c in (await world.record("an")).conversations}


@pytest.mark.parametrize("body", [read("x-1"), Reacted(target="m1", emoji="❤"), Edited(target="m1", text="hi"), Deleted(target="m1")])
@pytest.mark.parametrize("away", [False, True], ids=["direct", "spooled"])
async def test_what_is_about_a_word_of_nobody_makes_nobody(world: World, body: Body, *, away: bool) -> None:
    """Guard: only words make an address somebody's; a late receipt of an erased customer would else make them anew."""
    process = await world.process()
    if away:
        process.valve.cut()
    late = Incoming(address=world.address("an"), body=body, dedupe_id="r1")
    word = Incoming(address=world.address("bo"), body=body, dedupe_id="r2")

    await process.intake.accept([late], days=1)
    await process.intake.accept([word, world.incoming("bo", "hello")], days=1)
    process.valve.mend()
    await eventually(lambda: process.intake.mode is Mode.DIRECT, within=30, what="all drained")

    key = world.keys.address(world.address("an"))
    assert None is await world.links.call(key, "GET", key)
    assert "hello" in await world.texts_pushed("bo")
    assert process.counters.strays in {1, 2}


async def test_a_failure_told_later_is_told_like_one_of_the_call_itself(world: World) -> None:
    """Guard: reason, code and failure of a receipt reach the line, and the mailbox hears that the delivery has ended."""
    await world.working()
    await world.say("an", "hello")
    await world.settled()
    failed = Receipt(
        external_ids=("x-1",), state=DeliveryState.FAILED, error_code="131026", reason="Undeliverable", failure=Failure.STOPPED
    )

    await world.tell(await world.customer("an"), failed, address=world.address("an"))
    await world.settled()
    lines = await world.customers.timeline(await world.customer("an"))

    (line,) = [line for line in lines if line.entry.kind == "message" and line.entry.who == "bot"]
    assert (DeliveryState.FAILED, "Undeliverable", "131026", "contact_stopped") == (line.state, line.reason, line.code, line.failure)
    told = [line.entry.detail for line in lines if line.entry.kind == "fact" and line.entry.delivery]
    assert [{"failure": "contact_stopped", "code": "131026"}] == told


async def test_a_failure_told_after_it_was_read_changes_nothing(world: World) -> None:
    await world.working()
    await world.say("an", "hello")
    await world.settled()
    await world.tell(await world.customer("an"), read("x-1"), address=world.address("an"))
    await world.settled()

    failed = Receipt(external_ids=("x-1",), state=DeliveryState.FAILED, failure=Failure.STOPPED)
    await world.tell(await world.customer("an"), failed, address=world.address("an"))
    await world.settled()
    lines = await world.customers.timeline(await world.customer("an"))

    assert [(DeliveryState.READ, "")] == [(line.state, line.failure) for line in lines if line.entry.who == "bot"]
    assert [] == [line.entry.text for line in lines if line.entry.kind == "fact" and line.entry.delivery]
