"""What agents ask of mailboxes, and what they are told."""

import asyncio

import pytest

from hub.desk.asking import Claimed, Done, Refused, TakingOver, Unreadable
from hub.model.events.agents import ClaimAsked, SayAsked
from hub.model.messaging.message import Message
from hub.store.encoding.codec import encode
from tests.web.desk_world import Granting, Store, live, worked

CUSTOMER = "cu-1"


async def claim(store: Store, *, agent: str = "mai", event: str = "ev-1") -> Claimed | Refused | TakingOver:
    return await store.desk.claim(CUSTOMER, conversation="", agent=agent, event_id=event)


async def test_a_claim_goes_through_the_mailbox_and_is_told_whose_the_conversation_is(store: Store) -> None:
    worker = Granting()

    async with worked(store, CUSTOMER, answer=worker):
        outcome = await claim(store)

    assert Claimed(customer=CUSTOMER, conversation="co-1", owner="mai", epoch=2) == outcome
    assert [ClaimAsked(agent="mai")] == [event.body for event in worker.seen]


async def test_the_second_claimer_is_told_who_has_it(store: Store) -> None:
    taken: dict[str, object] = {"ok": False, "code": "taken", "owner": "mai", "text": "mai has this conversation."}

    async with worked(store, CUSTOMER, answer=Granting(taken)):
        outcome = await claim(store, agent="an")

    assert Refused(code="taken", owner="mai", text="mai has this conversation.") == outcome


async def test_the_same_event_id_asked_again_gets_the_same_answer_and_is_taken_once(store: Store) -> None:
    worker = Granting()

    async with worked(store, CUSTOMER, answer=worker):
        first = await claim(store)
        again = await claim(store)

    assert first == again
    assert ["ev-1"] == [event.id for event in worker.seen]


async def test_a_claim_follows_a_merge_to_where_the_customer_went(store: Store) -> None:
    moved: dict[str, object] = {"moved": "cu-0"}

    async with worked(store, CUSTOMER, answer=Granting(moved)):
        asked = asyncio.create_task(claim(store))
        await store.links.call(
            "x", "SET", store.keys.of_customer("cu-0").answer("ev-1"), b'{"ok":true,"owner":"mai","conversation":"co-9","epoch":4}'
        )
        outcome = await asked

    assert Claimed(customer="cu-0", conversation="co-9", owner="mai", epoch=4) == outcome


@pytest.mark.parametrize("voice", ["bot", "marketing"])
async def test_a_claim_is_acknowledged_only_when_a_live_mark_has_begun(store: Store, voice: str) -> None:
    await store.mark(CUSTOMER, "dl-1", f"m|{voice}|mark-1")

    async with worked(store, CUSTOMER, answer=Granting()):
        asked = asyncio.create_task(claim(store))
        done, _ = await asyncio.wait({asked}, timeout=0.3)
        assert set() == done
        await store.mark(CUSTOMER, "dl-1", f"b|{voice}|mark-1")
        async with asyncio.timeout(30):
            outcome = await asked

    assert isinstance(outcome, Claimed)


@pytest.mark.parametrize("value", ["q|bot", "b|bot|mark-1", "m|person|mark-1", "m|system|mark-1"])
async def test_a_claim_need_not_wait_for_what_cannot_begin_or_has_begun(store: Store, value: str) -> None:
    await store.mark(CUSTOMER, "dl-1", value)

    async with worked(store, CUSTOMER, answer=Granting()):
        async with asyncio.timeout(30):
            outcome = await claim(store)

    assert isinstance(outcome, Claimed)


async def test_a_mark_of_a_frozen_sender_is_outlived(store: Store) -> None:
    await store.mark(CUSTOMER, "dl-1", "m|bot|mark-1")
    before = store.clock.boottime()

    async with worked(store, CUSTOMER, answer=Granting()):
        outcome = await claim(store)

    assert isinstance(outcome, Claimed)
    assert 2.1 <= store.clock.boottime() - before < 4


async def test_marks_of_a_customer_that_was_merged_in_count_too(store: Store) -> None:
    await store.put(live(CUSTOMER, merged=("cu-9",)))
    await store.mark("cu-9", "dl-1", "m|bot|mark-1")

    async with worked(store, CUSTOMER, answer=Granting()):
        done, pending = await asyncio.wait({asyncio.create_task(claim(store))}, timeout=0.3)
        assert set() == done
        await store.mark("cu-9", "dl-1", "b|bot|mark-1")
        async with asyncio.timeout(30):
            outcome = await pending.pop()

    assert isinstance(outcome, Claimed)


async def test_a_mark_taken_after_the_verdict_is_not_waited_for(store: Store) -> None:
    await store.mark(CUSTOMER, "dl-1", "m|bot|mark-1")

    async with worked(store, CUSTOMER, answer=Granting()):
        asked = asyncio.create_task(claim(store))
        await asyncio.wait({asked}, timeout=0.3)
        await store.mark(CUSTOMER, "dl-2", "m|bot|of another conversation")
        await store.mark(CUSTOMER, "dl-1", "b|bot|mark-1")
        async with asyncio.timeout(30):
            outcome = await asked

    assert isinstance(outcome, Claimed)


async def test_without_a_verdict_in_time_an_agent_is_told_that_it_is_under_way(store: Store) -> None:
    hurried = store.desk_with(deadline=0.1)

    outcome = await hurried.claim(CUSTOMER, conversation="", agent="mai", event_id="ev-1")

    assert TakingOver(event="ev-1") == outcome
    assert ["ev-1"] == [event.id for event in await store.mailbox(CUSTOMER)]


async def test_a_word_of_an_agent_is_told_where_it_went(store: Store) -> None:
    worker = Granting()
    message = Message(text="xin chào")

    async with worked(store, CUSTOMER, answer=worker):
        outcome = await store.desk.say(CUSTOMER, message=message, agent="mai", event_id="ev-2")

    assert Done(customer=CUSTOMER, conversation="co-1", owner="mai", epoch=2) == outcome
    assert [SayAsked(agent="mai", message=message)] == [event.body for event in worker.seen]


async def test_a_repeat_and_a_new_event_are_told_apart(store: Store) -> None:
    body = ClaimAsked(agent="mai")

    assert await store.desk.tell(CUSTOMER, body, event_id="ev-3")
    assert not await store.desk.tell(CUSTOMER, body, event_id="ev-3")


async def test_a_verdict_nobody_can_read_is_an_error_not_a_yes(store: Store) -> None:
    keys = store.keys.of_customer(CUSTOMER)
    await store.links.call("x", "SET", keys.answer("ev-1"), encode({"ok": True}))

    with pytest.raises(Unreadable):
        await claim(store)
