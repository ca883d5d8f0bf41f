"""The shop's orders: kept in a file, moved on by the clock, told to the hub as its shop port asks for them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from hub.model.base import Value

FIRST_NUMBER = 1001
HOUR_MS = 3_600_000
ON_ITS_WAY = (
    (0, "placed"),
    (2 * HOUR_MS, "packed"),
    (20 * HOUR_MS, "shipped"),
    (68 * HOUR_MS, "out_for_delivery"),
    (74 * HOUR_MS, "delivered"),
)
"""From how long after the order it is in which state, unless something else was said of it."""
LATEST = 5
_VN_HOURS = 7


class Line(Value, frozen=True, omit_defaults=False):
    """One product of an order, with its name as the customer read it; `price` of one."""

    product: str
    title: str
    size: str
    quantity: int
    price: int


class Order(Value, frozen=True, omit_defaults=False):
    """An order. `status`: what was said of it, empty: it goes its way; `user`: the account, empty for a guest."""

    number: str
    at: int
    user: str
    name: str
    phone: str
    address: str
    language: str
    currency: str
    lines: tuple[Line, ...]
    status: str = ""
    key: str = ""

    @property
    def total(self) -> int:
        """What it costs, in whole units of the currency."""
        return sum(line.price * line.quantity for line in self.lines)

    def state(self, now: int) -> str:
        """Where it is at that time."""
        return self.status or [state for after, state in ON_ITS_WAY if now - self.at >= after or not after][-1]

    def told(self, now: int) -> dict[str, object]:
        """As the shop port tells it: `ShopOrder` of docs/dialogs.md."""
        state = self.state(now)
        left = state not in {"placed", "packed", "cancelled"}
        expected = datetime.fromtimestamp(self.at / 1000, UTC) + timedelta(hours=_VN_HOURS, days=3)
        return {
            "found": True,
            "number": self.number,
            "status": state,
            "phone_last4": self.phone[-4:],
            "items": [
                {"title": f"{line.title}, {line.size}" if line.size else line.title, "quantity": line.quantity} for line in self.lines
            ],
            "total": self.total,
            "currency": self.currency,
            "carrier": "GHN" if left else "",
            "tracking": f"GHN{48210000 + int(self.number)}" if left else "",
            "expected": expected.date().isoformat(),
        }


class OrderBook:
    """All orders, oldest first; each change is in the file before it is told."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._orders: dict[str, Order] = {}
        if file.exists():
            self._orders = {order.number: order for order in msgspec.json.decode(file.read_bytes(), type=list[Order])}

    def place(self, order: Order) -> Order:
        """Take an order under the next number; the same key again is the same order."""
        known = next((one for one in self._orders.values() if order.key and one.key == order.key), None)
        if known:
            return known
        numbers = [int(number) for number in self._orders if number.isdecimal()]
        placed = replace(order, number=str(max(numbers, default=FIRST_NUMBER - 1) + 1))
        self._orders[placed.number] = placed
        beside = self._file.with_suffix(".new")
        beside.write_bytes(msgspec.json.encode(list(self._orders.values())))
        beside.replace(self._file)
        return placed

    def find(self, number: str) -> Order | None:
        """The order of that number."""
        return self._orders.get(number)

    def of(self, user: str) -> list[Order]:
        """An account's latest orders, newest first."""
        mine = [order for order in self._orders.values() if order.user == user]
        return sorted(mine, key=lambda order: order.at, reverse=True)[:LATEST]
