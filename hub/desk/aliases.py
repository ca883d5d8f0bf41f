"""Further ids of the same person at one provider: noted, and evidence that two who were met apart are one.

WhatsApp tells a user id beside the phone number, or instead of it; a number changes hands by a `system` event. The provider says so,
so it is evidence, unlike a name or a link.
"""

from msgspec import DecodeError, json
from msgspec.structs import replace

from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.record import Live
from hub.model.events.event import Event, IdentityChanged
from hub.model.events.merging import MergeAsked
from hub.model.ids import derived_id
from hub.model.subject import customer_subject
from hub.model.turns.turn import Turn

EVIDENCE = "provider"
TOPIC = "whose"
"""Whose an address is; nobody's becomes the asking customer's. Key: `<customer>|<address>`, answer: the customer's id as JSON."""


class Aliases:
    """Notes the ids a provider tells beside the one that was written from; a new id goes on where the old one was."""

    name = "aliases"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Whose those are that are not known here yet."""
        return tuple(Question(topic=TOPIC, key=f"{turn.record.id}|{address}") for address in _unknown(turn))

    def take(self, turn: Turn) -> Turn:
        """The turn with the new ids noted, and a merge asked for where one is somebody else's so far."""
        for number, address in enumerate(_unknown(turn)):
            whose = _answer(turn, address)
            if whose is None:
                # The store did not tell in time: the next word brings the same ids.
                continue
            turn = turn.with_record(addresses=(*turn.live.addresses, address))
            if whose not in {turn.record.id, *turn.live.merged}:
                turn = _merged(turn, whose, address, number)
        return turn


def _unknown(turn: Turn) -> tuple[Address, ...]:
    if not isinstance(turn.record, Live) or turn.event.address is None:
        return ()
    body, at = turn.event.body, turn.event.address
    ids = (*turn.event.aliases, body.new) if isinstance(body, IdentityChanged) else turn.event.aliases
    told = (replace(at, id=one) for one in dict.fromkeys(ids) if one and one != at.id)
    return tuple(address for address in told if address not in turn.live.addresses)


def _answer(turn: Turn, address: Address) -> str | None:
    try:
        return json.decode(turn.answers.get(f"{TOPIC}/{turn.record.id}|{address}", "null"), type=str | None)
    except DecodeError:
        return None


def _merged(turn: Turn, other: str, address: Address, number: int) -> Turn:
    older, younger = sorted((other, turn.record.id))
    event = Event(
        id=derived_id("ev", f"{turn.entry}/alias", number),
        subject=customer_subject(younger),
        body=MergeAsked(other=older, evidence=f"{EVIDENCE}: {address}"),
        at=turn.now,
        received=turn.now,
        cause=turn.event.id,
        root=turn.event.root or turn.event.id,
    )
    return replace(turn.forward(event), handled=turn.handled)
