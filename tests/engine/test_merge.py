"""Two customers that are one: the older survives whoever was asked, and nothing of either is lost, doubled or said out of turn."""

import asyncio
from collections import Counter
from typing import cast

import pytest
from msgspec.structs import replace

from hub.model.customers.record import Armed, Consent, Live, Moved
from hub.model.errors import Throttled
from hub.model.events.event import NudgeAsked, Said, TimerFired
from hub.model.events.merging import MergeAsked
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import ConsentState, DeliveryState, Purpose
from hub.store.encoding.codec import decode_record_value, encode, encode_record, stamped
from tests.engine.world import Doing, Echo, World, turning
from tests.servers import eventually


async def ages(world: World, *names: str) -> list[str]:
    """Customers of these addresses, older first, each with a first word taken."""
    customers = []
    await world.strangers(*names)
    for who in names:
        customers.append(await world.customer(who))
        await world.say(who, f"{who} begins")
    await world.settled()
    assert customers == sorted(customers)
    return customers


async def asks(world: World, customer: str, other: str) -> None:
    await world.tell(customer, MergeAsked(other=other, evidence="web login"))


async def timeline(world: World, customer: str) -> list[str]:
    return [line.entry.text for line in await world.customers.timeline(customer) if line.entry.who == "customer"]


async def live(world: World, customer: str) -> Live:
    found = await world.stored(customer)
    assert isinstance(found, Live)
    return found


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_two_that_ask_each_other_become_the_older_one(world: World, order: tuple[int, int]) -> None:
    """Guards: only the younger makes a tombstone; what is merged already is nothing."""
    await world.working()
    pair = await ages(world, "an", "bo")

    await asyncio.gather(*(asks(world, pair[n], pair[1 - n]) for n in order))
    await world.settled()

    older, younger = await live(world, pair[0]), await world.stored(pair[1])
    assert isinstance(younger, Moved)
    assert pair[0] == younger.to
    assert (pair[1],) == older.merged
    assert {world.address("an"), world.address("bo")} == set(older.addresses)
    assert 2 == len(older.conversations)


async def test_a_ring_of_three_becomes_the_oldest_and_chains_only_descend(world: World) -> None:
    """Guard: a customer is only ever merged into an older one, so no ring can close."""
    await world.working()
    a, b, c = await ages(world, "an", "bo", "cy")

    await asyncio.gather(asks(world, a, b), asks(world, b, c), asks(world, c, a))
    await world.settled()

    moved = [await world.stored(customer) for customer in (b, c)]
    assert all(isinstance(record, Moved) and record.to < record.id for record in moved)
    oldest = await live(world, a)
    assert {b, c} <= set(oldest.merged)
    assert {"an", "bo", "cy"} == {address.id for address in oldest.addresses}


async def test_words_keep_their_order_across_the_merge_and_none_is_lost(world: World) -> None:
    """Guard: what a tombstone forwards stands behind its record in the same relay."""
    await world.working()
    a, b = await ages(world, "an", "bo")

    for n in range(30):
        await world.say("bo", f"w{n}")
        if n == 10:
            await asks(world, a, b)
            await asks(world, b, a)
    await world.settled()

    words = [text for customer in (b, a) for text in await timeline(world, customer) if text.startswith("w")]
    assert [f"w{n}" for n in range(30)] == words
    assert Counter(["echo bo begins", *(f"echo w{n}" for n in range(30))]) == Counter(world.provider.to("bo"))


async def test_deliveries_that_had_not_begun_arrive_once_and_in_order(world: World) -> None:
    """Guards: the rescue withdraws at the younger what it sends on; the epoch of the younger is raised."""
    await world.working()
    a, b = await ages(world, "an", "bo")
    hangs = asyncio.Event()
    world.provider.on("echo w0", hangs)
    for n in range(3):
        await world.say("bo", f"w{n}")
    await eventually(lambda: "echo w0" in world.provider.texts, what="the call")

    await asks(world, a, b)
    await eventually(lambda: "echo w2" in world.provider.texts, what="the rescue")
    hangs.set()
    await world.settled()

    assert ["echo bo begins", "echo w0", "echo w1", "echo w2"] == world.provider.to("bo")
    states = {line.entry.text: line.state for line in await world.customers.timeline(b) if line.entry.delivery}
    assert {"echo w1": DeliveryState.WITHDRAWN, "echo w2": DeliveryState.WITHDRAWN} == {t: states[t] for t in ("echo w1", "echo w2")}


async def test_the_reply_to_a_word_behind_the_merge_does_not_overtake_the_rescued_ones(world: World) -> None:
    """Guard: a tombstone ends the fold it is taken in."""
    one = await world.working()
    a, b = await ages(world, "an", "bo")
    hangs = asyncio.Event()
    world.provider.on("echo w0", hangs)
    await world.say("bo", "w0")
    await world.say("bo", "w1")
    await eventually(lambda: "echo w0" in world.provider.texts, what="the call")

    one.valve.freeze()
    await asks(world, b, a)
    await world.say("bo", "w2")
    one.valve.thaw()
    await eventually(lambda: "echo w2" in world.provider.texts, what="the last reply")
    hangs.set()
    await world.settled()

    assert ["echo bo begins", "echo w0", "echo w1", "echo w2"] == world.provider.to("bo")


async def test_the_younger_s_epochs_are_raised_so_that_nothing_old_is_said_from_there(world: World) -> None:
    """Guard: the tombstone turn writes the owner epochs anew."""
    await world.working()
    a, b = await ages(world, "an", "bo")
    conversation = (await live(world, b)).conversations[0]

    await asks(world, b, a)
    await world.settled()

    key = world.keys_of(b).owner(conversation.id)
    assert str(conversation.epoch + 1).encode() == await world.links.call(key, "GET", key)
    assert conversation.epoch + 1 == next(c.epoch for c in (await live(world, a)).conversations if c.id == conversation.id)


async def test_a_delivery_half_done_is_not_begun_anew_elsewhere(world: World) -> None:
    """Guard: the rescue leaves what has calls behind it where it is."""
    await world.working()
    a, b = await ages(world, "an", "bo")
    world.provider.on("part2", Throttled(retry_after=0.5))
    await world.say("bo", "part1|part2")
    await eventually(lambda: "part2" in world.provider.texts, what="the second call")

    await asks(world, a, b)
    await world.settled()

    assert 1 == world.provider.texts.count("echo part1")
    assert DeliveryState.UNKNOWN in [line.state for line in await world.customers.timeline(b)]


def arming() -> Doing:
    """A step that sets a timer at each word, and speaks when it fires."""

    def take(turn: Turn) -> Turn:
        match turn.event.body:
            case Said(text=text) if text.startswith("arm "):
                return turn.arm("cart", turn.now + int(text.removeprefix("arm ")))
            case TimerFired(name="cart"):
                to = next(a for a in turn.live.addresses if a.id == "bo")
                return turn.disarm("cart").say(Message(text="your cart"), conversation=None, to=to, purpose=Purpose.SERVICE)
        return turn

    return Doing(take)


async def test_the_younger_s_timers_are_cancelled_there_and_set_at_the_older(world: World) -> None:
    """Guard: the tombstone turn's `gone`; the join's re-arming."""
    one = await world.working(turns=turning(arming()))
    a, b = await ages(world, "an", "bo")
    await world.say("bo", "arm 600000")
    await world.settled()

    await asks(world, a, b)
    await world.settled()
    own, older = await _timers(world, b), await _timers(world, a)
    one.clock.ahead = 601
    await eventually(lambda: "your cart" in world.provider.texts, what="the timer")
    await world.settled()

    assert [0, 1] == [len([t for t in own if b.encode() in t]), len([t for t in older if a.encode() in t])]
    assert ["your cart"] == [text for text in world.provider.texts if text == "your cart"]


async def _timers(world: World, customer: str) -> list[bytes]:
    key = world.keys_of(customer).timers
    return cast("list[bytes]", await world.links.call(key, "ZRANGE", key, 0, -1))


async def test_a_firing_that_reaches_the_tombstone_is_not_taken_for_the_older_s_own_timer(world: World) -> None:
    """Guard: a tombstone forwards no firings."""
    await world.working(turns=turning(arming()))
    a, b = await ages(world, "an", "bo")
    await world.say("an", "arm 600000")
    await world.settled()
    await asks(world, a, b)
    await world.settled()

    generation = (await live(world, a)).timers["cart"].generation
    await world.tell(b, TimerFired(name="cart", generation=generation))
    await world.settled()

    assert "your cart" not in world.provider.texts


@pytest.mark.parametrize("who", ["an", "bo"])
async def test_an_opt_out_of_either_survives_the_merge(world: World, who: str) -> None:
    """Guard: the join repeats every refusal that stood before it."""

    def consents(turn: Turn) -> Turn:
        words = {"STOP": ConsentState.REFUSED, "START": ConsentState.GIVEN}
        body = turn.event.body
        if not isinstance(body, Said) or body.text not in words:
            return turn
        said = Consent(channel="*", purpose=Purpose.MARKETING, state=words[body.text], basis="word", proof=turn.entry, at=turn.now)
        return turn.with_record(consents=(*turn.live.consents, said)).done()

    await world.working(turns=turning(Doing(consents), Echo()))
    a, b = await ages(world, "an", "bo")
    await world.say(who, "STOP")
    await world.settled()
    await world.say({"an": "bo", "bo": "an"}[who], "START")
    await world.settled()

    await asks(world, a, b)
    await world.settled()
    await world.tell(a, NudgeAsked(message=Message(text="sale")))
    await world.settled()

    assert "sale" not in world.provider.texts
    assert "nudge refused" in await world.facts(a)


async def test_a_merge_that_dies_half_way_is_finished_by_the_next_owner(world: World) -> None:
    from tests.engine.valve import Fault

    one = await world.working()
    a, b = await ages(world, "an", "bo")
    one.valve.on("push", Fault.FREEZE_AFTER)
    await asks(world, b, a)
    await one.valve.struck.wait()

    await world.taken_over(one)
    await world.say("bo", "after")
    await world.settled()

    assert (b,) == (await live(world, a)).merged
    assert ["an begins", "after"] == await timeline(world, a)
    assert ["merged"] == [name for name in await world.facts(a) if name == "merged"]


def test_a_record_travels_whole() -> None:
    """Guard: the record in MergeArrived is read with the decoder of stored records."""
    record = stamped(Live(id="cu-1", created=1, timers={"x": Armed(generation=1, due=2)}))

    assert record == decode_record_value(encode(record))
    assert replace(record, created=2) != decode_record_value(encode_record(record, 3)[16:])
