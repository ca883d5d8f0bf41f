"""What hangs on a Zalo message, in the hub's words.

https://developers.zalo.me/docs/official-account/webhook/tin-nhan/su-kien-nguoi-dung-gui-tin-nhan lists the kinds and their payloads.
"""

import msgspec

from channels.fields import Json, number_of, objects, soft, soft_id, soft_object
from hub.model.messaging.message import Attachment, MediaKind

_KINDS = {
    "image": MediaKind.IMAGE,
    "gif": MediaKind.IMAGE,
    "audio": MediaKind.AUDIO,
    "video": MediaKind.VIDEO,
    "file": MediaKind.FILE,
    "link": MediaKind.LINK,
    "sticker": MediaKind.STICKER,
    "location": MediaKind.LOCATION,
    "product": MediaKind.PRODUCT,
}
_GIF, _AMR = "image/gif", "audio/amr"


def attachments(event: Json, message: Json, *, card: str = "user_send_business_card") -> tuple[Attachment, ...]:
    """The pieces of a message in their order, one of an unknown kind as unsupported. Some senders put the list beside the message."""
    told = objects(message, "attachments") or objects(event, "attachments")
    is_card = soft(event, "event_name").replace("_group", "") == card
    return tuple(_card(piece) if is_card else _piece(piece) for piece in told)


def _piece(piece: Json) -> Attachment:
    name, payload = soft(piece, "type"), soft_object(piece, "payload")
    kind = _KINDS.get(name, MediaKind.UNSUPPORTED)
    if kind is MediaKind.LOCATION:
        return _place(payload)
    if kind is MediaKind.LINK and (card := _card_of(payload)):
        return card
    told = Attachment(
        kind=kind,
        url=soft(payload, "url"),
        preview=soft(payload, "thumbnail"),
        mime_type=_GIF if name == "gif" else _AMR if name == "audio" and soft(payload, "url").endswith(".amr") else "",
        name=soft(payload, "title") or soft(payload, "description"),
    )
    if kind is MediaKind.STICKER:
        return msgspec.structs.replace(told, file_id=soft_id(payload, "id"))
    if kind is MediaKind.FILE:
        return msgspec.structs.replace(told, filename=soft(payload, "name"), size=_size(payload), mime_type=_mime(payload))
    return told


def product(event: Json, message: Json) -> tuple[Attachment, ...]:
    """The product somebody asks about: beside the message, as Zalo writes it, or hanging on it."""
    told = soft_object(event, "product")
    if not told:
        return attachments(event, message)
    return (Attachment(kind=MediaKind.PRODUCT, name=soft(told, "title"), url=soft(told, "url"), preview=soft(told, "thumbnail")),)


def _place(payload: Json) -> Attachment:
    """Coordinates come as texts or numbers; a place without them is kept as unsupported."""
    at = soft_object(payload, "coordinates")
    latitude, longitude = number_of(at, "latitude"), number_of(at, "longitude")
    if latitude is None or longitude is None:
        latitude, longitude = number_of(at, "lat"), number_of(at, "long")
    if latitude is None or longitude is None:
        return Attachment(kind=MediaKind.UNSUPPORTED)
    return Attachment(kind=MediaKind.LOCATION, latitude=latitude, longitude=longitude)


def _card(piece: Json) -> Attachment:
    payload = soft_object(piece, "payload")
    return _card_of(payload) or Attachment(
        kind=MediaKind.CONTACT,
        name=soft(payload, "name") or soft(payload, "description"),
        phone=soft_id(payload, "phone"),
        preview=soft(payload, "thumbnail"),
    )


def _card_of(payload: Json) -> Attachment | None:
    """A visiting card travels as a link whose description is JSON with the phone in it."""
    told = soft(payload, "description")
    if not told.lstrip().startswith("{"):
        return None
    try:
        card = msgspec.json.decode(told)
    except (ValueError, RecursionError):
        return None
    phone = soft_id(card, "phone") if isinstance(card, dict) else ""
    if not phone:
        return None
    name = soft(payload, "title") or soft(card, "name") or soft(card, "caption")
    return Attachment(kind=MediaKind.CONTACT, name=name, phone=phone, preview=soft(payload, "thumbnail"))


def _size(payload: Json) -> int:
    told = soft_id(payload, "size")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0  # noqa: PLR2004 - a petabyte is no file


def _mime(payload: Json) -> str:
    told = soft(payload, "type")
    return told if "/" in told else ""
