"""Which of two facts counts, as a table."""

import pytest

from hub.model.customers.record import Fact
from hub.model.customers.trust import both, counts


def fact(source: str, at: int, value: str = "x") -> Fact:
    return Fact(value=value, source=source, at=at)


@pytest.mark.parametrize(
    ("known", "told", "replaces"),
    [
        (None, fact("browser", 1), True),
        (fact("telegram", 1), fact("telegram", 2), True),
        (fact("telegram", 2), fact("telegram", 1), False),
        (fact("server", 1), fact("telegram", 9), False),
        (fact("widget", 1), fact("browser", 9), False),
        (fact("telegram", 9), fact("widget", 1), True),
        (fact("webchat", 1), fact("browser", 9), False),
        (fact("widget", 1), fact("server", 2), True),
    ],
)
def test_a_fact_is_replaced_by_a_newer_one_of_a_source_no_weaker(known: Fact | None, told: Fact, *, replaces: bool) -> None:
    assert replaces == counts(known, told)


def test_of_two_who_are_one_the_shops_word_stays_whoever_is_older() -> None:
    signed, phone = {"name": fact("widget", 1, "Lan")}, {"name": fact("telegram", 5, "phone 7"), "username": fact("telegram", 5, "lan7")}

    assert both(signed, phone) == both(phone, signed)
    assert "Lan" == both(phone, signed)["name"].value
