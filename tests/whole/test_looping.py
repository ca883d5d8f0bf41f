"""A machine that answers every word of the bot's: the bot falls silent, agents are asked to look, and after a quiet while all goes on."""

import re

import pytest

from hub.desk.looping import ENDED, PACED, Loops
from hub.model.words import OwnerKind
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")

MACHINE = "Cảm ơn bạn đã liên hệ. Chúng tôi sẽ trả lời sớm nhất!"


async def owned(house: House, customer: str, owner: OwnerKind) -> bool:
    """Whether the conversation is theirs."""
    return (await house.caller.record(customer)).conversations[-1].owner.kind is owner


async def loops(house: House) -> int:
    """How often the bot fell silent, as the metrics tell."""
    _, _, page = await house.caller.fetch("/metrics")
    found = re.search(rb"hub_loops_total (\d+)", page)
    return int(found[1]) if found else 0


async def test_a_machine_that_answers_the_bot_is_met_with_silence_and_a_person_is_asked(house: House) -> None:
    who, plain, before = house.somebody(), house.outside.plain, await loops(house)

    await answer_each_other(house, who)
    customer = await house.customer("plain", "app", who)

    await eventually(lambda: owned(house, customer, OwnerKind.QUEUE), what="the conversation in the queue")
    await house.caller.write(who, MACHINE)
    await eventually(lambda: said_often(house, customer, Loops().paced + 1), what="the last word on the timeline")

    async def listed() -> bool:
        view = await house.caller.ask("GET", "/api/inbox?view=queue&limit=100")
        return customer.encode() in view.raw

    await eventually(listed, what="the conversation in the agents' list")
    remarks = [line.entry for line in await house.caller.lines(customer) if line.entry.text.startswith("looping")]
    assert Loops().paced - 1 == len(plain.texts_of(who))
    assert [(PACED, "12")] == [(remark.text, remark.detail["count"]) for remark in remarks]
    assert before + 1 == await loops(house)


async def answer_each_other(house: House, who: str) -> None:
    """The machine answers every word of the bot's, until that is one too many."""
    heard = house.outside.plain.texts_of
    for said in range(Loops().paced):
        await house.caller.write(who, MACHINE)
        if said + 1 < Loops().paced:
            await eventually(lambda: len(heard(who)) > said, what=f"answer {said}")  # noqa: B023 - awaited at once


async def said_often(house: House, customer: str, times: int) -> bool:
    """Whether the machine's words stand so often on the timeline."""
    return times == sum(line.entry.text == MACHINE for line in await house.caller.lines(customer))


async def test_after_a_quiet_while_the_bot_answers_again(house: House) -> None:
    who, plain = house.somebody(), house.outside.plain
    await answer_each_other(house, who)
    customer = await house.customer("plain", "app", who)

    await eventually(lambda: owned(house, customer, OwnerKind.QUEUE), what="the conversation in the queue")

    house.clock.forward(minutes=Loops().quiet + 1)

    await eventually(lambda: owned(house, customer, OwnerKind.BOT), what="the bot in charge again")
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: HOURS in plain.texts_of(who)[-1], what="an answer")
    assert ENDED in [line.entry.text for line in await house.caller.lines(customer)]
