"""Who speaks, in pure turns: a claim silences the bot on the whole thread; what did not arrive is sent again by one person only."""

from msgspec import json, to_builtins

from hub.desk.ownership import SETTLED, Ownership
from hub.model.address import Address
from hub.model.customers.record import Conversation, Live, Owner
from hub.model.events.agents import ClaimAsked, RetryAsked
from hub.model.events.event import Body, Event
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus, DeliveryState, Origin, OwnerKind, Purpose

WEB = Address(channel="webchat", account="web", id="s1")
PHONE = Address(channel="telegram", account="bot", id="7")


def taken(record: Live, body: Body, **answers: str) -> Turn:
    """The turn of that event on that record."""
    event = Event(id="ev-1", subject=f"customer:{record.id}", body=body)
    return Ownership().take(Turn(record=record, event=event, entry="07/1-1", now=1_000, answers=answers))


def test_a_claim_leaves_the_bot_nothing_to_say_in_an_older_conversation_on_the_same_thread() -> None:
    closed = Conversation(id="co-old", opened=1, epoch=4, status=ConversationStatus.RESOLVED, threads=(WEB,))
    elsewhere = Conversation(id="co-phone", opened=2, epoch=2, threads=(PHONE,))
    waiting = Conversation(id="co-new", opened=3, epoch=2, owner=Owner(kind=OwnerKind.QUEUE), threads=(WEB,))
    record = Live(id="cu-1", created=0, addresses=(WEB, PHONE), conversations=(closed, elsewhere, waiting))

    turn = taken(record, ClaimAsked(agent="lan", conversation="co-new"))

    assert {"co-old": 5, "co-phone": 2, "co-new": 3} == {c.id: c.epoch for c in turn.live.conversations}


def retried(state: DeliveryState, reason: str = "") -> Turn:
    delivery = Delivery(
        id="dl-1", customer="cu-1", conversation="", address=WEB, message=Message(text="hi"), purpose=Purpose.REPLY, origin=Origin.AGENT,
        created=1,
    )  # fmt: skip
    told = {"state": state, "delivery": to_builtins(delivery), "reason": reason}
    record = Live(id="cu-1", created=0, addresses=(WEB,))
    return taken(record, RetryAsked(agent="lan", delivery="dl-1"), **{"delivery/cu-1|dl-1": json.encode(told).decode()})


def test_what_failed_is_sent_again_and_taken_from_the_others() -> None:
    for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.DRAFT):
        turn = retried(state)

        assert ["hi"] == [delivery.message.text for delivery in turn.deliveries]
        assert (("dl-1", DeliveryState.WITHDRAWN),) == turn.receipts


def test_what_a_colleague_has_sent_again_already_is_not_sent_once_more() -> None:
    turn = retried(DeliveryState.WITHDRAWN, SETTLED)

    assert () == turn.deliveries
    assert b"settled" in turn.verdicts[0][1]
