"""What a press does on LINE: https://developers.line.biz/en/reference/messaging-api/#action-objects."""

import regex

from channels.fields import Json
from channels.labels import label_of
from hub.model.messaging.message import Button, ButtonKind, QuickReply, ReplyKind, Row

LABEL = 20
"""Graphemes on a button or under a message: https://developers.line.biz/en/reference/messaging-api/#action-objects (`label`)"""

FLEX_LABEL = 40
"""The same on a button of a flex message."""

_DATA = 300
"""Characters a press may carry (`data`), say (`text`) or show (`displayText`)."""

_ADDRESS = 1000
_CLIPBOARD = 1000

_GRAPHEME = regex.compile(r"\X")


def quick_reply_item(reply: QuickReply, warnings: list[str]) -> Json | None:
    """One answer offered; None, with a warning, where LINE has no such thing."""
    label = _cut(label_of(reply), LABEL)
    match reply.kind:
        case ReplyKind.TEXT if label:
            action = pressed(label, label_of(reply), reply.payload)
        case ReplyKind.LOCATION:
            action = {"type": "location", "label": label}
        case ReplyKind.URL if reply.extra:
            action = {"type": "uri", "label": label, "uri": reply.extra[:_ADDRESS]}
        case ReplyKind.URL:
            warnings.append("quick reply of type url is missing its extra value and can't be sent")
            return None
        case _:
            warnings.append(f"quick reply of type {reply.kind.value} isn't supported by this channel and can't be sent")
            return None
    icon = {"imageUrl": reply.image} if reply.image.startswith("https://") else {}
    return {"type": "action", **icon, "action": action}


def pressed(label: str, title: str, payload: str) -> Json:
    """What is said at a press: the words themselves, or, where they carry a payload, that, with the words shown.

    A payload longer than a press carries is told by the words, which the hub understands as well.
    """
    shown = title[:_DATA]
    if payload and payload != title and len(payload) <= _DATA:
        return {"type": "postback", "label": label, "data": payload, "displayText": shown}
    return {"type": "message", "label": label, "text": shown}


def action_of(button: Button, longest: int = LABEL) -> Json:
    """What a button that stays does."""
    label = _cut(button.title, longest)
    match button.kind:
        case ButtonKind.URL | ButtonKind.WEBVIEW:
            return {"type": "uri", "label": label, "uri": button.value[:_ADDRESS]}
        case ButtonKind.CALL:
            return {"type": "uri", "label": label, "uri": f"tel:{button.value}"}
        case ButtonKind.COPY:
            return {"type": "clipboard", "label": label, "clipboardText": button.value[:_CLIPBOARD]}
    return pressed(label, button.title, button.value)


def row_action(row: Row) -> Json:
    """What choosing a row of a list does."""
    return pressed(_cut(row.title, LABEL), row.title, row.payload)


def _cut(words: str, longest: int) -> str:
    found = _GRAPHEME.findall(words)
    return words if len(found) <= longest else "".join(found[: longest - 1]).rstrip() + "…"
