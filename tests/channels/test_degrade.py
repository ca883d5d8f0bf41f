"""One message on any channel, and the answer in words understood again."""

import pytest
from msgspec.structs import replace

from channels.telegram.channel import Telegram
from hub.engine.rendering.degrade import degrade, understand
from hub.model.messaging.message import Attachment, Capabilities, MediaKind, Message, QuickReply

SMS = Capabilities(text_units=1600)
RICH = Telegram.capabilities
PHOTO = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/p.jpg", name="Áo dài")
SIZES = (QuickReply(title="Nhỏ", payload="size:s"), QuickReply(title="Vừa", payload="size:m"), QuickReply(title="Lớn", payload="size:l"))


def test_message_a_channel_can_show_is_left_as_it_is() -> None:
    message = Message(text="Chọn cỡ", attachments=(PHOTO,), quick_replies=SIZES)

    done = degrade(message, RICH)

    assert (message,) == done.messages
    assert () == done.warnings


def test_answers_without_buttons_become_a_numbered_list() -> None:
    done = degrade(Message(text="Chọn cỡ", quick_replies=SIZES), SMS)

    assert (Message(text="Chọn cỡ\n\n1. Nhỏ\n2. Vừa\n3. Lớn"),) == done.messages
    assert ("answers are offered as a numbered list",) == done.warnings


def test_one_answer_too_many_or_one_label_too_long_makes_all_of_them_words() -> None:
    two = Capabilities(text_units=100, quick_replies=2, quick_reply_title=20)
    short = Capabilities(text_units=100, quick_replies=3, quick_reply_title=2)

    for can in (two, short):
        (shown,) = degrade(Message(text="?", quick_replies=SIZES), can).messages
        assert () == shown.quick_replies
        assert "3. Lớn" in shown.text


def test_picture_becomes_a_link_where_none_can_be_shown() -> None:
    done = degrade(Message(text="Mẫu mới", attachments=(PHOTO,)), SMS)

    assert (Message(text="Mẫu mới\nÁo dài: https://shop.example/p.jpg"),) == done.messages
    assert ("image is not shown by this channel",) == done.warnings


@pytest.mark.parametrize(
    ("piece", "shown"),
    [
        (Attachment(kind=MediaKind.IMAGE, url="https://hub.example/media/1", mime_type="image/png", size=4_999_999), True),
        (Attachment(kind=MediaKind.IMAGE, url="https://hub.example/media/1", mime_type="image/png", size=5_000_001), False),
        (Attachment(kind=MediaKind.IMAGE, url="https://hub.example/media/1", mime_type="image/heic", size=9), False),
        (Attachment(kind=MediaKind.FILE, url="https://hub.example/media/1", mime_type="application/pdf", size=9), True),
        (Attachment(kind=MediaKind.FILE, url="https://hub.example/media/1", mime_type="text/plain", size=9), False),
        (Attachment(kind=MediaKind.FILE, file_id="BQAC", mime_type="text/plain"), True),
    ],
)
def test_what_a_provider_does_not_fetch_from_an_address_goes_as_a_link(piece: Attachment, shown: bool) -> None:  # noqa: FBT001 - a case
    done = degrade(Message(attachments=(piece,)), RICH)

    (message,) = done.messages
    assert shown == (message.attachments == (piece,))
    assert shown == (message.text == "")
    assert shown == (done.warnings == ())


def test_a_file_without_a_public_address_is_refused_where_nothing_else_is_said() -> None:
    piece = Attachment(kind=MediaKind.IMAGE, url="/media/1", mime_type="image/png")

    done = degrade(Message(attachments=(piece,)), RICH)

    assert "image cannot be fetched by this channel: the hub has no public address (public_url)" == done.refused


def test_place_and_contact_are_told_in_words() -> None:
    place = Attachment(kind=MediaKind.LOCATION, latitude=10.77, longitude=106.7, name="Cửa hàng", address="Quận 1")
    person = Attachment(kind=MediaKind.CONTACT, name="Lan", phone="+84900000000")

    (shown,) = degrade(Message(attachments=(place, person)), SMS).messages

    assert "Cửa hàng, Quận 1: https://www.openstreetmap.org/?mlat=10.77&mlon=106.7\nLan: +84900000000" == shown.text


def test_message_of_which_nothing_is_left_is_refused_with_its_reason() -> None:
    sticker = Attachment(kind=MediaKind.STICKER, file_id="abc")

    done = degrade(Message(attachments=(sticker,)), SMS)

    assert () == done.messages
    assert "sticker is not shown by this channel" == done.refused


def test_words_too_long_for_a_caption_follow_the_picture_and_keep_the_answers() -> None:
    message = Message(text="😀" * 600, attachments=(PHOTO,), quick_replies=SIZES, reply_to="7")

    done = degrade(message, RICH)

    assert (
        replace(message, text="", quick_replies=()),
        replace(message, attachments=(), reply_to=""),
    ) == done.messages


def test_number_label_and_payload_are_the_same_answer() -> None:
    for said in ("2", "2.", " 2) ", "２", "2️⃣", "②", "Vừa", "vua", "VỪA!", "vừa ạ".removesuffix(" ạ"), "size:m"):
        assert SIZES[1] == understand(said, SIZES), said


def test_what_was_not_offered_is_not_understood_as_an_answer() -> None:
    for said in ("", "0", "4", "22", "vừa phải thôi", "?!", "2 cái", "x" * 5000, "9" * 5000):
        assert understand(said, SIZES) is None, said


def test_label_that_is_a_number_wins_over_a_place_in_the_list() -> None:
    counts = (QuickReply(title="3", payload="three"), QuickReply(title="1", payload="one"), QuickReply(title="2"))

    assert counts[1] == understand("1", counts)


def test_two_labels_that_sound_alike_are_not_guessed_between() -> None:
    alike = (QuickReply(title="Bò"), QuickReply(title="Bơ"))

    assert understand("bo", alike) is None
    assert alike[1] == understand("Bơ", alike)
    assert alike[0] == understand("1", alike)
