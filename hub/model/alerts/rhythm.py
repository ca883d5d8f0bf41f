"""An account's usual rhythm: in which hours of the week its webhooks come, learned from itself, and how odd a silence is by it."""

import math
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from hub.model.base import Value

SLICE_MS = 600_000
SLICES_AN_HOUR = 6
HOURS_A_WEEK = 168
WEEKS_KEPT = 4
WEEKS_NEEDED = 2
"""Of an hour known for less nothing is expected: nobody is woken in the first two weeks."""
LOOKED_BACK = 12
"""Slices: older ones are not counted any more, so what lies further back was watched by nobody."""
LIKELY_AT_MOST = 0.9
"""However full the weeks before were, a slice may stay empty once in ten."""
ODD = 14.0
"""So much surprise (-ln of the chance) is told: less than one in a million by the account's own weeks.

An account that always has something alerts after 70 minutes, one with something every other ten minutes after 3 hours and a half,
and a small shop's quiet night, in which nothing ever came, adds nothing at all.
"""


class Rhythm(Value, frozen=True):
    """Slices are ten minutes, numbered since 1970. `upto`: the next one to be counted (0: none was); `last`: the last with a webhook.

    `weeks`: hour of the week → in how many of its slices something came, of the last weeks, the newest last; `hour`, `active`: the hour
    being counted (0: not from its beginning); `surprise`: how odd the silence since `last` is.
    """

    upto: int = 0
    last: int = 0
    hour: int = 0
    active: int = 0
    surprise: float = 0.0
    weeks: dict[int, tuple[int, ...]] = {}

    @property
    def silent(self) -> bool:
        """Whether nothing came for longer than it ever should."""
        return self.surprise >= ODD

    @property
    def after(self) -> int:
        """When the silence began (ms since 1970)."""
        return (self.last + 1) * SLICE_MS


def heard(rhythm: Rhythm, active: AbstractSet[int], *, now: int) -> Rhythm:
    """The rhythm at `now` (ms), with something having come in those slices, of the last two hours.

    Time in which nobody watched (the hub was down, the clock was set) is neither silence nor a habit: counting begins anew behind it.
    """
    current = now // SLICE_MS
    if not current - LOOKED_BACK <= rhythm.upto <= current:
        rhythm = replace(rhythm, upto=current, last=current, hour=0, active=0, surprise=0.0)
    for number in range(rhythm.upto, current):
        rhythm = _counted(rhythm, number, came=number in active)
    if current in active:
        return replace(rhythm, last=current, surprise=0.0)
    return rhythm


def expected(rhythm: Rhythm, slice_number: int) -> float:
    """How likely something comes in that slice, from 0 to 0.9: by the lower median of the weeks before: one odd week counts for nothing."""
    weeks = sorted(rhythm.weeks.get(slice_number // SLICES_AN_HOUR % HOURS_A_WEEK, ()))
    if len(weeks) < WEEKS_NEEDED:
        return 0.0
    return min(LIKELY_AT_MOST, weeks[(len(weeks) - 1) // 2] / SLICES_AN_HOUR)


def _counted(rhythm: Rhythm, number: int, *, came: bool) -> Rhythm:
    """The rhythm with one slice more, which is over."""
    likely = expected(rhythm, number)
    hour, first, over = number // SLICES_AN_HOUR, number % SLICES_AN_HOUR == 0, number % SLICES_AN_HOUR == SLICES_AN_HOUR - 1
    if first:
        rhythm = replace(rhythm, hour=hour, active=0)
    if rhythm.hour == hour:
        rhythm = replace(rhythm, active=rhythm.active + came)
        if over:
            place = hour % HOURS_A_WEEK
            known = (*rhythm.weeks.get(place, ()), rhythm.active)[-WEEKS_KEPT:]
            rhythm = replace(rhythm, weeks={**rhythm.weeks, place: known})
    if came:
        return replace(rhythm, upto=number + 1, last=number, surprise=0.0)
    return replace(rhythm, upto=number + 1, surprise=rhythm.surprise - math.log1p(-likely))
