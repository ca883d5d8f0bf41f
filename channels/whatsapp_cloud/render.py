"""A message as WhatsApp's calls: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from channels.split import split
from channels.whatsapp_cloud.cards import card_steps
from channels.whatsapp_cloud.offers import HEADERS, WORDS, Offer, offer_of
from channels.whatsapp_cloud.people import PHONE, USER
from channels.whatsapp_cloud.template import problems_of, template_of
from hub.model.channels.ports import Call
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, MediaKind, Message

TEXT_UNITS = 4096
"""https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages"""

CAPTION_UNITS = 1024
"""Words under a file, and of a message with something to press: …/messages/image-messages, …/messages/interactive-reply-buttons-messages"""

_TYPES = {
    MediaKind.IMAGE: "image",
    MediaKind.VIDEO: "video",
    MediaKind.AUDIO: "audio",
    MediaKind.VOICE: "audio",
    MediaKind.FILE: "document",
    MediaKind.STICKER: "sticker",
}
WEBP = "image/webp"
_CAPTIONED = frozenset((MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.FILE))

MEDIA_TYPES = {
    MediaKind.IMAGE: frozenset(("image/jpeg", "image/png", WEBP)),
    MediaKind.VIDEO: frozenset(("video/mp4", "video/3gpp")),
    MediaKind.AUDIO: frozenset(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")),
    MediaKind.VOICE: frozenset(("audio/ogg", "audio/ogg; codecs=opus", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4")),
    MediaKind.STICKER: frozenset((WEBP,)),
}
"""https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media#supported-media-types"""

MEDIA = frozenset((*_TYPES, MediaKind.LOCATION, MediaKind.CONTACT))

_LINK = re.compile(r"https?://\S")

Step = dict[str, object]


def calls_of(delivery: Delivery, text_units: int) -> list[Call]:
    """The calls a message takes, in order: media first, then words; a single file carries short words as its caption or its header.

    What is offered stands on the last call, a quotation on the first. What cannot be said is left out with a warning; a template that
    WhatsApp would refuse raises Rejected.
    """
    warnings: list[str] = []
    steps = list(_steps(delivery.message, text_units, warnings))
    envelope = _envelope(delivery)
    if steps and delivery.message.reply_to:
        steps[0]["context"] = {"message_id": delivery.message.reply_to}
    told = [tuple(warnings), *[()] * (len(steps) - 1)]
    return [Call(method="messages", params={**envelope, **step}, warnings=said) for step, said in zip(steps, told, strict=True)]


def _envelope(delivery: Delivery) -> Step:
    """To whom: `to` for a number or a group, `recipient` for a person who has none; our own id comes back with every receipt.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids#send-message-requests
    """
    to = delivery.address.id
    person = bool(USER.fullmatch(to))
    group = not person and not PHONE.fullmatch(to)
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "group" if group else "individual",
        "recipient" if person else "to": to,
        "biz_opaque_callback_data": delivery.id,
    }


def _steps(message: Message, text_units: int, warnings: list[str]) -> Iterator[Step]:
    if message.template:
        if wrong := next(problems_of(message.template), ""):
            raise Rejected(wrong, failure=Failure.TEMPLATE)
        if message.attachments or message.quick_replies or message.buttons or message.choices or message.cards:
            warnings.append("with a template goes only what was approved in it")
        yield {"type": "template", "template": template_of(message.template)}
        return
    offer = offer_of(message, warnings)
    pieces = [_as_sticker(a) for a in message.attachments if _sendable(a, warnings)]
    text = message.text.strip() and message.text
    if message.cards:
        for piece in pieces:
            yield _piece(piece)
        head, last = _last_part(text, min(CAPTION_UNITS, text_units)) if text else ("", "")
        yield from _texts(head, text_units)
        yield from card_steps(message.cards, last, message.language, warnings)
        pieces, text = [], ""
    if offer:
        text = "\n".join(part for part in (text, *offer.lines) if part)
        yield from _offering(offer, pieces, text or WORDS.choose(message.language), text_units=text_units)
        return
    if text and len(pieces) == 1 and pieces[0].kind in _CAPTIONED and len(text) <= CAPTION_UNITS:
        yield _piece(pieces[0], caption=text)
        return
    for piece in pieces:
        yield _piece(piece)
    yield from _texts(text, text_units)


def _offering(offer: Offer, pieces: list[Attachment], text: str, *, text_units: int) -> Iterator[Step]:
    """Words with something to press; a single picture, film or document above them where the control takes one."""
    header = pieces[0] if len(pieces) == 1 and offer.takes_header and pieces[0].kind in HEADERS else None
    for piece in () if header else pieces:
        yield _piece(piece)
    head, last = _last_part(text, min(CAPTION_UNITS, text_units))
    yield from _texts(head, text_units)
    interactive: Step = {"type": offer.type, "body": {"text": last}, "action": offer.action}
    if header:
        interactive["header"] = _header(header)
    yield {"type": "interactive", "interactive": interactive}


def _last_part(text: str, limit: int) -> tuple[str, str]:
    """What goes before, and what fits beside a control."""
    last = split(text, limit)[-1]
    return text[: text.rindex(last)].rstrip() if last != text else "", last


def _texts(text: str, text_units: int) -> Iterator[Step]:
    for part in split(text, text_units) if text else ():
        yield {"type": "text", "text": {"body": part, "preview_url": bool(_LINK.search(part))}}


def _sendable(piece: Attachment, warnings: list[str]) -> bool:
    match piece.kind:
        case MediaKind.LOCATION:
            fine = piece.latitude is not None and piece.longitude is not None
        case MediaKind.CONTACT:
            fine = bool(piece.phone or piece.name)
        case _:
            fine = piece.kind in _TYPES and bool(piece.media_id or piece.url)
    warnings += [] if fine else [f"a {piece.kind.value} cannot be sent by WhatsApp"]
    return fine


def _as_sticker(piece: Attachment) -> Attachment:
    """WhatsApp takes WebP as a sticker only: …/business-phone-numbers/media#supported-media-types."""
    return replace(piece, kind=MediaKind.STICKER) if piece.kind is MediaKind.IMAGE and piece.mime_type == WEBP else piece


def _piece(piece: Attachment, *, caption: str = "") -> Step:
    if piece.kind is MediaKind.LOCATION:
        place = {"latitude": piece.latitude, "longitude": piece.longitude, "name": piece.name, "address": piece.address}
        return {"type": "location", "location": {key: value for key, value in place.items() if value != ""}}
    if piece.kind is MediaKind.CONTACT:
        return {"type": "contacts", "contacts": [_card(piece)]}
    media = _media(piece)
    if caption:
        media["caption"] = caption
    if piece.kind is MediaKind.VOICE:
        media["voice"] = True
    return {"type": _TYPES[piece.kind], _TYPES[piece.kind]: media}


def _media(piece: Attachment) -> Step:
    """A file by WhatsApp's name of it, else by its public address."""
    media: Step = {"id": piece.media_id} if piece.media_id else {"link": piece.url}
    if piece.kind is MediaKind.FILE and (name := piece.filename or piece.name):
        media["filename"] = name
    return media


def _header(piece: Attachment) -> Step:
    return {"type": _TYPES[piece.kind], _TYPES[piece.kind]: _media(piece)}


def _card(piece: Attachment) -> Step:
    name = piece.name or piece.phone
    card: Step = {"name": {"formatted_name": name, "first_name": name}}
    if piece.phone:
        card["phones"] = [{"phone": piece.phone, "type": "CELL"}]
    return card
