"""A message as Telegram's calls: https://core.telegram.org/bots/api#sendmessage and its siblings."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from channels.split import split
from hub.model.message import Attachment, Button, ButtonKind, MediaKind, Message, QuickReply, ReplyKind
from hub.model.ports import Call
from hub.model.text import Unit, measure

TEXT_UNITS = 4096
"""UTF-16 units, counted after entities are parsed (we send none): https://core.telegram.org/bots/api#sendmessage"""

CAPTION_UNITS = 1024
"""https://core.telegram.org/bots/api#sendphoto"""

CALLBACK_BYTES = 64
"""https://core.telegram.org/bots/api#inlinekeyboardbutton"""

MOST_BUTTONS = 100
"""Telegram's servers refuse a larger keyboard; not published, told by its users since 2016."""

_ROW_CHARACTERS = 18
"""Labels of one row together: more are cut short with dots on a narrow phone."""

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

    Answers offered stand under the last call, a quotation before the first. What cannot be said is left out with a warning.
    """
    warnings: list[str] = []
    steps = list(_steps(message, warnings))
    if not steps:
        return []
    if message.reply_to:
        steps[0][1].update(_quoting(message.reply_to, warnings))
    if markup := _markup(message, warnings):
        steps[-1][1]["reply_markup"] = markup
    told = [tuple(warnings), *[()] * (len(steps) - 1)]
    return [Call(method=m, params={"chat_id": chat, **params}, warnings=w) for (m, params), w in zip(steps, told, strict=True)]


def callback_data(offered: tuple[QuickReply, ...]) -> tuple[str, ...]:
    """What each button sends back, unique and at most 64 bytes: its payload, else its label, else its number.

    All three are answers the hub understands against what it offered, so a long payload needs no memory here.
    """
    taken: list[str] = []
    for n, reply in enumerate(offered, 1):
        others = {r.payload or r.title for r in offered if r is not reply}
        fitting = (c for c in (reply.payload or reply.title, reply.title) if 0 < measure(c, Unit.BYTES) <= CALLBACK_BYTES)
        taken.append(next((c for c in fitting if c not in taken and (c == reply.payload or c not in others)), str(n)))
    return tuple(taken)


_Step = tuple[str, dict[str, object]]
_Key = dict[str, object]
_SCHEMES = frozenset(("https", "http", "tg"))


def _steps(message: Message, warnings: list[str]) -> Iterator[_Step]:
    pieces = [step for a in message.attachments if (step := _piece(a, warnings))]
    text = message.text.strip() and message.text
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


def _markup(message: Message, warnings: list[str]) -> dict[str, object]:
    """What stands under a message. Buttons and answers are inline, for they tell what was pressed.

    Only a keyboard of its own can ask for place and phone number: https://core.telegram.org/bots/api#keyboardbutton
    """
    if any(reply.kind in _ASKS for reply in message.quick_replies):
        if message.buttons:
            warnings.append("buttons are left out beside a question for place or phone number")
        return {"keyboard": [[_asking(reply)] for reply in message.quick_replies], "resize_keyboard": True, "one_time_keyboard": True}
    keys = (*_keys(message.quick_replies, warnings), *_button_keys(message.buttons, warnings))
    if len(keys) > MOST_BUTTONS:
        warnings.append(f"only the first {MOST_BUTTONS} answers are offered")
    return {"inline_keyboard": _rows(keys[:MOST_BUTTONS])} if keys else {}


_ASKS = {ReplyKind.LOCATION: "request_location", ReplyKind.PHONE: "request_contact"}


def _asking(reply: QuickReply) -> dict[str, object]:
    return {"text": reply.title, **({_ASKS[reply.kind]: True} if reply.kind in _ASKS else {})}


def _keys(offered: tuple[QuickReply, ...], warnings: list[str]) -> tuple[_Key, ...]:
    answers = tuple(reply for reply in offered if reply.kind is ReplyKind.TEXT)
    carried = dict(zip(answers, callback_data(answers), strict=True))
    keys: list[_Key] = []
    for reply in offered:
        if reply.kind is ReplyKind.TEXT:
            keys.append({"text": reply.title, "callback_data": carried[reply]})
        elif not _opens(reply.extra, warnings, of=f"quick reply of the kind {reply.kind.value}"):
            continue
        elif reply.kind is ReplyKind.FORM:
            keys.append({"text": reply.title, "web_app": {"url": reply.extra}})
        else:
            keys.append({"text": reply.title or reply.extra, "url": reply.extra})
    return tuple(keys)


def _button_keys(buttons: tuple[Button, ...], warnings: list[str]) -> tuple[_Key, ...]:
    answers = tuple(QuickReply(title=b.title, payload=b.value) for b in buttons if b.kind is ButtonKind.REPLY)
    carried = iter(callback_data(answers))
    keys: list[_Key] = []
    for button in buttons:
        match button.kind:
            case ButtonKind.REPLY:
                keys.append({"text": button.title, "callback_data": next(carried)})
            case ButtonKind.COPY:
                keys.append({"text": button.title, "copy_text": {"text": button.value}})
            case _ if not _opens(button.value, warnings, of="button"):
                continue
            case ButtonKind.WEBVIEW:
                keys.append({"text": button.title, "web_app": {"url": button.value}})
            case _:
                keys.append({"text": button.title, "url": button.value})
    return tuple(keys)


def _opens(address: str, warnings: list[str], *, of: str) -> bool:
    """Whether Telegram takes the address; it refuses the whole message for one that has no public host."""
    parts = urlsplit(address)
    taken = parts.scheme in _SCHEMES and "." in (parts.hostname or "") and not any(sign.isspace() for sign in address)
    if not taken:
        warnings.append(f"a {of} has no address that can be opened")
    return taken


def _rows(keys: tuple[_Key, ...]) -> list[list[_Key]]:
    """Rows as wide as a phone shows whole labels."""
    rows: list[list[_Key]] = []
    width = 0
    for key in keys:
        width += len(str(key["text"]))
        if not rows or width > _ROW_CHARACTERS:
            rows.append([])
            width = len(str(key["text"]))
        rows[-1].append(key)
    return rows
