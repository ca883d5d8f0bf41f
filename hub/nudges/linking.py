"""The shop's own server says that a session is a customer of its: evidence by which the two become one. A page never can."""

from msgspec import DecodeError, json
from msgspec.structs import replace

from hub.model.address import SHOP, is_reachable
from hub.model.channels.ports import Question
from hub.model.customers.record import Live
from hub.model.events.event import Event, Identified, TimerFired
from hub.model.events.merging import MergeAsked
from hub.model.ids import derived_id
from hub.model.subject import customer_subject
from hub.model.turns.turn import Turn

EVIDENCE = "shop server"
TOPIC = "shop_customer"
"""Whose the shop's id is; nobody's becomes the asking customer's. Key: `<customer>|<user>`, answer: the customer's id as JSON."""

SERVER = "server"
TIMER = "who:"
AGAIN_MS = 30_000


class Linking:
    """Stands before whoever notes addresses: a session that is known as somebody else stays theirs."""

    name = "linking"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Whose the shop's id is."""
        user = _user(turn)
        return (Question(topic=TOPIC, key=f"{turn.record.id}|{user}"),) if user else ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the merge asked for, or asked again later where the store could not tell."""
        user = _user(turn)
        if not user:
            return turn
        turn = turn.disarm(TIMER + user)
        if user not in {known := shop_user(turn.live), ""} and known:
            return turn.fact("merge refused", evidence=EVIDENCE, reason="another customer of the shop is known here")
        try:
            other = json.decode(turn.answers.get(f"{TOPIC}/{turn.record.id}|{user}", "null"), type=str | None)
        except DecodeError:
            other = None
        if other is None:
            return turn.arm(TIMER + user, turn.now + AGAIN_MS)
        if other == turn.record.id or other in turn.live.merged:
            return turn
        return _asked(turn, other, user)


def shop_user(record: Live) -> str:
    """The shop's own id of a customer; '' where none is known."""
    return next((address.id for address in record.addresses if address.channel == SHOP), "")


def _user(turn: Turn) -> str:
    """The shop's id of whom this is about; '' where the event is no such evidence."""
    if not isinstance(turn.record, Live):
        return ""
    body, address = turn.event.body, turn.event.address
    if isinstance(body, TimerFired) and body.name.startswith(TIMER):
        return body.name.removeprefix(TIMER)
    evidence = isinstance(body, Identified) and body.source == SERVER and address is not None and is_reachable(address)
    return body.user if evidence and isinstance(body, Identified) else ""


def _asked(turn: Turn, other: str, user: str) -> Turn:
    older, younger = sorted((other, turn.record.id))
    event = Event(
        id=derived_id("ev", f"{turn.entry}/linked", 0),
        subject=customer_subject(younger),
        body=MergeAsked(other=older, evidence=f"{EVIDENCE}: {user}"),
        at=turn.now,
        received=turn.now,
        cause=turn.event.id,
        root=turn.event.root or turn.event.id,
    )
    return replace(turn.forward(event), handled=turn.handled)
