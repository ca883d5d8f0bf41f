"""What a webhook of WhatsApp's says, in the hub's words: pure, and tolerant of all it does not know.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

import hashlib
from collections.abc import Callable, Iterator

import msgspec

from channels.fields import FieldOdd, Json, names, objects, seconds_of, soft, soft_id, soft_object
from channels.whatsapp_cloud.people import Person, person, person_of_receipt, person_written_to
from channels.whatsapp_cloud.receipts import receipt
from channels.whatsapp_cloud.said import Spoken, edited, moved, spoken, told_by_us
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Body, Called, Echoed, Incoming, OptedIn, OptedOut, Unparsed

NAME = "whatsapp_cloud"

NOT_FOR_US = frozenset({
    "account_alerts", "account_offboarded", "account_reconnected", "account_review_update", "account_settings_update", "account_update",
    "automatic_events", "business_capability_update", "business_status_update", "business_username_update", "consumer_profile", "flows",
    "group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update", "history",
    "message_template_components_update", "message_template_quality_update", "message_template_status_update", "messaging_handovers",
    "partner_solutions", "payment_configuration_update", "phone_number_name_update", "phone_number_quality_update", "security",
    "smb_app_state_sync", "standby", "template_category_update", "template_correct_category_detection", "tracking_events",
})  # fmt: skip
"""Fields about the account, its templates and its history with the app: no customer's doing. `look` asks how the account stands.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview#fields
"""


class Number(Value, frozen=True):
    """Which account we are, by its name here and by its number's id there."""

    account: str
    phone_number_id: str = ""


class _Change(Value, frozen=True):
    """One change of an entry: the number it happened to, and whom WhatsApp introduces with it."""

    us: Number
    value: Json
    recipient: str
    business: str
    contacts: tuple[Json, ...]

    def incoming(self, who: Person, body: Body, *, seen: str, at: int, details: dict[str, str] | None = None) -> Incoming:
        """An event of this change."""
        address = Address(channel=NAME, account=self.us.account, id=who.place or who.id)
        return Incoming(
            address=address, body=body, dedupe_id=seen, at=at, aliases=who.aliases, recipient=self.recipient, details=details or {}
        )


def parse_entry(entry: Json, us: Number) -> Iterator[Incoming | Unparsed]:
    """The events of one entry; what is not understood in it is Unparsed and spares the rest. Never raises."""
    changes = entry.get("changes")
    if not isinstance(changes, list):
        yield Unparsed(fields=names(entry), reason="field changes is not a list")
        return
    for change in changes:
        # Gateways that pass Meta's webhooks on leave the field out; what it would say is seen in the value.
        field, value = (change.get("field", "messages"), change.get("value")) if isinstance(change, dict) else (None, None)
        if isinstance(field, str) and field in NOT_FOR_US:
            continue
        if not isinstance(field, str) or field not in _FIELDS or not isinstance(value, dict):
            yield Unparsed(fields=names(change), reason=f"no field that is known: {str(field)[:40]}")
            continue
        yield from _change(value, us, _FIELDS[field])


_Reader = Callable[[_Change, Json], Iterator[Incoming | Unparsed]]


def _change(value: Json, us: Number, lists: dict[str, _Reader]) -> Iterator[Incoming | Unparsed]:
    metadata = soft_object(value, "metadata")
    change = _Change(
        us=us,
        value=value,
        recipient=soft_id(metadata, "phone_number_id"),
        business=soft_id(metadata, "display_phone_number"),
        contacts=tuple(objects(value, "contacts")),
    )
    known = False
    for key, read in lists.items():
        if key not in value:
            continue
        known = True
        yield from _elements(change, value[key], key, read)
    if not known:
        yield Unparsed(fields=names(value), reason=f"none of {', '.join(lists)}")


def _elements(change: _Change, found: object, key: str, read: _Reader) -> Iterator[Incoming | Unparsed]:
    if not isinstance(found, list):
        yield Unparsed(fields=(key,), reason=f"field {key} is not a list")
        return
    for element in found:
        if not isinstance(element, dict):
            yield Unparsed(fields=(key,), reason=f"an element of {key} is an object")
            continue
        try:
            yield from list(read(change, element))
        except FieldOdd as odd:
            yield Unparsed(fields=names(element), reason=f"field {odd.args[0]} is missing or not of its type")


def _message(change: _Change, message: Json) -> Iterator[Incoming]:
    at = seconds_of(message, "timestamp")
    if not at and soft_id(message, "timestamp"):
        # It decides on the window and the order: a time that is none is not taken for now.
        raise FieldOdd("timestamp")
    if change_of_id := moved(message):
        # Nobody need have sent it: where no phone number can be told, the earlier id is all that says whose it is.
        who = Person(id=change_of_id.previous)
        yield change.incoming(who, change_of_id, seen=_seen(message, who), at=at)
        return
    who = person(message, change.contacts)
    found: Spoken = spoken(message, who, change.business)
    yield change.incoming(who, found.body, seen=_seen(message, who), at=at, details=found.details)


def _status(change: _Change, status: Json) -> Iterator[Incoming]:
    if soft(status, "type") == "call":
        yield from _call_status(change, status)
        return
    found = receipt(status)
    if found is None:
        return
    who = person_of_receipt(status, change.contacts)
    at = seconds_of(status, "timestamp")
    seen = f"{found.external_ids[0]}/{soft(status, 'status')}"
    if participant := soft_id(status, "recipient_participant_id") or soft_id(status, "recipient_participant_user_id"):
        seen += f"/{participant}"
    yield change.incoming(who, found, seen=seen, at=at, details=_about_receipt(status, who))
    if found.error_code == "131050":
        yield change.incoming(who, OptedOut(reason=found.reason, marketing=True), seen=f"{seen}/stop", at=at)


def _about_receipt(status: Json, who: Person) -> dict[str, str]:
    """What a receipt tells beside: whose it is under WhatsApp's name for it, the conversation's free hours, the kind of price."""
    conversation = soft_object(status, "conversation")
    told = {
        "recipient_id": who.id,
        "callback_uuid": soft(status, "biz_opaque_callback_data"),
        "conversation_id": soft(conversation, "id"),
        "conversation_origin": soft(soft_object(conversation, "origin"), "type"),
        "conversation_until": soft_id(conversation, "expiration_timestamp"),
        "pricing_type": soft(soft_object(status, "pricing"), "type"),
    }
    return {key: value for key, value in told.items() if value}


def _account_error(_change: _Change, error: Json) -> Iterator[Unparsed]:
    """WhatsApp tells of a trouble that belongs to no message: kept and counted where an admin sees it."""
    yield Unparsed(fields=names(error), reason=f"WhatsApp reports error {soft_id(error, 'code')} of the account")


def _echo(change: _Change, echo: Json) -> Iterator[Incoming]:
    """A person at the shop wrote in WhatsApp's own app (coexistence)."""
    who = person_written_to(echo, change.contacts)
    at = seconds_of(echo, "timestamp")
    external_id = soft_id(echo, "id")
    if again := edited(echo):
        yield change.incoming(who, again, seen=_seen(echo, who), at=at)
        return
    text, pieces = told_by_us(echo)
    body = Echoed(text=text, external_id=external_id, attachments=pieces, app="whatsapp_business")
    yield change.incoming(who, body, seen=_seen(echo, who), at=at)


_CALL_STATES = {"connect": "ringing", "COMPLETED": "completed", "FAILED": "failed", "REJECTED": "rejected"}


def _call(change: _Change, call: Json) -> Iterator[Incoming]:
    """A call rings or has ended.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/calling/reference
    """
    incoming = soft(call, "direction") != "BUSINESS_INITIATED"
    who = person(call, change.contacts) if incoming else person_written_to(call, change.contacts)
    event, seconds = soft(call, "event"), call.get("duration")
    told = call.get("status")
    ended = str(told[0]) if isinstance(told, list) and told else soft(call, "status")
    state = _CALL_STATES.get(event) or _CALL_STATES.get(ended, "ended")
    seconds = seconds if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 1 << 31 else 0
    if event == "terminate" and incoming and not seconds and "start_time" not in call:
        state = "missed"
    body = Called(state=state, incoming=incoming, seconds=seconds, external_id=soft_id(call, "id"))
    yield change.incoming(who, body, seen=f"{body.external_id}/{event}", at=seconds_of(call, "timestamp"))


def _call_status(change: _Change, status: Json) -> Iterator[Incoming]:
    """How a call of ours fares at the customer's: RINGING, ACCEPTED, REJECTED."""
    who = person_of_receipt(status, change.contacts)
    body = Called(state=soft(status, "status").lower(), incoming=False, external_id=soft_id(status, "id"))
    yield change.incoming(who, body, seen=f"{body.external_id}/{body.state}", at=seconds_of(status, "timestamp"))


def _preference(change: _Change, wish: Json) -> Iterator[Incoming | Unparsed]:
    """A customer stops or resumes advertisements in WhatsApp's own settings."""
    ids = {"from": "wa_id", "from_user_id": "user_id", "from_parent_user_id": "parent_user_id"}
    who = person({ours: wish.get(theirs) for ours, theirs in ids.items()}, change.contacts)
    value, at = soft(wish, "value"), seconds_of(wish, "timestamp")
    seen = f"{who.id}/{soft(wish, 'category')}/{value}/{at}"
    match value:
        case "stop":
            yield change.incoming(who, OptedOut(reason=soft(wish, "detail"), marketing=True), seen=seen, at=at)
        case "resume":
            yield change.incoming(who, OptedIn(topic="marketing", name=who.name), seen=seen, at=at)
        case _:
            raise FieldOdd("value")


_FIELDS: dict[str, dict[str, _Reader]] = {
    "messages": {"messages": _message, "statuses": _status, "errors": _account_error},
    "smb_message_echoes": {"message_echoes": _echo},
    "message_echoes": {"message_echoes": _echo},
    "calls": {"calls": _call, "statuses": _call_status, "errors": _account_error},
    "user_preferences": {"user_preferences": _preference},
}
"""By field, which lists of its value we read, and how."""


def _seen(message: Json, who: Person) -> str:
    """The message's id; one without any is known by its whole content, so that two of them are never taken for one."""
    if told := soft_id(message, "id"):
        return told
    digest = hashlib.sha256(msgspec.json.encode(message)).hexdigest()
    return f"{who.id}/{digest[:32]}"
