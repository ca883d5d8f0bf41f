"""What two customers who become one bring along: carts, orders, runs, and what was sent to them."""

from msgspec.structs import replace

from hub.model.customers.cart import ORDERED_KEPT, ORDERS_KEPT, Cart, Orders, amount, plainly
from hub.model.customers.runs import RUNS_KEPT, SENDS_KEPT, Run, SentNudge


def newer_cart(mine: Cart | None, theirs: Cart | None) -> Cart | None:
    """The cart that was changed last; the other is forgotten, as when somebody begins a new one."""
    known = [cart for cart in (mine, theirs) if cart]
    return max(known, key=lambda cart: (cart.updated, cart.ended), default=None)


def both_orders(mine: Orders | None, theirs: Orders | None) -> Orders | None:
    """All orders of both; one that both were told of counts once, as far as the last few are remembered."""
    if mine is None or theirs is None:
        return mine or theirs
    known = {order.id for order in mine.last}
    twice = [order for order in theirs.last if order.id in known and order.state != "cancelled"]
    totals = dict(mine.totals)
    for currency, total in theirs.totals.items():
        own = sum(amount(order.total) for order in twice if order.currency == currency)
        totals[currency] = plainly(amount(totals.get(currency, "0")) + amount(total) - own)
    last = sorted((*mine.last, *(order for order in theirs.last if order.id not in known)), key=lambda order: (order.at, order.id))
    newest = max((mine, theirs), key=lambda orders: orders.last_at)
    return replace(
        newest,
        count=mine.count + theirs.count - len(twice),
        totals=totals,
        last=tuple(last[-ORDERS_KEPT:]),
        ordered=tuple(dict.fromkeys((*theirs.ordered, *mine.ordered)))[-ORDERED_KEPT:],
    )


def both_runs(mine: tuple[Run, ...], theirs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The runs of both, one for each journey and key: what the survivor has stays."""
    known = {(run.journey, run.key) for run in mine}
    runs = sorted((*mine, *(run for run in theirs if (run.journey, run.key) not in known)), key=lambda run: (run.entered, run.id))
    return tuple(runs[-RUNS_KEPT:])


def both_sends(mine: tuple[SentNudge, ...], theirs: tuple[SentNudge, ...]) -> tuple[SentNudge, ...]:
    """What was sent to either counts for both."""
    return tuple(sorted({*mine, *theirs}, key=lambda sent: (sent.at, sent.key))[-SENDS_KEPT:])
