"""From a delivery to calls, and one of them to its provider: a message, what becomes of an earlier one, or of a comment."""

from typing import cast

from msgspec.structs import replace

from hub.engine.rendering.degrade import degrade
from hub.model.channels.abilities import Amends, Comments
from hub.model.channels.ports import Call, Channel, Sent
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.comments import CommentAct, CommentVerb
from hub.model.messaging.delivery import Delivery


def calls_of(channel: Channel, delivery: Delivery) -> list[Call]:
    """The calls a delivery takes on a channel, after degradation to what it can show; raises Rejected where nothing is left."""
    if delivery.act is not None:
        return _calls_of_act(channel, delivery.act)
    degraded = degrade(delivery.message, channel.capabilities)
    if degraded.refused:
        raise Rejected(degraded.refused)
    return [call for message in degraded.messages for call in channel.render(replace(delivery, message=message))]


async def deliver(channel: Channel, call: Call, delivery: Delivery) -> Sent:
    """Make one of a delivery's calls; raises a SendError. What changes an earlier message has no id of its own."""
    if delivery.act is not None:
        return await cast("Comments", channel).act(call)
    if delivery.amends is None:
        return await channel.send(call, delivery)
    await cast("Amends", channel).amend(call, delivery)
    return Sent()


def at_most_once(delivery: Delivery) -> bool:
    """Whether it is an answer for all to read: nobody takes a second one back, so where its end is unknown a person decides."""
    return delivery.act is not None and delivery.act.verb is CommentVerb.ANSWER


def arrived_before(delivery: Delivery, failure: Failure) -> bool:
    """Whether a provider's no to a second try means that the first one arrived: a comment takes one private answer."""
    return delivery.act is not None and delivery.act.verb is CommentVerb.PRIVATE and failure is Failure.DUPLICATE


def _calls_of_act(channel: Channel, act: CommentAct) -> list[Call]:
    if not hasattr(channel, "render_comment"):
        raise Rejected("this channel has no comments", failure=Failure.UNSUPPORTED)
    if act.verb is CommentVerb.PRIVATE:
        degraded = degrade(act.message, channel.capabilities)
        if degraded.refused or len(degraded.messages) != 1:
            raise Rejected(degraded.refused or "a comment takes one private message, and no longer one", failure=Failure.INVALID)
        act = replace(act, message=degraded.messages[0])
    return cast("Comments", channel).render_comment(act)
