"""What WhatsApp tells of an account, a number or a template: restricted, flagged, paused, refused, and well again.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/account_update,
…/webhooks/reference/phone_number_quality_update, …/webhooks/reference/message_template_status_update
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct

from channels.fields import Json, objects, seconds_of, soft, soft_id, soft_object
from channels.meta import graph
from hub.model.alerts.alert import AlertKind
from hub.model.base import Value
from hub.model.channels.abilities import Warned
from hub.model.channels.ports import Inbound
from hub.model.errors import Unparseable
from hub.model.events.event import Unparsed
from hub.model.failure import Failure

FIELDS = ("account_update", "phone_number_quality_update", "message_template_status_update")
_NAMED = tuple(f'"{field}"'.encode() for field in FIELDS)
_STOPPED = frozenset({"ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"})
_BANS = {"DISABLE": AlertKind.RESTRICTED, "SCHEDULE_FOR_DISABLE": AlertKind.QUALITY}
_FLAGGED, _WELL = frozenset({"FLAGGED", "DOWNGRADE"}), frozenset({"UNFLAGGED", "UPGRADE"})
_REFUSED = frozenset({"REJECTED", "PAUSED", "DISABLED", "FLAGGED"})
_GOOD = frozenset({"APPROVED", "REINSTATED", "PENDING", "DELETED", "PENDING_DELETION", "ARCHIVED"})
"""Sent again, changed and looked at anew, or given up by the shop itself."""
_MEANS = {
    AlertKind.RESTRICTED: Failure.POLICY,
    AlertKind.QUALITY: Failure.QUALITY,
    AlertKind.TEMPLATE: Failure.TEMPLATE,
}


class Ours(Value, frozen=True):
    """One account, by the ids of its number and its business, and its number's digits; what is not known is empty."""

    number: str
    business: str = ""
    digits: str = ""


class _News(Struct, frozen=True):
    """What one change says, before it is known whose it is. `ends` in ms since 1970; `is_over`: all is well again."""

    kind: AlertKind
    code: str
    reason: str = ""
    about: str = ""
    ends: int = 0
    is_over: bool = False


def warned(request: Inbound, ours: Ours) -> tuple[Warned, ...]:
    """What a webhook tells of this account; nearly all tell nothing, so the body is read only where it names one of the fields."""
    if not any(name in request.body for name in _NAMED):
        return ()
    try:
        entries = graph.entries(request, "whatsapp_business_account")
    except Unparseable:
        return ()
    return tuple(one for entry in entries if not isinstance(entry, Unparsed) for one in _in(entry, ours))


def _in(entry: Json, ours: Ours) -> Iterator[Warned]:
    at = seconds_of(entry, "time")
    for change in objects(entry, "changes"):
        value, read = soft_object(change, "value"), _READERS.get(soft(change, "field"))
        recipient = _recipient(entry, value, ours)
        for news in read(value) if read else ():
            failure = None if news.is_over else _MEANS[news.kind]
            yield Warned(
                recipient=recipient, code=news.code, failure=failure, reason=news.reason, kind=news.kind, about=news.about, at=at,
                until=news.ends,
            )  # fmt: skip


def _recipient(entry: Json, value: Json, ours: Ours) -> str:
    """Our number's id where it is said of us or of our whole business; empty where that is not to be known."""
    digits = "".join(filter(str.isdigit, soft(value, "display_phone_number")))
    if digits and ours.digits:
        return ours.number if digits == ours.digits else digits
    business = soft_id(entry, "id")
    if ours.business and business:
        return ours.number if business == ours.business else business
    return ""


def _account(value: Json) -> Iterator[_News]:
    event = soft(value, "event")
    if event in _STOPPED:
        yield _News(AlertKind.RESTRICTED, event)
    elif event == "ACCOUNT_RECONNECTED":
        yield _News(AlertKind.RESTRICTED, event, is_over=True)
    elif event == "ACCOUNT_VIOLATION":
        yield _News(AlertKind.QUALITY, event, soft(soft_object(value, "violation_info"), "violation_type"))
    elif event == "ACCOUNT_RESTRICTION":
        yield from _restrictions(value)
    elif event == "DISABLED_UPDATE":
        state = soft(soft_object(value, "ban_info"), "waba_ban_state")
        if state == "REINSTATE":
            yield from (_News(kind, state, is_over=True) for kind in (AlertKind.RESTRICTED, AlertKind.QUALITY))
        elif state in _BANS:
            yield _News(_BANS[state], state)


def _restrictions(value: Json) -> Iterator[_News]:
    """Those that stop messages weigh more than those that stop new numbers."""
    found: dict[AlertKind, list[Json]] = {}
    for one in objects(value, "restriction_info"):
        stops = "MESSAGING" in soft(one, "restriction_type")
        found.setdefault(AlertKind.RESTRICTED if stops else AlertKind.QUALITY, []).append(one)
    for kind, several in found.items():
        what = ", ".join(soft(one, "restriction_type") for one in several)
        yield _News(kind, "ACCOUNT_RESTRICTION", what, ends=max(_instant(one, "expiration") for one in several))


def _number(value: Json) -> Iterator[_News]:
    event = soft(value, "event")
    if event in _FLAGGED | _WELL:
        yield _News(AlertKind.QUALITY, event, soft(value, "current_limit"), is_over=event in _WELL)


def _template(value: Json) -> Iterator[_News]:
    event, about = soft(value, "event"), soft_id(value, "message_template_id")
    if event in _REFUSED | _GOOD:
        name = f"{soft(value, 'message_template_name')} ({soft(value, 'message_template_language')})"
        why = soft(value, "reason")
        reason = f"{name}: {why}" if why not in {"", "NONE"} else name
        yield _News(AlertKind.TEMPLATE, event, reason, about=about, is_over=event in _GOOD)


_READERS: Mapping[str, Callable[[Json], Iterator[_News]]] = {
    "account_update": _account,
    "phone_number_quality_update": _number,
    "message_template_status_update": _template,
}


def _instant(of: Json, key: str) -> int:
    """A time in ISO 8601 or in seconds since 1970, in ms; 0 where it is neither."""
    try:
        told = datetime.fromisoformat(soft(of, key))
    except ValueError:
        return seconds_of(of, key)
    return int((told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp() * 1000)
