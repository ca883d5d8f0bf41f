"""Who may change what was written, and when, in pure turns; and how a change goes with a customer who is merged."""

from collections.abc import Sequence

import pytest
from msgspec import json

from hub.desk.amending import Amending
from hub.engine.turns.amending import TOPIC, Standing
from hub.engine.turns.merge import Merging
from hub.model.address import Address
from hub.model.customers.record import Conversation, Live, Owner
from hub.model.events.event import Body, Event
from hub.model.events.merging import DeliveryArrived
from hub.model.messaging.amending import AmendAsked, Amendment, AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState, Origin, OwnerKind, Purpose

PHONE = Address(channel="telegram", account="bot", id="7")
HOUR_MS = 3_600_000
SENT = Delivery(
    id="dl-1", customer="cu-1", conversation="co-1", address=PHONE, message=Message(text="old"), purpose=Purpose.REPLY, origin=Origin.AGENT,
    created=1_000,
)  # fmt: skip
STANDING = Standing(delivery=SENT, state=DeliveryState.SENT, ids=("41",))


def turned(body: Body, *, now: int = 2_000, standing: Standing | None = STANDING, owner: str = "lan") -> Turn:
    """The sheet of that event, with what is answered of the message."""
    mine = Conversation(id="co-1", opened=1, threads=(PHONE,), owner=Owner(kind=OwnerKind.AGENT, agent=owner))
    record = Live(id="cu-1", created=0, addresses=(PHONE,), conversations=(mine,))
    turn = Turn(record=record, event=Event(id="ev-1", subject="customer:cu-1", body=body), entry="07/1-1", now=now)
    told = {f"{TOPIC}/{question.key}": json.encode(standing).decode() for question in Amending().needs(turn)}
    return Amending().take(Turn(record=record, event=turn.event, entry="07/1-1", now=now, answers=told))


def asked(verb: AmendVerb = AmendVerb.CORRECT, *, agent: str = "lan", lead: bool = False, again: bool = False) -> AmendAsked:
    """What an agent asks."""
    text = "new" if verb is AmendVerb.CORRECT else ""
    return AmendAsked(agent=agent, verb=verb, delivery="dl-1", text=text, lead=lead, again=again)


def answers(turn: Turn) -> Sequence[tuple[bool, str]]:
    """Yes or no, and why not."""
    told = [json.decode(answer, type=dict[str, object]) for _, answer in turn.verdicts]
    return [(bool(one["ok"]), str(one.get("code", ""))) for one in told]


def test_a_correction_is_a_delivery_of_its_own_that_bears_the_words_only_for_those_who_know_it() -> None:
    turn = turned(asked())

    (changed,) = turn.deliveries
    assert [(True, "")] == answers(turn)
    assert (Message(), Origin.AGENT, PHONE) == (changed.message, changed.origin, changed.address)
    assert changed.amends == Amendment(verb=AmendVerb.CORRECT, target="dl-1", ids=("41",), at=1_000, message=Message(text="new"))
    assert [("edit", "new", changed.id, "agent:lan", {"of": "dl-1"})] == [
        (line.kind, line.text, line.delivery, line.who, line.detail) for line in turn.timeline
    ]


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (None, "unknown"),
        (Standing(delivery=SENT, state=DeliveryState.SENDING), "under_way"),
        (Standing(delivery=SENT, state=DeliveryState.QUEUED, begun=True), "under_way"),
        (Standing(delivery=SENT, state=DeliveryState.FAILED), "not_arrived"),
        (Standing(delivery=SENT, state=DeliveryState.WITHDRAWN), "not_arrived"),
        (Standing(delivery=SENT, state=DeliveryState.SENT), "cannot"),
        (Standing(delivery=SENT, state=DeliveryState.READ, ids=("41",), refused="parts", why="2 for 1"), "parts"),
    ],
    ids=["forgotten", "sending", "half sent", "failed", "withdrawn", "no id", "does not fit"],
)
def test_what_cannot_be_changed_is_refused_and_nothing_is_sent(standing: Standing | None, code: str) -> None:
    turn = turned(asked(), standing=standing)

    assert [(False, code)] == answers(turn)
    assert ((), (), ()) == (turn.deliveries, turn.timeline, turn.rescued)


def test_past_the_channels_time_it_is_refused_and_before_it_done() -> None:
    limited = Standing(delivery=SENT, state=DeliveryState.SENT, ids=("41",), seconds=48 * 3600)

    before, after = (turned(asked(AmendVerb.RECALL), standing=limited, now=1_000 + hours * HOUR_MS) for hours in (48, 49))

    assert [(True, ""), (False, "too_late")] == [*answers(before), *answers(after)]


def test_in_a_colleagues_conversation_only_a_lead_may() -> None:
    agent, lead = turned(asked(agent="mai")), turned(asked(agent="mai", lead=True))

    assert [(False, "taken"), (True, "")] == [*answers(agent), *answers(lead)]
    assert (0, 1) == (len(agent.deliveries), len(lead.deliveries))


def test_what_was_not_answered_in_time_is_asked_again_and_not_called_unknown() -> None:
    turn = Turn(record=Live(id="cu-1", created=0), event=Event(id="ev-1", subject="customer:cu-1", body=asked()), entry="07/1-1", now=1)

    assert [(False, "under_way")] == answers(Amending().take(turn))


def test_what_waits_is_withdrawn_first_and_looked_at_again() -> None:
    turn = turned(asked(), standing=Standing(delivery=SENT, state=DeliveryState.HELD))

    (forward,) = turn.forwards
    assert (("dl-1", None),) == turn.rescued
    assert ("ev-1", "customer:cu-1", asked(again=True)) == (forward.event.id, forward.event.subject, forward.event.body)
    assert ((), ()) == (turn.verdicts, turn.deliveries)


def test_once_withdrawn_the_new_words_go_as_a_message_and_a_recall_leaves_nothing() -> None:
    gone = Standing(delivery=SENT, state=DeliveryState.WITHDRAWN)

    corrected, recalled = turned(asked(again=True), standing=gone), turned(asked(AmendVerb.RECALL, again=True), standing=gone)

    assert [("new", None)] == [(one.message.text, one.amends) for one in corrected.deliveries]
    assert [("message", {"instead": "dl-1"}), ("delete", {"of": "dl-1"})] == [
        (line.kind, line.detail) for line in (*corrected.timeline, *recalled.timeline)
    ]
    assert () == recalled.deliveries
    assert [DeliveryState.WITHDRAWN] * 2 == [moved.state for moved in (*corrected.moved, *recalled.moved)]


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENDING])
def test_what_began_to_go_out_in_between_is_not_withdrawn_twice(state: DeliveryState) -> None:
    turn = turned(asked(again=True), standing=Standing(delivery=SENT, state=state))

    assert [(False, "under_way")] == answers(turn)
    assert () == turn.rescued


def test_a_merged_customers_correction_goes_on_from_the_other_mailbox() -> None:
    amends = Amendment(verb=AmendVerb.CORRECT, target="dl-1", ids=("41",), at=1_000, message=Message(text="new"))
    waiting = Delivery(
        id="dl-2", customer="cu-2", conversation="", address=PHONE, message=Message(), purpose=Purpose.REPLY, origin=Origin.AGENT,
        created=2, amends=amends,
    )  # fmt: skip
    event = Event(id="ev-9", subject="customer:cu-1", body=DeliveryArrived(delivery=waiting))

    turn = Merging().take(Turn(record=Live(id="cu-1", created=0, addresses=(PHONE,)), event=event, entry="07/9-1", now=5))

    assert [("cu-1", amends, Message())] == [(one.customer, one.amends, one.message) for one in turn.deliveries]
