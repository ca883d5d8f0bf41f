"""Messages as Telegram's calls, and what comes of making them."""

import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from channels.http import Answer
from channels.telegram.channel import Mode, Settings, Telegram
from channels.telegram.errors import decide
from channels.telegram.keyboards import NOTHING, callback_data
from hub.engine.rendering.degrade import understand
from hub.model.errors import Misconfigured, OutcomeUnknown, RecipientGone, Rejected, SendError, TemporaryFailure, Throttled
from hub.model.events.event import Incoming, Said, Started
from hub.model.messaging.message import Attachment, Button, MediaKind, Message, QuickReply
from sandbox.faults import FaultKind
from sandbox.telegram.stand_in import TelegramStandIn
from tests.channels.contract import SECRET, TO, TOKEN, delivery, request, send_all
from tests.processes import eventually

PHOTO = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/p.jpg")


@pytest.fixture
async def stand_in() -> AsyncIterator[TelegramStandIn]:
    stand_in = TelegramStandIn(token=TOKEN)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def channel(stand_in: TelegramStandIn) -> AsyncIterator[Telegram]:
    async with ClientSession() as session:
        yield Telegram(Settings(account="shop", token=TOKEN, secret=SECRET, base_url=stand_in.base_url), session)


@pytest.fixture
async def poller(stand_in: TelegramStandIn) -> AsyncIterator[Telegram]:
    async with ClientSession() as session:
        yield Telegram(Settings(account="shop", token=TOKEN, mode=Mode.POLLING, base_url=stand_in.base_url), session)


def calls(message: Message) -> list[tuple[str, dict[str, object]]]:
    channel = Telegram(Settings(account="shop", token=TOKEN, secret=SECRET), None)  # type: ignore[arg-type]
    return [(call.method, {k: v for k, v in call.params.items() if k != "chat_id"}) for call in channel.render(delivery(message))]


def test_long_text_is_split_and_only_its_last_part_offers_answers() -> None:
    found = calls(Message(text="😀" * 4096, quick_replies=(QuickReply(title="Có"),), reply_to="7"))

    assert [2048, 2048] == [len(str(params["text"])) for _, params in found]
    assert "reply_markup" not in found[0][1]
    assert {"keyboard": [[{"text": "Có"}]], "resize_keyboard": True, "one_time_keyboard": True} == found[1][1]["reply_markup"]
    assert {"message_id": 7, "allow_sending_without_reply": True} == found[0][1]["reply_parameters"]
    assert "reply_parameters" not in found[1][1]


def test_one_file_with_few_words_is_one_call_and_with_many_words_two() -> None:
    one = calls(Message(text="mới", attachments=(PHOTO,)))

    assert [("sendPhoto", {"photo": PHOTO.url, "caption": "mới", "reply_markup": NOTHING})] == one
    assert ["sendPhoto", "sendMessage"] == [method for method, _ in calls(Message(text="x" * 1025, attachments=(PHOTO,)))]
    assert ["sendPhoto", "sendPhoto", "sendMessage"] == [m for m, _ in calls(Message(text="hai", attachments=(PHOTO, PHOTO)))]


def test_place_person_and_sticker_go_by_their_own_methods() -> None:
    place = Attachment(kind=MediaKind.LOCATION, latitude=1.0, longitude=2.0)
    person = Attachment(kind=MediaKind.CONTACT, phone="+84900000000")
    sticker = Attachment(kind=MediaKind.STICKER, file_id="abc")

    found = calls(Message(text="đây", attachments=(place, person, sticker)))

    assert ["sendLocation", "sendContact", "sendSticker", "sendMessage"] == [method for method, _ in found]


def test_what_telegram_cannot_send_is_left_out_with_a_warning() -> None:
    channel = Telegram(Settings(account="shop", token=TOKEN, secret=SECRET), None)  # type: ignore[arg-type]

    (call,) = channel.render(delivery(Message(text="đây", attachments=(Attachment(kind=MediaKind.SHARE, url="https://x.example"),))))

    assert ("a share cannot be sent by Telegram",) == call.warnings


def test_labels_stand_in_rows_a_phone_can_show() -> None:
    offered = tuple(QuickReply(title=title) for title in ("Nhỏ", "Vừa", "Lớn", "Rất rất lớn", "Cỡ khác, xin tư vấn"))

    ((_, params),) = calls(Message(text="?", quick_replies=offered))

    rows = params["reply_markup"]["keyboard"]  # type: ignore[index]
    assert [["Nhỏ", "Vừa", "Lớn"], ["Rất rất lớn"], ["Cỡ khác, xin tư vấn"]] == [[b["text"] for b in row] for row in rows]


def test_payload_too_long_for_a_button_is_still_found_again() -> None:
    offered = (
        QuickReply(title="Đơn một", payload="order:" + "1" * 80),
        QuickReply(title="Đ" * 40, payload="order:" + "2" * 80),
        QuickReply(title="short", payload="Đơn một"),
        QuickReply(title="same", payload="same"),
        QuickReply(title="same", payload="same"),
    )

    carried = callback_data(offered)

    assert all(0 < len(c.encode()) <= 64 for c in carried)
    assert len(set(carried)) == len(carried)
    assert list(offered) == [understand(c, offered) for c in carried]


@pytest.mark.parametrize(
    ("status", "body", "wanted"),
    [
        (403, '{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}', RecipientGone),
        (403, '{"ok":false,"error_code":403,"description":"Forbidden: user is deactivated"}', RecipientGone),
        (403, '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}', Rejected),
        (400, '{"ok":false,"error_code":400,"description":"Bad Request: group upgraded","parameters":{"migrate_to_chat_id":-1}}', Rejected),
        (401, '{"ok":false,"error_code":401,"description":"Unauthorized"}', Misconfigured),
        (404, '{"ok":false,"error_code":404,"description":"Not Found"}', Misconfigured),
        (409, '{"ok":false,"error_code":409,"description":"Conflict: can\'t use getUpdates while webhook is active"}', Misconfigured),
        (409, '{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}', TemporaryFailure),
        (429, '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 3","parameters":{"retry_after":3}}', Throttled),
        (200, '{"ok":false,"error_code":429,"description":"Too Many Requests"}', Throttled),
        (500, '{"ok":false,"error_code":500,"description":"Internal Server Error"}', OutcomeUnknown),
        (502, "<html>Bad Gateway</html>", OutcomeUnknown),
        (503, "", TemporaryFailure),
        (200, "<html>login here</html>", OutcomeUnknown),
        (200, '{"ok":false}', OutcomeUnknown),
        (302, "", Misconfigured),
    ],
)  # fmt: skip
def test_each_answer_is_one_decision(status: int, body: str, wanted: type[SendError]) -> None:
    assert wanted is type(decide(Answer(status=status, body=body.encode())))


def test_answer_that_took_the_message_is_no_error() -> None:
    assert decide(Answer(status=200, body=b'{"ok":true,"result":{}}')) is None


async def test_answer_in_an_unknown_shape_is_an_unknown_outcome(channel: Telegram, stand_in: TelegramStandIn) -> None:
    stand_in.fault(FaultKind.MALFORMED, method="sendMessage")

    with pytest.raises(OutcomeUnknown):
        await send_all(channel, delivery(Message(text="hi")))

    assert ["hi"] == stand_in.sent_to(TO)


async def test_customer_who_blocked_the_bot_is_gone(channel: Telegram, stand_in: TelegramStandIn) -> None:
    stand_in.block(TO)

    with pytest.raises(RecipientGone, match="blocked"):
        await send_all(channel, delivery(Message(text="hi")))


async def test_wrong_token_stops_the_account_and_is_not_told(stand_in: TelegramStandIn) -> None:
    async with ClientSession() as session:
        channel = Telegram(Settings(account="shop", token="1:wrong-token", secret=SECRET, base_url=stand_in.base_url), session)

        with pytest.raises(Misconfigured) as failed:
            await channel.connect("https://shop.example/hooks/telegram/shop")

    assert "wrong-token" not in repr(failed.value)


async def test_words_and_token_reach_no_log(channel: Telegram, stand_in: TelegramStandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stand_in.fault(FaultKind.MALFORMED, method="sendMessage")

    with pytest.raises(OutcomeUnknown):
        await send_all(channel, delivery(Message(text="số thẻ 1234")))
    await send_all(channel, delivery(Message(text="số thẻ 1234")))

    assert "1234" not in caplog.text
    assert TOKEN not in caplog.text


async def test_connecting_sets_the_webhook_and_learns_the_bots_name(channel: Telegram, stand_in: TelegramStandIn) -> None:
    found = await channel.connect("https://shop.example/hooks/telegram/shop")

    state = await channel.webhook()
    assert f"@{stand_in.world.username}" == found.name
    assert ("https://shop.example/hooks/telegram/shop", ()) == (found.hook, found.missing)
    assert "https://shop.example/hooks/telegram/shop" == state.url
    hook = stand_in.world.webhook
    assert hook
    assert SECRET == hook.secret
    assert "message_reaction" in hook.allowed


async def test_telegrams_refusal_of_the_address_is_told(channel: Telegram) -> None:
    with pytest.raises(Rejected, match="HTTPS"):
        await channel.connect("http://shop.example/hooks/telegram/shop")


async def test_typing_is_shown(channel: Telegram, stand_in: TelegramStandIn) -> None:
    await channel.typing(delivery(Message(text="x")).address)

    assert [("sendChatAction", TO)] == [(r.method, r.chat) for r in stand_in.received]
    assert stand_in.world.chat(TO).typing_until > 0


async def test_pressed_button_is_answered_on_the_webhooks_own_200(channel: Telegram) -> None:
    asked = request(b'{"update_id": 1, "callback_query": {"id": "q7", "from": {"id": 4242}, "data": "yes"}}', {})

    reply = channel.answer(asked, channel.parse(asked))

    assert reply
    assert b'{"method":"answerCallbackQuery","callback_query_id":"q7"}' == reply.body
    assert channel.answer(asked, []) is None


async def test_polled_updates_stay_at_telegram_until_the_next_offset_is_asked(poller: Telegram, stand_in: TelegramStandIn) -> None:
    await poller.connect("")
    first = stand_in.say(TO, "một")
    stand_in.say(TO, "/start x")

    polled, after = await poller.poll(0, wait=0)
    again, _ = await poller.poll(0, wait=0)
    none, _ = await poller.poll(after, wait=0)

    assert polled == again
    assert first + 2 == after
    assert () == none
    bodies = [found.body for asked in polled for found in poller.parse(asked) if isinstance(found, Incoming)]
    assert [Said, Started] == [type(body) for body in bodies]


async def test_poll_waits_for_news(poller: Telegram, stand_in: TelegramStandIn) -> None:
    import asyncio

    waiting = asyncio.create_task(poller.poll(0, wait=20))
    await eventually(lambda: stand_in.world.pollers == 1, what="the poll")
    stand_in.say(TO, "đây")

    polled, _ = await waiting

    assert 1 == len(polled)


async def test_second_poller_makes_the_first_stop_for_now(poller: Telegram, stand_in: TelegramStandIn) -> None:
    import asyncio

    waiting = asyncio.create_task(poller.poll(0, wait=20))
    await eventually(lambda: stand_in.world.pollers == 1, what="the poll")
    await poller.poll(0, wait=0)

    with pytest.raises(TemporaryFailure, match="terminated by other"):
        await waiting


async def test_poll_beside_a_webhook_is_a_wrong_setting(channel: Telegram) -> None:
    await channel.connect("https://shop.example/hooks/telegram/shop")

    with pytest.raises(Misconfigured, match="webhook is active"):
        await channel.poll(0, wait=0)


async def test_polled_press_is_acknowledged_by_a_call(poller: Telegram, stand_in: TelegramStandIn) -> None:
    await send_all(poller, delivery(Message(text="?", buttons=(Button(title="Có", value="yes"),))))
    stand_in.press(TO, 1, "yes")
    (asked,), _ = await poller.poll(0, wait=0)

    await poller.acknowledge(poller.parse(asked))

    assert "answerCallbackQuery" == stand_in.received[-1].method
    assert stand_in.received[-1].taken
