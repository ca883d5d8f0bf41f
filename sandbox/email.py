"""A stand-in for a mail service: takes letters by SMTP, brings them and what became of ours as Postmark does.

https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

import base64
import time
from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Desk, json_answer
from sandbox.email_smtp import MailServer
from sandbox.faults import FaultKind
from sandbox.shown import Act, Blocked, Bubble, Came, Followed, Phone, Webhook, Wrote
from sandbox.stand_in import StandIn

_DOMAIN = "mail.sandbox"


class MailService:
    """One mail account: `address` is the shop's, which signs in with `password`; `basic_auth` (user:password) proves webhooks."""

    kind = "email"
    title = "E-mail"

    def __init__(self, *, address: str, password: str, basic_auth: str) -> None:
        self.address = address
        self._password = password
        self._authorization = "Basic " + base64.b64encode(basic_auth.encode()).decode()
        self._desk: Desk | None = None
        self._mail: MailServer | None = None

    async def open(self, desk: Desk, host: str) -> None:
        """Take letters on a port that `desk.told` names as `smtp_port`."""
        self._mail = MailServer(desk, user=self.address, password=self._password)
        desk.told["smtp_port"] = str(await self._mail.start(0, host))

    async def close(self) -> None:
        """Hang up."""
        if self._mail:
            await self._mail.stop()

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """None: letters come by SMTP."""
        self._desk = desk
        return []

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """Nobody calls it over HTTP."""
        return json_answer({"ErrorCode": status, "Message": words}, status, **({"Retry-After": str(retry_after)} if retry_after else {}))

    def webhooks(self, act: Act) -> list[Webhook]:
        """What Postmark tells of an act; it knows nothing of reactions."""
        match act:
            case Wrote(phone=phone, bubble=bubble):
                return [self._webhook(self._letter(phone, bubble))]
            case Followed(phone=phone, ref=ref):
                return [self._webhook(self._letter(phone, Bubble(n=0, text=ref or "Hello", external_id=f"start{time.time_ns()}")))]
            case Came(phone=phone, bubble=bubble, state=state, code=code):
                told = _became(phone, bubble, state, code)
                return [self._webhook(told)] if told else []
            case Blocked(phone=phone):
                gone = {"RecordType": "SubscriptionChange", "Recipient": phone.id, "SuppressSending": True, "Origin": "Recipient"}
                return [self._webhook({**gone, "SuppressionReason": "ManualSuppression", "ChangedAt": _now(), "MessageID": "none"})]
        return []

    def _letter(self, phone: Phone, bubble: Bubble) -> dict[str, object]:
        """A letter of the customer's: an answer to the last one that came, unless it has a subject of its own."""
        ours = [each for each in phone.bubbles if not each.mine]
        answered = ours[-1] if ours and not bubble.header else None
        subject = bubble.header or (f"Re: {answered.header.removeprefix('Re: ')}" if answered else (bubble.text[:40] or "Hello"))
        headers = {"Message-ID": f"<{bubble.external_id}@{_DOMAIN}>"}
        if answered:
            headers |= {"In-Reply-To": answered.external_id, "References": answered.external_id}
        quoted = "\n".join(f"> {line}" for line in answered.text.split("\n")) if answered else ""
        text = f"{bubble.text}\n\nOn Mon, 2 Nov 2026 at 09:00, Shop <{self.address}> wrote:\n{quoted}\n" if answered else bubble.text
        return {
            "FromFull": {"Email": phone.id, "Name": phone.name if phone.name != phone.id else "", "MailboxHash": ""},
            "To": self.address, "OriginalRecipient": self.address, "Cc": "", "ReplyTo": "", "Subject": subject,
            "MessageID": f"pm-{bubble.external_id}", "Date": format_datetime(datetime.now(UTC)), "TextBody": text, "HtmlBody": "",
            "StrippedTextReply": "", "Tag": "", "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            "Attachments": [self._attached(media.url, media.name, media.mime_type) for media in bubble.media],
        }  # fmt: skip

    def _attached(self, url: str, name: str, mime: str) -> dict[str, object]:
        content, known = self._desk.media.get(url.rpartition("/")[2], (b"", mime)) if self._desk else (b"", mime)
        body = base64.b64encode(content).decode()
        return {"Name": name or "file", "Content": body, "ContentType": mime or known, "ContentLength": len(content), "ContentID": ""}

    def _webhook(self, told: dict[str, object]) -> Webhook:
        headers = {"Content-Type": "application/json", "Authorization": self._authorization}
        return Webhook(body=msgspec.json.encode(told), headers=headers)


class EmailStandIn:
    """A mail service on ports of its own: `base_url` is where letters go, `desk` holds the rest."""

    kind = MailService.kind

    def __init__(self, *, address: str, password: str, basic_auth: str, receipts: str = "delivered") -> None:
        self._front = StandIn(MailService(address=address, password=password, basic_auth=basic_auth), receipts=receipts)
        self.desk = self._front.desk

    @property
    def base_url(self) -> str:
        """Where its mail server is."""
        return f"smtp://127.0.0.1:{self.desk.told['smtp_port']}"

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; `port` is the door's."""
        await self._front.start(port, host)

    async def stop(self) -> None:
        """Close all it holds."""
        await self._front.stop()

    def fault(self, kind: FaultKind, **what: object) -> None:
        """Set a fault; the names are Fault's. The method is `send`, the chat the recipient."""
        self.desk.fault(kind, **what)

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and text of every letter that was taken, in order."""
        return self.desk.taken()


def _became(phone: Phone, bubble: Bubble, state: str, code: str) -> dict[str, object]:
    about: dict[str, object] = {"MessageID": f"pm-{bubble.external_id}", "Metadata": {"omnihub": bubble.external_id}}
    match state:
        case "delivered":
            return {"RecordType": "Delivery", "Recipient": phone.id, "DeliveredAt": _now(), "Details": "250 OK", **about}
        case "read":
            return {"RecordType": "Open", "Recipient": phone.id, "ReceivedAt": _now(), "FirstOpen": True, **about}
        case "failed":
            bounced = {"RecordType": "Bounce", "Type": code or "HardBounce", "Email": phone.id, "BouncedAt": _now()}
            return {**bounced, "Details": "smtp;550 5.1.1 no such mailbox", "Inactive": True, **about}
    return {}


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
