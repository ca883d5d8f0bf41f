"""What a customer is about to buy and has bought, as the shop's events tell it; prices are decimal text, instants ms since 1970."""

from decimal import Decimal, InvalidOperation

from hub.model.address import Address
from hub.model.base import Value

FINISH = "cart:finish"
QUESTION = "cart:question"
TONIGHT = "cart:tonight"
STOP = "cart:stop"
"""Payloads of the quick replies under a reminder of a cart. The run reacts to them (hub/nudges), the cart dialog has the words."""

CART_TIMER = "cart"
"""The timer's name that each change of the cart sets anew."""

LINES_KEPT = 12
ORDERS_KEPT = 5
ORDERED_KEPT = 20


class CartLine(Value, frozen=True):
    """One product in a cart. `at`: the event that last changed it; a quantity of 0 is kept so that an older event cannot bring it back."""

    product: str
    name: str = ""
    variant: str = ""
    quantity: int = 1
    price: str = ""
    url: str = ""
    image: str = ""
    at: int = 0


class Cart(Value, frozen=True):
    """The latest cart. `version` rises with each change of what is in it; `abandoned`: the version already told as left behind.

    `lines`: at most twelve, also those with quantity 0 (`shown` leaves them out), `more` counts the rest; `total`: as `said`, else the
    sum. `updated`: time of the newest change, `based` of the newest event that told the whole cart, `began` of the first, `seen` of the
    turn that took the last change. `ended` (0: not) with `end`: ordered. `address`: where the last change came from; `url` and
    `checkout`: web addresses of the cart and of its checkout; `alias`: its other id.
    """

    id: str
    currency: str = ""
    lines: tuple[CartLine, ...] = ()
    more: int = 0
    total: str = ""
    said: str = ""
    version: int = 1
    began: int = 0
    based: int = 0
    updated: int = 0
    seen: int = 0
    abandoned: int = 0
    ended: int = 0
    end: str = ""
    url: str = ""
    checkout: str = ""
    alias: str = ""
    address: Address | None = None

    @property
    def shown(self) -> tuple[CartLine, ...]:
        """What is in it."""
        return tuple(line for line in self.lines if line.quantity > 0)

    @property
    def open(self) -> bool:
        """Whether there is something in it that was not ordered."""
        return not self.ended and bool(self.shown)


class PlacedOrder(Value, frozen=True):
    """One order of the last few; `state`: placed, cancelled, refunded."""

    id: str
    at: int
    total: str = ""
    currency: str = ""
    state: str = "placed"
    items: tuple[str, ...] = ()


class Orders(Value, frozen=True):
    """What was ordered: how often, for how much by currency (decimal text), the newest, the last few, and the carts that were ordered."""

    count: int = 0
    totals: dict[str, str] = {}
    last_id: str = ""
    last_at: int = 0
    last: tuple[PlacedOrder, ...] = ()
    ordered: tuple[str, ...] = ()


def amount(text: str) -> Decimal:
    """Decimal text as a number; 0 for what is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def plainly(number: Decimal) -> str:
    """A number as decimal text without exponent or trailing zeros: `290000`, `12.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
