"""What the shop's events say, as their sender wrote it: the properties of the Segment spec's ecommerce events (v2).

https://www.twilio.com/docs/segment/connections/spec/ecommerce/v2
"""

from msgspec import DecodeError, Struct, ValidationError, json

from hub.model.errors import Unparseable

Number = int | float | str | None
"""Shops send prices and quantities as numbers or as texts."""

Word = str | int | float | None
"""Ids and names come as either, too."""


class Product(Struct, frozen=True, kw_only=True):
    """One product as an event names it."""

    product_id: Word = None
    sku: Word = None
    name: Word = None
    variant: Word = None
    price: Number = None
    quantity: Number = None
    url: str | None = None
    image_url: str | None = None
    currency: str | None = None


class Commerce(Product, frozen=True, kw_only=True):
    """The properties of a cart or an order event; a single product's stand beside the rest."""

    cart_id: Word = None
    checkout_id: Word = None
    order_id: Word = None
    total: Number = None
    value: Number = None
    revenue: Number = None
    products: list[Product] | None = None
    cart_url: str | None = None
    checkout_url: str | None = None


ADDED, REMOVED, VIEWED, UPDATED = "Product Added", "Product Removed", "Cart Viewed", "Cart Updated"
CHECKOUT, ORDERED, CANCELLED, REFUNDED = "Checkout Started", "Order Completed", "Order Cancelled", "Order Refunded"

CART_EVENTS = frozenset({ADDED, REMOVED, VIEWED, UPDATED, CHECKOUT})
ORDER_EVENTS = frozenset({ORDERED, CANCELLED, REFUNDED})
BROWSING = frozenset(
    {"Product Viewed", "Product List Viewed", "Products Searched", "Product List Filtered", "Product Clicked", "Page Viewed"}
)
"""What happens so often that it would push a conversation off the timeline: facts, but no lines."""

GA4: dict[str, str] = {
    "view_item": "Product Viewed",
    "view_item_list": "Product List Viewed",
    "search": "Products Searched",
    "add_to_cart": ADDED,
    "remove_from_cart": REMOVED,
    "view_cart": VIEWED,
    "begin_checkout": CHECKOUT,
    "purchase": ORDERED,
    "refund": REFUNDED,
}
"""GA4's names (developers.google.com/analytics/devguides/collection/ga4/reference/events) → ours."""


def read(properties: bytes) -> Commerce:
    """The properties in their types; raises Unparseable naming the field, never its value."""
    try:
        return json.decode(properties, type=Commerce)
    except ValidationError as error:
        raise Unparseable(str(error)) from error
    except (DecodeError, UnicodeError, RecursionError) as error:
        raise Unparseable(type(error).__name__) from error


def word(value: Word, most: int = 120) -> str:
    """An id or a name as text, cut to a length."""
    return "" if value is None else str(value).strip()[:most]
