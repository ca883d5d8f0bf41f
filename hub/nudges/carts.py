"""A cart from its events, in whatever order they come: by the time of each, so that a late one changes nothing that is newer."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from hub.model.address import Address
from hub.model.base import Value
from hub.model.customers.cart import LINES_KEPT, Cart, CartLine, Orders, amount, plainly
from hub.model.events.commerce import ADDED, REMOVED, Commerce, Number, Product, word

_OWN = "cart-"
"""What an id of our own begins with, for carts whose shop names none."""

_NAME, _LINK = 120, 300
_MOST = 9999
_LARGEST = Decimal(10) ** 12


class Change(Value, frozen=True):
    """What one event says of a cart. `whole`: all that is in it; else one line by which it grew or shrank (`all_of_it`: wholly)."""

    at: int
    lines: tuple[CartLine, ...] = ()
    whole: bool = False
    removes: bool = False
    all_of_it: bool = False
    ids: tuple[str, ...] = ()
    currency: str = ""
    total: str = ""
    url: str = ""
    checkout: str = ""


def change_of(name: str, told: Commerce, at: int) -> Change | None:
    """What the event changes; None where it names nothing that could be in a cart."""
    ids = tuple(one for one in (word(told.cart_id), word(told.checkout_id)) if one)
    common = {"at": at, "ids": ids, "currency": word(told.currency, 8), "url": link(told.cart_url), "checkout": link(told.checkout_url)}
    if name in {ADDED, REMOVED}:
        line = line_of(told, at)
        if not line.product:
            return None
        return Change(**common, lines=(line,), removes=name == REMOVED, all_of_it=name == REMOVED and told.quantity is None)  # type: ignore[arg-type]
    if told.products is None:
        return None
    lines = tuple(line for product in told.products if (line := line_of(product, at)).product)
    total = next((priced(one) for one in (told.total, told.value, told.revenue) if one is not None), "")
    return Change(**common, lines=lines, whole=True, total=total)  # type: ignore[arg-type]


def line_of(product: Product, at: int) -> CartLine:
    """A product as a cart keeps it; without any name its `product` is empty."""
    named = word(product.name, _NAME)
    return CartLine(
        product=word(product.product_id) or word(product.sku) or named,
        name=named,
        variant=word(product.variant, 60),
        quantity=counted(product.quantity),
        price=priced(product.price),
        url=link(product.url),
        image=link(product.image_url),
        at=at,
    )


def folded(cart: Cart | None, orders: Orders | None, change: Change, *, now: int, address: Address | None) -> Cart | None:
    """The cart after the event; the same one where the event is too old to matter, or belongs to what was ordered."""
    if orders and any(one in orders.ordered for one in change.ids):
        return cart
    if cart and cart.ended and change.at <= cart.ended:
        return cart
    if cart is None or cart.ended or not _same(cart, change):
        if cart and not cart.ended and change.at < cart.updated:
            return cart
        own = change.ids[0] if change.ids else f"{_OWN}{change.at}"
        cart = Cart(id=own, version=0, began=change.at)
    elif change.at < cart.based:
        return cart
    lines = _whole(cart, change) if change.whole else _one(cart, change)
    return _summed(_kept(cart, change, lines), change, before=cart, now=now, address=address)


def _same(cart: Cart, change: Change) -> bool:
    """Whether it is about this cart: by an id, or because one of both names none."""
    known = {cart.id, cart.alias} - {""}
    return not change.ids or bool(known & set(change.ids)) or (cart.id.startswith(_OWN) and not cart.alias)


def _whole(cart: Cart, change: Change) -> list[CartLine]:
    newer = {(line.product, line.variant): line for line in cart.lines if line.at > change.at}
    told = {(line.product, line.variant): line for line in change.lines}
    return list({**told, **newer}.values())


def _one(cart: Cart, change: Change) -> list[CartLine]:
    (told,) = change.lines
    lines = {(line.product, line.variant): line for line in cart.lines}
    old = lines.get((told.product, told.variant))
    sign = -1 if change.removes else 1
    if old is None:
        quantity = 0 if change.all_of_it else sign * told.quantity
    elif change.all_of_it:
        quantity = 0 if change.at >= old.at else old.quantity
    elif change.at < old.at and old.quantity == 0:
        # Taken out wholly since.
        quantity = 0
    else:
        quantity = max(-_MOST, min(_MOST, old.quantity + sign * told.quantity))
    newest = told if old is None or change.at >= old.at else old
    kept = old or told
    lines[told.product, told.variant] = replace(
        newest,
        quantity=quantity,
        name=newest.name or kept.name,
        price=newest.price or kept.price,
        url=newest.url or kept.url,
        image=newest.image or kept.image,
    )
    return list(lines.values())


def _kept(cart: Cart, change: Change, lines: Iterable[CartLine]) -> Cart:
    """As many lines as a record has room for: what is in the cart before what was taken out, the newest before the oldest."""
    # By product last, so that the order in which events of one instant came makes no difference.
    ranked = sorted(lines, key=lambda line: (line.quantity <= 0, -line.at, line.product, line.variant))
    rest = sum(line.quantity > 0 for line in ranked[LINES_KEPT:])
    others = [one for one in change.ids if one != cart.id]
    return replace(
        cart,
        lines=tuple(sorted(ranked[:LINES_KEPT], key=lambda line: (line.product, line.variant))),
        more=rest,
        based=max(cart.based, change.at) if change.whole else cart.based,
        alias=cart.alias or (others[0] if others else ""),
    )


def _summed(cart: Cart, change: Change, *, before: Cart, now: int, address: Address | None) -> Cart:
    """With total, version and times; what the shop says is the total counts as long as nothing changed after it said so."""
    newest = change.at >= cart.updated
    said = (change.total if change.whole else "") if newest else cart.said
    total = said or plainly(sum((amount(line.price) * line.quantity for line in cart.shown), Decimal(0)))
    return replace(
        cart,
        said=said,
        total=total,
        currency=(change.currency if newest else "") or cart.currency or change.currency,
        url=(change.url if newest else "") or cart.url or change.url,
        checkout=(change.checkout if newest else "") or cart.checkout or change.checkout,
        version=cart.version + (_content(cart) != _content(before) or not cart.version),
        updated=max(cart.updated, change.at),
        began=min(cart.began, change.at),
        seen=now,
        address=(address if newest else None) or cart.address or address,
    )


def _content(cart: Cart) -> list[tuple[str, str, int, str]]:
    return sorted((line.product, line.variant, line.quantity, line.price) for line in cart.shown)


def counted(value: Number) -> int:
    """A quantity between 0 and 9,999; 1 where none is told."""
    return 1 if value is None else max(0, min(_MOST, int(amount(str(value).strip()))))


def priced(value: Number) -> str:
    """A price as decimal text; '' for what is none."""
    text = "" if value is None else str(value).strip()
    number = amount(text)
    if not number:
        return "0" if text[:1].isdigit() else ""
    return plainly(number) if abs(number) < _LARGEST else ""


def link(url: str | None) -> str:
    """A web address that can be shown; '' for anything else, and for one too long to keep: a cut one leads nowhere."""
    text = (url or "").strip()
    return text if text.startswith(("https://", "http://")) and len(text) <= _LINK else ""
