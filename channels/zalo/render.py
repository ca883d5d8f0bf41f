"""A message as Zalo's calls.

https://developers.zalo.me/docs/official-account/tin-nhan/tin-tu-van/gui-tin-tu-van-dang-van-ban and its siblings; buttons:
https://docs.zaloplatforms.com/docs/OA/phu-luc/cau-truc-cua-tham-so-buttons
"""

import re
import unicodedata
from collections.abc import Iterator

from msgspec.structs import replace

from channels.labels import label_of
from channels.split import split
from channels.zalo.parse import ANONYMOUS, GROUP
from channels.zalo.tracking import tracking_of
from hub.model.channels.ports import Call
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Button, ButtonKind, Card, MediaKind, Message, QuickReply, ReplyKind, Template

TEXT_UNITS = 2000
"""https://developers.zalo.me/docs/official-account/tin-nhan/tin-tu-van/gui-tin-tu-van-dang-van-ban"""

MOST_BUTTONS = 5
BUTTON_TITLE, BUTTON_PAYLOAD = 100, 1000
"""https://docs.zaloplatforms.com/docs/OA/phu-luc/cau-truc-cua-tham-so-buttons"""

MOST_CARDS = 5
CARD_TITLE, CARD_SUBTITLE = 100, 500
"""https://docs.zaloplatforms.com/docs/OA/phu-luc/cau-truc-cua-tham-so-elements"""

CS, GROUP_MESSAGE, UNNAMED, BY_ID, BY_PHONE = "cs", "group", "anonymous", "template", "template_by_phone"
"""The names of the calls."""

GIF = re.compile(r"gif:(\d+)x(\d+):(.+)", re.DOTALL)
"""How an uploaded GIF is named between upload and call: Zalo wants its width and height beside its id."""

_PHONE = re.compile(r"\+?[0-9]{8,15}")
"""A number as E.164 has it; a person's id at an account is longer."""

_Json = dict[str, object]


def phone_of(address: str) -> str:
    """The number as Zalo wants it (84…), where the address is one; else empty."""
    if not _PHONE.fullmatch(address):
        return ""
    digits = address.removeprefix("+")
    return f"84{digits[1:]}" if digits.startswith("0") else digits


def calls_of(delivery: Delivery, *, limit: int = TEXT_UNITS, picture: str = "") -> list[Call]:
    """The calls a delivery takes, in order; raises Rejected where this address cannot be sent it.

    `picture`: address of the image a request for a customer's details is shown with. In a group `[@…]` calls members, which nobody may
    do by what they write.
    """
    message, to = delivery.message, delivery.address.id
    if message.template:
        return [_template_call(message.template, to, delivery.id)]
    if phone_of(to):
        raise Rejected("a phone number is reached by templates only", failure=Failure.TEMPLATE)
    method, recipient = _recipient(to)
    warnings: list[str] = []
    if method == GROUP_MESSAGE:
        message = replace(message, text=message.text.replace("[@", "[ @"))
    bodies = list(_bodies(message, limit, picture, warnings))
    if not bodies:
        raise Rejected("; ".join(warnings) or "nothing of it can be shown", failure=Failure.UNSUPPORTED)
    told = [tuple(warnings), *[()] * (len(bodies) - 1)]
    return [Call(method=method, params={**recipient, "message": body}, warnings=w) for body, w in zip(bodies, told, strict=True)]


def _recipient(to: str) -> tuple[str, _Json]:
    if to.startswith(GROUP):
        return GROUP_MESSAGE, {"recipient": {"group_id": to.removeprefix(GROUP)}}
    if to.startswith(ANONYMOUS):
        person, _, talk = to.removeprefix(ANONYMOUS).partition("/")
        return UNNAMED, {"recipient": {"anonymous_id": person, "conversation_id": talk}}
    return CS, {"recipient": {"user_id": to}}


def _bodies(message: Message, limit: int, picture: str, warnings: list[str]) -> Iterator[_Json]:
    """Media, words, cards, in this order; a single picture carries short words, and what can be pressed stands under the last words."""
    offered = tuple(reply for reply in message.quick_replies if reply.kind not in {ReplyKind.PHONE, ReplyKind.FORM})
    buttons = _buttons(offered, message.buttons, warnings)
    text = _normal(message.text).strip() and _normal(message.text)
    pieces = [(piece, body) for piece in message.attachments if (body := _piece(piece, warnings))]
    captioned = len(pieces) == 1 and pieces[0][0].kind is MediaKind.IMAGE and not buttons and 0 < len(text) <= limit
    for _, body in pieces:
        yield {"text": text, **body} if captioned else body
    parts = () if captioned or not text else split(text, limit)
    for n, part in enumerate(parts, 1):
        last = n == len(parts) and buttons and not message.cards
        quoted = {"quote_message_id": message.reply_to} if message.reply_to and n == 1 else {}
        yield {"text": part, **quoted, **(_template({"buttons": buttons}) if last else {})}
    if message.cards:
        yield _list(message.cards, buttons, warnings)
    elif buttons and not parts:
        warnings.append("buttons cannot stand without words")
    yield from _questions(message, picture, warnings)


def _normal(text: str) -> str:
    """Zalo counts composed characters; a text typed on some keyboards has a third more signs than it shows."""
    return unicodedata.normalize("NFC", text)


def _piece(piece: Attachment, warnings: list[str]) -> _Json | None:
    match piece.kind:
        case MediaKind.IMAGE if piece.media_id or piece.url:
            return _template({"template_type": "media", "elements": [_picture(piece)]})
        case MediaKind.FILE if piece.media_id:
            return {"attachment": {"type": "file", "payload": {"token": piece.media_id}}}
        case MediaKind.STICKER if piece.file_id or piece.media_id:
            element = {"media_type": "sticker", "attachment_id": piece.file_id or piece.media_id}
            return _template({"template_type": "media", "elements": [element]})
    warnings.append(f"the {piece.kind.value} goes as a link")
    told = ": ".join(filter(None, (piece.name or piece.filename, piece.url)))
    return {"text": told} if piece.url else None


def _picture(piece: Attachment) -> _Json:
    if gif := GIF.fullmatch(piece.media_id):
        return {"media_type": "gif", "attachment_id": gif[3], "width": int(gif[1]), "height": int(gif[2])}
    return {"media_type": "image", **({"attachment_id": piece.media_id} if piece.media_id else {"url": piece.url})}


def _template(payload: _Json) -> _Json:
    return {"attachment": {"type": "template", "payload": payload}}


def _buttons(offered: tuple[QuickReply, ...], lasting: tuple[Button, ...], warnings: list[str]) -> list[_Json]:
    """Both kinds of control are buttons here, five in all."""
    found = [_reply(reply) for reply in offered] + [_button(button) for button in lasting]
    if len(found) > MOST_BUTTONS:
        warnings.append(f"only the first {MOST_BUTTONS} buttons are shown")
    numbered = [_pressed(each, n) for n, each in enumerate(found[:MOST_BUTTONS], 1)]
    return [{"title": _normal(title)[:BUTTON_TITLE], "type": kind, "payload": payload} for title, kind, payload in numbered]


_Pressed = tuple[str, str, str | dict[str, str]]


def _pressed(told: _Pressed, number: int) -> _Pressed:
    """A payload that is too long comes back as the title, else as the number: both are understood."""
    title, _, payload = told
    if isinstance(payload, dict) or len(payload) <= BUTTON_PAYLOAD:
        return told
    return title, "oa.query.show", title if len(title) <= BUTTON_PAYLOAD else str(number)


def _reply(reply: QuickReply) -> _Pressed:
    if reply.kind is ReplyKind.URL and reply.extra:
        return label_of(reply), "oa.open.url", {"url": reply.extra}
    return _asking(label_of(reply), reply.payload)


def _button(button: Button) -> _Pressed:
    match button.kind:
        case ButtonKind.URL | ButtonKind.WEBVIEW:
            return button.title, "oa.open.url", {"url": button.value}
        case ButtonKind.CALL:
            return button.title, "oa.open.phone", {"phone_code": phone_of(button.value) or button.value}
        case _:
            return _asking(button.title, button.value)


def _asking(title: str, payload: str) -> _Pressed:
    """What is pressed comes back as the customer's words; they see them where they are the title, and are spared a code."""
    return title, "oa.query.show" if payload in {"", title} else "oa.query.hide", payload or title


def _list(cards: tuple[Card, ...], buttons: list[_Json], warnings: list[str]) -> _Json:
    if len(cards) > MOST_CARDS:
        warnings.append(f"only the first {MOST_CARDS} cards are shown")
    if any(card.buttons for card in cards):
        warnings.append("cards have no buttons of their own here")
    elements = [_element(card) for card in cards[:MOST_CARDS]]
    return _template({"template_type": "list", "elements": elements, **({"buttons": buttons} if buttons else {})})


def _element(card: Card) -> _Json:
    address = card.url or next((b.value for b in card.buttons if b.kind is ButtonKind.URL), "")
    told: _Json = {"title": _normal(card.title)[:CARD_TITLE]}
    if card.subtitle:
        told["subtitle"] = _normal(card.subtitle)[:CARD_SUBTITLE]
    if card.image:
        told["image_url"] = card.image
    if address:
        told["default_action"] = {"type": "oa.open.url", "url": address}
    return told


def _questions(message: Message, picture: str, warnings: list[str]) -> Iterator[_Json]:
    """A reply that asks for a phone number or details is a card of Zalo's own, with the customer's leave; its answer is a card too."""
    for reply in message.quick_replies:
        if reply.kind not in {ReplyKind.PHONE, ReplyKind.FORM}:
            continue
        image = reply.image or picture
        if not image:
            warnings.append("details cannot be asked for without a picture: set form_image")
            continue
        element = {"title": _normal(label_of(reply))[:CARD_TITLE], "subtitle": _normal(message.text)[:CARD_SUBTITLE], "image_url": image}
        yield _template({"template_type": "request_user_info", "elements": [element]})


def _template_call(template: Template, to: str, own_id: str) -> Call:
    """By a person's id or by number: the same templates, at different prices and hosts."""
    gaps = [gap for component in template.components for gap in component.parameters]
    told = {gap.name or str(n): gap.value for n, gap in enumerate(gaps, 1)}
    named: _Json = {"template_id": template.id or template.name, "template_data": told}
    if phone := phone_of(to):
        return Call(method=BY_PHONE, params={"phone": phone, **named, "tracking_id": tracking_of(phone, own_id)})
    if to.startswith((GROUP, ANONYMOUS)):
        raise Rejected("templates go to one person by id or phone number", failure=Failure.TEMPLATE)
    return Call(method=BY_ID, params={"user_id": to, **named})
