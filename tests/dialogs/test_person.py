"""A person, please."""

import pytest
from msgspec.structs import replace

from hub.model.events import Said
from hub.model.record import Owner
from hub.model.words import Origin, OwnerKind, Purpose
from tests.dialogs.world import CONVERSATION, answer, live, now_of, shop, taken, urgent

WISHES = [
    "a person please",
    "A human, please!",
    "agent",
    "I want to talk to a real person",
    "can i speak with someone?",
    "are you a bot?",
    "human",
    "cho mình gặp nhân viên với ạ",
    "cho minh gap nhan vien",
    "Gặp nhân viên",
    "nói chuyện với người thật được không",
    "cần gặp tư vấn viên",
    "tổng đài",
    "真人客服",
    "我要找真人",
    "請轉客服，謝謝",
    "有真人客服嗎？",
]
NO_WISHES = [
    "the person who packed it was kind",
    "is this dress for a tall person",
    "I don't want to talk to a person",
    "nhân viên giao hàng rất dễ thương",
    "không cần gặp nhân viên đâu",
    "不用真人客服，謝謝",
    "agent orange",
    "phí ship bao nhiêu",
    "",
]


@pytest.mark.parametrize("words", WISHES)
def test_who_wants_a_person_gets_into_the_queue_and_is_told(words: str) -> None:
    turn = taken(live(), words)

    assert (OwnerKind.QUEUE, CONVERSATION.epoch + 1) == (now_of(turn).owner.kind, now_of(turn).epoch)
    assert answer(turn) in {wording.say.queued for wording in shop().wordings.values()}
    assert [(Origin.SYSTEM, Purpose.SYSTEM, now_of(turn).epoch)] == [(d.origin, d.purpose, d.epoch) for d in turn.deliveries]
    assert [fact.name for fact in turn.facts] == ["owner changed", "conversation queued"]
    assert "asked for a person" in [line.text for line in turn.timeline]
    assert urgent()(turn.event)


@pytest.mark.parametrize("words", NO_WISHES)
def test_who_speaks_of_persons_without_wanting_one_stays_with_the_bot(words: str) -> None:
    turn = taken(live(), words)

    assert now_of(turn).owner.kind == OwnerKind.BOT
    assert not urgent()(turn.event)


def test_the_button_works_in_any_language() -> None:
    assert now_of(taken(live(), Said(text="3", payload="person"))).owner.kind == OwnerKind.QUEUE


def test_two_misunderstandings_in_a_row_offer_a_person_and_yes_accepts() -> None:
    first = taken(live(language="en"), "qwertz uiop")
    second = taken(first.live, "asdf ghjk")
    third = taken(second.live, "yes please")

    say = shop().wordings["en"].say
    assert [say.fallback, say.offer, say.queued] == [answer(first), answer(second), answer(third)]
    assert [reply.payload for reply in first.deliveries[0].message.quick_replies] == ["order", "faq:delivery", "person"]
    assert [reply.payload for reply in second.deliveries[0].message.quick_replies] == ["person"]
    assert now_of(third).owner.kind == OwnerKind.QUEUE


def test_an_understood_question_between_starts_the_count_again() -> None:
    record = live(language="en")
    for words in ("qwertz uiop", "opening hours"):
        record = taken(record, words).live

    assert shop().wordings["en"].say.fallback == answer(taken(record, "asdf ghjk"))


def test_yes_means_nothing_once_something_else_was_said() -> None:
    record = live(language="en")
    for words in ("qwertz uiop", "asdf ghjk", "opening hours"):
        record = taken(record, words).live

    assert now_of(taken(record, "yes please")).owner.kind == OwnerKind.BOT


@pytest.mark.parametrize("owner", [Owner(kind=OwnerKind.AGENT, agent="lan"), Owner(kind=OwnerKind.QUEUE)])
def test_who_has_a_person_already_is_not_sent_to_the_queue_again(owner: Owner) -> None:
    turn = taken(live(replace(CONVERSATION, owner=owner)), "a person please")

    assert turn.deliveries == ()
    assert (owner, CONVERSATION.epoch) == (now_of(turn).owner, now_of(turn).epoch)
