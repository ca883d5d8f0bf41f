"""What is told of journeys from the archive's facts; without the archive's own imports."""

from hub.model.base import Value

COUNTED = (
    "run entered", "run step", "run left", "run ended", "run answered", "run goal", "nudge allowed", "nudge refused", "nudge deferred",
)  # fmt: skip
"""The facts that are counted; each bears journey, step and key, and is counted once a key."""


class Counted(Value, frozen=True):
    """How many keys a fact has for a step and a reason (a held-out run's: `1`)."""

    journey: str
    name: str
    step: str
    reason: str
    holdout: str
    keys: int


class Happened(Value, frozen=True):
    """One fact about a run."""

    customer: str
    at: int
    name: str
    detail: dict[str, str]
