"""Words in, answers out: on the app's own channel, on Telegram with and without a webhook, in the web chat."""

import pytest

from hub.web.api.shapes.customers import CaseList
from tests.processes import eventually
from tests.whole.page import Memory
from tests.whole.world import HOURS, HOURS_ASKED, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_word_on_the_plain_channel_is_answered_once_however_often_it_is_brought(house: House) -> None:
    who, plain = house.somebody(), house.outside.plain

    brought = [await house.caller.write(who, HOURS_ASKED, id="w") for _ in range(3)]
    await eventually(lambda: len(plain.texts_of(who)) == 1, what="the answer")
    await house.caller.write(who, "phi ship bao nhieu")
    await eventually(lambda: len(plain.texts_of(who)) > 1, what="the next answer")

    assert [200, 200, 200] == brought
    hours, fee = plain.texts_of(who)
    assert HOURS in hours
    assert "25.000" in fee


async def test_a_word_on_telegram_is_answered(house: House) -> None:
    who, telegram = house.somebody(), house.outside.telegram

    telegram.say(who, HOURS_ASKED)

    await eventually(lambda: bool(telegram.sent_to(who)), what="the answer")
    assert [True] == [HOURS in text for text in telegram.sent_to(who)]


async def test_a_pressed_key_means_what_stands_on_it_and_the_answer_takes_the_keys_away(house: House) -> None:
    who, telegram = house.somebody(), house.outside.telegram
    telegram.say(who, "xin chao")
    await eventually(lambda: bool(telegram.sent_to(who)), what="the greeting")
    phone = telegram.world.chats[who]

    assert "Giao hàng" in [key["text"] for row in phone.keys for key in row]
    telegram.key(who, "Giao hàng")

    await eventually(lambda: len(telegram.sent_to(who)) > 1, what="the answer to the key")
    assert "1–2 ngày" in telegram.sent_to(who)[-1]
    assert [] == phone.keys


async def test_what_a_polled_bot_is_told_and_nobody_understands_is_kept_for_a_week(house: House) -> None:
    who = house.somebody()
    house.outside.polled.update(who, "message", {"message_id": "no number", "chat": {"id": int(who)}})

    async def kept() -> bool:
        told = (await house.caller.ask("GET", "/api/cases?channel=telegram&account=polled")).read(CaseList)
        return any(case.replayable for case in told.cases)

    await eventually(kept, what="the kept update")


async def test_a_word_to_a_bot_that_is_polled_is_answered(house: House) -> None:
    who, polled = house.somebody(), house.outside.polled

    polled.say(who, HOURS_ASKED)

    await eventually(lambda: bool(polled.sent_to(who)), what="the answer")
    assert [True] == [HOURS in text for text in polled.sent_to(who)]


async def test_the_shop_is_asked_about_an_order(house: House) -> None:
    who, telegram = house.somebody(), house.outside.telegram

    telegram.say(who, "đơn 1001 của em tới đâu rồi, số đuôi 5678")

    await eventually(lambda: bool(telegram.sent_to(who)), what="the status")
    assert "1001" in house.outside.shop.asked
    assert "1001" in telegram.sent_to(who)[-1]


async def test_what_is_said_in_the_web_chat_is_acknowledged_shown_and_answered(house: House) -> None:
    page = await house.caller.page()
    memory = page.memory

    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: bool(memory.told_by("bot")), what="the answer")
    await page.close()

    assert ["m1"] == memory.acknowledged
    assert [HOURS_ASKED] == memory.told_by("customer")
    assert [True] == [HOURS in text for text in memory.told_by("bot")]


async def test_a_page_that_comes_again_with_its_cursor_misses_nothing_and_sees_nothing_twice(house: House) -> None:
    page = await house.caller.page()
    memory = page.memory
    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: len(memory.entries) == 2, what="word and answer")
    await page.close()

    # Another page of the same session goes on talking while the first one is away.
    second = await house.caller.page(Memory(token=memory.token))
    await eventually(lambda: len(second.memory.entries) == 2, what="what was said before")
    await second.say("m2", "phi ship bao nhieu")
    await eventually(lambda: len(second.memory.entries) == 4, what="the second answer")
    await second.close()
    page = await house.caller.page(memory)
    await page.say("m2", "phi ship bao nhieu")
    await page.say("m3", "doi tra the nao")
    await eventually(lambda: len(memory.told_by("bot")) == 3, what="the third answer")
    await page.close()

    assert [HOURS_ASKED, "phi ship bao nhieu", "doi tra the nao"] == memory.told_by("customer")
    assert len(memory.entries) == len({entry.id for entry in memory.entries}) == 6
    assert second.memory.entries == memory.entries[:4]
