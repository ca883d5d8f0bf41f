"""The answer to a reminder of a cart."""

import msgspec
import pytest
from msgspec.structs import replace

from hub.model.customers.cart import FINISH, QUESTION, STOP, TONIGHT, Cart, CartLine
from hub.model.customers.record import Live, Owner
from hub.model.customers.runs import Run
from hub.model.events.event import Said
from hub.model.words import ConsentState, OwnerKind, Purpose
from tests.dialogs.world import CONVERSATION, NOON, TELEGRAM, answer, asked, fixed, live, now_of, shop, taken

EN = shop().wordings["en"].say
LINES = (
    CartLine(product="shirt", name="Linen shirt", variant="M"),
    CartLine(product="scarf", name="Scarf", quantity=2),
    CartLine(product="gone", name="Hat", quantity=0),
)
CART = Cart(id="ca-1", lines=LINES, checkout="https://shop.example/checkout/ca-1")
ITEMS = "Linen shirt (M), 2 × Scarf"


def with_cart(cart: Cart | None = CART, *, runs: tuple[Run, ...] = ()) -> Live:
    return replace(live(language="en"), addresses=(TELEGRAM,), cart=cart, runs=runs)


def test_finish_leads_to_the_cart() -> None:
    assert EN.cart_finish.format(items=ITEMS, link=CART.checkout) == answer(taken(with_cart(), Said(payload=FINISH)))


@pytest.mark.parametrize("payload", [FINISH, QUESTION, TONIGHT])
@pytest.mark.parametrize("cart", [None, replace(CART, ended=5, end="ordered"), replace(CART, lines=())])
def test_a_cart_that_is_gone_is_said_so(payload: str, cart: Cart | None) -> None:
    assert EN.cart_gone == answer(taken(with_cart(cart), Said(payload=payload)))


def test_a_question_keeps_the_cart_in_mind_and_one_that_is_not_understood_offers_a_person_at_once() -> None:
    opened = taken(with_cart(), Said(payload=QUESTION))
    known = taken(opened.live, "how long does delivery take")
    unknown = taken(known.live, "qwertz uiop")

    assert EN.cart_question.format(items=ITEMS) == answer(opened)
    assert ["faq:stock", "faq:size", "faq:delivery", "person"] == [r.payload for r in opened.deliveries[0].message.quick_replies]
    assert f"{EN.cart_about.format(items=ITEMS)}\n{fixed('en', 'delivery')}" == answer(known)
    assert EN.offer == answer(unknown)
    assert OwnerKind.QUEUE == now_of(taken(unknown.live, "yes")).owner.kind


def test_tonight_confirms_the_hour_the_run_has() -> None:
    run = Run(id="ru-1", journey="cart-recovery", key="ca-1", answer=TONIGHT, due=NOON + 4 * 3600_000)

    assert EN.cart_tonight.format(when="today at 19:00") == answer(taken(with_cart(runs=(run,)), Said(payload=TONIGHT)))
    assert EN.cart_later == answer(taken(with_cart(), Said(payload=TONIGHT)))


def test_stop_ends_marketing_on_this_channel_and_nothing_else() -> None:
    turn = taken(with_cart(), Said(text="No more reminders", payload=STOP))

    assert [("telegram", Purpose.MARKETING, ConsentState.REFUSED)] == [(c.channel, c.purpose, c.state) for c in turn.live.consents]
    assert EN.stopped == answer(turn)


@pytest.mark.parametrize("payload", [FINISH, QUESTION, TONIGHT])
def test_a_persons_conversation_gets_no_bot_words(payload: str) -> None:
    owned = replace(CONVERSATION, owner=Owner(kind=OwnerKind.AGENT, agent="lan"))

    assert () == taken(replace(with_cart(), conversations=(owned,)), Said(payload=payload)).deliveries


@pytest.mark.parametrize(("more", "words"), [(0, "Scarf 0, Scarf 1, Scarf 2, +2"), (7, "Scarf 0, Scarf 1, Scarf 2, +9")])
def test_of_a_full_cart_three_products_are_named(more: int, words: str) -> None:
    full = replace(CART, lines=tuple(CartLine(product=str(n), name=f"Scarf {n}") for n in range(5)), more=more)

    assert EN.cart_question.format(items=words) == answer(taken(with_cart(full), Said(payload=QUESTION)))


def stocked(**pieces: dict[str, int]) -> dict[str, str]:
    """What the shop answers about its products."""
    return {f"product/{id_}": msgspec.json.encode({"found": True, "stock": stock}).decode() for id_, stock in pieces.items()}


@pytest.mark.parametrize("said", [Said(text="In stock?", payload="faq:stock"), Said(text="do you still have it?")])
def test_whether_the_things_are_in_stock_is_asked_of_the_shop_and_told_for_each(said: Said) -> None:
    opened = taken(with_cart(), Said(payload=QUESTION)).live
    questions = asked(opened, said)

    turn = taken(opened, said, answers=stocked(shirt={"M": 2, "L": 9}, scarf={"": 16}))

    assert [("product", "shirt"), ("product", "scarf")] == [(q.topic, q.key) for q in questions]
    assert [EN.cart_few_left.format(item="Linen shirt (M)", left=2), EN.cart_in_stock.format(item="Scarf")] == answer(turn).splitlines()
    assert [EN.cart_sold_out.format(item="Linen shirt (M)")] == [
        line for line in answer(taken(opened, said, answers=stocked(shirt={"L": 9}, scarf={"": 1}))).splitlines() if "shirt" in line
    ]


@pytest.mark.parametrize("answers", [{}, stocked(shirt={"M": 2}), {"product/shirt": "no json", "product/scarf": "{}"}])
def test_a_shop_that_does_not_tell_of_all_leaves_it_to_the_answer_in_the_file(answers: dict[str, str]) -> None:
    opened = taken(with_cart(), Said(payload=QUESTION)).live

    told = answer(taken(opened, Said(payload="faq:stock"), answers=answers))

    assert f"{EN.cart_about.format(items=ITEMS)}\n{fixed('en', 'stock')}" == told


def test_without_a_cart_in_mind_the_shop_is_not_asked_about_products() -> None:
    assert () == asked(with_cart(), "do you still have it?")
