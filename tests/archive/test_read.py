"""Reading: timelines, replay, a delivery's story."""

import pytest

from hub.model.words import DeliveryState
from hub.store.archive.open import Archive
from hub.store.archive.read import DeliveryStory, folded
from tests.archive.entries import ANN, BEN, moved, numbered, quiet_turn, turn

QUEUED, HELD, SENDING, SENT = DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.SENT
DELIVERED, READ, FAILED, UNKNOWN = DeliveryState.DELIVERED, DeliveryState.READ, DeliveryState.FAILED, DeliveryState.UNKNOWN
DRAFT, WITHDRAWN = DeliveryState.DRAFT, DeliveryState.WITHDRAWN


async def test_a_timeline_comes_newest_first_as_it_was_written(archive: Archive) -> None:
    first, second = turn(1), turn(2)
    await archive.write([(3, numbered(first, quiet_turn(9, customer=BEN), second))])

    found = await archive.timeline(ANN)

    assert [line.entry for line in found] == [*second.timeline[::-1], *first.timeline[::-1]]


async def test_pages_of_a_timeline_show_each_line_once(archive: Archive) -> None:
    # The same journal ids in two partitions, as a customer and one merged into it may have them.
    await archive.write([(3, numbered(*(turn(number) for number in range(5)))), (4, numbered(*(turn(9, customer=BEN) for _ in range(5))))])
    expected = [line.position for line in await archive.timeline(ANN, limit=100, merged=[BEN])]

    seen: list[str] = []
    while page := await archive.timeline(ANN, seen[-1] if seen else None, 3, merged=[BEN]):
        seen.extend(line.position for line in page)

    assert len(set(expected)) == 20
    assert seen == expected


async def test_a_line_says_where_its_delivery_stands(archive: Archive) -> None:
    await archive.write([(3, numbered(turn(1), moved("dl-1", SENT), moved("dl-1", READ), moved("dl-1", DELIVERED, reason="late")))])

    told, asked = await archive.timeline(ANN)

    assert (told.state, told.reason) == (READ, "")
    assert (asked.state, asked.reason) == (None, "")


async def test_a_position_that_is_none_is_refused(archive: Archive) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await archive.timeline(ANN, "yesterday")


async def test_turns_come_back_whole_and_in_order(archive: Archive) -> None:
    taken = [turn(1), quiet_turn(2), turn(3)]
    await archive.write([(3, numbered(*taken[::-1], start=5)), (3, numbered(turn(8, customer=BEN), start=20))])

    kept = await archive.turns(ANN)

    assert [stored.turn for stored in kept] == taken[::-1]
    assert [(stored.partition, stored.journal_id) for stored in kept] == [(3, "5-0"), (3, "6-0"), (3, "7-0")]


async def test_a_delivery_tells_its_story(archive: Archive) -> None:
    moves = (moved("dl-1", QUEUED), moved("dl-1", SENDING), moved("dl-1", FAILED, reason="blocked", failure="contact_stopped"))
    await archive.write([(3, numbered(*moves, moved("dl-2", READ)))])

    assert await archive.delivery("dl-1") == DeliveryStory(moves=moves, state=FAILED)
    assert await archive.delivery("dl-9") == DeliveryStory()


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ([QUEUED, SENDING, SENT, DELIVERED, READ], READ),
        ([QUEUED, SENDING, SENT, READ, DELIVERED], READ),
        ([SENT, SENDING], SENT),
        ([SENDING, HELD], HELD),
        ([SENDING, FAILED, QUEUED, SENDING, SENT], SENT),
        ([SENDING, UNKNOWN, SENT], SENT),
        ([SENDING, UNKNOWN, QUEUED], QUEUED),
        ([SENDING, FAILED, DELIVERED], DELIVERED),
        ([DELIVERED, FAILED], DELIVERED),
        ([QUEUED, DRAFT], DRAFT),
        ([QUEUED, WITHDRAWN], WITHDRAWN),
        ([DRAFT, QUEUED, SENDING, SENT], SENT),
        ([SENT, WITHDRAWN], SENT),
        ([READ, DRAFT], READ),
        ([FAILED, WITHDRAWN, FAILED], WITHDRAWN),
        ([UNKNOWN, WITHDRAWN, SENT], WITHDRAWN),
        ([UNKNOWN, WITHDRAWN, DELIVERED], DELIVERED),
    ],
)
def test_moves_fold_to_where_a_delivery_stands(moves: list[DeliveryState], expected: DeliveryState) -> None:
    state = None
    for move in moves:
        state = folded(state, move)

    assert expected == state
