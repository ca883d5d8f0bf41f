"""What the shop's events make known of a customer: profile, cart, orders, and a line on the timeline for each worth reading."""

from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.cart import CART_TIMER, Cart, amount
from hub.model.errors import Unparseable
from hub.model.events.commerce import ADDED, BROWSING, CART_EVENTS, ORDER_EVENTS, ORDERED, REMOVED, Commerce, read, word
from hub.model.events.event import Identified, Tracked
from hub.model.turns.turn import Turn
from hub.model.webchat.chat import KIND as WEB_CHAT
from hub.nudges.carts import change_of, folded, priced
from hub.nudges.orders import ended, placed, undone
from hub.nudges.rules import Rules
from hub.nudges.traits import learned

SESSIONS_KEPT = 20
WHEN_MS = 60_000
"""An event that lies further back than this tells on its line when it was."""


class Facts:
    """Stands before the dialogs and the journeys, which read what it wrote."""

    name = "facts"

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Nothing."""
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the event in the record."""
        match turn.event.body:
            case Tracked() as tracked:
                return self._tracked(_reached(turn), tracked).done()
            case Identified() as told:
                return self._identified(_reached(turn), told).done()
        return turn

    def _identified(self, turn: Turn, told: Identified) -> Turn:
        turn = self._learned(turn, told.traits, source=told.source)
        return turn.fact("identified", source=told.source)

    def _tracked(self, turn: Turn, tracked: Tracked) -> Turn:
        device = {"time_zone": tracked.context.get("time_zone", "")}
        turn = self._learned(turn, {key: value for key, value in device.items() if value}, source=tracked.source)
        try:
            told = read(tracked.properties)
        except Unparseable:
            told = Commerce()
        if tracked.name in CART_EVENTS:
            turn = self._cart(turn, tracked.name, told)
        elif tracked.name in ORDER_EVENTS:
            turn = _ordered(turn, tracked.name, told)
        turn = turn.fact("tracked", event=tracked.name, source=tracked.source)
        return turn if tracked.name in BROWSING else _line(turn, tracked.name, told)

    def _learned(self, turn: Turn, traits: dict[str, str], *, source: str) -> Turn:
        if not traits:
            return turn
        profile = learned(turn.live.profile, traits, source=source, at=turn.event.at or turn.now, country=self._rules.policy.country)
        return turn if profile == turn.live.profile else turn.with_record(profile=profile)

    def _cart(self, turn: Turn, name: str, told: Commerce) -> Turn:
        change = change_of(name, told, turn.event.at or turn.now)
        before = turn.live.cart
        cart = folded(before, turn.live.orders, change, now=turn.now, address=turn.event.address) if change else before
        if cart is before:
            return turn
        return _timed(turn.with_record(cart=cart), cart, self._rules.policy.abandoned_ms)


def _ordered(turn: Turn, name: str, told: Commerce) -> Turn:
    at, record = turn.event.at or turn.now, turn.live
    if name != ORDERED:
        return turn.with_record(orders=undone(record.orders, name, told, at))
    cart, orders = ended(record.cart, placed(record.orders, told, at), told, at)
    turn = turn.with_record(cart=cart, orders=orders)
    return turn if cart and cart.open else turn.disarm(CART_TIMER)


def _timed(turn: Turn, cart: Cart | None, after: int) -> Turn:
    """Each change of the cart sets the timer anew; a cart with nothing in it, or nothing that costs, is never left behind."""
    if cart is None or not cart.open or amount(cart.total) <= 0:
        return turn.disarm(CART_TIMER)
    return turn if cart.abandoned == cart.version else turn.arm(CART_TIMER, turn.now + after)


def _reached(turn: Turn) -> Turn:
    """The turn with where the event came from among the customer's addresses: what is kept must be found again."""
    address, known = turn.event.address, turn.live.addresses
    if address is None or address in known:
        return turn
    return turn.with_record(addresses=_within((*known, address)))


def _within(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    sessions = [address for address in addresses if address.channel == WEB_CHAT]
    gone = set(sessions[:-SESSIONS_KEPT])
    return tuple(address for address in addresses if address not in gone)


def _line(turn: Turn, name: str, told: Commerce) -> Turn:
    detail = {key: value for key, value in _about(name, told).items() if value}
    at = turn.event.at or turn.now
    if turn.now - at > WHEN_MS:
        detail["when"] = str(at)
    return turn.note("fact", "customer", name, address=turn.event.address, detail=detail)


def _about(name: str, told: Commerce) -> dict[str, str]:
    """What the line is about: one product, or the whole with its total."""
    currency = word(told.currency, 8)
    if name in {ADDED, REMOVED} or (told.name and not told.products):
        return {
            "name": word(told.name),
            "variant": word(told.variant, 60),
            "quantity": word(told.quantity, 8),
            "price": priced(told.price),
            "currency": currency,
        }
    total = next((priced(one) for one in (told.total, told.value, told.revenue) if one is not None), "")
    named = [word(product.name, 60) for product in told.products or () if product.name]
    return {"order": word(told.order_id), "items": ", ".join(named[:3]), "count": str(len(named)), "total": total, "currency": currency}
