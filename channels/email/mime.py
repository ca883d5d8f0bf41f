"""A raw letter (RFC 5322, MIME) read with the standard library: tolerant of every malformed part. Pure.

The library's newer policy raises on malformed headers of several kinds, so headers are taken raw and decoded here.
"""

import email
import email.errors
import re
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message

from msgspec.structs import replace

from channels.email.letter import Letter, enclosed, headed, mailbox, mailboxes
from channels.email.text import decoded, flowed, newest, text_of_html
from hub.model.errors import Unparseable

_MOST_PARTS = 200
_FOLD = re.compile(r"\r?\n[ \t]*")
_TEXTS = frozenset(("text/plain", "text/html"))
_MAILBOXES = frozenset(("from", "sender", "reply-to", "to", "cc", "delivered-to"))
_SPECIAL = re.compile(r'[,;:<>@()"\\]')
_SPECIAL_QUOTE = re.compile(r'["\\]+')
"""What parts addresses, and in a name that was encoded parts nothing."""
_REPORTS = frozenset(("message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers"))
SIGNATURES = frozenset(("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"))
"""Seals that mail programs check: nobody reads them."""


def read(raw: bytes) -> tuple[Letter, Message]:
    """The letter, and what it was read from; raises Unparseable for what is none (no sender at all)."""
    try:
        message = email.message_from_bytes(raw)
        parts = list(_parts(message))
    except (email.errors.MessageError, RecursionError, ValueError, LookupError, AssertionError, TypeError) as error:
        raise Unparseable(f"not a letter ({type(error).__name__})") from None
    headers = headers_of(message)
    sender, name = mailbox(headers.get("from", "") or headers.get("sender", ""))
    if not sender:
        raise Unparseable(f"a letter from nobody: {', '.join(sorted(headers)[:20])}")
    return _letter(headers, sender, name, parts), message


def headers_of(message: Message) -> dict[str, str]:
    """The headers by name in lower case, decoded; the first of those that come several times."""
    found: dict[str, str] = {}
    for name, value in message.raw_items():
        key = str(name).lower()
        found.setdefault(key, _header(str(value), quotes=_SPECIAL if key in _MAILBOXES else None))
    return found


def _letter(headers: dict[str, str], sender: str, name: str, parts: list[Message]) -> Letter:
    plain, html, files = _contents(parts)
    text = plain or text_of_html(html)
    to = (*mailboxes(headers.get("delivered-to", "")), *mailboxes(headers.get("to", "")), *mailboxes(headers.get("cc", "")))
    known = headed(headers, sender, name=name)
    return replace(
        known,
        recipient=next(iter(mailboxes(headers.get("to", "")) or to), ""),
        others=tuple(dict.fromkeys(to)),
        message_id=known.message_id or headers.get("message-id", "").strip()[:500],
        text=text,
        newest=newest(text),
        html=html,
        enclosed=tuple(files),
    )


def _parts(message: Message) -> Iterator[Message]:
    """The leaves, in order; a forwarded letter within is one leaf."""
    waiting = [message]
    count = 0
    while waiting and count < _MOST_PARTS:
        part = waiting.pop(0)
        count += 1
        inner = part.get_payload()
        if part.is_multipart() and part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting = [each for each in inner if isinstance(each, Message)] + waiting
        else:
            yield part


def _contents(parts: list[Message]) -> tuple[str, str, list]:  # type: ignore[type-arg]
    plain: list[str] = []
    html: list[str] = []
    files = []
    for part in parts:
        kind = part.get_content_type()
        name = _name(part)
        is_file = (_disposition(part) == "attachment") or (bool(name) and kind not in _TEXTS)
        if kind in _TEXTS and not is_file:
            text = _text(part)
            (plain if kind == "text/plain" else html).append(text)
        elif kind not in _REPORTS | SIGNATURES:
            files.append(enclosed(_bytes(part), name or _usual_name(kind), kind))
    return "\n\n".join(filter(str.strip, plain)), "\n".join(filter(str.strip, html)), [file for file in files if file.content]


def _text(part: Message) -> str:
    text = decoded(_bytes(part), str(part.get_param("charset", "") or ""))
    if str(part.get_param("format", "") or "").lower() == "flowed" and part.get_content_type() == "text/plain":
        return flowed(text, joins_words=str(part.get_param("delsp", "") or "").lower() == "yes")
    return text


def _bytes(part: Message) -> bytes:
    """What is in a part; a forwarded letter as it is written, a broken transfer encoding as far as it goes."""
    try:
        if part.is_multipart():
            inner = part.get_payload()
            return b"".join(each.as_bytes() for each in inner if isinstance(each, Message)) if isinstance(inner, list) else b""
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return b""
    return content if isinstance(content, bytes) else b""


def _name(part: Message) -> str:
    try:
        return _header(part.get_filename("") or "")
    except (ValueError, LookupError, TypeError, IndexError):
        return ""


def _disposition(part: Message) -> str:
    try:
        return part.get_content_disposition() or ""
    except (ValueError, LookupError, TypeError, IndexError, AttributeError):
        return ""


def _usual_name(kind: str) -> str:
    return {"message/rfc822": "letter.eml", "text/calendar": "invitation.ics"}.get(kind, kind.replace("/", "."))


def _header(raw: str, *, quotes: re.Pattern[str] | None = None) -> str:
    """A header in words: encoded words decoded (those with signs that `quotes` finds in quotation marks), stray bytes read as UTF-8."""
    text = _FOLD.sub(" ", raw)
    if not text.isascii():
        text = decoded(text.encode("utf-8", "surrogateescape"), "utf-8")
    if "=?" not in text:
        return text.replace("\x00", "").strip()
    try:
        pieces = decode_header(text)
    except (email.errors.HeaderParseError, ValueError, LookupError, IndexError):
        return text
    told = (piece if isinstance(piece, str) else decoded(piece, charset or "utf-8") for piece, charset in pieces)
    words = [
        f'"{_SPECIAL_QUOTE.sub(" ", word)}"' if quotes and charset and quotes.search(word) else word
        for word, (_, charset) in zip(told, pieces, strict=True)
    ]
    return "".join(words).replace("\x00", "").replace("\n", " ").strip()
