"""What people are called whom their provider names by an id alone: asked once, at the beginning of a conversation."""

from msgspec import DecodeError, json

from hub.model.address import Address
from hub.model.channels.abilities import Person
from hub.model.channels.ports import Question
from hub.model.customers.record import Fact, Live
from hub.model.customers.trust import counts
from hub.model.events.event import Said, Started
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus

TOPIC = "who"
"""Who somebody is. Key: the address, answer: a Person as JSON."""


class Naming:
    """Notes a name in the profile of somebody who has none. `kinds`: the channels that can be asked."""

    name = "naming"

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds = kinds

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Who writes here, where nobody has told; who could not be told of is asked for again with the next conversation."""
        address = _nameless(turn)
        return (Question(topic=TOPIC, key=str(address)),) if address and address.channel in self._kinds and _begins(turn) else ()

    def take(self, turn: Turn) -> Turn:
        """The turn with what was told."""
        address = _nameless(turn)
        told = _answer(turn, address) if address else None
        if address is None or told is None:
            return turn
        facts = {"name": told.name, "username": told.username, "device_language": told.language, "time_zone": told.time_zone}
        fresh = {key: Fact(value=value, source=address.channel, at=turn.now) for key, value in facts.items() if value}
        known = turn.live.profile
        return turn.with_record(profile={**known, **{key: fact for key, fact in fresh.items() if counts(known.get(key), fact)}})


def _nameless(turn: Turn) -> Address | None:
    """Where somebody writes from who has no name yet; in a group it would be the group's."""
    body = turn.event.body
    if not isinstance(turn.record, Live) or not isinstance(body, (Said, Started)) or body.name or body.chat_type != "private":
        return None
    return None if "name" in turn.record.profile else turn.event.address


def _begins(turn: Turn) -> bool:
    return not any(c.status is ConversationStatus.OPEN and c.post is None for c in turn.live.conversations)


def _answer(turn: Turn, address: Address) -> Person | None:
    try:
        return json.decode(turn.answers.get(f"{TOPIC}/{address}", "null"), type=Person | None)
    except DecodeError:
        return None
