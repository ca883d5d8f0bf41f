"""Splitting a long text."""

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from channels.split import split
from hub.model.text.measuring import Unit, measure

FAMILY = "👨‍👩‍👧‍👦"


def test_text_that_fits_is_left_alone() -> None:
    for text in ("", " ", "one line", "  two\n\nparagraphs  "):
        assert (text,) == split(text, 40)


def test_paragraph_is_a_better_cut_than_a_later_space() -> None:
    parts = split("Your order is on its way.\n\nIt comes tomorrow before ten in the morning", 50)

    assert ("Your order is on its way.", "It comes tomorrow before ten in the morning") == parts


def test_line_is_a_better_cut_than_a_sentence_and_a_sentence_than_a_word() -> None:
    assert ("Kích cỡ: M. Màu: đỏ.", "Số lượng: hai cái") == split("Kích cỡ: M. Màu: đỏ.\nSố lượng: hai cái", 30)
    assert ("Còn hàng ạ. Giá tốt!", "Chị lấy mấy cái ạ?") == split("Còn hàng ạ. Giá tốt! Chị lấy mấy cái ạ?", 30)


def test_stub_of_a_paragraph_gives_way_to_a_fuller_part() -> None:
    parts = split("Hi\n\n" + "word " * 20, 40)

    assert len(parts[0]) > 30


def test_chinese_is_cut_behind_its_full_stop() -> None:
    assert ("您好，您的訂單已出貨。", "預計明天上午十點前送達，謝謝您") == split("您好，您的訂單已出貨。預計明天上午十點前送達，謝謝您", 18)


def test_address_is_kept_whole_where_a_part_can_hold_it() -> None:
    link = "https://shop.example/o/1234567890?a=b"

    assert ("xem tại：", link, "nhé") == split(f"xem tại：{link} nhé", 40)


def test_text_without_spaces_fills_its_parts_though_a_space_stands_early() -> None:
    parts = split("Hi " + "東京" * 30, 20)

    assert [20, 20, 20, 3] == [len(part) for part in parts]


def test_address_longer_than_a_part_is_cut_and_nothing_of_it_lost() -> None:
    link = "https://shop.example/" + "a" * 60

    assert link == "".join(split(link, 20))


def test_family_is_not_torn_apart_in_any_unit() -> None:
    for unit, limit in ((Unit.CHARACTERS, 10), (Unit.UTF16, 15), (Unit.BYTES, 40)):
        assert {FAMILY} == set(split(FAMILY * 5, limit, unit))


def test_word_without_end_is_cut_at_the_limit() -> None:
    assert [40, 40, 15] == [len(part) for part in split("a" * 95, 40)]


def test_limit_that_cannot_be_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        split("long enough text", 4)


def test_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="furlongs"):
        split("long enough text", 10, "furlongs")


_words = st.lists(
    st.sampled_from(["a", "ế", "東", "。", ".", " ", "\n", "😀", FAMILY, "🇻🇳", "e\u0301", "https://a.vn/x "]), max_size=120
).map("".join)


@given(text=_words, limit=st.integers(8, 60), unit=st.sampled_from(list(Unit)))
def test_parts_fit_and_together_say_the_same(text: str, limit: int, unit: Unit) -> None:
    parts = split(text, limit, unit)

    assert all(measure(part, unit) <= limit for part in parts)
    if text.strip():
        assert "".join(text.split()) == "".join("".join(parts).split())
    assert len(parts) == 1 or all(part.strip() for part in parts)


@given(text=_words, limit=st.integers(30, 60))
def test_graphemes_are_never_torn(text: str, limit: int) -> None:
    whole = regex.findall(r"\X", "".join(text.split()))

    parts = split(text, limit, Unit.BYTES)

    assert whole == [g for part in parts for g in regex.findall(r"\X", "".join(part.split()))]


@example(words=["東京東京", "https://a.vn/x?y=1"], limit=20, unit=Unit.CHARACTERS)
@given(
    words=st.lists(st.sampled_from(["ế", "東京", "。", " ", "\n", "🇻🇳", "ก็", "1️⃣", "https://a.vn/x?y=1", "www.tea.vn/a,"]), max_size=60),
    limit=st.integers(20, 80),
    unit=st.sampled_from(list(Unit)),
)
def test_an_address_a_part_can_hold_is_whole_in_one(words: list[str], limit: int, unit: Unit) -> None:
    text = "".join(words)
    addresses = [found for found in regex.findall(r"(?:https?://|www\.)[^\s。]+", text) if measure(found, unit) <= limit]

    parts = split(text, limit, unit)

    assert [] == [address for address in addresses if not any(address in part for part in parts)]


def test_word_of_the_next_clause_does_not_hang_at_the_end_of_a_part() -> None:
    text = "Shop báo anh chị hàng đã về đủ màu đủ size rồi ạ, em giữ cho mình một chiếc nhé"

    parts = split(text, 54)

    assert "Shop báo anh chị hàng đã về đủ màu đủ size rồi ạ," == parts[0]
    assert text == " ".join(parts)
