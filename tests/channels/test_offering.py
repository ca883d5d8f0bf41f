"""What a message offers to press: native where the channel can, else a simpler control, else words with the same answers."""

from hub.engine.rendering.degrade import degrade, understand
from hub.model.messaging.message import (
    Attachment,
    Button,
    ButtonKind,
    Capabilities,
    Card,
    Choices,
    Component,
    MediaKind,
    Message,
    Parameter,
    QuickReply,
    ReplyKind,
    Row,
    Section,
    Template,
)
from hub.model.messaging.offers import answers_of

SMS = Capabilities(text_units=1600)
QUICK = Capabilities(text_units=2000, quick_replies=13, quick_reply_title=20)
LISTS = Capabilities(
    text_units=4096, quick_replies=3, quick_reply_title=20, buttons=3, button_title=20, rows=10, row_title=24, row_description=72,
    button_kinds=frozenset((ButtonKind.REPLY, ButtonKind.URL)), mixed_buttons=False, templates=True,
)  # fmt: skip
CARDS = Capabilities(
    text_units=2000, cards=10, card_buttons=3, card_title=80, buttons=3, button_kinds=frozenset((ButtonKind.REPLY, ButtonKind.URL))
)

SIZES = Choices(
    button="Chọn cỡ",
    sections=(
        Section(title="Nữ", rows=(Row(title="Nhỏ", payload="size:s", description="dưới 50 kg"), Row(title="Vừa", payload="size:m"))),
        Section(title="Nam", rows=(Row(title="Lớn", payload="size:l"),)),
    ),
)
BUY = Button(title="Mua", value="buy:7")
SEE = Button(title="Xem", kind=ButtonKind.URL, value="https://shop.example/7")
CALL = Button(title="Gọi shop", kind=ButtonKind.CALL, value="+842812345678")


def test_list_a_channel_can_open_is_left_as_it_is() -> None:
    message = Message(text="Cỡ nào ạ?", choices=SIZES)

    done = degrade(message, LISTS)

    assert (message,) == done.messages
    assert () == done.warnings


def test_list_becomes_quick_replies_where_those_hold_it() -> None:
    done = degrade(Message(text="Cỡ nào ạ?", choices=SIZES), QUICK)

    assert ("Nhỏ", "Vừa", "Lớn") == tuple(reply.title for reply in done.messages[0].quick_replies)
    assert None is done.messages[0].choices
    assert ("answers are offered as quick replies",) == done.warnings


def test_list_becomes_numbered_lines_with_their_small_print_where_nothing_holds_it() -> None:
    done = degrade(Message(text="Cỡ nào ạ?", choices=SIZES), SMS)

    assert "Cỡ nào ạ?\n\n1. Nhỏ – dưới 50 kg\n2. Vừa\n3. Lớn" == done.messages[0].text
    assert ("answers are offered as a numbered list",) == done.warnings


def test_more_quick_replies_than_fit_open_as_a_list() -> None:
    twelve, seven = (tuple(QuickReply(title=f"Câu {n}", payload=f"q:{n}") for n in range(1, most + 1)) for most in (12, 7))

    listed = degrade(Message(text="?", quick_replies=seven), LISTS)
    numbered = degrade(Message(text="?", quick_replies=twelve), LISTS)

    assert listed.messages[0].choices
    assert ["q:1", "q:7"] == [listed.messages[0].choices.sections[0].rows[n].payload for n in (0, 6)]
    assert "12. Câu 12" in numbered.messages[0].text
    assert None is numbered.messages[0].choices


def test_answers_and_links_that_cannot_stand_side_by_side_leave_the_links_in_words() -> None:
    done = degrade(Message(text="Áo dài", buttons=(BUY, SEE)), LISTS)

    assert "Áo dài\nXem: https://shop.example/7" == done.messages[0].text
    assert (QuickReply(title="Mua", payload="buy:7"),) == done.messages[0].quick_replies
    assert "a button is told in words" in done.warnings


def test_buttons_of_a_kind_the_channel_lacks_are_told_in_words_beside_the_others() -> None:
    done = degrade(Message(text="Áo dài", buttons=(SEE, CALL)), LISTS)

    assert (SEE,) == done.messages[0].buttons
    assert "Áo dài\nGọi shop: +842812345678" == done.messages[0].text


def test_cards_are_told_in_words_with_their_links_and_answers() -> None:
    cards = (Card(title="Áo dài", subtitle="890.000 ₫", url="https://shop.example/7", buttons=(BUY, SEE)),)

    native, told = degrade(Message(cards=cards), CARDS), degrade(Message(text="Mẫu mới", cards=cards), SMS)

    assert cards == native.messages[0].cards
    assert () == native.warnings
    expected = "Mẫu mới\nÁo dài\n890.000 ₫\nhttps://shop.example/7\nXem: https://shop.example/7\n\n1. Áo dài: Mua"
    assert expected == told.messages[0].text
    assert "cards are told in words" in told.warnings


def test_quick_reply_that_opens_something_becomes_a_link_and_one_that_asks_the_app_is_left_out() -> None:
    form = QuickReply(title="Đăng ký", kind=ReplyKind.FORM, extra="https://shop.example/form")
    place = QuickReply(title="Gửi vị trí", kind=ReplyKind.LOCATION)

    done = degrade(Message(text="Giao đến đâu ạ?", quick_replies=(form, place, QuickReply(title="Bỏ qua"))), QUICK)

    assert "Giao đến đâu ạ?\nĐăng ký: https://shop.example/form" == done.messages[0].text
    assert (QuickReply(title="Bỏ qua"),) == done.messages[0].quick_replies
    assert 2 == len(done.warnings)


def test_template_goes_as_plain_words_where_the_channel_has_none() -> None:
    template = Template(name="order_sent", language="vi", components=(Component(kind="body", parameters=(Parameter(value="A7"),)),))
    message = Message(text="Đơn A7 đã gửi.", template=template)

    assert template == degrade(message, LISTS).messages[0].template
    assert (Message(text="Đơn A7 đã gửi."),) == degrade(message, SMS).messages


def test_file_too_large_for_the_channel_becomes_a_link() -> None:
    can = Capabilities(text_units=2000, media=frozenset((MediaKind.IMAGE,)), media_bytes={MediaKind.IMAGE: 1_000_000})
    large = Attachment(kind=MediaKind.IMAGE, url="https://shop.example/p.jpg", size=1_000_001)

    done = degrade(Message(attachments=(large,)), can)

    assert "https://shop.example/p.jpg" == done.messages[0].text
    assert ("image is too large for this channel",) == done.warnings


def test_number_label_and_payload_are_the_same_answer_whatever_control_it_was() -> None:
    message = Message(text="?", buttons=(BUY, SEE), choices=SIZES)
    offered = answers_of(message)

    meant = {said: understand(said, offered) for said in ("2", "NHO", "size:s")}

    assert {said: QuickReply(title="Nhỏ", payload="size:s") for said in meant} == meant


def test_what_is_numbered_beside_other_controls_keeps_its_place_among_all_answers() -> None:
    only_quick = Capabilities(text_units=2000, quick_replies=2)
    message = Message(text="?", quick_replies=(QuickReply(title="Có"), QuickReply(title="Không")), choices=SIZES)

    (shown,) = degrade(message, only_quick).messages

    assert "?\n\n3. Nhỏ – dưới 50 kg\n4. Vừa\n5. Lớn" == shown.text
    assert "size:m" == (understand("4", answers_of(message)) or QuickReply(title="")).payload
