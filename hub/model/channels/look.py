"""What a look at a channel account proved, point by point."""

from collections.abc import Mapping
from enum import StrEnum

from hub.model.base import Value


class Phrase(Value, frozen=True):
    """A sentence to be said in the reader's language: `code` stands in the catalogue (config/words), `values` fill it in.

    `text`: what is said where the catalogue has no such code: what a package beside the hub says, or somebody's own words.
    """

    code: str = ""
    values: Mapping[str, str] = {}
    text: str = ""


def phrase(code: str, **values: str) -> Phrase:
    """One of the catalogue's; a test reads these calls, so the code is written out and `values` are named as they are filled in."""
    return Phrase(code=code, values=values)


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
    """What a point says; each has a sentence in the catalogue under `seen`."""

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
    """One thing found. `values`: what its sentence is filled with; `phrase`: what is said instead of the code's own sentence."""

    code: Code
    grade: Grade
    values: Mapping[str, str] = {}
    phrase: Phrase | None = None

    @property
    def said(self) -> Phrase:
        """A sentence with the remedy in it."""
        return self.phrase or Phrase(code=f"seen.{self.code}", values=self.values)


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
    clicks: tuple[Phrase, ...] = ()
    skew: float | None = None

    @property
    def grade(self) -> Grade:
        """The worst of its points."""
        return max((point.grade for point in self.points), key=tuple(Grade).index, default=Grade.UNTOLD)

    def has(self, code: Code) -> bool:
        """Whether that was found."""
        return any(point.code is code for point in self.points)
