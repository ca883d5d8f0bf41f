"""Before a delivery's calls: files the provider must have first are brought to it, others get an address it can fetch them from."""

import asyncio
from collections.abc import Callable

import structlog
from msgspec import Struct
from msgspec.structs import replace

from hub.model.channels.abilities import Prepares
from hub.model.channels.ports import Channel, Clock, Files
from hub.model.errors import HubError, OutcomeUnknown, SendError, StoreAway, TemporaryFailure
from hub.model.files.kinds import ids_of
from hub.model.files.lending import FETCHED_WITHIN_MS, OPENED_WITHIN_MS, Lending
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Card, Message, Parameter, QuickReply, Template, carries

log = structlog.get_logger()
PREPARE_S = 90.0
"""25 MB at 3 Mbit/s, and a while."""


class Preparing(Struct, frozen=True):
    """What deliveries are prepared with. `lending` without a public address lends nothing: then words say what cannot be shown."""

    files: Files
    lending: Lending
    clock: Clock

    async def prepared(self, channel: Channel, delivery: Delivery) -> Delivery:
        """The delivery as its calls are rendered from; nothing is shown to the customer by it. Raises a SendError, StoreAway."""
        prepares: Prepares | None = channel if hasattr(channel, "prepare") else None  # type: ignore[assignment]
        if prepares is not None:
            delivery = await _brought(prepares, delivery, self.files)
        return self.lent(channel, delivery)

    def lent(self, channel: Channel, delivery: Delivery) -> Delivery:
        """The delivery with links instead of our own addresses, where its provider fetches by address and we have a public one."""
        if not (self.lending.base and channel.capabilities.connects):
            return delivery
        return replace(delivery, message=self._lent(channel, delivery))

    def _lent(self, channel: Channel, delivery: Delivery) -> Message:
        """The message with links instead of our own addresses, which nobody outside may use."""
        message, now = delivery.message, self.clock.now()

        def at_once(url: str, name: str = "") -> str:
            return self._link(url, name, until=now + FETCHED_WITHIN_MS)

        def piece(one: Attachment) -> Attachment:
            life = FETCHED_WITHIN_MS if carries(channel.capabilities, one) else OPENED_WITHIN_MS
            return replace(one, url=self._link(one.url, one.filename, until=now + life)) if one.url else one

        return replace(
            message,
            attachments=tuple(map(piece, message.attachments)),
            cards=tuple(_card(one, at_once) for one in message.cards),
            quick_replies=tuple(_quick(one, at_once) for one in message.quick_replies),
            template=_template(message.template, at_once) if message.template else None,
        )

    def _link(self, url: str, name: str, *, until: int) -> str:
        found = ids_of([url], self.lending.base) or ids_of([url], "")
        return self.lending.link(found[0], until=until, name=name) if found and "/" not in found[0] else url


_Link = Callable[[str], str]


def _card(card: Card, link: _Link) -> Card:
    return replace(card, image=link(card.image)) if card.image else card


def _quick(reply: QuickReply, link: _Link) -> QuickReply:
    return replace(reply, image=link(reply.image)) if reply.image else reply


def _template(template: Template, link: _Link) -> Template:
    def gap(one: Parameter) -> Parameter:
        return one if one.kind == "text" else replace(one, value=link(one.value))

    components = tuple(replace(one, parameters=tuple(map(gap, one.parameters))) for one in template.components)
    return replace(template, components=components)


async def _brought(channel: Prepares, delivery: Delivery, files: Files) -> Delivery:
    try:
        async with asyncio.timeout(PREPARE_S):
            return await channel.prepare(delivery, files)
    except TimeoutError as error:
        raise TemporaryFailure("the files were not uploaded in time") from error
    except OutcomeUnknown as error:
        # Nobody is shown an upload: whether it arrived or not, it may go again.
        raise TemporaryFailure(error.reason, code=error.code, failure=error.failure) from error
    except (SendError, StoreAway):
        raise
    except HubError as error:
        raise TemporaryFailure(type(error).__name__) from error
    except Exception as error:
        # A channel is foreign code: whatever it raises is this delivery's matter, never the lane's end.
        log.exception("channel cannot prepare", error=type(error).__name__)
        raise TemporaryFailure(type(error).__name__) from error
