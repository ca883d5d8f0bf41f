"""Letters and what became of ours, as mail services tell them. Pure.

Postmark: https://postmarkapp.com/developer/webhooks/webhooks-overview
Mailgun: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks, …/receive-forward-store/routes
"""

import base64
import binascii
import email
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import Message
from urllib.parse import parse_qsl

import msgspec

from channels.email.letter import enclosed, headed, ids, mailbox, mailboxes
from channels.email.mime import SIGNATURES, read
from channels.email.parse import Self, events_of_letter, receipt
from channels.email.smtp_codes import ENHANCED
from channels.email.text import newest, text_of_html
from channels.fields import object_in
from hub.model.address import Address
from hub.model.channels.ports import Inbound
from hub.model.errors import BadSignature, Unparseable
from hub.model.events.event import Body, Enclosed, Incoming, OptedIn, OptedOut, Receipt, Unparsed
from hub.model.failure import Failure
from hub.model.words import DeliveryState

OLDEST_SECONDS = 12 * 3600
"""Mailgun comes again for eight hours with what was not taken: https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhooks"""

METADATA = "omnihub"
"""Under this name our own id of a letter travels with it through a service that gives it another."""

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_DECODER = msgspec.json.Decoder()

Json = Mapping[str, object]
Events = list[Incoming | Unparsed]


# --- Postmark ---


def check_basic(request: Inbound, user_and_password: str) -> None:
    """Raise BadSignature unless the request bears that user and password, `user:password` (RFC 7617)."""
    told = request.headers.get("authorization", "")
    if not told:
        raise BadSignature("the user and password are missing", code="missing_signature")
    wanted = b"Basic " + base64.b64encode(user_and_password.encode())
    if not hmac.compare_digest(told.encode(errors="replace"), wanted):
        raise BadSignature("the user or the password is wrong")


def postmark(body: bytes, me: Self) -> Events:
    """The events of one Postmark webhook; raises Unparseable for a body that is no JSON object."""
    told = object_in(body)
    kind = _text(told, "RecordType")
    if "FromFull" in told or kind == "Inbound":
        return [*_postmark_letter(told, me)]
    if raw := _text(told, "RawEmail"):
        letter, source = read(raw.encode("utf-8", "surrogateescape"))
        return [*events_of_letter(letter, me, source=source, seen=_text(told, "MessageID"))]
    if kind in _POSTMARK:
        return _POSTMARK[kind](told, me)
    return [Unparsed(fields=_names(told), reason="no RecordType that is known")]


def _postmark_letter(told: Json, me: Self) -> Events:
    headers = {name.lower(): value for name, value in reversed(_pairs(told.get("Headers"), "Name", "Value"))}
    headers |= {"subject": _text(told, "Subject"), "reply-to": _text(told, "ReplyTo"), "date": _text(told, "Date")}
    who = told.get("FromFull")
    sender, name = mailbox(_text(who, "Email") if isinstance(who, dict) else _text(told, "From"))
    if not sender:
        return [Unparsed(fields=_names(told), reason="a letter from nobody")]
    plain, html = _text(told, "TextBody"), _text(told, "HtmlBody")
    text = plain or text_of_html(html)
    letter = msgspec.structs.replace(
        headed(headers, sender, name=(_text(who, "Name") if isinstance(who, dict) else "") or name),
        message_id=next(iter(ids(headers.get("message-id", ""))), _text(told, "MessageID")),
        recipient=_text(told, "OriginalRecipient").lower() or next(iter(mailboxes(_text(told, "To"))), ""),
        others=mailboxes(", ".join((_text(told, "OriginalRecipient"), _text(told, "To"), _text(told, "Cc")))),
        text=text,
        newest=_text(told, "StrippedTextReply").strip() or newest(text),
        html=html,
        enclosed=tuple(_postmark_files(told.get("Attachments"))),
    )
    return [*events_of_letter(letter, me, seen=_text(told, "MessageID"))]


def _postmark_files(told: object) -> list[Enclosed]:
    found = []
    for each in told if isinstance(told, list) else ():
        if isinstance(each, dict):
            try:
                content = base64.b64decode(_text(each, "Content"))
            except (binascii.Error, ValueError):
                continue
            found.append(enclosed(content, _text(each, "Name"), _text(each, "ContentType")))
    return [file for file in found if file.content and file.mime_type not in SIGNATURES]


def _came(state: DeliveryState, at: str) -> Callable[[Json, Self], Events]:
    def told_of(told: Json, me: Self) -> Events:
        to = _text(told, "Recipient") or _text(told, "Email")
        return [receipt(me, to.lower(), ids_=_postmark_ids(told), state=state, at=_iso(_text(told, at)))] if to else []

    return told_of


def _bounced(told: Json, me: Self) -> Events:
    """https://postmarkapp.com/developer/api/bounce-api#bounce-types ."""
    kind, to = _text(told, "Type"), _text(told, "Email").lower()
    failure = _BOUNCES.get(kind, Failure.REJECTED)
    if failure is None or not to:
        return []
    if failure is Failure.STOPPED:
        return [_gone(to, me, reason=kind, seen=_text(told, "MessageID"))]
    about = receipt(
        me, to, ids_=_postmark_ids(told), state=DeliveryState.FAILED, reason=_text(told, "Details"), at=_iso(_text(told, "BouncedAt"))
    )
    body = msgspec.structs.replace(about.body, error_code=kind, failure=failure)
    events: Events = [msgspec.structs.replace(about, body=body)]
    return [*events, _gone(to, me, reason="bounce", seen=_text(told, "MessageID"))] if failure is Failure.RECIPIENT else events


def _subscription(told: Json, me: Self) -> Events:
    to, seen = _text(told, "Recipient").lower(), f"{_text(told, 'MessageID')}/{_text(told, 'ChangedAt')}"
    if not to:
        return [Unparsed(fields=_names(told), reason="a change of nobody's subscription")]
    if told.get("SuppressSending") is False:
        address = Address(channel="email", account=me.account, id=to)
        return [Incoming(address=address, body=OptedIn(), dedupe_id=f"optin/{seen}", at=_iso(_text(told, "ChangedAt")))]
    return [_gone(to, me, reason=_text(told, "SuppressionReason") or "unsubscribed", seen=seen, at=_iso(_text(told, "ChangedAt")))]


def _complained(told: Json, me: Self) -> Events:
    to = _text(told, "Email").lower()
    return [_gone(to, me, reason="complaint", seen=_text(told, "MessageID"), at=_iso(_text(told, "BouncedAt")))] if to else []


_POSTMARK: Mapping[str, Callable[[Json, Self], Events]] = {
    "Delivery": _came(DeliveryState.DELIVERED, "DeliveredAt"),
    "Open": _came(DeliveryState.READ, "ReceivedAt"),
    "Click": _came(DeliveryState.READ, "ReceivedAt"),
    "Bounce": _bounced,
    "SpamComplaint": _complained,
    "SubscriptionChange": _subscription,
}
_BOUNCES: Mapping[str, Failure | None] = {
    "HardBounce": Failure.RECIPIENT, "BadEmailAddress": Failure.RECIPIENT, "SoftBounce": Failure.CONNECTION, "DnsError": Failure.CONNECTION,
    "Blocked": Failure.POLICY, "SpamNotification": Failure.POLICY, "VirusNotification": Failure.POLICY, "DMARCPolicy": Failure.POLICY,
    "ManuallyDeactivated": Failure.STOPPED, "Unsubscribe": Failure.STOPPED, "SpamComplaint": Failure.STOPPED,
    "SMTPApiError": Failure.INVALID, "Transient": None, "AutoResponder": None, "AddressChange": None, "ChallengeVerification": None,
    "OpenRelayTest": None, "Subscribe": None, "TemplateRenderingFailed": Failure.TEMPLATE,
}  # fmt: skip
"""None: no news of the letter (it will be tried again, or a machine answered)."""


def _postmark_ids(told: Json) -> tuple[str, ...]:
    metadata = told.get("Metadata")
    own = _text(metadata, METADATA) if isinstance(metadata, dict) else ""
    return tuple(filter(None, (_text(told, "MessageID"), own)))


# --- Mailgun ---


def check_mailgun(request: Inbound, key: str, *, now: int) -> None:
    """Raise BadSignature unless timestamp and token are signed with `key`, hex HMAC-SHA256; `now` in ms since 1970.

    https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
    """
    try:
        told = _mailgun_fields(request)
    except Unparseable as error:
        raise BadSignature(str(error)) from None
    inner = told.get("signature")
    signed: Json = inner if isinstance(inner, dict) else told
    timestamp, token, signature = (_text(signed, name) for name in ("timestamp", "token", "signature"))
    if not signature:
        raise BadSignature("the signature is missing", code="missing_signature")
    wanted = hmac.digest(key.encode(), f"{timestamp}{token}".encode(errors="replace"), hashlib.sha256).hex()
    if not hmac.compare_digest(signature.encode(errors="replace"), wanted.encode()):
        raise BadSignature("the signature is not Mailgun's")
    if not timestamp.isdigit() or abs(now / 1000 - int(timestamp[:15])) > OLDEST_SECONDS:
        raise BadSignature("the request is too old", code="stale_timestamp")


def mailgun(request: Inbound, me: Self) -> Events:
    """The events of one Mailgun webhook: what became of a letter (JSON), or a letter (a form). Raises Unparseable."""
    told = _mailgun_fields(request)
    about = told.get("event-data")
    if isinstance(about, dict):
        return _mailgun_event(about, me)
    if raw := told.get("body-mime"):
        letter, source = read(raw if isinstance(raw, bytes) else str(raw).encode("utf-8", "surrogateescape"))
        return [*events_of_letter(letter, me, source=source)]
    return _mailgun_letter(told, me)


def _mailgun_letter(told: Json, me: Self) -> Events:
    headers = _mailgun_headers(told)
    sender, name = mailbox(headers.get("from", "") or _text(told, "from") or _text(told, "sender"))
    if not sender:
        return [Unparsed(fields=_names(told), reason="a letter from nobody")]
    text = _text(told, "body-plain") or text_of_html(_text(told, "body-html"))
    letter = msgspec.structs.replace(
        headed(headers, sender, name=name),
        recipient=_text(told, "recipient").lower(),
        others=mailboxes(", ".join((_text(told, "recipient"), headers.get("to", "")))),
        text=text,
        newest=_text(told, "stripped-text").strip() or newest(text),
        html=_text(told, "body-html"),
        enclosed=tuple(file for file in told.values() if isinstance(file, Enclosed)),
    )
    return [*events_of_letter(letter, me, seen=_text(told, "token"))]


def _mailgun_headers(told: Json) -> dict[str, str]:
    try:
        pairs = _DECODER.decode(_text(told, "message-headers") or "[]")
    except (ValueError, RecursionError):
        pairs = []
    fitting = [pair for pair in pairs if isinstance(pair, list) and len(pair) == len(("name", "value"))] if isinstance(pairs, list) else []
    named = {str(name).lower(): str(value) for name, value in reversed(fitting)}
    told_apart = {"subject": _text(told, "subject"), "message-id": _text(told, "Message-Id")}
    return {**{name: value for name, value in told_apart.items() if value}, **named}


def _mailgun_event(about: Json, me: Self) -> Events:
    to, kind = _text(about, "recipient").lower(), _text(about, "event")
    at, seen = _seconds(about.get("timestamp")), _text(about, "id")
    if not to or not kind:
        return [Unparsed(fields=_names(about), reason="an event of nobody's letter")]
    match kind:
        case "accepted" | "stored":
            return []
        case "unsubscribed" | "complained":
            return [_gone(to, me, reason="complaint" if kind == "complained" else kind, seen=seen, at=at)]
        case "failed" if _text(about, "severity") == "temporary":
            return []
        case "delivered" | "opened" | "clicked" | "failed" | "rejected":
            return _mailgun_state(about, me, to=to, state=_MAILGUN[kind])
    return [Unparsed(fields=_names(about), reason="no event that is known")]


def _mailgun_state(about: Json, me: Self, *, to: str, state: DeliveryState) -> Events:
    inner, message = about.get("delivery-status"), about.get("message")
    status: Json = inner if isinstance(inner, dict) else {}
    refused = about.get("reject")
    words = _text(refused, "reason") if isinstance(refused, dict) else ""
    headers = message.get("headers") if isinstance(message, dict) else None
    own = _text(headers, "message-id").strip("<>") if isinstance(headers, dict) else ""
    said = ENHANCED.match(_text(status, "message"))
    code = _text(status, "enhanced-code") or (said[0] if said else "") or _text(status, "code")
    reason = _text(status, "message") or _text(status, "description") or words or _text(about, "reason")
    known = (f"<{own}>",) if own else ()
    event = receipt(me, to, ids_=known, state=state, code=code, reason=reason, at=_seconds(about.get("timestamp")))
    if (why := _SUPPRESSED.get(_text(about, "reason"))) and isinstance(event.body, Receipt):
        event = msgspec.structs.replace(event, body=msgspec.structs.replace(event.body, failure=why))
    hard = state is DeliveryState.FAILED and getattr(event.body, "failure", None) is Failure.RECIPIENT
    return [event, _gone(to, me, reason="bounce", seen=_text(about, "id"))] if hard else [event]


_SUPPRESSED: Mapping[str, Failure] = {
    "suppress-bounce": Failure.RECIPIENT,
    "suppress-complaint": Failure.MARKETING_STOPPED,
    "suppress-unsubscribe": Failure.MARKETING_STOPPED,
}
"""What Mailgun does not even try: https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages"""

_MAILGUN = {
    "delivered": DeliveryState.DELIVERED,
    "opened": DeliveryState.READ,
    "clicked": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
    "rejected": DeliveryState.FAILED,
}


def _mailgun_fields(request: Inbound) -> dict[str, object]:
    """What the request says: JSON, a form, or a form with files."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        try:
            return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000))
        except ValueError as error:
            raise Unparseable(f"not a form ({type(error).__name__})") from None
    if kind == _MULTIPART:
        return _multipart(request)
    return dict(object_in(request.body))


def _multipart(request: Inbound) -> dict[str, object]:
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode("utf-8", "replace")
    try:
        parts = email.message_from_bytes(head + request.body).get_payload()
    except (ValueError, LookupError, RecursionError, AssertionError, TypeError) as error:
        raise Unparseable(f"not a form ({type(error).__name__})") from None
    found: dict[str, object] = {}
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Message):
            name = str(part.get_param("name", "", header="content-disposition") or "")
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and name:
                file = part.get_filename()
                found[name] = enclosed(content, file, part.get_content_type()) if file else content.decode("utf-8", "replace")
    return found


# --- both ---


def _gone(to: str, me: Self, *, reason: str, seen: str, at: int = 0) -> Incoming:
    """No advertisements any more; answers to what they write still."""
    body: Body = OptedOut(reason=reason, marketing=True)
    return Incoming(address=Address(channel="email", account=me.account, id=to), body=body, dedupe_id=f"optout/{seen}/{reason}", at=at)


def _text(told: Json, key: str) -> str:
    value = told.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _pairs(told: object, name: str, value: str) -> list[tuple[str, str]]:
    return [(_text(each, name), _text(each, value)) for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _iso(told: str) -> int:
    try:
        when = datetime.fromisoformat(told)
        return max(0, int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000))
    except (ValueError, OverflowError, OSError):
        return 0


def _seconds(told: object) -> int:
    try:
        return max(0, int(float(told) * 1000)) if isinstance(told, int | float) and 0 < told < 1 << 40 else 0
    except (ValueError, OverflowError):
        return 0


def _names(told: Json) -> tuple[str, ...]:
    return tuple(str(name)[:64] for name in told)[:40]
