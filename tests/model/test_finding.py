"""By which words a customer is found."""

import pytest

from hub.model.address import Address, shop_address
from hub.model.customers.cart import Orders, PlacedOrder
from hub.model.customers.record import Conversation, Fact, Live
from hub.model.inbox.finding import BACKWARDS, WORDS_KEPT, asked, endings, findable


def known(**profile: str) -> Live:
    """Somebody of whom this is known."""
    return Live(id="cu-1", created=5, profile={name: Fact(value=value, source="shop", at=1) for name, value in profile.items()})


def finds(typed: str, record: Live) -> bool:
    """Whether the index's words answer what is typed, as the archive compares them."""
    words = findable(record).words
    return all(any(kept.startswith(one) for kept in words for one in (word, *endings(word))) for word in asked(typed))


HER = known(name="Nguyễn Văn Ậm Đoàn", email="am.doan@shop.example", phone="+84912345678", username="am_doan")


@pytest.mark.parametrize(
    "typed",
    [
        "nguyen van am", "NGUYỄN", "doan", "Đoàn nguy", "am.doan@shop", "shop.example", "am_doan", "@am_doan", "(Nguyễn)",
        "0912345678", "0912 345 678", "+84 912-345-678", "84912345678", "5678", "345678", "nguyen 5678", "nguyen 0912 345 678",
    ],
)  # fmt: skip
def test_whatever_an_agent_types_finds_her(typed: str) -> None:
    assert finds(typed, HER)


@pytest.mark.parametrize("typed", ["guyen", "nguyen thi", "78", "0912345679", "oan", "345"])
def test_what_is_not_hers_does_not(typed: str) -> None:
    assert not finds(typed, HER)


@pytest.mark.parametrize("typed", ["王", "王小明", "小明", "明"])
def test_a_name_without_spaces_is_found_by_any_of_its_signs(typed: str) -> None:
    assert finds(typed, known(name="王小明"))


@pytest.mark.parametrize("typed", ["#DH-1024", "dh-1024", "1024", "dh", "#1024", "user-77", "tg 5550100", "5550100"])
def test_orders_and_addresses_are_words_too(typed: str) -> None:
    orders = Orders(count=1, last_id="DH-1024", last=(PlacedOrder(id="DH-1024", at=1),))
    places = (shop_address("user-77"), Address(channel="telegram", account="bot", id="5550100"))
    record = Live(id="cu-1", created=1, orders=orders, addresses=places)

    assert finds(typed.removeprefix("tg "), record)


def test_a_web_chats_session_is_not_kept() -> None:
    record = Live(id="cu-1", created=1, addresses=(Address(channel="webchat", account="main", id="sdeadbeef"),))

    assert () == findable(record).words


def test_who_spoke_last_stands_where_they_spoke() -> None:
    spoke = Live(id="cu-1", created=5, conversations=(Conversation(id="co-1", opened=6, last_word=9), Conversation(id="co-2", opened=7)))

    assert (9, 5) == (findable(spoke).at, findable(known()).at)


def test_a_name_that_never_ends_is_kept_in_part() -> None:
    words = findable(known(name=" ".join(f"w{n}" for n in range(500)))).words

    assert WORDS_KEPT == len(words)


def test_a_word_that_begins_another_is_not_kept_by_itself() -> None:
    assert ("an.binh", "binh") == findable(known(username="an.binh")).words


def test_few_digits_end_nothing() -> None:
    assert ((), (BACKWARDS + "321",)) == (endings("12"), endings("123"))
