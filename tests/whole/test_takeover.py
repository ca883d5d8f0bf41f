"""An agent takes over by the API: the bot falls silent, its last word is kept, nobody else gets in between."""

import pytest

from hub.model.words import ConversationStatus, DeliveryState, OwnerKind
from hub.store.customers.records import Line
from sandbox.faults import FaultKind
from tests.processes import eventually
from tests.whole.world import HOURS, HOURS_ASKED, PERSON_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def heard(house: House, customer: str, text: str) -> None:
    """Wait until a word of the customer's stands on the timeline: its turn is taken."""

    async def there() -> bool:
        return any(line.entry.who == "customer" and line.entry.text == text for line in await house.caller.lines(customer))

    await eventually(there, what=f"{text!r} on the timeline")


async def test_the_bot_is_silent_from_claim_to_release(house: House) -> None:
    who, plain, caller = house.somebody(), house.outside.plain, house.caller
    await caller.write(who, PERSON_ASKED)
    customer = await house.customer("plain", "app", who)
    await eventually(lambda: len(plain.texts_of(who)) == 1, what="the promise of a person")

    claimed = await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})
    await caller.write(who, HOURS_ASKED)
    await heard(house, customer, HOURS_ASKED)
    said = await caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "lan", "text": "Dạ em Lan đây ạ"})
    await eventually(lambda: "Dạ em Lan đây ạ" in plain.texts_of(who), what="the agent's words")
    released = await caller.ask("POST", f"/api/customers/{customer}/release", {"agent": "lan", "summary": "chào"})
    await caller.write(who, "phi ship bao nhieu")
    await eventually(lambda: len(plain.texts_of(who)) == 3, what="the bot's answer after release")

    assert (200, "lan") == (claimed.status, claimed.body["owner"])
    assert (200, 200) == (said.status, released.status)
    assert "Dạ em Lan đây ạ" == plain.texts_of(who)[1]
    assert "25.000" in plain.texts_of(who)[2]


async def test_a_waiting_customer_is_in_the_queue_until_somebody_claims(house: House) -> None:
    who, caller = house.somebody(), house.caller

    async def queued() -> bool:
        page = (await caller.ask("GET", "/api/conversations?state=queue&limit=200")).body["conversations"]
        assert isinstance(page, list)
        return any(waiting["customer"] == customer for waiting in page)

    await caller.write(who, PERSON_ASKED)
    customer = await house.customer("plain", "app", who)
    await eventually(queued, what="the customer in the queue")
    await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})

    assert not await queued()


async def test_a_second_claimer_is_told_who_has_it_and_the_same_key_gives_the_same_answer(house: House) -> None:
    who, caller = house.somebody(), house.caller
    await caller.write(who, HOURS_ASKED)
    await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the answer")
    customer = await house.customer("plain", "app", who)
    claim = f"/api/customers/{customer}/claim"

    first = await caller.ask("POST", claim, {"agent": "lan"}, key=f"claim-{who}")
    again = await caller.ask("POST", claim, {"agent": "lan"}, key=f"claim-{who}")
    second = await caller.ask("POST", claim, {"agent": "mai"}, key=f"claim-{who}")
    talking = await caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "mai", "text": "xin chào"})

    assert (first.status, first.body) == (again.status, again.body) == (200, first.body)
    assert (409, "taken", "lan") == (second.status, second.body["code"], second.body["owner"])
    assert (409, "lan") == (talking.status, talking.body["owner"])
    assert [] == [text for text in house.outside.plain.texts_of(who) if text == "xin chào"]


async def test_the_same_key_says_a_thing_once(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    await caller.write(who, PERSON_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="the promise of a person")
    customer = await house.customer("plain", "app", who)
    say = f"/api/customers/{customer}/say"

    told = [await caller.ask("POST", say, {"agent": "lan", "text": "một lần"}, key=f"say-{who}") for _ in range(3)]
    await caller.ask("POST", say, {"agent": "lan", "text": "xong"})
    await eventually(lambda: "xong" in plain.texts_of(who), what="the agent's last word")

    assert [200, 200, 200] == [one.status for one in told]
    assert ["một lần", "xong"] == plain.texts_of(who)[-2:]
    assert 1 == plain.texts_of(who).count("một lần")


async def test_a_reply_that_was_on_its_way_when_somebody_claimed_is_kept_as_a_draft_and_can_be_sent(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    refused = plain.refused
    plain.fault(FaultKind.THROTTLE, chat=who, retry_after=1)
    await caller.write(who, HOURS_ASKED)
    await eventually(lambda: plain.refused > refused, what="the refused first attempt")
    customer = await house.customer("plain", "app", who)

    claimed = await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})
    drafts: list[Line] = []

    async def drafted() -> bool:
        drafts[:] = [line for line in await caller.lines(customer) if line.state is DeliveryState.DRAFT]
        return bool(drafts)

    await eventually(drafted, what="the draft on the timeline")
    unsent = plain.texts_of(who)
    retried = await caller.ask("POST", f"/api/customers/{customer}/retry", {"agent": "lan", "delivery": drafts[0].entry.delivery})
    await eventually(lambda: bool(plain.texts_of(who)), what="the draft, sent by the agent")

    assert 200 == claimed.status
    assert [] == unsent
    assert ("bot", True) == (drafts[0].entry.who, HOURS in drafts[0].entry.text)
    assert 200 == retried.status
    assert [drafts[0].entry.text] == plain.texts_of(who)


async def test_a_resolved_conversation_is_closed_and_the_next_word_opens_another(house: House) -> None:
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    await caller.write(who, PERSON_ASKED)
    await eventually(lambda: bool(plain.texts_of(who)), what="the promise of a person")
    customer = await house.customer("plain", "app", who)
    await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})

    stranger = await caller.ask("POST", f"/api/customers/{customer}/resolve", {"agent": "mai"})
    resolved = await caller.ask("POST", f"/api/customers/{customer}/resolve", {"agent": "lan", "reason": "answered"})
    late = await caller.ask("POST", f"/api/customers/{customer}/release", {"agent": "lan"})
    await caller.write(who, HOURS_ASKED)
    await eventually(lambda: any(HOURS in text for text in plain.texts_of(who)), what="the bot's answer")
    old, new = (await caller.record(customer)).conversations

    assert (409, 200, 404) == (stranger.status, resolved.status, late.status)
    assert (ConversationStatus.RESOLVED, "answered") == (old.status, old.reason)
    assert (ConversationStatus.OPEN, OwnerKind.BOT) == (new.status, new.owner.kind)


async def test_an_agent_takes_over_a_page_and_the_page_sees_it(house: House) -> None:
    page = await house.caller.page()
    await page.say("m1", PERSON_ASKED)
    await eventually(lambda: bool(page.memory.told_by("bot") + page.memory.told_by("system")), what="the promise of a person")
    customer = await house.customer("webchat", "web", page.address.id)

    await house.caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "lan", "text": "em nghe ạ"})
    await eventually(lambda: page.memory.told_by("agent") == ["em nghe ạ"], what="the agent's words on the page")
    await page.read_all()

    async def read() -> bool:
        return [line.state for line in await house.caller.lines(customer) if line.entry.text == "em nghe ạ"] == [DeliveryState.READ]

    await eventually(read, what="the receipt of the page")
    await page.close()


async def test_a_notice_of_the_queue_that_could_not_be_sent_before_the_claim_is_not_sent_after_it(house: House) -> None:
    """Guard: the owner's epoch at the mark of what the hub itself says of the queue."""
    who, caller, plain = house.somebody(), house.caller, house.outside.plain
    refused = plain.refused
    plain.fault(FaultKind.THROTTLE, chat=who, retry_after=1)
    await caller.write(who, PERSON_ASKED)
    await eventually(lambda: plain.refused > refused, what="the refused notice")
    customer = await house.customer("plain", "app", who)

    claimed = await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})
    await caller.ask("POST", f"/api/customers/{customer}/say", {"agent": "lan", "text": "em nghe ạ"})
    await eventually(lambda: bool(plain.texts_of(who)), what="the agent's word")
    notices = [line for line in await caller.lines(customer) if line.entry.who == "system" and line.entry.delivery]

    assert 200 == claimed.status
    assert ["em nghe ạ"] == plain.texts_of(who)
    assert [DeliveryState.WITHDRAWN] == [line.state for line in notices]
