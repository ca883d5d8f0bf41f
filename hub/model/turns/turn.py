"""A turn: what is known when an event is taken, and what shall happen because of it."""

from collections.abc import Callable
from typing import Protocol, Self

from msgspec.structs import replace

from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.ports import Question
from hub.model.customers.record import Armed, Conversation, Live, Owner, Record
from hub.model.events.event import Event
from hub.model.ids import derived_id
from hub.model.messaging.comments import ABOUT, RULE, VERB, CommentAct
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.messaging.offers import answers_of
from hub.model.turns.journal import Change, DeliveryMoved, TimelineEntry
from hub.model.words import DeliveryState, Lane, Origin, OwnerKind, Purpose

REPLY_LIFE_MS = 5 * 60 * 1000
REPLY_TOKEN_MS = 30 * 1000
"""How long a provider's leave to answer one word is used: LINE takes it for about a minute, https://developers.line.biz/en/reference/messaging-api/#send-reply-message"""
"""A bot's reply older than this is told to the agent instead of sent."""


OWNER_CHANGED = "owner changed"
"""The fact of a conversation's new owner, from which the queue of waiting ones is kept."""


LOOPING = "looping"
"""The fact that the bot fell silent before a machine that answers it."""


class Forward(Value, frozen=True):
    """An event for another mailbox, carried there by the relay.

    `gone`: an erased customer's ids; the event is for whoever has its address now, and that is never them.
    """

    event: Event
    lane: Lane = Lane.LIVE
    gone: tuple[str, ...] = ()


class Turn(Value, frozen=True):
    """The sheet each step reads and hands on, written further; its end is the outcome.

    `now` in ms never falls behind the record's last turn; `more`: another line of the same burst follows, so say nothing yet;
    `handled`: a step has dealt with the event, later ones need not answer it; `moved`: what `receipts` change, as the journal tells it.
    """

    record: Record
    event: Event
    entry: str
    now: int
    more: bool = False
    revision: int = 0
    answers: dict[str, str] = {}
    handled: bool = False
    deliveries: tuple[Delivery, ...] = ()
    rescued: tuple[tuple[str, Forward | None], ...] = ()
    receipts: tuple[tuple[str, DeliveryState], ...] = ()
    moved: tuple[DeliveryMoved, ...] = ()
    forwards: tuple[Forward, ...] = ()
    facts: tuple[Change, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    verdicts: tuple[tuple[str, bytes], ...] = ()

    @property
    def live(self) -> Live:
        """The record, where it is known to be live."""
        if not isinstance(self.record, Live):
            raise TypeError(f"the record is {type(self.record).__name__}, not live")
        return self.record

    def conversation(self, id: str) -> Conversation | None:  # noqa: A002 - the field's name
        """The conversation of that id, or the latest open one for an empty id."""
        found = [c for c in self.live.conversations if (c.id == id if id else c.status == "open")]
        # What is said in public under a post is a customer's conversation only where there is no other.
        return next((c for c in reversed(found) if c.post is None), found[-1] if found else None)

    def with_conversation(self, changed: Conversation) -> Self:
        """The turn with that conversation put in place of the one of its id, or added."""
        kept = list(self.live.conversations)
        for place, one in enumerate(kept):
            if one.id == changed.id:
                kept[place] = changed
                break
        else:
            kept.append(changed)
        return self.with_record(conversations=tuple(kept))

    def with_record(self, **changes: object) -> Self:
        """The turn with some fields of its live record changed."""
        return replace(self, record=replace(self.live, **changes))

    def say(
        self,
        message: Message,
        *,
        conversation: Conversation | None,
        to: Address,
        origin: Origin = Origin.BOT,
        purpose: Purpose = Purpose.REPLY,
        who: str = "",
        not_after: int | None = None,
        key: str = "",
    ) -> Self:
        """The turn with one more delivery; a bot's reply expires after five minutes unless said otherwise."""
        id = derived_id("dl", self.entry, len(self.deliveries))  # noqa: A001 - the field's name
        token = self._reply_token(to)
        message = as_letter(message, conversation, to)
        if not_after is None:
            not_after = self.now + REPLY_LIFE_MS if origin is Origin.BOT else 0
        delivery = Delivery(
            id=id,
            customer=self.record.id,
            conversation=conversation.id if conversation else "",
            address=to,
            message=message,
            purpose=purpose,
            origin=origin,
            created=self.now,
            epoch=conversation.epoch if conversation else 0,
            judged=self.revision + 1 if purpose is Purpose.MARKETING else 0,
            not_after=not_after,
            cause=self.event.id,
            root=self.event.root or self.event.id,
            key=key,
            reply_token=token,
            token_until=self.event.received + REPLY_TOKEN_MS if token else 0,
        )
        return self._with_delivery(delivery, who=who or origin.value)

    def act(
        self,
        act: CommentAct,
        *,
        conversation: Conversation,
        to: Address,
        origin: Origin,
        who: str,
        not_after: int = 0,
        key: str = "",
        rule: str = "",
    ) -> Self:
        """The turn with one more delivery, which does something to a comment of the customer at `to`; `rule`: what asked, if nobody."""
        id = derived_id("dl", self.entry, len(self.deliveries))  # noqa: A001 - the field's name
        delivery = Delivery(
            id=id,
            customer=self.record.id,
            conversation=conversation.id,
            address=to,
            message=Message(),
            purpose=Purpose.SYSTEM if origin is Origin.SYSTEM else Purpose.REPLY,
            origin=origin,
            created=self.now,
            epoch=conversation.epoch,
            not_after=not_after,
            cause=self.event.id,
            root=self.event.root or self.event.id,
            key=key,
            act=replace(act, id=id),
        )
        detail = {VERB: act.verb.value, ABOUT: act.comment, **({RULE: rule} if rule else {})}
        return self._with_delivery(delivery, who=who, detail=detail)

    def tagged(self, tag: str) -> Self:
        """The turn with the ground on which its last delivery may go, where its provider asks for one."""
        *others, last = self.deliveries
        return replace(self, deliveries=(*others, replace(last, tag=tag))) if tag else self

    def _reply_token(self, to: Address) -> str:
        """The provider's leave to answer this very word, where it gave one; it is good once, so the turn's first delivery has it."""
        token = getattr(self.event.body, "reply_token", "") if self.event.address == to else ""
        return "" if any(delivery.reply_token for delivery in self.deliveries) else token

    def hand_over(self, conversation: Conversation, owner: Owner, *, told: str = "") -> tuple[Self, Conversation]:
        """The turn with another owner of that conversation and a new epoch: no bot word of the old one is sent any more.

        `told`: what the timeline says of it, where it is more than that somebody else has it now.
        """
        changed = replace(conversation, owner=owner, epoch=conversation.epoch + 1, offered=(), lines=(), since=self.now, lately=None)
        who, was = _named(owner), _named(conversation.owner)
        turn = self.with_conversation(changed).note("fact", "system", told or f"owner {who}", conversation=changed.id)
        return turn.fact(OWNER_CHANGED, conversation=changed.id, owner=who, epoch=str(changed.epoch), was=was), changed

    def _with_delivery(self, delivery: Delivery, *, who: str, detail: dict[str, str] | None = None) -> Self:
        message = delivery.act.message if delivery.act else delivery.message
        line = TimelineEntry(
            id=derived_id("tl", self.entry, len(self.timeline)),
            at=self.now,
            kind="message",
            who=who,
            text=message.text,
            message=message,
            conversation=delivery.conversation,
            address=delivery.address,
            delivery=delivery.id,
            detail=detail or {},
        )
        said = replace(self, deliveries=(*self.deliveries, delivery), timeline=(*self.timeline, line), handled=True)
        if delivery.origin is Origin.BOT and delivery.conversation and (latest := said.conversation(delivery.conversation)):
            said = said.with_conversation(replace(latest, offered=answers_of(delivery.message)))
        return said

    def note(self, kind: str, who: str, text: str = "", **more: object) -> Self:
        """The turn with one more line on the timeline."""
        line = TimelineEntry(id=derived_id("tl", self.entry, len(self.timeline)), at=self.now, kind=kind, who=who, text=text, **more)  # type: ignore[arg-type]
        return replace(self, timeline=(*self.timeline, line))

    def fact(self, name: str, **detail: str) -> Self:
        """The turn with one more fact for the journal."""
        return replace(self, facts=(*self.facts, Change(name=name, detail=detail)))

    def arm(self, name: str, due: int) -> Self:
        """The turn with a timer set anew; the earlier setting of that name is outdated by it."""
        number = self.live.armings + 1
        return self.with_record(armings=number, timers={**self.live.timers, name: Armed(generation=number, due=due)})

    def disarm(self, name: str) -> Self:
        """The turn without that timer."""
        if name not in self.live.timers:
            return self
        return self.with_record(timers={k: v for k, v in self.live.timers.items() if k != name})

    def forward(self, event: Event, lane: Lane = Lane.LIVE) -> Self:
        """The turn with an event for another mailbox."""
        return replace(self, forwards=(*self.forwards, Forward(event=event, lane=lane)), handled=True)

    def verdict(self, answer: bytes) -> Self:
        """The turn with an answer for whoever asked by this event (a claim's outcome)."""
        return replace(self, verdicts=(*self.verdicts, (self.event.id, answer)), handled=True)

    def done(self) -> Self:
        """The turn marked as dealt with: later steps stay silent."""
        return replace(self, handled=True)


def as_letter(message: Message, conversation: Conversation | None, to: Address) -> Message:
    """The message with the matter of its conversation and, where the last word there was a letter, as an answer to it."""
    if conversation is None or to != conversation.last_thread or not (conversation.letter or conversation.subject):
        return message
    return replace(message, subject=message.subject or conversation.subject, reply_to=message.reply_to or conversation.letter)


def _named(owner: Owner) -> str:
    """An owner as facts and lines name it."""
    return f"agent:{owner.agent}" if owner.kind is OwnerKind.AGENT else owner.kind.value


class Step(Protocol):
    """One small pure step of a turn."""

    @property
    def name(self) -> str:
        """The step's name in logs."""
        ...

    def needs(self, turn: Turn) -> tuple[Question, ...]:
        """What must be asked before this step can take the turn; asked again never, answered or not."""
        ...

    def take(self, turn: Turn) -> Turn:
        """The turn, written further."""
        ...


Urgent = Callable[[Event], bool]
"""Whether an event ends the wait for more lines of a burst (STOP, a person please)."""
