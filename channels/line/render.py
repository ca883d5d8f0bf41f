"""A message as LINE's message objects: https://developers.line.biz/en/reference/messaging-api/#message-objects."""

from collections.abc import Iterator

import msgspec

from channels.fields import Json
from channels.line.actions import action_of, quick_reply_item
from channels.line.flex import button_bubble, cards_carousel, choices_bubble
from channels.split import split
from hub.model.channels.ports import Call
from hub.model.messaging.message import Attachment, Button, Choices, MediaKind, Message
from hub.model.text.measuring import Unit, measure

TEXT_UNITS = 5000
"""UTF-16 units: https://developers.line.biz/en/reference/messaging-api/#text-message"""

MOST_A_CALL = 5
"""https://developers.line.biz/en/reference/messaging-api/#send-push-message"""

MOST_QUICK_REPLIES = 13
"""https://developers.line.biz/en/reference/messaging-api/#quick-reply"""

_TEMPLATE_TEXT = 160
_TEMPLATE_BUTTONS = 4
"""https://developers.line.biz/en/reference/messaging-api/#buttons"""

_TEMPLATE_LABEL = 20
"""https://developers.line.biz/en/reference/messaging-api/#action-objects (`label`)"""

_ALT_TEXT = 1500
"""https://developers.line.biz/en/reference/messaging-api/#template-messages"""

_PLACE_NAME = 100
"""https://developers.line.biz/en/reference/messaging-api/#location-message"""

_URL_LENGTH = 2000
"""https://developers.line.biz/en/reference/messaging-api/#image-message"""

MEDIA = frozenset((
    MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.STICKER, MediaKind.LOCATION,
))  # fmt: skip

FIRST, NEXT = "first", "next"
"""A delivery's first call may answer by the reply token; what follows is always pushed."""


def calls_of(message: Message, to: str, text_units: int = TEXT_UNITS) -> list[Call]:
    """The calls a message takes: up to five message objects each, for LINE counts a call as one message of the month's.

    Media first, then words, then what is chosen from; answers offered under the last of all. What cannot be said left a warning.
    """
    warnings: list[str] = []
    objects = list(_objects(message, text_units, warnings))
    if message.reply_to:
        warnings.append("LINE quotes a message by its token only")
    if message.quick_replies:
        _offer(message, objects, warnings)
    parts = [objects[n : n + MOST_A_CALL] for n in range(0, len(objects), MOST_A_CALL)]
    return [
        Call(method=NEXT if n else FIRST, params={"to": to, "messages": part}, warnings=() if n else tuple(warnings))
        for n, part in enumerate(parts)
    ]


def _objects(message: Message, text_units: int, warnings: list[str]) -> Iterator[Json]:
    for piece in message.attachments:
        yield _shown(piece, warnings) or _linked(piece, warnings)
    text = message.text.strip() and message.text
    if text and message.buttons and _fits_template(message):
        yield _template(text, message.buttons)
    else:
        for part in split(text, text_units, Unit.UTF16) if text else ():
            yield {"type": "text", "text": part}
        if message.buttons:
            yield _flex(text or _titles(message.buttons), button_bubble(message.buttons))
    if message.choices:
        yield _flex(text or _rows(message.choices), choices_bubble(message.choices))
    for carousel in cards_carousel(message.cards):
        yield _flex(text or message.cards[0].title, carousel)


def _offer(message: Message, objects: list[Json], warnings: list[str]) -> None:
    items = [item for reply in message.quick_replies if (item := quick_reply_item(reply, warnings))]
    if len(items) > MOST_QUICK_REPLIES:
        warnings.append(f"only the first {MOST_QUICK_REPLIES} answers are offered")
    if items and objects:
        objects[-1]["quickReply"] = {"items": items[:MOST_QUICK_REPLIES]}
    elif items:
        warnings.append("answers without a message cannot be offered")


def _shown(piece: Attachment, warnings: list[str]) -> Json | None:
    """The piece as LINE shows it; None where something LINE wants of it is not there."""
    match piece.kind:
        case MediaKind.LOCATION if piece.latitude is not None and piece.longitude is not None:
            return _place(piece)
        case MediaKind.STICKER if piece.sticker_id and piece.package_id:
            return {"type": "sticker", "packageId": piece.package_id, "stickerId": piece.sticker_id}
        case MediaKind.IMAGE if _is_address(piece.url):
            preview = piece.preview if _is_address(piece.preview) else piece.url
            return {"type": "image", "originalContentUrl": piece.url, "previewImageUrl": preview}
        case MediaKind.VIDEO if _is_address(piece.url) and _is_address(piece.preview):
            return {"type": "video", "originalContentUrl": piece.url, "previewImageUrl": piece.preview}
        case MediaKind.AUDIO | MediaKind.VOICE if _is_address(piece.url) and piece.duration_ms:
            return {"type": "audio", "originalContentUrl": piece.url, "duration": piece.duration_ms}
    warnings.append(_wanted(piece))
    return None


def _wanted(piece: Attachment) -> str:
    if piece.url and not _is_address(piece.url):
        return f"LINE shows a {piece.kind.value} from an https address only, so its link is sent"
    missing = {MediaKind.VIDEO: "a preview picture", MediaKind.AUDIO: "its duration", MediaKind.VOICE: "its duration"}.get(piece.kind)
    return f"LINE shows a {piece.kind.value} with {missing} only, so its link is sent" if missing else f"a {piece.kind.value} is not shown"


def _linked(piece: Attachment, warnings: list[str]) -> Json:
    """What cannot be shown is said: its name and where it lies."""
    words = ": ".join(part for part in (piece.name or piece.filename, piece.url) if part)
    if not words:
        warnings.append(f"the {piece.kind.value} has no address that could be sent")
    return {"type": "text", "text": words or f"[{piece.kind.value}]"}


def _place(piece: Attachment) -> Json:
    where = f"{piece.latitude}, {piece.longitude}"
    return {
        "type": "location",
        "title": (piece.name or piece.address or where)[:_PLACE_NAME],
        "address": (piece.address or piece.name or where)[:_PLACE_NAME],
        "latitude": piece.latitude,
        "longitude": piece.longitude,
    }


def _fits_template(message: Message) -> bool:
    """A buttons template opens no address in its words, so words with one go as words."""
    short = measure(message.text, Unit.UTF16) <= _TEMPLATE_TEXT and "://" not in message.text
    return short and len(message.buttons) <= _TEMPLATE_BUTTONS and all(len(button.title) <= _TEMPLATE_LABEL for button in message.buttons)


def _template(text: str, buttons: tuple[Button, ...]) -> Json:
    actions = [action_of(button) for button in buttons]
    return {"type": "template", "altText": text, "template": {"type": "buttons", "text": text, "actions": actions}}


def _flex(alt_text: str, contents: Json) -> Json:
    """`altText` is what a notification and the list of chats show."""
    return {"type": "flex", "altText": split(alt_text, _ALT_TEXT, Unit.UTF16)[0], "contents": contents}


def _titles(buttons: tuple[Button, ...]) -> str:
    return " / ".join(button.title for button in buttons)


def _rows(choices: Choices) -> str:
    return choices.button or " / ".join(row.title for section in choices.sections for row in section.rows)


def _is_address(url: str) -> bool:
    return url.startswith("https://") and len(url) <= _URL_LENGTH


def digest_of(call: Call) -> bytes:
    """What a call says, always the same bytes for the same words: of these its retry key is made."""
    return msgspec.json.encode(call.params, order="sorted")
