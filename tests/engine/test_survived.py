"""Whoever outlives a turn says so: losing a partition is not dying of a turn, and what may have arrived is not called a draft."""

import asyncio

import pytest

from hub.desk.asking import Claimed
from hub.model.events.event import NudgeAsked
from hub.model.ids import new_id
from hub.model.messaging.message import Message
from hub.model.words import DeliveryState
from hub.nudges.gate import TOGETHER_MS
from hub.store.mailboxes.partition import Partition
from tests.engine.valve import Fault
from tests.engine.world import World
from tests.servers import eventually


async def test_an_owner_who_asks_again_after_a_lost_answer_counts_once(world: World) -> None:
    """Guard: `begin` notes who tried, not how often."""
    customer = await world.customer("an")
    keys = world.keys_of(customer)
    owner = await Partition.take_over(world.links, keys, random="one")

    for _ in range(4):
        await owner.begin([customer], ["1-0"])

    assert {"1-0": 1} == await owner.suspects()


async def test_owners_who_lost_a_partition_alive_leave_no_suspicion_behind(world: World) -> None:
    """Guard: `absolve` takes back the note of its own fence, and of no other."""
    customer = await world.customer("an")
    keys = world.keys_of(customer)
    first = await Partition.take_over(world.links, keys, random="x")
    await first.begin([customer], ["1-0", "2-0"])
    second = await Partition.take_over(world.links, keys, random="1-x")
    await second.begin([customer], ["1-0"])

    await first.absolve(["1-0", "2-0", "3-0"])

    assert {"1-0": 1} == await second.suspects()


async def test_a_worker_fenced_off_in_the_middle_of_turns_takes_its_notes_back(world: World) -> None:
    """Guard: HeldPartition.finish absolves."""
    one = await world.working("one")
    customer = await world.customer("an")
    keys = world.keys_of(customer)
    holding = one.worker.holdings[keys.number]
    await holding.partition.begin([customer], ["1-0"])
    holding.mailbox.lanes.noted = lambda: ["1-0"]  # type: ignore[method-assign]

    await world.links.call(keys.fence, "SET", keys.fence, "9-another")
    holding.lost.set()

    async def forgotten() -> bool:
        return await world.links.call(keys.trying, "EXISTS", keys.trying) == 0

    await eventually(forgotten, within=30, what="the notes taken back")


async def test_two_nudges_whose_facts_changed_are_judged_together_and_both_arrive(world: World) -> None:
    """Guard: the gate judges again what changed in one turn, a moment later; else each judging sends the other back."""
    one = await world.working()
    await world.say("an", "hello")
    await world.settled()
    customer, hangs = await world.customer("an"), asyncio.Event()
    world.provider.on("echo busy", hangs)
    await world.say("an", "busy")
    await eventually(lambda: "echo busy" in world.provider.texts, what="the call")

    for text in ("one", "two", "three"):
        await world.tell(customer, NudgeAsked(message=Message(text=text), key=text))
    await eventually(lambda: one.counters.turns == 5, what="the nudges' turns")
    hangs.set()
    await eventually(lambda: {"one", "two", "three"} <= set(world.provider.texts), within=10 * TOGETHER_MS / 1000, what="the nudges")

    assert 3 == sum(text in {"one", "two", "three"} for text in world.provider.texts)
    assert 5 >= one.counters.judged_again


async def test_a_reply_that_may_have_arrived_is_unknown_and_no_draft_when_a_person_takes_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the sender remembers that an earlier try is in doubt."""
    monkeypatch.setattr("hub.engine.sending.outbox.CALL_TIMEOUT_S", 0.3)
    monkeypatch.setattr("hub.engine.sending.outbox.GOOD_FOR_S", 0.2)
    one = await world.working()
    world.provider.on("echo hello", asyncio.Event())
    await world.say("an", "hello")
    await eventually(lambda: "echo hello" in world.provider.texts, what="the call")
    key = new_id("ev", now=1, entropy=1)

    one.valve.cut()
    await world.taken_over(one)
    claimed = await world.desk.claim(await world.customer("an"), conversation="", agent="mai", event_id=key)
    await world.settled()

    assert isinstance(claimed, Claimed)
    assert {"echo hello": DeliveryState.UNKNOWN} == await world.states("an")


async def test_a_partition_given_up_while_the_store_broke_off_is_served_by_the_other(world: World) -> None:
    """Guard: what stands in our name though we do not hold it is given back; nobody else would ever take it."""
    one = await world.working("one")
    two = await world.process("two")
    one.valve.on("assign", Fault.LOSE_CALL)

    await two.work()
    await one.valve.struck.wait()
    one.valve.mend()

    await eventually(lambda: [32, 32] == [len(p.worker.holdings) for p in (one, two)], within=30, what="fair shares")
