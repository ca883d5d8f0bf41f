"""What the shop allows itself: settings of the gate as one frozen value."""

from collections.abc import Container, Mapping
from enum import StrEnum
from typing import Self

from hub.model.base import Value
from hub.model.channels.window import WindowRule

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Basis(StrEnum):
    """On what a marketing message may stand that belongs to no journey: a consent given, or a conversation the customer began there."""

    GIVEN = "given"
    CONVERSATION = "conversation"


class Hours(Value, frozen=True):
    """A span of the local day in minutes since midnight, from `start` until before `end`; it may run over midnight."""

    start: int
    end: int

    def has(self, minute: int) -> bool:
        """Whether a minute of the day lies in it."""
        if self.start <= self.end:
            return self.start <= minute < self.end
        return minute >= self.start or minute < self.end

    @classmethod
    def of(cls, text: str) -> Self | None:
        """`21:30-08:00`; None for `none`. Raises ValueError."""
        if text == "none":
            return None
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError("two times of day with a dash between")
        return cls(start=minute_of(start.strip()), end=minute_of(end.strip()))


class Caps(Value, frozen=True):
    """Most that are let through in any 24 h, in any 7 d, and in any 24 h on one channel; 0: no cap."""

    day: int = 0
    week: int = 0
    channel_day: int = 0


class Policy(Value, frozen=True):
    """The gate's rules. `zone`, `country`, `language`: the shop's own, for customers of whom nothing is known.

    `live_ms`: how long after a customer's word, and after their last move in the shop, nobody interrupts; `windows`: per channel
    how long after the customer's last word its provider lets a shop write; `accounts`: what is connected, as `channel/account` (None: not
    known).
    """

    zone: str = "UTC"
    country: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ("en", "vi", "zh-TW")
    shop: str = ""
    link: str = ""
    quiet: Hours | None = None
    live_ms: int = 0
    consent: Basis = Basis.CONVERSATION
    caps: Caps = Caps()
    priority_ms: int = 12 * HOUR_MS
    abandoned_ms: int = 30 * MINUTE_MS
    session_ms: int = DAY_MS
    windows: Mapping[str, WindowRule] = {}
    accounts: Container[str] | None = None


def minute_of(text: str) -> int:
    """`20:00` → 1200. Raises ValueError."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit() and len(minute) == len("00")):
        raise ValueError("a time of day like 20:00")
    if not (0 <= int(hour) <= 24 and 0 <= int(minute) < 60 and int(hour) * 60 + int(minute) <= 24 * 60):  # noqa: PLR2004 - a clock's own numbers
        raise ValueError("a time of day like 20:00")
    return int(hour) * 60 + int(minute)
