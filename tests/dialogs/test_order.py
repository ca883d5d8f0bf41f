"""Where is my order: nothing is told to the unproven."""

import pytest

from hub.model.channels.ports import Question
from hub.model.events.event import Said
from hub.model.words import OwnerKind
from tests.dialogs.world import answer, asked, fixed, live, now_of, shop, taken, talk

EN = shop().wordings["en"]
SHIPPED = {"order/1234": '{"found": true, "status": "shipped", "phone_last4": "5678"}'}
UNKNOWN = {"order/1234": '{"found": false}'}


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("order 1234", "1234"),
        ("where is order number: 1234?", "1234"),
        ("#123", "123"),
        ("Order no. DH-10234", "DH-10234"),
        ("order#1234", "1234"),
        ("đơn 1234 tới đâu rồi", "1234"),
        ("don hang so 1234", "1234"),
        ("Đơn hàng của mình là DH1234", "DH1234"),
        ("mã đơn: 1234", "1234"),
        ("訂單1234到哪了", "1234"),
        ("訂單編號：1234", "1234"),
        ("單號 1234", "1234"),
    ],
)
def test_an_order_number_is_found_in_the_words_and_its_phone_asked_for(words: str, number: str) -> None:
    turn = taken(live(), words)

    assert answer(turn) in {wording.say.order_phone.format(order=number) for wording in shop().wordings.values()}


@pytest.mark.parametrize(
    "words", ["đơn 200k có freeship không", "đơn từ 500.000 được miễn phí ship không", "i pay 1234", "size 38", "1234"]
)
def test_other_numbers_are_no_orders(words: str) -> None:
    assert "order_number" not in now_of(taken(live(), words)).dialog


def test_the_shop_is_asked_only_once_number_and_digits_are_told() -> None:
    waiting, _ = talk(live(language="en"), "order 1234")

    assert asked(live(), "order 1234") == ()
    assert (Question(topic="order", key="1234"),) == asked(waiting, "5678")
    assert (Question(topic="order", key="1234"),) == asked(live(), "order 1234, phone 0900 000 5678")
    assert (Question(topic="order", key="1234"),) == asked(live(None), "order 1234 5678")
    assert asked(waiting, "5678", more=True) == ()


@pytest.mark.parametrize("digits", ["5678", "it is 5678", "0900 005 678", "+84 900.005.678"])
def test_who_knows_the_phone_hears_the_status(digits: str) -> None:
    _, said = talk(live(language="en"), "order 1234", digits, answers=SHIPPED)

    assert EN.say.order_found.format(order="1234", status=EN.status["shipped"]) == said[-1]


@pytest.mark.parametrize(
    "answers",
    [
        UNKNOWN,
        {"order/1234": '{"found": true, "status": "shipped", "phone_last4": "9999"}'},
        {"order/1234": '{"found": true, "status": "shipped"}'},
        {"order/1234": '{"found": false, "phone_last4": "5678"}'},
        {"order/1234": '{"found": true, "status": "shipped", "phone_last4": "78"}'},
    ],
)
def test_wrong_digits_and_unknown_orders_sound_the_same(answers: dict[str, str]) -> None:
    _, said = talk(live(language="en"), "order 1234", "5678", answers=answers)

    assert EN.say.order_wrong.format(order="1234") == said[-1]


@pytest.mark.parametrize("answers", [{}, {"order/1234": "not json"}, {"order/1234": '{"found": "maybe"}'}, {"order/1234": "[]"}])
def test_a_shop_that_does_not_answer_in_time_costs_no_try_and_offers_a_person(answers: dict[str, str]) -> None:
    record, said = talk(live(language="en"), "order 1234", "5678", answers=answers)

    assert EN.say.order_pending.format(order="1234") == said[-1]
    assert "order_tries" not in record.conversations[0].dialog
    assert now_of(taken(record, "yes")).owner.kind == OwnerKind.QUEUE
    assert (Question(topic="order", key="1234"),) == asked(record, "5678")


def test_after_five_wrong_tries_even_the_right_digits_tell_nothing() -> None:
    record, said = talk(live(language="en"), *[f"order 1234 {wrong}" for wrong in range(1000, 1005)], answers=SHIPPED)

    assert [EN.say.order_wrong.format(order="1234")] * 4 + [EN.say.order_locked] == said
    assert asked(record, "order 1234 5678") == ()
    assert EN.say.order_locked == answer(taken(record, "order 1234 5678", answers=SHIPPED))


def test_a_right_guess_gives_no_tries_back() -> None:
    answers = {**SHIPPED, "order/4321": '{"found": true, "status": "paid", "phone_last4": "1111"}'}
    lines = [
        "order 1234 1000",
        "order 4321 1111",
        "order 1234 1001",
        "order 1234 1002",
        "opening hours",
        "order 1234 1003",
        "order 1234 1004",
    ]

    _, said = talk(live(language="en"), *lines, answers=answers)

    assert EN.say.order_locked == said[-1]


def test_a_status_the_texts_do_not_know_is_told_in_general_words() -> None:
    answers = {"order/1234": '{"found": true, "status": "<b>secret note</b>", "phone_last4": "5678"}'}

    _, said = talk(live(language="en"), "order 1234 5678", answers=answers)

    assert [EN.say.order_found.format(order="1234", status=EN.status["other"])] == said


def test_the_button_and_a_question_without_number_ask_for_the_number_which_then_may_stand_alone() -> None:
    for opening in (Said(text="My order", payload="order"), Said(text="where is my order?")):
        first = taken(live(language="en"), opening)

        assert EN.say.order_number == answer(first)
        assert EN.say.order_phone.format(order="1234") == answer(taken(first.live, "1234"))


def test_another_question_in_between_is_answered_and_the_order_still_waited_for() -> None:
    _, said = talk(live(language="en"), "order 1234", "opening hours", "5678", answers=SHIPPED)

    assert [
        EN.say.order_phone.format(order="1234"),
        fixed("en", "hours"),
        EN.say.order_found.format(order="1234", status=EN.status["shipped"]),
    ] == said


def test_number_and_digits_may_come_as_two_lines_of_a_burst() -> None:
    first = taken(live(language="en"), "order 1234", more=True)

    assert (Question(topic="order", key="1234"),) == asked(first.live, "5678")
    assert EN.status["shipped"] in answer(taken(first.live, "5678", answers=SHIPPED))
