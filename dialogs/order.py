"""Where is my order: number, proof by the last digits of its phone or by the login, and what the shop knows of it in words."""

import hmac
import re
from dataclasses import dataclass, field

from msgspec.structs import replace

from dialogs.hearing import LANGUAGE, Heard, answered, heard, language_of, offered
from dialogs.orders import ShopOrder, offered_orders, order_in, orders_in, told_order, told_orders
from dialogs.person import OFFERED
from dialogs.wording import ORDER, PERSON, PICKED, ShopTexts, Wording
from hub.model.address import SHOP
from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Live
from hub.model.messaging.message import Message
from hub.model.text.folding import fold
from hub.model.turns.turn import Turn

TOPIC = "order"
"""The topic of the question; its key is the order's number in capitals, its answer a `ShopOrder` as JSON."""

OWN = "orders"
"""The topic of the question for the latest orders of who is signed in; its key is the shop's id of them, its answer a `ShopOrders`."""

TRIES = 5
"""Wrong pairs of number and digits a conversation may have; after that a person looks. Success does not give tries back:
else one order of one's own would open all others, five guesses at a time."""

NUMBER, WAITS, TRIED = "order_number", "order_waits", "order_tries"
"""Keys in `Conversation.dialog`: the number asked for, what we wait for (`number` or `phone`), wrong tries so far."""

_DIGIT = re.compile(r"\d")
_BARE = re.compile(r"(?<![a-z0-9])[a-z]{0,4}-?\d{3,12}(?![a-z0-9]|[.,]\d)")
_PHONE = re.compile(r"(?<![\d-])\+?\d(?:[ .-]?\d){3,14}(?!\d)")
_PHONE_DIGITS = frozenset({4, *range(8, 16)})


class Asked(Value, frozen=True):
    """What a message tells about an order: its number and the last digits of a phone, each empty where it does not."""

    number: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """Tells where an order is, to whoever knows the last four digits of its phone; wrong and unknown sound the same."""

    texts: ShopTexts
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", order_pattern(self.texts.order_words))

    @property
    def name(self) -> str:
        """The step's name in logs."""
        return "order"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """The order, once number and digits are told and tries are left; their latest orders, where somebody is signed in."""
        said = heard(turn, first=Conversation(id="", opened=turn.now))
        if said is None:
            return ()
        asked = self._asked(said)
        user = _user(turn)
        own = (Question(topic=OWN, key=user),) if user and self._speaks_of_orders(said, asked) else ()
        by_number = asked.number and asked.digits and _tries(said) < TRIES
        return (*own, Question(topic=TOPIC, key=asked.number)) if by_number else own

    def take(self, turn: Turn) -> Turn:
        """The turn with the status, or with the question for what is missing."""
        said = heard(turn)
        if said is None:
            return turn
        asked = self._asked(said)
        language = language_of(turn, self.texts, text=said.text)
        if _user(turn) and self._speaks_of_orders(said, asked):
            turn = self._told_own(turn, said, asked=asked, language=language)
            if turn.handled:
                return turn
        if not asked.number and not asked.digits and said.said.payload != ORDER:
            return turn
        wording = self.texts.wordings[language]
        if _tries(said) >= TRIES:
            return _offer(turn, said, text=wording.say.order_locked, wording=wording, dialog={LANGUAGE: language})
        if not asked.number:
            return ask_number(turn, said, wording=wording, language=language)
        if not asked.digits:
            text = wording.say.order_phone.format(order=asked.number)
            return _wait(turn, said, text=text, dialog={LANGUAGE: language, NUMBER: asked.number, WAITS: "phone"})
        return self._answer(turn, said, asked=asked, language=language)

    def _told_own(self, turn: Turn, said: Heard, *, asked: Asked, language: str) -> Turn:
        """The turn with what their own orders say; untouched where the number is none of theirs, so that its digits are asked for."""
        wording = self.texts.wordings[language]
        orders = orders_in(turn.answers.get(f"{OWN}/{_user(turn)}"))
        if orders is None:
            if asked.number:
                return turn
            turn = turn.fact("order not answered", conversation=said.conversation.id)
            return _offer(turn, said, text=wording.say.orders_pending, wording=wording, dialog={LANGUAGE: language})
        mine = [order for order in orders if order.number.upper() == asked.number] if asked.number else list(orders)
        if len(mine) == 1:
            return self._tell(turn, said, order=mine[0], number=mine[0].number, language=language)
        if asked.number:
            return turn
        if not mine:
            return _wait(turn, said, text=wording.say.orders_none, dialog={LANGUAGE: language, WAITS: "number"})
        message = Message(text=told_orders(mine, wording=wording), quick_replies=offered_orders(mine))
        return answered(turn, message, to=said.address, after=_after(said, {LANGUAGE: language, WAITS: "number"}))

    def _tell(self, turn: Turn, said: Heard, *, order: ShopOrder, number: str, language: str) -> Turn:
        text = told_order(order, number, wording=self.texts.wordings[language], now=turn.now, zone=self.texts.calendar.zone)
        return _wait(turn.fact("order told", order=number), said, text=text, dialog={LANGUAGE: language})

    def _speaks_of_orders(self, said: Heard, asked: Asked) -> bool:
        """Whether it is about an order at all: by number, by button, or by a question the answers know as such."""
        if asked.number or said.said.payload == ORDER:
            return True
        found = (wording.index.best(line) for wording in self.texts.wordings.values() for line in said.lines)
        return any(hit is not None and hit.id == ORDER for hit in found)

    def _asked(self, said: Heard) -> Asked:
        """Read the words, with what the conversation waits for in mind."""
        if said.said.payload.startswith(PICKED):
            return Asked(number=said.said.payload.removeprefix(PICKED).upper())
        if not _DIGIT.search(said.text):
            return Asked()
        text = fold(said.text)
        dialog = said.conversation.dialog
        named = self.pattern.search(text)
        number, rest = ((named["word"] or named["sign"]), f"{text[: named.start()]} {text[named.end() :]}") if named else ("", text)
        waits = dialog.get(WAITS)
        if not number and waits == "number" and (bare := _BARE.search(text)):
            number, rest = bare.group(), f"{text[: bare.start()]} {text[bare.end() :]}"
        if not number and waits != "phone":
            return Asked()
        return (
            Asked(number=(number or dialog.get(NUMBER, "")).upper(), digits=_last_digits(rest)) if number or _last_digits(rest) else Asked()
        )

    def _answer(self, turn: Turn, said: Heard, *, asked: Asked, language: str) -> Turn:
        wording = self.texts.wordings[language]
        order = order_in(turn.answers.get(f"{TOPIC}/{asked.number}"))
        if order is None:
            turn = turn.fact("order not answered", conversation=said.conversation.id)
            text, dialog = wording.say.order_pending.format(order=asked.number), {LANGUAGE: language, NUMBER: asked.number, WAITS: "phone"}
            return _offer(turn, said, text=text, wording=wording, dialog=dialog)
        proven = len(order.phone_last4) == len(asked.digits) and hmac.compare_digest(order.phone_last4.encode(), asked.digits.encode())
        if order.found and proven:
            return self._tell(turn, said, order=order, number=asked.number, language=language)
        tries = _tries(said) + 1
        turn = turn.fact("order not proven", conversation=said.conversation.id, tries=str(tries))
        if tries >= TRIES:
            return _offer(turn, said, text=wording.say.order_locked, wording=wording, dialog={LANGUAGE: language, TRIED: str(tries)})
        text = wording.say.order_wrong.format(order=asked.number)
        return _wait(turn, said, text=text, dialog={LANGUAGE: language, WAITS: "number", TRIED: str(tries)})


def ask_number(turn: Turn, said: Heard, *, wording: Wording, language: str) -> Turn:
    """The turn with the question which order it is."""
    return _wait(turn, said, text=wording.say.order_number, dialog={LANGUAGE: language, WAITS: "number"})


def _wait(turn: Turn, said: Heard, *, text: str, dialog: dict[str, str]) -> Turn:
    return answered(turn, Message(text=text), to=said.address, after=_after(said, dialog))


def _offer(turn: Turn, said: Heard, *, text: str, wording: Wording, dialog: dict[str, str]) -> Turn:
    message = Message(text=text, quick_replies=offered(wording, PERSON))
    return answered(turn, message, to=said.address, after=_after(said, {**dialog, OFFERED: PERSON}))


def _after(said: Heard, dialog: dict[str, str]) -> Conversation:
    """The conversation once it is answered; the count of wrong tries outlives everything else."""
    tried = said.conversation.dialog.get(TRIED)
    return replace(said.conversation, misses=0, lines=(), dialog={TRIED: tried, **dialog} if tried else dialog)


def _user(turn: Turn) -> str:
    """The shop's own id of who is signed in, else empty."""
    return next((address.id for address in turn.live.addresses if address.channel == SHOP), "") if isinstance(turn.record, Live) else ""


def _tries(said: Heard) -> int:
    tried = said.conversation.dialog.get(TRIED, "0")
    return int(tried) if tried.isdecimal() else TRIES


def _last_digits(text: str) -> str:
    """The last four digits of the first thing that can be a phone number, or the four alone."""
    for found in _PHONE.finditer(text):
        digits = "".join(c for c in found.group() if c.isdigit())
        if len(digits) in _PHONE_DIGITS:
            return digits[-4:]
    return ""


def order_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """`order 1234`, `đơn hàng số DH-1234`, `訂單編號：1234`, `#123`; not `đơn 200k` and not `đơn 500.000`."""
    named = "|".join(sorted({re.escape(fold(word)) for word in words}, key=len, reverse=True))
    between = r"(?:\s|so|no|num|number|ma|nr|la|is|of mine|toi|minh|cua|shop|[:#.,\-]|是|號|碼|号|编)*"
    return re.compile(
        rf"(?:(?<![a-z0-9])(?:{named}){between}(?P<word>[a-z]{{0,4}}-?\d{{4,12}})|#\s*(?P<sign>[a-z]{{0,4}}-?\d{{3,12}}))(?![a-z0-9]|[.,]\d)"
    )
