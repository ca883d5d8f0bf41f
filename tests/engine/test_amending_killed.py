"""A correction whose sender dies between its mark and the answer: made again by the next owner, once everybody has let go; order holds."""

import asyncio

import pytest

from hub.desk.amending import Amending
from hub.desk.asking import Done, Refused
from hub.model.channels.ports import Call
from hub.model.events.agents import SayAsked
from hub.model.messaging.amending import AmendAsked, AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Capabilities, Message
from hub.model.words import DeliveryState
from tests.engine.provider import Provider
from tests.engine.world import Echo, World, turning
from tests.servers import eventually

TURNS = turning(Amending(), Echo())


class Changing(Provider):
    """A provider where what went out can be changed."""

    capabilities = Capabilities(text_units=4000, connects=False, corrects=True, recalls=True)

    def render_correction(self, delivery: Delivery, calls: list[Call]) -> list[Call]:
        """Other words."""
        del delivery
        return calls

    def render_recall(self, delivery: Delivery) -> list[Call]:
        """None in their place."""
        del delivery
        return [Call(method="recall", params={"text": "recall"})]

    async def amend(self, call: Call, delivery: Delivery) -> None:
        """Make it, as any call."""
        await self.send(call, delivery)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign mark is waited out in a moment."""
    monkeypatch.setattr("hub.engine.sending.outbox.CALL_TIMEOUT_S", 0.3)
    monkeypatch.setattr("hub.engine.sending.outbox.GOOD_FOR_S", 0.2)


async def written(world: World, text: str) -> str:
    """What an agent wrote to "an", once it was sent: its delivery."""
    await world.say("an", "hello")
    await world.settled()
    await world.tell(await world.customer("an"), SayAsked(agent="lan", message=Message(text=text)))
    await world.settled()
    lines = await world.customers.timeline(await world.customer("an"))
    return next(line.entry.delivery for line in lines if line.entry.text == text)


async def amend(world: World, delivery: str, text: str = "") -> None:
    verb = AmendVerb.CORRECT if text else AmendVerb.RECALL
    await world.tell(await world.customer("an"), AmendAsked(agent="lan", verb=verb, delivery=delivery, text=text))


@pytest.mark.usefixtures("hasty")
async def test_cut_off_after_its_mark_it_is_made_again_and_those_behind_it_wait(world: World) -> None:
    world.provider = Changing()
    one = await world.working(turns=TURNS)
    delivery = await written(world, "one")
    world.provider.on("two", asyncio.Event())
    await amend(world, delivery, "two")
    await eventually(lambda: "two" in world.provider.texts, what="the call")
    await amend(world, delivery, "three")
    await amend(world, delivery)

    one.valve.cut()
    await world.taken_over(one, turns=TURNS)
    await world.settled()

    assert ["one", "two", "two", "three", "recall"] == world.provider.to("an")[1:]
    assert [DeliveryState.SENT] * 4 == [
        line.state
        for line in await world.customers.timeline(await world.customer("an"))
        if line.entry.who == "agent:lan" and line.entry.delivery
    ]


async def test_what_had_begun_to_go_out_when_it_was_to_be_withdrawn_is_not_sent_twice(world: World) -> None:
    world.provider = Changing()
    await world.working(turns=TURNS)
    await written(world, "before")
    hangs = asyncio.Event()
    world.provider.on("one", hangs)
    await world.tell(await world.customer("an"), SayAsked(agent="lan", message=Message(text="one")))
    await eventually(lambda: "one" in world.provider.texts, what="the call")
    lines = await world.customers.timeline(await world.customer("an"))
    waiting = next(line.entry.delivery for line in lines if line.entry.text == "one")

    asked = AmendAsked(agent="lan", verb=AmendVerb.CORRECT, delivery=waiting, text="two")
    refused = await world.desk.amend(await world.customer("an"), asked, event_id="ev-first")
    hangs.set()
    await world.settled()
    done = await world.desk.amend(await world.customer("an"), asked, event_id="ev-second")
    await world.settled()

    assert isinstance(refused, Refused)
    assert ("under_way", Done) == (refused.code, type(done))
    assert ["before", "one", "two"] == world.provider.to("an")[1:]
