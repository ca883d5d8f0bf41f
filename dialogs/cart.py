"""The answer to a reminder of a cart: to the cart, a question about it, later, or no more (that one is a consent word)."""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from dialogs.hearing import LANGUAGE, Heard, answered, heard, language_of, offered
from dialogs.telling import told_instant
from dialogs.wording import ANSWER, DELIVERY, PERSON, SIZE, STOCK, ShopTexts, Wording
from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.customers.cart import FINISH, QUESTION, TONIGHT, Cart, CartLine
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn

ABOUT, CART = "about", "cart"
"""The key in `Conversation.dialog` of what is talked about, and its value while it is the cart."""

TOPIC = "product"
"""The topic of the question for what the shop has of a product; its key is the shop's id of it, its answer a `Stocked` as JSON."""

FEW = 3
"""So many pieces or fewer are counted out."""

NAMED = 3
"""Products of a cart that are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class CartTalk:
    """Has the words for what a reminder's buttons set going; the run itself is moved by whoever keeps it."""

    texts: ShopTexts

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "cart"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """What the shop has of the products in the cart, where that is asked; the cart itself is in the record."""
        said = heard(turn)
        cart = turn.live.cart if said else None
        if said is None or cart is None or not self._asks_stock(said):
            return ()
        return tuple(Question(topic=TOPIC, key=line.product) for line in cart.shown[:NAMED])

    def take(self, turn: Turn) -> Turn:
        """The turn with the answer to a pressed (or named) button of a reminder."""
        said = heard(turn)
        if said is not None and self._asks_stock(said):
            return self._stock(turn, said)
        if said is None or said.said.payload not in {FINISH, QUESTION, TONIGHT}:
            return turn
        wording = self.texts.wordings[language := language_of(turn, self.texts, text="")]
        dialog = {**said.conversation.dialog, LANGUAGE: language}
        cart = turn.live.cart
        if cart is None or not cart.open:
            return _said(turn, said, wording.say.cart_gone, dialog=dialog)
        if said.said.payload == FINISH:
            text = wording.say.cart_finish.format(items=told_cart(cart), link=cart.checkout or cart.url).strip()
            return _said(turn, said, text, dialog=dialog)
        if said.said.payload == TONIGHT:
            return _said(turn, said, self._later(turn, wording), dialog=dialog)
        replies = tuple(id_ for id_ in (STOCK, SIZE, DELIVERY) if id_ in wording.answers)
        message = Message(
            text=wording.say.cart_question.format(items=told_cart(cart)),
            quick_replies=offered(wording, *(ANSWER + id_ for id_ in replies), PERSON),
        )
        after = replace(said.conversation, misses=0, lines=(), dialog={**dialog, ABOUT: CART})
        return answered(turn, message, to=said.address, after=after)

    def _asks_stock(self, said: Heard) -> bool:
        """Whether it is asked, with the cart in mind, if the things are to be had."""
        if said.conversation.dialog.get(ABOUT) != CART or STOCK not in next(iter(self.texts.wordings.values())).answers:
            return False
        if said.said.payload:
            return said.said.payload == ANSWER + STOCK
        found = (wording.index.best(said.text) for wording in self.texts.wordings.values())
        return any(hit is not None and hit.id == STOCK for hit in found)

    def _stock(self, turn: Turn, said: Heard) -> Turn:
        """A line for each product; untouched where the shop did not tell of all, so that the shop's own answer is given."""
        wording = self.texts.wordings[language := language_of(turn, self.texts, text=said.text)]
        shown = turn.live.cart.shown[:NAMED] if turn.live.cart else ()
        told = [_stock_of(line, turn.answers.get(f"{TOPIC}/{line.product}"), wording=wording) for line in shown]
        if not told or not all(told):
            return turn
        dialog = {**said.conversation.dialog, LANGUAGE: language}
        return _said(turn.fact("question answered", answer=STOCK, language=language), said, "\n".join(told), dialog=dialog)

    def _later(self, turn: Turn, wording: Wording) -> str:
        """The hour, where the run has it already."""
        due = min((run.due for run in turn.live.runs if run.active and run.answer == TONIGHT and run.due > turn.now), default=0)
        if not due:
            return wording.say.cart_later
        return wording.say.cart_tonight.format(when=told_instant(wording.time, due, now=turn.now, zone=self.texts.calendar.zone))


class Stocked(Value, frozen=True):
    """What the shop answers about a product: pieces by variant (`""`: it has none); a variant that is not named is sold out."""

    found: bool = False
    stock: dict[str, int] = {}


def _stock_of(line: CartLine, answer: str | None, *, wording: Wording) -> str:
    """The product's line; empty where the shop does not know it, or did not answer in time."""
    try:
        told = msgspec.json.decode(answer or "{}", type=Stocked)
    except msgspec.DecodeError:
        return ""
    if not told.found:
        return ""
    item, left = _name(line.name, line.variant), told.stock.get(line.variant, 0)
    if left <= 0:
        return wording.say.cart_sold_out.format(item=item)
    return wording.say.cart_few_left.format(item=item, left=left) if left <= FEW else wording.say.cart_in_stock.format(item=item)


def told_cart(cart: Cart) -> str:
    """What is in it, by name: `Linen shirt (M), 2 × Scarf, +1`."""
    named = [
        f"{line.quantity} × {_name(line.name, line.variant)}" if line.quantity > 1 else _name(line.name, line.variant)
        for line in cart.shown
    ]
    rest = len(named) - NAMED + cart.more
    return ", ".join((*(name for name in named[:NAMED] if name), *([f"+{rest}"] if rest > 0 else [])))


def about_cart(turn: Turn, wording: Wording) -> str:
    """What an answer is about, for who asked with a cart in mind; empty once the cart is gone."""
    cart = turn.live.cart
    return wording.say.cart_about.format(items=told_cart(cart)) if cart is not None and cart.open else ""


def _name(name: str, variant: str) -> str:
    return f"{name} ({variant})" if variant else name


def _said(turn: Turn, said: Heard, text: str, *, dialog: dict[str, str]) -> Turn:
    after = replace(said.conversation, misses=0, lines=(), dialog=dialog)
    return answered(turn, Message(text=text), to=said.address, after=after)
