"""The media, places and contacts of a Telegram message as our attachments; files are named by Telegram's file id."""

from channels.fields import FieldOdd, Json, soft
from hub.model.messaging.message import Attachment, MediaKind

_LARGEST_SIZE = 1 << 53

_KINDS = {
    "photo": MediaKind.IMAGE,
    "animation": MediaKind.VIDEO,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "voice": MediaKind.VOICE,
    "document": MediaKind.FILE,
    "sticker": MediaKind.STICKER,
    "live_photo": MediaKind.IMAGE,
}


def attachments(message: Json) -> tuple[Attachment, ...]:
    """What a message carries beside words, in its order. Raises FieldOdd for a known kind in an unknown shape.

    An animation is told a second time as a document, a venue as a location, for clients older than they: the newer one counts.
    """
    found = []
    for key, value in message.items():
        if key in _KINDS:
            if key == "document" and "animation" in message:
                continue
            found.append(_file(key, value))
        elif key == "venue" or (key == "location" and "venue" not in message):
            found.append(_place(key, value))
        elif key == "contact":
            found.append(_contact(value))
    return tuple(found)


def _file(key: str, told: object) -> Attachment:
    """One file; a photo is told in several sizes (https://core.telegram.org/bots/api#message), the largest last."""
    sizes = told if isinstance(told, list) else []
    if key == "photo":
        told = sizes[-1] if sizes else None
    if not isinstance(told, dict) or not isinstance(file_id := told.get("file_id"), str) or not file_id:
        raise FieldOdd(key)
    size = told.get("file_size")
    return Attachment(
        kind=_KINDS[key],
        file_id=file_id,
        filename=soft(told, "file_name"),
        mime_type=soft(told, "mime_type"),
        size=size if isinstance(size, int) and 0 <= size < _LARGEST_SIZE else 0,
        all_ids=_ids(sizes or [told, told.get("thumbnail") or told.get("thumb")]),
    )


def _ids(sizes: list[object]) -> tuple[str, ...]:
    """The file ids of one piece's sizes; none where there is only one."""
    found = tuple(soft(size, "file_id") for size in sizes if isinstance(size, dict))
    return tuple(filter(None, found)) if len(found) > 1 else ()


def _place(key: str, told: object) -> Attachment:
    if not isinstance(told, dict):
        raise FieldOdd(key)
    point = told.get("location") if key == "venue" else told
    if not isinstance(point, dict):
        raise FieldOdd(f"{key}.location")
    return Attachment(
        kind=MediaKind.LOCATION,
        latitude=_degrees(point, "latitude", 90),
        longitude=_degrees(point, "longitude", 180),
        name=soft(told, "title"),
        address=soft(told, "address"),
    )


def _contact(told: object) -> Attachment:
    if not isinstance(told, dict) or not isinstance(phone := told.get("phone_number"), str):
        raise FieldOdd("contact")
    name = f"{soft(told, 'first_name')} {soft(told, 'last_name')}".strip()
    return Attachment(kind=MediaKind.CONTACT, name=name, phone=phone)


def _degrees(point: Json, key: str, most: int) -> float:
    value = point.get(key)
    if isinstance(value, int | float) and -most <= value <= most:
        return float(value)
    raise FieldOdd(key)
