"""A reader that was frozen while another took its partition writes nothing when it wakes."""

from collections.abc import Awaitable, Callable

import pytest

from hub.model.address import Address
from hub.model.customers.record import Live
from hub.model.errors import Fenced
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.words import Lane, Origin, Purpose
from hub.store.encoding.codec import encode_record
from hub.store.mailboxes.deliveries import Leave
from hub.store.mailboxes.partition import Item, Partition
from tests.engine.valve import Fault
from tests.engine.world import World
from tests.servers import eventually

CUSTOMER = "cu-1"
DELIVERY = Delivery(
    id="dl-1",
    customer=CUSTOMER,
    conversation="",
    address=Address(channel="fake", account="main", id="an"),
    message=Message(text="hello"),
    purpose=Purpose.REPLY,
    origin=Origin.BOT,
    created=1,
)
Attempt = Callable[[World, Partition], Awaitable[object]]


async def begin(_world: World, partition: Partition) -> object:
    return await partition.begin([CUSTOMER], ["1-0"])


async def commit(world: World, partition: Partition) -> object:
    await world.links.call("x", "XADD", partition.keys.inbox, "1-1", "e", b"")
    record = encode_record(Live(id=CUSTOMER, created=1), 1)
    return await partition.commit([Item(customer=CUSTOMER, revision="", record=record, entries=[(Lane.LIVE, "1-1")])])


async def bury(world: World, partition: Partition) -> object:
    await world.links.call("x", "XADD", partition.keys.inbox, "1-1", "e", b"")
    return await partition.put_aside(partition.keys.inbox, "1-1", kept=b"k", journal=b"j")


async def fire(world: World, partition: Partition) -> object:
    await world.links.call("x", "ZADD", partition.keys.timers, 1, b"event")
    return await partition.fire(2)


async def relayed(world: World, partition: Partition) -> object:
    await world.links.call("x", "XADD", partition.keys.relay, "1-1", "e", b"")
    await partition.relayed("1-1")
    return None


async def mark(world: World, partition: Partition) -> object:
    await world.links.call("x", "HSET", partition.keys.delivery("dl-1"), "s", "queued")
    return await world.parts.deliveries.mark(partition, DELIVERY, Leave(before="", mark="m", voice="bot", revision=""), now=1)


async def hold(world: World, partition: Partition) -> object:
    await world.links.call("x", "XADD", partition.keys.out, "1-1", "d", b"")
    return await world.parts.deliveries.hold(partition, DELIVERY, stream=partition.keys.out, entry="1-1", blob=b"")


@pytest.mark.parametrize("attempt", [begin, commit, bury, fire, relayed, mark, hold])
async def test_whoever_lost_the_fence_writes_nothing(world: World, attempt: Attempt) -> None:
    """Guards: the fence compare at the head of each function an owner calls."""
    keys = world.keys_of(CUSTOMER)
    old = await Partition.take_over(world.links, keys, random="old")
    await Partition.take_over(world.links, keys, random="new")

    with pytest.raises(Fenced):
        await attempt(world, old)

    assert (
        await world.links.call("x", "EXISTS", keys.trying, keys.record(CUSTOMER), keys.dead, keys.journal, keys.held("fake", "main")) == 0
    )


async def test_the_owner_himself_is_let_through(world: World) -> None:
    keys = world.keys_of(CUSTOMER)
    own = await Partition.take_over(world.links, keys, random="own")

    verdicts = await commit(world, own)

    assert ["ok"] == verdicts


async def test_the_fence_is_compared_whole_so_that_a_lost_number_given_twice_harms_nobody(world: World) -> None:
    keys = world.keys_of(CUSTOMER)
    lost = await Partition.take_over(world.links, keys, random="one")
    await world.links.call("x", "DEL", keys.fence)
    again = await Partition.take_over(world.links, keys, random="two")

    with pytest.raises(Fenced):
        await commit(world, lost)

    assert lost.fence.split("-")[0] == again.fence.split("-")[0]


@pytest.mark.parametrize(
    ("word", "fault"), [("begin", Fault.FREEZE_AFTER), ("commit", Fault.FREEZE_BEFORE), ("commit", Fault.FREEZE_AFTER)]
)
async def test_a_frozen_reader_doubles_nothing_when_it_wakes(world: World, word: str, fault: Fault) -> None:
    """Guards: fence, entry and revision in the commit; only all three out let this fail, each alone has its own test."""
    one = await world.working("one")
    one.valve.on(word, fault)
    for n in range(3):
        await world.say("an", f"w{n}")
    await one.valve.struck.wait()

    await world.taken_over(one, "two")
    await world.settled()
    one.valve.thaw()
    await eventually(lambda: one.counters.fenced > 0, what="the fence")
    await world.say("an", "after")
    await world.settled()

    assert ["w0", "w1", "w2", "after"] == await world.heard("an")
    assert ["echo w0", "echo w1", "echo w2", "echo after"] == world.provider.to("an")


async def test_a_reader_that_was_cut_off_goes_on_where_it_was(world: World) -> None:
    one = await world.working("one")
    await world.say("an", "w0")
    await world.settled()

    one.valve.cut()
    await world.say("an", "w1")
    await eventually(lambda: one.valve.away, what="the cut")
    one.valve.mend()
    await world.settled()

    assert ["echo w0", "echo w1"] == world.provider.to("an")
