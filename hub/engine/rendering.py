"""From a delivery to calls, and one of them to its provider: a message, or what becomes of an earlier one."""

from typing import cast

from msgspec.structs import replace

from hub.engine.degrade import degrade
from hub.model.delivery import Delivery
from hub.model.errors import Rejected
from hub.model.ports import Amends, Call, Channel, Sent


def calls_of(channel: Channel, delivery: Delivery) -> list[Call]:
    """The calls a message takes on a channel, after degradation to what it can show; raises Rejected where nothing is left."""
    degraded = degrade(delivery.message, channel.capabilities)
    if degraded.refused:
        raise Rejected(degraded.refused)
    return [call for message in degraded.messages for call in channel.render(replace(delivery, message=message))]


async def deliver(channel: Channel, call: Call, delivery: Delivery) -> Sent:
    """Make one of a delivery's calls; raises a SendError. What changes an earlier message has no id of its own."""
    if delivery.amends is None:
        return await channel.send(call, delivery)
    await cast("Amends", channel).amend(call, delivery)
    return Sent()
