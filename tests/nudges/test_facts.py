"""What the shop tells of somebody: plausible or left out, by whom, since when; who is who; and two who become one."""

import pytest
from msgspec import json
from msgspec.structs import replace

from hub.engine.turns.combining import both_orders, both_runs, both_sends, newer_cart
from hub.model.customers.cart import Cart, Orders, PlacedOrder
from hub.model.customers.record import Fact
from hub.model.customers.runs import Run, SentNudge
from hub.model.events.event import Identified, TimerFired
from hub.model.events.merging import MergeAsked
from hub.nudges.money import money
from hub.nudges.reach import choose
from hub.nudges.traits import learned, phone
from tests.nudges.world import PAGE, POLICY, USER, Walk, greeted


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"email": " Mai@Example.VN "}, {"email": "mai@example.vn"}),
        ({"email": "no mail"}, {}),
        ({"phone": "0901 234 567"}, {"phone": "+84901234567"}),
        ({"phone": "00886-912-345-678"}, {"phone": "+886912345678"}),
        ({"phone": "113"}, {}),
        ({"timezone": "Asia/Taipei"}, {"time_zone": "Asia/Taipei"}),
        ({"timezone": "../../etc/passwd"}, {}),
        ({"locale": "vi-VN"}, {"language": "vi-VN"}),
        ({"language": "all of them"}, {}),
        ({"firstName": "Mai", "lastName": "Lê"}, {"first_name": "Mai", "last_name": "Lê", "name": "Mai Lê"}),
        ({"loyalty": "gold"}, {"trait:loyalty": "gold"}),
        ({"name": ""}, {}),
    ],
)
def test_what_is_plausible_is_kept(told: dict[str, str], kept: dict[str, str]) -> None:
    found = learned({}, told, source="server", at=5, country="VN")

    assert kept == {name: fact.value for name, fact in found.items()}


def test_the_newer_word_counts_and_a_page_never_overrules_the_shop() -> None:
    said = learned({}, {"name": "Mai"}, source="server", at=10)

    assert "Mai" == learned(said, {"name": "Hacker"}, source="browser", at=20)["name"].value
    assert "Mai" == learned(said, {"name": "Old"}, source="server", at=5)["name"].value
    assert "Mai Lê" == learned(said, {"name": "Mai Lê"}, source="server", at=20)["name"].value
    assert "Mai" == learned({"name": Fact(value="X", source="browser", at=99)}, {"name": "Mai"}, source="server", at=10)["name"].value


def test_a_shop_may_tell_as_much_as_it_likes_and_a_record_keeps_a_handful() -> None:
    found = learned({}, {f"t{n}": "x" * 1000 for n in range(200)}, source="server", at=1)

    assert (24, 200) == (len(found), max(len(fact.value) for fact in found.values()))


@pytest.mark.parametrize("text", ["", "+", "abc", "+0901", "090123456789012345678"])
def test_what_cannot_be_a_number_is_none(text: str) -> None:
    assert "" == phone(text, "VN")


@pytest.mark.parametrize(
    ("amount", "currency", "language", "told"),
    [
        ("1290000", "VND", "vi", "1.290.000 ₫"),
        ("1290000", "VND", "en", "₫1,290,000"),
        ("1290000", "VND", "zh-TW", "1,290,000 ₫"),
        ("1290", "TWD", "zh-TW", "NT$ 1,290"),
        ("12.5", "USD", "en", "$12.50"),
        ("12.5", "usd", "vi", "12,50 $"),
        ("7", "XYZ", "en", "XYZ 7.00"),
    ],
)
def test_money_is_written_as_the_language_writes_it(amount: str, currency: str, language: str, told: str) -> None:
    assert told == money(amount, currency, language)


def test_a_line_tells_what_was_done_in_the_shop_and_browsing_leaves_none() -> None:
    walk = Walk()
    turn = walk.track("Product Added", product_id="p1", name="Áo linen", variant="M", quantity=1, price=290000, currency="VND")
    viewed = walk.track("Product Viewed", product_id="p1", name="Áo linen")
    late = walk.track("Signed Up", at=walk.now - 3_600_000)

    (line,) = turn.timeline
    assert ("fact", "customer", "Product Added") == (line.kind, line.who, line.text)
    assert {"name": "Áo linen", "variant": "M", "quantity": "1", "price": "290000", "currency": "VND"} == line.detail
    assert ((), "tracked") == (viewed.timeline, viewed.facts[0].name)
    assert str(walk.now - 3_600_000) == late.timeline[0].detail["when"]


def test_cancelled_and_refunded_orders_are_taken_off_in_any_order() -> None:
    walk = Walk()
    walk.track("Order Cancelled", order_id="o2")
    for order in ("o1", "o2", "o3"):
        walk.track("Order Completed", order_id=order, total=100, currency="VND", cart_id=f"c-{order}")
    walk.track("Order Completed", order_id="o1", total=100, currency="VND")
    walk.track("Order Refunded", order_id="o3", total=40)

    orders = walk.live.orders
    assert orders is not None
    assert (2, {"VND": "160"}) == (orders.count, orders.totals)
    assert ["cancelled", "placed", "refunded"] == sorted(one.state for one in orders.last)


def test_the_shops_server_makes_two_one_and_what_a_page_says_does_not() -> None:
    walk = Walk()
    walk.say("xin chào")
    key = f"shop_customer/{walk.live.id}|u-1"

    def linked(source: str, other: str | None) -> list[MergeAsked]:
        walk.forwards.clear()
        walk.extra = {key: json.encode(other).decode()} if other else {}
        walk.tell(Identified(user="u-1", source=source), address=PAGE)
        return [event.body for event in walk.forwards if isinstance(event.body, MergeAsked)]

    assert [] == linked("browser", "cu-0")
    assert [MergeAsked(other="cu-0", evidence="shop server: u-1")] == linked("server", "cu-0")
    assert [] == linked("server", "cu-1")
    assert [] == linked("server", None)
    # Nobody could tell whose the id is: asked again in a while.
    armed = walk.live.timers["who:u-1"]
    walk.extra = {key: '"cu-0"'}
    walk.now = armed.due
    walk.tell(TimerFired(name="who:u-1", generation=armed.generation), address=None)
    assert [MergeAsked] == [type(event.body) for event in walk.forwards]


def test_a_session_that_is_known_as_somebody_else_in_the_shop_stays_theirs() -> None:
    walk = Walk()
    walk.say("xin chào")
    walk.record = replace(walk.live, addresses=(*walk.live.addresses, USER))

    walk.extra = {f"shop_customer/{walk.live.id}|u-2": '"cu-0"'}
    walk.tell(Identified(user="u-2", source="server"), address=PAGE)

    assert [] == walk.forwards
    assert ["shop server"] == [told["evidence"] for told in walk.told("merge refused")]
    assert {"u-1"} == {address.id for address in walk.live.addresses if address.channel == "shop"}


def test_what_two_bring_along_who_become_one() -> None:
    mine = Orders(count=2, totals={"VND": "30"}, last=(PlacedOrder(id="o1", at=1, total="10", currency="VND"),), last_at=5, ordered=("c1",))
    theirs = Orders(
        count=2,
        totals={"VND": "15"},
        last=(PlacedOrder(id="o1", at=1, total="10", currency="VND"), PlacedOrder(id="o9", at=9, total="5", currency="VND")),
        last_at=9,
        last_id="o9",
        ordered=("c1", "c9"),
    )
    run = Run(id="run-a", journey="j", key="c1", entered=1)
    sent = SentNudge(key="k", at=1, channel="x")

    orders = both_orders(mine, theirs)

    assert orders is not None
    assert (3, {"VND": "35"}, "o9", ("c1", "c9")) == (orders.count, orders.totals, orders.last_id, orders.ordered)
    assert (run, replace(run, id="run-c", key="c2", entered=2)) == both_runs(
        (run,), (replace(run, id="run-b"), replace(run, id="run-c", key="c2", entered=2))
    )
    assert (sent,) == both_sends((sent,), (sent,))
    assert Cart(id="b", updated=2) == newer_cart(Cart(id="a", updated=1), Cart(id="b", updated=2))


def test_a_forgotten_runs_message_is_never_sent_as_an_empty_one() -> None:
    walk = greeted()
    walk.wait(minutes=50)
    walk.say("một chút nhé")
    walk.wait(minutes=12)
    assert walk.live.deferred

    walk.record = replace(walk.live, runs=())
    walk.wait(hours=2)

    assert ([], "run_ended") == (walk.nudges, walk.told("nudge refused")[-1]["reason"])


def test_the_shops_own_address_is_never_chosen() -> None:
    walk = Walk()
    walk.track("Product Added", address=USER, product_id="p1", price=1)

    assert None is choose(walk.live, POLICY, walk.now)
