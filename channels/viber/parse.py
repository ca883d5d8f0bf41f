"""What a Viber callback says, in the hub's words: pure, and tolerant of all it does not know.

https://developers.viber.com/docs/api/rest-bot-api/#callbacks
"""

import re
from collections.abc import Callable

from channels.fields import FieldOdd, Json, id_of, names, number_of, object_of, soft, soft_id, soft_object, text_of
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Body, Incoming, OptedIn, OptedOut, Receipt, Said, Started, Unparsed
from hub.model.events.referral import Referral
from hub.model.failure import Failure
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.words import DeliveryState

NOT_FOR_US = frozenset({"webhook", "action", "client_status"})
"""`webhook` only asks whether we are there; a plain 200 says so."""

_LATEST_MS = 1 << 50
_MEDIA = {"picture": MediaKind.IMAGE, "video": MediaKind.VIDEO, "file": MediaKind.FILE, "url": MediaKind.LINK}
_PERSON = re.compile(r"[A-Za-z0-9+/=_-]{1,64}")
"""Ids are base64; anything else was made up by somebody: https://developers.viber.com/docs/api/rest-bot-api/#unique-user-id"""


class _Told(Value, frozen=True):
    """What a callback is about: who, what, and the facts beside."""

    who: str
    body: Body
    details: dict[str, str] = {}


def parse_callback(callback: Json, account: str) -> list[Incoming | Unparsed]:
    """The events of one callback: none where it is known and not for us, one Unparsed where it is not understood. Never raises."""
    name = soft(callback, "event")
    if name in NOT_FOR_US:
        return []
    read = _READERS.get(name)
    if read is None:
        return [Unparsed(fields=names(callback), reason="no event that is known")]
    try:
        told = read(callback)
        seen = id_of(callback, "message_token")
    except FieldOdd as odd:
        return [Unparsed(fields=names(callback), reason=f"field {odd.args[0]} is missing or not of its type")]
    address = Address(channel="viber", account=account, id=told.who)
    return [Incoming(address=address, body=told.body, dedupe_id=seen, at=_moment(callback), details=told.details)]


def _moment(callback: Json) -> int:
    return _whole(callback, "timestamp")


def _whole(of: Json, key: str) -> int:
    """A number above zero, which comes as a text at times; 0 where it is none."""
    told = number_of(of, key) or 0
    return int(told) if 0 < told < _LATEST_MS else 0


def _person(of: Json, key: str) -> str:
    found = id_of(of, key)
    if not _PERSON.fullmatch(found):
        raise FieldOdd(key)
    return found


def _said(callback: Json) -> _Told:
    sender, message = object_of(callback, "sender"), object_of(callback, "message")
    text, piece = text_of(message, "text"), _piece(message)
    if not text and piece is None:
        raise FieldOdd("message.text")
    body = Said(
        text=text,
        attachments=(piece,) if piece else (),
        external_id=id_of(callback, "message_token"),
        name=soft(sender, "name"),
        language=soft(sender, "language"),
    )
    tracking = soft_id(message, "tracking_data")
    return _Told(who=_person(sender, "id"), body=body, details={"tracking_data": tracking} if tracking else {})


def _piece(message: Json) -> Attachment | None:
    """What the message is made of besides words; a type nobody knows yet is kept as unsupported."""
    kind = text_of(message, "type")
    if kind in _MEDIA:
        return _media(message, _MEDIA[kind])
    match kind:
        case "text":
            return None
        case "sticker":
            return Attachment(kind=MediaKind.STICKER, file_id=id_of(message, "sticker_id"), url=soft(message, "media"))
        case "contact":
            card = object_of(message, "contact")
            return Attachment(
                kind=MediaKind.CONTACT, name=soft(card, "name"), phone=soft_id(card, "phone_number"), preview=soft(card, "avatar")
            )
        case "location":
            return _place(message)
    return Attachment(kind=MediaKind.UNSUPPORTED, url=soft(message, "media"))


def _media(message: Json, kind: MediaKind) -> Attachment:
    address = text_of(message, "media")
    if not address:
        raise FieldOdd("message.media")
    name = soft(message, "file_name")
    return Attachment(
        kind=kind,
        url=address,
        preview=soft(message, "thumbnail"),
        filename=name if kind is not MediaKind.LINK else "",
        size=_whole(message, "size"),
        duration_ms=_whole(message, "duration") * 1000 if kind is MediaKind.VIDEO else 0,
    )


def _place(message: Json) -> Attachment:
    at = object_of(message, "location")
    latitude, longitude = number_of(at, "lat"), number_of(at, "lon")
    if latitude is None or longitude is None:
        raise FieldOdd("message.location")
    return Attachment(kind=MediaKind.LOCATION, latitude=latitude, longitude=longitude, address=soft(at, "address"))


def _opened(callback: Json) -> _Told:
    """The chat was opened; that is no subscription: until it is, only the answer to this very callback reaches the person.

    https://developers.viber.com/docs/api/rest-bot-api/#conversation-started
    """
    user, context = object_of(callback, "user"), soft(callback, "context")
    subscribed = callback.get("subscribed") is True
    body = Started(
        ref=context,
        name=soft(user, "name"),
        language=soft(user, "language"),
        external_id=id_of(callback, "message_token"),
        referral=Referral(ref=context, source="viber", kind=soft(callback, "type")) if context else None,
        may_answer=subscribed,
    )
    return _Told(who=_person(user, "id"), body=body, details={"subscribed": "true" if subscribed else "false"})


def _subscribed(callback: Json) -> _Told:
    user = object_of(callback, "user")
    return _Told(
        who=_person(user, "id"),
        body=OptedIn(topic="subscribed", name=soft(user, "name")),
        details={"external_id": id_of(callback, "message_token")},
    )


def _unsubscribed(callback: Json) -> _Told:
    return _Told(who=_person(callback, "user_id"), body=OptedOut(reason="unsubscribed", external_id=id_of(callback, "message_token")))


def _receipt(callback: Json, state: DeliveryState) -> _Told:
    body = Receipt(external_ids=(id_of(callback, "message_token"),), state=state)
    return _Told(who=_person(callback, "user_id"), body=body)


def _failed(callback: Json) -> _Told:
    """Taken, and then not delivered after all; Viber says why in words alone."""
    token = id_of(callback, "message_token")
    body = Receipt(external_ids=(token,), state=DeliveryState.FAILED, reason=soft(callback, "desc"), failure=Failure.REJECTED)
    return _Told(who=_person(callback, "user_id"), body=body)


_READERS: dict[str, Callable[[Json], _Told]] = {
    "message": _said,
    "conversation_started": _opened,
    "subscribed": _subscribed,
    "unsubscribed": _unsubscribed,
    "delivered": lambda callback: _receipt(callback, DeliveryState.DELIVERED),
    "seen": lambda callback: _receipt(callback, DeliveryState.READ),
    "failed": _failed,
}


def opener(callback: Json) -> str:
    """Who opened the chat just now, where this is such a callback; else empty."""
    return soft_id(soft_object(callback, "user"), "id") if soft(callback, "event") == "conversation_started" else ""
