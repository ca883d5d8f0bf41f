"""Short lines of one thought are answered once; nobody waits for a person, for STOP, or behind a slow shop for an agent."""

import asyncio
import time

import pytest

from config.wiring.core import Turning
from hub.desk.asking import Claimed
from hub.engine.mailboxes.asking import Asking
from hub.model.channels.ports import Question
from hub.model.events.agents import SayAsked
from hub.model.events.event import Event, Said
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import OwnerKind
from tests.engine.world import Doing, World, house_steps, turning
from tests.servers import eventually

QUIET = 0.4
LONG = 20.0
"""A quiet time nobody waits for in a test: what ends sooner did not wait."""


def once() -> Doing:
    """A bot that answers the last line of a burst, and names how many turns it saw before."""
    heard: list[str] = []

    def take(turn: Turn) -> Turn:
        body, to = turn.event.body, turn.event.address
        if turn.handled or not isinstance(body, Said) or to is None:
            return turn
        heard.append(body.text)
        conversation = turn.conversation("")
        if turn.more or conversation is None or conversation.owner.kind is not OwnerKind.BOT:
            return turn
        text = "+".join(heard)
        heard.clear()
        return turn.say(Message(text=text), conversation=conversation, to=to)

    return Doing(take)


def stops(event: Event) -> bool:
    return isinstance(event.body, Said) and event.body.text == "STOP"


async def test_three_lines_within_the_quiet_time_are_answered_once(world: World) -> None:
    """Guard: the lanes hold lines together; `more` is told of all but the last."""
    await world.working(turns=turning(once(), quiet=QUIET))

    for text in ("hi", "where is", "my order"):
        await world.say("an", text)
    await world.settled()

    assert ["hi+where is+my order"] == world.provider.texts


async def test_stop_ends_the_wait(world: World) -> None:
    """Guard: what is urgent is never held."""
    await world.working(turns=turning(once(), quiet=LONG, urgent=stops))
    began = time.monotonic()

    await world.say("an", "hi")
    await world.say("an", "STOP")
    await world.settled()

    assert time.monotonic() - began < LONG / 2
    assert ["hi+STOP"] == world.provider.texts


async def test_a_claim_ends_the_wait(world: World) -> None:
    """Guard: only lines are held, nothing else and nothing behind which something else waits."""
    await world.working(turns=turning(once(), quiet=LONG))
    await world.say("an", "hi")
    began = time.monotonic()

    outcome = await world.desk.claim(await world.customer("an"), conversation="", agent="mai", event_id="ev-c")

    assert isinstance(outcome, Claimed)
    assert time.monotonic() - began < LONG / 2


async def test_words_to_a_person_are_not_held(world: World) -> None:
    """Guard: the mailbox remembers whose conversations a person answers."""
    await world.working(turns=turning(once(), quiet=LONG))
    customer = await world.customer("an")
    await world.tell(customer, SayAsked(agent="mai", message=Message(text="hello"), to=world.address("an")))
    await world.say("an", "STOP")
    await world.desk.claim(customer, conversation="", agent="mai", event_id="ev-c")
    began = time.monotonic()

    await world.say("an", "thank you")
    await world.settled()

    assert time.monotonic() - began < LONG / 2
    assert "thank you" in await world.heard("an")


async def test_words_of_two_customers_are_never_one_burst(world: World) -> None:
    await world.neighbours("an", "bo")
    await world.working(turns=turning(quiet=QUIET))

    await world.say("an", "hi")
    await world.say("bo", "hi too")
    await world.settled()

    assert (["echo hi"], ["echo hi too"]) == (world.provider.to("an"), world.provider.to("bo"))


async def test_an_agent_does_not_wait_behind_a_slow_shop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards: a claim that is read ends the questions of its customer; one that waits already lets none begin."""
    monkeypatch.setattr(Asking.__init__, "__kwdefaults__", {"deadline": LONG})
    asked: list[str] = []

    async def slow(key: str) -> str:
        asked.append(key)
        await asyncio.Event().wait()
        return "{}"

    def needs(turn: Turn) -> tuple[Question, ...]:
        return (Question(topic="shop", key="1"),) if isinstance(turn.event.body, Said) else ()

    steps = house_steps(Doing(lambda turn: turn, needs=needs))
    await world.working(turns=Turning(steps=steps, urgent=stops, quiet=0, answers={"shop": slow}))
    await world.say("an", "hi")
    await eventually(lambda: asked == ["1"], what="the question")
    began = time.monotonic()

    outcome = await world.desk.claim(await world.customer("an"), conversation="", agent="mai", event_id="ev-c")

    assert isinstance(outcome, Claimed)
    assert time.monotonic() - began < LONG / 2


async def test_a_slow_shop_holds_up_nobody_else(world: World) -> None:
    """Guard: a question sets its customer aside, not the partition."""
    answers = asyncio.Event()

    async def slow(key: str) -> str:
        await answers.wait()
        return f'"{key}"'

    def needs(turn: Turn) -> tuple[Question, ...]:
        return (Question(topic="shop", key="1"),) if isinstance(turn.event.body, Said) and turn.event.body.text == "order" else ()

    def tells(turn: Turn) -> Turn:
        if not isinstance(turn.event.body, Said) or turn.event.address is None:
            return turn
        known = turn.answers.get("shop/1", "unknown")
        return turn.say(Message(text=f"{turn.event.body.text} {known}"), conversation=turn.conversation(""), to=turn.event.address)

    steps = house_steps(Doing(tells, needs=needs))
    await world.neighbours("an", "bo")
    await world.working(turns=Turning(steps=steps, urgent=stops, quiet=0, answers={"shop": slow}))
    await world.say("an", "order")
    await world.say("an", "thanks")
    await world.say("bo", "hi")
    await eventually(lambda: world.provider.to("bo") == ["hi unknown"], what="the other's answer")
    waiting = list(world.provider.to("an"))
    answers.set()
    await world.settled()

    assert [] == waiting
    assert ['order "1"', "thanks unknown"] == world.provider.to("an")
