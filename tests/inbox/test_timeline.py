"""A timeline read page by page: over the seam between store and archive, over merged pieces, with the archive away."""

import random
from collections.abc import Sequence

import pytest
from msgspec import Struct

from hub.model.turns.journal import TimelineEntry
from hub.model.words import DeliveryState
from hub.store.archive.errors import ArchiveAway
from hub.store.customers.records import LINES_KEPT
from hub.store.customers.timeline import ForeignPlace, Older, Timeline
from hub.store.encoding.codec import encode
from tests.web.desk_world import Store


class Kept(Struct, frozen=True):
    """A line as an archive has it."""

    entry: TimelineEntry
    state: DeliveryState | None = None
    reason: str = ""
    failure: str = ""
    code: str = ""
    external_ids: tuple[str, ...] = ()


class Shelf:
    """An archive in memory: all lines of each piece, but for the newest few that it does not have yet."""

    def __init__(self, lines: dict[str, list[TimelineEntry]], *, behind: int = 0) -> None:
        self.away = False
        self._lines = {piece: [Kept(one) for one in kept[: len(kept) - behind]] for piece, kept in lines.items()}

    async def open(self) -> Older:
        """The archive, where it is there."""
        if self.away:
            raise ArchiveAway("restarting")
        return self

    async def before(self, customer: str, line: str, limit: int) -> Sequence[Kept] | None:
        kept = self._lines.get(customer, [])
        found = next((n for n, one in enumerate(kept) if one.entry.id == line), None)
        return None if found is None else kept[max(0, found - limit) : found][::-1]

    async def timeline(self, customer: str, before: str | None = None, limit: int = 50) -> Sequence[Kept]:
        assert before is None
        return self._lines.get(customer, [])[-limit:][::-1]


async def told(store: Store, counts: dict[str, int], *, seed: int = 1) -> dict[str, list[TimelineEntry]]:
    """So many lines of each piece, at times that lie among each other, as the store's logs have them."""
    chance = random.Random(seed)
    lines: dict[str, list[TimelineEntry]] = {}
    for piece, count in counts.items():
        times = sorted(chance.randrange(count * 3) for _ in range(count))
        lines[piece] = [TimelineEntry(id=f"{piece}/{n}", at=at, kind="message", who="customer", text=str(n)) for n, at in enumerate(times)]
        key = store.keys.of_customer(piece).log(piece)
        for one in lines[piece][-LINES_KEPT:]:
            await store.links.call(key, "RPUSH", key, encode(one))
    return lines


async def read_through(timeline: Timeline, pieces: Sequence[str], *, limit: int) -> list[str]:
    """All ids, oldest first, by pages back to the beginning."""
    found: list[str] = []
    before = ""
    while True:
        page = await timeline.page(pieces, limit=limit, before=before)
        assert not page.older_away
        found = [line.entry.id for line in page.lines] + found
        before = page.before
        if not before:
            return found


@pytest.mark.parametrize("limit", [1, 7, 50, 120])
@pytest.mark.parametrize("counts", [{"cu-a": 0}, {"cu-a": 3}, {"cu-a": 50}, {"cu-a": 130}, {"cu-a": 70, "cu-b": 3, "cu-c": 90}])
async def test_pages_together_are_every_line_once_and_in_order(store: Store, counts: dict[str, int], limit: int) -> None:
    lines = await told(store, counts)
    timeline = Timeline(store.customers, Shelf(lines).open)

    found = await read_through(timeline, list(counts), limit=limit)

    at = {one.id: one.at for part in lines.values() for one in part}
    assert sorted(at) == sorted(found)
    assert [at[one] for one in found] == sorted(at[one] for one in found)
    for piece, part in lines.items():
        assert [one.id for one in part] == [one for one in found if one.startswith(piece)]


async def test_an_archive_that_is_behind_changes_nothing_while_the_store_reaches_back_to_it(store: Store) -> None:
    lines = await told(store, {"cu-a": 130})
    timeline = Timeline(store.customers, Shelf(lines, behind=40).open)

    found = await read_through(timeline, ["cu-a"], limit=30)

    assert [one.id for one in lines["cu-a"]] == found


async def test_with_the_archive_away_the_newest_lines_come_and_older_ones_later(store: Store) -> None:
    lines = await told(store, {"cu-a": 80})
    shelf = Shelf(lines)
    timeline = Timeline(store.customers, shelf.open)

    shelf.away = True
    newest = await timeline.page(["cu-a"], limit=30)
    partly = await timeline.page(["cu-a"], limit=30, before=newest.before)
    nothing = await timeline.page(["cu-a"], limit=30, before=partly.before)
    shelf.away = False
    rest = await timeline.page(["cu-a"], limit=30, before=nothing.before)

    assert (False, True, True, False) == (newest.older_away, partly.older_away, nothing.older_away, rest.older_away)
    shown = [line.entry.id for page in (rest, nothing, partly, newest) for line in page.lines]
    assert [one.id for one in lines["cu-a"]] == shown


async def test_lines_that_only_a_lagging_archive_could_give_are_not_skipped(store: Store) -> None:
    lines = await told(store, {"cu-a": 130})
    timeline = Timeline(store.customers, Shelf(lines, behind=80).open)

    newest = await timeline.page(["cu-a"], limit=60)

    assert [one.id for one in lines["cu-a"][-50:]] == [line.entry.id for line in newest.lines]
    assert newest.older_away
    assert newest.before


async def test_a_place_that_is_none_of_ours_is_refused(store: Store) -> None:
    timeline = Timeline(store.customers, Shelf({}).open)

    with pytest.raises(ForeignPlace):
        await timeline.page(["cu-a"], limit=5, before="bm9uc2Vuc2U")
