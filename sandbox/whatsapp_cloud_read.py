"""A call to WhatsApp's Cloud API, read: what stands on the phone then, and what WhatsApp would refuse.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

import re
from collections.abc import Callable, Iterator

from sandbox.shown import Bubble, Json, Media, Offer

_TEXT, _BODY, _CAPTION = 4096, 1024, 1024
_BUTTONS, _BUTTON_TITLE, _BUTTON_ID = 3, 20, 256
_ROWS, _ROW_TITLE, _ROW_DESCRIPTION, _ROW_ID = 10, 24, 72, 200
_FEWEST_CARDS, _CARDS, _CARD_WORDS = 2, 10, 160
_MEDIA = {"image": "image", "video": "video", "audio": "audio", "document": "file", "sticker": "sticker"}
_BROKEN = re.compile(r"[\r\n\t]| {5,}")

Find = Callable[[str], Media | None]
"""An uploaded file by its id."""


class Refused(Exception):
    """WhatsApp would not take it: its code and words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(f"{code} {words}")


def bubble_of(told: Json, find: Find) -> Bubble:
    """What the customer sees of a call; raises Refused."""
    kind = told.get("type", "text")
    if not (told.get("to") or told.get("recipient")):
        raise Refused(100, "The parameter to is required.")
    if told.get("messaging_product") != "whatsapp":
        raise Refused(100, "The parameter messaging_product is required.")
    content = told.get(str(kind))
    if content is None:
        raise Refused(131009, f"Parameter value is not valid: {kind} is missing")
    context = _object(told, "context")
    return _bubble(str(kind), told, find, reply_to=str(context.get("message_id", "")))


def _bubble(kind: str, told: Json, find: Find, *, reply_to: str) -> Bubble:
    if kind == "contacts":
        return Bubble(n=0, reply_to=reply_to, media=tuple(_cards(told)))
    content = _object(told, kind)
    match kind:
        case "text":
            return Bubble(n=0, reply_to=reply_to, text=_words(content, "body", _TEXT))
        case "interactive":
            return _interactive(content, find, reply_to=reply_to)
        case "template":
            return _template(content, reply_to=reply_to)
        case "location":
            return Bubble(n=0, reply_to=reply_to, media=(_place(content),))
        case _ if kind in _MEDIA:
            caption = _words(content, "caption", _CAPTION) if content.get("caption") else ""
            return Bubble(n=0, reply_to=reply_to, text=caption, media=(_file(kind, content, find),))
    raise Refused(100, f"Param type must be one of the known, not {kind}")


def _words(of: Json, key: str, most: int) -> str:
    text = of.get(key)
    if not isinstance(text, str) or not text:
        raise Refused(131008, f"Required parameter is missing: {key}")
    if len(text) > most:
        raise Refused(131009, f"Parameter value is not valid: {key} has {len(text)} characters of at most {most}")
    return text


def _file(kind: str, content: Json, find: Find) -> Media:
    name = str(content.get("filename", ""))
    if link := content.get("link"):
        return Media(kind=_MEDIA[kind], url=str(link), name=name)
    found = find(str(content.get("id", "")))
    if found is None:
        raise Refused(131009, "Parameter value is not valid: no such media")
    return Media(kind=_MEDIA[kind], url=found.url, name=name or found.name, mime_type=found.mime_type)


def _place(content: Json) -> Media:
    latitude, longitude = content.get("latitude"), content.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        raise Refused(131008, "Required parameter is missing: latitude, longitude")
    return Media(kind="location", name=str(content.get("name", "")), latitude=float(latitude), longitude=float(longitude))


def _cards(told: Json) -> Iterator[Media]:
    for card in _objects(told, "contacts"):
        phones = _objects(card, "phones")
        name = _words(_object(card, "name"), "formatted_name", 256)
        yield Media(kind="contact", name=name, url=f"tel:{phones[0].get('phone')}" if phones else "")


def _interactive(content: Json, find: Find, *, reply_to: str) -> Bubble:
    kind, action = content.get("type"), _object(content, "action")
    bubble = Bubble(n=0, reply_to=reply_to, text=_words(_object(content, "body"), "text", _BODY))
    header = _object(content, "header")
    if (above := str(header.get("type", ""))) in _MEDIA:
        if kind == "list":
            raise Refused(131009, "Parameter value is not valid: a list takes no media header")
        bubble.media = (_file(above, _object(header, above), find),)
    match kind:
        case "button":
            bubble.offers = tuple(_buttons(action))
        case "list":
            bubble.offers, bubble.label = tuple(_rows(action)), _words(action, "button", _BUTTON_TITLE)
        case "cta_url":
            link = _object(action, "parameters")
            bubble.offers = (Offer(title=_words(link, "display_text", 20), kind="url", value=_words(link, "url", 2000)),)
        case "flow":
            form = _object(action, "parameters")
            bubble.offers = (Offer(title=_words(form, "flow_cta", 30), kind="form", id=_words(form, "flow_id", 64)),)
        case "carousel":
            bubble.media, bubble.offers = _carousel(action, find)
        case "location_request_message":
            bubble.offers = (Offer(title="Send location", kind="location"),)
        case "request_contact_info":
            bubble.offers = (Offer(title="Share number", kind="phone"),)
        case _:
            raise Refused(131009, f"Parameter value is not valid: interactive type {kind}")
    return bubble


def _buttons(action: Json) -> Iterator[Offer]:
    replies = [_object(button, "reply") for button in _objects(action, "buttons")]
    if not 0 < len(replies) <= _BUTTONS:
        raise Refused(131009, f"Parameter value is not valid: {len(replies)} buttons of 1 to {_BUTTONS}")
    if len({reply.get("title") for reply in replies}) < len(replies):
        raise Refused(131009, "Parameter value is not valid: button titles must differ")
    for reply in replies:
        yield Offer(title=_words(reply, "title", _BUTTON_TITLE), id=_words(reply, "id", _BUTTON_ID))


def _rows(action: Json) -> Iterator[Offer]:
    sections = _objects(action, "sections")
    rows = [(section, row) for section in sections for row in _objects(section, "rows")]
    if not 0 < len(rows) <= _ROWS:
        raise Refused(131009, f"Parameter value is not valid: {len(rows)} rows of 1 to {_ROWS}")
    if len({row.get("id") for _, row in rows}) < len(rows):
        raise Refused(131009, "Parameter value is not valid: row ids must differ")
    if len(sections) > 1 and not all(section.get("title") for section in sections):
        raise Refused(131009, "Parameter value is not valid: each of several sections needs a title")
    for section, row in rows:
        small = _words(row, "description", _ROW_DESCRIPTION) if row.get("description") else ""
        title, id_ = _words(row, "title", _ROW_TITLE), _words(row, "id", _ROW_ID)
        yield Offer(title=title, id=id_, kind="row", group=str(section.get("title", "")), description=small)


def _carousel(action: Json, find: Find) -> tuple[tuple[Media, ...], tuple[Offer, ...]]:
    cards = _objects(action, "cards")
    if not _FEWEST_CARDS <= len(cards) <= _CARDS:
        raise Refused(131009, f"Parameter value is not valid: {len(cards)} cards of {_FEWEST_CARDS} to {_CARDS}")
    if [card.get("card_index") for card in cards] != list(range(len(cards))):
        raise Refused(131009, "Parameter value is not valid: card_index counts from 0")
    media = tuple(_file("image", _object(_object(card, "header"), "image"), find) for card in cards)
    offers = [tuple(_of_card(card)) for card in cards]
    if len({tuple(offer.kind for offer in each) for each in offers}) > 1 or not offers[0]:
        raise Refused(131009, "Parameter value is not valid: all cards have the same buttons, and at least one")
    flat = tuple(offer for each in offers for offer in each)
    replies = [offer.id for offer in flat if offer.kind == "reply"]
    if len(set(replies)) < len(replies):
        raise Refused(131009, "Parameter value is not valid: button ids must differ")
    return media, flat


def _of_card(card: Json) -> Iterator[Offer]:
    action, body = _object(card, "action"), _object(card, "body")
    words = _words(body, "text", _CARD_WORDS) if body else ""
    for button in _objects(action, "buttons"):
        reply = _object(button, "quick_reply")
        yield Offer(title=_words(reply, "title", _BUTTON_TITLE), id=_words(reply, "id", _BUTTON_ID), group=words)
    if card.get("type") == "cta_url":
        link = _object(action, "parameters")
        yield Offer(title=_words(link, "display_text", 20), kind="url", value=_words(link, "url", 2000), group=words)


def _template(content: Json, *, reply_to: str) -> Bubble:
    name = _words(content, "name", 512)
    _words(_object(content, "language"), "code", 16)
    gaps = [gap for component in _objects(content, "components") for gap in _objects(component, "parameters")]
    texts = [str(gap.get("text", "")) for gap in gaps if gap.get("type") == "text"]
    for text in texts:
        if not text:
            raise Refused(131008, "Required parameter is missing: text")
        if _BROKEN.search(text):
            raise Refused(132018, "There was an issue with the parameters in your template")
    return Bubble(n=0, reply_to=reply_to, template=name, text=" · ".join((f"[{name}]", *texts)))


def _object(of: Json, key: str) -> Json:
    value = of.get(key)
    return value if isinstance(value, dict) else {}


def _objects(of: Json, key: str) -> list[Json]:
    value = of.get(key)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
