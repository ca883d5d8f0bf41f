"""Two customers that are one: by the API, over two channels, from whichever id is asked."""

import pytest

from hub.model.words import ConsentState, DeliveryState
from sandbox.faults import FaultKind
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")
FEE_ASKED, FEE = "phi ship bao nhieu", "25.000"
PLEASED = "chấm shop mấy điểm"


async def two(house: House) -> tuple[str, str, str]:
    """One person on Telegram and in the app: their id there, the older customer, the younger customer; both answered."""
    who = house.somebody()
    house.outside.telegram.say(who, HOURS_ASKED)
    await eventually(lambda: bool(house.outside.telegram.sent_to(who)), what="the answer on Telegram")
    older = await house.customer("telegram", "bot", who)
    await house.caller.write(who, HOURS_ASKED)
    await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the answer in the app")
    younger = await house.customer("plain", "app", who)
    return who, older, younger


async def merged(house: House, one: str, other: str, *, into: str) -> None:
    """Merge by the API, and wait until the older has taken the younger in."""
    told = await house.caller.ask("POST", f"/api/customers/{one}/merge", {"other": other, "evidence": "signed in"})
    assert 202 == told.status

    async def joined() -> bool:
        record = await house.caller.record(one)
        return record.id == into and bool(record.merged)

    await eventually(joined, what="the merge")


@pytest.mark.parametrize("asked_at", ["the older", "the younger"])
async def test_the_older_survives_and_both_addresses_are_answered(house: House, asked_at: str) -> None:
    who, older, younger = await two(house)
    one, other = (older, younger) if asked_at == "the older" else (younger, older)

    await merged(house, one, other, into=older)
    house.outside.telegram.say(who, FEE_ASKED)
    await house.caller.write(who, FEE_ASKED)
    await eventually(lambda: len(house.outside.telegram.sent_to(who)) == 2, what="the answer on Telegram")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the answer in the app")
    record = await house.caller.record(younger)

    assert FEE in house.outside.telegram.sent_to(who)[-1]
    assert FEE in house.outside.plain.texts_of(who)[-1]
    assert (older, (younger,)) == (record.id, record.merged)
    assert {"telegram", "plain"} == {address.channel for address in record.addresses}


async def test_there_is_one_timeline_with_what_was_said_before_and_after(house: House) -> None:
    who, older, younger = await two(house)
    await merged(house, older, younger, into=older)
    await house.caller.write(who, FEE_ASKED)

    async def complete() -> bool:
        return any(FEE in line.entry.text for line in await house.caller.lines(older))

    await eventually(complete, what="the last answer on the timeline")
    lines = [line.entry for line in await house.caller.lines(older) if line.entry.kind == "message"]
    by_younger = [line.entry for line in await house.caller.lines(younger) if line.entry.kind == "message"]

    said = [(line.who, line.address.channel if line.address else "") for line in lines]
    in_app = [("customer", "plain"), ("bot", "plain")]
    assert [("customer", "telegram"), ("bot", "telegram"), *in_app, *in_app] == said
    assert lines == by_younger
    assert [line.at for line in lines] == sorted(line.at for line in lines)


async def test_an_agent_claims_by_the_youngers_id_and_writes_to_both_addresses(house: House) -> None:
    who, older, younger = await two(house)
    await merged(house, younger, older, into=older)

    claimed = await house.caller.ask("POST", f"/api/customers/{younger}/claim", {"agent": "lan"})
    for channel, account in (("telegram", "bot"), ("plain", "app")):
        to = {"channel": channel, "account": account, "id": who}
        told = await house.caller.ask("POST", f"/api/customers/{younger}/say", {"agent": "lan", "text": f"qua {channel}", "to": to})
        assert 200 == told.status
    await eventually(lambda: "qua telegram" in house.outside.telegram.sent_to(who), what="the words on Telegram")
    await eventually(lambda: "qua plain" in house.outside.plain.texts_of(who), what="the words in the app")
    second = await house.caller.ask("POST", f"/api/customers/{older}/claim", {"agent": "mai"})

    assert (200, older, "lan") == (claimed.status, claimed.body["customer"], claimed.body["owner"])
    assert (409, "lan") == (second.status, second.body["owner"])
    assert not any(HOURS in text for text in house.outside.plain.texts_of(who)[1:])


async def test_an_opt_out_of_the_younger_survives(house: House) -> None:
    who, older, younger = await two(house)
    await house.caller.write(who, "STOP")
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the confirmation")

    await merged(house, older, younger, into=older)
    record = await house.caller.record(older)

    assert {("plain", ConsentState.REFUSED)} == {(c.channel, c.state) for c in record.consents}


async def test_a_receipt_for_what_the_younger_was_sent_still_counts(house: House) -> None:
    who, older, younger = await two(house)
    sent = next(taken.id for taken in house.outside.plain.received if taken.to == who)
    await merged(house, older, younger, into=older)

    await house.caller.bring({"from": who, "type": "receipt", "ids": [sent], "state": "read"})

    async def read() -> bool:
        return any(line.entry.delivery == sent and line.state is DeliveryState.READ for line in await house.caller.lines(older))

    await eventually(read, what="the receipt on the one timeline", within=30)


async def test_merging_two_that_are_one_already_is_refused(house: House) -> None:
    _, older, younger = await two(house)
    await merged(house, older, younger, into=older)

    again = await house.caller.ask("POST", f"/api/customers/{older}/merge", {"other": younger, "evidence": "once more"})

    assert 400 == again.status


async def test_what_the_younger_could_not_be_sent_can_be_retried_after_the_merge(house: House) -> None:
    who, older, younger = await two(house)
    house.outside.plain.fault(FaultKind.ERROR, chat=who, status=400)
    await house.caller.write(who, FEE_ASKED)
    failed: list[str] = []

    async def lost() -> bool:
        failed[:] = [line.entry.delivery for line in await house.caller.lines(younger) if line.state is DeliveryState.FAILED]
        return bool(failed)

    await eventually(lost, what="the refused answer")
    await merged(house, older, younger, into=older)

    retried = await house.caller.ask("POST", f"/api/customers/{older}/retry", {"agent": "lan", "delivery": failed[0]})
    await eventually(lambda: len(house.outside.plain.texts_of(who)) == 2, what="the answer after all")

    assert 200 == retried.status
    assert FEE in house.outside.plain.texts_of(who)[-1]


async def closed(house: House, who: str, younger: str) -> None:
    """Lan answers the younger and closes the conversation."""
    await house.caller.ask("POST", f"/api/customers/{younger}/claim", {"agent": "lan"})
    await house.caller.ask("POST", f"/api/customers/{younger}/say", {"agent": "lan", "text": "em nghe"})
    await eventually(lambda: "em nghe" in house.outside.plain.texts_of(who), what="Lan's word")
    told = await house.caller.ask("POST", f"/api/customers/{younger}/resolve", {"agent": "lan"})
    assert 200 == told.status


async def asked_how_it_was(house: House, who: str) -> None:
    """Wait for the question after the closing."""
    await eventually(lambda: any(PLEASED in text for text in house.outside.plain.texts_of(who)), what="the question")


async def test_how_it_was_is_asked_after_a_merge_that_came_between(house: House) -> None:
    """Guard: the older's conversation that the bot left open is no talk that goes on."""
    who, older, younger = await two(house)
    await closed(house, who, younger)

    await merged(house, older, younger, into=older)
    house.clock.forward(minutes=1)

    await asked_how_it_was(house, who)


async def test_the_question_how_it_was_that_waits_to_be_sent_goes_on_through_a_merge(house: House) -> None:
    """Guard: what the bot says behind a closing is no draft for anybody."""
    who, older, younger = await two(house)
    await closed(house, who, younger)
    house.outside.plain.fault(FaultKind.THROTTLE, chat=who, retry_after=2)
    house.clock.forward(minutes=1)
    await eventually(lambda: house.has_fact(younger, "feedback asked"), what="the question's turn")

    await merged(house, older, younger, into=older)

    await asked_how_it_was(house, who)
    assert "draft" not in [line.entry.kind for line in await house.caller.lines(older)]
