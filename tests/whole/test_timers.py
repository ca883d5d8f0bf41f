"""Timers by a clock that can be moved: what falls silent is resolved, and a timer that was set anew is nothing."""

import pytest

from hub.model.events.event import Event, TimerFired
from hub.model.subject import customer_subject
from hub.model.words import ConversationStatus
from tests.processes import eventually
from tests.whole.world import HOURS_ASKED, PERSON_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
DAY = 24 * 60


async def written(house: House, words: str) -> tuple[str, str]:
    """A customer of the app who was answered: who, and the customer."""
    who = house.somebody()
    await house.caller.write(who, words)
    await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the answer")
    return who, await house.customer("plain", "app", who)


async def test_a_conversation_silent_for_a_day_resolves_itself(house: House) -> None:
    who, customer = await written(house, HOURS_ASKED)

    house.clock.forward(minutes=DAY + 1)

    async def resolved() -> bool:
        (conversation,) = (await house.caller.record(customer)).conversations
        return (conversation.status, conversation.reason) == (ConversationStatus.RESOLVED, "idle")

    await eventually(resolved, what="the end of the conversation")
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="an answer in the next conversation")
    assert 2 == len((await house.caller.record(customer)).conversations)


async def test_a_word_sets_the_timer_anew(house: House) -> None:
    who, customer = await written(house, HOURS_ASKED)
    house.clock.forward(minutes=DAY - 60)
    await house.caller.write(who, "phi ship bao nhieu")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the second answer")

    # Past the first timer, before the second: another customer's timer shows that the clock's jump has been served.
    house.clock.forward(minutes=70)
    _, other = await written(house, HOURS_ASKED)
    await eventually(lambda: house.has_fact(other, "message received"), what="a later turn in the archive")

    assert [ConversationStatus.OPEN] == [c.status for c in (await house.caller.record(customer)).conversations]


async def test_a_stale_timer_is_nothing(house: House) -> None:
    who, customer = await written(house, HOURS_ASKED)
    (conversation,) = (await house.caller.record(customer)).conversations
    name = f"idle:{conversation.id}"
    generation = (await house.caller.record(customer)).timers[name].generation
    await house.caller.write(who, "phi ship bao nhieu")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the second answer")

    stale = Event(id=f"ti-{customer}-stale", subject=customer_subject(customer), body=TimerFired(name=name, generation=generation))
    await house.process.store.inboxes.push_past_spools(stale)

    await eventually(lambda: house.has_fact(customer, "outdated timer"), what="the turn of the stale timer")
    assert [ConversationStatus.OPEN] == [c.status for c in (await house.caller.record(customer)).conversations]


async def test_a_conversation_with_a_person_is_theirs_to_end(house: House) -> None:
    _, customer = await written(house, PERSON_ASKED)
    await house.caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})
    _, other = await written(house, HOURS_ASKED)

    house.clock.forward(minutes=DAY + 1)

    async def other_resolved() -> bool:
        return (await house.caller.record(other)).conversations[0].status is ConversationStatus.RESOLVED

    await eventually(other_resolved, what="the end of the bot's conversation")
    (conversation,) = (await house.caller.record(customer)).conversations
    assert (ConversationStatus.OPEN, "lan") == (conversation.status, conversation.owner.agent)
