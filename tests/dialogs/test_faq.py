"""Answers from the shop's file: in the customer's language, silent where a person speaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.model.customers.record import Fact, Owner
from hub.model.events.event import Said, Started
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.words import Origin, OwnerKind, Purpose
from tests.dialogs.world import CONVERSATION, NOON, answer, fixed, live, now_of, shop, taken

TEXTS = shop().wordings


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("phí ship bao nhiêu", "vi"),
        ("phi ship bao nhieu vay shop", "vi"),
        ("how much is shipping", "en"),
        ("運費多少", "zh-TW"),
    ],
)
def test_the_answer_comes_in_the_language_of_the_question(words: str, language: str) -> None:
    for known in ("", "vi", "en", "zh-hant"):
        assert TEXTS[language].answers["delivery_fee"] == answer(taken(live(language=known), words))


@pytest.mark.parametrize(("known", "language"), [("", "vi"), ("en-GB", "en"), ("zh", "zh-TW"), ("fr", "vi"), ("vi_VN", "vi")])
def test_what_has_no_language_is_answered_in_the_profiles_or_the_shops(known: str, language: str) -> None:
    assert TEXTS[language].say.fallback == answer(taken(live(language=known), "1 2 3"))


def test_the_language_found_once_holds_for_the_conversation() -> None:
    first = taken(live(language="en"), "phí ship bao nhiêu")

    assert TEXTS["vi"].say.fallback == answer(taken(first.live, "zzz"))


def test_the_language_the_app_tells_is_used_where_the_profile_has_none() -> None:
    device = {"device_language": Fact(value="en-US", source="telegram", at=1)}

    assert TEXTS["en"].say.greeting == answer(taken(live(), Started(language="en-US")))
    assert TEXTS["en"].say.fallback == answer(taken(replace(live(), profile=device), "zzz"))
    assert TEXTS["vi"].say.fallback == answer(taken(replace(live(), profile=device), "cho minh hoi"))


@pytest.mark.parametrize("words", ["hi", "Hello!", "xin chào", "shop ơi", "alo", "你好"])
def test_a_greeting_is_greeted_with_the_menu(words: str) -> None:
    turn = taken(live(), words)

    assert answer(turn) in {wording.say.greeting for wording in TEXTS.values()}
    assert [reply.payload for reply in turn.deliveries[0].message.quick_replies] == ["order", "faq:delivery", "person"]


@pytest.mark.parametrize("words", ["thanks", "cảm ơn shop", "cam on", "謝謝"])
def test_thanks_are_returned(words: str) -> None:
    assert answer(taken(live(), words)) in {wording.say.thanks for wording in TEXTS.values()}


@pytest.mark.parametrize("words", ["ok", "vâng ạ", "好的", "👍", "❤️❤️"])
def test_a_nod_needs_no_answer_and_is_no_misunderstanding(words: str) -> None:
    turn = taken(live(), words)

    assert answer(turn) == ""
    assert now_of(turn).misses == 0


def test_the_menus_button_for_delivery_answers_it() -> None:
    assert TEXTS["en"].answers["delivery"] == answer(taken(live(language="en"), Said(text="2", payload="faq:delivery")))


def test_a_payload_nobody_knows_falls_back_on_the_words() -> None:
    assert fixed("en", "hours") == answer(taken(live(language="en"), Said(text="opening hours", payload="faq:gone")))


def test_a_picture_without_words_is_acknowledged() -> None:
    picture = Said(attachments=(Attachment(kind=MediaKind.IMAGE, media_id="m1"),))

    assert TEXTS["vi"].say.media == answer(taken(live(), picture))


@pytest.mark.parametrize("owner", [Owner(kind=OwnerKind.AGENT, agent="lan"), Owner(kind=OwnerKind.QUEUE)])
def test_the_bot_is_silent_while_a_person_owns_the_conversation(owner: Owner) -> None:
    conversation = replace(CONVERSATION, owner=owner)

    for body in (Said(text="phí ship bao nhiêu"), Said(text="zzz"), Said(text="order 1234"), Started()):
        assert taken(live(conversation), body).deliveries == ()


def test_the_bot_is_silent_in_a_group_until_it_is_mentioned() -> None:
    assert answer(taken(live(), Said(text="phí ship bao nhiêu", mentioned=False))) == ""
    assert TEXTS["vi"].answers["delivery_fee"] == answer(taken(live(), Said(text="phí ship bao nhiêu", mentioned=True)))


def test_a_reply_bears_the_conversations_epoch_and_expires() -> None:
    delivery = taken(live(), "phí ship bao nhiêu").deliveries[0]

    assert (delivery.origin, delivery.purpose, delivery.epoch, delivery.conversation) == (Origin.BOT, Purpose.REPLY, 1, "cv-1")
    assert delivery.not_after > NOON


@given(st.text(max_size=200))
def test_any_text_at_all_is_taken_without_a_crash_and_answered_at_most_once(text: str) -> None:
    for more in (True, False):
        turn = taken(live(), Said(text=text), more=more)

        assert len(turn.deliveries) <= 1
        assert turn == taken(live(), Said(text=text), more=more)
