"""Heavy turns leave the loop to whoever else needs it, and whoever is told to end ends."""

import asyncio
import time

import pytest

from hub.engine.mailboxes.pacing import LONG_S, REST_AT_MOST_S, ROUNDS, SLICE_S, Pacing
from hub.engine.streams.bell import rung
from hub.model.turns.turn import Turn
from tests.engine.world import Doing, Echo, World, turning


class Cpu:
    """CPU that passes when a test says so."""

    def __init__(self) -> None:
        self.used = 0.0

    def __call__(self) -> float:
        return self.used


def taken(pacing: Pacing, cpu: Cpu, seconds: float) -> None:
    """One customer's turns, which took so long."""
    pacing.begin()
    cpu.used += seconds
    pacing.note()


async def test_short_turns_of_one_round_go_on_until_their_slice_is_used_up() -> None:
    cpu = Cpu()
    pacing = Pacing(spent=cpu)

    taken(pacing, cpu, SLICE_S * 0.6)
    halfway = pacing.free
    taken(pacing, cpu, SLICE_S * 0.6)

    assert (True, False) == (halfway, pacing.free)
    assert not pacing.resting


async def test_the_next_round_brings_a_new_slice() -> None:
    cpu = Cpu()
    pacing = Pacing(spent=cpu)
    taken(pacing, cpu, SLICE_S)

    await pacing.until_free()

    assert pacing.free
    taken(pacing, cpu, SLICE_S / 2)
    assert pacing.free


async def test_of_many_who_wait_each_finds_a_round_of_its_own() -> None:
    """Guard: `until_free` looks again, for whoever was woken before may have used the round up."""
    cpu, found = Cpu(), list[bool]()
    pacing = Pacing(spent=cpu)

    async def turns() -> None:
        await pacing.until_free()
        found.append(pacing.free)
        taken(pacing, cpu, SLICE_S)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(5):
            tasks.create_task(turns())

    assert [True] * 5 == found


async def test_after_a_heavy_turn_none_begins_for_as_long_as_it_took() -> None:
    cpu = Cpu()
    pacing, loop = Pacing(spent=cpu), asyncio.get_running_loop()
    begun = loop.time()

    taken(pacing, cpu, LONG_S * 2)
    resting = pacing.resting
    await pacing.until_free()

    assert resting
    assert not pacing.resting
    assert LONG_S * 2 <= loop.time() - begun + time.get_clock_info("monotonic").resolution + 0.001


async def test_a_rest_has_an_end_however_heavy_the_turn_was() -> None:
    cpu = Cpu()
    pacing = Pacing(spent=cpu)

    taken(pacing, cpu, REST_AT_MOST_S * 1000)

    async with asyncio.timeout(30):
        await pacing.until_free()
    assert pacing.free


async def test_between_two_heavy_turns_a_webhook_is_answered(world: World) -> None:
    """Guard: Mailbox takes turns only while the loop is free for them, over all partitions."""
    told: list[str] = []

    def burns(turn: Turn) -> Turn:
        told.append("turn")
        end = time.thread_time() + LONG_S * 1.5
        while time.thread_time() < end:
            pass
        return turn

    async def others() -> None:
        while True:
            told.append("round")
            await asyncio.sleep(0)

    await world.neighbours("an", "bo", "chi")
    for who in ("an", "bo", "chi", "dung", "em"):
        await world.say(who, "hello")

    await world.working(turns=turning(Doing(burns), Echo()))
    rest = asyncio.create_task(others())
    await world.settled()
    rest.cancel()

    between = "".join(one[0] for one in told).strip("r").split("t")[1:-1]
    assert 5 == told.count("turn")
    assert ROUNDS <= min(len(rounds) for rounds in between)
    assert 5 == len(world.provider.texts)


@pytest.mark.parametrize("rounds", range(6))
async def test_a_cancellation_is_heard_however_soon_it_comes_behind_the_bell(rounds: int) -> None:
    """Guard: `asyncio.timeout` in `rung`; with `asyncio.wait_for` Python 3.11 loses the one that comes one round behind."""
    bell, ended = asyncio.Event(), list[str]()

    async def waits() -> None:
        try:
            while True:
                bell.clear()
                await rung(bell, within=60.0)
        finally:
            ended.append("ended")

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    bell.set()
    for _ in range(rounds):
        await asyncio.sleep(0)
    task.cancel()
    for _ in range(20):
        await asyncio.sleep(0)

    told = list(ended)
    task.cancel()
    assert ["ended"] == told


async def test_a_bell_that_is_not_rung_is_waited_for_no_longer() -> None:
    bell = asyncio.Event()

    silent = await rung(bell, within=0.0)
    bell.set()

    assert (False, True) == (silent, await rung(bell, within=60.0))
