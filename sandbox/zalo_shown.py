"""Zalo's messages as a phone shows them, and what a phone does as Zalo's events."""

from typing import assert_never

from sandbox.shown import Act, Blocked, Bubble, Came, Followed, Json, Media, Offer, Phone, Pressed, Reacted, TookBack, Wrote

_KINDS = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "file": "file",
    "sticker": "sticker",
    "location": "location",
}
_OFFERS = {"oa.open.url": "url", "oa.open.phone": "call"}
_NUMBER_AT_MOST = 15
"""The longest phone number; a person's id at an account is longer."""


def event_of(act: Act, *, oa: str) -> dict[str, object]:
    """What Zalo tells of an act; empty where it does not tell."""
    phone = act.phone
    sides: Json = {"sender": {"id": phone.id}, "recipient": {"id": oa}, "user_id_by_app": f"app-{phone.id}"}
    match act:
        case Wrote(bubble=bubble):
            return {**sides, **_said(bubble)}
        case Pressed(bubble=bubble, offer=offer):
            message = {"text": offer.id or offer.title, "msg_id": f"press-{bubble.external_id}-{offer.id}"}
            return {**sides, "event_name": "user_send_text", "message": message}
        case Came(bubble=bubble, state=state):
            return _came(phone, bubble, state, oa)
        case Reacted(bubble=bubble, emoji=emoji):
            message = {"msg_id": bubble.external_id, "react_icon": emoji or "/-remove"}
            return {**sides, "event_name": "user_reacted_message", "message": message}
        case Blocked():
            return {"event_name": "unfollow", "oa_id": oa, "follower": {"id": phone.id}, "source": "oa_profile"}
        case Followed():
            return {"event_name": "follow", "oa_id": oa, "follower": {"id": phone.id}, "source": "oa_profile"}
        case TookBack():
            return {}
        case _:
            assert_never(act)


def person_wrote(to: str, text: str, *, oa: str, admin: str, msg_id: str) -> Json:
    """A person of the shop's answered at oa.zalo.me."""
    sides = {"sender": {"id": oa, "admin_id": admin}, "recipient": {"id": to}}
    return {**sides, "event_name": "oa_send_text", "message": {"text": text, "msg_id": msg_id}}


def recipient_of(asked: Json) -> str:
    """Whom a call is for, as the hub names them."""
    to = _inner(asked, "recipient")
    if "group_id" in to:
        return f"group/{to['group_id']}"
    if "anonymous_id" in to:
        return f"anonymous/{to['anonymous_id']}/{to.get('conversation_id', '')}"
    return str(to.get("user_id", ""))


def text_of(asked: Json) -> str:
    """The words of a call."""
    return str(_inner(asked, "message").get("text", ""))


def bubble_of(asked: Json, external_id: str) -> Bubble:
    """What stands on the phone."""
    if "template_id" in asked:
        gaps = _inner(asked, "template_data")
        return Bubble(n=0, text=", ".join(map(str, gaps.values())), template=str(asked["template_id"]), external_id=external_id)
    message = _inner(asked, "message")
    payload = _inner(_inner(message, "attachment"), "payload")
    kind = payload.get("template_type")
    elements = _objects(payload, "elements")
    media = tuple(_media(each) for each in elements if kind == "media")
    media += (Media(kind="file", name=str(payload["token"])),) if "token" in payload else ()
    asks = tuple(Offer(title=str(each.get("title", "")), id="share", kind="location") for each in elements if kind == "request_user_info")
    links = tuple(_link(each) for each in elements if kind == "list")
    offers = (*links, *asks, *(_offer(each) for each in _objects(payload, "buttons")))
    return Bubble(
        n=0, text=str(message.get("text", "")), media=media, offers=offers, reply_to=str(message.get("quote_message_id", "")),
        external_id=external_id,
    )  # fmt: skip


def _said(bubble: Bubble) -> Json:
    """One event a bubble, named for its first piece."""
    message: Json = {"msg_id": bubble.external_id, **({"text": bubble.text} if bubble.text else {})}
    if bubble.reply_to:
        message["quote_msg_id"] = bubble.reply_to
    if not bubble.media:
        return {"event_name": "user_send_text", "message": message}
    piece = bubble.media[0]
    kind = _KINDS.get(piece.kind, "file")
    payload: Json = {"url": piece.url, "thumbnail": piece.url}
    if kind == "location":
        payload = {"coordinates": {"latitude": str(piece.latitude), "longitude": str(piece.longitude)}}
    if kind == "file":
        payload |= {"name": piece.name, "size": "1024", "type": piece.name.rpartition(".")[2]}
    return {"event_name": f"user_send_{kind}", "message": message | {"attachments": [{"type": kind, "payload": payload}]}}


def _came(phone: Phone, bubble: Bubble, state: str, oa: str) -> Json:
    """Its own messages are told back to the account; that one failed later Zalo does not tell."""
    sides: Json = {"sender": {"id": oa}, "recipient": {"id": phone.id.removeprefix("group/")}}
    match state:
        case "sent" if not bubble.template:
            return {**sides, "event_name": "oa_send_text", "message": {"text": bubble.text, "msg_id": bubble.external_id}}
        case "delivered":
            by_number = {"delivery_time": str(bubble.at)} if len(phone.id) <= _NUMBER_AT_MOST and bubble.template else {}
            return {**sides, "event_name": "user_received_message", "message": {"msg_id": bubble.external_id, **by_number}}
        case "read":
            return {**sides, "event_name": "user_seen_message", "message": {"msg_ids": [bubble.external_id]}}
    return {}


def _media(element: Json) -> Media:
    return Media(kind=str(element.get("media_type", "image")), url=str(element.get("url", "")), name=str(element.get("attachment_id", "")))


def _link(element: Json) -> Offer:
    return Offer(title=str(element.get("title", "")), kind="url", value=str(_inner(element, "default_action").get("url", "")))


def _offer(button: Json) -> Offer:
    payload = button.get("payload")
    kind = _OFFERS.get(str(button.get("type")), "reply")
    value = str(next(iter(payload.values()), "")) if isinstance(payload, dict) else ""
    return Offer(title=str(button.get("title", "")), id=payload if isinstance(payload, str) else "", kind=kind, value=value)


def _inner(of: Json, key: str) -> Json:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def _objects(of: Json, key: str) -> list[Json]:
    found = of.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
