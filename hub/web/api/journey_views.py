"""Journeys as the API shows them: the document, how it is switched, and counts that are a few seconds old at most."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from hub.model.channels.ports import Clock
from hub.nudges.journey import Journey, JourneyStep, Send, Wait
from hub.nudges.rules import Rules
from hub.store.shop.journey_facts import COUNTED, Counted, Happened
from hub.store.shop.journeys import JourneySwitches, Switched
from hub.web.api.shapes.journeys import AnswerShown, JourneyShown, RunSeen, StepCounts, StepShown

FRESH_S = 2.0
"""Counting reads every fact of every run, so it is done once for all who look."""


class JourneyFacts(Protocol):
    """What is asked of the archive here."""

    async def counted(self) -> tuple[Counted, ...]:
        """Everything counted, of all journeys."""
        ...

    async def of_journey(self, journey: str, names: Sequence[str] = COUNTED, *, step: str = "", limit: int = 50) -> tuple[Happened, ...]:
        """The newest of a journey."""
        ...

    async def of_customer(self, customers: Sequence[str], *, limit: int = 50) -> tuple[Happened, ...]:
        """The newest of a customer."""
        ...


class Nudging:
    """What the routes about journeys ask. `facts` opens the archive when it is asked first."""

    def __init__(self, rules: Rules, switches: JourneySwitches, facts: Callable[[], Awaitable[JourneyFacts]], *, clock: Clock) -> None:
        self.rules = rules
        self.switches = switches
        self.facts = facts
        self._clock = clock
        self._counts: tuple[float, tuple[Counted, ...]] | None = None

    async def counted(self) -> tuple[Counted, ...]:
        """All counts, at most two seconds old."""
        now = self._clock.boottime()
        if self._counts is None or now - self._counts[0] > FRESH_S:
            self._counts = (now, await (await self.facts()).counted())
        return self._counts[1]

    async def shown(self) -> tuple[JourneyShown, ...]:
        """All journeys, by name."""
        switched, counts = await self.switches.all(), await self.counted()
        return tuple(
            journey_shown(journey, switched.get(name), [one for one in counts if one.journey == name])
            for name, journey in sorted(self.rules.book.items())
        )


class _Sums(Struct):
    """One step's counts while they are added up."""

    by: defaultdict[str, int]
    reasons: defaultdict[str, int]


def journey_shown(journey: Journey, switched: Switched | None, counts: Iterable[Counted]) -> JourneyShown:
    """A journey with its counts."""
    counted = list(counts)
    live = switched.live if switched else journey.live
    status: Literal["live", "off"] = "live" if live else "off"
    return JourneyShown(
        name=journey.name,
        version=journey.version,
        status=status,
        title=journey.title,
        entry=journey.entry,
        goal=journey.goal,
        purpose=journey.purpose.value,
        priority=journey.priority,
        holdout=journey.holdout,
        without_consent=journey.without_consent.value,
        steps=tuple(_step(journey, step) for step in journey.steps),
        counts=_by_step(journey, counted),
        runs=_sum(counted, "run entered"),
        held_out=_sum(counted, "run entered", holdout="1"),
        goals=_sum(counted, "run goal"),
        goals_held_out=_sum(counted, "run goal", holdout="1"),
        ended=_ends(counted),
        switched_by=switched.by if switched else "",
        switched_at=switched.at if switched else 0,
    )


def seen(happened: Happened) -> RunSeen:
    """A fact as the API tells it."""
    run, _, step = happened.detail.get("key", "").partition("/")
    return RunSeen(
        customer=happened.customer,
        at=happened.at,
        name=happened.name,
        step=happened.detail.get("step", step),
        reason=happened.detail.get("reason", happened.detail.get("answer", "")),
        run=happened.detail.get("run", run),
    )


def _sum(counts: Iterable[Counted], name: str, *, holdout: str = "") -> int:
    return sum(one.keys for one in counts if one.name == name and (not holdout or one.holdout == holdout))


def _ends(counts: Iterable[Counted]) -> dict[str, int]:
    ends: defaultdict[str, int] = defaultdict(int)
    for one in counts:
        if one.name == "run ended":
            ends[one.reason] += one.keys
    return dict(ends)


def _by_step(journey: Journey, counts: Iterable[Counted]) -> dict[str, StepCounts]:
    sums: dict[str, _Sums] = {step.id: _Sums(defaultdict(int), defaultdict(int)) for step in journey.steps}
    for one in counts:
        if one.step not in sums:
            continue
        sums[one.step].by[one.name] += one.keys
        if one.name == "nudge refused":
            sums[one.step].reasons[one.reason] += one.keys
    return {step: _counts(found.by, found.reasons) for step, found in sums.items()}


def _counts(by: Mapping[str, int], reasons: Mapping[str, int]) -> StepCounts:
    gone = by["run left"] + by["run ended"]
    return StepCounts(
        entered=by["run step"],
        waiting=max(0, by["run step"] - gone),
        sent=by["nudge allowed"],
        refused=by["nudge refused"],
        deferred=by["nudge deferred"],
        replied=by["run answered"],
        reasons=dict(reasons),
    )


def _step(journey: Journey, step: JourneyStep) -> StepShown:
    match step:
        case Wait():
            return StepShown(
                id=step.id, kind="wait", title=step.title, next=journey.after(step), lasts=step.lasts, since_entry=step.since_entry,
                hour=step.hour,
            )  # fmt: skip
        case Send():
            answers = tuple(AnswerShown(payload=one.payload, says=one.says, then=one.then) for one in step.replies)
            return StepShown(
                id=step.id, kind="send", title=step.title, next=journey.after(step), not_after=step.not_after, text=step.text,
                answers=answers,
            )  # fmt: skip
