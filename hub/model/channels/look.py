"""What a look at a channel account proved, point by point."""

from collections.abc import Mapping
from enum import StrEnum

from hub.model.base import Value


class Grade(StrEnum):
    """How a point stands. `untold`: the provider has no way of telling; `doubtful`: it works, or nobody could find out just now."""

    GOOD = "good"
    UNTOLD = "untold"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


class By(StrEnum):
    """How an account's events come: the provider calls us, or we ask it."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class Code(StrEnum):
    """What a point says. The screens have a sentence of their own for each in every language; `values` fill it."""

    SETTINGS = "settings"
    TAKEN = "taken"
    REFUSED = "refused"
    DECLINED = "declined"
    UNSIGNED = "unsigned"
    AWAY = "away"
    SLOW = "slow"
    THROTTLED = "throttled"
    LOOKS_NOT = "looks_not"
    HOOK_HERE = "hook_here"
    HOOK_ELSEWHERE = "hook_elsewhere"
    HOOK_NONE = "hook_none"
    HOOK_UNTOLD = "hook_untold"
    HOOK_NO_ADDRESS = "hook_no_address"
    POLLED = "polled"
    REACHED = "reached"
    UNREACHED = "unreached"
    OTHER_HOUSE = "other_house"
    NOT_KNOWN_THERE = "not_known_there"
    EVENTS_ALL = "events_all"
    EVENTS_MISSING = "events_missing"
    LASTING = "lasting"
    RENEWED = "renewed"
    ENDS = "ends"
    ENDS_SOON = "ends_soon"
    ENDED = "ended"
    CLOCK = "clock"
    CLOCK_OFF = "clock_off"
    PROBLEM = "problem"
    REMARK = "remark"


class Point(Value, frozen=True):
    """One thing found. `text`: a sentence with the remedy in it, in English; `values`: what a translation of it is filled with."""

    code: Code
    grade: Grade
    text: str
    values: Mapping[str, str] = {}


class Seen(Value, frozen=True):
    """How an account stands, by a look at `at` (ms since 1970).

    `name`: as the provider shows it; `hook`: where its events go, as far as it tells; `until`: when the credentials end (ms since 1970;
    0: never, or not told); `renews`: they are renewed by themselves; `clicks`: what a person still has to do at the provider;
    `skew`: how far the provider's clock is from ours (s, positive: ours is ahead; 0 within a second, None: not told).
    """

    channel: str
    account: str
    at: int
    points: tuple[Point, ...]
    name: str = ""
    hook: str = ""
    until: int = 0
    renews: bool = False
    clicks: tuple[str, ...] = ()
    skew: float | None = None

    @property
    def grade(self) -> Grade:
        """The worst of its points."""
        return max((point.grade for point in self.points), key=tuple(Grade).index, default=Grade.UNTOLD)

    def has(self, code: Code) -> bool:
        """Whether that was found."""
        return any(point.code is code for point in self.points)
