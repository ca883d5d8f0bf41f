"""Whatever is pushed in whatever order while links break: per customer the turns are the pushes, each once, in order."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.valve import Fault
from tests.engine.world import World, world_on
from tests.servers import Node, eventually

CUSTOMERS = ("an", "bo", "cy")
WORDS = ("push", "begin", "commit", "mark", "settle", "fire", "remove")

step = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(CUSTOMERS)),
    st.tuples(st.just("say"), st.sampled_from(CUSTOMERS)),
    st.tuples(st.just("say"), st.sampled_from(CUSTOMERS)),
    st.tuples(st.sampled_from(["lose answer", "lose call"]), st.sampled_from(WORDS)),
    st.tuples(st.just("cut"), st.just("")),
    st.tuples(st.just("freeze"), st.just("")),
)
FAULTS = {"lose answer": Fault.LOSE_ANSWER, "lose call": Fault.LOSE_CALL}


async def play(world: World, steps: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Carry the steps out; what each customer said, in order."""
    one = await world.working()
    said: dict[str, list[str]] = {who: [] for who in CUSTOMERS}
    for n, (deed, whom) in enumerate(steps):
        if deed == "say":
            said[whom].append(f"w{n}")
            await world.say(whom, f"w{n}")
        elif deed == "cut":
            one.valve.cut()
            await eventually(lambda: True)
            one.valve.mend()
        elif deed == "freeze":
            one.valve.freeze()
            await eventually(lambda: True)
            one.valve.thaw()
        else:
            one.valve.on(whom, FAULTS[deed])
    await world.settled()
    return said


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=3, max_size=30))
def test_the_turns_of_each_customer_are_the_pushes_each_once_and_in_order(node: Node, steps: list[tuple[str, str]]) -> None:
    """Guards: all of them together; the model is a list per customer."""

    async def example() -> None:
        with tempfile.TemporaryDirectory() as spools:
            async with world_on(node, Path(spools)) as world:
                said = await play(world, steps)

                assert said == {who: await world.heard(who) for who in CUSTOMERS}
                assert {who: [f"echo {text}" for text in texts] for who, texts in said.items()} == {
                    who: world.provider.to(who) for who in CUSTOMERS
                }
                for who in CUSTOMERS:
                    turns = await world.turns(await world.customer(who))
                    assert list(range(len(turns))) == [turn.revision for turn in turns]

    asyncio.run(example())
