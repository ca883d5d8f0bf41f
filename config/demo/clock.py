"""The demo's clock: begins at ten in the morning by the shop's time, can be speeded up, and never goes back over restarts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from hub.engine.clock import SystemClock
from hub.model.base import Value

OPENING_HOUR = 10
PACES = (1, 60, 600)
MOST_AHEAD_MS = 24 * 60 * 60 * 1000
"""One push of a button goes a day ahead at most."""


class ClockState(Value, frozen=True, omit_defaults=False):
    """What the clock shows (ms since 1970), how many times faster than a real one it goes, and by which zone it is read."""

    now: int
    pace: int
    zone: str


class _Kept(Value, frozen=True):
    reached: int


class DemoClock(SystemClock):
    """A wall clock that can be pushed and speeded up; boot time and sleeping stay real, so that sends and leases do.

    `real`: ms of the machine's own clock. What was reached is kept in a file, a little ahead of what was shown, so that a kill takes
    nothing back.
    """

    def __init__(self, file: Path, *, zone: str, real: Callable[[], int] | None = None) -> None:
        self._file = file
        self._zone = zone
        self._real = real or super().now
        self._pace = 1
        self._since = self._real()
        self._base = opening(self._reached() or self._morning(), zone=zone)

    def now(self) -> int:
        """What the demo's clock shows, ms since 1970."""
        return self._base + (self._real() - self._since) * self._pace

    @property
    def state(self) -> ClockState:
        """As the bar shows it."""
        return ClockState(now=self.now(), pace=self._pace, zone=self._zone)

    def go(self, pace: int) -> None:
        """From now on so many times as fast; raises ValueError for any pace but those offered."""
        if pace not in PACES:
            raise ValueError(f"the pace is one of {', '.join(map(str, PACES))}")
        self._set(self.now(), pace)

    def push(self, ms: int) -> None:
        """Let so much time pass at once; raises ValueError for a time that goes back or ahead too far."""
        if not 0 < ms <= MOST_AHEAD_MS:
            raise ValueError("the clock goes ahead by a day at most, and never back")
        self._set(self.now() + ms, self._pace)

    def begin(self, at: int) -> None:
        """Show an earlier time once, before anything has happened: the history of a new shop is told from then on."""
        if not self._reached():
            self._set(at, self._pace)

    def push_to(self, at: int) -> None:
        """Let the time until then pass at once, if it is still to come."""
        self._set(max(at, self.now()), self._pace)

    def write_ahead(self, seconds: float) -> None:
        """Keep what is reached by the time of the next writing, with as much again to spare: a kill in between takes nothing back."""
        self._write(self.now() + int(2 * seconds * 1000) * self._pace)

    def write(self) -> None:
        """Keep what was reached."""
        self._write(self.now())

    def _set(self, now: int, pace: int) -> None:
        self._base, self._since, self._pace = now, self._real(), pace

    def _morning(self) -> int:
        """This morning, as the machine's clock has it."""
        here = datetime.fromtimestamp(self._real() / 1000, UTC).astimezone(ZoneInfo(self._zone))
        return int(here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)

    def _reached(self) -> int:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Kept).reached
        except (OSError, msgspec.DecodeError):
            return 0

    def _write(self, reached: int) -> None:
        beside = self._file.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(_Kept(reached=reached)))
        beside.replace(self._file)


def opening(after: int, *, zone: str) -> int:
    """The first ten o'clock by that zone not before `after` (ms since 1970)."""
    here = datetime.fromtimestamp(after / 1000, UTC).astimezone(ZoneInfo(zone))
    first = here.replace(hour=OPENING_HOUR, minute=0, second=0, microsecond=0)
    if first < here:
        first = (here + timedelta(days=1)).replace(hour=OPENING_HOUR, minute=0, second=0, microsecond=0)
    return int(first.timestamp() * 1000)
