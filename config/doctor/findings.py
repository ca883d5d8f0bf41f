"""What a check found: how bad it is, and the remedy."""

from enum import StrEnum

from hub.model.base import Value


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Value, frozen=True):
    """What one check found; where it is not ok, `text` holds the remedy."""

    name: str
    level: Level
    text: str
