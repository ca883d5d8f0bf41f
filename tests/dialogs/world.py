"""A small world for dialogs: one customer, one conversation, words in and the turn out; no store, no clock."""

from functools import cache
from pathlib import Path

from msgspec.structs import replace

from dialogs.faq import hours_now
from dialogs.steps import dialog_steps, urgency
from dialogs.wording import HOURS, ShopTexts, load_shop
from hub.engine.turns.chain import questions, take
from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Fact, Live
from hub.model.events.event import Body, Event, Said
from hub.model.turns.turn import Turn, Urgent

SHOP = Path(__file__).parents[2] / "config" / "sample" / "shop"
TELEGRAM = Address(channel="telegram", account="shop", id="42")
WEBCHAT = Address(channel="webchat", account="web", id="s1")
NOON = 1_800_000_000_000
CONVERSATION = Conversation(id="cv-1", opened=1, threads=(TELEGRAM,), last_thread=TELEGRAM)


@cache
def shop() -> ShopTexts:
    return load_shop(SHOP)


def urgent() -> Urgent:
    return urgency(shop())


def live(conversation: Conversation | None = CONVERSATION, *, language: str = "") -> Live:
    profile = {"language": Fact(value=language, source="telegram", at=1)} if language else {}
    return Live(id="cu-1", created=1, profile=profile, conversations=(conversation,) if conversation else ())


def fixed(language: str, id_: str) -> str:
    """An answer of the shop's file as it is told at noon."""
    wording = shop().wordings[language]
    now = hours_now(wording, shop().calendar, now=NOON) if id_ == HOURS else ()
    return "\n".join((wording.answers[id_], *now))


def sheet(
    record: Live,
    body: Body,
    *,
    address: Address | None = TELEGRAM,
    more: bool = False,
    answers: dict[str, str] | None = None,
    now: int = NOON,
) -> Turn:
    event = Event(id="ev-1", subject="customer:cu-1", body=body, address=address, at=now)
    return Turn(record=record, event=event, entry="1-1", now=now, more=more, answers=answers or {})


def taken(record: Live, body: Body | str, *, more: bool = False, answers: dict[str, str] | None = None) -> Turn:
    return take(dialog_steps(shop()), sheet(record, Said(text=body) if isinstance(body, str) else body, more=more, answers=answers))


def asked(record: Live, body: Said | str, *, more: bool = False) -> tuple[Question, ...]:
    return questions(dialog_steps(shop()), sheet(record, Said(text=body) if isinstance(body, str) else body, more=more))


def talk(record: Live, *lines: str, answers: dict[str, str] | None = None) -> tuple[Live, list[str]]:
    """Several messages one after the other, each answered; the record at the end and all that was said to the customer."""
    said: list[str] = []
    for line in lines:
        turn = taken(record, line, answers=answers)
        record = turn.live
        said += [delivery.message.text for delivery in turn.deliveries]
    return record, said


def answer(turn: Turn) -> str:
    """The one sentence said in the turn; empty where nothing was."""
    assert len(turn.deliveries) <= 1
    return turn.deliveries[0].message.text if turn.deliveries else ""


def now_of(turn: Turn) -> Conversation:
    """The conversation as the turn leaves it."""
    found = next(c for c in turn.live.conversations if c.id == "cv-1")
    return replace(found)
