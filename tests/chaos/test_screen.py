"""The consoles of the chaos runs see what they must see: a line that is missing, told twice or shows an old end; and nothing else."""

import pytest
from msgspec.structs import replace

from hub.model.inbox.feed import Counts, FeedDelivery, FeedGone, FeedLines, FeedLooking, FeedWelcome, HubFrame, Line
from hub.model.turns.journal import TimelineEntry
from hub.model.words import DeliveryState
from tests.chaos.screen import Screen

WELCOME = FeedWelcome(cursor="c", resync=False, counts=Counts(queue=0, mine=0, open=0))
RESYNC = replace(WELCOME, resync=True)
MISSING, OLD = "lines no console was told of", "lines whose end no console was told of"


def line(n: int, state: DeliveryState | None = None) -> Line:
    return Line(entry=TimelineEntry(id=f"tl-{n}", at=n, kind="message", who="bot", delivery=f"dl-{n}" if state else ""), state=state)


def told(*lines: Line) -> FeedLines:
    return FeedLines(cursor="c", customer="an", lines=lines)


def moved(n: int, state: DeliveryState) -> FeedDelivery:
    return FeedDelivery(cursor="c", customer="an", delivery=f"dl-{n}", state=state, reason="", code="")


def screen(*frames: HubFrame) -> Screen:
    """A console that looks at an, has read line 0, and was told these."""
    made = Screen()
    made.take(RESYNC)
    made.take(FeedLooking(cursor="c", customer="an"))
    made.read([line(0)])
    for frame in frames:
        made.take(frame)
    return made


def test_what_was_read_and_what_was_told_is_all_there_is() -> None:
    shown = screen(told(line(1)), WELCOME, told(line(2, DeliveryState.QUEUED)), moved(2, DeliveryState.SENT))

    assert {} == shown.wrong([line(0), line(1), line(2, DeliveryState.SENT)])
    assert set() == shown.doubled


@pytest.mark.parametrize(
    ("frames", "timeline", "wrong"),
    [
        ([told(line(1))], [line(0), line(1), line(2)], {MISSING: {"tl-2"}}),
        ([told(line(1, DeliveryState.QUEUED))], [line(0), line(1, DeliveryState.SENT)], {OLD: {"dl-1"}}),
    ],
)
def test_what_was_not_told_is_wrong(frames: list[HubFrame], timeline: list[Line], wrong: dict[str, set[str]]) -> None:
    assert wrong == screen(*frames).wrong(timeline)


def test_a_line_that_comes_twice_on_one_chain_of_cursors_is_doubled_and_after_a_resync_it_is_not() -> None:
    again = screen(told(line(1)), WELCOME, told(line(1)))
    anew = screen(told(line(1)), RESYNC, told(line(1)))

    assert {"tl-1"} == again.doubled
    assert set() == anew.doubled
    assert anew.unread


def test_who_was_merged_is_looked_at_as_whom_they_are_now() -> None:
    assert "binh" == screen(FeedGone(cursor="c", customer="an", to="binh")).customer
