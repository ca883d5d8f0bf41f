"""What an agent wrote is corrected or taken back: where it stands at the provider by a call, where it has not gone out yet by none."""

from msgspec import json
from msgspec.structs import replace

from hub.desk.ownership import SETTLED, grant, places, refuse
from hub.engine.turns.amending import TOPIC, Standing, amended, with_amendment
from hub.model.channels.ports import Question
from hub.model.customers.record import Conversation, Live, Owner
from hub.model.messaging.amending import INSTEAD, OF, RECALL_LINE, AmendAsked, Amendment, AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.subject import customer_subject
from hub.model.turns.journal import DeliveryMoved
from hub.model.turns.turn import Forward, Turn
from hub.model.words import DeliveryState, Origin, OwnerKind

_WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.HELD})
_ARRIVED = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ})
_read = json.Decoder(Standing | None).decode


class Amending:
    """Decides whether it may be changed, and says no with a reason."""

    name = "amending"

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """How the message stands, and whether its channel could take the new words in its place."""
        match turn.event.body:
            case AmendAsked() as asked if isinstance(turn.record, Live):
                return tuple(Question(topic=TOPIC, key=key) for key in _keys(turn, asked))
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the wish carried out or refused."""
        body = turn.event.body
        return _decided(turn, body) if isinstance(body, AmendAsked) and isinstance(turn.record, Live) else turn


def _keys(turn: Turn, asked: AmendAsked) -> tuple[str, ...]:
    return tuple(f"{place}|{asked.verb.value}|{asked.text}" for place in places(turn, asked.delivery))


def _decided(turn: Turn, asked: AmendAsked) -> Turn:
    if any(f"{TOPIC}/{key}" not in turn.answers for key in _keys(turn, asked)):
        return refuse(turn, "under_way", "It could not be looked up how that message stands: ask again in a moment.")
    found = (_read(turn.answers[f"{TOPIC}/{key}"]) for key in _keys(turn, asked))
    standing = next((each for each in found if each is not None), None)
    if standing is None:
        return refuse(turn, "unknown", "That message is not known any more, or too old to be changed: write a new one.")
    sent = standing.delivery
    if sent.origin is not Origin.AGENT or sent.message == Message():
        return refuse(turn, "not_an_agents", "Only what an agent wrote can be corrected or taken back.")
    if sent.act is not None:
        return refuse(turn, "cannot", "What was said under a post is not changed from here: hide the comment, or answer it again.")
    conversation = turn.conversation(sent.conversation) if sent.conversation else None
    owner = conversation.owner if conversation else Owner()
    if owner.kind is OwnerKind.AGENT and owner.agent != asked.agent and not asked.lead:
        return refuse(
            turn, "taken", f"{owner.agent} has this conversation; only they or a lead can change what was written.", owner=owner.agent
        )
    if standing.state in _ARRIVED:
        return _at_the_provider(turn, asked, standing, conversation)
    if asked.again and standing.state is DeliveryState.WITHDRAWN:
        return _before_it_went(turn, asked, sent, conversation)
    if standing.state is DeliveryState.SENDING or standing.begun or (asked.again and standing.state in _WAITING):
        return refuse(turn, "under_way", "The message is being sent just now: ask again in a moment.")
    if standing.state in _WAITING:
        return _withdrawn(turn, asked, sent)
    return refuse(turn, "not_arrived", f"That message is {standing.state.value}: there is nothing at the customer's to be changed.")


def _withdrawn(turn: Turn, asked: AmendAsked, sent: Delivery) -> Turn:
    """The turn that withdraws it, unless it begins to go out right now: so what came of that is looked at in a turn of its own."""
    again = replace(turn.event, subject=customer_subject(turn.record.id), body=replace(asked, again=True))
    forwards = (*turn.forwards, Forward(event=again))
    return replace(turn, rescued=(*turn.rescued, (sent.id, None)), forwards=forwards, handled=True)


def _before_it_went(turn: Turn, asked: AmendAsked, sent: Delivery, conversation: Conversation | None) -> Turn:
    """The turn with the new words as a message of their own in place of the old, which nobody saw; or with nothing in their place."""
    who = f"agent:{asked.agent}"
    moved = DeliveryMoved(
        customer=sent.customer,
        delivery=sent.id,
        state=DeliveryState.WITHDRAWN,
        at=turn.now,
        address=sent.address,
        purpose=sent.purpose,
        origin=sent.origin,
        conversation=sent.conversation,
        reason=f"{SETTLED} by {who}",
        cause=turn.event.id,
        root=sent.root,
    )
    turn = replace(turn, moved=(*turn.moved, moved))
    if asked.verb is AmendVerb.RECALL:
        turn = turn.note(RECALL_LINE, who, conversation=sent.conversation, address=sent.address, detail={OF: sent.id})
        return _granted(turn, asked, conversation)
    message = amended(sent.message, asked.text)
    turn = turn.say(
        message, conversation=conversation, to=sent.address, origin=Origin.AGENT, purpose=sent.purpose, who=who, key=sent.key
    ).tagged(sent.tag)  # fmt: skip
    *others, line = turn.timeline
    return _granted(replace(turn, timeline=(*others, replace(line, detail={INSTEAD: sent.id}))), asked, conversation)


def _at_the_provider(turn: Turn, asked: AmendAsked, standing: Standing, conversation: Conversation | None) -> Turn:
    sent, seconds = standing.delivery, standing.seconds
    if standing.refused:
        return refuse(turn, standing.refused, _sentence(standing, sent.address.channel))
    if not standing.ids:
        return refuse(turn, "cannot", "The channel did not tell an id of this message, so it cannot be changed there.")
    if seconds and turn.now - sent.created > seconds * 1000:
        return refuse(turn, "too_late", f"{sent.address.channel} lets a message be changed for {seconds // 3600} hours: write a new one.")
    message = amended(sent.message, asked.text) if asked.verb is AmendVerb.CORRECT else None
    amends = Amendment(verb=asked.verb, target=sent.id, ids=standing.ids, at=sent.created)
    amends = amends if message is None else replace(amends, message=message)
    turn = with_amendment(turn, sent, amends, conversation=conversation, who=f"agent:{asked.agent}")
    return _granted(turn, asked, conversation)


def _sentence(standing: Standing, channel: str) -> str:
    match standing.refused:
        case "parts":
            return f"It cannot take the place of what was sent: {standing.why}. Shorten it, or write a new message."
        case "files" | "keyboard":
            return f"This message cannot be corrected on {channel}: {standing.why}. Take it back, or write a new one."
    return f"{channel} does not let it be changed: {standing.why}. Write a new message."


def _granted(turn: Turn, asked: AmendAsked, conversation: Conversation | None) -> Turn:
    name = "message corrected" if asked.verb is AmendVerb.CORRECT else "message taken back"
    turn = turn.fact(name, delivery=asked.delivery, agent=asked.agent)
    return grant(turn, conversation) if conversation else turn.verdict(json.encode({"ok": True}))
