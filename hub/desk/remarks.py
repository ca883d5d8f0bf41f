"""What agents do beside talking: a note for colleagues, the undo of a closing, a draft that nobody needs."""

from msgspec import convert, json
from msgspec.structs import replace

from hub.desk.ownership import grant, places, refuse, settled
from hub.model.channels.ports import Question
from hub.model.customers.record import Live, Owner
from hub.model.events.agents import DismissAsked, NoteAsked, ReopenAsked
from hub.model.messaging.delivery import Delivery
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus, DeliveryState, OwnerKind


class Remarks:
    """Carries out what needs no ownership: nothing of it is ever sent to anybody."""

    name = "remarks"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """A dismissal needs the draft it is about."""
        match turn.event.body:
            case DismissAsked(delivery=delivery) if isinstance(turn.record, Live):
                return tuple(Question(topic="delivery", key=key) for key in places(turn, delivery))
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the wish carried out or refused."""
        match turn.event.body:
            case NoteAsked() as asked:
                return _note(turn, asked)
            case ReopenAsked() as asked:
                return _reopen(turn, asked)
            case DismissAsked() as asked:
                return _dismiss(turn, asked)
        return turn


def _note(turn: Turn, asked: NoteAsked) -> Turn:
    conversation = turn.conversation(asked.conversation)
    if conversation is None and asked.conversation:
        return refuse(turn, "no_conversation", "This customer has no such conversation any more.")
    # Between two conversations a note is about the customer, so it goes with the newest one, if there is any.
    about = conversation or next(reversed(turn.live.conversations), None)
    detail = {"mentions": ",".join(asked.mentions)} if asked.mentions else {}
    turn = turn.note("note", f"agent:{asked.agent}", asked.text, conversation=about.id if about else "", detail=detail)
    turn = turn.fact("note left", agent=asked.agent, **detail)
    return grant(turn, about) if about else turn.verdict(json.encode({"ok": True}))


def _reopen(turn: Turn, asked: ReopenAsked) -> Turn:
    conversation = turn.conversation(asked.conversation) if asked.conversation else None
    if conversation is None:
        return refuse(turn, "no_conversation", "This conversation is too long closed to be opened again; write to the customer instead.")
    me = Owner(kind=OwnerKind.AGENT, agent=asked.agent)
    if conversation.status is ConversationStatus.OPEN and conversation.owner == me:
        return grant(turn, conversation)
    if conversation.status is ConversationStatus.OPEN:
        owner = conversation.owner.agent or conversation.owner.kind.value
        return refuse(turn, "open", f"This conversation is open already; {owner} has it.", owner=owner)
    for other in turn.live.conversations:
        together = (other.post and other.post.id) == (conversation.post and conversation.post.id)
        if other.status is ConversationStatus.OPEN and together and (not other.threads or set(other.threads) & set(conversation.threads)):
            return refuse(turn, "other_open", "The customer has begun another conversation on the same thread by now; go on there.")
    turn, mine = turn.hand_over(replace(conversation, status=ConversationStatus.OPEN, reason=""), me)
    return grant(turn.fact("conversation reopened", conversation=mine.id, agent=asked.agent), mine)


def _dismiss(turn: Turn, asked: DismissAsked) -> Turn:
    answers = (json.decode(turn.answers.get(f"delivery/{key}", "null")) for key in places(turn, asked.delivery))
    found = next((answer for answer in answers if answer), None)
    if not found:
        return refuse(turn, "unknown", "That draft is not known any more.")
    if found["state"] == DeliveryState.WITHDRAWN:
        return turn.verdict(json.encode({"ok": True}))
    if found["state"] != DeliveryState.DRAFT:
        return refuse(turn, "no_draft", f"That message is {found['state']}; only a draft can be dismissed.")
    turn = settled(turn, convert(found["delivery"], Delivery), agent=asked.agent)
    return turn.fact("draft dismissed", delivery=asked.delivery, agent=asked.agent).verdict(json.encode({"ok": True}))
