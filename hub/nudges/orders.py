"""Orders from their events, and the cart that an order ends."""

from msgspec.structs import replace

from hub.model.customers.cart import ORDERED_KEPT, ORDERS_KEPT, Cart, Orders, PlacedOrder, amount, plainly
from hub.model.events.commerce import CANCELLED, Commerce, word
from hub.nudges.carts import priced

GRACE_MS = 60_000
"""So much two clocks may differ: a page's last look at the cart and the server's order are about the same moment."""

_STATES = {CANCELLED: "cancelled"}


def placed(orders: Orders | None, told: Commerce, at: int) -> Orders:
    """With one more order; told again it changes nothing, and one that was cancelled before it was told stays so."""
    orders = orders or Orders()
    id = word(told.order_id) or f"order-{at}"  # noqa: A001 - the field's name
    known = next((one for one in orders.last if one.id == id), None)
    if known is not None and (known.state == "placed" or known.items or known.total):
        return orders
    total = next((priced(one) for one in (told.total, told.revenue, told.value) if one is not None), "")
    items = tuple(word(product.name, 60) for product in told.products or () if product.name)[:3]
    order = PlacedOrder(
        id=id, at=at, total=total, currency=word(told.currency, 8), state=known.state if known else "placed", items=items
    )  # fmt: skip
    counts = order.state == "placed"
    newest = counts and at >= orders.last_at
    return replace(
        _with(orders, order),
        count=orders.count + counts,
        totals=_added(orders.totals, order, sign=1) if counts else orders.totals,
        last_id=id if newest else orders.last_id,
        last_at=at if newest else orders.last_at,
    )


def undone(orders: Orders | None, name: str, told: Commerce, at: int) -> Orders:
    """With an order cancelled or refunded; a refund of a part takes that part off the total."""
    orders = orders or Orders()
    id, state = word(told.order_id), _STATES.get(name, "refunded")  # noqa: A001 - the field's name
    known = next((one for one in orders.last if one.id == id), None)
    if not id or (known is not None and known.state != "placed"):
        return orders
    if known is None:
        # It overtook its order, or the order is long gone: kept, so that the order does not count when it comes.
        return _with(orders, PlacedOrder(id=id, at=at, state=state))
    back = next((priced(one) for one in (told.total, told.value, told.revenue) if one is not None), "") or known.total
    totals = _added(orders.totals, replace(known, total=back), sign=-1)
    return replace(_with(orders, replace(known, state=state)), totals=totals, count=orders.count - (state == "cancelled"))


def ended(cart: Cart | None, orders: Orders, told: Commerce, at: int) -> tuple[Cart | None, Orders]:
    """The cart ended by the order, and the orders with the carts that are never opened again.

    By its id, however late the order is told; else where nothing was changed in the cart since. An order whose cart nobody told of leaves
    an empty one, ended then, so that its late events open none.
    """
    ids = [one for one in (word(told.cart_id), word(told.checkout_id)) if one]
    own = bool(cart and {cart.id, cart.alias} & set(ids))
    later = bool(cart and not own and cart.updated > at + GRACE_MS)
    gone = dict.fromkeys((*orders.ordered, *ids, *([cart.id] if cart and not later else []), *([cart.alias] if own and cart else [])))
    orders = replace(orders, ordered=tuple(one for one in gone if one)[-ORDERED_KEPT:])
    if later:
        return cart, orders
    if cart is None:
        return Cart(id=ids[0] if ids else f"cart-{at}", began=at, updated=at, ended=at, end="ordered"), orders
    return replace(cart, ended=max(at, cart.updated, cart.ended), end="ordered"), orders


def _with(orders: Orders, order: PlacedOrder) -> Orders:
    last = sorted((*(one for one in orders.last if one.id != order.id), order), key=lambda one: (one.at, one.id))
    return replace(orders, last=tuple(last[-ORDERS_KEPT:]))


def _added(totals: dict[str, str], order: PlacedOrder, *, sign: int) -> dict[str, str]:
    if not order.total:
        return totals
    kept = amount(totals.get(order.currency, "0")) + sign * amount(order.total)
    return {**totals, order.currency: plainly(kept)}
