"""What Twilio's forms say, in the hub's words: pure, and tolerant of all it does not know.

Incoming messages: https://www.twilio.com/docs/messaging/guides/webhook-request
Status callbacks: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
Both come to one address; new fields come without notice, so only those named here are read.
"""

import math
from collections.abc import Mapping
from urllib.parse import parse_qs

from msgspec.structs import replace

from channels.twilio.errors import failure_of
from channels.twilio.render import WHATSAPP
from channels.whatsapp_cloud.people import valid
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Body, Incoming, OptedIn, OptedOut, Receipt, Said, Unparsed
from hub.model.events.referral import Referral
from hub.model.failure import Failure
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.words import DeliveryState

CALLBACK_KEY = "uuid"
"""The field of a status callback's address that bears our own id of the delivery."""

MOST_MEDIA = 10
"""https://www.twilio.com/docs/messaging/guides/webhook-request#media-related-parameters"""

_FIELDS_TOLD = 40
_STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "partially_delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}
"""https://www.twilio.com/docs/messaging/api/message-resource#message-status-values"""

_ON_THE_WAY = frozenset(("accepted", "scheduled", "queued", "sending"))
"""Before it left Twilio: nothing that the answer to our call has not said."""

_COMING = frozenset(("receiving", "received"))
_VCARDS = frozenset(("text/vcard", "text/x-vcard", "text/directory"))
_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
_PREFIX = "whatsapp:"
_RICH = ("whatsapp:", "rcs:")
_CONTROLS = ("ButtonText", "ButtonPayload", "ListId", "ListTitle", "FlowData", "InteractiveData")
"""Fields of what is pressed; a plain SMS has nothing to press, whatever its form says.

https://www.twilio.com/docs/messaging/guides/webhook-request#whatsapp-specific-parameters
"""

Form = Mapping[str, str]


class Self(Value, frozen=True):
    """Which account of which channel a form came to."""

    channel: str
    account: str


def parse_form(form: Form, me: Self, *, query: str = "") -> list[Incoming | Unparsed]:
    """The event of one form: none where it is known and not for us, one Unparsed where it is not understood. Never raises.

    `query`: of the address the form came to; a status callback's bears our id.
    """
    sid = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid", "")
    status = (form.get("MessageStatus") or form.get("SmsStatus", "")).lower()
    if not sid:
        return [Unparsed(fields=_names(form), reason="no MessageSid: neither a message nor what became of one")]
    if status and status not in _COMING and ("MessageStatus" in form or not form.get("From")):
        return _status(form, me, sid=sid, status=status, query=query)
    if not form.get("From"):
        return [Unparsed(fields=_names(form), reason="a message from nobody: From is missing")]
    return [_message(form, me, sid)]


def bare(address: str) -> str:
    """Who it is, as the hub calls them: a number as it is told, on WhatsApp its digits alone (or the user id) as everywhere there."""
    if address.startswith(_PREFIX):
        return address.removeprefix(_PREFIX).removeprefix("+")
    return address


def _address(told: str, me: Self) -> Address:
    """The customer's address; a WhatsApp number is its digits, with a prefix or without."""
    id_ = bare(told)
    return Address(channel=me.channel, account=me.account, id=id_.removeprefix("+") if me.channel == WHATSAPP else id_)


def _message(form: Form, me: Self, sid: str) -> Incoming:
    address = _address(form["From"], me)
    # What is no id of WhatsApp's would tie strangers together.
    others = [valid(bare(form.get(name, ""))) for name in ("ExternalUserId", "WaId", "ParentExternalUserId")]
    return Incoming(
        address=address,
        body=_body(form if _presses(form, me) else {name: told for name, told in form.items() if name not in _CONTROLS}, sid),
        dedupe_id=sid,
        aliases=tuple(dict.fromkeys(other for other in others if other and other != address.id)),
        recipient=bare(form.get("To", "")),
        details=_details(form),
    )


def _presses(form: Form, me: Self) -> bool:
    return me.channel == WHATSAPP or form["From"].startswith(_RICH)


def _body(form: Form, sid: str) -> Body:
    match form.get("OptOutType", "").upper():
        case "STOP":
            return OptedOut(reason=form.get("Body", "") or "STOP", external_id=sid)
        case "START":
            return OptedIn(name=form.get("ProfileName", ""), payload=form.get("Body", ""))
    source, payload = _pressed(form)
    return Said(
        # What was pressed is what the customer saw; the body beside it is the same words, or none.
        text=form.get("ButtonText") or form.get("ListTitle") or form.get("Body", ""),
        attachments=(*_media(form), *_place(form)),
        payload=payload,
        external_id=sid,
        in_reply_to=form.get("OriginalRepliedMessageSid", ""),
        name=form.get("ProfileName", ""),
        source=source,
        referral=_referral(form),
    )


def _pressed(form: Form) -> tuple[str, str]:
    """Which control was pressed and what it carries; nothing where the customer typed."""
    if payload := form.get("ButtonPayload") or form.get("ButtonText", ""):
        return "button", payload
    if payload := form.get("ListId", ""):
        return "list", payload
    if payload := form.get("FlowData") or form.get("InteractiveData", ""):
        return "flow", payload
    return "", ""


def _media(form: Form) -> list[Attachment]:
    """NumMedia may be missing or wrong: what is there counts."""
    found = []
    for n in range(MOST_MEDIA):
        if url := form.get(f"MediaUrl{n}", ""):
            mime = form.get(f"MediaContentType{n}", "")
            found.append(Attachment(kind=_kind(mime, form), url=url, mime_type=mime))
    return found


def _kind(mime: str, form: Form) -> MediaKind:
    if not mime:
        return MediaKind.UNKNOWN
    if form.get("MessageType", "") == "sticker":
        return MediaKind.STICKER
    bare_mime = mime.partition(";")[0].strip().lower()
    if bare_mime in _VCARDS:
        return MediaKind.CONTACT
    return _KINDS.get(bare_mime.partition("/")[0], MediaKind.FILE)


def _place(form: Form) -> list[Attachment]:
    latitude, longitude = _degrees(form.get("Latitude", ""), 90), _degrees(form.get("Longitude", ""), 180)
    if latitude is None or longitude is None:
        return []
    place = Attachment(
        kind=MediaKind.LOCATION,
        latitude=latitude,
        longitude=longitude,
        name=form.get("Label", ""),
        address=form.get("Address", ""),
    )
    return [place]


def _degrees(told: str, most: int) -> float | None:
    try:
        degrees = float(told)
    except ValueError:
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= most else None


def _referral(form: Form) -> Referral | None:
    """The advertisement the message came by; other fields than its id or click adorn it."""
    if not (form.get("ReferralSourceId") or form.get("ReferralCtwaClid") or form.get("ReferralSourceUrl")):
        return None
    return Referral(
        source="ads" if form.get("ReferralSourceType", "") in {"", "ad"} else form["ReferralSourceType"],
        kind=form.get("ReferralSourceType", ""),
        ad=form.get("ReferralSourceId", ""),
        click=form.get("ReferralCtwaClid", ""),
        headline=form.get("ReferralHeadline", ""),
        url=form.get("ReferralSourceUrl", ""),
    )


def _details(form: Form) -> dict[str, str]:
    told = {
        "num_segments": form.get("NumSegments", ""),
        "messaging_service_sid": form.get("MessagingServiceSid", ""),
        "country": form.get("FromCountry", ""),
        "forwarded": form.get("Forwarded", "").replace("false", ""),
    }
    return {key: value for key, value in told.items() if value}


def _status(form: Form, me: Self, *, sid: str, status: str, query: str) -> list[Incoming | Unparsed]:
    """What became of a message. The order in which these come says nothing; the hub's states only climb."""
    if status in _ON_THE_WAY:
        return []
    if status not in _STATES:
        return [Unparsed(fields=_names(form), reason="a status nobody knows")]
    failed = _STATES[status] is DeliveryState.FAILED
    code = form.get("ErrorCode", "").strip()
    code = "" if code == "0" else code
    receipt = Receipt(
        external_ids=(sid,),
        state=_STATES[status],
        error_code=code if failed else "",
        reason=(form.get("ChannelStatusMessage") or form.get("ErrorMessage", "")) if failed else "",
        failure=failure_of(code) if failed else None,
    )
    ours = parse_qs(query).get(CALLBACK_KEY, [""])[0]
    details = {"provider_status": status, **({"callback_uuid": ours} if ours else {})}
    to = form.get("To") or form.get("ChannelToAddress", "")
    told = Incoming(
        address=_address(to, me), body=receipt, dedupe_id=f"{sid}/{status}", recipient=bare(form.get("From", "")), details=details
    )
    return [told, *_stopped(told, receipt)]


def _stopped(told: Incoming, receipt: Receipt) -> list[Incoming]:
    """That the customer wants to hear no more is told by the failure of what was sent to them, and nowhere else."""
    if receipt.failure not in {Failure.STOPPED, Failure.MARKETING_STOPPED} or not told.address.id:
        return []
    gone = OptedOut(reason=receipt.reason, marketing=receipt.failure is Failure.MARKETING_STOPPED)
    return [replace(told, body=gone, dedupe_id=f"{told.dedupe_id}/stop")]


def _names(form: Form) -> tuple[str, ...]:
    """The names of the form's fields, never a value."""
    return tuple(name[:64] for name in form)[:_FIELDS_TOLD]
