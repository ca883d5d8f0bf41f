"""The sample's journey from end to end, in pure turns: a cart left behind, the nudge, each answer, the order, and every way to end."""

import pytest

from hub.model.customers.cart import FINISH, QUESTION, STOP, TONIGHT
from hub.model.customers.runs import RunState
from hub.model.events.agents import ClaimAsked, ResolveAsked
from hub.model.words import ConsentState, Origin
from hub.nudges.local import minute_at, zone_named
from hub.nudges.policy import HOUR_MS, MINUTE_MS
from hub.nudges.rules import Switches
from tests.nudges.world import PAGE, PHONE, SAIGON, Walk, consented, greeted, rules


def test_a_cart_left_behind_is_told_once_and_the_first_nudge_goes_half_an_hour_later() -> None:
    walk = greeted()

    walk.wait(minutes=59)
    before = list(walk.nudges)
    walk.wait(minutes=2)

    assert [] == before
    (nudge,) = walk.nudges
    assert "Dạ giỏ hàng của mình vẫn còn đây ạ: Áo linen, tổng 290.000 ₫." in nudge.message.text
    assert "https://shop.example/cart" in nudge.message.text
    assert (PAGE, Origin.NUDGE) == (nudge.address, nudge.origin)
    assert [FINISH, QUESTION, TONIGHT, STOP] == [reply.payload for reply in nudge.message.quick_replies]
    assert 1 == len(walk.told("Cart Abandoned"))


def test_each_change_of_the_cart_sets_the_timer_anew() -> None:
    walk = greeted()

    walk.wait(minutes=25)
    walk.fill(product_id="p2", name="Khăn lụa", price="120000")
    walk.wait(minutes=29)

    assert [] == walk.told("Cart Abandoned")
    walk.wait(minutes=2)
    assert ["410000"] == [detail["total"] for detail in walk.told("Cart Abandoned")]


def test_an_empty_cart_or_one_that_costs_nothing_is_never_left_behind() -> None:
    free, emptied = Walk(), Walk()
    free.fill(price=0)
    emptied.fill()
    emptied.track("Product Removed", cart_id="c1", product_id="p1", variant="M")

    free.wait(hours=30)
    emptied.wait(hours=30)

    assert ([], []) == (free.told("Cart Abandoned"), emptied.told("Cart Abandoned"))


def test_an_order_ends_the_run_in_its_own_turn_and_nothing_is_sent_after_it() -> None:
    walk = greeted()
    walk.wait(minutes=31)

    turn = walk.track("Order Completed", order_id="o1", cart_id="c1", total=290000, currency="VND")
    walk.wait(hours=60)

    assert "run ended" in [fact.name for fact in turn.facts]
    assert (RunState.ENDED, "ordered") == (walk.run.state, walk.run.end)
    assert [] == walk.nudges
    assert [("c1", 1, "290000")] == [
        (walk.live.cart.id, walk.live.orders.count, walk.live.orders.totals["VND"]) for _ in "x" if walk.live.cart and walk.live.orders
    ]


def test_a_nudge_in_the_outbox_is_refused_at_its_mark_after_the_order() -> None:
    walk = greeted()
    walk.wait(minutes=61)
    (queued,) = walk.nudges

    walk.track("Order Completed", order_id="o1", cart_id="c1", total=290000, currency="VND")
    walk.back(queued)
    walk.wait(hours=48)

    assert [queued] == walk.nudges
    assert [("goal", "goal_met")] == [(told["check"], told["reason"]) for told in walk.told("nudge refused")]
    assert () == walk.live.sends


def test_a_deferred_nudge_is_withdrawn_by_the_order() -> None:
    walk = greeted()
    walk.wait(minutes=50)
    walk.say("shop ơi còn size L không")
    walk.wait(minutes=12)
    deferred = walk.live.deferred

    walk.track("Order Completed", order_id="o1", total=290000, currency="VND")

    assert ["live_dialog"] == [nudge.why for nudge in deferred]
    assert () == walk.live.deferred
    assert ["ordered"] == [told["reason"] for told in walk.told("nudge withdrawn")]


def test_the_second_nudge_needs_consent_and_comes_22_hours_after_the_entry() -> None:
    without, given = greeted(), greeted()
    consented(given)

    without.wait(hours=30)
    given.wait(hours=30)

    assert 1 == len(without.nudges)
    assert ["only_first_without_consent"] == [told["reason"] for told in without.told("nudge refused")]
    first, second = given.nudges
    assert given.run.entered + 30 * MINUTE_MS == first.created
    # 22 h later it would be 9:30 the next morning: no quiet hour, so it goes at once.
    assert given.run.entered + 22 * HOUR_MS == second.created
    assert (RunState.ENDED, "finished") == (given.run.state, given.run.end)


@pytest.mark.parametrize(("payload", "end"), [(FINISH, "replied"), (QUESTION, "replied")])
def test_an_answer_hands_over_to_the_dialog(payload: str, end: str) -> None:
    walk = greeted()
    walk.wait(minutes=61)

    turn = walk.say("", payload=payload)

    assert (RunState.ENDED, end, payload) == (walk.run.state, walk.run.end, walk.run.answer)
    assert "Áo linen" in turn.deliveries[-1].message.text


@pytest.mark.parametrize("said", ["2", "Hỏi thêm", "hoi them"])
def test_the_number_and_the_label_are_the_same_answer_as_the_button(said: str) -> None:
    walk = greeted()
    walk.wait(minutes=61)

    walk.say(said)

    assert QUESTION == walk.run.answer


def test_a_number_that_comes_after_another_word_is_no_answer_to_the_nudge() -> None:
    walk = greeted()
    walk.wait(minutes=61)
    walk.say("còn màu đen không ạ")

    walk.say("2")

    assert "" == walk.run.answer
    assert "replied" == walk.run.end


def test_remind_me_tonight_comes_at_eight_in_the_customers_own_evening_and_needs_no_consent() -> None:
    walk = greeted()
    walk.wait(minutes=61)

    turn = walk.say("", payload=TONIGHT)
    due = walk.run.due
    walk.say("cảm ơn")
    walk.wait(hours=14)

    assert "20:00" in turn.deliveries[-1].message.text
    zone = zone_named(SAIGON)
    assert zone
    _, evening = walk.nudges
    assert (due, 20 * 60) == (evening.created, minute_at(evening.created, zone))
    assert "Dạ shop nhắc mình như đã hẹn" in evening.message.text
    assert (RunState.ENDED, "finished") == (walk.run.state, walk.run.end)


def test_stop_by_the_button_is_an_opt_out() -> None:
    walk = greeted()
    walk.wait(minutes=61)

    walk.say("Dừng", payload=STOP)
    walk.wait(hours=48)

    assert "opted_out" == walk.run.end
    assert [("webchat", ConsentState.REFUSED)] == [(one.channel, one.state) for one in walk.live.consents]
    assert 1 == len(walk.nudges)


def test_stop_by_the_word_ends_the_run_before_anything_is_sent() -> None:
    walk = greeted()
    walk.wait(minutes=31)

    walk.say("STOP")
    walk.wait(hours=48)

    assert "opted_out" == walk.run.end
    assert [] == walk.nudges


def test_while_a_person_is_there_nothing_goes_and_afterwards_it_does() -> None:
    walk = greeted()
    walk.wait(minutes=40)
    walk.tell(ClaimAsked(agent="lan"), address=None)

    walk.wait(hours=2)
    silent = list(walk.nudges)
    walk.tell(ResolveAsked(agent="lan"), address=None)
    walk.wait(minutes=20)

    assert [] == silent
    assert 1 == len(walk.nudges)


def test_a_nudge_of_the_night_waits_for_the_morning() -> None:
    walk = Walk(at=greeted().now + 10 * HOUR_MS)
    walk.say("xin chào")
    walk.wait(minutes=20)
    walk.fill()

    walk.wait(hours=24)

    zone = zone_named(SAIGON)
    assert zone
    assert [8 * 60] == [minute_at(nudge.created, zone) for nudge in walk.nudges]
    assert "quiet_hours" in {told["reason"] for told in walk.told("nudge deferred")}


def test_one_run_a_week_and_one_a_cart() -> None:
    walk = greeted()
    walk.wait(hours=30)
    walk.fill(cart_id="c2", product_id="p9", name="Nón lá")
    walk.wait(hours=30)

    assert 1 == len(walk.live.runs)
    assert ["entered_lately"] == [told["reason"] for told in walk.told("journey not entered")]


def test_a_switched_off_journey_takes_nobody_and_says_nothing() -> None:
    never, midway = greeted(), greeted()
    never.switches = Switches(journeys={"cart-recovery": False})
    midway.wait(minutes=31)
    midway.switches = Switches(journeys={"cart-recovery": False})

    never.wait(hours=30)
    midway.wait(hours=30)

    assert () == never.live.runs
    assert [] == midway.nudges
    assert {"switched_off"} == {told["reason"] for told in midway.told("nudge refused")}


def test_the_kill_switch_puts_off_and_a_nudge_that_is_too_old_is_not_sent() -> None:
    walk = greeted()
    walk.switches = Switches(stopped=True)

    walk.wait(hours=20)
    walk.switches = Switches()
    walk.wait(minutes=30)

    assert [] == walk.nudges
    assert ["expired"] == [told["reason"] for told in walk.told("nudge refused")]


def test_the_group_that_gets_nothing_still_counts_for_the_goal() -> None:
    held = greeted(rules(holdout=50.0))

    held.wait(hours=2)
    held.track("Order Completed", order_id="o1", cart_id="c1", total=290000)

    assert [{"1": 0, "0": 1}[str(int(held.run.holdout))]] == [len(held.nudges)]
    assert [str(int(held.run.holdout))] == [told["holdout"] for told in held.told("run goal")]


def test_on_telegram_a_known_customer_of_the_shop_is_nudged_where_they_wrote() -> None:
    walk = Walk()
    walk.say("xin chào", address=PHONE)
    walk.wait(hours=1)
    walk.identify(name="Mai", phone="0901 234 567", timezone="Asia/Taipei")
    walk.track(
        "Checkout Started",
        address=walk.live.addresses[-1],
        cart_id="c7",
        checkout_url="https://shop.example/pay/7",
        products=[{"product_id": "p1", "name": "Áo linen", "price": 290000, "quantity": 2}],
        currency="VND",
    )

    walk.wait(minutes=61)

    (nudge,) = walk.nudges
    assert PHONE == nudge.address
    assert nudge.message.text.startswith("Dạ Mai ơi")
    assert "580.000 ₫" in nudge.message.text
    assert "https://shop.example/pay/7" in nudge.message.text
    assert "Asia/Taipei" == walk.live.profile["time_zone"].value
