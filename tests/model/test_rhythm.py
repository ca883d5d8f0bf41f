"""What is an odd silence, by an account's own weeks: never a small shop's quiet night, always a busy shop's dead hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack

from hub.model.alerts.rhythm import LOOKED_BACK, ODD, SLICE_MS, SLICES_AN_HOUR, WEEKS_KEPT, Rhythm, expected, heard

DAY, WEEK = 24 * SLICES_AN_HOUR, 7 * 24 * SLICES_AN_HOUR
MONDAY = 2_900_000 // WEEK * WEEK
"""A slice with which a week of ours begins."""


def lived(comes: "Comes", *, slices: int, rhythm: Rhythm | None = None, start: int = MONDAY) -> Rhythm:
    """The rhythm after so many slices, looked at once in each."""
    rhythm = rhythm or Rhythm()
    for number in range(start, start + slices):
        active = frozenset(n for n in range(max(start, number - 11), number + 1) if comes(n))
        rhythm = heard(rhythm, active, now=number * SLICE_MS + 1)
    return rhythm


class Comes:
    """Something comes in each `every`-th slice between two hours of the day, until a slice."""

    def __init__(self, *, every: int = 1, begins: int = 0, ends: int = 24, until: int = 10**9) -> None:
        self.every, self.begins, self.ends, self.until = every, begins, ends, until

    def __call__(self, number: int) -> bool:
        return number < self.until and number % self.every == 0 and self.begins <= number % DAY // SLICES_AN_HOUR < self.ends


@pytest.fixture(scope="module")
def busy() -> Rhythm:
    """Three weeks of something every ten minutes."""
    return lived(Comes(), slices=3 * WEEK)


@pytest.fixture(scope="module")
def small() -> Rhythm:
    """Three weeks of something now and then between ten and eighteen."""
    return lived(Comes(every=5, begins=10, ends=18), slices=3 * WEEK)


def test_a_busy_account_is_missed_after_little_more_than_an_hour(busy: Rhythm) -> None:
    start = MONDAY + 3 * WEEK

    hour = lived(Comes(until=start), slices=SLICES_AN_HOUR, rhythm=busy, start=start)
    more = lived(Comes(until=start), slices=SLICES_AN_HOUR + 2, rhythm=busy, start=start)

    assert (False, True, start * SLICE_MS) == (hour.silent, more.silent, more.after)


def test_the_first_word_ends_it_at_once(busy: Rhythm) -> None:
    start = MONDAY + 3 * WEEK
    silent = lived(Comes(until=start), slices=DAY, rhythm=busy, start=start)

    heard_again = heard(silent, frozenset({start + DAY}), now=(start + DAY) * SLICE_MS + 1)

    assert (True, False) == (silent.silent, heard_again.silent)


def test_a_small_shop_s_quiet_night_is_nothing(small: Rhythm) -> None:
    evening = MONDAY + 3 * WEEK + 18 * SLICES_AN_HOUR + 1
    before = lived(Comes(every=5, begins=10, ends=18), slices=18 * SLICES_AN_HOUR + 1, rhythm=small, start=MONDAY + 3 * WEEK)

    night = lived(Comes(until=0), slices=15 * SLICES_AN_HOUR, rhythm=before, start=evening)

    assert (False, before.surprise) == (night.silent, night.surprise)


def test_a_small_shop_is_missed_only_after_days_without_a_word(small: Rhythm) -> None:
    start = MONDAY + 3 * WEEK

    day = lived(Comes(until=start), slices=DAY, rhythm=small, start=start)
    days = lived(Comes(until=start), slices=3 * DAY, rhythm=small, start=start)

    assert (False, True) == (day.silent, days.silent)


def test_nothing_is_expected_in_the_first_two_weeks() -> None:
    fresh = lived(Comes(), slices=2 * WEEK - DAY)

    assert not lived(Comes(until=0), slices=DAY, rhythm=fresh, start=MONDAY + 2 * WEEK - DAY).silent


def test_one_odd_week_changes_nothing() -> None:
    usual = lived(Comes(every=3), slices=2 * WEEK)

    campaign = lived(Comes(), slices=WEEK, rhythm=usual, start=MONDAY + 2 * WEEK)

    assert expected(usual, MONDAY + 3 * WEEK) == expected(campaign, MONDAY + 3 * WEEK)


@given(st.integers(min_value=LOOKED_BACK + 1, max_value=10 * WEEK))
def test_time_in_which_nobody_watched_is_no_silence(busy: Rhythm, away: int) -> None:
    back = (MONDAY + 3 * WEEK + away) * SLICE_MS

    after = heard(busy, frozenset(), now=back)

    assert (0.0, busy.weeks) == (after.surprise, after.weeks)


@given(st.integers(min_value=1, max_value=10 * WEEK))
def test_a_clock_set_back_is_no_silence(busy: Rhythm, back: int) -> None:
    after = heard(busy, frozenset(), now=(MONDAY + 3 * WEEK - 1 - back) * SLICE_MS)

    assert (0.0, busy.weeks) == (after.surprise, after.weeks)


@given(st.lists(st.booleans(), min_size=1, max_size=12 * SLICES_AN_HOUR))
def test_looking_late_or_often_counts_the_same(pattern: list[bool]) -> None:
    def comes(number: int) -> bool:
        return pattern[(number - MONDAY) % len(pattern)]

    often = lived(Comes(), slices=1)
    rare = often
    for number in range(MONDAY + 1, MONDAY + len(pattern) + 1):
        active = frozenset(n for n in range(number - 11, number + 1) if n > MONDAY and comes(n))
        often = heard(heard(often, active, now=number * SLICE_MS), active, now=number * SLICE_MS + SLICE_MS - 1)
        if (number - MONDAY) % 7 == 0 or number == MONDAY + len(pattern):
            rare = heard(rare, active, now=number * SLICE_MS)

    assert often == rare


def test_what_is_kept_is_bounded(busy: Rhythm) -> None:
    years = lived(Comes(), slices=6 * WEEK, rhythm=busy, start=MONDAY + 3 * WEEK)

    assert {WEEKS_KEPT} == {len(weeks) for weeks in years.weeks.values()}
    assert 3_000 > len(msgpack.encode(years))
    assert ODD > years.surprise
