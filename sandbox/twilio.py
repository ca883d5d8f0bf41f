"""A stand-in for Twilio's Messages API, for SMS and for WhatsApp: https://www.twilio.com/docs/messaging/api/message-resource."""

import hashlib
import hmac
import re
from base64 import b64encode
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode

from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Asked, Desk, json_answer
from sandbox.shown import Act, Blocked, Bubble, Came, Followed, Media, Phone, Received, Webhook, Wrote
from sandbox.stand_in import StandIn

SMS, WHATSAPP = "twilio_sms", "twilio_whatsapp"
TITLES = {SMS: "SMS", WHATSAPP: "WhatsApp (Twilio)"}

_LONGEST = 1600
_CODES = {401: 20003, 404: 20404, 429: 20429, 500: 20500, 502: 20500, 503: 20503}
_CODED = re.compile(r"(\d{5})\b\s*(.*)", re.DOTALL)
_STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "failed": "undelivered"}

Form = dict[str, list[str]]


class Twilio:
    """One Twilio account with one sender. `public_url`: the hub's address as Twilio was told it, where the hook is another (a proxy)."""

    def __init__(self, kind: str, *, account_sid: str, token: str, sender: str, public_url: str = "") -> None:
        self.kind = kind
        self.title = TITLES[kind]
        self.sender = sender
        self._sid = account_sid
        self._token = token
        self.public_url = public_url
        self._callbacks: dict[str, str] = {}
        self._number = {"sid": "PN" + "1" * 32, "account_sid": account_sid, "phone_number": sender, "sms_url": ""}
        self._service: dict[str, object] = {"inbound_request_url": "", "use_inbound_webhook_on_number": True}
        self._desk: Desk | None = None

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """The paths of the API under the account, and of a messaging service."""
        self._desk = desk
        account = f"/2010-04-01/Accounts/{self._sid}"
        return [
            web.post(f"{account}/Messages.json", self._create),
            web.get(f"{account}.json", self._account),
            web.get(f"{account}/IncomingPhoneNumbers.json", self._numbers),
            web.post(f"{account}/IncomingPhoneNumbers/{{sid}}.json", self._change_number),
            web.get(f"{account}/Messages/{{message}}/Media/{{media}}", self._media),
            web.get("/v1/Services/{sid}", self._tell_service),
            web.post("/v1/Services/{sid}", self._change_service),
        ]

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """An error as Twilio words it; `words` may begin with its code."""
        coded = _CODED.match(words)
        code = int(coded[1]) if coded else _CODES.get(status, 20001)
        more = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": coded[2] if coded else words, "more_info": more, "status": status}
        return json_answer(body, status, **({"Retry-After": str(retry_after)} if retry_after else {}))

    def webhooks(self, act: Act) -> list[Webhook]:
        """What Twilio tells: messages, the words that stop and start, and what became of messages with a StatusCallback."""
        match act:
            case Wrote(phone=phone, bubble=bubble):
                return [self._incoming(phone, bubble)]
            case Blocked(phone=phone):
                return [self._incoming(phone, Bubble(n=0, text="STOP", external_id=self._new_id("SM")), OptOutType="STOP")]
            case Followed(phone=phone, ref=ref):
                return [
                    self._incoming(
                        phone, Bubble(n=0, text=ref or "START", external_id=self._new_id("SM")), **({} if ref else {"OptOutType": "START"})
                    )
                ]
            case Came(phone=phone, bubble=bubble, state=state, code=code):
                return self._status(phone, bubble, state, code)
        return []

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form: Form = parse_qs((await request.read()).decode(), keep_blank_values=True)
        if not self._may(request):
            return self.refusal(401, "20003 Authenticate", None)
        to, text = self._bare(_one(form, "To")), _one(form, "Body")
        asked = Asked(method="messages.create", to=to, text=text, params={name: _all(values) for name, values in form.items()})

        def accept(entry: Received) -> web.Response:
            if wrong := self._wrong(form, to):
                entry.outcome, entry.taken = "refused", 0.0
                return self.refusal(400, wrong, None)
            return self._accepted(form, to, entry)

        return await self._at_desk.serve(request, asked, accept)

    def _wrong(self, form: Form, to: str) -> str:
        """Why Twilio would refuse the message; empty where it would not."""
        content, body = _one(form, "ContentSid"), _one(form, "Body")
        if not to:
            return "21604 A 'To' phone number is required."
        if not (_one(form, "From") or _one(form, "MessagingServiceSid")):
            return "21603 A 'From' phone number is required."
        if not (content or body or form.get("MediaUrl")):
            return "21602 Message body is required."
        if len(body) > _LONGEST:
            return "21617 The concatenated message body exceeds the 1600 character limit."
        if self._at_desk.phone(to).blocked:
            return "21610 Attempt to send to unsubscribed recipient"
        return ""

    def _accepted(self, form: Form, to: str, entry: Received) -> web.Response:
        urls = form.get("MediaUrl", [])
        sid = self._new_id("MM" if urls else "SM")
        entry.external_id = sid
        if callback := _one(form, "StatusCallback"):
            self._callbacks[sid] = callback
        media = tuple(Media(kind=_media_kind(url), url=url) for url in urls)
        template = _one(form, "ContentSid")
        text = _one(form, "Body") or (f"[{template}] {_one(form, 'ContentVariables')}" if template else "")
        self._at_desk.show(to, Bubble(n=0, text=text, media=media, template=template, external_id=sid, at=0))
        body: dict[str, object] = {
            "sid": sid, "account_sid": self._sid, "api_version": "2010-04-01", "body": text, "to": _one(form, "To"),
            "from": _one(form, "From") or None, "messaging_service_sid": _one(form, "MessagingServiceSid") or None, "status": "queued",
            "num_media": str(len(urls)), "num_segments": "1", "direction": "outbound-api", "price": None, "price_unit": "USD",
            "error_code": None, "error_message": None, "date_created": "Sun, 22 Nov 2026 08:00:00 +0000", "date_sent": None,
            "date_updated": "Sun, 22 Nov 2026 08:00:00 +0000", "uri": f"/2010-04-01/Accounts/{self._sid}/Messages/{sid}.json",
            "subresource_uris": {},
        }  # fmt: skip
        return json_answer(body, HTTPStatus.CREATED)

    async def _account(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return self.refusal(401, "20003 Authenticate", None)
        return json_answer({"sid": self._sid, "friendly_name": "Shop", "status": "active", "type": "Full"})

    async def _numbers(self, request: web.Request) -> web.StreamResponse:
        fits = request.query.get("PhoneNumber", self.sender) == self.sender
        return json_answer({"incoming_phone_numbers": [self._number] if fits else [], "next_page_uri": None})

    async def _change_number(self, request: web.Request) -> web.StreamResponse:
        form: Form = parse_qs((await request.read()).decode())
        self._number["sms_url"] = _one(form, "SmsUrl")
        self._at_desk.hook(self._number["sms_url"])
        return json_answer(self._number)

    async def _tell_service(self, request: web.Request) -> web.StreamResponse:
        return json_answer({"sid": request.match_info["sid"], **self._service})

    async def _change_service(self, request: web.Request) -> web.StreamResponse:
        form: Form = parse_qs((await request.read()).decode())
        self._service = {"inbound_request_url": _one(form, "InboundRequestUrl"), "use_inbound_webhook_on_number": False}
        self._at_desk.hook(_one(form, "InboundRequestUrl"))
        return json_answer({"sid": request.match_info["sid"], **self._service})

    async def _media(self, request: web.Request) -> web.StreamResponse:
        """A customer's file: for who has the credentials, and by a redirect to where nobody needs them."""
        if not self._may(request):
            return self.refusal(401, "20003 Authenticate", None)
        where = f"{self._at_desk.base_url}/_sandbox/media/{request.match_info['media']}"
        return web.Response(status=HTTPStatus.TEMPORARY_REDIRECT, headers={"Location": where})

    def _incoming(self, phone: Phone, bubble: Bubble, **more: str) -> Webhook:
        sid = bubble.external_id if bubble.external_id[:2] in {"SM", "MM"} else f"SM{bubble.external_id}"
        fields = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": self._sid, "ApiVersion": "2010-04-01",
            "SmsStatus": "received", "From": self._told(phone.id), "To": self._told(self.sender), "Body": bubble.text, "NumSegments": "1",
            "NumMedia": str(len(bubble.media)), **more,
        }  # fmt: skip
        if self.kind == WHATSAPP:
            fields |= {"ProfileName": phone.name, "WaId": phone.id.removeprefix("+")}
        for n, media in enumerate(bubble.media):
            if media.latitude is not None:
                fields |= {"Latitude": str(media.latitude), "Longitude": str(media.longitude), "Label": media.name}
            else:
                name = media.url.rpartition("/")[2]
                path = f"/2010-04-01/Accounts/{self._sid}/Messages/{sid}/Media/{name}"
                fields |= {f"MediaUrl{n}": f"{self._at_desk.base_url}{path}", f"MediaContentType{n}": media.mime_type}
        hook = self._at_desk.bringing.hook
        return self._signed(self.public_url or hook, fields)

    def _status(self, phone: Phone, bubble: Bubble, state: str, code: str) -> list[Webhook]:
        callback = self._callbacks.get(bubble.external_id, "")
        if not callback or (state == "read" and self.kind == SMS):
            return []
        told = _STATES[state]
        fields = {
            "MessageSid": bubble.external_id, "SmsSid": bubble.external_id, "MessageStatus": told, "SmsStatus": told,
            "To": self._told(phone.id), "From": self._told(self.sender), "AccountSid": self._sid, "ApiVersion": "2010-04-01",
            **({"ErrorCode": code} if code else {}),
        }  # fmt: skip
        return [self._signed(callback, fields)]

    def _signed(self, url: str, fields: dict[str, str]) -> Webhook:
        text = url + "".join(name + value for name, value in sorted(fields.items()))
        signature = b64encode(hmac.digest(self._token.encode(), text.encode(), hashlib.sha1)).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": signature}
        _, mark, query = url.partition("?")
        return Webhook(body=urlencode(fields).encode(), headers=headers, path=mark + query)

    def _may(self, request: web.Request) -> bool:
        told = request.headers.get("Authorization", "")
        return hmac.compare_digest(told.encode(), b"Basic " + b64encode(f"{self._sid}:{self._token}".encode()))

    def _told(self, id_: str) -> str:
        if self.kind != WHATSAPP:
            return id_
        return f"whatsapp:+{id_.removeprefix('+')}"

    def _bare(self, to: str) -> str:
        return to.removeprefix("whatsapp:").removeprefix("+") if self.kind == WHATSAPP else to

    def _new_id(self, prefix: str) -> str:
        return prefix + hashlib.md5(self._at_desk.new_id().encode(), usedforsecurity=False).hexdigest()

    @property
    def _at_desk(self) -> Desk:
        if self._desk is None:
            raise RuntimeError("routes() comes first")
        return self._desk


def stand_in(kind: str, *, account_sid: str, token: str, sender: str, receipts: str = "delivered", public_url: str = "") -> StandIn:
    """Twilio on a port of its own; `kind` is twilio_sms or twilio_whatsapp."""
    return StandIn(Twilio(kind, account_sid=account_sid, token=token, sender=sender, public_url=public_url), receipts=receipts)


def _one(form: Form, name: str) -> str:
    return form.get(name, [""])[0]


def _all(values: list[str]) -> object:
    return values[0] if len(values) == 1 else values


def _media_kind(url: str) -> str:
    ends = url.partition("?")[0].rpartition(".")[2].lower()
    return {"mp4": "video", "mov": "video", "mp3": "audio", "ogg": "audio", "m4a": "audio", "pdf": "file"}.get(ends, "image")
