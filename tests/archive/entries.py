"""Journal entries as the engine writes them."""

from hub.model.address import Address
from hub.model.events.event import Event, Said
from hub.model.messaging.message import Message, QuickReply
from hub.model.subject import customer_subject
from hub.model.turns.journal import Change, DeliveryMoved, GivenUp, JournalEntry, TimelineEntry, TurnTaken
from hub.model.words import DeliveryState, Origin, Purpose
from hub.store.archive.rows import Entry

ANN = "cu-ann"
BEN = "cu-ben"
PHONE = Address(channel="telegram", account="shop", id="15550100")


def turn(number: int = 1, *, customer: str = ANN, text: str = "when do you open?", address: Address = PHONE) -> TurnTaken:
    """A customer's word and the bot's answer."""
    asked = TimelineEntry(
        id=f"tl-{number}-0", at=number, kind="message", who="customer", text=text, conversation="co-1", address=address, external_id="x1"
    )
    answer = Message(text="at eight", quick_replies=(QuickReply(title="Thanks"),))
    told = TimelineEntry(
        id=f"tl-{number}-1", at=number, kind="message", who="bot", text=answer.text, message=answer, conversation="co-1",
        address=address, delivery=f"dl-{number}",
    )  # fmt: skip
    event = Event(id=f"ev-{number}", subject=customer_subject(customer), body=Said(text=text), at=number, address=address)
    facts = (Change(name="asked", detail={"about": text}), Change(name="answered"))
    return TurnTaken(
        customer=customer, entry=f"{number}-0", event=event, now=number, revision=number, build="t", facts=facts, timeline=(asked, told)
    )


def quiet_turn(number: int, *, customer: str = ANN) -> TurnTaken:
    """A turn nobody sees."""
    event = Event(id=f"ev-{number}", subject=customer_subject(customer), body=Said(text=""), at=number)
    return TurnTaken(customer=customer, entry=f"{number}-0", event=event, now=number, revision=number, build="t")


def moved(
    delivery: str = "dl-1",
    state: DeliveryState = DeliveryState.SENT,
    *,
    customer: str = ANN,
    reason: str = "",
    address: Address = PHONE,
    failure: str = "",
) -> DeliveryMoved:
    """A delivery's move."""
    return DeliveryMoved(
        customer=customer, delivery=delivery, state=state, at=5, address=address, purpose=Purpose.REPLY, origin=Origin.BOT,
        conversation="co-1", external_ids=("m1", "m2"), reason=reason, code="c", attempts=2, cause="ev-1", root="ev-0",
        failure=failure,
    )  # fmt: skip


def given_up(customer: str = ANN) -> GivenUp:
    """An entry put aside."""
    return GivenUp(subject=customer_subject(customer), entry="7-0", reason="broken", at=7)


def numbered(*contents: JournalEntry | bytes, start: int = 1) -> list[Entry]:
    """The entries with journal ids that rise from `start`."""
    return [(f"{number}-0", content) for number, content in enumerate(contents, start)]
