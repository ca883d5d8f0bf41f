"""Orders as the shop tells them, and as the customer is told."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec

from dialogs.telling import told_amount, told_day
from dialogs.wording import PICKED, Wording
from hub.model.base import Value
from hub.model.messaging.message import QuickReply

ITEMS_TOLD = 6
"""Lines of an order that are told; the rest is counted."""

_EXPECTED = frozenset({"placed", "paid", "packed", "shipped", "out_for_delivery", "delivery_failed"})
"""States in which a day of arrival is news."""


class OrderItem(Value, frozen=True):
    """One line of an order: `Linen shirt, M`."""

    title: str
    quantity: int = 1


class ShopOrder(Value, frozen=True):
    """What the shop answers about an order: `{"found": true, "status": "shipped", "phone_last4": "5678", "items": [...], ...}`.

    `status` is a word of `Statuses`; without `phone_last4` the order is proven to nobody by digits. `expected`: a date as 2026-11-25;
    `total` in the currency's own unit.
    """

    found: bool = False
    number: str = ""
    status: str = ""
    phone_last4: str = ""
    items: tuple[OrderItem, ...] = ()
    carrier: str = ""
    tracking: str = ""
    tracking_url: str = ""
    expected: str = ""
    total: float = 0
    currency: str = ""


class ShopOrders(Value, frozen=True):
    """What the shop answers about a customer of its own: their latest orders, newest first."""

    orders: tuple[ShopOrder, ...]


def order_in(answer: str | None) -> ShopOrder | None:
    """The shop's answer; one that is not understood counts as none, as one that came too late."""
    try:
        return msgspec.json.decode(answer, type=ShopOrder) if answer is not None else None
    except msgspec.DecodeError:
        return None


def orders_in(answer: str | None) -> tuple[ShopOrder, ...] | None:
    """The shop's answer about a customer's orders; None where it gave none that is understood."""
    try:
        return msgspec.json.decode(answer, type=ShopOrders).orders if answer is not None else None
    except msgspec.DecodeError:
        return None


def told_order(order: ShopOrder, number: str, *, wording: Wording, now: int, zone: str) -> str:
    """The status, what is in it, with whom it travels and when it should arrive; a line each, without what is not known."""
    say = wording.say
    lines = [say.order_found.format(order=number, status=wording.status.get(order.status, wording.status["other"]))]
    lines += ["• " + say.order_items.format(quantity=item.quantity, title=item.title) for item in order.items[:ITEMS_TOLD]]
    if len(order.items) > ITEMS_TOLD:
        lines.append(f"• +{len(order.items) - ITEMS_TOLD}")
    if order.total and order.currency:
        lines.append(say.order_total.format(amount=told_amount(order.total, order.currency, language=wording.language)))
    if order.carrier and order.tracking:
        lines.append(say.order_shipment.format(carrier=order.carrier, tracking=order.tracking))
        lines += [order.tracking_url] if order.tracking_url else []
    if (day := _expected(order, now=now, zone=zone)) is not None:
        today = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date()
        lines.append(say.order_expected.format(day=told_day(wording.time, day, today=today)))
    return "\n".join(lines)


def told_orders(orders: Sequence[ShopOrder], *, wording: Wording) -> str:
    """One line an order."""
    told = (
        wording.say.order_found.format(order=f"#{o.number}", status=wording.status.get(o.status, wording.status["other"])) for o in orders
    )
    return "\n".join((wording.say.orders_which, *(f"• {line}" for line in told)))


def offered_orders(orders: Sequence[ShopOrder]) -> tuple[QuickReply, ...]:
    """A quick reply for each."""
    return tuple(QuickReply(title=f"#{order.number}", payload=PICKED + order.number) for order in orders)


def _expected(order: ShopOrder, *, now: int, zone: str) -> date | None:
    """The day of arrival, where it is still to come."""
    if order.status not in _EXPECTED or not order.expected:
        return None
    try:
        day = date.fromisoformat(order.expected)
    except ValueError:
        return None
    return day if day >= datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone)).date() else None
