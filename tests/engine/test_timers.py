"""A timer fires once, when it is due; one that was set anew or cancelled is nothing, even where it has fired already."""

from hub.model.events.agents import SayAsked
from hub.model.events.event import JudgeAgain, NudgeAsked, Said, TimerFired
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import Purpose
from hub.nudges.judging import TIMER as DEFERRED
from tests.engine.world import Doing, World, turning
from tests.servers import eventually


def cart() -> Doing:
    """Each `arm <ms>` sets the timer, `disarm` cancels it; firing is told."""

    def take(turn: Turn) -> Turn:
        match turn.event.body:
            case Said(text="disarm"):
                return turn.disarm("cart")
            case Said(text=text) if text.startswith("arm "):
                return turn.arm("cart", turn.now + int(text.removeprefix("arm ")))
            case TimerFired(name="cart"):
                return turn.disarm("cart").fact("cart abandoned")
        return turn

    return Doing(take)


async def fired(world: World, who: str = "an") -> int:
    """How often the cart's timer did something."""
    return (await world.facts(await world.customer(who))).count("cart abandoned")


async def test_a_timer_fires_once_when_it_is_due(world: World) -> None:
    one = await world.working(turns=turning(cart()))
    await world.say("an", "arm 600000")
    await world.settled()
    early = await fired(world)

    one.clock.ahead = 601

    async def once() -> bool:
        return await fired(world) == 1

    await eventually(once, what="the timer")
    await world.settled()
    key = world.keys_of(await world.customer("an")).timers
    assert (0, 1) == (early, await fired(world))
    assert 0 == await world.links.call(key, "ZCARD", key)
    assert {} == (await world.record("an")).timers


async def test_a_timer_that_is_set_anew_waits_anew(world: World) -> None:
    """Guard: the commit takes the earlier setting out of the timers."""
    one = await world.working(turns=turning(cart()))
    await world.say("an", "arm 600000")
    await world.settled()
    await world.say("an", "arm 1200000")
    await world.settled()
    key = world.keys_of(await world.customer("an")).timers
    set_now = await world.links.call(key, "ZCARD", key)

    one.clock.ahead = 700
    await world.say("an", "later")
    await world.settled()

    assert 1 == set_now
    assert 0 == await fired(world)


async def test_a_firing_that_a_later_event_outdated_is_nothing(world: World) -> None:
    """Guard: the generation is compared before any step sees the firing."""
    await world.working(turns=turning(cart()))
    await world.say("an", "arm 600000")
    await world.settled()
    before = (await world.record("an")).timers["cart"].generation
    await world.say("an", "arm 600000")
    await world.settled()

    customer = await world.customer("an")
    await world.tell(customer, TimerFired(name="cart", generation=before))
    await world.settled()

    assert 0 == await fired(world)
    assert before < (await world.record("an")).timers["cart"].generation
    assert "outdated timer" in await world.facts(customer)


async def test_a_firing_of_a_cancelled_timer_is_nothing(world: World) -> None:
    """Guard: a firing without a setting is outdated."""
    await world.working(turns=turning(cart()))
    await world.say("an", "arm 600000")
    await world.settled()
    generation = (await world.record("an")).timers["cart"].generation
    await world.say("an", "disarm")
    await world.settled()

    await world.tell(await world.customer("an"), TimerFired(name="cart", generation=generation))
    await world.settled()

    assert 0 == await fired(world)


async def test_a_firing_that_comes_twice_counts_once(world: World) -> None:
    """Guard: the generation is gone with the first."""
    await world.working(turns=turning(cart()))
    await world.say("an", "arm 600000")
    await world.settled()
    generation = (await world.record("an")).timers["cart"].generation

    customer = await world.customer("an")
    for _ in range(2):
        await world.tell(customer, TimerFired(name="cart", generation=generation))
    await world.settled()

    assert 1 == await fired(world)


async def test_deferred_nudges_are_judged_by_their_last_timer_only(world: World) -> None:
    """Guard: the gate, too, is shown no outdated firing."""
    await world.working()
    await world.say("an", "hello")
    await world.settled()
    customer = await world.customer("an")
    await world.tell(customer, SayAsked(agent="mai", message=Message(text="here")))
    await world.tell(customer, NudgeAsked(message=Message(text="one")))
    await world.settled()
    outdated = (await world.record("an")).timers[DEFERRED].generation
    await world.tell(customer, JudgeAgain(message=Message(text="two"), purpose=Purpose.MARKETING, address=world.address("an")))
    await world.settled()
    last = (await world.record("an")).timers[DEFERRED]

    await world.tell(customer, TimerFired(name=DEFERRED, generation=outdated))
    await world.settled()

    record = await world.record("an")
    assert ["one", "two"] == [nudge.message.text for nudge in record.deferred]
    assert last == record.timers[DEFERRED]
    assert outdated < last.generation


async def test_more_than_a_hundred_timers_at_once_all_fire(world: World) -> None:
    one = await world.working(turns=turning(cart()))
    names = [f"n{n}" for n in range(120)]
    await world.neighbours(*names)
    for who in names:
        await world.say(who, "arm 600000")
    await world.settled()

    one.clock.ahead = 601
    key = world.keys_of(await world.customer("n0")).timers

    async def empty() -> bool:
        return await world.links.call(key, "ZCARD", key) == 0

    await eventually(empty, what="the timers")
    await world.settled()

    assert {1} == {await fired(world, who) for who in names}
