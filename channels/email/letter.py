"""A letter as the hub reads it, whoever brought it: raw MIME, or a provider's webhook."""

import email.utils
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from hub.model.base import Value
from hub.model.events.event import Enclosed

MOST_IDS = 50

OURS = "x-omnihub"
"""The header by which we know our own letters again."""

_ID = re.compile(r"<[^<>\s]{1,500}>")
_MAILBOX = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]{1,255}")
_MACHINES = re.compile(
    r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|auto-?reply|noreply\+.*|bounce\+.*|bounces\+.*)$", re.IGNORECASE
)
_AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:(?:auto(?:matic)?[ -]?(?:reply|response)|autoreply|out of (?:the )?office|trả lời tự động|thư trả lời tự động|vắng mặt"
    r"|自動回覆|自动回复|不在辦公室)\b|\[auto\])",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"^(?:\s*(?:re|fw|fwd|aw|sv|antw|tr|rv|trả lời|chuyển tiếp|回覆|回复|轉寄|转发|答复|答覆)(?:\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)


class Letter(Value, frozen=True):
    """One letter. `text`: all its words; `at`: ms since 1970, 0: not told; ids stand in angle brackets.

    `automatic`: a machine wrote it, so nobody answers; `proof`: pass, fail or none, what the receiving server found out about the
    sender (SPF, DKIM, DMARC); `recipient`: the address of ours it came to.
    """

    sender: str
    name: str = ""
    recipient: str = ""
    others: tuple[str, ...] = ()
    reply_to: str = ""
    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    at: int = 0
    text: str = ""
    newest: str = ""
    html: str = ""
    enclosed: tuple[Enclosed, ...] = ()
    automatic: bool = False
    proof: str = "none"
    ours: bool = False


Headers = Mapping[str, str]
"""A letter's headers by their names in lower case, decoded; of those that come several times the first, which the last server wrote."""


def headed(headers: Headers, sender: str, *, name: str = "") -> Letter:
    """A letter as far as its headers tell of it."""
    return Letter(
        sender=sender,
        name=name,
        reply_to=mailbox(headers.get("reply-to", ""))[0],
        subject=" ".join(headers.get("subject", "").split()),
        message_id=next(iter(ids(headers.get("message-id", ""))), ""),
        in_reply_to=next(iter(ids(headers.get("in-reply-to", ""))), ""),
        references=ids(headers.get("references", "")),
        at=moment(headers.get("date", "")),
        automatic=is_automatic(headers, sender),
        proof=proof_of(headers, sender),
        ours=OURS in headers,
    )


def mailbox(told: str) -> tuple[str, str]:
    """The first address of a header in lower case, and its name; both empty where there is none."""
    for name, address in _addresses(told):
        return address, name
    return "", ""


def mailboxes(told: str) -> tuple[str, ...]:
    """All addresses of a header."""
    return tuple(address for _, address in _addresses(told))


def ids(told: str) -> tuple[str, ...]:
    """The message ids of a header, the newest last."""
    return tuple(dict.fromkeys(_ID.findall(told)))[-MOST_IDS:]


def moment(told: str) -> int:
    """A `Date` header in ms since 1970; 0 where it is none."""
    try:
        when = parsedate_to_datetime(told)
        return max(0, int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000))
    except (ValueError, TypeError, OverflowError, IndexError, OSError):
        return 0


def matter(subject: str) -> str:
    """The subject without what answers and forwardings put before it."""
    return _AGAIN.sub("", subject).strip()


def is_automatic(headers: Headers, sender: str) -> bool:
    """Whether a machine wrote it, by RFC 3834 and by what mail programs write besides: such a letter is never answered."""
    local = sender.partition("@")[0]
    return (
        headers.get("auto-submitted", "no").strip().lower().partition(";")[0].strip() not in {"no", ""}
        or headers.get("precedence", "").strip().lower() in {"bulk", "junk", "list", "auto_reply"}
        or headers.get("return-path", "-").strip() == "<>"
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "x-auto-reply", "list-id", "list-unsubscribe", "feedback-id"))
        or headers.get("x-auto-response-suppress", "").strip().lower() == "all"
        or headers.get("x-failed-recipients", "") != ""
        or _MACHINES.match(local) is not None
        or _AUTOMATIC_SUBJECT.match(headers.get("subject", "")) is not None
    )


def proof_of(headers: Headers, sender: str) -> str:
    """What the receiving server found out about the sender's domain: pass, fail or none.

    Only the topmost `Authentication-Results` counts (RFC 8601 §5): those below came with the letter and may be invented.
    """
    told = headers.get("authentication-results", "").lower()
    domain = sender.rpartition("@")[2]
    if found := re.search(r"\bdmarc\s*=\s*(\w+)", told):
        return {"pass": "pass", "fail": "fail"}.get(found[1], "none")
    for method, field in (("dkim", r"header\.(?:d|i)\s*=\s*@?([\w.-]+)"), ("spf", r"smtp\.mailfrom\s*=\s*(?:[^\s;@]*@)?([\w.-]+)")):
        for result in re.finditer(rf"\b{method}\s*=\s*(\w+)([^;]*)", told):
            who = re.search(field, result[2])
            if result[1] == "pass" and who and _aligned(who[1], domain):
                return "pass"
    return "fail" if re.search(r"\b(?:spf|dkim)\s*=\s*fail", told) else "none"


def enclosed(content: bytes, name: str, mime_type: str) -> Enclosed:
    """A file that came along, named by what is in it."""
    mime = mime_type.partition(";")[0].strip().lower() or "application/octet-stream"
    return Enclosed(content=content, name=_file_name(name), mime_type=mime, sha256=hashlib.sha256(content).hexdigest())


def _addresses(told: str) -> Iterable[tuple[str, str]]:
    try:
        found = _parsed_addresses(told[:10_000])
    except (ValueError, IndexError, TypeError):
        return
    for name, address in found:
        if _MAILBOX.fullmatch(address):
            yield name.strip(), address.lower()


def _parsed_addresses(told: str) -> list[tuple[str, str]]:
    """Leniently, where the library knows strictness at all (Python 3.11 up to its eleventh does not)."""
    if getattr(email.utils, "supports_strict_parsing", False):
        return email.utils.getaddresses([told], strict=False)
    return email.utils.getaddresses([told])


def _aligned(who: str, domain: str) -> bool:
    return bool(domain) and (who == domain or domain.endswith(f".{who}") or who.endswith(f".{domain}"))


def _file_name(told: str) -> str:
    """The name alone, without a way to it and without what no screen shows."""
    name = re.split(r"[\\/]", told)[-1]
    return "".join(c for c in name if c.isprintable())[:200].strip()
