"""Correcting and taking back: how a message stands that somebody wants changed, and the calls it takes to change it."""

from collections.abc import Mapping
from typing import cast

from msgspec.structs import replace

from hub.engine.rendering.calls import calls_of
from hub.model.base import Value
from hub.model.channels.abilities import Amends
from hub.model.channels.ports import Call, Channel
from hub.model.customers.record import Conversation
from hub.model.errors import Rejected, SendError
from hub.model.failure import Failure
from hub.model.ids import derived_id
from hub.model.messaging.amending import CORRECTION_LINE, OF, RECALL_LINE, Amendment, AmendVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.turns.journal import TimelineEntry
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState, Origin

TOPIC = "amendable"


class Standing(Value, frozen=True):
    """How a message stands that is to be changed, as the topic `amendable` answers. `begun`: some of its calls were made.

    `refused` and `why`: the code and sentence of what its channel cannot; empty where it can.
    """

    delivery: Delivery
    state: DeliveryState
    ids: tuple[str, ...] = ()
    begun: bool = False
    refused: str = ""
    why: str = ""
    seconds: int = 0


def opened(delivery: Delivery) -> Delivery:
    """The delivery with the words of its amendment as its message: so they are prepared and rendered as any others."""
    return delivery if delivery.amends is None else replace(delivery, message=delivery.amends.message)


def amended(message: Message, text: str) -> Message:
    """The message with other words; files and answers offered stay."""
    return replace(message, text=text)


def changing(channel: Channel, delivery: Delivery) -> list[Call]:
    """The calls an opened amendment takes; raises Rejected where its channel cannot, or its new words take another number of messages."""
    amends, can = delivery.amends, channel.capabilities
    if amends is None:
        raise Rejected("this is no amendment", failure=Failure.INTERNAL)
    if not (can.corrects if amends.verb is AmendVerb.CORRECT else can.recalls):
        raise Rejected("this channel does not let a message be changed", code="cannot", failure=Failure.UNSUPPORTED)
    if amends.verb is AmendVerb.RECALL:
        return cast("Amends", channel).render_recall(delivery)
    calls = calls_of(channel, replace(delivery, amends=None))
    if len(calls) != len(amends.ids):
        words = f"the new words take {len(calls)} messages, the old ones took {len(amends.ids)}"
        raise Rejected(words, code="parts", failure=Failure.INVALID)
    return cast("Amends", channel).render_correction(delivery, calls)


def standing(fields: Mapping[str, bytes], sent: Delivery, channel: Channel | None, wanted: Amendment) -> Standing:
    """How it stands by its stored fields; `wanted`: what shall become of it, its message as it would be prepared."""
    ids = tuple(filter(None, fields.get("x", b"").decode().split("\n")))
    told = Standing(delivery=sent, state=DeliveryState(fields["s"].decode()), ids=ids, begun=fields.get("p", b"0") != b"0")
    if channel is None:
        return replace(told, refused="cannot", why="the channel's account is not set up any more")
    can = channel.capabilities
    told = replace(told, seconds=can.corrects_s if wanted.verb is AmendVerb.CORRECT else can.recalls_s)
    try:
        changing(channel, opened(replace(sent, amends=replace(wanted, ids=ids))))
    except SendError as error:
        return replace(told, refused=error.code or "cannot", why=error.reason)
    return told


def with_amendment(turn: Turn, sent: Delivery, amends: Amendment, *, conversation: Conversation | None, who: str) -> Turn:
    """The turn with one more delivery that changes an earlier one, and the line that tells of it."""
    changed = Delivery(
        id=derived_id("dl", turn.entry, len(turn.deliveries)),
        customer=turn.record.id,
        conversation=conversation.id if conversation else "",
        address=sent.address,
        message=Message(),
        purpose=sent.purpose,
        origin=Origin.AGENT,
        created=turn.now,
        epoch=conversation.epoch if conversation else 0,
        cause=turn.event.id,
        root=turn.event.root or turn.event.id,
        amends=amends,
    )
    line = TimelineEntry(
        id=derived_id("tl", turn.entry, len(turn.timeline)),
        at=turn.now,
        kind=CORRECTION_LINE if amends.verb is AmendVerb.CORRECT else RECALL_LINE,
        who=who,
        text=amends.message.text,
        conversation=changed.conversation,
        address=sent.address,
        delivery=changed.id,
        detail={OF: amends.target},
    )
    return replace(turn, deliveries=(*turn.deliveries, changed), timeline=(*turn.timeline, line), handled=True)
