"""A message as a letter: text with simple HTML beside it, threaded, with the headers that machines and mail programs go by. Pure."""

import html
import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from channels.email import unsubscribe
from channels.email.hooks import METADATA
from channels.email.letter import OURS, ids, mailbox, matter
from hub.model.base import Value
from hub.model.channels.ports import Call, File
from hub.model.errors import Rejected
from hub.model.failure import Failure
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Button, Message
from hub.model.words import Origin, Purpose

SEND = "send"

_SUBJECT_CHARACTERS = 78
"""https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1"""

_ID_SAFE = re.compile(r"[^0-9A-Za-z_-]")
_URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_LEAVE = "Unsubscribe · Hủy nhận tin · 取消訂閱"

_POLICY = SMTP.clone(cte_type="7bit")
"""Seven bits everywhere: not every server on the way takes eight."""


class From(Value, frozen=True):
    """Who writes: `address` with its `name`; `subject`: of a letter nobody gave one; `hook_url` and `key` make the links that leave."""

    address: str
    name: str = ""
    subject: str = ""
    hook_url: str = ""
    key: bytes = b""
    plus: str = ""

    def __repr__(self) -> str:
        """The key never reaches a log."""
        return f"From({self.address!r})"


def calls_of(delivery: Delivery) -> list[Call]:
    """One letter, its files not yet read; raises Rejected where the address is none."""
    to, _ = mailbox(delivery.address.id)
    if not to:
        raise Rejected("the address is no e-mail address", failure=Failure.RECIPIENT)
    return [Call(method=SEND, params={"to": to, "message": delivery.message})]


def message_id(delivery: Delivery, me: From) -> str:
    """Our id of the letter, the same however often it is tried; it bears the conversation's, by which answers find back."""
    # Words too long to stand under files make a letter of their own, and the files another.
    part_of = "files" if delivery.message.attachments and not delivery.message.text else ""
    parts = (_ID_SAFE.sub("-", part) for part in (delivery.conversation, delivery.id, part_of) if part)
    return f"<{'.'.join(parts)}@{me.address.rpartition('@')[2]}>"


def letter(delivery: Delivery, me: From, files: tuple[File, ...], links: tuple[Attachment, ...] = ()) -> bytes:
    """The letter as it goes on the wire; `links`: attachments that could only be named by their address."""
    message = delivery.message
    mail = EmailMessage(policy=_POLICY)
    for name, value in _headers(delivery, me).items():
        if value:
            mail[name] = " ".join(value.split())
    leave = _leave_link(delivery, me)
    mail.set_content(_text(message, links, leave))
    mail.add_alternative(_html(message, links, leave), subtype="html")
    for file in files:
        main, _, sub = file.mime_type.partition("/")
        mail.add_attachment(
            file.content, maintype=main or "application", subtype=sub or "octet-stream", filename=_one_line(file.name) or "file"
        )
    return mail.as_bytes()


def _headers(delivery: Delivery, me: From) -> dict[str, str]:
    own = message_id(delivery, me)
    answered = next(iter(ids(delivery.message.reply_to)), "")
    conversation = _ID_SAFE.sub("-", delivery.conversation)
    domain = me.address.rpartition("@")[2]
    root = f"<{conversation}.root@{domain}>" if conversation else ""
    told = {
        "From": formataddr((_one_line(me.name), me.address)),
        "To": delivery.address.id,
        "Subject": _subject(delivery.message, me),
        "Date": format_datetime(datetime.fromtimestamp(max(delivery.created, 1) / 1000, UTC)),
        "Message-ID": own,
        "In-Reply-To": answered,
        # A root of the conversation's own keeps its letters together where the customer's programs go by References.
        "References": " ".join(filter(None, (root, answered))),
        "Reply-To": f"{me.address.rpartition('@')[0]}+{conversation}@{domain}" if me.plus and conversation else "",
        "Auto-Submitted": _automatic(delivery),
        "X-Auto-Response-Suppress": "OOF, AutoReply" if delivery.origin is not Origin.AGENT else "",
        OURS.title(): delivery.id,
        "X-PM-KeepID": "true",
        f"X-PM-Metadata-{METADATA}": own,
        "Precedence": "bulk" if delivery.purpose is Purpose.MARKETING else "",
    }
    return told | _leaving(delivery, me)


def _automatic(delivery: Delivery) -> str:
    """RFC 3834 §5: what a machine says, and whether somebody had written."""
    if delivery.origin is Origin.AGENT:
        return ""
    return "auto-replied" if delivery.purpose is Purpose.REPLY else "auto-generated"


def _leaving(delivery: Delivery, me: From) -> dict[str, str]:
    if delivery.purpose is not Purpose.MARKETING:
        return {}
    by_mail = f"<mailto:{me.address}?subject=unsubscribe>"
    leave = _leave_link(delivery, me)
    if not leave:
        return {"List-Unsubscribe": by_mail}
    return {"List-Unsubscribe": f"<{leave}>, {by_mail}", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _leave_link(delivery: Delivery, me: From) -> str:
    if delivery.purpose is not Purpose.MARKETING or not me.hook_url:
        return ""
    return unsubscribe.link(me.hook_url, delivery.address.id, key=me.key)


def _subject(message: Message, me: From) -> str:
    """As given; an answer says so; else the shop's usual one, else how the text begins."""
    given = _one_line(message.subject)
    if given and message.reply_to:
        return f"Re: {matter(given)}"
    first = _one_line(next(iter(message.text.strip().split("\n")), ""))
    short = first if len(first) <= _SUBJECT_CHARACTERS else first[: _SUBJECT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    return given or _one_line(me.subject) or short


def _text(message: Message, links: tuple[Attachment, ...], leave: str) -> str:
    lines = [message.text, *(f"{button.title}: {_address(button)}" for button in message.buttons)]
    lines += [f"{piece.name or piece.filename or piece.kind.value}: {piece.url}" for piece in links]
    lines += [f"--\n{_LEAVE}: {leave}"] if leave else []
    return "\n\n".join(filter(None, lines)) + "\n"


def _html(message: Message, links: tuple[Attachment, ...], leave: str) -> str:
    parts = [f"<p>{_linked(part)}</p>" for part in re.split(r"\n\s*\n", message.text.strip()) if part]
    parts += [f'<p><a href="{html.escape(_address(button))}">{html.escape(button.title)}</a></p>' for button in message.buttons]
    parts += [f'<p><a href="{html.escape(p.url)}">{html.escape(p.name or p.filename or p.kind.value)}</a></p>' for p in links]
    parts += [f'<hr><p><small><a href="{html.escape(leave)}">{_LEAVE}</a></small></p>'] if leave else []
    return f'<!doctype html><html><head><meta charset="utf-8"></head><body>{"".join(parts)}</body></html>\n'


def _linked(text: str) -> str:
    """Plain text as HTML: nothing in it is markup, addresses can be pressed, lines stay lines."""
    out, last = [], 0
    for found in _URL.finditer(text):
        url = html.escape(found[0])
        out += [html.escape(text[last : found.start()]), f'<a href="{url}">{url}</a>']
        last = found.end()
    return "".join((*out, html.escape(text[last:]))).replace("\n", "<br>\n")


def _address(button: Button) -> str:
    return f"tel:{button.value}" if button.kind == "call" else button.value


def _one_line(text: str) -> str:
    return " ".join(text.split())
