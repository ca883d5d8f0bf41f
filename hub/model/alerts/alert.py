"""What the hub tells its admins of itself: an alert is something wrong that stands until it has ended; the book holds them all."""

from enum import StrEnum

from hub.model.base import Value
from hub.model.ids import derived_id

STAFF = "staff"
"""Whose deliveries are that go to the shop's own people: no customer, so it has no record, no timeline and no turns."""


PAYMENT = "payment"


class AlertKind(StrEnum):
    """What is wrong; each has its sentence and its remedy in `hub/model/alerts/words.py` and in the console."""

    ACCESS = "access"
    TOKEN = "token"  # noqa: S105 - a word, no secret
    HOOK = "hook"
    SILENT = "silent"
    FAILING = "failing"
    RESTRICTED = "restricted"
    QUALITY = "quality"
    TEMPLATE = "template"
    DEAD = "dead"
    DISK = "disk"
    MEMORY = "memory"
    ARCHIVE = "archive"
    SPOOL = "spool"


class Severity(StrEnum):
    """How soon somebody has to look: today, or now."""

    WARNING = "warning"
    CRITICAL = "critical"


class Alert(Value, frozen=True):
    """Something wrong, seen by a rule. `subject`: of what (`telegram/main`, a machine's name; empty: of the hub).

    `values`: the numbers its sentence speaks of (`until` and `after` are instants, ms since 1970); `failure`: why, in the word of
    docs/outcomes.md; `level` rises as it gets worse; `since`: when it was seen first (ms since 1970).
    """

    kind: AlertKind
    subject: str = ""
    severity: Severity = Severity.WARNING
    values: dict[str, int] = {}
    failure: str = ""
    level: int = 1
    since: int = 0

    @property
    def key(self) -> str:
        """What it is about: there is one of each at a time."""
        return f"{self.kind}/{self.subject}"

    @property
    def word(self) -> str:
        """By which its sentences are found: a provider that wants money needs other words than one that refuses our credentials."""
        return PAYMENT if self.kind is AlertKind.ACCESS and self.failure == PAYMENT else self.kind.value

    @property
    def id(self) -> str:
        """This one time that it stands."""
        return derived_id("al", f"{self.key}/{self.since}", 0)

    @property
    def mark(self) -> str:
        """By which somebody says that they know: it is another one once it is worse."""
        return f"{self.id}.{self.level}"


class Step(StrEnum):
    """Where an alert is on its way: seen, but not for long enough; open; over, and remembered for a while."""

    RISING = "rising"
    OPEN = "open"
    ENDED = "ended"


class Entry(Value, frozen=True):
    """One alert in the book. `seen`, `missed`: looks in a row; `openings`: how often it opened while it was remembered."""

    alert: Alert
    step: Step = Step.RISING
    seen: int = 0
    missed: int = 0
    openings: int = 0


class News(StrEnum):
    """What became of an alert."""

    OPENED = "opened"
    WORSE = "worse"
    ENDED = "ended"


class Change(Value, frozen=True):
    """One thing to tell; `at` in ms since 1970."""

    news: News
    alert: Alert
    at: int = 0


class Notice(Value, frozen=True):
    """One message to the admins, with all that changed; by its id it is sent once. `tries`: how often posting it failed."""

    id: str
    at: int
    changes: tuple[Change, ...]
    tries: int = 0


class Looked(Value, frozen=True):
    """What a look at an account told `at` (ms since 1970). `until`: when its credentials end (0: never, by themselves renewed, not told).

    `refused`, `taken`: the provider refuses them, or takes them; `elsewhere`: its events go to another address; `due`: the next look.
    """

    at: int = 0
    until: int = 0
    refused: bool = False
    taken: bool = False
    elsewhere: bool = False
    due: int = 0


class Book(Value, frozen=True):
    """All that the watch knows. `pending`: changes not told yet; `waited`: for so many looks; `rests`: looks before the next notice.

    `notices`: made, and not yet in everybody's hands; `checked`: when the last look was (ms since 1970); `looked`: by account.
    """

    entries: tuple[Entry, ...] = ()
    pending: tuple[Change, ...] = ()
    waited: int = 0
    rests: int = 0
    notices: tuple[Notice, ...] = ()
    serial: int = 0
    checked: int = 0
    looked: dict[str, Looked] = {}
    v: int = 1

    @property
    def open(self) -> tuple[Alert, ...]:
        """What is wrong now, the worst first."""
        found = [entry.alert for entry in self.entries if entry.step is Step.OPEN]
        return tuple(sorted(found, key=lambda alert: (alert.severity is not Severity.CRITICAL, alert.since, alert.key)))
