"""Who answers a conversation: claims, words of agents, release, resolve, retry."""

from msgspec import json
from msgspec.structs import replace

from hub.desk.threads import join
from hub.engine.turns.comments import acted
from hub.engine.turns.windows import Windows, leave, wanted
from hub.model.address import Address, is_reachable
from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.channels.window import Way
from hub.model.customers.record import Conversation, Owner
from hub.model.events.agents import ClaimAsked, ReleaseAsked, ResolveAsked, RetryAsked, SayAsked
from hub.model.events.event import DeliveryEnded
from hub.model.messaging.delivery import Delivery
from hub.model.turns.journal import DeliveryMoved
from hub.model.turns.turn import Turn
from hub.model.words import ConversationStatus, DeliveryState, Origin, OwnerKind, Purpose

_DECIDED_BY_A_PERSON = frozenset({DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.DRAFT})
"""What did not arrive waits for a person, and for one only: two who press *Send again* send it once."""

PHONE_AGENT = "phone"
"""Who has taken over when a person answered from the provider's own app."""
SETTLED = "settled"
"""Why a draft is withdrawn: somebody has sent it as their own, or dismissed it (`commit.lua` writes it)."""
_encode = json.Encoder().encode
_delivery = json.Decoder(Delivery).decode


class Verdict(Value, frozen=True, omit_defaults=False):
    """What became of an agent's wish, for whoever asks by the event's id."""

    ok: bool
    code: str = ""
    owner: str = ""
    conversation: str = ""
    epoch: int = 0
    text: str = ""


class Ownership:
    """Keeps who owns a conversation; each change raises its epoch, and no bot word of an older epoch is sent."""

    name = "ownership"

    def __init__(self, windows: Windows | None = None) -> None:
        self._windows = windows or {}

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """A retry needs the delivery it is about."""
        match turn.event.body:
            case RetryAsked(delivery=delivery):
                return tuple(Question(topic="delivery", key=key) for key in places(turn, delivery))
        return ()

    def take(self, turn: Turn) -> Turn:
        """The turn with the wish carried out or refused."""
        match turn.event.body:
            case ClaimAsked() as asked:
                return _claim(turn, asked)
            case ReleaseAsked() as asked:
                return _release(turn, asked)
            case ResolveAsked() as asked:
                return _resolve(turn, asked)
            case SayAsked() as asked:
                return _say(turn, asked, self._windows)
            case RetryAsked() as asked:
                return _retry(turn, asked)
            case DeliveryEnded() as ended if ended.state is not DeliveryState.SENT:
                return _ended(turn, ended)
        return turn


def _claim(turn: Turn, asked: ClaimAsked) -> Turn:
    conversation = turn.conversation(asked.conversation)
    if conversation is None:
        return refuse(turn, "no_conversation", "This customer has no open conversation; write to them instead.")
    if conversation.status is ConversationStatus.RESOLVED:
        return refuse(turn, "resolved", "This conversation is closed; a new word of the customer opens the next one.")
    if conversation.owner == Owner(kind=OwnerKind.AGENT, agent=asked.agent):
        return grant(turn, conversation)
    if conversation.owner.kind is OwnerKind.AGENT:
        return refuse(turn, "taken", f"{conversation.owner.agent} has this conversation.", owner=conversation.owner.agent)
    turn, conversation = turn.hand_over(conversation, Owner(kind=OwnerKind.AGENT, agent=asked.agent))
    return grant(_silenced(turn, conversation), conversation)


def _silenced(turn: Turn, taken: Conversation) -> Turn:
    """The turn with nothing left for the bot to say where a person speaks now: not in an older conversation on the same thread either.

    A question of how it went, held up at the provider, would otherwise arrive in the middle of the next conversation.
    """
    for other in turn.live.conversations:
        together = set(other.threads) & set(taken.threads) and bool(other.post) is bool(taken.post)
        if other.id != taken.id and other.owner.kind is OwnerKind.BOT and together:
            turn = turn.with_conversation(replace(other, epoch=other.epoch + 1))
    return turn


def _mine(turn: Turn, agent: str, id: str) -> Conversation | Turn:  # noqa: A002 - the field's name
    """The agent's own conversation, or the turn with the refusal."""
    conversation = turn.conversation(id)
    if conversation is None:
        return refuse(turn, "no_conversation", "This customer has no open conversation.")
    if conversation.owner != Owner(kind=OwnerKind.AGENT, agent=agent):
        return refuse(turn, "not_yours", "Claim this conversation first.", owner=conversation.owner.agent or conversation.owner.kind.value)
    return conversation


def _release(turn: Turn, asked: ReleaseAsked) -> Turn:
    mine = _mine(turn, asked.agent, asked.conversation)
    if isinstance(mine, Turn):
        return mine
    fresh = replace(mine, summary=asked.summary, misses=0, dialog={})
    turn, conversation = turn.hand_over(fresh, Owner())
    return grant(turn, conversation)


def _resolve(turn: Turn, asked: ResolveAsked) -> Turn:
    conversation = turn.conversation(asked.conversation)
    if conversation is None:
        return refuse(turn, "no_conversation", "This customer has no open conversation.")
    if conversation.owner.kind is OwnerKind.AGENT and conversation.owner.agent != asked.agent:
        return refuse(turn, "taken", f"{conversation.owner.agent} has this conversation.", owner=conversation.owner.agent)
    closing = replace(conversation, status=ConversationStatus.RESOLVED, reason=asked.reason)
    turn, closed = turn.hand_over(closing, Owner(), told=f"resolved: {asked.reason or 'other'}")
    turn = turn.disarm(f"idle:{closed.id}").fact("conversation resolved", conversation=closed.id, reason=asked.reason, agent=asked.agent)
    return grant(turn, closed)


def _say(turn: Turn, asked: SayAsked, windows: Windows) -> Turn:
    if asked.to and not is_reachable(asked.to):
        return refuse(turn, "unreachable", "That address tells who the customer is in the shop; nothing can be sent there.")
    conversation = turn.conversation(asked.conversation)
    if conversation and conversation.post:
        # A public thread takes no private words: these begin, or go on in, the conversation beside it.
        asked = replace(asked, to=asked.to or conversation.last_thread, conversation="")
        if asked.to and (no := _closed(turn, asked, asked.to, windows)):
            return no
        conversation = None
    if conversation is None and asked.to and not asked.conversation:
        turn, conversation = join(turn, asked.to)
    if conversation is None:
        return refuse(turn, "no_conversation", "Name an address to write to: this customer has no open conversation.")
    me = Owner(kind=OwnerKind.AGENT, agent=asked.agent)
    if conversation.owner.kind is OwnerKind.AGENT and conversation.owner != me:
        return refuse(turn, "taken", f"{conversation.owner.agent} has this conversation.", owner=conversation.owner.agent)
    to = asked.to or conversation.last_thread
    if to is None or to not in turn.live.addresses:
        return refuse(turn, "unknown", "That address is not one of this customer's.")
    if no := _closed(turn, asked, to, windows):
        return no
    may = leave(windows, turn.live, to, wanted(asked.message, now=turn.now, origin=Origin.AGENT))
    if conversation.owner != me:
        # A person's word is a takeover: the bot must not talk over it.
        turn, conversation = turn.hand_over(conversation, me)
        turn = _silenced(turn, conversation)
    turn = turn.say(asked.message, conversation=conversation, to=to, origin=Origin.AGENT, who=f"agent:{asked.agent}").tagged(may.tag)
    return grant(turn, conversation)


def _closed(turn: Turn, asked: SayAsked, to: Address, windows: Windows) -> Turn | None:
    """The turn with a no, where the provider lets nobody write there now."""
    may = leave(windows, turn.live, to, wanted(asked.message, now=turn.now, origin=Origin.AGENT))
    if may.way is not Way.CLOSED:
        return None
    instead = "send an approved template, or write on another channel" if may.instead else "write on another channel"
    return refuse(turn, "window_closed", f"The time in which {to.channel} lets a shop answer is over: {instead}.")


def _retry(turn: Turn, asked: RetryAsked) -> Turn:
    """Retry really sends: the same message as a new delivery, for which the agent answers."""
    answers = (json.decode(turn.answers.get(f"delivery/{key}", "null")) for key in places(turn, asked.delivery))
    found = next((answer for answer in answers if answer), None)
    if not found:
        return refuse(turn, "unknown", "That delivery is not known any more; write the message anew.")
    if found["state"] not in {*_DECIDED_BY_A_PERSON, DeliveryState.WITHDRAWN}:
        return refuse(turn, "not_ended", f"That delivery is {found['state']}; only one that did not arrive can be sent again.")
    old = _delivery(_encode(found["delivery"]))
    if old.amends is not None:
        return refuse(turn, "amendment", "That is no message but what became of one: ask for the correction again.")
    conversation = turn.conversation(old.conversation) if old.conversation else None
    me = Owner(kind=OwnerKind.AGENT, agent=asked.agent)
    if conversation and conversation.owner.kind is OwnerKind.AGENT and conversation.owner != me:
        return refuse(turn, "taken", f"{conversation.owner.agent} has this conversation.", owner=conversation.owner.agent)
    if found["state"] == DeliveryState.WITHDRAWN and found.get("reason") == SETTLED:
        return refuse(turn, "settled", "A colleague has sent this again or put it away already.")
    if old.act is not None and conversation is None:
        return refuse(turn, "no_conversation", "This comment's conversation is not known any more.")
    if found["state"] in _DECIDED_BY_A_PERSON:
        turn = settled(turn, old, agent=asked.agent)
    purpose = Purpose.SERVICE if old.purpose is Purpose.MARKETING else old.purpose
    if old.act is not None and conversation is not None:
        turn = acted(turn, old.act, home=conversation, to=old.address, origin=Origin.AGENT, who=f"agent:{asked.agent}")
    else:
        turn = turn.say(
            old.message, conversation=conversation, to=old.address, origin=Origin.AGENT, purpose=purpose, who=f"agent:{asked.agent}"
        )
    return turn.fact("delivery retried", delivery=old.id, agent=asked.agent).verdict(_encode(Verdict(ok=True, owner=asked.agent)))


def settled(turn: Turn, draft: Delivery, *, agent: str) -> Turn:
    """The turn with a draft, or what did not arrive, decided upon: colleagues are not offered it any more."""
    return settled_by(turn, draft, f"agent:{agent}")


def settled_by(turn: Turn, draft: Delivery, who: str) -> Turn:
    """The same, decided upon by whoever that is."""
    moved = DeliveryMoved(
        customer=turn.live.id,
        delivery=draft.id,
        state=DeliveryState.WITHDRAWN,
        at=turn.now,
        address=draft.address,
        purpose=draft.purpose,
        origin=draft.origin,
        conversation=draft.conversation,
        reason=f"{SETTLED} by {who}",
        cause=turn.event.id,
        root=draft.root,
    )
    return replace(turn, receipts=(*turn.receipts, (draft.id, DeliveryState.WITHDRAWN)), moved=(*turn.moved, moved))


def places(turn: Turn, delivery: str) -> tuple[str, ...]:
    """Where a delivery may lie: with the customer, or with one who was merged into them after it was sent."""
    return tuple(f"{piece}|{delivery}" for piece in (turn.live.id, *turn.live.merged))


def _ended(turn: Turn, ended: DeliveryEnded) -> Turn:
    """A delivery that did not arrive is told on the timeline."""
    text = f"{ended.state.value}: {ended.reason}" if ended.reason else ended.state.value
    told = {"failure": ended.failure, "code": ended.code}
    detail = {name: value for name, value in told.items() if value}
    return turn.note("fact", "system", text, delivery=ended.delivery, address=ended.address, detail=detail).fact(
        "delivery ended", delivery=ended.delivery, state=ended.state.value, **detail
    )


def grant(turn: Turn, conversation: Conversation) -> Turn:
    """The turn with a yes for whoever asked, and whose the conversation is now."""
    verdict = Verdict(ok=True, owner=conversation.owner.agent, conversation=conversation.id, epoch=conversation.epoch)
    return turn.verdict(_encode(verdict))


def refuse(turn: Turn, code: str, text: str, *, owner: str = "") -> Turn:
    """The turn with a no and its reason for whoever asked."""
    return turn.verdict(_encode(Verdict(ok=False, code=code, text=text, owner=owner)))
