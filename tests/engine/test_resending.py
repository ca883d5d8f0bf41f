"""What a provider took and could not deliver for a passing reason goes again after a pause; never what arrived, and not for ever."""

import pytest

from hub.desk.resending import Resending
from hub.engine.turns.receipts import PAUSES_MS
from hub.engine.turns.windows import Counting
from hub.model.channels.window import WindowRule
from hub.model.customers.record import Live
from hub.model.events.agents import ClaimAsked, RetryAsked
from hub.model.events.event import Receipt, Said
from hub.model.failure import Failure
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState, Purpose
from tests.engine.world import Doing, Echo, Process, World, turning
from tests.servers import eventually

AN_HOUR = {"fake": WindowRule(hours=1)}


def lasting(turn: Turn) -> Turn:
    """A bot whose words are of use for ever."""
    if not isinstance(turn.event.body, Said) or turn.event.address is None:
        return turn
    message = Message(text=f"echo {turn.event.body.text}")
    return turn.say(message, conversation=turn.conversation(""), to=turn.event.address, purpose=Purpose.SERVICE, not_after=0)


def failed(external_id: str, failure: Failure = Failure.SERVER) -> Receipt:
    return Receipt(
        external_ids=(external_id,), state=DeliveryState.FAILED, error_code="131016", reason="Service overloaded", failure=failure
    )


def arrived(external_id: str) -> Receipt:
    return Receipt(external_ids=(external_id,), state=DeliveryState.DELIVERED)


async def told(world: World, receipt: Receipt) -> None:
    """The provider says this of what An was sent."""
    await world.tell(await world.customer("an"), receipt, address=world.address("an"))
    await world.settled()


async def paused(world: World, process: Process, n: int = 0) -> None:
    """The n-th pause is over, and its timer has fired."""
    process.clock.ahead += PAUSES_MS[n] / 1000 + 1

    async def fired() -> bool:
        record = await world.stored(await world.customer("an"))
        return isinstance(record, Live) and not [name for name in record.timers if name.startswith(f"again:{n}:")]

    await eventually(fired, what="the end of the pause")
    await world.settled()


async def ends(world: World) -> list[tuple[str, str]]:
    """What people are told of deliveries that did not arrive."""
    lines = await world.customers.timeline(await world.customer("an"))
    return [(line.entry.text, line.entry.detail["failure"]) for line in lines if line.entry.kind == "fact" and line.entry.delivery]


async def states(world: World) -> list[DeliveryState | None]:
    """How each line of the bot stands."""
    lines = await world.customers.timeline(await world.customer("an"))
    return [line.state for line in lines if line.entry.kind == "message" and line.entry.who == "bot"]


async def answered(world: World) -> Process:
    """A process that sends again, and one answer of its bot's: `x-1`."""
    process = await world.working(turns=turning(Resending({}), Echo()))
    await world.say("an", "hello")
    await world.settled()
    return process


async def test_it_goes_again_after_a_pause_and_is_not_told_as_a_failure(world: World) -> None:
    process = await answered(world)

    await told(world, failed("x-1"))
    waiting = world.provider.to("an")
    await paused(world, process)
    await told(world, arrived("x-2"))

    assert (["echo hello"], ["echo hello"] * 2) == (waiting, world.provider.to("an"))
    assert [DeliveryState.WITHDRAWN, DeliveryState.DELIVERED] == await states(world)
    assert [] == await ends(world)


async def test_what_arrived_after_all_does_not_go_again(world: World) -> None:
    """Guard: how it stands is asked when the pause is over."""
    process = await answered(world)
    await told(world, failed("x-1"))

    await told(world, arrived("x-1"))
    await paused(world, process)

    assert ["echo hello"] == world.provider.to("an")
    assert [DeliveryState.DELIVERED] == await states(world)


async def test_what_a_person_has_sent_again_does_not_go_once_more(world: World) -> None:
    process = await answered(world)
    await told(world, failed("x-1"))
    customer = await world.customer("an")
    (delivery,) = [line.entry.delivery for line in await world.customers.timeline(customer) if line.entry.who == "bot"]

    await world.tell(customer, RetryAsked(agent="an", delivery=delivery))
    await world.settled()
    await paused(world, process)

    assert ["echo hello"] * 2 == world.provider.to("an")


async def test_a_failure_that_lasts_is_told_at_once(world: World) -> None:
    await answered(world)

    await told(world, failed("x-1", Failure.RECIPIENT))

    assert [("failed: Service overloaded", "invalid_recipient")] == await ends(world)
    assert {} == {name: timer for name, timer in (await world.record("an")).timers.items() if name.startswith("again:")}


async def test_marketing_goes_once_at_most(world: World) -> None:
    await world.working(turns=turning(Resending({}), Echo(Purpose.MARKETING)))
    await world.say("an", "hello")
    await world.settled()

    await told(world, failed("x-1"))

    assert ["failed: Service overloaded"] == [text for text, _ in await ends(world)]


async def test_after_the_last_try_it_is_told_and_waits_for_a_person(world: World) -> None:
    process = await world.working(turns=turning(Resending({}), Doing(lasting)))
    await world.say("an", "hello")
    await world.settled()

    for n in range(len(PAUSES_MS)):
        await told(world, failed(f"x-{n + 1}"))
        await paused(world, process, n)
    before = await ends(world)
    await told(world, failed(f"x-{len(PAUSES_MS) + 1}"))

    assert ["echo hello"] * (1 + len(PAUSES_MS)) == world.provider.to("an")
    assert [] == before
    assert [("failed: Service overloaded", "provider_5xx")] == await ends(world)


async def test_what_is_too_old_by_then_is_told_and_does_not_go_again(world: World) -> None:
    """Guard: a bot's reply is of use for five minutes."""
    process = await answered(world)
    await told(world, failed("x-1"))

    process.clock.ahead += 400
    await paused(world, process)

    assert ["echo hello"] == world.provider.to("an")
    assert [("failed: Service overloaded", "provider_5xx")] == await ends(world)


async def test_a_bots_words_do_not_go_again_once_a_person_has_the_conversation(world: World) -> None:
    """Guard: the epoch under which it was written."""
    process = await answered(world)
    await told(world, failed("x-1"))

    await world.tell(await world.customer("an"), ClaimAsked(agent="an"))
    await world.settled()
    await paused(world, process)

    assert ["echo hello"] == world.provider.to("an")
    assert [("failed: Service overloaded", "provider_5xx")] == await ends(world)


async def test_the_window_is_asked_again(world: World) -> None:
    process = await world.working(turns=turning(Resending(AN_HOUR), Doing(lasting), Counting(AN_HOUR)))
    await world.say("an", "hello")
    await world.settled()
    await told(world, failed("x-1"))

    process.clock.ahead += 3600
    await paused(world, process)

    assert ["echo hello"] == world.provider.to("an")
    assert ["failed: Service overloaded"] == [text for text, _ in await ends(world)]


@pytest.mark.parametrize("failure", [Failure.RECIPIENT, Failure.SERVER])
async def test_a_failure_that_came_before_its_id_keeps_what_it_said(world: World, failure: Failure) -> None:
    """Guard: the whole receipt is parked, not its state alone."""
    process = await answered(world)
    await told(world, failed("x-2", failure))
    parked = (await world.record("an")).parked_whole

    await world.say("an", "more")
    await world.settled()
    process.clock.ahead += 61

    async def placed() -> bool:
        return not (await world.record("an")).parked and DeliveryState.FAILED in await states(world)

    await eventually(placed, what="the parked receipt in its place")
    await world.settled()

    assert [("131016", failure)] == [(receipt.error_code, receipt.failure) for receipt in parked.values()]
    lines = await world.customers.timeline(await world.customer("an"))
    (line,) = [line for line in lines if line.state is DeliveryState.FAILED and line.entry.kind == "message"]
    assert ("Service overloaded", "131016", failure.value) == (line.reason, line.code, line.failure)
    waits = [name for name in (await world.record("an")).timers if name.startswith("again:")]
    assert failure.is_passing == bool(waits)
