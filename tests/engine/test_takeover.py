"""No bot word and no marketing begins after a takeover is acknowledged."""

import asyncio
import time

import pytest

from hub.desk.asking import Claimed, Refused
from hub.model.events.agents import SayAsked
from hub.model.events.event import NudgeAsked
from hub.model.messaging.message import Message
from hub.model.words import DeliveryState, Purpose
from hub.store.mailboxes.kill_switch import Switch, Thrown
from tests.engine.valve import Fault
from tests.engine.world import World
from tests.servers import eventually


async def claim(world: World, who: str, agent: str = "mai", event: str = "ev-claim") -> Claimed | Refused:
    outcome = await world.desk.claim(await world.customer(who), conversation="", agent=agent, event_id=event)
    assert isinstance(outcome, (Claimed, Refused)), outcome
    return outcome


async def test_a_sender_frozen_before_the_first_byte_begins_no_call_after_the_claim(world: World) -> None:
    """Guards: GOOD_FOR_S in permit.py; the wait for live marks in asking.py; the epoch compare in the mark."""
    one = await world.working("one")
    one.valve.on("mark", Fault.FREEZE_AFTER)
    await world.say("an", "hello")
    await one.valve.struck.wait()
    marked = time.monotonic()

    await world.taken_over(one, "two")
    outcome = await claim(world, "an")
    acknowledged = time.monotonic()
    one.valve.thaw()

    async def drafted() -> bool:
        return (await world.states("an")).get("echo hello") is DeliveryState.DRAFT

    await eventually(drafted, what="the draft")
    assert isinstance(outcome, Claimed)
    assert acknowledged - marked >= 2.0
    assert [] == world.provider.texts


async def test_a_claim_waits_for_no_call_whose_first_byte_has_left(world: World) -> None:
    await world.working()
    hangs = asyncio.Event()
    world.provider.on("echo hello", hangs)
    await world.say("an", "hello")
    await eventually(lambda: world.provider.texts == ["echo hello"], what="the call")

    began = time.monotonic()
    outcome = await claim(world, "an")
    took = time.monotonic() - began
    hangs.set()
    await world.settled()

    assert isinstance(outcome, Claimed)
    assert took < 1.0


async def test_a_reply_that_waits_while_a_person_takes_over_becomes_a_draft(world: World) -> None:
    """Guard: the epoch compare in the mark."""
    await world.working()
    hangs = asyncio.Event()
    world.provider.on("echo one", hangs)
    await world.say("an", "one")
    await world.say("an", "two")
    await eventually(lambda: world.provider.texts == ["echo one"], what="the call")

    outcome = await claim(world, "an")
    hangs.set()
    await world.settled()

    assert isinstance(outcome, Claimed)
    assert ["echo one"] == world.provider.texts
    assert {"echo one": DeliveryState.SENT, "echo two": DeliveryState.DRAFT} == await world.states("an")


async def test_the_second_call_of_a_reply_is_not_begun_after_a_takeover(world: World) -> None:
    """Guard: the epoch compare in the mark, asked for each call."""
    await world.working()
    hangs = asyncio.Event()
    world.provider.on("echo one", hangs)
    await world.say("an", "one|two")
    await eventually(lambda: world.provider.texts == ["echo one"], what="the call")

    await claim(world, "an")
    hangs.set()
    await world.settled()

    assert ["echo one"] == world.provider.texts
    assert {"echo one|two": DeliveryState.UNKNOWN} == await world.states("an")


async def test_a_person_s_word_is_said_whatever_the_epoch(world: World) -> None:
    await world.working()
    await world.say("an", "hello")
    await world.settled()
    await claim(world, "an")

    await world.tell(await world.customer("an"), SayAsked(agent="mai", message=Message(text="here I am")))
    await world.settled()

    assert ["echo hello", "here I am"] == world.provider.texts


async def test_of_two_claims_one_wins_and_the_other_is_told_who(world: World) -> None:
    await world.working()
    await world.say("an", "hello")
    await world.settled()

    outcomes = await asyncio.gather(claim(world, "an", "mai", "ev-1"), claim(world, "an", "tam", "ev-2"))

    assert [Claimed, Refused] == sorted((type(o) for o in outcomes), key=lambda t: t.__name__)
    assert 1 == len({o.owner for o in outcomes})


async def test_marketing_that_waits_while_a_person_takes_over_is_judged_again(world: World) -> None:
    """Guard: the compare of the judged revision in the mark."""
    await world.working()
    hangs = asyncio.Event()
    await world.say("an", "hello")
    await world.settled()
    world.provider.on("echo busy", hangs)
    await world.say("an", "busy")
    await eventually(lambda: "echo busy" in world.provider.texts, what="the call")

    customer = await world.customer("an")
    await world.tell(customer, NudgeAsked(message=Message(text="sale"), key="k"))
    await eventually(lambda: _turns(world, customer, 3), what="the nudge's turn")
    await claim(world, "an")
    hangs.set()
    await world.settled()

    assert "sale" not in world.provider.texts
    assert "nudge deferred" in await world.facts(customer)
    assert {"sale": DeliveryState.WITHDRAWN} == {t: s for t, s in (await world.states("an")).items() if t == "sale"}


async def test_while_the_kill_switch_is_thrown_a_nudge_waits_and_does_not_run_in_circles(world: World) -> None:
    """Guard: the gate asks how the switch stands, and defers."""
    one = await world.working()
    switch = Switch(world.links, world.keys)
    await world.say("an", "hello")
    await world.settled()
    customer = await world.customer("an")

    await switch.throw(Thrown(by="mai", at=1))
    await world.tell(customer, NudgeAsked(message=Message(text="sale"), key="k"))
    await world.settled()
    stopped, turns = list(world.provider.texts), len(await world.turns(customer))
    await switch.lift()
    one.clock.ahead = 16 * 60
    await eventually(lambda: "sale" in world.provider.texts, what="the nudge")
    await world.settled()

    assert ["echo hello"] == stopped
    assert 2 == turns
    assert ["echo hello", "sale"] == world.provider.texts


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.SERVICE, Purpose.SYSTEM])
async def test_a_nudge_that_was_let_through_before_the_kill_switch_was_thrown_waits_too(world: World, purpose: Purpose) -> None:
    """Guards: the switch in the mark, for all that is said unasked; the gate defers what was stopped by it."""
    one = await world.working()
    hangs, switch = asyncio.Event(), Switch(world.links, world.keys)
    world.provider.on("echo busy", hangs)
    await world.say("an", "busy")
    await eventually(lambda: "echo busy" in world.provider.texts, what="the call")
    customer = await world.customer("an")
    await world.tell(customer, NudgeAsked(message=Message(text="sale"), purpose=purpose, key="k"))
    await eventually(lambda: _turns(world, customer, 2), what="the nudge's turn")

    await switch.throw(Thrown(by="mai", at=1))
    hangs.set()
    await world.settled()
    stopped, turns = list(world.provider.texts), len(await world.turns(customer))
    await switch.lift()
    one.clock.ahead = 16 * 60
    await eventually(lambda: "sale" in world.provider.texts, what="the nudge")

    assert ["echo busy"] == stopped
    assert 3 == turns
    assert ["echo busy", "sale"] == world.provider.texts


async def _turns(world: World, customer: str, count: int) -> bool:
    return len(await world.turns(customer)) >= count
