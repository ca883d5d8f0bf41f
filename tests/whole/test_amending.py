"""What an agent wrote is corrected and taken back by the API: at Telegram, on the page, before it goes out, and when calls end badly."""

import pytest

from hub.model.words import DeliveryState
from hub.store.customers.records import Line
from sandbox.faults import FaultKind
from sandbox.telegram.world import Json
from tests.processes import eventually
from tests.whole.page import Memory
from tests.whole.world import HOURS, HOURS_ASKED, House, Told

pytestmark = pytest.mark.asyncio(loop_scope="package")


class Talk:
    """An agent's talk with somebody on Telegram."""

    def __init__(self, house: House, who: str, customer: str) -> None:
        self.house, self.who, self.customer = house, who, customer

    @classmethod
    async def begun(cls, house: House) -> "Talk":
        """Somebody asked, and the bot answered."""
        who, telegram = house.somebody(), house.outside.telegram
        telegram.say(who, HOURS_ASKED)
        await eventually(lambda: bool(telegram.sent_to(who)), what="the bot's answer")
        return cls(house, who, await house.customer("telegram", "bot", who))

    def phone(self) -> list[Json]:
        """What the bot's side shows on the phone."""
        return [message for message in self.house.outside.telegram.world.chat(self.who).shown if not message["mine"]]

    def texts(self) -> list[object]:
        """The words of it, oldest first."""
        return [message["text"] for message in self.phone()]

    async def ask(self, deed: str, **body: object) -> Told:
        """What an agent does."""
        return await self.house.caller.ask("POST", f"/api/customers/{self.customer}/{deed}", {"agent": "lan", **body})

    async def said(self, text: str, *, arrives: bool = True) -> str:
        """The agent writes; the delivery."""
        await self.ask("say", text=text)
        line = next(line for line in await self.lines("message") if line.entry.text == text)
        if arrives:
            await eventually(lambda: text in self.texts(), what=f"{text!r} on the phone")
            await self.fate(line.entry.delivery, DeliveryState.SENT)
        return line.entry.delivery

    async def lines(self, kind: str) -> list[Line]:
        """The lines of one kind."""
        return [line for line in await self.house.caller.lines(self.customer) if line.entry.kind == kind]

    async def fate(self, delivery: str, state: DeliveryState) -> Line:
        """The line of a delivery, once it came so far."""
        found: list[Line] = []

        async def there() -> bool:
            told = await self.house.caller.lines(self.customer)
            found[:] = [line for line in told if line.entry.delivery == delivery and line.entry.kind != "fact"]
            return bool(found) and found[0].state is state

        await eventually(there, what=f"{delivery} {state.value}")
        return found[0]


async def test_corrected_twice_the_phone_shows_the_newest_words_and_taken_back_none(house: House) -> None:
    talk = await Talk.begun(house)
    delivery = await talk.said("Giá 100.000 ạ")

    corrected = [await talk.ask("correct", delivery=delivery, text=text) for text in ("Giá 120.000 ạ", "Giá 150.000 ạ")]
    await eventually(lambda: "Giá 150.000 ạ" in talk.texts(), what="the correction")
    edits = await talk.lines("edit")
    shown = dict(talk.phone()[-1])
    recalled = await talk.ask("recall", delivery=delivery)
    await eventually(lambda: "Giá 150.000 ạ" not in talk.texts(), what="nothing of it")

    assert [200, 200, 200] == [told.status for told in (*corrected, recalled)]
    assert ("Giá 150.000 ạ", True) == (shown["text"], shown["edited"])
    assert [("Giá 120.000 ạ", "agent:lan", delivery), ("Giá 150.000 ạ", "agent:lan", delivery)] == [
        (line.entry.text, line.entry.who, line.entry.detail["of"]) for line in edits
    ]
    (gone,) = await talk.lines("delete")
    assert delivery == gone.entry.detail["of"]
    kept = await talk.fate(delivery, DeliveryState.SENT)
    assert "Giá 100.000 ạ" == kept.entry.text


async def test_on_the_page_the_line_changes_and_an_old_word_is_told_to_nobody_any_more(house: House) -> None:
    page = await house.caller.page()
    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: bool(page.memory.told_by("bot")), what="the bot's answer")
    talk = Talk(house, page.address.id, await house.customer("webchat", "web", page.address.id))
    await talk.ask("say", text="Mã của chị là 1234")
    await eventually(lambda: bool(page.memory.told_by("agent")), what="the agent's word")
    delivery = page.memory.entries[-1].id

    await talk.ask("correct", delivery=delivery, text="Mã của chị là 5678")
    await eventually(lambda: page.memory.entries[-1].edited, what="the correction")
    fresh = await house.caller.page(Memory(token=page.memory.token))
    await eventually(lambda: bool(fresh.memory.told_by("agent")), what="the log anew")
    told = fresh.memory.told_by("agent")
    await talk.ask("recall", delivery=delivery)
    await eventually(lambda: page.memory.entries[-1].gone, what="the line taken back")
    await fresh.close()
    await page.close()

    assert ["Mã của chị là 5678"] == told
    first, second, third = [entry for entry in page.memory.entries if entry.id == delivery]
    assert (first.at, "Mã của chị là 5678") == (second.at, second.text)
    assert ("", True) == (third.text, third.gone)


async def test_what_waits_to_be_sent_is_replaced_or_withdrawn_without_a_call(house: House) -> None:
    talk = await Talk.begun(house)
    telegram = house.outside.telegram
    telegram.fault(FaultKind.ERROR, method="sendMessage", chat=talk.who, status=503, description="Service Unavailable", times=2)
    first = await talk.said("nhầm một", arrives=False)
    await eventually(lambda: any(r.text == "nhầm một" for r in telegram.received), what="a try that failed")
    second = await talk.said("nhầm hai", arrives=False)

    recalled = await talk.ask("recall", delivery=first)
    corrected = await talk.ask("correct", delivery=second, text="đúng rồi ạ")
    await eventually(lambda: "đúng rồi ạ" in talk.texts(), what="the new words")

    assert (200, 200) == (recalled.status, corrected.status)
    assert [] == [text for text in talk.texts() if str(text).startswith("nhầm")]
    assert [] == [r.method for r in telegram.received if r.chat == talk.who and r.method in {"deleteMessage", "editMessageText"}]
    await talk.fate(first, DeliveryState.WITHDRAWN)
    await talk.fate(second, DeliveryState.WITHDRAWN)
    (new,) = [line for line in await talk.lines("message") if line.entry.text == "đúng rồi ạ"]
    assert {"instead": second} == new.entry.detail


async def test_a_correction_cut_off_before_its_answer_is_made_again_and_does_no_harm(house: House) -> None:
    talk = await Talk.begun(house)
    telegram = house.outside.telegram
    delivery = await talk.said("sai")
    telegram.fault(FaultKind.RESET_AFTER, method="editMessageText", chat=talk.who)
    telegram.fault(FaultKind.RESET_AFTER, method="deleteMessage", chat=talk.who)

    await talk.ask("correct", delivery=delivery, text="đúng")
    edit = (await talk.lines("edit"))[0].entry.delivery
    await talk.fate(edit, DeliveryState.SENT)
    shown = talk.texts()
    await talk.ask("recall", delivery=delivery)
    gone = (await talk.lines("delete"))[0].entry.delivery
    await talk.fate(gone, DeliveryState.SENT)

    tried = [r.method for r in telegram.received if r.chat == talk.who and r.method in {"editMessageText", "deleteMessage"}]
    assert ["editMessageText"] * 2 + ["deleteMessage"] * 2 == tried
    assert ["đúng"] == shown[1:]
    assert 1 == len(talk.texts())


async def test_what_the_provider_refuses_is_told_with_a_word_people_have_a_sentence_for(house: House) -> None:
    talk = await Talk.begun(house)
    delivery = await talk.said("hai cái")
    talk.phone()[-1]["fixed"] = True

    asked = await talk.ask("correct", delivery=delivery, text="ba cái")
    line = await talk.fate((await talk.lines("edit"))[0].entry.delivery, DeliveryState.FAILED)
    retried = await talk.ask("retry", delivery=line.entry.delivery)

    assert 200 == asked.status
    assert ("unchangeable", "Bad Request: message can't be edited") == (line.failure, line.reason)
    assert (409, "amendment") == (retried.status, retried.body["code"])
    assert "hai cái" == talk.texts()[-1]


async def test_what_may_not_be_changed_is_refused_with_the_reason(house: House) -> None:
    talk = await Talk.begun(house)
    bots = next(line.entry.delivery for line in await talk.lines("message") if line.entry.who == "bot")
    mine = await talk.said("của Lan")
    plain = house.somebody()
    await house.caller.write(plain, HOURS_ASKED)
    on_plain = Talk(house, plain, await house.customer("plain", "app", plain))
    await eventually(lambda: bool(house.outside.plain.texts_of(plain)), what="the answer")
    await on_plain.ask("say", text="chào chị")
    there = (await on_plain.lines("message"))[-1].entry.delivery
    await on_plain.fate(there, DeliveryState.SENT)

    refused = [
        await talk.ask("correct", delivery=bots, text="không phải"),
        await talk.ask("recall", delivery=mine, agent="mai"),
        await talk.ask("correct", delivery="dl-nobodys", text="ai"),
        await talk.ask("correct", delivery=mine, text="dài " * 1100),
        await on_plain.ask("recall", delivery=there),
    ]

    assert [(409, "not_an_agents"), (409, "taken"), (404, "unknown"), (409, "parts"), (409, "cannot")] == [
        (told.status, told.body["code"]) for told in refused
    ]
    assert HOURS in str(talk.texts()[0])
