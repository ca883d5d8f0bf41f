"""The plain way through: a word becomes a turn, a turn becomes a delivery, each once and in order."""

import asyncio

from tests.engine.valve import Fault
from tests.engine.world import World


async def test_words_are_answered_in_their_order(world: World) -> None:
    await world.working()

    for n in range(20):
        await world.say("an", f"w{n}")
    await world.settled()

    assert [f"echo w{n}" for n in range(20)] == world.provider.to("an")
    assert [f"w{n}" for n in range(20)] == await world.heard("an")


async def test_the_same_word_pushed_again_is_dropped(world: World) -> None:
    await world.working()

    await world.say("an", "hello", dedupe="1")
    await world.say("an", "hello", dedupe="1")
    await world.settled()

    assert ["echo hello"] == world.provider.texts


async def test_the_first_words_of_somebody_new_get_in_in_the_order_of_arrival(world: World) -> None:
    """Guard: all who ask for one address wait for one answer."""
    one = await world.process()
    one.valve.on("SET", Fault.FREEZE_AFTER)

    first = asyncio.create_task(one.intake.accept([world.incoming("an", "w0")], days=1))
    await one.valve.struck.wait()
    second = asyncio.create_task(one.intake.accept([world.incoming("an", "w1")], days=1))
    await asyncio.sleep(0)
    one.valve.thaw()
    third = asyncio.create_task(one.intake.accept([world.incoming("an", "w2")], days=1))
    await asyncio.gather(first, second, third)

    assert ["w0", "w1", "w2"] == await world.texts_pushed("an")
