"""Where is my order, for who is signed in: the login is the proof; and how an order is told."""

import msgspec
import pytest
from msgspec.structs import replace

from hub.model.address import shop_address
from hub.model.channels.ports import Question
from hub.model.customers.record import Live
from hub.model.events.event import Said
from hub.model.words import OwnerKind
from tests.dialogs.world import TELEGRAM, answer, asked, live, now_of, shop, taken

EN = shop().wordings["en"]
SHIPPED = {
    "found": True,
    "number": "1001",
    "status": "shipped",
    "items": [{"title": "Linen shirt, M", "quantity": 1}, {"title": "Scarf", "quantity": 2}],
    "total": 1870000,
    "currency": "VND",
    "carrier": "GHN",
    "tracking": "GHN48213977",
    "expected": "2027-01-16",
}
PACKED = {"found": True, "number": "1002", "status": "packed"}


def signed_in(language: str = "en") -> Live:
    """A customer the shop vouches for."""
    return replace(live(language=language), addresses=(TELEGRAM, shop_address("lan")))


def own(*orders: dict[str, object]) -> dict[str, str]:
    return {"orders/lan": msgspec.json.encode({"orders": orders}).decode()}


@pytest.mark.parametrize(
    "words", ["where is my order?", "đơn của mình tới đâu rồi", "don cua minh toi dau roi", "我的訂單在哪裡", "order 1001"]
)
def test_who_is_signed_in_needs_no_number_and_no_digits(words: str) -> None:
    assert Question(topic="orders", key="lan") in asked(signed_in(), words)


def test_the_shop_is_not_asked_about_somebodys_orders_for_other_questions_or_strangers() -> None:
    assert () == asked(signed_in(), "opening hours") == asked(live(), "where is my order?")


def test_the_latest_orders_are_offered_as_answers_and_the_pressed_one_is_told() -> None:
    offer = taken(signed_in(), "where is my order?", answers=own(SHIPPED, PACKED))
    message = offer.deliveries[0].message

    told = taken(offer.live, Said(text="#1002", payload="order:1002"), answers=own(SHIPPED, PACKED))

    assert [("#1001", "order:1001"), ("#1002", "order:1002")] == [(r.title, r.payload) for r in message.quick_replies]
    assert EN.status["shipped"] in message.text
    assert EN.say.order_found.format(order="1002", status=EN.status["packed"]) == answer(told)


def test_the_only_order_is_told_at_once_with_all_that_is_known() -> None:
    turn = taken(signed_in(), Said(text="Where is my order?", payload="order"), answers=own(SHIPPED))

    assert [
        "Order 1001: it is on its way to you.",
        "• 1 × Linen shirt, M",
        "• 2 × Scarf",
        "Total ₫1,870,000.",
        "With GHN, tracking number GHN48213977.",
        "It should reach you tomorrow.",
    ] == answer(turn).splitlines()
    assert [("order told", "1001")] == [(fact.name, fact.detail["order"]) for fact in turn.facts]


@pytest.mark.parametrize(
    ("language", "line"),
    [("vi", "Dự kiến đến mình ngày mai ạ."), ("zh-TW", "預計明天送達。"), ("vi", "Tổng 1.870.000 ₫."), ("vi", "• 2 × Scarf")],
)
def test_an_order_is_told_in_the_customers_language(language: str, line: str) -> None:
    assert line in answer(taken(signed_in(language), Said(payload="order"), answers=own(SHIPPED))).splitlines()


@pytest.mark.parametrize("changes", [{"status": "delivered"}, {"expected": "2027-01-14"}, {"expected": "soon"}, {"expected": ""}])
def test_a_day_of_arrival_that_is_no_news_is_not_told(changes: dict[str, object]) -> None:
    told = answer(taken(signed_in(), Said(payload="order"), answers=own({**SHIPPED, **changes})))

    assert "should reach you" not in told


def test_an_order_of_somebody_else_needs_its_digits_even_from_who_is_signed_in() -> None:
    turn = taken(signed_in(), "order 7777", answers=own(SHIPPED))

    assert EN.say.order_phone.format(order="7777") == answer(turn)


def test_without_orders_the_number_is_asked_for() -> None:
    assert EN.say.orders_none == answer(taken(signed_in(), "where is my order?", answers=own()))


@pytest.mark.parametrize("answers", [{}, {"orders/lan": "no json"}, {"orders/lan": "{}"}])
def test_a_shop_that_is_slow_or_down_is_said_so_and_a_person_offered(answers: dict[str, str]) -> None:
    turn = taken(signed_in(), "where is my order?", answers=answers)

    assert EN.say.orders_pending == answer(turn)
    assert ["person"] == [r.payload for r in turn.deliveries[0].message.quick_replies]
    assert OwnerKind.QUEUE == now_of(taken(turn.live, "yes please")).owner.kind


def test_a_pressed_order_counts_in_a_burst_too() -> None:
    first = taken(signed_in(), Said(payload="order:1001"), more=True)

    assert EN.status["shipped"] in answer(taken(first.live, "this one", answers=own(SHIPPED, PACKED)))


def test_a_long_order_is_told_in_part() -> None:
    many = {**SHIPPED, "items": [{"title": f"Scarf {n}"} for n in range(9)]}

    told = answer(taken(signed_in(), Said(payload="order"), answers=own(many)))

    assert ("• 1 × Scarf 5" in told, "Scarf 6" in told, "• +3" in told) == (True, False, True)
