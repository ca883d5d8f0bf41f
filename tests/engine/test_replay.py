"""Journalled turns taken again decide the same; where the steps changed, the difference is told."""

from msgspec.structs import replace

from config.wiring.core import Turning
from hub.engine.turns.outcome import SNAPSHOT_EVERY
from hub.engine.turns.replay import replay
from hub.model.channels.ports import Question
from hub.model.customers.record import Live
from hub.model.events.event import Said
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.store.encoding.codec import encode
from tests.engine.world import Doing, Echo, World, house_steps, turning


async def test_turns_taken_again_decide_the_same(world: World) -> None:
    await world.working()
    for n in range(12):
        await world.say("an", f"w{n}")
    await world.settled()

    outcome = replay(await world.turns(await world.customer("an")), house_steps())

    assert (12, 0, ()) == (outcome.compared, outcome.skipped, outcome.differences)


async def test_a_record_that_an_older_version_wrote_decides_the_same(world: World) -> None:
    """Guard: what is stored says in which version; that is no part of what a turn decides."""
    await world.working()
    customer = await world.customer("an")
    keys = world.keys_of(customer)
    old = b"%016x" % 1 + encode(Live(id=customer, created=1, turned=1))
    await world.links.call(keys.fence, "SET", keys.record(customer), old)
    for n in range(3):
        await world.say("an", f"w{n}")
    await world.settled()
    turns = await world.turns(customer)

    outcome = replay([replace(turns[0], before=old[16:]), *turns[1:]], house_steps())

    assert (3, ()) == (outcome.compared, outcome.differences)


async def test_what_questions_were_answered_is_taken_from_the_journal(world: World) -> None:
    async def shop(_key: str) -> str:
        return '"in stock"'

    def needs(turn: Turn) -> tuple[Question, ...]:
        return (Question(topic="shop", key="1"),) if isinstance(turn.event.body, Said) else ()

    def tells(turn: Turn) -> Turn:
        return turn.fact("stock", known=turn.answers.get("shop/1", "unknown"))

    steps = house_steps(Doing(tells, needs=needs))
    await world.working(turns=Turning(steps=steps, urgent=lambda _: False, quiet=0, answers={"shop": shop}))
    await world.say("an", "have you?")
    await world.settled()
    turns = await world.turns(await world.customer("an"))

    assert {"shop/1": '"in stock"'} == turns[0].answers
    assert () == replay(turns, steps).differences
    assert 1 == len(replay([replace(turns[0], answers={})], steps).differences)


async def test_a_changed_step_is_told_with_the_turn_it_changes(world: World) -> None:
    """Guard: the digests are compared."""

    def shouts(turn: Turn) -> Turn:
        body, to = turn.event.body, turn.event.address
        if not isinstance(body, Said) or body.text != "w2" or to is None:
            return turn
        return turn.say(Message(text="W2!"), conversation=turn.conversation(""), to=to)

    await world.working()
    for n in range(4):
        await world.say("an", f"w{n}")
    await world.settled()

    outcome = replay(await world.turns(await world.customer("an")), house_steps(Doing(shouts), Echo()))

    assert {2} <= {difference.revision for difference in outcome.differences}
    assert 0 not in {difference.revision for difference in outcome.differences}


async def test_a_replay_begins_at_a_snapshot_where_the_first_turns_are_gone(world: World) -> None:
    """Guard: what stands before the first known record is skipped, not guessed."""
    await world.working()
    for n in range(SNAPSHOT_EVERY + 5):
        await world.say("an", f"w{n}")
    await world.settled()
    turns = await world.turns(await world.customer("an"))

    outcome = replay(turns[10:], house_steps())

    assert (5, SNAPSHOT_EVERY - 10, ()) == (outcome.compared, outcome.skipped, outcome.differences)


async def test_a_gap_is_skipped_up_to_the_next_snapshot(world: World) -> None:
    await world.working()
    for n in range(SNAPSHOT_EVERY + 3):
        await world.say("an", f"w{n}")
    await world.settled()
    turns = await world.turns(await world.customer("an"))

    outcome = replay([*turns[:5], *turns[8:]], house_steps())

    assert (5 + 3, SNAPSHOT_EVERY - 8, ()) == (outcome.compared, outcome.skipped, outcome.differences)


async def test_a_step_that_raises_today_is_told_by_its_error(world: World) -> None:
    def breaks(turn: Turn) -> Turn:
        raise LookupError(turn.entry)

    await world.working(turns=turning())
    await world.say("an", "hello")
    await world.settled()

    outcome = replay(await world.turns(await world.customer("an")), house_steps(Doing(breaks)))

    assert ["LookupError"] == [difference.failed for difference in outcome.differences]
    assert "raises LookupError" in str(outcome.differences[0])
