"""What a customer said on WhatsApp: each type of message as one of our bodies.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

import re
from collections.abc import Callable

import msgspec

from channels.fields import FieldOdd, Json, id_of, number_of, object_of, objects, soft, soft_id, soft_object, text_of
from channels.whatsapp_cloud.people import PHONE, Person, valid
from hub.model.base import Value
from hub.model.events.event import Body, Deleted, Edited, IdentityChanged, Noted, OptedIn, OptedOut, Reacted, Said, Started
from hub.model.events.referral import Referral
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.webchat.onward import MARK

Pieces = tuple[Attachment, ...]

_LARGEST_SIZE = 1 << 53

_MEDIA = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "voice": MediaKind.VOICE,
    "document": MediaKind.FILE,
    "sticker": MediaKind.STICKER,
}

GREETING = "👋"
"""Stands before a link's token, which the customer sends as it is."""

_LINK = re.compile(rf"(?:{GREETING}\s*)?({MARK}[A-Za-z0-9_-]{{8,80}})")
_MOVES = frozenset(("user_changed_number", "user_changed_user_id", "customer_changed_number"))
_CHANGED = re.compile(r"changed from (\S+) to (\S+)")
"""The words of a system message where it does not tell the earlier id by itself."""


class Spoken(Value, frozen=True):
    """What one message is, and what else it told."""

    body: Body
    details: dict[str, str] = {}


class _Content(Value, frozen=True):
    """Words, media and the pressed control of a message."""

    text: str = ""
    pieces: Pieces = ()
    payload: str = ""
    source: str = ""
    details: dict[str, str] = {}


def spoken(message: Json, who: Person, business: str) -> Spoken:
    """What a message says; `business` is our number as it is shown. Raises FieldOdd for a type nobody knows."""
    kind = soft(message, "type")
    if read := _FACTS.get(kind):
        return Spoken(body=read(message, who))
    if fact := edited(message) or _permission(message):
        return Spoken(body=fact)
    content = _content(message, kind)
    if by_link := _LINK.fullmatch(content.text.strip()):
        return Spoken(body=Started(ref=by_link[1], name=who.name, username=who.username, external_id=soft_id(message, "id")))
    context = soft_object(message, "context")
    body = Said(
        text=content.text,
        attachments=content.pieces + _asked_about(context),
        payload=content.payload,
        source=content.source,
        external_id=soft_id(message, "id"),
        in_reply_to=soft_id(context, "id"),
        name=who.name,
        username=who.username,
        author=who.id if who.place else "",
        chat_type="group" if who.place else "private",
        mentioned=not who.place or _mentions(content.text, context, business),
        referral=_referral(soft_object(message, "referral")),
    )
    return Spoken(body=body, details=content.details | _beside(message, context))


def edited(message: Json) -> Edited | Deleted | None:
    """An edit or a taking back; None for a message that is neither. Raises FieldOdd where it does not say of what.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/edit
    """
    kind = soft(message, "type")
    if kind == "revoke":
        return Deleted(target=id_of(object_of(message, "revoke"), "original_message_id"))
    if kind != "edit":
        return None
    edit = object_of(message, "edit")
    after = object_of(edit, "message")
    return Edited(target=id_of(edit, "original_message_id"), text=_content(after, soft(after, "type")).text)


def _permission(message: Json) -> Noted | None:
    """Whether the shop may call, where it asked: a fact, no word. None for a message that says something else.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/calling/user-call-permissions
    """
    told = soft_object(soft_object(message, "interactive"), "call_permission_reply")
    if not told:
        return None
    parts = (soft(told, "response"), "permanent" if told.get("is_permanent") is True else "")
    return Noted(name="call_permission", detail=" ".join(filter(None, parts)))


def told_by_us(echo: Json) -> tuple[str, Pieces]:
    """The words and media of what somebody at the shop wrote in the app; of a type we do not read, that it was one."""
    kind = soft(echo, "type")
    try:
        content = _content(echo, kind)
    except FieldOdd:
        return "", (Attachment(kind=MediaKind.UNSUPPORTED, name=kind[:40]),)
    return content.text, content.pieces


def _content(message: Json, kind: str) -> _Content:
    if kind in _MEDIA or kind == "text":
        text, pieces = _words(message, kind)
        return _Content(text=text, pieces=pieces)
    if read := _CONTENTS.get(kind):
        return read(message)
    raise FieldOdd(f"type ({kind[:40]})")


def _words(message: Json, kind: str) -> tuple[str, Pieces]:
    """The words of a text or under a file, and the file."""
    if kind == "text":
        return text_of(object_of(message, "text"), "body"), ()
    media = soft_object(message, kind)
    if not soft_id(media, "id") and objects(message, "errors"):
        # WhatsApp could not fetch the file itself (131052): that there was one is what is left of it, and its words.
        return soft(media, "caption"), (Attachment(kind=MediaKind.UNSUPPORTED, name=soft(media, "filename") or kind),)
    size = media.get("file_size")
    voice = kind == "audio" and media.get("voice") is True
    piece = Attachment(
        kind=MediaKind.VOICE if voice else _MEDIA[kind],
        # The address WhatsApp adds since November 2025 opens for 5 minutes and with our token only: the id is what lasts, for 7 days.
        media_id=id_of(media, "id"),
        filename=soft(media, "filename"),
        mime_type=soft(media, "mime_type"),
        sha256=soft(media, "sha256"),
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 < size < _LARGEST_SIZE else 0,
    )
    return soft(media, "caption"), (piece,)


def _location(message: Json) -> _Content:
    place = object_of(message, "location")
    latitude, longitude = number_of(place, "latitude"), number_of(place, "longitude")
    if latitude is None or longitude is None:
        raise FieldOdd("location.latitude")
    pin = Attachment(
        kind=MediaKind.LOCATION,
        latitude=latitude,
        longitude=longitude,
        name=soft(place, "name"),
        address=soft(place, "address"),
        url=soft(place, "url"),
    )
    return _Content(pieces=(pin,))


def _contacts(message: Json) -> _Content:
    pieces = tuple(_card(card) for card in objects(message, "contacts"))
    if not pieces:
        raise FieldOdd("contacts")
    origin = soft(message, "origin")
    return _Content(pieces=pieces, details={"origin": origin} if origin else {})


def _card(card: Json) -> Attachment:
    """A card of an address book, of which the first number counts."""
    name = soft_object(card, "name")
    parts = (soft(name, "first_name"), soft(name, "last_name"))
    phone = next((p for p in objects(card, "phones") if soft_id(p, "phone") or soft_id(p, "wa_id")), {})
    return Attachment(
        kind=MediaKind.CONTACT,
        name=soft(name, "formatted_name") or " ".join(part for part in parts if part),
        phone=soft_id(phone, "phone") or soft_id(phone, "wa_id"),
    )


def _interactive(message: Json) -> _Content:
    """A pressed button, a chosen row, a filled form: the payload is what we gave the control, or what the form says."""
    told = object_of(message, "interactive")
    match soft(told, "type"):
        case "button_reply" as kind:
            pressed = object_of(told, kind)
            return _Content(text=soft(pressed, "title"), payload=text_of(pressed, "id"), source="button")
        case "list_reply" as kind:
            pressed = object_of(told, kind)
            return _Content(text=soft(pressed, "title"), payload=text_of(pressed, "id"), source="list")
        case "nfm_reply" as kind:
            form = object_of(told, kind)
            # A form's answer is kept as it was written, even where it is no JSON: it may be all the customer ever fills in.
            return _Content(text=soft(form, "body"), payload=_filled(form), source="flow", details=_named(form, "name"))
        case kind:
            raise FieldOdd(f"interactive.type ({kind[:40]})")


def _filled(form: Json) -> str:
    """What was filled in: documented as JSON in a text; some gateways tell it unwrapped."""
    told = form.get("response_json")
    return msgspec.json.encode(told).decode() if isinstance(told, dict | list) else soft(form, "response_json")


def _button(message: Json) -> _Content:
    """A quick reply of a template."""
    pressed = object_of(message, "button")
    return _Content(text=soft(pressed, "text"), payload=text_of(pressed, "payload"), source="button")


def _order(message: Json) -> _Content:
    """A basket of the catalogue, sent.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/order
    """
    order = object_of(message, "order")
    items = objects(order, "product_items")
    if not items:
        raise FieldOdd("order.product_items")
    details = {"catalog_id": soft_id(order, "catalog_id"), "order": msgspec.json.encode(items).decode()}
    return _Content(text=soft(order, "text"), pieces=tuple(_product(item) for item in items), details=details)


def _product(item: Json) -> Attachment:
    """A product by the shop's own number of it, with how many and at what price."""
    told = soft_id(item, "product_retailer_id")
    quantity, price = number_of(item, "quantity"), number_of(item, "item_price")
    often = f"{quantity:g} × " if quantity else ""
    priced = f", {price:,.10g} {soft(item, 'currency')}".rstrip() if price is not None else ""
    return Attachment(kind=MediaKind.PRODUCT, name=f"{often}{told}{priced}")


def _unsupported(message: Json) -> _Content:
    """A message the API does not carry (a poll, a view-once picture): that there was one is all we learn."""
    kind = soft(soft_object(message, "unsupported"), "type")
    text = soft(soft_object(message, "text"), "body")
    return _Content(text=text, pieces=(Attachment(kind=MediaKind.UNSUPPORTED, name=kind[:40]),))


_CONTENTS: dict[str, Callable[[Json], _Content]] = {
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "unsupported": _unsupported,
    "unknown": _unsupported,
    "errors": _unsupported,
}


def _reaction(message: Json, who: Person) -> Body:
    """An emoji was put on a message of ours; none in it: it was taken off."""
    told = object_of(message, "reaction")
    emoji = soft(told, "emoji")
    return Reacted(target=id_of(told, "message_id"), emoji=emoji, removed=not emoji, author=who.id if who.place else "")


def moved(message: Json) -> IdentityChanged | None:
    """Under which id a customer is from now on; None for a message that says something else. Raises FieldOdd where an id is missing.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system
    """
    told = soft_object(message, "system")
    if soft(message, "type") != "system" or soft(told, "type") not in _MOVES:
        return None
    phone = valid(soft_id(told, "wa_id") or soft_id(told, "new_wa_id"))
    user = valid(soft_id(told, "user_id"))
    words = _CHANGED.search(soft(told, "body"))
    if before := valid(soft_id(told, "previous_user_id")):
        after = user or phone
    else:
        before = valid(soft_id(message, "from")) or (valid(words[1]) if words else "")
        after = (phone if PHONE.fullmatch(before) else user) or phone or user
    if not before or not after:
        raise FieldOdd("system.previous_user_id")
    return IdentityChanged(previous=before, new=after, phone=phone, external_id=soft_id(message, "id"))


def _system(message: Json, who: Person) -> Body:
    """WhatsApp says something else of the customer."""
    told = object_of(message, "system")
    match soft(told, "type"):
        case "user_preference_changed" if soft(told, "marketing") == "stop":
            return OptedOut(reason=soft(told, "body"), marketing=True, external_id=soft_id(message, "id"))
        case "user_preference_changed":
            return OptedIn(topic="marketing", name=who.name)
        case kind if kind:
            return Noted(name=kind[:60])
        case _:
            raise FieldOdd("system.type")


def _welcome(message: Json, who: Person) -> Body:
    """The customer opened the chat for the first time and has said nothing yet."""
    return Started(name=who.name, username=who.username, external_id=soft_id(message, "id"))


_FACTS: dict[str, Callable[[Json, Person], Body]] = {"reaction": _reaction, "system": _system, "request_welcome": _welcome}


def _asked_about(context: Json) -> Pieces:
    """The product a question is about, where it was asked from the catalogue."""
    product = soft_id(soft_object(context, "referred_product"), "product_retailer_id")
    return (Attachment(kind=MediaKind.PRODUCT, name=product),) if product else ()


def _mentions(text: str, context: Json, business: str) -> bool:
    """Whether a group's message is meant for us: our number with an @, or an answer to something of ours."""
    ours = re.sub(r"\D", "", business)
    return bool(ours) and (f"@{ours}" in text or re.sub(r"\D", "", soft_id(context, "from")) == ours)


def _referral(told: Json) -> Referral | None:
    """The advertisement or post a first message came by; it opens 72 free hours.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/pricing#free-entry-point-conversations
    """
    if not told:
        return None
    return Referral(
        source=soft(told, "source_type"),
        kind=soft(told, "media_type"),
        ad=soft_id(told, "source_id"),
        click=soft(told, "ctwa_clid"),
        headline=soft(told, "headline"),
        url=soft(told, "source_url"),
        ref=soft(told, "ref"),
        text=soft(told, "body"),
    )


def _beside(message: Json, context: Json) -> dict[str, str]:
    """What a message told beside what it says: that it was forwarded, what went wrong with its file."""
    error = next(iter(objects(message, "errors")), {})
    told = {
        "error_code": soft_id(error, "code"),
        "error": soft(error, "title"),
        "forwarded": "often" if context.get("frequently_forwarded") is True else "yes" if context.get("forwarded") is True else "",
    }
    return {key: value for key, value in told.items() if value}


def _named(of: Json, key: str) -> dict[str, str]:
    told = soft(of, key)
    return {key: told} if told else {}
