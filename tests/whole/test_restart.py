"""Stopped and started again in the middle of a conversation; and what the archive has when all is over."""

import aiohttp
import pytest

from hub.model.words import DeliveryState
from tests.processes import eventually
from tests.whole.page import Memory
from tests.whole.world import HOURS, HOURS_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
CUSTOMERS = 12
FEE, RETURNS = "25.000", "15 ngày"


def _times(part: str, memory: Memory) -> int:
    """How often the bot told the page that."""
    return sum(text.count(part) for text in memory.told_by("bot"))


async def test_a_hub_stopped_in_the_middle_loses_nothing_and_says_nothing_twice(house: House) -> None:
    plain, caller = house.outside.plain, house.caller
    crowd = [house.somebody() for _ in range(CUSTOMERS)]
    phone = house.somebody()
    page = await caller.page()
    memory = page.memory
    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: len(memory.entries) == 2, what="the first answer on the page")

    taken = [await caller.write(who, HOURS_ASKED) for who in crowd]
    await page.say("m2", "phi ship bao nhieu")
    await eventually(lambda: "m2" in memory.acknowledged, what="the acknowledgement")
    await house.stop()
    await page.close()
    house.outside.telegram.say(phone, "phi ship bao nhieu")
    await house.start(caller.http)  # and the webhook that met a closed door comes again
    page = await house.caller.page(memory)
    await page.say("m3", "doi tra the nao")
    await eventually(lambda: all(plain.texts_of(who) for who in crowd), what="an answer for everybody")
    await eventually(lambda: all(_times(part, memory) for part in (HOURS, FEE, RETURNS)), what="all answers on the page")
    await eventually(lambda: len(house.outside.telegram.sent_to(phone)) == 1, what="the answer on Telegram")
    await page.close()

    assert [200] * CUSTOMERS == taken
    assert [[True]] * CUSTOMERS == [[HOURS in text for text in plain.texts_of(who)] for who in crowd]
    assert [HOURS_ASKED, "phi ship bao nhieu", "doi tra the nao"] == memory.told_by("customer")
    # What was said before and after the stop may have become one burst, then it has one answer to both.
    assert [1, 1, 1] == [_times(part, memory) for part in (HOURS, FEE, RETURNS)]
    assert len(memory.entries) == len({entry.id for entry in memory.entries})
    assert {} == plain.summary().doubles


async def test_a_claim_outlives_a_restart_and_so_does_its_answer(house: House) -> None:
    who, plain = house.somebody(), house.outside.plain
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="the answer")
    customer = await house.customer("plain", "app", who)
    claim = f"/api/customers/{customer}/claim"
    first = await house.caller.ask("POST", claim, {"agent": "lan"}, key=f"k-{who}")
    http = house.caller.http

    await house.stop()
    await house.start(http)
    again = await house.caller.ask("POST", claim, {"agent": "lan"}, key=f"k-{who}")
    second = await house.caller.ask("POST", claim, {"agent": "mai"})

    assert (first.status, first.body) == (again.status, again.body)
    assert (409, "lan") == (second.status, second.body["owner"])


async def test_the_archive_has_the_whole_way_in_order_and_all_of_the_journals(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    await caller.write(who, HOURS_ASKED)
    await eventually(lambda: len(plain.texts_of(who)) == 1, what="the first answer")
    customer = await house.customer("plain", "app", who)
    await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})
    await caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "lan", "text": "em nghe ạ"})
    await eventually(lambda: len(plain.texts_of(who)) == 2, what="the agent's words")
    sent = [taken.id for taken in plain.received if taken.to == who]
    await caller.bring({"from": who, "type": "receipt", "ids": sent, "state": "read"})

    async def read() -> bool:
        return [line.state for line in await caller.lines(customer) if line.state] == [DeliveryState.READ] * 2

    async def archived() -> bool:
        store, cursors = house.process.store, await house.archive.cursors()
        spans = [(p.journal, f"({cursors.get(p.number, '0-0')}") for p in store.keys.partitions]
        return not any([await store.links.call(journal, "XRANGE", journal, after, "+") for journal, after in spans])

    await eventually(read, what="both receipts")
    await eventually(archived, what="archived journals")
    shown = [line.entry.id for line in await caller.lines(customer)]
    kept = (await house.archive.timeline(customer))[::-1]

    assert shown == [line.entry.id for line in kept]
    assert [DeliveryState.READ] * 2 == [line.state for line in kept if line.entry.delivery]
    assert ["customer", "bot", "system", "agent:lan"] == [line.entry.who for line in kept]
    assert [DeliveryState.READ] * 2 == [(await house.archive.delivery(delivery)).state for delivery in sent]


async def test_operators_can_look_at_a_running_hub(house: House) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/api/openapi.json", "/chat"):
        async with house.caller.http.get(house.caller.base + path) as answer:
            assert (path, 200) == (path, answer.status)


async def test_a_stopped_hub_answers_nobody(house: House) -> None:
    http = house.caller.http
    await house.stop()

    with pytest.raises(aiohttp.ClientConnectorError):
        await house.caller.write(house.somebody(), HOURS_ASKED)
    await house.start(http)
