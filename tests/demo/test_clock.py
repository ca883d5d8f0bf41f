"""The demo's clock: begins at ten, goes as fast as told, never back."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.demo.clock import DemoClock, opening
from sandbox.store.book import HOUR_MS, Order, OrderBook

ZONE = "Asia/Ho_Chi_Minh"
MINUTE = 60_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


class Machine:
    """The machine's own clock, moved by hand."""

    def __init__(self, text: str) -> None:
        self.ms = at(text)

    def __call__(self) -> int:
        return self.ms


def clock(folder: Path, machine: Machine) -> DemoClock:
    return DemoClock(folder / "clock.json", zone=ZONE, real=machine)


@pytest.mark.parametrize("now", ["2026-11-23 03:00", "2026-11-23 10:00", "2026-11-23 23:59"])
def test_a_first_start_begins_at_ten_this_morning(tmp_path: Path, now: str) -> None:
    assert at("2026-11-23 10:00") == clock(tmp_path, Machine(now)).now()


@pytest.mark.parametrize(
    ("after", "first"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:00"),
        ("2026-11-23 10:01", "2026-11-24 10:00"),
        ("2026-11-23 09:59", "2026-11-23 10:00"),
        ("2026-12-31 22:00", "2027-01-01 10:00"),
    ],
)
def test_the_first_ten_oclock_not_before(after: str, first: str) -> None:
    assert at(first) == opening(at(after), zone=ZONE)


def test_it_goes_as_fast_as_told_and_is_pushed_on(tmp_path: Path) -> None:
    machine = Machine("2026-11-23 15:00")
    shown = clock(tmp_path, machine)

    machine.ms += 1000
    shown.go(60)
    machine.ms += 1000
    shown.push(30 * MINUTE)
    shown.go(600)
    machine.ms += 1000

    assert at("2026-11-23 10:00") + 1000 + 60_000 + 30 * MINUTE + 600_000 == shown.now()
    assert (600, ZONE) == (shown.state.pace, shown.state.zone)


def test_it_never_goes_back_over_restarts_and_a_kill(tmp_path: Path) -> None:
    machine = Machine("2026-11-23 15:00")
    first = clock(tmp_path, machine)
    first.push(90 * MINUTE)
    first.write_ahead(1.0)
    reached = first.now()
    machine.ms += 1500

    killed = clock(tmp_path, machine)
    killed.write()

    assert at("2026-11-24 10:00") == killed.now() > reached + 1500
    assert at("2026-11-24 10:00") == clock(tmp_path, machine).now()


@pytest.mark.parametrize("pace", [0, -1, 2, 1_000_000])
def test_another_pace_is_refused(tmp_path: Path, pace: int) -> None:
    with pytest.raises(ValueError, match="pace"):
        clock(tmp_path, Machine("2026-11-23 15:00")).go(pace)


@pytest.mark.parametrize("ms", [0, -1, 2 * 24 * 60 * MINUTE])
def test_a_push_back_or_too_far_is_refused(tmp_path: Path, ms: int) -> None:
    with pytest.raises(ValueError, match="never back"):
        clock(tmp_path, Machine("2026-11-23 15:00")).push(ms)


def test_the_past_can_only_be_told_before_anything_was_reached(tmp_path: Path) -> None:
    machine = Machine("2026-11-23 15:00")
    shown = clock(tmp_path, machine)
    shown.begin(at("2026-11-20 09:00"))
    begun = shown.now()
    shown.push_to(at("2026-11-23 10:00"))
    shown.push_to(at("2026-11-22 10:00"))
    shown.write()

    later = clock(tmp_path, machine)
    later.begin(at("2026-11-20 09:00"))

    assert (at("2026-11-20 09:00"), at("2026-11-23 10:00"), at("2026-11-23 10:00")) == (begun, shown.now(), later.now())


def order(**changes: object) -> Order:
    told: dict[str, object] = {
        "number": "", "at": 0, "user": "lan", "name": "Lan", "phone": "0900005678", "address": "", "language": "vi", "currency": "VND",
        "lines": (),
    }  # fmt: skip
    return Order(**{**told, **changes})  # type: ignore[arg-type]


def test_the_same_checkout_twice_is_one_order_and_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    book = OrderBook(tmp_path / "orders.json")
    first, again, guest = book.place(order(key="a")), book.place(order(key="a", name="other")), book.place(order(key="b", user=""))

    reopened = OrderBook(tmp_path / "orders.json")

    assert ["1001", "1001", "1002", "1003"] == [first.number, again.number, guest.number, reopened.place(order(key="c")).number]
    assert ["1001", "1003"] == sorted(one.number for one in reopened.of("lan"))


@pytest.mark.parametrize(
    ("hours", "status", "state"),
    [
        (0, "", "placed"),
        (3, "", "packed"),
        (30, "", "shipped"),
        (70, "", "out_for_delivery"),
        (80, "", "delivered"),
        (80, "returned", "returned"),
    ],
)
def test_an_order_goes_its_way_by_the_clock_unless_something_else_was_said(hours: int, status: str, state: str) -> None:
    assert state == order(status=status).state(hours * HOUR_MS)
