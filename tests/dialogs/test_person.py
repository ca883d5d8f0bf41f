"""A person, please."""

import msgspec
import pytest
from msgspec.structs import replace

from hub.model.channels.ports import Question
from hub.model.customers.record import Owner
from hub.model.events.event import Said
from hub.model.words import Origin, OwnerKind, Purpose
from tests.dialogs.world import CONVERSATION, NOON, answer, asked, live, now_of, shop, taken, urgent

EN = shop().wordings["en"].say
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


def test_who_has_a_person_already_is_not_sent_to_the_queue_again() -> None:
    owner = Owner(kind=OwnerKind.AGENT, agent="lan")

    turn = taken(live(replace(CONVERSATION, owner=owner)), "a person please")

    assert turn.deliveries == ()
    assert (owner, CONVERSATION.epoch) == (now_of(turn).owner, now_of(turn).epoch)


def place(**told: object) -> dict[str, str]:
    """What the hub answers about the queue, whether the conversation is known already or not."""
    answer_ = msgspec.json.encode({"place": 0, "waiting": 0, "open": True, "opens_at": 0, **told}).decode()
    return {"queue/cu-1/cv-1": answer_}


MORNING = NOON + 18 * 3600_000
"""The next day at nine by the shop's clock."""


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({}, EN.queued),
        (place(), EN.queued_next),
        (place(waiting=2), EN.queued_place.format(place=3)),
        (place(place=2, waiting=9), EN.queued_place.format(place=2)),
        (place(waiting=2, open=False, opens_at=MORNING), EN.queued_later.format(when="tomorrow at 9:00")),
        (place(open=False), EN.queued_away),
        ({"queue/cu-1/cv-1": "not json"}, EN.queued),
    ],
)
def test_who_joins_the_queue_is_told_their_place_or_when_somebody_is_there(told: dict[str, str], sentence: str) -> None:
    turn = taken(live(language="en"), "a person please", answers=told)

    assert sentence == answer(turn)


@pytest.mark.parametrize(
    ("words", "told", "sentence"),
    [
        ("how long will it take?", place(place=3, waiting=4), EN.waits_place.format(place=3)),
        ("hello?", place(place=1, waiting=4), EN.waits_next),
        ("a person please", place(place=2, waiting=4), EN.waits_place.format(place=2)),
        ("anybody there", {}, EN.waits),
        ("anybody there", place(place=1, open=False, opens_at=MORNING), EN.waits_later.format(when="tomorrow at 9:00")),
    ],
)
def test_who_waits_and_asks_is_told_their_place_again(words: str, told: dict[str, str], sentence: str) -> None:
    waiting = replace(CONVERSATION, owner=Owner(kind=OwnerKind.QUEUE))

    turn = taken(live(waiting, language="en"), words, answers=told)

    assert sentence == answer(turn)
    assert (OwnerKind.QUEUE, CONVERSATION.epoch) == (now_of(turn).owner.kind, now_of(turn).epoch)
    assert [(Origin.SYSTEM, Purpose.SYSTEM)] == [(d.origin, d.purpose) for d in turn.deliveries]


@pytest.mark.parametrize("words", ["sao lâu vậy shop", "sao lau vay shop", "còn lâu không ạ", "還要等多久？", "有人在嗎"])
def test_waiting_words_are_known_in_every_language_and_without_marks(words: str) -> None:
    waiting = replace(CONVERSATION, owner=Owner(kind=OwnerKind.QUEUE))

    assert "2" in answer(taken(live(waiting), words, answers=place(place=2)))


def test_who_waits_and_says_something_else_hears_nothing_and_a_second_question_at_once_neither() -> None:
    queued = taken(live(language="en"), "a person please", answers=place()).live

    assert "" == answer(taken(queued, "my zip is broken", answers=place(place=1)))
    assert "" == answer(taken(queued, "a person please", answers=place(place=1)))


def test_the_place_is_asked_for_by_the_customer_and_conversation_only_where_it_will_be_told() -> None:
    waiting = replace(CONVERSATION, owner=Owner(kind=OwnerKind.QUEUE))
    owned = replace(CONVERSATION, owner=Owner(kind=OwnerKind.AGENT, agent="lan"))
    question = (Question(topic="queue", key="cu-1/cv-1"),)

    assert question == asked(live(), "a person please") == asked(live(waiting), "how long")
    assert (Question(topic="queue", key="cu-1/"),) == asked(live(None), "a person please")
    assert () == asked(live(), "opening hours") == asked(live(owned), "a person please") == asked(live(waiting), "my zip is broken")
