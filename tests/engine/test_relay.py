"""What one mailbox sends to another gets there once, in order, whoever dies between push and removal."""

import pytest
from msgspec import msgpack

from hub.model.events.event import Event, Noted, Said
from hub.model.ids import derived_id
from hub.model.subject import customer_subject
from hub.model.turns.journal import GivenUp
from hub.model.turns.turn import Forward, Turn
from hub.store.encoding.codec import encode
from hub.store.mailboxes.dead_letters import DeadLetters, NotDead
from tests.engine.valve import Fault
from tests.engine.world import Doing, World, turning
from tests.servers import eventually


def telling(target: str) -> Doing:
    """A step that tells another customer of each word."""

    def take(turn: Turn) -> Turn:
        body = turn.event.body
        if turn.handled or not isinstance(body, Said):
            return turn
        event = Event(id=derived_id("ev", turn.entry, 0), subject=customer_subject(target), body=Noted(name=body.text), received=turn.now)
        return turn.forward(event)

    return Doing(take)


async def noted(world: World, who: str) -> list[str]:
    """What a customer's mailbox was told."""
    lines = await world.customers.timeline(await world.customer(who))
    return [line.entry.text for line in lines if line.entry.kind == "fact"]


@pytest.mark.parametrize("fault", [Fault.LOSE_CALL, Fault.LOSE_ANSWER])
async def test_a_removal_that_is_lost_doubles_nothing(world: World, fault: Fault) -> None:
    """Guard: the relay's pushes are de-duplicated by the entry they come from."""
    one = await world.working(turns=turning(telling(await world.customer("bo"))))
    one.valve.on("remove", fault)

    for n in range(3):
        await world.say("an", f"w{n}")
    await world.settled()

    assert ["w0", "w1", "w2"] == await noted(world, "bo")


async def test_an_owner_who_dies_between_push_and_removal_doubles_nothing(world: World) -> None:
    """Guard: the relay's pushes are de-duplicated by the entry they come from."""
    turns = turning(telling(await world.customer("bo")))
    one = await world.working(turns=turns)
    one.valve.on("remove", Fault.FREEZE_BEFORE)
    await world.say("an", "w0")
    await one.valve.struck.wait()
    await world.say("an", "w1")

    await world.taken_over(one, turns=turns)
    await world.settled()

    assert ["w0", "w1"] == await noted(world, "bo")


async def test_order_holds_while_the_target_s_server_answers_errors(world: World) -> None:
    """Guard: the next entry is carried only after the one before."""
    one = await world.working(turns=turning(telling(await world.customer("bo"))))
    one.valve.on("push", Fault.REFUSE, times=2)
    one.valve.on("push", Fault.LOSE_CALL)

    for n in range(5):
        await world.say("an", f"w{n}")
    await world.settled()

    assert [f"w{n}" for n in range(5)] == await noted(world, "bo")


async def test_an_entry_that_cannot_be_read_is_put_aside_and_the_rest_goes_on(world: World) -> None:
    """Guard: the relay reads its entries one by one, and buries what it cannot read."""
    bo = await world.customer("bo")
    await world.customer("an")
    keys = world.keys_of(await world.customer("an"))
    event = Event(id="ev-r", subject=customer_subject(bo), body=Noted(name="behind"), received=1)
    await world.links.call(keys.relay, "XADD", keys.relay, "*", "e", b"\xc1")
    await world.links.call(keys.relay, "XADD", keys.relay, "*", "x", b"no such field")
    await world.links.call(keys.relay, "XADD", keys.relay, "*", "e", encode(Forward(event=event)))

    await world.working()
    await world.settled()

    assert ["behind"] == [text.strip() for text in await noted(world, "bo")]
    assert 2 == len([e for e in await world.journal(await world.customer("an")) if isinstance(e, GivenUp)])


async def test_what_was_given_up_goes_back_into_the_relay_once_and_is_carried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: a revived entry goes back to the stream it came from, as the bytes it was."""
    bo = await world.customer("bo")
    keys = world.keys_of(await world.customer("an"))
    event = Event(id="ev-r", subject=customer_subject(bo), body=Noted(name="behind"), received=1)
    with monkeypatch.context() as older:
        older.setattr("hub.engine.mailboxes.relay._decode", msgpack.Decoder(int).decode)
        await world.links.call(keys.relay, "XADD", keys.relay, "*", "e", encode(Forward(event=event)))
        await world.working()
        await world.settled()
    letters = DeadLetters(world.links, world.keys, inboxes=world.inboxes)
    (dead,) = await letters.all(limit=10)

    await letters.retry(dead.partition, dead.entry)
    with pytest.raises(NotDead):
        await letters.retry(dead.partition, dead.entry)
    await world.settled()

    assert "relay" == dead.kind
    assert ["behind"] == [text.strip() for text in await noted(world, "bo")]
    assert [] == await letters.all(limit=10)


async def test_a_forward_carries_the_same_event_however_often_its_turn_is_taken(world: World) -> None:
    """Guard: ids made in a turn are derived from the entry it came from."""
    one = await world.process(turns=turning(telling(await world.customer("bo"))))
    await world.say("an", "w0")
    one.valve.on("commit", Fault.LOSE_CALL, times=2)
    await one.work()
    await world.settled()

    turns = [turn.event.id for turn in await world.turns(await world.customer("bo"))]

    assert 1 == len(turns)
    assert turns[0].startswith("ev-")


async def test_what_waits_in_the_relay_is_carried_by_the_next_owner(world: World) -> None:
    bo = await world.customer("bo")
    keys = world.keys_of(await world.customer("an"))
    for n in range(3):
        event = Event(id=f"ev-r{n}", subject=customer_subject(bo), body=Noted(name=f"w{n}"), received=1)
        await world.links.call(keys.relay, "XADD", keys.relay, "*", "e", msgpack.encode(Forward(event=event)))

    await world.working()
    await eventually(world.calm)

    assert ["w0", "w1", "w2"] == await noted(world, "bo")
