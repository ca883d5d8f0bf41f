"""What goes out: marketing at most once, service at least once, calls resumed where they were, order per address in any trouble."""

import asyncio
import time
from typing import cast

import pytest

from hub.model.errors import Misconfigured, OutcomeUnknown, RecipientGone, Rejected, TemporaryFailure, Throttled
from hub.model.events.agents import RetryAsked
from hub.model.events.event import NudgeAsked
from hub.model.messaging.message import Message
from hub.model.words import DeliveryState, Purpose
from tests.engine.provider import Provider
from tests.engine.valve import Fault
from tests.engine.world import Echo, Process, World, turning
from tests.servers import eventually


async def nudge(world: World, who: str, text: str, purpose: Purpose = Purpose.MARKETING) -> None:
    await world.tell(await world.customer(who), NudgeAsked(message=Message(text=text), purpose=purpose, key=text))


async def known(world: World, *names: str) -> None:
    """Customers who have spoken, so that there is an address to write to."""
    for who in names:
        await world.say(who, "hello")
    await world.settled()


async def heir_of(world: World, dead: Process) -> Process:
    """The next owner of one who can tell the store nothing any more."""
    dead.valve.cut()
    return await world.taken_over(dead)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign mark is waited out in a moment."""
    monkeypatch.setattr("hub.engine.sending.outbox.CALL_TIMEOUT_S", 0.3)
    monkeypatch.setattr("hub.engine.sending.outbox.GOOD_FOR_S", 0.2)


@pytest.mark.usefixtures("hasty")
async def test_marketing_cut_off_while_sending_is_unknown_and_never_sent_again_by_itself(world: World) -> None:
    """Guard: take_back ends marketing as unknown."""
    one = await world.working()
    await known(world, "an")
    world.provider.on("sale", asyncio.Event())
    await nudge(world, "an", "sale")
    await eventually(lambda: "sale" in world.provider.texts, what="the call")

    await heir_of(world, one)
    await world.settled()

    assert 1 == world.provider.texts.count("sale")
    assert DeliveryState.UNKNOWN == (await world.states("an"))["sale"]


@pytest.mark.usefixtures("hasty")
async def test_what_is_unknown_is_sent_once_more_when_a_person_says_so(world: World) -> None:
    one = await world.working()
    await known(world, "an")
    world.provider.on("sale", OutcomeUnknown("no answer"))
    await nudge(world, "an", "sale")
    await world.settled()
    lines = await world.customers.timeline(await world.customer("an"))
    delivery = next(line.entry.delivery for line in lines if line.state is DeliveryState.UNKNOWN)

    await world.tell(await world.customer("an"), RetryAsked(agent="mai", delivery=delivery))
    await world.settled()

    assert 2 == world.provider.texts.count("sale")
    assert one.counters.sends["fake", "unknown"] == 1


@pytest.mark.usefixtures("hasty")
async def test_a_reply_cut_off_while_sending_goes_again_after_its_mark_is_dead(world: World) -> None:
    """Guard: service is sent at least once."""
    one = await world.working()
    world.provider.on("echo hello", asyncio.Event())
    await world.say("an", "hello")
    await eventually(lambda: world.provider.texts == ["echo hello"], what="the call")
    began = time.monotonic()

    await heir_of(world, one)
    await world.settled()

    assert ["echo hello", "echo hello"] == world.provider.texts
    assert time.monotonic() - began >= 0.5


async def test_the_next_owner_does_not_send_while_the_former_s_call_is_in_flight(world: World) -> None:
    """Guard: a foreign mark is waited out; the former owner still settles its own call."""
    one = await world.working()
    await world.neighbours("an", "bo")
    hangs = asyncio.Event()
    world.provider.on("echo hello", hangs)
    await world.say("an", "hello")
    await eventually(lambda: world.provider.texts == ["echo hello"], what="the call")

    await world.taken_over(one)
    await world.say("bo", "hi")
    await eventually(lambda: "echo hi" in world.provider.texts, what="the heir's sends")
    hangs.set()
    await world.settled()

    assert ["echo hello", "echo hi"] == world.provider.texts
    assert {"echo hello": DeliveryState.SENT} == await world.states("an")


@pytest.mark.usefixtures("hasty")
async def test_a_delivery_of_several_calls_goes_on_at_the_call_in_flight(world: World) -> None:
    """Guard: each mark tells how many calls were done before it."""
    one = await world.working()
    world.provider.on("b", asyncio.Event())
    await world.say("an", "a|b|c")
    await eventually(lambda: world.provider.texts == ["echo a", "b"], what="the second call")

    await heir_of(world, one)
    await world.settled()

    assert ["echo a", "b", "b", "c"] == world.provider.texts


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.LOSE_CALL])
async def test_a_lost_answer_to_the_second_mark_repeats_no_call(world: World, fault: Fault) -> None:
    """Guard: what this process knows to be done counts more than what the store was told."""
    one = await world.working()
    world.provider.on("echo a", lambda: one.valve.on("mark", fault))
    await world.say("an", "a|b|c")
    await world.settled()

    assert ["echo a", "b", "c"] == world.provider.texts


async def test_a_fenced_sender_tells_what_it_has_done(world: World) -> None:
    """Guard: progress is given back under the old mark when the fence is gone between two calls."""
    one = await world.working()
    hangs = asyncio.Event()
    world.provider.on("echo a", hangs)
    await world.say("an", "a|b")
    await eventually(lambda: world.provider.texts == ["echo a"], what="the call")

    await world.taken_over(one)
    hangs.set()
    await world.settled()

    assert ["echo a", "b"] == world.provider.texts


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.LOSE_CALL, Fault.REFUSE])
@pytest.mark.parametrize("word", ["mark", "settle"])
async def test_whatever_answer_is_lost_a_message_is_sent_once(world: World, word: str, fault: Fault) -> None:
    """Guards: an own unused mark is given back; an outcome is told until the store has it."""
    one = await world.working()
    one.valve.on(word, fault)

    await world.say("an", "hello")
    await world.settled()

    assert ["echo hello"] == world.provider.texts
    assert {"echo hello": DeliveryState.SENT} == await world.states("an")


async def test_marketing_whose_mark_s_answer_is_lost_is_still_sent_once(world: World) -> None:
    """Guard: an own unused mark is given back, not taken for a call cut off."""
    one = await world.working()
    await known(world, "an")
    one.valve.on("mark", Fault.LOSE_ANSWER)

    await nudge(world, "an", "sale")
    await world.settled()

    assert 1 == world.provider.texts.count("sale")
    assert DeliveryState.SENT == (await world.states("an"))["sale"]


@pytest.mark.parametrize(
    ("error", "state", "calls"),
    [
        (Rejected("no"), DeliveryState.FAILED, 1),
        (RecipientGone("left"), DeliveryState.FAILED, 1),
        (Throttled(retry_after=0.05), DeliveryState.SENT, 2),
        (TemporaryFailure("500"), DeliveryState.SENT, 2),
        (OutcomeUnknown("cut"), DeliveryState.SENT, 2),
    ],
)
async def test_each_error_is_a_decision(world: World, error: Exception, state: DeliveryState, calls: int) -> None:
    one = await world.working()
    world.provider.on("echo hello", error)
    await world.say("an", "hello")
    await eventually(lambda: world.provider.texts != [], what="the call")
    one.clock.ahead = 2
    await world.settled()

    assert calls == len(world.provider.texts)
    assert {"echo hello": state} == await world.states("an")


async def test_a_throttled_delivery_waits_as_long_as_asked_under_the_next_owner_too(world: World) -> None:
    """Guard: 'early' at the mark."""
    one = await world.working()
    world.provider.on("echo hello", Throttled(retry_after=600))
    await world.say("an", "hello")
    await eventually(lambda: world.provider.texts == ["echo hello"], what="the call")
    key = world.keys_of(await world.customer("an"))
    delivery = (await world.customers.timeline(await world.customer("an")))[-1].entry.delivery

    async def given_back() -> bool:
        return await world.links.call(key.fence, "HGET", key.delivery(delivery), "s") == b"queued"

    await eventually(given_back, what="the pause")
    two = await world.taken_over(one)
    await world.say("bo", "hi")
    await eventually(lambda: "echo hi" in world.provider.texts, what="the other's reply")
    early = world.provider.texts.count("echo hello")
    two.clock.ahead = 601
    await world.say("an", "more")
    await eventually(lambda: bool(two.worker.holdings))

    assert 1 == early


async def test_replies_go_before_nudges_and_do_not_wait_for_one_that_is_throttled(world: World) -> None:
    """Guard: a reply wakes a lane that rests for a nudge."""
    await world.working()
    await known(world, "an")
    world.provider.on("sale", Throttled(retry_after=20))
    await nudge(world, "an", "sale")
    await eventually(lambda: "sale" in world.provider.texts, what="the nudge")
    began = time.monotonic()

    await world.say("an", "question")
    await eventually(lambda: "echo question" in world.provider.texts, what="the reply")

    assert time.monotonic() - began < 10


async def held(world: World, who: str) -> int:
    keys = world.keys_of(await world.customer(who))
    key = keys.held("fake", "main")
    return cast("int", await world.links.call(key, "XLEN", key))


async def test_what_a_paused_account_cannot_take_is_held_and_others_pass(world: World) -> None:
    """Guards: later ones to the same address queue behind; the held count is looked at before what moves."""
    other = Provider("other")
    one = await world.working(channels=(world.provider, other))
    await world.neighbours("an", "bo")
    world.provider.on("echo w0", Throttled(retry_after=60, whole_account=True))
    await world.say("an", "w0")
    await eventually(lambda: world.provider.texts == ["echo w0"], what="the pause")

    for n in range(1, 4):
        await world.say("an", f"w{n}")
        await world.say("bo", f"v{n}")

    async def three() -> bool:
        return await held(world, "bo") == 3

    await eventually(three, what="the held ones")
    paused = list(world.provider.texts)
    one.clock.ahead = 61
    await eventually(lambda: len(world.provider.texts) >= 8, what="the rest")
    await world.settled()

    assert ["echo w0"] == paused
    assert ["echo w0", "echo w0", "echo w1", "echo w2", "echo w3"] == world.provider.to("an")
    assert ["echo v1", "echo v2", "echo v3"] == world.provider.to("bo")
    assert (0, 0) == (await held(world, "an"), await held(world, "bo"))


async def test_what_is_new_goes_behind_what_is_still_held_when_the_account_is_back(world: World) -> None:
    """Guard: while anything is held for an account, all that is new for it queues behind."""
    one = await world.working()
    await world.neighbours("an", "bo")
    world.provider.on("echo w0", Throttled(retry_after=60, whole_account=True))
    await world.say("an", "w0")
    await eventually(lambda: world.provider.texts == ["echo w0"], what="the pause")
    await world.say("bo", "v1")

    async def one_held() -> bool:
        return await held(world, "bo") == 1

    await eventually(one_held, what="the held one")
    one.valve.on("XRANGE", Fault.LOSE_CALL, times=15)
    one.clock.ahead = 61
    await world.say("bo", "v2")
    await world.settled()

    assert ["echo v1", "echo v2"] == world.provider.to("bo")


async def test_the_order_of_what_is_held_survives_a_change_of_owner(world: World) -> None:
    """Guard: while an address has something in the outbox stream, later ones are not held before it."""
    one = await world.working()
    await world.neighbours("an", "bo")
    world.provider.on("echo w0", Throttled(retry_after=60, whole_account=True))
    await world.say("an", "w0")
    await eventually(lambda: world.provider.texts == ["echo w0"], what="the pause")
    for n in range(1, 4):
        await world.say("an", f"w{n}")
        await world.say("bo", f"v{n}")
    await eventually(lambda: _turned(world, "bo", 3), what="the turns")

    two = await world.process("two")
    two.clock.ahead = 61
    await world.links.call(world.keys.workers, "ZREM", world.keys.workers, one.name)
    one.valve.cut()
    await two.work()
    await eventually(lambda: len(world.provider.texts) >= 8, what="the rest")
    await world.settled()

    assert ["echo w0", "echo w0", "echo w1", "echo w2", "echo w3"] == world.provider.to("an")
    assert ["echo v1", "echo v2", "echo v3"] == world.provider.to("bo")


async def _turned(world: World, who: str, count: int) -> bool:
    return len(await world.turns(await world.customer(who))) >= count


async def test_an_account_that_is_wrongly_configured_rests_and_loses_nothing(world: World) -> None:
    one = await world.working()
    world.provider.on("echo hello", Misconfigured("401"))
    await world.say("an", "hello")
    await eventually(lambda: world.provider.texts == ["echo hello"], what="the call")

    account = one.worker._engine.accounts["fake", "main"]  # noqa: SLF001 - what the pause is, is nobody's to change
    await eventually(lambda: account.paused_for > 50, what="the pause")
    await eventually(lambda: _state_is(world, "an", "echo hello", DeliveryState.QUEUED), what="the wait")


async def _state_is(world: World, who: str, text: str, state: DeliveryState) -> bool:
    return (await world.states(who)).get(text) is state


async def test_an_expired_reply_is_not_said_but_told(world: World) -> None:
    one = await world.working(turns=turning(Echo()))
    hangs = asyncio.Event()
    world.provider.on("echo one", hangs)
    await world.say("an", "one")
    await world.say("an", "two")
    await eventually(lambda: world.provider.texts == ["echo one"], what="the call")

    one.clock.ahead = 301
    hangs.set()
    await world.settled()

    assert ["echo one"] == world.provider.texts
    assert DeliveryState.WITHDRAWN == (await world.states("an"))["echo two"]
    lines = await world.customers.timeline(await world.customer("an"))
    assert "withdrawn: expired" in [line.entry.text for line in lines]
