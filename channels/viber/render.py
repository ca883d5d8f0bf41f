"""A message as Viber's calls.

https://developers.viber.com/docs/api/rest-bot-api/#send-message, keyboards: https://developers.viber.com/docs/tools/keyboards/
"""

from collections.abc import Iterator, Sequence

from channels.labels import label_of
from channels.split import split
from hub.model.channels.ports import Call
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Button, ButtonKind, Card, MediaKind, Message, QuickReply, ReplyKind
from hub.model.text.measuring import Unit, measure

TEXT_UNITS = 7000
TEXT_BYTES = 22_000
"""A whole call may have 30 kB; what is left holds a keyboard: https://developers.viber.com/docs/api/rest-bot-api/#send-message"""

CAPTION_UNITS = 512
ACTION_BODY = 250
"""https://developers.viber.com/docs/tools/keyboards/#buttons-parameters"""

MOST_BUTTONS = 24
"""Rows of a keyboard; each may have a button of its own: https://developers.viber.com/docs/tools/keyboards/#keyboard-design"""

MOST_CARDS = 6
CARD_TITLE, CARD_BUTTONS = 80, 2
NAME, PHONE, FILE_NAME = 28, 18, 256

SEND = "send_message"
_COLUMNS = 6
_CARD_ROWS = 7
_SHORT, _MIDDLE = 9, 18
"""Signs of a label that a third, or half, of a phone's width shows whole."""

_KEYBOARD_API, _RICH_API = 3, 7
"""From which version of Viber's app phone, location and rich media are understood; older ones are told so."""

MEDIA = frozenset((
    MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE, MediaKind.STICKER, MediaKind.LOCATION,
    MediaKind.CONTACT, MediaKind.LINK,
))  # fmt: skip
SIZED = frozenset((MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE))
"""Viber wants to be told how many bytes these have."""

_Json = dict[str, object]


def calls_of(delivery: Delivery, *, limit: int = TEXT_UNITS, caption: int = CAPTION_UNITS) -> list[Call]:
    """The calls a delivery takes, in order: media, words, cards; what can be pressed stands under the last.

    Raises Rejected where nothing of it can be shown.
    """
    message = delivery.message
    warnings: list[str] = []
    bodies = list(_bodies(message, limit, caption, warnings))
    if not bodies:
        raise Rejected("; ".join(warnings) or "nothing of it can be shown", failure=Failure.UNSUPPORTED)
    keyboard = _keyboard(message, warnings)
    if keyboard:
        bodies[-1]["keyboard"] = keyboard
        if any(b.get("ActionType") in {"share-phone", "location-picker"} for b in _listed(keyboard)):
            bodies[-1].setdefault("min_api_version", _KEYBOARD_API)
    told = [tuple(warnings), *[()] * (len(bodies) - 1)]
    about: _Json = {"receiver": delivery.address.id, "tracking_data": delivery.id}
    return [Call(method=SEND, params={**about, **body}, warnings=w) for body, w in zip(bodies, told, strict=True)]


def words(text: str) -> _Json:
    """A message of words."""
    return {"type": "text", "text": text}


def _listed(keyboard: _Json) -> list[_Json]:
    found = keyboard["Buttons"]
    return found if isinstance(found, list) else []


def _bodies(message: Message, limit: int, caption: int, warnings: list[str]) -> Iterator[_Json]:
    text = message.text if message.text.strip() else ""
    pieces = [(piece, body) for piece in message.attachments if (body := _piece(piece, warnings))]
    captioned = len(pieces) == 1 and pieces[0][0].kind is MediaKind.IMAGE and 0 < len(text) <= caption
    for _, body in pieces:
        yield {**body, "text": text} if captioned else body
    if text and not captioned:
        for part in split(text, limit):
            yield from map(words, split(part, TEXT_BYTES, Unit.BYTES))
    if message.cards:
        yield _carousel(message.cards, warnings)


def _piece(piece: Attachment, warnings: list[str]) -> _Json | None:
    name = (piece.filename or piece.name)[:FILE_NAME]
    match piece.kind:
        case MediaKind.IMAGE if piece.url:
            return {"type": "picture", "media": piece.url, "text": "", **({"thumbnail": piece.preview} if piece.preview else {})}
        case MediaKind.VIDEO if piece.url and piece.size:
            seconds = {"duration": round(piece.duration_ms / 1000)} if piece.duration_ms else {}
            return {"type": "video", "media": piece.url, "size": piece.size, **seconds}
        case MediaKind.FILE | MediaKind.AUDIO | MediaKind.VOICE if piece.url and piece.size:
            return {"type": "file", "media": piece.url, "size": piece.size, "file_name": name or piece.url.rpartition("/")[2][:FILE_NAME]}
        case MediaKind.STICKER if piece.file_id.isdigit() or piece.media_id.isdigit():
            return {"type": "sticker", "sticker_id": int(piece.file_id or piece.media_id)}
        case MediaKind.LOCATION if piece.latitude is not None and piece.longitude is not None:
            return {"type": "location", "location": {"lat": piece.latitude, "lon": piece.longitude}}
        case MediaKind.CONTACT if piece.phone:
            return {"type": "contact", "contact": {"name": (piece.name or piece.phone)[:NAME], "phone_number": piece.phone[:PHONE]}}
    if piece.url:
        warnings += [f"the {piece.kind.value} goes as a link"] * (piece.kind is not MediaKind.LINK)
        return {"type": "url", "media": piece.url}
    warnings.append(f"the {piece.kind.value} cannot be sent")
    return None


_Pressed = tuple[str, str, str, str]
"""Title, what a press does, what comes of it, the address of a picture."""


def _keyboard(message: Message, warnings: list[str]) -> _Json | None:
    """One keyboard for both kinds of control: it stays until another message comes."""
    found = [pressed for reply in message.quick_replies if (pressed := _reply(reply, warnings))]
    found += [pressed for button in message.buttons if (pressed := _button(button, warnings))]
    if len(found) > MOST_BUTTONS:
        warnings.append(f"only the first {MOST_BUTTONS} buttons are shown")
    shown = found[:MOST_BUTTONS]
    if not shown:
        return None
    widths = _widths([title for title, *_ in shown])
    taken: list[str] = []
    buttons = [_placed(each, width, n, taken) for n, (each, width) in enumerate(zip(shown, widths, strict=True), 1)]
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}


def _placed(pressed: _Pressed, width: int, number: int, taken: list[str]) -> _Json:
    """A reply's body comes back as the customer's own words: the label, unless it is another's; else the payload, else the number."""
    title, action, value, image = pressed
    if action == "reply":
        fitting = (each for each in (title, value) if 0 < len(each) <= ACTION_BODY and each not in taken)
        value = next(fitting, str(number))
        taken.append(value)
    told: _Json = {"ActionType": action, "ActionBody": value, "Text": _plain(title), "TextSize": "regular", "Columns": width, "Rows": 1}
    return {**told, "Image": image} if image else told


def _plain(title: str) -> str:
    """Labels may hold tags: a sign that opens one is written out."""
    return title.replace("<", "&lt;")[:ACTION_BODY]


def _widths(titles: Sequence[str]) -> list[int]:
    """Columns of each, of six in a row: as many beside each other as show their labels whole; a last row is filled."""
    longest = max(map(len, titles))
    beside = 3 if longest <= _SHORT else 2 if longest <= _MIDDLE else 1
    beside = min(beside, len(titles))
    widths = [_COLUMNS // beside] * len(titles)
    rest = len(titles) % beside
    return widths[: len(titles) - rest] + [_COLUMNS // rest] * rest if rest else widths


def _reply(reply: QuickReply, warnings: list[str]) -> _Pressed | None:
    title = label_of(reply)
    match reply.kind:
        case ReplyKind.TEXT:
            return title, "reply", reply.payload, reply.image
        case ReplyKind.URL if reply.extra:
            return title, "open-url", reply.extra, reply.image
        case ReplyKind.PHONE:
            return title, "share-phone", title, reply.image
        case ReplyKind.LOCATION:
            return title, "location-picker", title, reply.image
    warnings.append(f"an answer of the kind {reply.kind.value} cannot be offered")
    return None


def _button(button: Button, warnings: list[str]) -> _Pressed | None:
    match button.kind:
        case ButtonKind.REPLY:
            return button.title, "reply", button.value, ""
        case ButtonKind.URL | ButtonKind.WEBVIEW:
            return button.title, "open-url", button.value, ""
    warnings.append(f"a button of the kind {button.kind.value} cannot be shown")
    return None


def _carousel(cards: tuple[Card, ...], warnings: list[str]) -> _Json:
    """Cards side by side: all groups have the same rows, so what a card lacks is left blank."""
    if len(cards) > MOST_CARDS:
        warnings.append(f"only the first {MOST_CARDS} cards are shown")
    shown = cards[:MOST_CARDS]
    buttons = [cell for card in shown for cell in _cells(card)]
    rich: _Json = {"Type": "rich_media", "ButtonsGroupColumns": _COLUMNS, "ButtonsGroupRows": _CARD_ROWS, "BgColor": "#FFFFFF"}
    told = ", ".join(card.title for card in shown)
    return {"type": "rich_media", "min_api_version": _RICH_API, "alt_text": told[:TEXT_UNITS], "rich_media": {**rich, "Buttons": buttons}}


def _cells(card: Card) -> list[_Json]:
    """Three rows of picture, two of words, two buttons."""
    opens: _Json = {"ActionType": "open-url", "ActionBody": card.url} if card.url else {"ActionType": "none", "ActionBody": "none"}
    title = f"<b>{_plain(card.title[:CARD_TITLE])}</b>"
    text = title + (f"<br>{_plain(card.subtitle)}" if card.subtitle else "")
    picture: _Json = {"Columns": _COLUMNS, "Rows": 3, **opens, **({"Image": card.image} if card.image else {})}
    cells = [picture, {"Columns": _COLUMNS, "Rows": 2, **opens, "Text": text, "TextSize": "medium", "TextHAlign": "left"}]
    blank = {"Columns": _COLUMNS, "Rows": 1, **_NOTHING}
    return [*cells, *(_cell(card.buttons[n]) if n < len(card.buttons) else blank for n in range(CARD_BUTTONS))]


_NOTHING: _Json = {"ActionType": "none", "ActionBody": "none"}


def _cell(button: Button) -> _Json:
    is_link = button.kind in {ButtonKind.URL, ButtonKind.WEBVIEW}
    body = button.value if is_link or (button.value and measure(button.value, Unit.CHARACTERS) <= ACTION_BODY) else button.title
    action = "open-url" if is_link else "reply"
    return {"Columns": _COLUMNS, "Rows": 1, "ActionType": action, "ActionBody": body, "Text": _plain(button.title), "TextSize": "regular"}
