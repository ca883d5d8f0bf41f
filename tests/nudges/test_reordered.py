"""Whatever comes doubled, late or in another order: the cart is the same, and a walk through days never breaks a promise of the gate."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from hub.engine.turns.replay import replay
from hub.model.customers.cart import FINISH, QUESTION, STOP, TONIGHT, Cart
from hub.model.customers.runs import RunState
from hub.model.events.agents import ClaimAsked, ReleaseAsked, ResolveAsked
from hub.model.events.commerce import Commerce
from hub.model.words import ConsentState, ConversationStatus, OwnerKind
from hub.nudges.carts import change_of, folded
from hub.nudges.local import minute_at, zone_of
from hub.nudges.orders import ended, placed
from hub.nudges.policy import DAY_MS, HOUR_MS, MINUTE_MS
from hub.nudges.reach import consent_of
from tests.nudges.world import PAGE, PHONE, POLICY, Walk, greeted

Told = tuple[str, int, dict[str, object]]
PRODUCTS = ("a", "b", "c")


def cart_of(events: Sequence[Told]) -> Cart | None:
    """What is left of the events in the order given."""
    cart, orders = None, None
    for name, at, properties in events:
        told = json.decode(json.encode(properties), type=Commerce)
        if name == "Order Completed":
            cart, orders = ended(cart, placed(orders, told, at), told, at)
            continue
        change = change_of(name, told, at)
        cart = folded(cart, orders, change, now=at, address=None) if change else cart
    return cart


def shown(cart: Cart | None) -> tuple[object, ...]:
    """What anybody sees of it."""
    if cart is None or not cart.open:
        return ()
    return cart.id, cart.total, tuple((line.product, line.quantity) for line in cart.shown)


def added(product: str, at: int, quantity: int = 1) -> Told:
    return "Product Added", at, {"cart_id": "c1", "product_id": product, "price": 10, "quantity": quantity}


def whole(at: int, *products: str) -> Told:
    lines = [{"product_id": product, "price": 10, "quantity": 1} for product in products]
    return "Cart Updated", at, {"cart_id": "c1", "products": lines}


def ordered(at: int, cart: str = "c1") -> Told:
    return "Order Completed", at, {"order_id": "o1", "cart_id": cart, "total": 10}


@given(st.lists(st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 5)), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_what_was_added_is_the_same_in_any_order(adding: list[tuple[str, int]], random: Random) -> None:
    events = [added(product, 100 + n, quantity) for n, (product, quantity) in enumerate(adding)]

    mixed = random.sample(events, len(events))

    assert shown(cart_of(events)) == shown(cart_of(mixed))


@given(st.lists(st.sets(st.sampled_from(PRODUCTS), min_size=1), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_newest_whole_cart_counts_in_any_order(carts: list[set[str]], random: Random) -> None:
    events = [whole(100 + n, *sorted(products)) for n, products in enumerate(carts)]

    mixed = random.sample(events, len(events))

    assert shown(cart_of(events[-1:])) == shown(cart_of(mixed))


@given(st.permutations([added("a", 100), whole(110, "a", "b"), added("c", 120), ordered(130)]))
def test_an_order_is_the_end_of_its_cart_whenever_it_is_told(events: list[Told]) -> None:
    assert () == shown(cart_of(events))


@given(st.permutations([added("a", 100), added("b", 5_000_000), ordered(200)]))
def test_an_order_ends_its_own_cart_also_where_something_was_changed_after_it(events: list[Told]) -> None:
    assert () == shown(cart_of(events))


def test_an_older_order_of_another_cart_does_not_end_a_newer_one() -> None:
    assert ("c1", "10", (("a", 1),)) == shown(cart_of([added("a", 10 * MINUTE_MS), ordered(MINUTE_MS, cart="c0")]))


def test_a_late_look_at_an_older_cart_changes_nothing() -> None:
    newest = [whole(200, "b"), added("c", 210)]

    assert shown(cart_of(newest)) == shown(cart_of([*newest, whole(100, "a"), added("a", 150)]))


def test_a_cart_larger_than_a_record_has_room_for_keeps_its_total_and_counts_the_rest() -> None:
    lines = [
        {"product_id": f"p{n}", "name": "x" * 500, "price": 10, "quantity": 1, "url": "https://s.example/" + "y" * 900} for n in range(40)
    ]

    cart = cart_of([("Cart Viewed", 100, {"cart_id": "c1", "products": lines, "total": 400})])

    assert cart
    assert (12, 28, "400") == (len(cart.lines), cart.more, cart.total)
    assert len(json.encode(cart)) < 8 * 1024


@pytest.mark.parametrize("odd", ["NaN", "-1", "1e999", "abc", "", " 12,50 "])
def test_an_odd_number_is_no_price_and_breaks_nothing(odd: str) -> None:
    cart = cart_of([("Product Added", 100, {"cart_id": "c1", "product_id": "a", "price": odd, "quantity": odd})])

    assert cart is not None
    assert "" == "".join(sign for sign in cart.total if sign not in "-.0123456789")


class Days:
    """A customer who does anything at all for some days, and what must hold after each step."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.walk = greeted()
        self.orders = 0

    def step(self) -> None:
        """Something happens, or time passes."""
        walk, random = self.walk, self.random
        acts = (
            lambda: walk.wait(minutes=random.choice([1, 10, 31, 61, 300])),
            lambda: walk.wait(hours=random.choice([3, 9, 23])),
            lambda: walk.fill(product_id=random.choice(PRODUCTS), cart_id=random.choice(["c1", "c2"])),
            lambda: walk.track("Cart Updated", cart_id="c1", products=[], at=walk.now - random.choice([0, HOUR_MS])),
            self.order,
            lambda: walk.say(random.choice(["1", "2", "alo", "STOP", "START", "cảm ơn"]), address=random.choice([PAGE, PHONE])),
            lambda: walk.say("", payload=random.choice([FINISH, QUESTION, TONIGHT, STOP])),
            lambda: walk.tell(ClaimAsked(agent="lan"), address=None),
            lambda: walk.tell(ReleaseAsked(agent="lan") if random.random() < 0.5 else ResolveAsked(agent="lan"), address=None),
            lambda: [walk.back(one) for one in walk.nudges[-1:]],
        )
        random.choice(acts)()

    def order(self) -> None:
        self.orders += 1
        cart = self.walk.live.cart
        self.walk.track("Order Completed", order_id=f"o{self.orders}", cart_id=cart.id if cart else "", total=10)


def promised(walk: Walk, before: int) -> None:
    """Every promise, of what was let through since `before`."""
    record = walk.live
    active = [run for run in record.runs if run.active]
    assert len({(run.journey, run.key) for run in record.runs}) == len(record.runs)
    assert len(active) <= 1
    for nudge in walk.nudges[before:]:
        zone = zone_of(record, POLICY)
        assert not POLICY.quiet or not POLICY.quiet.has(minute_at(nudge.created, zone))
    for sent in record.sends:
        day = [one for one in record.sends if sent.at - DAY_MS < one.at <= sent.at]
        assert len(day) <= POLICY.caps.day
        assert len([one for one in day if one.channel == sent.channel]) <= POLICY.caps.channel_day
    for run in active:
        assert record.cart is not None
        assert record.cart.open
        assert run.key == record.cart.id
        assert f"run:{run.id}" in record.timers or run.state is RunState.DEFERRED
    assert all(nudge.until for nudge in record.deferred)


@pytest.mark.parametrize("seed", range(60))
def test_no_walk_breaks_a_promise(seed: int) -> None:
    days = Days(seed)
    for _ in range(60):
        walk, before = days.walk, len(days.walk.nudges)
        silenced = _silenced(walk)

        days.step()

        promised(walk, before)
        if silenced and silenced == _silenced(walk):
            assert len(walk.nudges) == before, silenced


def _silenced(walk: Walk) -> str:
    """Why nothing may go as things stand: STOP everywhere, a person there, nothing left to be reminded of."""
    record = walk.live
    if all((said := consent_of(record, channel)) and said.state is ConsentState.REFUSED for channel in ("webchat", "telegram")):
        return "stop"
    if any(c.status is ConversationStatus.OPEN and c.owner.kind is not OwnerKind.BOT for c in record.conversations):
        return "person"
    return "" if record.cart and record.cart.open else "nothing in the cart"


@pytest.mark.parametrize("seed", range(10))
def test_every_deferred_nudge_ends_sent_or_given_up(seed: int) -> None:
    days = Days(seed)
    for _ in range(40):
        days.step()

    days.walk.tell(ResolveAsked(agent="lan"), address=None)
    days.walk.wait(hours=24 * 9)

    assert () == days.walk.live.deferred
    assert [] == [run.id for run in days.walk.live.runs if run.active]


@pytest.mark.parametrize("seed", range(10))
def test_taken_again_the_turns_decide_the_same(seed: int) -> None:
    one, two = Days(seed), Days(seed)
    for _ in range(40):
        one.step()
        two.step()

    again = replay([*one.walk.turns], one.walk.steps)

    assert one.walk.record == two.walk.record
    assert [one.message for one in one.walk.deliveries] == [two.message for two in two.walk.deliveries]
    assert (len(one.walk.turns), ()) == (again.compared, again.differences)
