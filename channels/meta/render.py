"""A message as calls of the Send API, for Messenger and for Instagram.

https://developers.facebook.com/docs/messenger-platform/reference/send-api,
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec.structs import replace

from channels import http
from channels.meta.events import MARK
from channels.split import split
from hub.model.base import Value
from hub.model.channels.ports import Call
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Button, ButtonKind, Capabilities, Card, MediaKind, Message, QuickReply, ReplyKind
from hub.model.text.measuring import Unit
from hub.model.words import Purpose

SEND = "me/messages"

QUICK_REPLIES = 13
TITLE = 20
"""https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies"""

BUTTONS = 3
BUTTON_TEXT = 640
"""https://developers.facebook.com/documentation/business-messaging/instagram-messaging/button-template"""

CARDS = 10
CARD_TITLE = 80
"""https://developers.facebook.com/documentation/business-messaging/instagram-messaging/generic-template"""

PAYLOAD = 1000
"""https://developers.facebook.com/docs/messenger-platform/reference/buttons/postback"""

FILE_TYPES = {
    MediaKind.IMAGE: "image",
    MediaKind.VIDEO: "video",
    MediaKind.AUDIO: "audio",
    MediaKind.VOICE: "audio",
    MediaKind.FILE: "file",
}
"""What we send, by Meta's name of it."""

_ASKED = {ReplyKind.PHONE: "user_phone_number", ReplyKind.EMAIL: "user_email"}
_TITLE_ALONE = "a card needs more than a title: it is sent as words"


class Marking(StrEnum):
    """Whether our messages bear a mark that comes back with their echo."""

    METADATA = "metadata"
    NONE = "none"


class Dialect(Value, frozen=True):
    """What distinguishes the two where they render: how a text is measured, whether a mark can be put on a message."""

    can: Capabilities
    marking: Marking


def calls_of(delivery: Delivery, dialect: Dialect) -> list[Call]:
    """The calls a delivery takes, in order: media, words, cards; answers offered go with the last of them."""
    return calls_to({"recipient": _recipient(delivery), **_ground(delivery)}, delivery.message, dialect, mark=delivery.id)


def calls_to(head: Mapping[str, object], message: Message, dialect: Dialect, *, mark: str) -> list[Call]:
    """The same for whoever `head` names, on whatever ground; `mark` is our own id, by which the echo is known."""
    warnings = list[str]()
    contents = list(_contents(message, dialect.can, warnings))
    if message.quick_replies and contents:
        contents[-1]["quick_replies"] = [_quick_reply(reply) for reply in message.quick_replies[:QUICK_REPLIES]]
    if message.quick_replies and not contents:
        warnings.append("answers without a message cannot be offered")
    marked = {"metadata": f"{MARK}{mark}"} if dialect.marking is Marking.METADATA else {}
    calls = [Call(method=SEND, params={**head, "message": {**content, **marked}}) for content in contents]
    if calls and (warnings or message.reply_to):
        quoted = {"reply_to": {"mid": message.reply_to}} if message.reply_to else {}
        calls[0] = Call(method=SEND, params={**calls[0].params, **quoted}, warnings=tuple(warnings))
    return calls


def _recipient(delivery: Delivery) -> dict[str, str]:
    """The person, or the leave they gave to write outside the window (a token that stands for them)."""
    return {"notification_messages_token": delivery.reply_token} if delivery.reply_token else {"id": delivery.address.id}


def _ground(delivery: Delivery) -> dict[str, str]:
    """On what ground we write: https://developers.facebook.com/docs/messenger-platform/send-messages#messaging_types."""
    if delivery.tag:
        return {"messaging_type": "MESSAGE_TAG", "tag": delivery.tag}
    answers = delivery.purpose is Purpose.REPLY or bool(delivery.message.reply_to)
    return {"messaging_type": "RESPONSE" if answers else "UPDATE"}


def _contents(message: Message, can: Capabilities, warnings: list[str]) -> Iterator[dict[str, object]]:
    for piece in message.attachments:
        if found := _file(piece, warnings):
            yield {"attachment": found}
    cards = [_with_a_picture_meta_can_fetch(card, warnings) for card in message.cards[:CARDS]]
    shown = [card for card in cards if _is_whole(card)]
    bare = [card.title for card in cards if not _is_whole(card)]
    warnings += [_TITLE_ALONE] * bool(bare)
    text = "\n".join((*filter(None, (message.text,)), *bare))
    buttons = [_button(button) for button in message.buttons[:BUTTONS]]
    yield from _words(text, buttons, can, warnings)
    if shown:
        yield {"attachment": _template({"template_type": "generic", "elements": [_element(card) for card in shown]})}


def _words(text: str, buttons: list[dict[str, str]], can: Capabilities, warnings: list[str]) -> Iterator[dict[str, object]]:
    """The text in parts; buttons stand under the last, which is shorter then."""
    parts = split(text, can.text_units, can.unit) if text.strip() else ()
    if not buttons:
        yield from map(_text, parts)
        return
    if not parts:
        warnings.append("buttons without words cannot be sent")
        return
    tail = split(parts[-1], min(BUTTON_TEXT, can.text_units), can.unit if can.unit == Unit.BYTES else Unit.UTF16)
    yield from map(_text, (*parts[:-1], *tail[:-1]))
    yield {"attachment": _template({"template_type": "button", "text": tail[-1], "buttons": buttons})}


def _text(part: str) -> dict[str, object]:
    return {"text": part}


def _file(piece: Attachment, warnings: list[str]) -> dict[str, object] | None:
    """A file by its name at Meta, else by its address, which Meta fetches once and keeps."""
    if piece.kind is MediaKind.LIKE:
        return {"type": "like_heart"}
    kind = FILE_TYPES.get(piece.kind)
    if kind is None or not (piece.media_id or piece.url):
        warnings.append(f"a {piece.kind.value} cannot be sent")
        return None
    return {"type": kind, "payload": {"attachment_id": piece.media_id} if piece.media_id else {"url": piece.url, "is_reusable": True}}


def _template(payload: dict[str, object]) -> dict[str, object]:
    return {"type": "template", "payload": payload}


def _with_a_picture_meta_can_fetch(card: Card, warnings: list[str]) -> Card:
    """A card's picture is named by its address alone: one that Meta cannot reach would have it refuse the whole message."""
    if not card.image or (card.image.startswith("https://") and http.is_public(card.image)):
        return card
    warnings.append("a card's picture needs an https address: it is left out")
    return replace(card, image="")


def _is_whole(card: Card) -> bool:
    """Whether there is more to it than a title, as Meta demands."""
    return bool(card.subtitle or card.image or card.buttons)


def _element(card: Card) -> dict[str, object]:
    told: dict[str, object] = {"title": card.title, "subtitle": card.subtitle, "image_url": card.image}
    told["default_action"] = {"type": "web_url", "url": card.url} if card.url else None
    told["buttons"] = [_button(button) for button in card.buttons[:BUTTONS]]
    return {key: value for key, value in told.items() if value}


def _button(button: Button) -> dict[str, str]:
    """https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons."""
    match button.kind:
        case ButtonKind.URL:
            return {"type": "web_url", "url": button.value, "title": button.title}
        case ButtonKind.WEBVIEW:
            return {"type": "web_url", "url": button.value, "title": button.title, "webview_height_ratio": "tall"}
        case ButtonKind.CALL:
            return {"type": "phone_number", "title": button.title, "payload": button.value}
        case _:
            return {"type": "postback", "title": button.title, "payload": _sent_back(button.value, button.title)}


def _quick_reply(reply: QuickReply) -> dict[str, str]:
    if reply.kind in _ASKED:
        return {"content_type": _ASKED[reply.kind]}
    told = {"content_type": "text", "title": reply.title, "payload": _sent_back(reply.payload, reply.title)}
    return {**told, "image_url": reply.image} if reply.image else told


def _sent_back(payload: str, title: str) -> str:
    """What a press brings back: the payload, or the title where there is none or it is too long; the hub understands both."""
    return payload if 0 < len(payload) <= PAYLOAD else title
