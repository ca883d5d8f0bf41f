"""Quick replies on Telegram: keys below the text field, whose labels come back as the customer's own words."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from channels.telegram.channel import Mode, Settings, Telegram
from hub.engine.rendering.degrade import understand
from hub.model.errors import Rejected
from hub.model.events.event import Incoming, Said
from hub.model.messaging.message import Attachment, Button, ButtonKind, MediaKind, Message, QuickReply, ReplyKind
from hub.model.messaging.offers import answers_of
from sandbox.telegram.stand_in import TelegramStandIn
from tests.channels.contract import TO, TOKEN, delivery, send_all

GROUP = "-100200300"
SIZES = (QuickReply(title="Nhỏ", payload="size:s"), QuickReply(title="Vừa", payload="size:m"), QuickReply(title="Lớn", payload="size:l"))
PLACE = QuickReply(title="", kind=ReplyKind.LOCATION)
FORM = QuickReply(title="Đăng ký", kind=ReplyKind.FORM, extra="https://shop.example/form")
LINK = QuickReply(title="Xem thêm", kind=ReplyKind.URL, extra="https://shop.example/more")
MORE = Button(title="Trang", kind=ButtonKind.URL, value="https://shop.example/page")


class Chat:
    """A bot and one phone, over real HTTP."""

    def __init__(self, bot: Telegram, stand_in: TelegramStandIn) -> None:
        self.bot = bot
        self.stand_in = stand_in

    async def send(self, message: Message, *, to: str = TO) -> None:
        """Send it."""
        await send_all(self.bot, delivery(message, to=to))

    async def heard(self) -> list[Said]:
        """What the phone's owner said."""
        polled, _ = await self.bot.poll(0, wait=0)
        found = (event.body for asked in polled for event in self.bot.parse(asked) if isinstance(event, Incoming))
        return [body for body in found if isinstance(body, Said)]

    def keys(self, chat: str = TO) -> list[list[object]]:
        """The labels below the text field."""
        return [[key["text"] for key in row] for row in self.stand_in.world.chat(chat).keys]

    def under(self, chat: str = TO) -> object:
        """The buttons under the latest message."""
        return self.stand_in.world.chat(chat).messages[-1]["buttons"]


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    stand_in = TelegramStandIn(token=TOKEN)
    await stand_in.start()
    async with ClientSession() as session:
        settings = Settings(account="shop", token=TOKEN, mode=Mode.POLLING, base_url=stand_in.base_url)
        yield Chat(Telegram(settings, session), stand_in)
    await stand_in.stop()


async def test_a_pressed_key_says_its_label_and_means_what_was_offered(chat: Chat) -> None:
    message = Message(text="Cỡ nào ạ?", quick_replies=SIZES)
    await chat.send(message)

    chat.stand_in.key(TO, "Vừa")
    chat.stand_in.say(TO, "2")
    chat.stand_in.say(TO, "VUA")

    said = await chat.heard()
    assert ["Vừa", "2", "VUA"] == [body.text for body in said]
    assert [SIZES[1]] * 3 == [understand(body.text, answers_of(message)) for body in said]


async def test_keys_are_put_away_once_pressed_and_taken_away_by_the_next_message_without_any(chat: Chat) -> None:
    await chat.send(Message(text="Cỡ nào ạ?", quick_replies=SIZES))
    phone = chat.stand_in.world.chat(TO)
    laid = chat.keys()

    chat.stand_in.key(TO, "Lớn")
    shut = phone.shut
    await chat.send(Message(text="Dạ cỡ lớn ạ"))

    assert [["Nhỏ", "Vừa", "Lớn"]] == laid
    assert shut
    assert [] == chat.keys()
    with pytest.raises(ValueError, match="no such key"):
        chat.stand_in.key(TO, "Lớn")


async def test_keys_come_with_the_last_of_several_calls_and_go_with_the_first(chat: Chat) -> None:
    await chat.send(Message(text="trước", quick_replies=SIZES))

    await chat.send(Message(text="x" * 5000, buttons=(MORE,)))

    markups = [received.params.get("reply_markup") for received in chat.stand_in.received[-2:]]
    assert '{"remove_keyboard":true}' == markups[0]
    assert '{"inline_keyboard":[[{"text":"Trang","url":"https://shop.example/page"}]]}' == markups[1]
    assert [] == chat.keys()


async def test_in_a_group_answers_stand_under_the_message_and_no_key_is_touched(chat: Chat) -> None:
    await chat.send(Message(text="Cỡ nào ạ?", quick_replies=(SIZES[0], FORM)), to=GROUP)
    under = chat.under(GROUP)
    await chat.send(Message(text="Dạ"), to=GROUP)

    # A mini app opens in private chats only: its page is a link here.
    assert [[{"text": "Nhỏ", "callback_data": "size:s"}, {"text": "Đăng ký", "url": FORM.extra}]] == under
    assert "reply_markup" not in chat.stand_in.received[-1].params


async def test_a_question_for_a_place_is_a_key_in_a_private_chat_and_left_out_in_a_group(chat: Chat) -> None:
    await chat.send(Message(text="Giao tới đâu ạ?", quick_replies=(PLACE, SIZES[0])))
    keys = chat.keys()
    chat.stand_in.key(TO, "📍")

    (told,) = chat.bot.render(delivery(Message(text="Giao tới đâu ạ?", quick_replies=(PLACE,)), to=GROUP))

    assert [["📍", "Nhỏ"]] == keys
    assert [MediaKind.LOCATION] == [piece.kind for body in await chat.heard() for piece in body.attachments]
    assert "reply_markup" not in told.params
    assert ("this chat cannot be asked for its location",) == told.warnings


async def test_a_form_keeps_its_key_and_brings_back_what_was_filled_in(chat: Chat) -> None:
    await chat.send(Message(text="Đăng ký nhé", quick_replies=(FORM, QuickReply(title="Để sau"))))

    chat.stand_in.key(TO, "Đăng ký", told='{"size":"m"}')

    assert not chat.stand_in.world.chat(TO).shut
    assert [("Đăng ký", '{"size":"m"}')] == [(body.text, body.payload) for body in await chat.heard()]


async def test_a_link_beside_answers_is_a_button_and_beside_a_form_a_line_of_words(chat: Chat) -> None:
    await chat.send(Message(text="Mời xem", quick_replies=(LINK, SIZES[0])))
    beside_answers = chat.under()
    (call,) = chat.bot.render(delivery(Message(text="Mời xem", quick_replies=(LINK, FORM))))

    assert [[{"text": "Xem thêm", "url": LINK.extra}, {"text": "Nhỏ", "callback_data": "size:s"}]] == beside_answers
    assert "Mời xem\nXem thêm: https://shop.example/more" == call.params["text"]
    assert ("a quick reply of the kind url is told as a link",) == call.warnings


async def test_labels_that_read_alike_are_buttons_for_these_tell_which_was_pressed(chat: Chat) -> None:
    alike = (QuickReply(title="Bò", payload="beef"), QuickReply(title="Bơ", payload="butter"))
    await chat.send(Message(text="Món nào ạ?", quick_replies=alike))

    chat.stand_in.press(TO, 1, "butter")

    assert [] == chat.keys()
    assert ["butter"] == [body.payload for body in await chat.heard()]


async def test_buttons_and_quick_replies_of_one_message_stand_together_under_it(chat: Chat) -> None:
    await chat.send(Message(text="Mời chọn", quick_replies=SIZES[:1], buttons=(MORE,)))

    assert [[{"text": "Nhỏ", "callback_data": "size:s"}, {"text": "Trang", "url": MORE.value}]] == chat.under()


async def test_the_stand_in_refuses_what_telegram_refuses(chat: Chat) -> None:
    group = delivery(Message(text="?"), to=GROUP)
    (call,) = chat.bot.render(group)
    asks = {"keyboard": [[{"text": "📍", "request_location": True}]]}

    call.params["reply_markup"] = asks

    with pytest.raises(Rejected, match="location can be requested in private chats only"):
        await chat.bot.send(call, group)


async def test_a_file_carries_the_keys_with_its_words(chat: Chat) -> None:
    picture = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/p.jpg")
    await chat.send(Message(text="Mẫu này ạ?", attachments=(picture,), quick_replies=SIZES))

    assert ["sendPhoto"] == [received.method for received in chat.stand_in.received]
    assert [["Nhỏ", "Vừa", "Lớn"]] == chat.keys()
