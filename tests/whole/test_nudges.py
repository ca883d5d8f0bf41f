"""Nudges: refused after STOP, deferred while a person is there, held by the kill switch, and never sent twice."""

import pytest

from hub.model.customers.record import Live
from tests.processes import eventually
from tests.whole.world import HOURS_ASKED, PERSON_ASKED, House, Told

pytestmark = pytest.mark.asyncio(loop_scope="package")
QUARTER = 15.1
"""Minutes after which a deferred nudge is judged again."""


async def nudge(house: House, customer: str, text: str, **more: object) -> Told:
    """Ask for a marketing message."""
    return await house.caller.ask("POST", f"/api/customers/{customer}/nudge", {"text": text, "key": text, **more})


async def deferred(house: House, customer: str, *texts: str) -> None:
    """Wait until exactly these nudges wait for a better moment."""

    async def so() -> bool:
        record: Live = await house.caller.record(customer)
        return tuple(waiting.message.text for waiting in record.deferred) == texts

    await eventually(so, what=f"{texts} deferred")


async def test_stop_is_confirmed_and_refuses_nudges_until_start(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    await caller.write(who, "STOP")
    await eventually(lambda: len(plain.texts_of(who)) == 1, what="the confirmation")
    customer = await house.customer("plain", "app", who)

    asked = await nudge(house, customer, "unwanted")
    await eventually(lambda: house.has_fact(customer, "nudge refused", key="unwanted", reason="consent_refused"), what="the refusal")
    await caller.write(who, "START")
    await eventually(lambda: len(plain.texts_of(who)) == 2, what="the second confirmation")
    await nudge(house, customer, "wanted")
    await eventually(lambda: "wanted" in plain.texts_of(who), what="the nudge")

    assert 202 == asked.status
    assert 3 == len(plain.texts_of(who))
    assert "marketing" == next(taken.purpose for taken in plain.received if taken.text == "wanted" and taken.to == who)


async def test_stop_is_obeyed_while_a_person_has_the_conversation(house: House) -> None:
    who, caller, telegram = house.somebody(), house.caller, house.outside.telegram
    telegram.say(who, PERSON_ASKED)
    await eventually(lambda: bool(telegram.sent_to(who)), what="the promise of a person")
    customer = await house.customer("telegram", "bot", who)
    await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})

    telegram.say(who, "Dừng")
    await eventually(lambda: house.has_fact(customer, "consent changed", channel="telegram", state="refused"), what="the refusal")
    await caller.ask("POST", f"/api/customers/{customer}/resolve", {"agent": "lan"})
    await nudge(house, customer, "unwanted")

    await eventually(lambda: house.has_fact(customer, "nudge refused", key="unwanted"), what="the refused nudge")
    assert "unwanted" not in telegram.sent_to(who)


async def test_a_nudge_waits_while_a_person_is_with_the_customer_and_is_sent_after(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    await caller.write(who, PERSON_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="the promise of a person")
    customer = await house.customer("plain", "app", who)
    await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})

    await nudge(house, customer, "later")
    await deferred(house, customer, "later")
    house.clock.forward(minutes=QUARTER)
    await eventually(lambda: _deferrals(house, customer, 2), what="the second deferral")
    unsent = plain.texts_of(who)
    await caller.ask("POST", f"/api/customers/{customer}/resolve", {"agent": "lan"})
    house.clock.forward(minutes=QUARTER)
    await eventually(lambda: "later" in plain.texts_of(who), what="the nudge")

    assert "later" not in unsent
    assert 1 == plain.texts_of(who).count("later")
    await deferred(house, customer)


async def test_an_expired_nudge_is_not_sent(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    await caller.write(who, PERSON_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="the promise of a person")
    customer = await house.customer("plain", "app", who)

    await nudge(house, customer, "stale", not_after=house.clock.now() + 60_000)
    await deferred(house, customer, "stale")
    await caller.ask("POST", f"/api/customers/{customer}/resolve", {"agent": "lan"})
    house.clock.forward(minutes=QUARTER)

    await eventually(lambda: house.has_fact(customer, "nudge refused", key="stale", reason="expired"), what="the refusal")
    assert "stale" not in plain.texts_of(who)


async def test_the_kill_switch_stops_marketing_and_nothing_else_until_it_is_lifted(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    await caller.write(who, HOURS_ASKED)
    customer = await house.customer("plain", "app", who)
    await eventually(lambda: len(plain.texts_of(who)) == 1, what="the first answer")

    thrown = await caller.ask("POST", "/api/stop", {"state": "on", "by": "lan", "reason": "wrong price"})
    await nudge(house, customer, "halted")
    await deferred(house, customer, "halted")
    await caller.write(who, "phi ship bao nhieu")
    await eventually(lambda: len(plain.texts_of(who)) == 2, what="an answer while the switch is thrown")
    house.clock.forward(minutes=QUARTER)
    await eventually(lambda: _deferrals(house, customer, 2), what="the second deferral")
    lifted = await caller.ask("POST", "/api/stop", {"state": "off", "by": "lan"})
    unsent = plain.texts_of(who)
    house.clock.forward(minutes=QUARTER)
    await eventually(lambda: "halted" in plain.texts_of(who), what="the nudge")

    assert ("on", "off") == (thrown.body["state"], lifted.body["state"])
    assert "halted" not in unsent
    assert 1 == plain.texts_of(who).count("halted")


async def _deferrals(house: House, customer: str, times: int) -> bool:
    return times <= sum(name == "nudge deferred" for name, _ in await house.facts(customer))
