"""What a message of WhatsApp's offers to press: laid out within its limits, and understood when it comes back."""

from typing import Any

import pytest
from aiohttp import ClientSession

from channels.whatsapp_cloud.channel import CAPABILITIES
from channels.whatsapp_cloud.offers import control_ids
from hub.engine.rendering.degrade import degrade, understand
from hub.model.channels.ports import Call, Channel
from hub.model.events.event import Incoming, Said
from hub.model.messaging.message import Attachment, Button, ButtonKind, Card, Choices, MediaKind, Message, QuickReply, Row, Section
from hub.model.messaging.offers import answers_of
from sandbox.desk import Desk
from sandbox.whatsapp_cloud import stand_in
from tests.channels.contract import SECRET, TOKEN, delivery
from tests.channels.kind_whatsapp_cloud import NUMBER, make, read_of

TO = "84912000111"

Interactive = dict[str, Any]


def channel() -> Channel:
    return make(None, "http://127.0.0.1:1")  # type: ignore[arg-type]


def calls(message: Message) -> list[Call]:
    """The calls of a message as the hub makes them: degraded first."""
    return [call for part in degrade(message, CAPABILITIES).messages for call in channel().render(delivery(part, to=TO))]


def interactive(call: Call) -> Interactive:
    told = call.params["interactive"]
    assert isinstance(told, dict)
    return told


def test_three_answers_are_buttons_and_what_comes_back_is_understood() -> None:
    offered = (QuickReply(title="Đơn hàng", payload="order:1"), QuickReply(title="Đổi trả"), QuickReply(title="Có", payload="x" * 300))

    (call,) = calls(Message(text="Bạn cần gì?", quick_replies=offered))

    replies = [button["reply"] for button in interactive(call)["action"]["buttons"]]
    assert ["order:1", "Đổi trả", "Có"] == [reply["id"] for reply in replies]
    assert list(offered) == [understand(reply["id"], offered) for reply in replies]


def test_ids_differ_where_payloads_are_alike_and_numbers_stand_for_what_is_too_long() -> None:
    alike = (
        Row(title="Áo", payload="p"),
        Row(title="Quần", payload="p"),
        Row(title="x" * 300, payload="y" * 300),
        Row(title=" ", payload=""),
    )

    assert ("p", "Quần", "3", "4") == control_ids(alike, 200)


def test_title_that_is_anothers_payload_is_not_taken_for_it() -> None:
    crossed = (Row(title="b", payload="y" * 300), Row(title="Áo", payload="b"))

    assert ("1", "b") == control_ids(crossed, 200)


def test_choices_are_a_list_with_their_sections_and_small_print() -> None:
    sizes = Section(title="Cỡ", rows=(Row(title="S", payload="s", description="dưới 45 kg"), Row(title="M", payload="m")))
    colours = Section(title="Màu", rows=(Row(title="Đỏ"),))

    (call,) = calls(Message(text="Chọn nhé", choices=Choices(button="Xem", sections=(sizes, colours))))

    assert interactive(call)["action"] == {
        "button": "Xem",
        "sections": [
            {"title": "Cỡ", "rows": [{"id": "s", "title": "S", "description": "dưới 45 kg"}, {"id": "m", "title": "M"}]},
            {"title": "Màu", "rows": [{"id": "Đỏ", "title": "Đỏ"}]},
        ],
    }


def test_sections_without_a_title_are_one() -> None:
    choices = Choices(button="Xem", sections=(Section(rows=(Row(title="S"),)), Section(title="Màu", rows=(Row(title="Đỏ"),))))

    (call,) = calls(Message(text="Chọn nhé", choices=choices))

    assert [{"rows": [{"id": "S", "title": "S"}, {"id": "Đỏ", "title": "Đỏ"}]}] == interactive(call)["action"]["sections"]


def test_reply_buttons_are_buttons_and_a_link_alone_is_one() -> None:
    (answers,) = calls(Message(text="Đúng không?", buttons=(Button(title="Đúng", value="yes"), Button(title="Sai", value="no"))))
    (link,) = calls(Message(text="Xem", buttons=(Button(title="Mở", kind=ButtonKind.URL, value="https://shop.example"),)))

    assert ["yes", "no"] == [button["reply"]["id"] for button in interactive(answers)["action"]["buttons"]]
    assert {"display_text": "Mở", "url": "https://shop.example"} == interactive(link)["action"]["parameters"]


def test_of_two_links_the_second_is_told_in_words() -> None:
    links = tuple(Button(title=t, kind=ButtonKind.URL, value=f"https://shop.example/{t}") for t in ("a", "b"))

    (call,) = calls(Message(text="Xem", buttons=links))

    assert "https://shop.example/a" == interactive(call)["action"]["parameters"]["url"]
    assert {"text": "Xem\nb: https://shop.example/b"} == interactive(call)["body"]
    assert ("a button is told in words",) == call.warnings


def test_answers_and_choices_together_are_one_list_and_none_is_lost() -> None:
    choices = Choices(button="", sections=(Section(rows=tuple(Row(title=f"Kiểu {n}") for n in range(9))),))
    message = Message(text="Chọn nhé", quick_replies=(QuickReply(title="Khác"),), choices=choices)

    (call,) = calls(message)

    (section,) = interactive(call)["action"]["sections"]
    assert ["Khác", *(f"Kiểu {n}" for n in range(9))] == [row["title"] for row in section["rows"]]
    assert all(understand(row["id"], answers_of(message)) for row in section["rows"])


def test_buttons_with_the_same_words_become_a_list_for_buttons_must_differ() -> None:
    (call,) = calls(Message(text="Chọn", quick_replies=(QuickReply(title="Có", payload="a"), QuickReply(title="Có", payload="b"))))

    assert "list" == interactive(call)["type"]


@pytest.mark.parametrize(("language", "button"), [("vi", "Chọn"), ("en", "Menu"), ("zh-TW", "選單"), ("", "Menu"), ("fr", "Menu")])
def test_list_opens_by_a_word_of_the_customers_language(language: str, button: str) -> None:
    (call,) = calls(Message(text="?", language=language, quick_replies=tuple(QuickReply(title=t) for t in "ABCD")))

    assert button == interactive(call)["action"]["button"]


def test_answers_under_a_picture_without_words_get_some() -> None:
    picture = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/a.png")

    (call,) = calls(Message(attachments=(picture,), language="vi", quick_replies=(QuickReply(title="Thích"),)))

    assert {"text": "Mời bạn chọn:"} == interactive(call)["body"]
    assert "image" == interactive(call)["header"]["type"]


def test_long_words_go_before_and_the_last_of_them_beside_the_buttons() -> None:
    text = "Một câu vừa phải thôi. " * 300

    made = calls(Message(text=text.strip(), quick_replies=(QuickReply(title="Vâng"),), reply_to="wamid.in-1"))

    body = interactive(made[-1])["body"]["text"]
    before = [call.params["text"]["body"] for call in made[:-1]]  # type: ignore[index]
    assert len(body) <= 1024
    assert all(len(part) <= 4096 for part in before)
    assert text.split() == " ".join([*before, body]).split()
    assert {"message_id": "wamid.in-1"} == made[0].params["context"]
    assert all("context" not in call.params for call in made[1:])


def test_place_card_sticker_and_voice_go_as_what_they_are() -> None:
    message = Message(
        attachments=(
            Attachment(kind=MediaKind.LOCATION, latitude=21.0, longitude=105.0, name="Shop"),
            Attachment(kind=MediaKind.CONTACT, name="Hoa", phone="+84912000444"),
            Attachment(kind=MediaKind.STICKER, media_id="1"),
            Attachment(kind=MediaKind.VOICE, media_id="2"),
        )
    )

    made = [call.params for call in calls(message)]

    assert {"latitude": 21.0, "longitude": 105.0, "name": "Shop"} == made[0]["location"]
    assert [{"name": {"formatted_name": "Hoa", "first_name": "Hoa"}, "phones": [{"phone": "+84912000444", "type": "CELL"}]}] == made[1][
        "contacts"
    ]
    assert ({"id": "1"}, {"id": "2", "voice": True}) == (made[2]["sticker"], made[3]["audio"])


def test_what_has_no_file_is_left_out_with_a_warning() -> None:
    made = channel().render(delivery(Message(text="Đây", attachments=(Attachment(kind=MediaKind.IMAGE),)), to=TO))

    assert [("a image cannot be sent by WhatsApp",)] == [call.warnings for call in made]


PICTURE = "https://shop.example/a.png"


def test_cards_with_a_picture_and_the_same_controls_stand_side_by_side() -> None:
    cards = tuple(
        Card(title=f"Áo {n}", subtitle="199.000 đ", image=PICTURE, buttons=(Button(title="Mua", value=f"buy:{n}"),)) for n in (1, 2)
    )

    (call,) = calls(Message(text="Mẫu mới", cards=cards))

    carousel = interactive(call)
    assert ("carousel", {"text": "Mẫu mới"}) == (carousel["type"], carousel["body"])
    assert {
        "card_index": 1,
        "header": {"type": "image", "image": {"link": PICTURE}},
        "body": {"text": "Áo 2\n199.000 đ"},
        "action": {"buttons": [{"type": "quick_reply", "quick_reply": {"id": "buy:2", "title": "Mua"}}]},
    } == carousel["action"]["cards"][1]


def test_cards_that_open_a_page_have_a_link_each() -> None:
    cards = tuple(Card(title=f"Áo {n}", image=PICTURE, url=f"https://shop.example/{n}") for n in (1, 2))

    (call,) = calls(Message(cards=cards, language="vi"))

    assert {"text": "Mời bạn chọn:"} == interactive(call)["body"]
    parameters = {"display_text": "Mở liên kết", "url": "https://shop.example/1"}
    assert {"name": "cta_url", "parameters": parameters} == interactive(call)["action"]["cards"][0]["action"]


@pytest.mark.parametrize(
    "other",
    [
        Card(title="Áo", buttons=(Button(title="Mua", value="b"),)),
        Card(title="Áo", image=PICTURE, buttons=(Button(title="Mua", value="b"), Button(title="Hỏi", value="c"))),
        Card(title="Á" * 170, image=PICTURE, buttons=(Button(title="Mua", value="b"),)),
        Card(title="Áo", image=PICTURE, url="https://shop.example/2"),
    ],
    ids=["no picture", "more buttons", "more words", "a link"],
)
def test_cards_that_are_not_alike_go_one_below_the_other(other: Card) -> None:
    made = calls(Message(text="Mẫu mới", cards=(Card(title="Quần", image=PICTURE, buttons=(Button(title="Mua", value="a"),)), other)))

    assert ["text", "interactive", "interactive"] == [call.params["type"] for call in made]
    assert {"text": other.title} == interactive(made[2])["body"]


def test_card_with_answers_tells_its_link_in_words_and_a_bare_card_is_a_picture() -> None:
    both = Card(title="Áo", image=PICTURE, url="https://shop.example/1", buttons=(Button(title="Mua", value="a"),))

    first, second = calls(Message(cards=(both, Card(title="Quần", subtitle="mới", image=PICTURE)), language="en"))

    assert {"text": "Áo\nOpen Link: https://shop.example/1"} == interactive(first)["body"]
    assert ("a card's link is told in words",) == first.warnings
    assert {"link": PICTURE, "caption": "Quần\nmới"} == second.params["image"]


def test_answers_beside_cards_come_last() -> None:
    made = calls(Message(text="Mẫu", cards=(Card(title="Áo", image=PICTURE),), quick_replies=(QuickReply(title="Xem thêm"),)))

    assert ["text", "image", "interactive"] == [call.params["type"] for call in made]
    assert "Xem thêm" == interactive(made[-1])["action"]["buttons"][0]["reply"]["title"]


async def test_everything_we_render_is_taken_and_each_press_comes_back_understood() -> None:
    whatsapp = stand_in(token=TOKEN, secret=SECRET, number=NUMBER, receipts="")
    await whatsapp.start()
    try:
        async with ClientSession() as session:
            await press_all(make(session, whatsapp.base_url), whatsapp.desk)
    finally:
        await whatsapp.stop()


async def press_all(channel: Channel, desk: Desk) -> None:
    sections = (Section(title="Cỡ", rows=(Row(title="S", payload="size:S"),)), Section(title="Màu", rows=(Row(title="Đỏ"),)))
    for message in (
        Message(text="Nút", quick_replies=(QuickReply(title="Có", payload="yes"), QuickReply(title="Không"))),
        Message(text="Dài", quick_replies=tuple(QuickReply(title=f"Kiểu {n}") for n in range(10))),
        Message(text="Mục", choices=Choices(button="Xem", sections=sections)),
        Message(text="Bấm", buttons=(Button(title="Đúng", value="right"),)),
        Message(text="Thẻ", cards=tuple(Card(title=t, image=PICTURE, buttons=(Button(title="Mua", value=f"buy:{t}"),)) for t in "AB")),
    ):
        desk.clear()
        (part,) = degrade(message, CAPABILITIES).messages
        sent = delivery(part, to=TO)
        for call in channel.render(sent):
            await channel.send(call, sent)
        bubble = desk.phones[TO].bubbles[-1]

        meant = []
        for offer in bubble.offers:
            (said,) = said_by_press(channel, desk, bubble.n, offer.id)
            assert (bubble.external_id, offer.title) == (said.in_reply_to, said.text)
            meant.append(understand(said.payload, answers_of(message)))

        assert list(answers_of(message)) == meant


def said_by_press(channel: Channel, desk: Desk, n: int, offer: str) -> list[Said]:
    """What the channel makes of a press: the stand-in holds the webhook as long as it knows no hook."""
    desk.press(TO, n, offer)
    webhook = desk.bringing._waiting[TO].pop()  # noqa: SLF001 - the last one it would bring
    asked = read_of(webhook)
    channel.verify(asked)
    return [found.body for found in channel.parse(asked) if isinstance(found, Incoming) and isinstance(found.body, Said)]


def test_words_above_cards_that_are_too_long_beside_them_go_before() -> None:
    cards = tuple(Card(title=f"Áo {n}", image=PICTURE, url=f"https://shop.example/{n}") for n in (1, 2))

    made = calls(Message(text=("Một câu vừa phải thôi. " * 100).strip(), cards=cards))

    assert ["text", "interactive"] == [call.params["type"] for call in made]
    assert len(interactive(made[1])["body"]["text"]) <= 1024


def test_bare_cards_are_pictures_for_side_by_side_they_need_something_to_press() -> None:
    made = calls(Message(cards=tuple(Card(title=title, image=PICTURE) for title in ("Áo", "Quần"))))

    assert ["image", "image"] == [call.params["type"] for call in made]


def test_webp_picture_goes_as_a_sticker_for_whatsapp_takes_it_as_nothing_else() -> None:
    picture = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/a.webp", mime_type="image/webp")

    made = calls(Message(text="Hi", attachments=(picture,)))

    assert [{"link": "https://shop.example/a.webp"}, None] == [call.params.get("sticker") for call in made]
