"""What the gate says of a message: each check in its order, what it found, and until when."""

from enum import StrEnum

from hub.model.base import Value


class Check(StrEnum):
    """The checks, in the order in which they are made."""

    KILL_SWITCH = "kill_switch"
    LIVE = "live"
    GOAL = "goal"
    NOT_AFTER = "not_after"
    PRESENT = "present"
    SUPPRESSED = "suppressed"
    CONSENT = "consent"
    LAW = "law"
    QUIET_HOURS = "quiet_hours"
    DIALOG = "dialog"
    HOLDOUT = "holdout"
    PRIORITY = "priority"
    CAPS = "caps"
    BUDGET = "budget"
    WINDOW = "window"
    VARIABLES = "variables"
    COUPON = "coupon"
    CHANNEL = "channel"


class Outcome(StrEnum):
    """What a check found: go on, never, not now, or not this purpose's matter."""

    PASS = "pass"  # noqa: S105 - a verdict's word
    REFUSE = "refuse"
    DEFER = "defer"
    SKIP = "skip"


class Judged(Value, frozen=True):
    """One check's finding. `reason`: a code of `hub.nudges.reasons`; `until` (ms) when it would pass (0: unknown); `detail`: which one."""

    check: Check
    verdict: Outcome = Outcome.PASS
    reason: str = ""
    until: int = 0
    detail: str = ""


def passed(check: Check, reason: str = "") -> Judged:
    """It may go on; `reason` where there is one worth telling (on what basis)."""
    return Judged(check=check, reason=reason)


def refused(check: Check, reason: str, *, detail: str = "") -> Judged:
    """It never goes."""
    return Judged(check=check, verdict=Outcome.REFUSE, reason=reason, detail=detail)


def deferred(check: Check, reason: str, *, until: int = 0) -> Judged:
    """It does not go now."""
    return Judged(check=check, verdict=Outcome.DEFER, reason=reason, until=until)


def skipped(check: Check) -> Judged:
    """No matter of this purpose."""
    return Judged(check=check, verdict=Outcome.SKIP)
