"""Business hours as tables: a week, holidays, a clock that jumps."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.model.shop.calendar import Calendar, Days, Span, span_of, spans_of

SAIGON = "Asia/Ho_Chi_Minh"
WEEKDAY, SATURDAY = spans_of(("9:00-12:00", "13:30-18:00")), spans_of(("9:00-12:00",))
SHOP = Calendar(
    zone=SAIGON,
    week=(*[WEEKDAY] * 5, SATURDAY, ()),
    special=(
        Days(first=date(2027, 2, 4), last=date(2027, 2, 10), name={"vi": "Tết"}),
        Days(first=date(2027, 2, 4), last=date(2027, 2, 4), spans=spans_of(("9:00-12:00",))),
        Days(first=date(2026, 12, 20), last=date(2026, 12, 20), spans=spans_of(("10:00-16:00",))),
    ),
)
NIGHTS = Calendar(zone=SAIGON, week=((Span(opens=20 * 60, closes=1440),), (Span(opens=0, closes=120),), (), (), (), (), ()))
BERLIN = Calendar(zone="Europe/Berlin", week=((Span(opens=150, closes=600),),) * 7)


def at(text: str, zone: str = SAIGON) -> int:
    """`2026-11-23 08:00` by the zone's clock, in ms since 1970."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23 08:59", "2026-11-23 09:00"),  # Monday morning
        ("2026-11-23 09:00", "2026-11-23 09:00"),  # the first moment
        ("2026-11-23 11:59", "2026-11-23 11:59"),
        ("2026-11-23 12:00", "2026-11-23 13:30"),  # lunch
        ("2026-11-23 18:00", "2026-11-24 09:00"),  # the last moment is past
        ("2026-11-28 12:30", "2026-11-30 09:00"),  # Saturday noon to Monday
        ("2026-11-29 10:00", "2026-11-30 09:00"),  # Sunday
        ("2026-12-20 09:00", "2026-12-20 10:00"),  # a Sunday that is open
        ("2026-12-20 16:00", "2026-12-21 09:00"),
        ("2027-02-04 11:00", "2027-02-04 11:00"),  # the last morning before Tết, which the later line opens
        ("2027-02-04 12:00", "2027-02-11 09:00"),  # Tết
        ("2027-02-10 23:59", "2027-02-11 09:00"),
    ],
)
def test_the_next_opening_is_found_over_lunch_weekend_and_holidays(now: str, opens: str) -> None:
    assert at(opens) == SHOP.next_opening(at(now))
    assert (now == opens) == SHOP.is_open(at(now))


@pytest.mark.parametrize(
    ("calendar", "now", "closes"),
    [
        (SHOP, "2026-11-23 09:00", "2026-11-23 12:00"),
        (SHOP, "2026-11-23 17:59", "2026-11-23 18:00"),
        (SHOP, "2026-11-23 12:30", None),
        (NIGHTS, "2026-11-23 21:00", "2026-11-24 02:00"),  # spans that touch at midnight are one
        (NIGHTS, "2026-11-24 01:00", "2026-11-24 02:00"),
        (NIGHTS, "2026-11-24 02:00", None),
    ],
)
def test_until_when_it_is_open(calendar: Calendar, now: str, closes: str | None) -> None:
    assert (at(closes) if closes else None) == calendar.closes_at(at(now))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-28 12:00", "2026-03-29 03:30"),  # half past two does not exist in the night of the spring change
        ("2026-10-24 12:00", "2026-10-25 02:30"),  # and comes twice in autumn: the first counts
        ("2026-07-01 12:00", "2026-07-02 02:30"),
    ],
)
def test_a_clock_that_jumps_neither_loses_nor_doubles_a_day(now: str, opens: str) -> None:
    assert at(opens, "Europe/Berlin") == BERLIN.next_opening(at(now, "Europe/Berlin"))


def test_without_a_week_it_is_always_open_and_without_any_hour_never() -> None:
    never = Calendar(week=((),) * 7)

    assert (True, 5) == (Calendar().is_open(5), Calendar().next_opening(5))
    assert (False, None) == (never.is_open(5), never.next_opening(5))


def test_the_shops_day_is_not_that_of_greenwich() -> None:
    assert date(2026, 11, 24) == SHOP.day_of(at("2026-11-24 01:00"))


@pytest.mark.parametrize("text", ["9-21", "9:00", "21:00-9:00", "9:60-10:00", "9:00-24:01", "9:00-9:00", "", "nine to five"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        span_of(text)


def test_spans_come_in_order_and_may_not_overlap() -> None:
    assert (Span(opens=540, closes=720), Span(opens=810, closes=1440)) == spans_of(("13:30-24:00", "9:00–12:00"))
    with pytest.raises(ValueError, match="overlap"):
        spans_of(("9:00-12:00", "11:59-18:00"))
