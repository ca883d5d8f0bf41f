"""What letters say, in the hub's words: words of a customer, a letter that came back, a complaint. Pure, never raises.

https://www.rfc-editor.org/rfc/rfc3464 (what came back), https://www.rfc-editor.org/rfc/rfc5965 (complaints),
https://www.rfc-editor.org/rfc/rfc3834 (machines' letters), https://www.rfc-editor.org/rfc/rfc8058 (one click leaves the list)
"""

import hashlib
import re
from email.message import Message

from channels.email.letter import Letter, ids, mailbox, matter
from channels.email.mime import headers_of
from channels.email.smtp_codes import failure_of
from channels.email.text import added, newest
from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Body, Incoming, OptedOut, Receipt, Said
from hub.model.messaging.message import Attachment, MediaKind
from hub.model.words import DeliveryState

WHOLE_CHARACTERS = 20_000
"""So much of a letter is kept besides its newest words."""

_CONVERSATION = re.compile(r"<(co[_-][0-9A-Za-z-]{8,60})\.")
_PLUS = re.compile(r"\+(co[_-][0-9A-Za-z-]{8,60})@")
_KINDS = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_FOR_GOOD = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])|\b5[0-5]\d\b(?! 5\.)")
_SENDS_BACK = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_ONLY_LATE = re.compile(r"delay|warning|trì hoãn|延遲|延迟", re.IGNORECASE)
_COPIED_ID = re.compile(r"^Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_LONE = re.compile(r"^\s*<?([^\s<>@]+@[^\s<>@:]+)>?:?\s*$", re.MULTILINE)


class Self(Value, frozen=True):
    """Whose letters these are: the account, and the address it writes from."""

    account: str
    address: str


def events_of_letter(letter: Letter, me: Self, *, source: Message | None = None, seen: str = "") -> list[Incoming]:
    """What one letter is: what became of ours, a complaint, a customer's words; nothing where it is our own that came round.

    `seen`: the id the provider gave it, where it has none of its own.
    """
    if source is not None:
        about = _report(source, me)
        about = _sent_back(letter, source, me) if about is None else about
        if about is not None:
            return about
    sender, name = letter.sender, letter.name
    if sender == me.address:
        # A form on the shop's page writes as the shop and names the customer as who is to be answered.
        if not letter.reply_to or letter.reply_to == me.address or letter.ours:
            return []
        sender, name = letter.reply_to, ""
    if letter.ours and letter.automatic:
        return []
    address = Address(channel="email", account=me.account, id=sender)
    files = letter.enclosed
    return [
        Incoming(
            address=address,
            body=_said(letter, name),
            dedupe_id=letter.message_id or seen or _mark(letter),
            at=letter.at,
            recipient=letter.recipient,
            details=_details(letter, sender),
            files=files,
        )
    ]


def _mark(letter: Letter) -> str:
    """What a letter without an id is known by, however often it is fetched."""
    told = "\n".join((letter.sender, str(letter.at), letter.subject, letter.text, *(file.sha256 for file in letter.enclosed)))
    return f"letter/{hashlib.sha256(told.encode(errors='replace')).hexdigest()[:32]}"


def attachment_of(content: bytes, *, name: str, mime: str, sha256: str) -> Attachment:
    """A file that came along, by the kind its type says."""
    kind = _KINDS.get(mime.partition("/")[0], MediaKind.CONTACT if mime in {"text/vcard", "text/x-vcard"} else MediaKind.FILE)
    return Attachment(kind=kind, file_id=sha256, filename=name, mime_type=mime, size=len(content), sha256=sha256)


def receipt(me: Self, to: str, *, ids_: tuple[str, ...], state: DeliveryState, code: str = "", reason: str = "", at: int = 0) -> Incoming:
    """What became of a letter of ours."""
    failed = state is DeliveryState.FAILED
    return Incoming(
        address=Address(channel="email", account=me.account, id=to),
        body=Receipt(
            external_ids=ids_,
            state=state,
            error_code=code if failed else "",
            reason=reason[:500] if failed else "",
            failure=failure_of(code) if failed else None,
        ),
        dedupe_id=f"{'/'.join(ids_)}/{state.value}",
        at=at,
    )


def _said(letter: Letter, name: str) -> Said:
    answered = (*letter.references, letter.in_reply_to)
    bears = " ".join(answered)
    found = _CONVERSATION.search(bears) or next(filter(None, (_PLUS.search(to) for to in letter.others)), None)
    quotes_only = bool(letter.enclosed) and not added(letter.text) and letter.newest == newest(letter.text)
    text = "" if quotes_only else letter.newest
    return Said(
        text=text,
        attachments=tuple(attachment_of(f.content, name=f.name, mime=f.mime_type, sha256=f.sha256) for f in letter.enclosed),
        external_id=letter.message_id,
        in_reply_to=letter.in_reply_to or next(reversed(letter.references), ""),
        name=name,
        mentioned=not letter.automatic,
        thread=next(iter(letter.references), "") or letter.in_reply_to,
        subject=matter(letter.subject),
        letter=True,
        whole=letter.text[:WHOLE_CHARACTERS] if letter.text != text else "",
        conversation=found[1] if found else "",
    )


def _details(letter: Letter, sender: str) -> dict[str, str]:
    told = {
        "subject": letter.subject,
        "html": letter.html[:WHOLE_CHARACTERS],
        "sender_proof": letter.proof,
        "reply_address": letter.reply_to if letter.reply_to != sender else "",
        "automatic": "yes" if letter.automatic else "",
    }
    return {key: value for key, value in told.items() if value}


def _report(source: Message, me: Self) -> list[Incoming] | None:
    """What a report says of a letter of ours; None where the letter is no report."""
    if source.get_content_type() != "multipart/report":
        return None
    kind = str(source.get_param("report-type", "") or "").lower()
    parts = [part for part in source.walk() if part is not source]
    original = _original(parts)
    if kind == "feedback-report" or any(part.get_content_type() == "message/feedback-report" for part in parts):
        to = mailbox(original.get("to", ""))[0]
        return [_complaint(me, to, ids(original.get("message-id", "")))] if to else []
    statuses = [each for part in parts if part.get_content_type() == "message/delivery-status" for each in _statuses(part)]
    if not statuses and kind != "delivery-status":
        return [] if kind == "disposition-notification" else None
    # Not every server returns the letter, or its headers; then the report answers it as a letter would.
    answered = ids(str(source.get("in-reply-to", ""))) or ids(str(source.get("references", "")))[-1:]
    found = ids(original.get("message-id", ""))[:1] or answered[:1]
    return [each for status in statuses if found and (each := _returned(status, found, me))]


def _sent_back(letter: Letter, source: Message, me: Self) -> list[Incoming] | None:
    """What an older server writes of a letter of ours that it could not deliver: in words, and with the letter; None for any other.

    https://cr.yp.to/proto/qsbmf.txt, https://www.exim.org/exim-html-current/doc/html/spec_html/ch-customizing_bounce_and_warning_messages.html
    """
    if not letter.automatic or not _SENDS_BACK.match(letter.sender) or _ONLY_LATE.search(letter.subject):
        return None
    original = _original(list(source.walk()))
    ours = ids(original.get("message-id", "")) or tuple(_COPIED_ID.findall(letter.text))
    about = [each for each in ours if each.endswith(f"@{me.address.rpartition('@')[2]}>")][:1]
    to = mailbox(headers_of(source).get("x-failed-recipients", "") or original.get("to", ""))[0] or _named(letter.text)
    if not about or not to:
        return None
    found = _FOR_GOOD.search(letter.text)
    return [receipt(me, to, ids_=(about[0],), state=DeliveryState.FAILED, code=found[0] if found else "", reason=letter.subject)]


def _named(text: str) -> str:
    """Whom such a letter names: the first address that stands alone in a line, in brackets or not."""
    found = _LONE.search(text)
    return mailbox(found[1])[0] if found else ""


def _complaint(me: Self, to: str, about: tuple[str, ...]) -> Incoming:
    gone: Body = OptedOut(reason="complaint", marketing=True)
    return Incoming(address=Address(channel="email", account=me.account, id=to), body=gone, dedupe_id=f"complaint/{'/'.join(about)}")


def _returned(status: dict[str, str], found: tuple[str, ...], me: Self) -> Incoming | None:
    """One recipient of a delivery status; a mere delay is no news."""
    to = mailbox(status.get("final-recipient", "").rpartition(";")[2] or status.get("original-recipient", "").rpartition(";")[2])[0]
    action = status.get("action", "").strip().lower()
    if not to or action not in {"failed", "delivered"}:
        return None
    code = status.get("status", "").strip().partition(" ")[0]
    code = code if _STATUS.fullmatch(code) else ""
    state = DeliveryState.FAILED if action == "failed" else DeliveryState.DELIVERED
    reason = status.get("diagnostic-code", "").partition(";")[2].strip()
    return receipt(me, to, ids_=found, state=state, code=code, reason=reason)


def _statuses(part: Message) -> list[dict[str, str]]:
    """The groups of fields, one a recipient; the first is of the letter."""
    inner = part.get_payload()
    return [headers_of(each) for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def _original(parts: list[Message]) -> dict[str, str]:
    """The headers of the letter a report is about."""
    for part in parts:
        inner = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
            return headers_of(inner[0])
        if part.get_content_type() == "text/rfc822-headers":
            from email import message_from_string

            return headers_of(message_from_string(str(inner)))
    return {}
