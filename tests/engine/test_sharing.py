"""Workers share the partitions fairly, and what one loses another serves within seconds."""

import asyncio
import time

import pytest

from hub.model.subject import PARTITIONS
from hub.store.mailboxes.workers import LIFE_MS, Workers
from tests.engine.world import Process, World
from tests.servers import eventually


async def shares(processes: list[Process], expected: list[int]) -> None:
    await eventually(lambda: sorted(len(p.worker.holdings) for p in processes) == sorted(expected), within=30, what=f"{expected}")


async def all_answered(world: World, word: str) -> float:
    """Say a word to many partitions at once; seconds until the last is answered."""
    began = time.monotonic()
    count = len(world.provider.texts)
    for n in range(40):
        await world.say(f"c{n}", word)
    await eventually(lambda: len(world.provider.texts) - count >= 40, within=30, what="all answers")
    return time.monotonic() - began


async def test_two_share_half_and_half_a_third_joins_and_a_dead_one_s_are_served_within_five_seconds(world: World) -> None:
    """Guards: the fair share; the heartbeat's life; the fence that tells the cut-off one that it lost."""
    one = await world.working("one")
    two = await world.process("two")
    await two.work()
    await shares([one, two], [32, 32])
    three = await world.process("three")
    await three.work()
    await shares([one, two, three], [20, 22, 22])
    await all_answered(world, "before")

    three.valve.cut()
    took = await all_answered(world, "after")
    await shares([one, two], [32, 32])

    assert took < 5
    assert {2} == {len(world.provider.to(f"c{n}")) for n in range(40)}


async def test_a_worker_that_stops_hands_over_at_once(world: World) -> None:
    """Guard: the partitions are given back, not left to run out."""
    one = await world.working("one")
    two = await world.process("two")
    await two.work()
    await shares([one, two], [32, 32])

    began = time.monotonic()
    await one.stop()
    await eventually(two.holds_all, within=30, what="the hand-over")

    # Left to run out it would take the life of a worker and then some.
    assert time.monotonic() - began < LIFE_MS / 1000
    assert {"two"} == set((await Workers(world.links, world.keys).holders()).values())


async def test_a_slow_provider_neither_delays_the_sharing_nor_is_its_call_cut_off(world: World) -> None:
    """Guards: calls in flight end beside all else; the heartbeat goes on while partitions are given up."""
    one = await world.working("one")
    hangs = asyncio.Event()
    world.provider.on("echo slow", *[hangs] * 40)
    for n in range(40):
        await world.say(f"c{n}", "slow")
    await eventually(lambda: len(world.provider.texts) == 40, what="the calls")

    began = time.monotonic()
    two = await world.process("two")
    await two.work()
    await shares([one, two], [32, 32])
    took = time.monotonic() - began
    hangs.set()
    await world.settled()

    assert took < 4
    assert 40 == len(world.provider.texts)


async def test_a_worker_cut_off_for_a_while_takes_nothing_twice(world: World) -> None:
    one = await world.working("one")
    two = await world.process("two")
    await two.work()
    await shares([one, two], [32, 32])

    one.valve.cut()
    await eventually(two.holds_all, within=30, what="the takeover")
    await all_answered(world, "meanwhile")
    one.valve.mend()
    await shares([one, two], [32, 32])
    await all_answered(world, "again")

    assert {("echo meanwhile", "echo again")} == {tuple(world.provider.to(f"c{n}")) for n in range(40)}
    assert PARTITIONS == len({*one.worker.holdings, *two.worker.holdings})


@pytest.mark.parametrize("word", ["own", "assign", "HGETALL", "begin"])
async def test_trouble_while_taking_partitions_is_overcome(world: World, word: str) -> None:
    """Guard: a taking that fails is tried again from its beginning, and none goes on unseen beside it."""
    from tests.engine.valve import Fault

    one = await world.process("one")
    one.valve.on(word, Fault.LOSE_ANSWER, times=3)
    one.valve.on(word, Fault.LOSE_CALL, times=3)

    await one.work()
    await eventually(one.holds_all, what="all partitions")
    took = await all_answered(world, "hello")

    assert took < 10
    assert 40 == len(world.provider.texts)


async def test_a_reader_goes_on_when_one_partition_is_lost(world: World) -> None:
    """Guard: whatever one partition's fence says, the reader of all goes on."""
    from hub.store.mailboxes.partition import Partition

    one = await world.working("one")
    await world.say("an", "before")
    await world.settled()
    stolen = world.keys_of(await world.customer("an"))
    account = one.worker._engine.accounts["fake", "main"]  # noqa: SLF001 - so that the reader itself must ask the store
    account.pause(600)
    await Partition.take_over(world.links, stolen, random="thief")
    await world.links.call(stolen.out, "XADD", stolen.out, "*", "d", "x", "a", "fake:main:an", "b", b"\xc1")
    account._until = 0.0  # noqa: SLF001

    await all_answered(world, "after")

    assert 41 == len(world.provider.texts)
