"""A message as Telegram's calls: https://core.telegram.org/bots/api#sendmessage and its siblings."""

from collections.abc import Iterator

from channels.split import split
from channels.telegram.keyboards import NOTHING, keyboard_of
from channels.telegram.places import chat_of, takes_keys, under
from hub.model.channels.ports import Call
from hub.model.messaging.message import Attachment, MediaKind, Message
from hub.model.text.measuring import Unit, measure

TEXT_UNITS = 4096
"""UTF-16 units, counted after entities are parsed (we send none): https://core.telegram.org/bots/api#sendmessage"""

CAPTION_UNITS = 1024
"""https://core.telegram.org/bots/api#sendphoto"""

_SENDS: dict[MediaKind, tuple[str, str]] = {
    MediaKind.IMAGE: ("sendPhoto", "photo"),
    MediaKind.VIDEO: ("sendVideo", "video"),
    MediaKind.AUDIO: ("sendAudio", "audio"),
    MediaKind.VOICE: ("sendVoice", "voice"),
    MediaKind.FILE: ("sendDocument", "document"),
    MediaKind.STICKER: ("sendSticker", "sticker"),
}
_UNCAPTIONED = frozenset((MediaKind.STICKER, MediaKind.LOCATION, MediaKind.CONTACT))

MEDIA_BYTES = {MediaKind.IMAGE: 5_000_000, **dict.fromkeys((MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE), 20_000_000)}
MEDIA_TYPES = {
    MediaKind.IMAGE: frozenset(("image/jpeg", "image/png", "image/webp")),
    MediaKind.VIDEO: frozenset(("video/mp4",)),
    MediaKind.AUDIO: frozenset(("audio/mpeg", "audio/mp4")),
    MediaKind.FILE: frozenset(("application/pdf", "application/zip")),
}
"""What Telegram fetches from an address, and how much of it: https://core.telegram.org/bots/api#sending-files"""

MEDIA = frozenset((*_SENDS, MediaKind.LOCATION, MediaKind.CONTACT))


def calls_of(message: Message, chat: str) -> list[Call]:
    """The calls a message takes, in order: media first, then words; a single file carries short words as its caption.

    Answers offered stand with the last call, a quotation before the first. What cannot be said is left out with a warning.
    """
    warnings: list[str] = []
    private = takes_keys(chat)
    offered = keyboard_of(message, warnings, private=private)
    steps = list(_steps(message, offered.lines, warnings))
    if not steps:
        return []
    topic = under(message.reply_to)
    if message.reply_to and not topic:
        steps[0][1].update(_quoting(message.reply_to, warnings))
    if private and "keyboard" not in offered.markup:
        # What was offered before is not on offer any more; the hub understands answers to its latest message only.
        steps[0][1]["reply_markup"] = NOTHING
    if offered.markup:
        steps[-1][1]["reply_markup"] = offered.markup
    told = [tuple(warnings), *[()] * (len(steps) - 1)]
    place = {**chat_of(chat), **topic}
    return [Call(method=m, params={**place, **params}, warnings=w) for (m, params), w in zip(steps, told, strict=True)]


_Step = tuple[str, dict[str, object]]


def _steps(message: Message, lines: tuple[str, ...], warnings: list[str]) -> Iterator[_Step]:
    pieces = [step for a in message.attachments if (step := _piece(a, warnings))]
    text = "\n".join(part for part in (message.text.strip() and message.text, *lines) if part)
    fits = measure(text, Unit.UTF16) <= CAPTION_UNITS
    if text and fits and len(pieces) == 1 and pieces[0][2] not in _UNCAPTIONED:
        method, params, _ = pieces[0]
        yield method, {**params, "caption": text}
        return
    for method, params, _ in pieces:
        yield method, params
    if not text and message.quick_replies and not pieces:
        warnings.append("answers without a message cannot be offered")
    for part in split(text, TEXT_UNITS, Unit.UTF16) if text else ():
        yield "sendMessage", {"text": part}


def _piece(piece: Attachment, warnings: list[str]) -> tuple[str, dict[str, object], MediaKind] | None:
    if piece.kind is MediaKind.LOCATION and piece.latitude is not None and piece.longitude is not None:
        point: dict[str, object] = {"latitude": piece.latitude, "longitude": piece.longitude}
        if piece.name and piece.address:
            return "sendVenue", {**point, "title": piece.name, "address": piece.address}, piece.kind
        return "sendLocation", point, piece.kind
    if piece.kind is MediaKind.CONTACT and piece.phone:
        return "sendContact", {"phone_number": piece.phone, "first_name": piece.name or piece.phone}, piece.kind
    source = piece.file_id or piece.url
    if piece.kind not in _SENDS or not source:
        warnings.append(f"a {piece.kind.value} cannot be sent by Telegram")
        return None
    method, field = _SENDS[piece.kind]
    return method, {field: source}, piece.kind


def _quoting(target: str, warnings: list[str]) -> dict[str, object]:
    if not (target.isascii() and target.isdigit()):
        warnings.append("the message answered to is not Telegram's")
        return {}
    return {"reply_parameters": {"message_id": int(target), "allow_sending_without_reply": True}}
