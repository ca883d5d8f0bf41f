"""Lanes without I/O: whose turn it is, what is held together, who is taken alone."""

from hypothesis import given
from hypothesis import strategies as st

from hub.engine.mailboxes.lanes import FOLD_AT_MOST, CustomerLane, Lanes, Waiting
from hub.model.events.event import Body, Event, Noted, Said
from hub.model.words import Lane


def waiting(entry: str, body: Body | None = None, *, arrived: float = 0.0, tries: int = 0) -> Waiting:
    event = Event(id=entry, subject="customer:cu-1", body=body or Noted(name="x"))
    return Waiting(lane=Lane.LIVE, entry=entry, event=event, arrived=arrived, tries=tries)


def lanes(quiet: float = 0.0) -> Lanes:
    return Lanes(quiet=quiet, urgent=lambda event: isinstance(event.body, Said) and event.body.text == "STOP")


def entries(batch: list[tuple[CustomerLane, list[Waiting]]]) -> list[list[str]]:
    return [[one.entry for one in taken] for _, taken in batch]


def test_a_busy_lane_is_not_picked_until_released() -> None:
    ours = lanes()
    ours.add("cu-1", waiting("1"))
    first = ours.pick(0, 10)
    ours.add("cu-1", waiting("2"))

    assert [["1"]] == entries(first)
    assert [] == ours.pick(0, 10)
    ours.release(first[0][0], first[0][1])
    assert [["2"]] == entries(ours.pick(0, 10))


def test_what_is_not_done_is_picked_again_in_its_order() -> None:
    ours = lanes()
    for n in range(3):
        ours.add("cu-1", waiting(str(n)))
    lane, taken = ours.pick(0, 10)[0]

    ours.release(lane, taken[:1])

    assert [["1", "2"]] == entries(ours.pick(0, 10))


def test_a_suspect_is_taken_alone_in_its_lane_and_in_its_batch() -> None:
    ours = lanes()
    ours.add("cu-1", waiting("1"))
    ours.add("cu-2", waiting("2", tries=1))
    ours.add("cu-2", waiting("3"))
    ours.add("cu-3", waiting("4"))

    first, second = ours.pick(0, 10), ours.pick(0, 10)

    assert [["1"], ["4"]] == entries(first)
    assert [["2"]] == entries(second)


def test_nobody_is_taken_along_with_a_suspect() -> None:
    ours = lanes()
    ours.add("cu-1", waiting("1", tries=1))
    ours.add("cu-2", waiting("2"))

    assert [["1"]] == entries(ours.pick(0, 10))
    assert [["2"]] == entries(ours.pick(0, 10))


def test_no_more_than_a_handful_of_one_customer_is_taken_at_once() -> None:
    ours = lanes()
    for n in range(FOLD_AT_MOST + 5):
        ours.add("cu-1", waiting(str(n)))

    assert FOLD_AT_MOST == len(ours.pick(0, 10)[0][1])


def test_lines_are_held_for_the_quiet_time_and_no_longer_than_three_of_it() -> None:
    """Guard: the longest wait."""
    ours = lanes(quiet=1.0)
    picked = 0.0
    for n in range(100):
        now = n / 2
        ours.add("cu-1", waiting(str(n), Said(text="more"), arrived=now))
        if ours.pick(now, 10):
            picked = now
            break

    assert 3.0 == picked


def test_the_next_look_is_when_the_first_held_burst_ends() -> None:
    ours = lanes(quiet=1.0)
    ours.add("cu-1", waiting("1", Said(text="hi"), arrived=5.0))
    ours.add("cu-2", waiting("2", Said(text="hi"), arrived=4.5))

    assert [] == ours.pick(5.0, 10)
    assert 5.5 == ours.next_due()
    assert [["2"]] == entries(ours.pick(5.5, 10))
    assert 6.0 == ours.next_due()


@given(st.lists(st.tuples(st.sampled_from(["add", "pick", "release", "fail"]), st.integers(0, 3)), max_size=80))
def test_whatever_happens_each_customer_s_entries_are_done_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    ours = lanes()
    out: list[tuple[CustomerLane, list[Waiting]]] = []
    added: dict[int, list[str]] = {}
    done: dict[int, list[str]] = {}
    number = 0

    def end(keep: int) -> None:
        lane, taken = out.pop(0)
        kept = taken[: max(0, len(taken) - keep)]
        ours.release(lane, kept)
        for one in kept:
            done.setdefault(int(one.event.id), []).append(one.entry)

    for step, customer in steps:
        if step == "add":
            number += 1
            event = Event(id=str(customer), subject="customer:x", body=Noted(name="x"))
            added.setdefault(customer, []).append(str(number))
            ours.add(str(customer), Waiting(lane=Lane.LIVE, entry=str(number), event=event, arrived=0, tries=number % 3 == 0))
        elif step == "pick":
            out += ours.pick(0, 1 + customer)
        elif out:
            end(keep=customer if step == "fail" else 0)
    while not ours.idle:
        out += ours.pick(0, 3)
        while out:
            end(keep=0)

    assert added == done
    assert 0 == len(ours)
