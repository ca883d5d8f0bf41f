"""The plain way through: a word becomes a turn, a turn becomes a delivery, each once and in order."""

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
