"""Who somebody is, by the shop's word: where they can be found again, and that they go on in another channel."""

from msgspec.structs import replace

from hub.model.address import SHOP, Address, shop_address
from hub.model.channels.ports import Question
from hub.model.customers.record import Live
from hub.model.events.event import Event, Identified
from hub.model.events.merging import MergeAsked
from hub.model.ids import derived_id
from hub.model.subject import customer_subject
from hub.model.turns.turn import Turn
from hub.model.webchat.chat import KIND as WEB_CHAT
from hub.model.webchat.onward import EVIDENCE, FOLLOWED, REFUSED, link_followed, link_question

SESSIONS_KEPT = 20
"""Web chat sessions a record remembers: each takes some 60 of its 32,768 bytes, and a browser that forgets makes a new one."""


class Knowing:
    """Notes the addresses that an `identify` tells, and merges who comes by a link made in a signed-in session."""

    name = "knowing"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Whose link it is."""
        return link_question(turn)

    def take(self, turn: Turn) -> Turn:
        """The turn with what is known now."""
        match turn.event.body:
            case Identified(user=user):
                return _noted(turn, user)
        return _followed(turn)


def shop_user(record: Live) -> str:
    """The shop's own id of a customer; empty where none is known."""
    return next((address.id for address in record.addresses if address.channel == SHOP), "")


def _noted(turn: Turn, user: str) -> Turn:
    # A session that is somebody else's in the shop stays theirs: no record bears two customers of the shop by mere word.
    names = user and shop_user(turn.live) in {"", user}
    told = [*([shop_address(user)] if names else []), *([turn.event.address] if turn.event.address else [])]
    known = turn.live.addresses
    fresh = tuple(address for address in dict.fromkeys(told) if address not in known)
    return turn.with_record(addresses=_within((*known, *fresh))) if fresh else turn


def _within(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    """Without the oldest sessions; the archive knows all in which anything was said."""
    sessions = [address for address in addresses if address.channel == WEB_CHAT]
    gone = set(sessions[:-SESSIONS_KEPT])
    return tuple(address for address in addresses if address not in gone)


def _followed(turn: Turn) -> Turn:
    link = link_followed(turn)
    if link is None:
        return turn
    mine = shop_user(turn.live)
    if not link.customer or (mine and mine != link.user):
        # Another customer of the shop has written from here: a link is not enough to make two people one.
        why = "old or used" if link.looked else "not answered"
        return turn.fact(REFUSED, reason="another customer" if link.customer else why)
    # Known from this turn on, not from the merge on: the next link may come before that.
    turn = _noted(turn.fact(FOLLOWED, customer=link.customer), link.user)
    if link.customer in {turn.record.id, *turn.live.merged}:
        return turn
    asked = Event(
        id=derived_id("ev", f"{turn.entry}/onward", 0),
        subject=customer_subject(turn.record.id),
        body=MergeAsked(other=link.customer, evidence=EVIDENCE),
        at=turn.now,
        received=turn.now,
        cause=turn.event.id,
        root=turn.event.root or turn.event.id,
    )
    return replace(turn.forward(asked), handled=turn.handled)
