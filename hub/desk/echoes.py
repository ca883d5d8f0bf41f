"""Echoes: messages from our side that the hub may not have sent. A person at the provider's own app has taken over; our own have not.

An echo may come before the answer to the call it is the echo of: while any call of the customer is under way it waits, and is looked at
again once every such call must have ended.
"""

from hub.desk.ownership import PHONE_AGENT
from hub.desk.threads import join
from hub.model.address import Address
from hub.model.channels.ports import Question
from hub.model.customers.record import Live, Owner
from hub.model.events.event import Echoed, TimerFired
from hub.model.turns.turn import Turn
from hub.model.words import OwnerKind

TIMER = "echoes"
WAIT_MS = 15_000
"""Longer than a call may take (hub.engine.sending.sender.CALL_TIMEOUT_S) and its outcome takes to be written down."""

KEPT_CHARACTERS = 500
WAITING_AT_MOST = 10
_NOBODYS = frozenset(('""', "null", ""))


class Echoes:
    """Tells a person's message from the hub's own."""

    name = "echoes"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """Whether the message was ours, and whether a call is under way whose id is not known yet."""
        asked = [Question(topic="external", key=key) for echo in _told(turn) for key in _places(turn, *echo)]
        if asked and isinstance(turn.event.body, Echoed):
            asked += [Question(topic="under_way", key=piece) for piece in _pieces(turn)]
        return tuple(asked)

    def take(self, turn: Turn) -> Turn:
        """The turn with a person in charge where one wrote; a wait where nobody can tell yet."""
        match turn.event.body:
            case Echoed() as echo:
                return self._heard(turn, echo)
            case TimerFired(name=name) if name == TIMER and isinstance(turn.record, Live):
                waiting = turn.live.echoes
                foreign = {key: text for key, text in waiting.items() if not _is_ours(turn, *_parts(key))}
                turn = turn.with_record(echoes={}).disarm(TIMER)
                for key, text in foreign.items():
                    turn = _written_by_a_person(turn, *_parts(key), text)
                return turn.done()
        return turn

    def _heard(self, turn: Turn, echo: Echoed) -> Turn:
        address = turn.event.address
        if address is None or echo.ours or not isinstance(turn.record, Live) or _is_ours(turn, address, echo.external_id):
            return turn.done()
        if any(turn.answers.get(f"under_way/{piece}", "false") != "false" for piece in _pieces(turn)):
            kept = {**turn.live.echoes, f"{address}|{echo.external_id}": echo.text[:KEPT_CHARACTERS]}
            return turn.with_record(echoes=dict(list(kept.items())[-WAITING_AT_MOST:])).arm(TIMER, turn.now + WAIT_MS).done()
        return _written_by_a_person(turn, address, echo.external_id, echo.text).done()


def _told(turn: Turn) -> list[tuple[Address, str]]:
    """The echoes this turn is about: where they were seen, and the provider's id."""
    body, address = turn.event.body, turn.event.address
    if not isinstance(turn.record, Live):
        return []
    if isinstance(body, Echoed):
        return [(address, body.external_id)] if address and not body.ours else []
    if isinstance(body, TimerFired) and body.name == TIMER:
        return [_parts(key) for key in turn.live.echoes]
    return []


def _parts(key: str) -> tuple[Address, str]:
    where, _, external_id = key.partition("|")
    channel, account, id = where.split(":", 2)  # noqa: A001 - the field's name
    return Address(channel=channel, account=account, id=id), external_id


def _pieces(turn: Turn) -> tuple[str, ...]:
    """Who may have sent it: the customer's own mailbox, or that of one who was merged into them since."""
    return (turn.live.id, *turn.live.merged)


def _places(turn: Turn, address: Address, external_id: str) -> tuple[str, ...]:
    return tuple(f"{piece}|{address}|{external_id}" for piece in _pieces(turn))


def _is_ours(turn: Turn, address: Address, external_id: str) -> bool:
    return any(turn.answers.get(f"external/{key}", "") not in _NOBODYS for key in _places(turn, address, external_id))


def _written_by_a_person(turn: Turn, address: Address, external_id: str, text: str) -> Turn:
    turn, conversation = join(turn, address)
    turn = turn.note("message", f"agent:{PHONE_AGENT}", text, conversation=conversation.id, address=address, external_id=external_id)
    if conversation.owner.kind is OwnerKind.AGENT:
        return turn
    turn, _ = turn.hand_over(conversation, Owner(kind=OwnerKind.AGENT, agent=PHONE_AGENT))
    return turn
