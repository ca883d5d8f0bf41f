"""What Telegram's updates become; the shapes are those of https://core.telegram.org/bots/api#update."""

import pytest

from channels.telegram.channel import Mode, Settings, Telegram
from channels.telegram.parse import Self, parse_update
from hub.model.errors import SettingsError
from hub.model.events.event import Body, Edited, IdentityChanged, Incoming, Noted, OptedOut, Reacted, Said, Started, Unparsed
from hub.model.messaging.message import Attachment, MediaKind
from tests.channels.contract import request

ME = Self(account="shop", id="10001", username="Sandbox_Shop_bot")
LAN = {"id": 4242, "is_bot": False, "first_name": "Lan", "last_name": "Trần", "username": "lan", "language_code": "vi"}
PRIVATE = {"id": 4242, "type": "private", "first_name": "Lan"}
GROUP = {"id": -100200300, "type": "supergroup", "title": "Hội mua chung"}
OURSELVES = {"id": 10001, "is_bot": True, "first_name": "Shop", "username": "sandbox_shop_bot"}


def read(**update: object) -> list[Incoming | Unparsed]:
    return parse_update({"update_id": 900, **update}, ME)


def body_of(**content: object) -> Body:
    chat = content.get("chat", PRIVATE)
    assert isinstance(chat, dict)
    message = {"message_id": 5, "from": LAN, "chat": PRIVATE, "date": 1_760_000_000, **content}
    (found,) = read(message=message)
    assert isinstance(found, Incoming)
    assert f"telegram:shop:{chat['id']}" == str(found.address)
    assert ("900", 1_760_000_000_000) == (found.dedupe_id, found.at)
    return found.body


def said_of(**content: object) -> Said:
    said = body_of(**content)
    assert isinstance(said, Said)
    return said


def test_text_knows_who_wrote_it() -> None:
    said = said_of(text="giá bao nhiêu?", reply_to_message={"message_id": 4, "chat": PRIVATE})

    assert (
        Said(text="giá bao nhiêu?", name="Lan Trần", username="lan", language="vi", external_id="5", in_reply_to="4", chat_type="private")
        == said
    )


def test_start_carries_what_its_link_carried() -> None:
    for text, ref in (("/start", ""), ("/start cart-42", "cart-42"), ("/start@sandbox_shop_BOT  x_1", "x_1")):
        started = body_of(text=text)
        assert isinstance(started, Started)
        assert (ref, "5") == (started.ref, started.external_id)


def test_word_that_only_begins_like_start_is_a_word() -> None:
    assert isinstance(body_of(text="/started"), Said)


@pytest.mark.parametrize(
    ("field", "content", "wanted"),
    [
        (
            "photo",
            [{"file_id": "small", "file_size": 1}, {"file_id": "large", "file_size": 9}],
            Attachment(kind=MediaKind.IMAGE, file_id="large", size=9, all_ids=("small", "large")),
        ),
        ("voice", {"file_id": "v", "mime_type": "audio/ogg"}, Attachment(kind=MediaKind.VOICE, file_id="v", mime_type="audio/ogg")),
        ("video", {"file_id": "v"}, Attachment(kind=MediaKind.VIDEO, file_id="v")),
        ("video_note", {"file_id": "v"}, Attachment(kind=MediaKind.VIDEO, file_id="v")),
        ("audio", {"file_id": "a", "file_name": "a.mp3"}, Attachment(kind=MediaKind.AUDIO, file_id="a", filename="a.mp3")),
        ("document", {"file_id": "d", "file_name": "hóa đơn.pdf"}, Attachment(kind=MediaKind.FILE, file_id="d", filename="hóa đơn.pdf")),
        ("sticker", {"file_id": "s", "thumbnail": {"file_id": "t"}}, Attachment(kind=MediaKind.STICKER, file_id="s", all_ids=("s", "t"))),
        ("location", {"latitude": 10.5, "longitude": 106}, Attachment(kind=MediaKind.LOCATION, latitude=10.5, longitude=106.0)),
        (
            "contact",
            {"phone_number": "+84900000000", "first_name": "Lan"},
            Attachment(kind=MediaKind.CONTACT, name="Lan", phone="+84900000000"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_kind_of_media(field: str, content: object, wanted: Attachment) -> None:
    said = said_of(**{field: content, "caption": "đây ạ", "media_group_id": "g1"})

    assert (wanted,) == said.attachments
    assert ("đây ạ", "g1") == (said.text, said.group_key)


def test_animation_and_venue_are_told_once_though_telegram_tells_them_twice() -> None:
    animation = said_of(animation={"file_id": "a"}, document={"file_id": "a"})
    venue = said_of(
        location={"latitude": 1, "longitude": 2},
        venue={"location": {"latitude": 1, "longitude": 2}, "title": "Chợ", "address": "Quận 1"},
    )

    assert (Attachment(kind=MediaKind.VIDEO, file_id="a"),) == animation.attachments
    assert (Attachment(kind=MediaKind.LOCATION, latitude=1.0, longitude=2.0, name="Chợ", address="Quận 1"),) == venue.attachments


def test_pressed_button_brings_payload_and_label() -> None:
    keyboard = {"inline_keyboard": [[{"text": "Có", "callback_data": "yes"}, {"text": "Không", "callback_data": "no"}]]}
    under = {"message_id": 8, "from": OURSELVES, "chat": PRIVATE, "date": 1, "text": "Ok?", "reply_markup": keyboard}

    (found,) = read(callback_query={"id": "q1", "from": LAN, "message": under, "chat_instance": "1", "data": "no"})

    assert isinstance(found, Incoming)
    assert isinstance(found.body, Said)
    said = found.body
    assert ("Không", "no", "button", "q1", "8", "4242") == (
        said.text, said.payload, said.source, said.external_id, said.in_reply_to, found.address.id,
    )  # fmt: skip


def test_button_whose_message_is_gone_still_counts() -> None:
    (found,) = read(callback_query={"id": "q1", "from": LAN, "inline_message_id": "x", "data": "no"})

    assert isinstance(found, Incoming)
    assert "4242" == found.address.id
    assert isinstance(found.body, Said)
    assert "no" == found.body.payload


def test_mini_apps_answer_is_a_payload() -> None:
    said = said_of(web_app_data={"data": '{"size": "M"}', "button_text": "Chọn cỡ"})

    assert ("Chọn cỡ", '{"size": "M"}', "web_app") == (said.text, said.payload, said.source)


def test_blocking_is_an_opt_out_and_coming_back_a_start() -> None:
    def change(before: str, after: str) -> list[Incoming | Unparsed]:
        old, new = {"user": OURSELVES, "status": before}, {"user": OURSELVES, "status": after}
        return read(my_chat_member={"chat": PRIVATE, "from": LAN, "date": 1, "old_chat_member": old, "new_chat_member": new})

    (gone,) = change("member", "kicked")
    (back,) = change("kicked", "member")

    assert isinstance(gone, Incoming)
    assert OptedOut(reason="kicked") == gone.body
    assert isinstance(back, Incoming)
    assert isinstance(back.body, Started)
    assert [] == change("member", "administrator")


def test_edit_names_its_target_and_a_moving_location_blanks_nothing() -> None:
    base = {"message_id": 5, "from": LAN, "chat": PRIVATE, "date": 1, "edit_date": 2}

    (edit,) = read(edited_message={**base, "text": "hai cái"})
    (moved,) = read(edited_message={**base, "location": {"latitude": 1, "longitude": 2}})

    assert isinstance(edit, Incoming)
    assert (Edited(target="5", text="hai cái"), 2000) == (edit.body, edit.at)
    assert isinstance(moved, Incoming)
    assert isinstance(moved.body, Noted)


def test_reactions_taken_off_and_put_on_are_told_apart() -> None:
    heart, thumb = {"type": "emoji", "emoji": "❤"}, {"type": "emoji", "emoji": "👍"}

    found = read(
        message_reaction={"chat": PRIVATE, "message_id": 5, "user": LAN, "date": 1, "old_reaction": [heart], "new_reaction": [thumb]}
    )

    assert [Reacted(target="5", emoji="❤", removed=True), Reacted(target="5", emoji="👍")] == [
        f.body for f in found if isinstance(f, Incoming)
    ]
    assert ["900", "900/1"] == [f.dedupe_id for f in found if isinstance(f, Incoming)]


def heard(**content: object) -> bool:
    """Whether the hub takes a message of the group."""
    return bool(read(message={"message_id": 5, "from": LAN, "chat": GROUP, "date": 1_760_000_000, **content}))


def test_what_a_group_says_among_itself_is_not_taken() -> None:
    entities = [{"type": "mention", "offset": 0, "length": 17}]
    spoken_to = {
        "chào cả nhà": False,
        "@sandbox_shop_bot giá?": True,
        "x@sandbox_shop_bot.vn": False,
        "@sandbox_shop_bot2 giá?": False,
        "/gia": True,
        "/gia@sandbox_shop_bot": True,
        "/gia@other_bot": False,
    }
    for text, mentioned in spoken_to.items():
        assert mentioned == heard(text=text, entities=entities), text
    said = said_of(chat=GROUP, text="/gia")
    assert ("group", "4242", True) == (said.chat_type, said.author, said.mentioned)


def test_reply_to_the_bot_in_a_group_speaks_to_it() -> None:
    ours = {"message_id": 4, "from": OURSELVES, "chat": GROUP}
    theirs = {"message_id": 4, "from": {**OURSELVES, "id": 77}, "chat": GROUP}

    assert heard(text="còn không?", reply_to_message=ours)
    assert not heard(text="còn không?", reply_to_message=theirs)


def test_group_that_became_a_supergroup_tells_its_new_id() -> None:
    told = body_of(chat={"id": -5, "type": "group"}, migrate_to_chat_id=-100999)

    assert IdentityChanged(previous="-5", new="-100999") == told


def test_channel_post_is_known_and_not_for_us() -> None:
    assert [] == read(channel_post={"message_id": 1, "chat": {"id": -1, "type": "channel"}, "date": 1, "text": "hi"})


def test_content_nobody_knows_is_kept_by_field_names() -> None:
    (found,) = read(message={"message_id": 5, "from": LAN, "chat": PRIVATE, "date": 1, "hologram": {"secret": "hush"}})

    assert isinstance(found, Unparsed)
    assert "message.hologram" in found.fields
    assert "hush" not in str(found)


def test_odd_adornment_does_not_lose_the_words() -> None:
    said = said_of(**{"from": {"id": 4242, "first_name": ["odd"], "username": 7, "language_code": None}, "text": "alo"})

    assert ("alo", "", "") == (said.text, said.name, said.username)


def test_odd_words_are_not_taken_for_none() -> None:
    (found,) = read(message={"message_id": 5, "from": LAN, "chat": PRIVATE, "date": 1, "text": {"rich": "hush"}})

    assert isinstance(found, Unparsed)
    assert "field text is missing or not of its type" == found.reason


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        (Settings(account="shop", token="1:a"), "secret is not set"),
        (Settings(account="shop", token="1:a", secret="has space"), "secret may only hold"),
        (Settings(account="shop", token="1:a/../b", secret="s"), "token must be"),
        (Settings(account="shop", token="1:a", secret="s", base_url="api.telegram.org"), "base_url must"),
    ],
    ids=["no secret", "odd secret", "odd token", "odd address"],
)
def test_wrong_setting_is_told_at_once_in_one_sentence(settings: Settings, word: str) -> None:
    with pytest.raises(SettingsError, match=word) as told:
        Telegram(settings, None)  # type: ignore[arg-type]

    assert "telegram/shop" in str(told.value)
    assert "1:a" not in str(told.value)
    assert "1:a" not in repr(settings)


def test_polling_needs_no_secret_and_lets_no_webhook_in() -> None:
    from hub.model.errors import BadSignature

    channel = Telegram(Settings(account="shop", token="1:a", mode=Mode.POLLING), None)  # type: ignore[arg-type]

    with pytest.raises(BadSignature):
        channel.verify(request(b"{}", {}))
