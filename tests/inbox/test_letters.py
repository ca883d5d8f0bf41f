"""Which conversation a letter belongs to."""

import pytest
from msgspec.structs import replace

from hub.desk.threads import join
from hub.model.address import Address
from hub.model.customers.record import Conversation, Live
from hub.model.events.event import Event, Said
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus

AT = Address(channel="email", account="shop", id="lan@khach.example")
CHAT = Address(channel="plain", account="app", id="lan")
SHIRT = Conversation(id="co_shirt", opened=1, threads=(AT,), last_thread=AT, subject="Áo size M", letter="<a1@k>")
SHOES = Conversation(id="co_shoes", opened=2, threads=(AT,), last_thread=AT, subject="Giày", letter="<a2@k>")
CLOSED = replace(SHOES, id="co_closed", status=ConversationStatus.RESOLVED)


def joined(letter: Said, *open_ones: Conversation, at: Address = AT) -> Conversation:
    """The conversation the letter is put into."""
    turn = Turn(
        entry="1-1",
        event=Event(id="ev_1", subject="customer:cu_1", body=letter),
        now=9,
        record=Live(id="cu_1", created=1, conversations=open_ones),
    )
    return join(turn, at, said=letter)[1]


def letter(subject: str = "", **more: str) -> Said:
    return Said(text="hi", letter=True, subject=subject, external_id="<new@k>", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (letter("ao SIZE m"), "co_shirt"),
        (letter("Giày"), "co_shoes"),
        (letter("Một chuyện khác"), "co_"),
        (letter("Một chuyện khác", conversation="co_shirt", in_reply_to="<x>"), "co_shirt"),
        (letter("Một chuyện khác", conversation="co_closed", in_reply_to="<x>"), "co_"),
        (letter("Một chuyện khác", conversation="co_of_somebody_else", in_reply_to="<x>"), "co_"),
        (letter("Khuyến mãi", in_reply_to="<an advertisement of ours>"), "co_shoes"),
        (letter(), "co_shoes"),
        (Said(text="hi"), "co_shoes"),
    ],
)
def test_letter_speaks_in_the_conversation_of_its_matter(said: Said, found: str) -> None:
    known = (CLOSED, SHIRT, SHOES)

    conversation = joined(said, *known)

    fresh = conversation.id not in {one.id for one in known}
    assert (found == "co_") == fresh
    assert fresh or found == conversation.id
    assert (said.external_id if said.letter else "") == conversation.letter


def test_new_conversation_has_the_letters_subject_and_its_answer_names_the_letter() -> None:
    conversation = joined(letter("Áo mới"))
    turn = Turn(entry="1-2", event=Event(id="ev_2", subject="customer:cu_1", body=letter()), now=9, record=Live(id="cu_1", created=1))

    (said,) = turn.say(Message(text="Dạ"), conversation=conversation, to=AT).deliveries
    (elsewhere,) = turn.say(Message(text="Dạ"), conversation=conversation, to=CHAT).deliveries

    assert ("Áo mới", "<new@k>") == (said.message.subject, said.message.reply_to)
    assert ("", "") == (elsewhere.message.subject, elsewhere.message.reply_to)
