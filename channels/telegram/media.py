"""The media, places and contacts of a Telegram message as our attachments; files are named by Telegram's file id."""

from channels.fields import FieldOdd, Json, number_of, objects, soft, soft_id, soft_object
from hub.model.messaging.message import Attachment, MediaKind

_LARGEST_SIZE = 1 << 53
_LONGEST_SECONDS = 1 << 31
_UNSEEN = Attachment(kind=MediaKind.UNSUPPORTED)

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
_OLDER = {"document": "animation", "photo": "live_photo"}
"""https://core.telegram.org/bots/api#message: "for backward compatibility, when this field is set, the other one will also be set"."""

_STORIES = {"story": MediaKind.SHARE, "reply_to_story": MediaKind.STORY_REPLY}


def attachments(message: Json) -> tuple[Attachment, ...]:
    """What a message carries beside words, in its order. Raises FieldOdd for a known kind in an unknown shape.

    An animation is told a second time as a document, a live photo as a photo, a venue as a location, for clients older than they: the
    newer one counts.
    """
    found = []
    for key, value in message.items():
        if key in _KINDS:
            if _OLDER.get(key) in message:
                continue
            found.append(_file(key, value))
        elif key == "paid_media":
            found += _paid(value)
        elif key in _STORIES:
            found.append(_story(_STORIES[key], value))
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
        name=soft(told, "emoji") if key == "sticker" else soft(told, "title"),
        mime_type=soft(told, "mime_type"),
        duration_ms=_duration(told),
        size=size if isinstance(size, int) and 0 <= size < _LARGEST_SIZE else 0,
        all_ids=_ids(sizes or [told, told.get("thumbnail") or told.get("thumb")]),
    )


def _ids(sizes: list[object]) -> tuple[str, ...]:
    """The file ids of one piece's sizes; none where there is only one."""
    found = tuple(soft(size, "file_id") for size in sizes if isinstance(size, dict))
    return tuple(filter(None, found)) if len(found) > 1 else ()


def _duration(told: Json) -> int:
    """How long it plays, told in seconds."""
    seconds = number_of(told, "duration") or 0
    return int(seconds * 1000) if 0 < seconds < _LONGEST_SECONDS else 0


def _paid(told: object) -> list[Attachment]:
    """What is paid for with stars: what can be seen is a file, the rest a preview without one."""
    pieces = objects(told, "paid_media") if isinstance(told, dict) else []
    shown = ((piece, soft(piece, "type")) for piece in pieces)
    found = [_file(kind, piece[kind]) if kind in _KINDS and kind in piece else _UNSEEN for piece, kind in shown]
    return found or [_UNSEEN]


def _story(kind: MediaKind, told: object) -> Attachment:
    """A story that was sent on, or answered: only where it stands is told, and its address only where its owner has a @name."""
    story = told if isinstance(told, dict) else {}
    owner, number = soft(soft_object(story, "chat"), "username"), soft_id(story, "id")
    return Attachment(kind=kind, url=f"https://t.me/{owner}/s/{number}" if owner and number else "")


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
