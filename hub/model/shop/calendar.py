"""Business hours: a week, holidays and extra days in the shop's own time zone; whether it is open, and when it opens again."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hub.model.base import Value

DAY_MINUTES = 24 * 60
LOOK_AHEAD_DAYS = 400
"""So far a next opening is looked for: a shop that does not open within a year has no hours."""

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


class Span(Value, frozen=True, omit_defaults=False):
    """Open from `opens` until before `closes`, in minutes of the day by the wall clock; `closes` may be 1440, midnight."""

    opens: int
    closes: int


class Days(Value, frozen=True):
    """The dates from `first` to `last`, both included, closed unless `spans` says otherwise; `name` by language."""

    first: date
    last: date
    name: dict[str, str] = {}
    spans: tuple[Span, ...] = ()


class Calendar(Value, frozen=True):
    """When somebody is there. `week`: spans of Monday to Sunday; of `special` days the one named last counts; no week: always open."""

    zone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = ()
    special: tuple[Days, ...] = ()

    @property
    def always(self) -> bool:
        """Whether no hours are kept."""
        return not self.week

    def special_on(self, day: date) -> Days | None:
        """What makes that date another than its weekday."""
        return next((days for days in reversed(self.special) if days.first <= day <= days.last), None)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """When it is open on that date, in order."""
        if self.always:
            return (Span(opens=0, closes=DAY_MINUTES),)
        found = self.special_on(day)
        return found.spans if found else self.week[day.weekday()]

    def day_of(self, now: int) -> date:
        """The shop's date at that instant (ms since 1970)."""
        return _local(now, self.zone).date()

    def closes_at(self, now: int) -> int | None:
        """Until when it is open, if it is open at `now`; ms since 1970. Spans that touch, also over midnight, are one."""
        until: int | None = None
        for opens, closes in self._from(self.day_of(now) - timedelta(days=1)):
            if until is None and opens <= now < closes:
                until = closes
            elif until is not None and opens <= until:
                until = max(until, closes)
            elif opens > now:
                break
        return until

    def is_open(self, now: int) -> bool:
        """Whether somebody is there at `now` (ms since 1970)."""
        return self.always or self.closes_at(now) is not None

    def next_opening(self, now: int) -> int | None:
        """The instant (ms since 1970) at which somebody is there: `now` itself while it is open; None if not within a year."""
        if self.is_open(now):
            return now
        return next((opens for opens, _ in self._from(self.day_of(now)) if opens > now), None)

    def _from(self, first: date) -> Iterator[tuple[int, int]]:
        for ahead in range(LOOK_AHEAD_DAYS):
            day = first + timedelta(days=ahead)
            for span in self.spans_on(day):
                yield _instant(day, span.opens, zone=self.zone), _instant(day, span.closes, zone=self.zone)


def span_of(text: str) -> Span:
    """`9:00-21:30` or `18:00–24:00`; raises ValueError with the reason."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no span of hours: write it like 9:00-21:00")
    hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
    opens, closes = hour * 60 + minute, last_hour * 60 + last_minute
    if minute > 59 or last_minute > 59 or not opens < closes <= DAY_MINUTES:  # noqa: PLR2004 - minutes of an hour
        raise ValueError(f"{text!r} is no span of one day: it ends behind its beginning, at 24:00 at the latest")
    return Span(opens=opens, closes=closes)


def spans_of(texts: tuple[str, ...]) -> tuple[Span, ...]:
    """Several spans of a day, in order; raises ValueError where two overlap."""
    spans = tuple(sorted((span_of(text) for text in texts), key=lambda span: span.opens))
    for before, after in pairwise(spans):
        if after.opens < before.closes:
            raise ValueError(f"{texts} overlap: a moment belongs to one span")
    return spans


def _local(now: int, zone: str) -> datetime:
    return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))


def _instant(day: date, minutes: int, *, zone: str) -> int:
    """A wall clock's time as an instant; one that a spring night skips is as much later, one that autumn repeats is the first."""
    wall = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(minutes=minutes)
    return int(wall.timestamp() * 1000)
