"""What one event of Messenger or Instagram says: the content of its element, by the name of the field that holds it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events,
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
"""

from collections.abc import Callable, Mapping

import msgspec

from channels.fields import FieldOdd, Json, id_of, number_of, objects, soft, soft_id, soft_object, text_of
from channels.meta.media import attachments, ordered, words_for
from hub.model.base import Value
from hub.model.events.event import Body, Called, Deleted, Echoed, Edited, Noted, OptedIn, OptedOut, Reacted, Receipt, Referred, Said
from hub.model.events.referral import Referral
from hub.model.words import DeliveryState

MARK = "omnihub:"
"""What the metadata of our own messages begins with; their echo bears it, and no other's."""

NO_CUSTOMERS = frozenset((
    "policy_enforcement", "business_integrity", "app_roles", "payment", "pre_checkout", "checkout_update", "appointment", "direct_send",
))  # fmt: skip
"""What Meta tells the Page itself, and what it has withdrawn (payments of the Send API)."""

_SECONDS_END = 100_000_000_000
"""Below this a time is told in seconds (till the year 5138), from here on in ms (since 1973)."""

_LATEST_MS = 1 << 50
_DIGITS_MOST = 19
_LONGEST_CALL = 86_400.0


class About(Value, frozen=True):
    """What stands around the content: its field, whom it is about, when (ms since 1970), our app's id."""

    kind: str
    customer: str
    at: int
    app_id: str = ""


class Read(Value, frozen=True):
    """What happened, on what to de-duplicate it, and what else was told."""

    body: Body
    seen: str
    details: dict[str, str] = {}


def moment(told: object) -> int:
    """A time in ms since 1970, told in ms or in seconds, as a number or a text; 0 where it is none."""
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) <= _DIGITS_MOST:
        told = int(told)
    if not isinstance(told, int) or isinstance(told, bool) or told <= 0:
        return 0
    found = told * 1000 if told < _SECONDS_END else told
    return found if found < _LATEST_MS else 0


def referral_of(told: Json) -> Referral | None:
    """Where somebody came from; None where nothing tells.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_referrals
    """
    if not told:
        return None
    context = soft_object(told, "ads_context_data")
    product = soft_id(soft_object(told, "product"), "id") or soft_id(context, "product_id")
    return Referral(
        ref=soft(told, "ref") or product,
        source=soft(told, "source") or ("PRODUCT" if product else ""),
        kind=soft(told, "type"),
        ad=soft_id(told, "ad_id"),
        headline=soft(context, "ad_title"),
        url=soft(told, "referer_uri") or soft(context, "photo_url") or soft(context, "video_url"),
    )


def _message(told: Json, about: About) -> Read:
    mid, pieces = id_of(told, "mid"), attachments(told)
    if told.get("is_deleted") is True:
        return Read(body=Deleted(target=mid), seen=f"delete/{mid}")
    text = text_of(told, "text")
    if told.get("is_echo") is True:
        return _echo(told, about, text)
    if not text and not pieces:
        raise FieldOdd("text")
    control = soft_object(told, "quick_reply")
    said = Said(
        text=text or words_for(pieces),
        attachments=pieces,
        payload=soft(control, "payload"),
        source="quick_reply" if control else "",
        external_id=mid,
        in_reply_to=soft_id(soft_object(told, "reply_to"), "mid"),
        referral=referral_of(soft_object(told, "referral")),
    )
    return Read(body=said, seen=mid, details=_details(told))


def _details(told: Json) -> dict[str, str]:
    """The story that is answered, the product asked about."""
    product = soft_id(soft_object(soft_object(told, "referral"), "product"), "id")
    story = soft_id(soft_object(soft_object(told, "reply_to"), "story"), "id")
    return {key: value for key, value in (("product_id", product), ("story_id", story)) if value}


def _echo(told: Json, about: About, text: str) -> Read:
    """Comes before the answer to our own call now and then, so it is known by the mark in it or by our app's id."""
    mid, app = id_of(told, "mid"), soft_id(told, "app_id")
    ours = soft(told, "metadata").startswith(MARK) or bool(app and app == about.app_id)
    return Read(body=Echoed(text=text, external_id=mid, attachments=attachments(told), ours=ours, app=app), seen=mid)


def _postback(told: Json, about: About) -> Read:
    """A button, the menu, an ice breaker or the start button; a conversation another app leads tells no payload."""
    mid = soft_id(told, "mid")
    said = Said(
        text=text_of(told, "title"),
        payload=text_of(told, "payload"),
        source="button",
        external_id=mid,
        referral=referral_of(soft_object(told, "referral")),
    )
    return Read(body=said, seen=mid or f"postback/{about.customer}/{about.at}/{said.payload[:64]}")


def _read(told: Json, about: About) -> Read:
    """Messenger tells up to which moment, Instagram the message seen last: what went before has been seen with it."""
    mid, watermark = soft_id(told, "mid"), moment(told.get("watermark")) or about.at
    if not mid and "watermark" not in told:
        raise FieldOdd("watermark")
    body = Receipt(external_ids=(mid,) if mid else (), state=DeliveryState.READ, watermark=watermark)
    return Read(body=body, seen=f"read/{about.customer}/{mid or watermark}")


def _delivered(told: Json, about: About) -> Read:
    mids = told.get("mids")
    ids = tuple(mid for mid in mids if isinstance(mid, str) and mid) if isinstance(mids, list) else ()
    watermark = moment(told.get("watermark"))
    if not ids and not watermark:
        raise FieldOdd("watermark")
    body = Receipt(external_ids=ids, state=DeliveryState.DELIVERED, watermark=watermark)
    return Read(body=body, seen=f"delivered/{about.customer}/{watermark}/{'/'.join(ids)}")


def _reaction(told: Json, about: About) -> Read:
    """Taking one back names no emoji."""
    target, removed = id_of(told, "mid"), soft(told, "action") == "unreact"
    emoji = soft(told, "emoji") or soft(told, "reaction")
    return Read(body=Reacted(target=target, emoji=emoji, removed=removed), seen=f"reaction/{target}/{about.at}/{removed}/{emoji}")


def _referral(told: Json, about: About) -> Read:
    return Read(body=Referred(referral=referral_of(told) or Referral()), seen=f"referral/{about.customer}/{about.at}")


def _optin(told: Json, about: About) -> Read:
    """Leave to write later: for a topic, once, or by a button on a page that only names itself.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messaging_optins
    """
    kind, seen = soft(told, "type"), f"optin/{about.customer}/{about.at}"
    if "STOP" in soft(told, "notification_messages_status"):
        return Read(body=OptedOut(reason="notification_messages", marketing=True), seen=seen)
    ref = soft(told, "ref")
    body = OptedIn(
        topic=soft(told, "title") or kind,
        token=soft(told, "notification_messages_token") or soft(told, "one_time_notif_token"),
        payload=soft(told, "payload"),
        until=moment(told.get("token_expiry_timestamp")),
        referral=Referral(ref=ref, source="PLUGIN") if ref else None,
    )
    return Read(body=body, seen=seen)


def _edited(told: Json, _about: About) -> Read:
    """An edit takes no words away: one that tells none is not understood, or the words before it would be lost by it."""
    mid, text = id_of(told, "mid"), text_of(told, "text")
    if not text:
        raise FieldOdd("text")
    return Read(body=Edited(target=mid, text=text), seen=f"edit/{mid}/{soft_id(told, 'num_edit')}")


def _noted(told: Json, about: About) -> Read:
    """A fact without consequence here: its state or whom it concerns."""
    told_of = (
        soft(told, "status"),
        soft(told, "response"),
        soft_id(told, "new_owner_app_id"),
        soft_id(told, "requested_owner_app_id"),
        soft(told, "feedback"),
    )
    details = {key: soft(told, key) for key in ("authorization_code", "metadata") if soft(told, key)}
    answers = ", ".join(answer for screen in objects(told, "feedback_screens") for answer in _answers(screen))
    body = Noted(name=about.kind, detail=next(filter(None, told_of), answers))
    return Read(body=body, seen=f"{about.kind}/{about.customer}/{about.at}", details=details)


def _answers(screen: Json) -> list[str]:
    """What was answered to the questions of a feedback form."""
    questions = soft_object(screen, "questions").values()
    return [soft_id(question, "payload") for question in questions if isinstance(question, dict)]


def _ordered(told: Json, about: About) -> Read:
    """A cart of the Page's shop, sent.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/send_cart
    """
    products = objects(told, "products")
    if not products:
        raise FieldOdd("products")
    said = Said(text=soft(told, "note"), attachments=tuple(map(ordered, products)))
    details = {"order": msgspec.json.encode(products).decode()}
    return Read(body=said, seen=f"order/{about.customer}/{about.at}", details=details)


def called(call: Json) -> Called:
    """A call rings, was taken or has ended; raises FieldOdd where it does not say which call.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/calling/webhooks
    """
    event, status, seconds = soft(call, "event"), soft(call, "status").lower(), number_of(call, "duration") or 0.0
    ended = status or ("completed" if seconds > 0 else "ended")
    state = {"connect": "ringing", "terminate": ended}.get(event, status or event)
    incoming = soft(call, "call_direction") != "business_initiated"
    return Called(state=state, incoming=incoming, seconds=int(max(0.0, min(seconds, _LONGEST_CALL))), external_id=id_of(call, "id"))


_NOTES = (
    "account_linking", "pass_thread_control", "take_thread_control", "request_thread_control", "response_feedback",
    "messaging_feedback", "messaging_customer_information", "game_play", "message_context", "call_permission_reply",
)  # fmt: skip
"""A conversation that another app has taken shows itself by what comes as `standby`."""

READERS: Mapping[str, Callable[[Json, About], Read]] = {
    "message": _message,
    "postback": _postback,
    "read": _read,
    "delivery": _delivered,
    "reaction": _reaction,
    "message_edit": _edited,
    "optin": _optin,
    "referral": _referral,
    "order": _ordered,
    **dict.fromkeys(_NOTES, _noted),
}
"""Who reads what, by the field of an element."""
