"""From calls of the Segment spec to what happens to a customer: who, what, when. Pure; a wrong call is a refusal that names the field."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from msgspec import Struct, ValidationError, convert, json
from msgspec.structs import replace

from hub.model.address import Address, shop_address
from hub.model.errors import Unparseable
from hub.model.events.commerce import CART_EVENTS, GA4, ORDER_EVENTS, read
from hub.model.events.event import Identified, Incoming, Tracked
from hub.model.webchat.chat import KIND as WEB_CHAT
from hub.web.http.problems import Refusal, refusal
from hub.web.tracking.shapes import EventCall, EventContext, IdentifyCall, TrackCall

CALL_BYTES = 32 * 1024
TRAIT_LENGTH = 500
_SESSION = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KINDS: Mapping[str, type[TrackCall | IdentifyCall]] = {"track": TrackCall, "identify": IdentifyCall}


class Sender(Struct, frozen=True, kw_only=True):
    """Who calls: the shop's server, or a page with its session's address. `account`: the web chat's."""

    account: str
    session: Address | None = None

    @property
    def source(self) -> str:
        """As events name it."""
        return "browser" if self.session else "server"


def incoming(call: TrackCall | IdentifyCall, sender: Sender, *, received: int, sent_at: str | None = None) -> tuple[Incoming, ...]:
    """What a call puts into mailboxes; raises a Refusal that names the field."""
    address, user = _who(call, sender)
    at = _at(call, received=received, sent_at=sent_at)
    found = [_told(call, sender, address=address, user=user, at=at)]
    if sender.session is None and call.user_id and call.anonymous_id and _SESSION.fullmatch(call.anonymous_id):
        # Both in one call of the shop's own server: the session and its customer are one.
        session = Address(channel=WEB_CHAT, account=sender.account, id=call.anonymous_id)
        body = Identified(user=call.user_id, message_id=call.message_id or "", source=sender.source)
        found.insert(0, _made(session, body, key=f"{call.message_id}/session" if call.message_id else "", at=at))
    return tuple(found)


def call_of(element: Mapping[str, Any], *, shared: EventContext) -> TrackCall | IdentifyCall:
    """One element of a batch in its type; raises a Refusal that names the field."""
    kind = _KINDS.get(str(element.get("type", "")))
    if kind is None:
        raise wrong("Name the call's type: track or identify.", "$.type")
    if len(storable(element)) > CALL_BYTES:
        raise wrong(f"A call may have {CALL_BYTES} bytes.", "$")
    try:
        call = convert(element, kind)
    except ValidationError as error:
        raise refused_by(error) from error
    return call if call.context.session or not shared.session else _sharing(call, shared)


def storable(value: object) -> bytes:
    """As JSON; raises a Refusal for what JSON can write and no store can keep."""
    try:
        return json.encode(value)
    except (UnicodeError, OverflowError) as error:
        raise wrong("Half a character in a text, or a number of more than 64 bits, cannot be kept.", "$") from error


def refused_by(error: ValidationError) -> Refusal:
    """The refusal of what does not fit its type, by msgspec's words, which name fields and types but no values."""
    sentence, _, place = str(error).partition(" - at `")
    return wrong(f"The call is not right: {sentence[:1].lower()}{sentence[1:]}.", place.rstrip("`"))


def wrong(detail: str, field: str) -> Refusal:
    """A 400 that names the field."""
    return refusal(HTTPStatus.BAD_REQUEST, detail, field=field)


def _who(call: EventCall, sender: Sender) -> tuple[Address, str]:
    """Whose event it is. A page is its session and nobody else."""
    if sender.session is not None:
        if call.user_id:
            detail = "A page cannot say who its visitor is: sign them in at the widget, or tell it from your server."
            raise refusal(HTTPStatus.FORBIDDEN, detail, field="$.userId")
        return sender.session, ""
    if call.user_id:
        return shop_address(call.user_id), call.user_id
    if call.anonymous_id and _SESSION.fullmatch(call.anonymous_id):
        return Address(channel=WEB_CHAT, account=sender.account, id=call.anonymous_id), ""
    if call.anonymous_id:
        # No session of ours: known apart from all users, and nowhere to send to.
        return shop_address(f"anonymous:{call.anonymous_id}"), ""
    raise wrong("Say who it is: userId, or the anonymousId that the widget told you.", "$.userId")


def _told(call: TrackCall | IdentifyCall, sender: Sender, *, address: Address, user: str, at: int) -> Incoming:
    key = call.message_id or ""
    if isinstance(call, IdentifyCall):
        device = {"locale": call.context.locale, "timezone": call.context.timezone}
        traits = {**{name: value for name, value in device.items() if value}, **_traits(call.traits)}
        return _made(address, Identified(user=user, traits=traits, message_id=key, source=sender.source), key=key, at=at)
    name = GA4.get(call.event, call.event)
    properties = json.encode(_spec_names(call.properties) if name != call.event else call.properties)
    if name in CART_EVENTS | ORDER_EVENTS:
        try:
            read(properties)
        except Unparseable as error:
            sentence, _, place = str(error).partition(" - at `")
            raise wrong(f"The properties are not right: {sentence}.", place.rstrip("`").replace("$", "$.properties", 1)) from error
    context = {"time_zone": call.context.timezone, "locale": call.context.locale, "page": call.context.page.url}
    kept = {key: value for key, value in context.items() if value}
    body = Tracked(name=name, properties=properties, context=kept, message_id=key, source=sender.source)
    return _made(address, body, key=key, at=at)


def _made(address: Address, body: Tracked | Identified, *, key: str, at: int) -> Incoming:
    return Incoming(address=address, body=body, dedupe_id=f"{address.id}:v1:{key}" if key else "", at=at)


def _traits(given: Mapping[str, Any]) -> dict[str, str]:
    """Traits as texts; what is a list or an object of the shop's own is left out."""
    plain = {name[:60]: value for name, value in given.items() if isinstance(value, str | int | float | bool)}
    return {name: (str(value).lower() if isinstance(value, bool) else str(value))[:TRAIT_LENGTH] for name, value in plain.items()}


def _at(call: EventCall, *, received: int, sent_at: str | None) -> int:
    """When it happened, by our clock: `received - (sentAt - timestamp)`; never later than received."""
    told = _instant(call.timestamp, "$.timestamp")
    if told is None:
        return received
    sent = _instant(call.sent_at, "$.sentAt") or _instant(sent_at, "$.sentAt") or received
    return max(0, min(received, received - (sent - told)))


def _instant(text: str | None, field: str) -> int | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise wrong("This is no instant: write it like 2026-11-22T10:00:00.000Z.", field) from error


def _spec_names(properties: Mapping[str, Any]) -> dict[str, Any]:
    """GA4's names of things → the Segment spec's."""
    named = {"transaction_id": "order_id", "items": "products"}
    found = {named.get(key, key): value for key, value in properties.items()}
    products = found.get("products")
    if isinstance(products, list):
        found["products"] = [_spec_item(one) if isinstance(one, dict) else one for one in products]
        if len(products) == 1 and isinstance(found["products"][0], dict):
            found = {**found["products"][0], **found}
    return found


def _spec_item(item: Mapping[str, Any]) -> dict[str, Any]:
    named = {"item_id": "product_id", "item_name": "name", "item_variant": "variant"}
    return {named.get(key, key): value for key, value in item.items()}


def _sharing(call: TrackCall | IdentifyCall, shared: EventContext) -> TrackCall | IdentifyCall:
    return replace(call, context=replace(call.context, session=shared.session))
