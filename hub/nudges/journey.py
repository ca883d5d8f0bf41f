"""A journey as the hub takes it: who enters, which steps, when it ends. Durations in ms, times of day in minutes."""

from collections.abc import Mapping
from enum import StrEnum

from hub.model.base import Tagged, Value
from hub.model.words import Purpose
from hub.nudges.policy import DAY_MS

DIALOG = "dialog"
STOP = "stop"
END = "end"
"""Where an answer leads besides a step: to the dialog (the run ends), to an opt-out, to the end."""


class Exit(StrEnum):
    """What ends a run before its last step."""

    ORDERED = "ordered"
    EMPTIED = "emptied"
    OPTED_OUT = "opted_out"
    REPLIED = "replied"


class WithoutConsent(StrEnum):
    """What somebody may get who never said yes: nothing, or the first message where they began a conversation with us."""

    NOTHING = "nothing"
    FIRST = "first"


class Answer(Value, frozen=True):
    """A quick reply under a message: its payload, its label by language, and where it leads."""

    payload: str
    says: dict[str, str]
    then: str = DIALOG


class Wait(Tagged, frozen=True, tag="wait"):
    """Rests: for so long (`lasts`), until so long after the entry (`since_entry`), or until the customer's next `hour` (minutes; -1)."""

    id: str
    title: dict[str, str] = {}
    next: str = ""
    lasts: int = 0
    since_entry: int = 0
    hour: int = -1


class Send(Tagged, frozen=True, tag="send"):
    """Writes: by language one text or several, of which the first is taken whose variables are all known.

    `not_after`: how long the message is worth sending once its time has come.
    """

    id: str
    text: dict[str, tuple[str, ...]]
    title: dict[str, str] = {}
    next: str = ""
    not_after: int = 12 * 3_600_000
    replies: tuple[Answer, ...] = ()


JourneyStep = Wait | Send


class Journey(Value, frozen=True):
    """One journey. `entry`: the event that begins a run; `again_after`: how long the same customer is left alone after entering.

    `holdout`: per cent of customers, by hash of salt and customer, who get nothing, so that its worth can be measured.
    """

    name: str
    entry: str
    steps: tuple[JourneyStep, ...]
    version: int = 1
    live: bool = True
    title: dict[str, str] = {}
    key: str = "cart"
    goal: str = "Order Completed"
    purpose: Purpose = Purpose.MARKETING
    priority: int = 50
    without_consent: WithoutConsent = WithoutConsent.NOTHING
    holdout: float = 10.0
    salt: str = ""
    again_after: int = 7 * DAY_MS
    ends_after: int = 7 * DAY_MS
    exits: frozenset[Exit] = frozenset(Exit)

    def step(self, id: str) -> JourneyStep | None:  # noqa: A002 - the field's name
        """The step of that id; None for none, where the run ends."""
        return next((step for step in self.steps if step.id == id), None)

    def after(self, step: JourneyStep) -> str:
        """The id of the step behind this one; '' at the end."""
        if step.next:
            return "" if step.next == END else step.next
        place = self.steps.index(step) + 1
        return self.steps[place].id if place < len(self.steps) else ""


Book = Mapping[str, Journey]
"""All journeys by name."""
