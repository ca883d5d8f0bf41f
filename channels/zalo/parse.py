"""What a Zalo webhook says, in the hub's words: pure, and tolerant of all it does not know.

https://developers.zalo.me/docs/official-account/webhook/tong-quan
"""

from collections.abc import Callable

from msgspec.structs import replace

from channels.fields import FieldOdd, Json, id_of, names, object_of, soft, soft_id, soft_object, text_of
from channels.zalo.media import attachments, product
from channels.zalo.tracking import phone_behind
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Body, Called, Echoed, Incoming, Noted, OptedIn, OptedOut, Reacted, Receipt, Said, Started, Unparsed
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.words import DeliveryState

ANONYMOUS = "anonymous/"
"""Before `<person>/<conversation>`: somebody without a Zalo identity is answered by both."""

GROUP = "group/"
"""Before a group's id: what is said there goes out through another call."""

_LATEST_MS = 1 << 50
_REMOVED = "/-remove"
_CLICK = "user_click_chatnow"

NOT_FOR_US = frozenset({
    "oa_reacted_message", "add_user_to_tag", "remove_user_from_tag", "remove_tag", "create_tag", "update_user_info",
    "widget_failed_to_sync_user_external_id", "extension_purchased", "oa_send_consent", "user_reply_consent",
    "create_group", "delete_group", "update_group_info", "add_group_admin", "remove_group_admin", "user_join_group", "user_out_group",
    "user_leave_group", "user_request_join_group", "accept_request_join_group", "reject_request_join_group",
    "react_request_join_group_accept", "react_request_join_group_reject", "change_template_status", "change_template_quality",
    "change_template_quota", "change_oa_daily_quota", "change_oa_template_tags",
    "event_journey_acknowledged", "event_journey_time_out", "permission_revoked",
})  # fmt: skip
"""Known, and about no customer's conversation: labels, groups' members, templates, quotas."""


class Self(Value, frozen=True):
    """Who we are on this account; `oa`: the Official Account's id, where it is known.

    `persons`: whether what left the account without an `admin_id`, and not through us, is a person's.
    """

    account: str
    oa: str = ""
    persons: bool = False


class _Told(Value, frozen=True):
    """What an event is about: who, what (`also`: and what else), on what to de-duplicate, and the facts beside."""

    who: str
    body: Body
    also: Body | None = None
    seen: str = ""
    at: int = 0
    details: dict[str, str] = {}


def parse_event(event: Json, me: Self) -> list[Incoming | Unparsed]:
    """The events of one webhook: none where it is known and not for us, one Unparsed where it is not understood. Never raises."""
    name = soft(event, "event_name")
    read = _reader(name)
    if name in NOT_FOR_US:
        return []
    if read is None:
        return [Unparsed(fields=names(event), reason="no event_name that is known")]
    try:
        at = _moment(event, "timestamp")
        told = read(event, me)
    except FieldOdd as odd:
        return [Unparsed(fields=names(event), reason=f"field {odd.args[0]} is missing or not of its type")]
    if told is None:
        return []
    first = Incoming(
        address=Address(channel="zalo", account=me.account, id=told.who),
        body=told.body,
        dedupe_id=told.seen or f"{name}/{told.who}/{at}",
        at=told.at or at,
        aliases=tuple(filter(None, (soft_id(event, "user_id_by_app"),))),
        recipient=_account(event, name),
        details=told.details,
    )
    return [first] if told.also is None else [first, replace(first, body=told.also, dedupe_id=f"{first.dedupe_id}/1")]


def _reader(name: str) -> "_Reader | None":
    return _READERS.get(name) or next((read for opening, read in _OPENINGS if name.startswith(opening)), None)


def _moment(of: Json, key: str) -> int:
    """Milliseconds since 1970, as a text or a number. The signature covers it, so an event without is not whole."""
    told = id_of(of, key)
    if not (told.isascii() and told.isdigit()) or int(told[:20]) >= _LATEST_MS:
        raise FieldOdd(key)
    return int(told)


def _account(event: Json, name: str) -> str:
    """The Official Account's id: the other side of who it is about."""
    side = "sender" if name.startswith(("oa_send", "user_seen", "user_received")) else "recipient"
    return soft_id(event, "oa_id") or soft_id(soft_object(event, side), "id")


def _side(event: Json, key: str) -> str:
    return id_of(object_of(event, key), "id")


def _said(event: Json, _me: Self) -> _Told:
    who, message = _side(event, "sender"), object_of(event, "message")
    body = _message(event, message)
    return _Told(who=who, body=body, seen=body.external_id)


def _message(event: Json, message: Json, *, author: str = "", mentioned: bool = True) -> Said:
    text, pieces = text_of(message, "text"), attachments(event, message)
    if not text and not pieces:
        raise FieldOdd("message.text")
    return Said(
        text=text,
        attachments=pieces,
        external_id=id_of(message, "msg_id"),
        in_reply_to=soft_id(message, "quote_msg_id"),
        author=author,
        mentioned=mentioned,
        chat_type="group" if author else "private",
    )


def _asked(event: Json, _me: Self) -> _Told:
    """Asks about a product of the account's shop: their words stand beside it, the message repeats its name.

    https://developers.zalo.me/docs/official-account/webhook/tong-quan
    """
    message = object_of(event, "message")
    words = soft(soft_object(event, "product"), "description") or text_of(message, "text")
    body = Said(text=words, attachments=product(event, message), external_id=id_of(message, "msg_id"))
    return _Told(who=_side(event, "sender"), body=body, seen=body.external_id)


def _ordered(event: Json, _me: Self) -> _Told:
    """An order in the account's own shop at Zalo: a fact on the timeline."""
    order = soft_object(event, "order")
    body = Noted(name="shop_has_order", detail=soft_id(order, "code") or soft_id(order, "id"))
    return _Told(who=_side(event, "customer"), body=body)


def _said_unnamed(event: Json, _me: Self) -> _Told:
    person, message = _side(event, "sender"), object_of(event, "message")
    body = _message(event, message)
    talk = soft_id(message, "conversation_id")
    return _Told(
        who=f"{ANONYMOUS}{person}/{talk}", body=body, seen=body.external_id, details={"sender_id": person, "conversation_id": talk}
    )


def _said_in_group(event: Json, me: Self) -> _Told:
    """A group hears everything; we answer where the account is named: `[@its id]` stands in the text then."""
    group, message = _side(event, "recipient"), object_of(event, "message")
    oa = me.oa or soft_id(event, "oa_id")
    mentioned = bool(oa) and f"[@{oa}]" in text_of(message, "text")
    body = _message(event, message, author=_side(event, "sender"), mentioned=mentioned)
    return _Told(who=GROUP + group, body=body, seen=body.external_id, details={"chat_id": group})


def _echoed(event: Json, me: Self) -> _Told:
    return _echo(event, _side(event, "recipient"), me)


def _echoed_unnamed(event: Json, me: Self) -> _Told:
    person, talk = _side(event, "recipient"), soft_id(object_of(event, "message"), "conversation_id")
    return _echo(event, f"{ANONYMOUS}{person}/{talk}", me)


def _echoed_in_group(event: Json, me: Self) -> _Told:
    return _echo(event, GROUP + (soft_id(event, "group_id") or _side(event, "recipient")), me)


def _echo(event: Json, who: str, me: Self) -> _Told:
    """What left the account. A person at oa.zalo.me bears an `admin_id`; without one a program sent it: we, or Zalo's own greeting."""
    message = object_of(event, "message")
    admin = soft_id(soft_object(event, "sender"), "admin_id")
    body = Echoed(
        text=soft(message, "text"),
        external_id=id_of(message, "msg_id"),
        attachments=attachments(event, message),
        ours=not admin and not me.persons,
        app=soft_id(event, "app_id"),
    )
    return _Told(who=who, body=body, seen=body.external_id, details={"admin_id": admin} if admin else {})


def _customer(event: Json, me: Self) -> str:
    """Whom a receipt is of: the account stands as its sender, as the documentation has it, or as its recipient, as some events do."""
    sender, recipient = soft_id(soft_object(event, "sender"), "id"), _side(event, "recipient")
    oa = me.oa or soft_id(event, "oa_id")
    return sender if oa and recipient == oa and sender else recipient


def _seen(event: Json, me: Self) -> _Told:
    ids = _message_ids(object_of(event, "message"))
    body = Receipt(external_ids=ids, state=DeliveryState.READ)
    return _Told(who=_customer(event, me), body=body, seen=f"seen/{'/'.join(ids)}")


def _received(event: Json, me: Self) -> _Told:
    """Reached the phone. A template sent by number tells the number, when it came, and the id we gave it."""
    message = object_of(event, "message")
    ids = _message_ids(message)
    tracking = soft_id(message, "tracking_id")
    at = _moment(message, "delivery_time") if "delivery_time" in message else 0
    return _Told(
        who=_customer(event, me),
        body=Receipt(external_ids=ids, state=DeliveryState.DELIVERED),
        seen=f"received/{'/'.join(ids)}",
        at=at,
        details={"tracking_id": tracking} if tracking else {},
    )


def _answered(event: Json, _me: Self) -> _Told | None:
    """Pressed an answer under a template. Zalo tells neither number nor id, so only what bears our own `tracking_id` is somebody's.

    https://docs.zaloplatforms.com/docs/ZBS/quan-ly-template/template-webhook/su-kien-nguoi-dung-phan-hoi-template-phan-hoi-nhanh
    """
    message, under = object_of(event, "message"), id_of(event, "msg_id")
    phone, words = phone_behind(soft_id(message, "tracking_id")), text_of(message, "data")
    if not phone:
        return None
    seen = f"{under}/{soft_id(message, 'submit_time')}"
    body = Said(text=words, payload=words, source="button", in_reply_to=under, external_id=seen)
    return _Told(who=phone, body=body, seen=seen)


def _rated(event: Json, _me: Self) -> _Told | None:
    """Rated the service under a template: stars, and words if they chose any; again only where the `tracking_id` is ours.

    https://developers.zalo.me/docs/zalo-notification-service/webhook
    """
    message = object_of(event, "message")
    phone = phone_behind(soft_id(message, "tracking_id"))
    told = message.get("feedbacks")
    chosen = [word for word in told if isinstance(word, str)] if isinstance(told, list) else []
    detail = "; ".join(filter(None, (f"{soft_id(message, 'rate')}/5", *chosen, soft(message, "note"))))
    return _Told(who=phone, body=Noted(name="user_feedback", detail=detail)) if phone else None


def _message_ids(message: Json) -> tuple[str, ...]:
    several = message.get("msg_ids")
    told = several if isinstance(several, list) else [message.get("msg_id")]
    found = tuple(filter(None, (soft_id({"id": each}, "id") for each in told)))
    if not found:
        raise FieldOdd("message.msg_ids")
    return found


def _reacted(event: Json, _me: Self) -> _Told:
    message = object_of(event, "message")
    icon, target = text_of(message, "react_icon"), id_of(message, "msg_id")
    removed = icon in {"", _REMOVED}
    return _Told(who=_side(event, "sender"), body=Reacted(target=target, emoji="" if removed else icon, removed=removed))


def _followed(event: Json, _me: Self) -> _Told:
    """Following asks for the account's news, and opens the window in which it may write; unfollowing ends the first alone."""
    source = soft(event, "source")
    return _Told(who=_follower(event), body=OptedIn(topic="follow"), also=Started(ref=source), details={"source": source} if source else {})


def _unfollowed(event: Json, _me: Self) -> _Told:
    """Wants no news any more; who unfollowed may still write, and is answered."""
    return _Told(who=_follower(event), body=OptedOut(reason="unfollowed the Official Account", marketing=True))


def _follower(event: Json) -> str:
    follower = soft_object(event, "follower") or soft_object(event, "sender")
    return id_of(follower, "id")


def _clicked_chat(event: Json, _me: Self) -> _Told:
    return _Told(who=id_of(event, "user_id"), body=Started(ref=_CLICK))


def _accepted_widget(event: Json, _me: Self) -> _Told:
    told = object_of(event, "data")
    external = soft_id(told, "user_external_id")
    details = {"user_external_id": external} if external else {}
    return _Told(who=id_of(told, "user_id"), body=OptedIn(topic="widget"), details=details)


def _withdrew(event: Json, _me: Self) -> _Told:
    """Took back the consent to being known at all: nothing more is sent; who must be forgotten is for a person to decide."""
    return _Told(who=id_of(event, "user_id"), body=OptedOut(reason="withdrew consent to the use of personal data"))


_SHARED = ("name", "phone", "address", "ward", "district", "city", "user_dob", "gender")


def _submitted(event: Json, _me: Self) -> _Told:
    """The customer shared who they are, as we had asked: a card in the conversation."""
    info = object_of(event, "info")
    where = soft_object(info, "full_address")
    steps = (soft(where, "user_address"), soft(where, "user_ward"), soft(where, "user_city"))
    plain = tuple(soft_id(info, key) for key in ("address", "ward", "district", "city"))
    card = Attachment(
        kind=MediaKind.CONTACT,
        name=soft(info, "name"),
        phone=soft_id(info, "phone"),
        address=", ".join(filter(None, steps if where else plain)),
    )
    details = {key: soft_id(info, key) for key in _SHARED if soft_id(info, key)}
    return _Told(who=_side(event, "sender"), body=Said(attachments=(card,)), details=details)


def _called(event: Json, *, incoming: bool) -> _Told:
    """A call has ended; one nobody spoke in was missed."""
    talked = soft_id(event, "talk_time")
    seconds = int(talked) // 1000 if talked.isascii() and talked.isdigit() and len(talked) < 16 else 0  # noqa: PLR2004 - no call is that long
    call = soft_id(event, "call_id")
    body = Called(state="ended" if seconds else "missed", incoming=incoming, seconds=seconds, external_id=call)
    return _Told(who=id_of(event, "user_id"), body=body, seen=f"call/{call}" if call else "")


def _they_called(event: Json, _me: Self) -> _Told:
    return _called(event, incoming=True)


def _we_called(event: Json, _me: Self) -> _Told:
    return _called(event, incoming=False)


_Reader = Callable[[Json, Self], _Told | None]

_READERS: dict[str, _Reader] = {
    "user_seen_message": _seen,
    "user_received_message": _received,
    "user_reacted_message": _reacted,
    "user_asking_product": _asked,
    "shop_has_order": _ordered,
    "user_click_response_button": _answered,
    "user_feedback": _rated,
    "user_submit_info": _submitted,
    "user_withdraw": _withdrew,
    "user_call_oa": _they_called,
    "oa_call_user": _we_called,
    "widget_interaction_accepted": _accepted_widget,
    "follow": _followed,
    "unfollow": _unfollowed,
    _CLICK: _clicked_chat,
}
_OPENINGS: tuple[tuple[str, _Reader], ...] = (
    ("user_send_group_", _said_in_group),
    ("user_send_", _said),
    ("anonymous_send_", _said_unnamed),
    ("oa_send_group_", _echoed_in_group),
    ("oa_send_anonymous_", _echoed_unnamed),
    ("oa_send_", _echoed),
)
"""Messages, by how their names begin: what follows (text, image, gif …) the attachments tell better."""
