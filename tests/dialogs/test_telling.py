"""Times, hours and money in words."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from dialogs.faq import hours_now
from dialogs.telling import told_amount, told_day, told_instant, told_week
from hub.model.shop.calendar import Calendar, Span, spans_of
from tests.dialogs.world import NOON, shop

HOUR = 3600_000
ZONE = "Asia/Ho_Chi_Minh"
"""Noon of the tests is 15:00 there, Friday, 15 January 2027."""


@pytest.mark.parametrize(
    ("language", "ahead", "words"),
    [
        ("en", 2, "today at 17:00"),
        ("en", 18, "tomorrow at 9:00"),
        ("en", 66, "on Monday at 9:00"),
        ("en", 18 + 24 * 9, "on 25 January at 9:00"),
        ("vi", 18, "lúc 9:00 ngày mai"),
        ("vi", 66, "lúc 9:00 thứ Hai"),
        ("vi", 18 + 24 * 9, "lúc 9:00 ngày 25/1"),
        ("zh-TW", 18, "明天 9:00 "),
        ("zh-TW", 18 + 24 * 9, "1月25日 9:00 "),
    ],
)
def test_an_instant_is_told_from_where_now_stands(language: str, ahead: int, words: str) -> None:
    assert words == told_instant(shop().wordings[language].time, NOON + ahead * HOUR, now=NOON, zone=ZONE)


@pytest.mark.parametrize(
    ("language", "week", "words"),
    [
        ("en", [("9:00-21:00",)] * 7, "every day 9:00–21:00"),
        ("vi", [("9:00-21:00",)] * 7, "9:00–21:00 tất cả các ngày"),
        (
            "en",
            [("9:00-12:00", "13:30-18:00")] * 5 + [("9:00-12:00",), ()],
            "Monday to Friday 9:00–12:00 and 13:30–18:00, Saturday 9:00–12:00, Sunday closed",
        ),
        ("vi", [("9:00-18:00",)] * 6 + [()], "thứ Hai đến thứ Bảy 9:00–18:00, Chủ nhật nghỉ"),
        ("zh-TW", [("9:00-18:00",)] * 5 + [(), ()], "週一到週五 9:00–18:00, 週六到週日公休"),
        ("en", [], "around the clock"),
    ],
)
def test_a_week_is_told_with_equal_days_together(language: str, week: list[tuple[str, ...]], words: str) -> None:
    calendar = Calendar(zone=ZONE, week=tuple(spans_of(day) for day in week))

    assert words == told_week(shop().wordings[language].time, calendar)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        (1290000, "VND", "vi", "1.290.000 ₫"),
        (1290000, "VND", "en", "₫1,290,000"),
        (1290, "TWD", "zh-TW", "NT$1,290"),
        (49, "USD", "en", "US$49.00"),
        (1049.5, "USD", "vi", "1.049,50 US$"),
        (25000, "VND", "zh-TW", "25,000 ₫"),
        (7, "CHF", "en", "CHF\u00a07"),
    ],
)
def test_money_is_written_as_the_language_does(amount: float, currency: str, language: str, words: str) -> None:
    assert words == told_amount(amount, currency, language=language)


def test_a_day_is_told_from_today() -> None:
    times, today = shop().wordings["vi"].time, date(2027, 1, 15)

    told = [told_day(times, date(2027, 1, day), today=today) for day in (15, 16, 20)]

    assert ["hôm nay", "ngày mai", "thứ Tư 20/1"] == told


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2027-01-15T08:00", ["We are open now, until 21:00."]),
        ("2027-01-15T16:00", ["We are closed right now and open again tomorrow at 9:00."]),
        ("2027-01-30T08:00", ["We are open now, until 21:00.", "Lunar New Year: closed 5 February to 10 February."]),
        (
            "2027-02-04T06:00",
            ["We are closed right now and open again on 11 February at 9:00.", "Lunar New Year: closed 5 February to 10 February."],
        ),
    ],
)
def test_the_answer_about_hours_follows_the_calendar(now: str, words: list[str]) -> None:
    instant = int(datetime.fromisoformat(now).replace(tzinfo=UTC).timestamp() * 1000)

    assert words == list(hours_now(shop().wordings["en"], shop().calendar, now=instant))


@pytest.mark.parametrize("week", [(), (spans_of(("0:00-24:00",)),) * 7])
def test_who_never_closes_says_no_more_than_that(week: tuple[tuple[Span, ...], ...]) -> None:
    assert () == hours_now(shop().wordings["en"], replace(shop().calendar, week=week, special=()), now=NOON)
