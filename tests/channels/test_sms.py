"""What an SMS costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms import Encoding, Segments, fold, segments
from hub.model.text.measuring import Unit, measure

G, U = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count", "room"),
    [
        ("", G, 0, 0, 160),
        ("a" * 160, G, 160, 1, 0),
        ("a" * 161, G, 161, 2, 145),
        ("a" * 306, G, 306, 2, 0),
        ("a" * 307, G, 307, 3, 152),
        ("a" * 158 + "€", G, 160, 1, 0),
        ("a" * 159 + "€", G, 161, 2, 145),
        ("a" * 152 + "€" + "a" * 152, G, 306, 3, 152),
        ("\n\r\f", G, 4, 1, 156),
        ("[^{}\\~|]", G, 16, 1, 144),
        ("Giá: 5.000.000 đ", U, 16, 1, 54),
        ("`", U, 1, 1, 69),
        ("ç", U, 1, 1, 69),
        ("Ç", G, 1, 1, 159),
        ("Ωω", U, 2, 1, 68),
        ("中" * 70, U, 70, 1, 0),
        ("中" * 71, U, 71, 2, 63),
        ("中" * 134, U, 134, 2, 0),
        ("中" * 66 + "😀" + "中" * 66, U, 134, 3, 66),
        ("😀" * 35, U, 70, 1, 0),
        ("😀" * 36, U, 72, 2, 61),
    ],
)
def test_segments_are_counted_as_carriers_do(text: str, encoding: Encoding, units: int, count: int, room: int) -> None:
    assert Segments(encoding=encoding, units=units, segments=count, room=room) == segments(text)


@given(st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("a€đ😀é")), max_size=400))
def test_one_letter_more_costs_a_segment_only_where_the_room_ends(text: str) -> None:
    told = segments(text)

    more = segments(text + "a")

    stays = more.encoding is told.encoding and bool(text)
    assert not stays or (more.segments > told.segments) == (told.room == 0)


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_segment_holds_more_than_it_can(text: str) -> None:
    told = segments(text)

    most = (160 if told.segments == 1 else 153) if told.encoding is G else (70 if told.segments == 1 else 67)
    assert told.units <= told.segments * most
    assert told.encoding is G or told.units == measure(text, Unit.UTF16)


def test_vietnamese_without_its_diacritics_is_one_segment_where_it_was_two() -> None:
    text = (
        "Đơn hàng #1024 của chị đã được xác nhận và sẽ giao trong sáng mai. Tổng cộng 1.250.000₫, chị vui lòng chuẩn bị tiền giúp shop ạ."
    )

    folded = fold(text)

    assert (
        "Don hang #1024 cua chi da duoc xac nhan va se giao trong sang mai. Tong cong 1.250.000d, chi vui long chuan bi tien giup shop a."
        == folded
    )
    assert (2, 1) == (segments(text).segments, segments(folded).segments)


def test_diacritics_typed_as_marks_of_their_own_fold_too() -> None:
    assert "Tieng Viet" == fold("Tie\u0302\u0301ng Vie\u0323\u0302t")


@pytest.mark.parametrize("text", ["Cảm ơn chị 😀", "謝謝您", "Café à la crème", "Müller"])
def test_letters_stay_where_folding_would_save_nothing(text: str) -> None:
    assert text == fold(text)


def test_look_alike_signs_alone_cost_no_letter_its_marks() -> None:
    assert "Müller - 'ja'..." == fold("Müller – ‘ja’…")


@given(st.text(max_size=100))
def test_folding_never_costs_more(text: str) -> None:
    assert segments(fold(text)).segments <= max(segments(text).segments, 1) or "…" in text
