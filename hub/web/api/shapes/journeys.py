"""What the API tells of journeys, their runs, and why something was not sent."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.model.customers.runs import Run
from hub.web.api.shapes.customers import Body, Reference


class StepShown(Struct, frozen=True, kw_only=True):
    """One step as a card: `kind` wait or send; for a wait one of `lasts`, `since_entry` (ms), `hour` (minutes of the day; -1: none)."""

    id: str
    kind: Literal["wait", "send"]
    title: dict[str, str]
    next: str = ""
    lasts: int = 0
    since_entry: int = 0
    hour: int = -1
    not_after: int = 0
    text: dict[str, tuple[str, ...]] = {}
    answers: tuple["AnswerShown", ...] = ()


class AnswerShown(Struct, frozen=True, kw_only=True):
    """A quick reply and where it leads: a step's id, dialog, stop or end."""

    payload: str
    says: dict[str, str]
    then: str


class StepCounts(Struct, frozen=True, kw_only=True):
    """How many runs came to a step, rest there, were written to, refused (by reason), put off at least once, and answered."""

    entered: int = 0
    waiting: int = 0
    sent: int = 0
    refused: int = 0
    deferred: int = 0
    replied: int = 0
    reasons: dict[str, int] = {}


class JourneyShown(Struct, frozen=True, kw_only=True):
    """A journey with its counts. `status`: live or off, `switched_by` where somebody switched it by hand; `ended`: runs by why they ended.

    `runs`: how many entered; `held_out` of them get nothing; `goals`: how many reached the goal, `goals_held_out` of those held out.
    """

    name: str
    version: int
    status: Literal["live", "off"]
    title: dict[str, str]
    entry: str
    goal: str
    purpose: str
    priority: int
    holdout: float
    without_consent: str
    steps: tuple[StepShown, ...]
    counts: dict[str, StepCounts]
    runs: int = 0
    held_out: int = 0
    goals: int = 0
    goals_held_out: int = 0
    ended: dict[str, int] = {}
    switched_by: str = ""
    switched_at: int = 0


class JourneyList(Struct, frozen=True, kw_only=True):
    """All journeys, by name."""

    journeys: tuple[JourneyShown, ...]


class RunSeen(Struct, frozen=True, kw_only=True):
    """Something that happened on a journey: `name` as facts are called, with the customer it happened to."""

    customer: str
    at: int
    name: str
    step: str = ""
    reason: str = ""
    run: str = ""


class JourneyRead(Struct, frozen=True, kw_only=True):
    """One journey, and what happened on it lately, newest first."""

    journey: JourneyShown
    newest: tuple[RunSeen, ...]


class JourneyQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the newest, of which step (empty: all), and which kind (`nudge refused`, `run entered` …; empty: all)."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    step: Annotated[str, Meta(max_length=64)] = ""
    name: Annotated[str, Meta(max_length=64)] = ""


class JourneySwitch(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Switch a journey on or off; `by`: who, where a program asks."""

    status: Literal["live", "off"]
    by: Annotated[str, Meta(max_length=128)] = ""


class Runs(Struct, frozen=True, kw_only=True):
    """A customer's runs, newest first, with each step's outcome; and what the gate said of them before, newest first."""

    customer: str
    runs: tuple[Run, ...]
    past: tuple[RunSeen, ...] = ()


class ExplainQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which journey (empty: the first by name), and which step of it (empty: the one that comes next)."""

    journey: Reference = ""
    step: Annotated[str, Meta(max_length=64)] = ""
