"""Times, hours and amounts in words, each in the customer's language."""

from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from dialogs.shapes import Times
from hub.model.shop.calendar import DAY_MINUTES, Calendar, Days, Span

_WEEK = 7
_CENTS = {"USD": 2, "EUR": 2, "SGD": 2}
"""Currencies with a smaller unit; đồng, yen and Taiwan dollars are told whole."""


def told_instant(times: Times, instant: int, *, now: int, zone: str) -> str:
    """When something is (ms since 1970), from where `now` stands: `tomorrow at 9:00`."""
    there, here = (datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone)) for ms in (instant, now))
    ahead = (there.date() - here.date()).days
    form = {0: times.today, 1: times.tomorrow}.get(ahead, times.weekday if ahead < _WEEK else times.later)
    return form.format(time=_clock(there.hour * 60 + there.minute), weekday=times.weekdays[there.weekday()], date=told_date(times, there))


def told_time(instant: int, *, zone: str) -> str:
    """The time of day by the shop's clock: `21:00`."""
    there = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone))
    return _clock(there.hour * 60 + there.minute)


def told_day(times: Times, day: date, *, today: date) -> str:
    """A day from where today stands: `tomorrow`, `on Monday, 23 November`."""
    ahead = (day - today).days
    form = {0: times.day_today, 1: times.day_tomorrow}.get(ahead, times.day)
    return form.format(weekday=times.weekdays[day.weekday()], date=told_date(times, day))


def told_date(times: Times, day: date) -> str:
    """`23 November`, `23/11`, `11月23日`."""
    return times.date.format(day=day.day, month=times.months[day.month - 1])


def told_days(times: Times, days: Days) -> str:
    """One date, or from one to the other."""
    first, last = told_date(times, days.first), told_date(times, days.last)
    return first if first == last else times.between.format(first=first, last=last)


def told_week(times: Times, calendar: Calendar) -> str:
    """A week's hours, weekdays with the same hours together: `Monday to Friday 9:00–12:00 and 13:30–18:00, Saturday 9:00–12:00`."""
    if calendar.always:
        return times.always
    groups = [(spans, [n for n, _ in group]) for spans, group in groupby(enumerate(calendar.week), key=lambda day: day[1])]
    if len(groups) == 1:
        return times.every_day.format(hours=_spans(times, groups[0][0]))
    parts = []
    for spans, numbers in groups:
        first, last = times.weekdays[numbers[0]], times.weekdays[numbers[-1]]
        days = first if first == last else times.between.format(first=first, last=last)
        parts.append(times.days.format(days=days, hours=_spans(times, spans)) if spans else times.closed.format(days=days))
    return ", ".join(parts)


def told_amount(amount: float, currency: str, *, language: str) -> str:
    """Money as the language writes it: `1.290.000 ₫`, `NT$1,290`, `US$49.00`; a vi amount of dollars `49,00 US$`."""
    places = _CENTS.get(currency, 0)
    digits = f"{amount:,.{places}f}"
    sign = {"VND": "₫", "TWD": "NT$", "USD": "US$", "EUR": "€"}.get(currency, currency)
    if language == "vi":
        return f"{digits.translate(str.maketrans(',.', '.,'))} {sign}"
    if currency == "VND" and language != "en":
        return f"{digits} {sign}"
    return f"{sign}\u00a0{digits}" if sign.isalpha() else f"{sign}{digits}"


def _spans(times: Times, spans: tuple[Span, ...]) -> str:
    return times.and_.join(f"{_clock(span.opens)}–{_clock(span.closes)}" for span in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}" if minutes < DAY_MINUTES else "24:00"
