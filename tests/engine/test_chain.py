"""A turn taken again makes the same: ids, times and outcome depend on nothing but entry, event and record."""

from msgspec.structs import replace

from hub.desk.threads import Threads
from hub.engine.turns.chain import digest, open_turn, take
from hub.engine.turns.outcome import Taken, item_of, timer_event
from hub.model.address import Address
from hub.model.customers.record import Armed, Live
from hub.model.events.event import Event, Said, TimerFired
from hub.model.turns.turn import Turn
from hub.model.words import Lane
from hub.store.encoding.codec import StoredRecord, decode_event
from tests.engine.world import Doing, Echo

ADDRESS = Address(channel="fake", account="main", id="an")
EVENT = Event(id="ev-1", subject="customer:cu-1", body=Said(text="hi"), address=ADDRESS)
STEPS = (Threads(), Echo())


def turn(*, entry: str = "07/1-1", clock: int = 100, record: Live | None = None, event: Event = EVENT) -> Turn:
    return open_turn(record, event, entry=entry, clock=clock, revision=0)


def test_the_same_entry_gives_the_same_ids() -> None:
    first, again = take(STEPS, turn()), take(STEPS, turn())

    assert first == again
    assert digest(first) == digest(again)


def test_another_entry_gives_other_ids() -> None:
    """Guard: ids are derived from partition, lane and stream entry, which only together are unique."""
    one, other = take(STEPS, turn()), take(STEPS, turn(entry="08/1-1"))

    assert one.deliveries[0].id != other.deliveries[0].id
    assert one.live.conversations[0].id != other.live.conversations[0].id


def test_word_in_a_thread_is_answered_there_and_one_outside_any_is_not() -> None:
    """Guard: what a thread was does not outlive the word that stood in it."""
    inside = replace(EVENT, body=Said(text="hi", chat_type="group", author="an", thread="1760000000.000100"))
    alone = replace(EVENT, body=Said(text="hi", thread="1760000000.000200"))

    first = take(STEPS, turn(event=inside))
    second = take(STEPS, turn(entry="07/1-2", record=first.live))

    assert ["1760000000.000100", "", "1760000000.000200"] == [
        taken.deliveries[0].message.reply_to for taken in (first, second, take(STEPS, turn(event=alone)))
    ]


def test_now_never_falls_behind_the_record_s_last_turn() -> None:
    """Guard: the clock of a turn is the later of the two."""
    late = take(STEPS, turn(clock=500)).live

    assert 500 == turn(clock=90, record=late).now
    assert 600 == turn(clock=600, record=late).now


def test_an_outdated_firing_is_shown_to_no_step() -> None:
    """Guard: the compare of generations in the chain."""
    seen: list[Turn] = []

    def sees(turn: Turn) -> Turn:
        seen.append(turn)
        return turn

    steps = (Doing(sees),)
    record = Live(id="cu-1", created=1, timers={"x": Armed(generation=2, due=50)})
    fired = replace(EVENT, body=TimerFired(name="x", generation=1))

    after = take(steps, turn(record=record, event=fired))

    assert [] == seen
    assert {"x": Armed(generation=2, due=50)} == after.live.timers
    assert (
        1 == len(take(steps, turn(record=record, event=replace(fired, body=TimerFired(name="x", generation=2)))).live.timers) == len(seen)
    )


def test_a_fold_writes_only_the_last_setting_of_a_timer() -> None:
    """Guard: timers are compared between the record read and the one written."""
    first = turn().arm("x", 1000)
    second = open_turn(first.record, EVENT, entry="07/1-2", clock=100, revision=1).arm("x", 2000)

    item = item_of(StoredRecord(None, 0), [Taken(Lane.LIVE, "1-1", first), Taken(Lane.LIVE, "1-2", second)], build="test")

    assert [2000] == [due for due, _ in item.armed]
    assert [] == item.gone


def test_a_timer_s_entry_says_which_setting_it_was() -> None:
    event = decode_event(timer_event("cu-1", "x", Armed(generation=3, due=50)))

    assert TimerFired(name="x", generation=3) == event.body
    assert ("customer:cu-1", 50) == (event.subject, event.received)
