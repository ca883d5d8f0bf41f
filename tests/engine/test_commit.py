"""A commit is whole or nothing per customer, and its effects happen once, whatever is lost on the way."""

import pytest

from hub.model.events.event import Said
from hub.model.turns.journal import GivenUp
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState
from hub.store.mailboxes.dead_letters import DeadLetters
from tests.engine.valve import Fault
from tests.engine.world import Doing, Echo, World, turning
from tests.servers import eventually


def spoil(name: str) -> tuple[str, ...]:
    """The command that makes a key what it must not be."""
    return ("LPUSH", "it") if name == "record" else ("SET", "it")


async def prepared(world: World) -> None:
    """Three customers of one partition, each with a word that waits: so they are committed in one batch."""
    await world.neighbours("an", "bo", "cy")
    for who in ("an", "bo", "cy"):
        await world.say(who, "hello")


@pytest.mark.parametrize("name", ["record", "log", "open"])
async def test_a_customer_with_a_spoilt_key_is_left_out_whole_and_the_others_commit(world: World, name: str) -> None:
    """Guard: the type checks before the first write of a commit."""
    await prepared(world)
    customer = await world.customer("bo")
    keys = world.keys_of(customer)
    key = {"record": keys.record, "log": keys.log, "open": keys.open}[name](customer)
    command, value = spoil(name)
    await world.links.call(key, command, key, value)

    await world.working()
    await world.settled()

    assert ["an", "cy"] == sorted(b.address for b in world.provider.begun)
    others = {"record": keys.record(customer), "log": keys.log(customer), "open": keys.open(customer)}
    del others[name]
    assert 0 == await world.links.call(key, "EXISTS", *others.values())
    assert [] == await world.turns(customer)


async def test_what_failed_three_times_is_given_up_with_its_reason_and_can_be_retried(world: World) -> None:
    await prepared(world)
    customer = await world.customer("bo")
    keys = world.keys_of(customer)
    await world.links.call(keys.fence, "SET", keys.log(customer), "a string")
    await world.working()
    await world.settled()
    letters = DeadLetters(world.links, world.keys, inboxes=world.inboxes)
    dead = await letters.all(limit=10)

    await world.links.call(keys.fence, "DEL", keys.log(customer))
    await world.say("bo", "later")
    await world.settled()
    await letters.retry(dead[0].partition, dead[0].entry)
    await world.settled()

    assert [("commit: type", "message")] == [(d.reason, d.kind) for d in dead]
    assert ["commit: type"] == [e.reason for e in await world.journal(customer) if isinstance(e, GivenUp)]
    assert ["echo later", "echo hello"] == world.provider.to("bo")
    assert 0 == await world.links.call(keys.fence, "EXISTS", keys.trying)


@pytest.mark.parametrize("name", ["timers", "relay", "journal", "out", "out_bulk", "bulk"])
async def test_a_spoilt_key_of_the_partition_refuses_the_whole_batch_and_buries_nobody(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards: the partition's type checks before the first write; WRONGKEY counts against no customer."""
    monkeypatch.setattr("hub.engine.mailboxes.mailbox.SPOILT_S", 0.02)
    await prepared(world)
    customer = await world.customer("an")
    keys = world.keys_of(customer)
    key = str(getattr(keys, name))
    await world.links.call(key, "SET", key, "a string")
    one = await world.process()
    await one.work()
    await eventually(lambda: one.valve.refused >= 13, what="the refusals")
    written = await world.links.call(key, "EXISTS", keys.record(customer), keys.log(customer), keys.dead)
    words = await world.waiting(customer)

    await world.links.call(key, "DEL", key)
    await world.settled()

    assert (0, 3) == (written, words)
    assert ["an", "bo", "cy"] == sorted(b.address for b in world.provider.begun)


async def test_a_timer_without_a_time_does_not_leave_half_a_turn(world: World) -> None:
    """Guard: due is checked to be a number before the first write; ZADD would refuse it in the middle."""

    def arms(turn: Turn) -> Turn:
        return turn.arm("x", "tomorrow") if isinstance(turn.event.body, Said) and turn.event.body.text == "arm" else turn  # type: ignore[arg-type]

    await world.working(turns=turning(Doing(arms), Echo()))
    await world.say("an", "arm")
    await world.say("an", "hello")
    await world.settled()

    assert ["hello"] == await world.heard("an")
    assert ["echo hello"] == world.provider.to("an")


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.LOSE_CALL, Fault.REFUSE])
async def test_a_turn_whose_commit_s_answer_is_lost_has_its_effects_once(world: World, fault: Fault) -> None:
    """Guard: the commit's look whether the entry is still there."""
    one = await world.working()
    one.valve.on("commit", fault)

    for n in range(3):
        await world.say("an", f"w{n}")
    await world.settled()

    assert ["w0", "w1", "w2"] == await world.heard("an")
    assert ["echo w0", "echo w1", "echo w2"] == world.provider.to("an")
    assert [0, 1, 2] == [turn.revision for turn in await world.turns(await world.customer("an"))]


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.LOSE_CALL])
async def test_a_silent_turn_whose_commit_s_answer_is_lost_is_taken_once(world: World, fault: Fault) -> None:
    """Guard: the commit's look whether the entry is still there; no delivery's id tells that it was."""
    one = await world.working(turns=turning(Doing(lambda turn: turn)))
    one.valve.on("commit", fault)

    await world.say("an", "w0")
    await world.settled()

    assert ["w0"] == await world.heard("an")
    assert [0] == [turn.revision for turn in await world.turns(await world.customer("an"))]


async def test_a_fold_of_which_a_part_was_committed_is_taken_on_from_there(world: World) -> None:
    """Guard: 'taken' for a fold means one by one, not done."""
    one = await world.working()
    one.valve.on("commit", Fault.LOSE_ANSWER)

    await world.say("an", "w0")
    await one.valve.struck.wait()
    await world.say("an", "w1")
    await world.settled()

    assert ["w0", "w1"] == await world.heard("an")
    assert ["echo w0", "echo w1"] == world.provider.to("an")


@pytest.mark.parametrize("fault", [Fault.LOSE_ANSWER, Fault.LOSE_CALL])
async def test_a_push_without_an_answer_gets_in_once(world: World, fault: Fault) -> None:
    """Guard: the digests of what was seen."""
    one = await world.working()
    one.valve.on("push", fault)

    await one.intake.accept([world.incoming("an", "hello")], days=1)
    await one.intake.accept([world.incoming("an", "hello")], days=1)
    await one.intake.accept([world.incoming("an", "again")], days=1)
    await eventually(lambda: len(world.provider.texts) >= 2, what="the answers")
    await world.settled()

    assert ["echo hello", "echo again"] == world.provider.texts


async def test_what_no_provider_repeats_gets_in_once_too(world: World) -> None:
    """Guard: the intake's own id for what has no `dedupe_id`."""
    one = await world.working()
    one.valve.on("push", Fault.LOSE_ANSWER)

    await one.intake.accept([world.incoming("an", "hello", dedupe="")], days=1)
    await one.intake.accept([world.incoming("an", "hello", dedupe="")], days=1)
    await eventually(lambda: len(world.provider.texts) >= 2, what="the answers")
    await world.settled()

    assert ["echo hello", "echo hello"] == world.provider.texts


async def test_a_receipt_with_a_state_of_ours_changes_nothing(world: World) -> None:
    """Guard: a state without a rank in the commit is no error in the middle of its writes."""

    def receives(turn: Turn) -> Turn:
        from msgspec.structs import replace

        if not isinstance(turn.event.body, Said) or turn.event.body.text != "odd":
            return turn
        return replace(turn, receipts=(("dl-x", DeliveryState.DRAFT),))

    await world.working(turns=turning(Doing(receives), Echo()))
    customer = await world.customer("an")
    await world.links.call("x", "HSET", world.keys_of(customer).delivery("dl-x"), "s", "sent")
    await world.say("an", "odd")
    await world.settled()

    assert ["odd"] == await world.heard("an")
    assert ["echo odd"] == world.provider.texts
    assert b"sent" == await world.links.call("x", "HGET", world.keys_of(customer).delivery("dl-x"), "s")
