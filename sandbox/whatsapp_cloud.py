"""A stand-in for WhatsApp's Cloud API: https://developers.facebook.com/documentation/business-messaging/whatsapp.

POST /v25.0/NUMBER/messages, /v25.0/NUMBER/media · GET /v25.0/MEDIA · webhooks signed with the app's secret
"""

import hashlib
import hmac
import re
import time
from http import HTTPStatus

import msgspec
from aiohttp import ClientError, ClientSession, web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Asked, Desk, json_answer
from sandbox.shown import Act, Blocked, Bubble, Came, Followed, Json, Media, Phone, Pressed, Reacted, Received, TookBack, Webhook, Wrote
from sandbox.stand_in import StandIn
from sandbox.whatsapp_cloud_read import Refused, bubble_of

KIND = "whatsapp_cloud"
BUSINESS = "305000000000009"
"""The WhatsApp Business Account the number belongs to."""

WINDOW_MS = 24 * 3600 * 1000

_CODES = {400: 100, 401: 190, 403: 10, 429: 130429, 500: 131000, 502: 1, 503: 131016}
_CODED = re.compile(r"(\d{1,6})\b\s*(.*)", re.DOTALL)
_INBOUND = {"image": "image", "video": "video", "audio": "audio", "voice": "audio", "file": "document", "sticker": "sticker"}


class WhatsApp:
    """One number. `windowed`: a free message more than 24 h after the customer's last word is refused, as WhatsApp does.

    `read`, `typing`: the messages that were marked so; `ids`: by phone number, the id of the person that is told of it with an answer.
    """

    kind = KIND
    title = "WhatsApp"

    def __init__(self, *, token: str, secret: str, number: str, windowed: bool = False) -> None:
        self.number = number
        self.read: list[str] = []
        self.typing: list[str] = []
        self.ids: dict[str, str] = {}
        self._token = token
        self._secret = secret.encode()
        self._windowed = windowed
        self._files: dict[str, Media] = {}
        self._desk: Desk | None = None

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """Graph's paths, under any version."""
        self._desk = desk
        return [
            web.post(f"/{{version}}/{self.number}/messages", self._messages),
            web.post(f"/{{version}}/{self.number}/media", self._upload),
            web.post(f"/{{version}}/{self.number}", self._override),
            web.post("/{version}/{node}/{edge:subscribed_apps|subscriptions}", self._done),
            web.get(f"/{{version}}/{self.number}", self._number),
            web.get("/{version}/debug_token", self._debug_token),
            web.get("/{version}/{business}/message_templates", self._templates),
            web.get("/{version}/{media}", self._located),
            web.get("/files/{media}", self._file),
        ]

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """An error as Graph words it; `words` may begin with its code."""
        coded = _CODED.match(words)
        code, told = (int(coded[1]), coded[2]) if coded else (_CODES.get(status, 1), words)
        details = {"messaging_product": "whatsapp", "details": told}
        error = {"message": f"(#{code}) {told}", "type": "OAuthException", "code": code, "error_data": details, "fbtrace_id": "A1"}
        return json_answer({"error": error}, status, **({"Retry-After": str(retry_after)} if retry_after else {}))

    def webhooks(self, act: Act) -> list[Webhook]:
        """What WhatsApp tells; a customer who blocks the shop is not told, messages to them fail."""
        match act:
            case Wrote(phone=phone, bubble=bubble):
                return [self._from(phone, message) for message in self._said(bubble)]
            case Pressed(phone=phone, bubble=bubble, offer=offer):
                pressed = self._pressed(bubble, offer.kind, offer.id, offer.title)
                return [self._from(phone, pressed)] if pressed else []
            case Came(phone=phone, bubble=bubble, state=state, code=code):
                return [self._status(phone, bubble, state, code)]
            case Reacted(phone=phone, bubble=bubble, emoji=emoji):
                told: dict[str, str] = {"message_id": bubble.external_id} | ({"emoji": emoji} if emoji else {})
                return [self._from(phone, {"id": self._new_id(), "type": "reaction", "reaction": told})]
            case TookBack(phone=phone, bubble=bubble):
                revoked = {"original_message_id": bubble.external_id}
                return [self._from(phone, {"id": self._new_id(), "type": "revoke", "revoke": revoked})]
            case Followed(phone=phone, ref=ref):
                words: Json = {"type": "text", "text": {"body": ref}}
                opened: Json = {"type": "request_welcome"}
                return [self._from(phone, {"id": self._new_id(), **(words if ref else opened)})]
            case Blocked():
                return []

    # --- what the hub asks ---

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        told: Json = msgspec.json.decode(await request.read())
        if not self._may(request):
            return self.refusal(401, "190 The access token is not valid", None)
        if told.get("status") == "read":
            return self._mark(told)
        to = str(told.get("to") or told.get("recipient") or "").removeprefix("+")
        try:
            bubble = bubble_of(told, self._files.get)
        except Refused as refused:
            bubble, wrong = Bubble(n=0), str(refused)
        else:
            wrong = self._closed(to, told)
        asked = Asked(method="messages", to=to, text=bubble.text, params=told)

        def accept(entry: Received) -> web.Response:
            if wrong:
                entry.outcome, entry.taken = "refused", 0.0
                return self.refusal(400, wrong, None)
            entry.external_id = bubble.external_id = self._new_id()
            self._at_desk.show(to, bubble)
            contact = {"input": to, "wa_id": to} if to.isdigit() else {"input": to, "user_id": to}
            contact |= {"user_id": self.ids[to]} if to in self.ids else {}
            return json_answer({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": entry.external_id}]})

        return await self._at_desk.serve(request, asked, accept)

    def _closed(self, to: str, told: Json) -> str:
        """Why nothing may go there now; empty where it may."""
        phone = self._at_desk.phone(to)
        if phone.blocked:
            return "131026 Message undeliverable"
        last = max((bubble.at for bubble in phone.bubbles if bubble.mine), default=0)
        if self._windowed and told.get("type") != "template" and last + WINDOW_MS < time.time() * 1000:
            return "131047 Re-engagement message"
        return ""

    def _mark(self, told: Json) -> web.Response:
        external_id = str(told.get("message_id", ""))
        for phone in self._at_desk.phones.values():
            if any(bubble.external_id == external_id for bubble in phone.bubbles if bubble.mine):
                self.read.append(external_id)
                if told.get("typing_indicator"):
                    self.typing.append(external_id)
                    phone.typing_until = time.monotonic() + 25
                return json_answer({"success": True})
        return self.refusal(400, "131009 Parameter value is not valid: no such message", None)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return self.refusal(401, "190 The access token is not valid", None)
        form = await request.post()
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
            return self.refusal(400, "100 The parameters messaging_product and file are required.", None)
        asked = Asked(method="media", text=file.filename, params={"type": file.content_type})
        content = file.file.read()

        def accept(_entry: Received) -> web.Response:
            name = self._at_desk.new_id()
            self._at_desk.media[name] = (content, file.content_type)
            url = f"{self._at_desk.base_url}/_sandbox/media/{name}"
            self._files[name] = Media(kind="file", url=url, name=file.filename, mime_type=file.content_type)
            return json_answer({"id": name})

        return await self._at_desk.serve(request, asked, accept)

    async def _located(self, request: web.Request) -> web.StreamResponse:
        """Where a customer's file lies."""
        name = request.match_info["media"]
        if not self._may(request):
            return self.refusal(401, "190 The access token is not valid", None)
        content, mime = self._at_desk.media.get(name, (b"", ""))
        if not content:
            return self.refusal(400, "100 Unsupported get request: no such object", None)
        told = {"url": f"{self._at_desk.base_url}/files/{name}", "mime_type": mime, "file_size": len(content), "id": name}
        return json_answer({"messaging_product": "whatsapp", "sha256": hashlib.sha256(content).hexdigest(), **told})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        content, mime = self._at_desk.media.get(request.match_info["media"], (b"", ""))
        return web.Response(body=content, content_type=mime.partition(";")[0]) if content else web.Response(status=HTTPStatus.NOT_FOUND)

    async def _override(self, request: web.Request) -> web.StreamResponse:
        """The number's own webhook address: it must echo the challenge before it counts."""
        told = msgspec.json.decode(await request.read())
        wanted = told.get("webhook_configuration", {})
        url, token = str(wanted.get("override_callback_uri", "")), str(wanted.get("verify_token", ""))
        if not self._may(request):
            return self.refusal(401, "190 The access token is not valid", None)
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
        try:
            async with ClientSession() as session, session.get(url, params=query) as answer:
                echoed = await answer.text() == "1158201444"
        except (ClientError, OSError):
            echoed = False
        if not echoed:
            return self.refusal(400, "2200 Callback verification failed", None)
        self._at_desk.hook(url)
        return json_answer({"success": True})

    async def _done(self, request: web.Request) -> web.StreamResponse:
        return json_answer({"success": True}) if request.headers.get("Authorization") else self.refusal(401, "190 No token", None)

    async def _number(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return self.refusal(401, "190 The access token is not valid", None)
        hooks = {"phone_number": self._at_desk.bringing.hook} if self._at_desk.bringing.hook else {}
        health = {"can_send_message": "AVAILABLE", "entities": [{"entity_type": "PHONE_NUMBER", "can_send_message": "AVAILABLE"}]}
        told = {"verified_name": "Shop", "display_phone_number": "+1 555-0100", "quality_rating": "GREEN", "status": "CONNECTED"}
        return json_answer({**told, "webhook_configuration": hooks, "health_status": health, "id": self.number})

    async def _debug_token(self, request: web.Request) -> web.StreamResponse:
        valid = request.query.get("input_token") == self._token
        return json_answer({"data": {"is_valid": valid, "expires_at": 0, "scopes": ["whatsapp_business_messaging"]}})

    async def _templates(self, request: web.Request) -> web.StreamResponse:
        if not self._may(request):
            return self.refusal(401, "190 The access token is not valid", None)
        if request.match_info["business"] != BUSINESS:
            return self.refusal(400, "100 Unsupported get request", None)
        return json_answer({"data": [{"name": "order_paid", "language": "vi", "status": "APPROVED"}]})

    # --- what WhatsApp tells ---

    def _said(self, bubble: Bubble) -> list[Json]:
        """A message each file; the words go under the first that takes them."""
        common: Json = {"id": bubble.external_id}
        if not bubble.media:
            return [common | {"type": "text", "text": {"body": bubble.text}}]
        messages: list[Json] = []
        for n, media in enumerate(bubble.media):
            own = common if n == 0 else {"id": self._new_id()}
            if media.latitude is not None:
                place = {"latitude": media.latitude, "longitude": media.longitude, "name": media.name}
                messages.append(own | {"type": "location", "location": place})
                continue
            kind = _INBOUND.get(media.kind, "document")
            file: Json = {"id": media.url.rpartition("/")[2], "mime_type": media.mime_type}
            file |= {"filename": media.name} if kind == "document" else {}
            file |= {"voice": True} if media.kind == "voice" else {}
            file |= {"caption": bubble.text} if n == 0 and bubble.text else {}
            messages.append(own | {"type": kind, kind: file})
        return messages

    def _pressed(self, bubble: Bubble, kind: str, offered: str, title: str) -> Json | None:
        message: Json = {"id": self._new_id(), "context": {"from": "15550100", "id": bubble.external_id}}
        match kind:
            case "row":
                chosen = {"type": "list_reply", "list_reply": {"id": offered, "title": title}}
                return message | {"type": "interactive", "interactive": chosen}
            case "form":
                form = {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"unused"}'}
                return message | {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": form}}
            case "reply" | "quick":
                reply = {"type": "button_reply", "button_reply": {"id": offered, "title": title}}
                return message | {"type": "interactive", "interactive": reply}
            case "location":
                return message | {"type": "location", "location": {"latitude": 21.0285, "longitude": 105.8542}}
        return None

    def _from(self, phone: Phone, message: Json) -> Webhook:
        numbered = phone.id.isdigit()
        who = {"wa_id": phone.id} if numbered else {"user_id": phone.id}
        sender = {"from": phone.id} if numbered else {"from_user_id": phone.id}
        contact = {"profile": {"name": phone.name}, **who}
        return self.signed({"contacts": [contact], "messages": [{**sender, "timestamp": str(int(time.time())), **message}]})

    def _status(self, phone: Phone, bubble: Bubble, state: str, code: str) -> Webhook:
        whose = {"recipient_id": phone.id} if phone.id.isdigit() else {"recipient_user_id": phone.id}
        status: Json = {"id": bubble.external_id, "status": state, "timestamp": str(int(time.time())), **whose}
        if state == "failed":
            number = int(code) if code.isdigit() else 131026
            status["errors"] = [{"code": number, "title": "Message undeliverable", "message": "Message undeliverable"}]
        else:
            status["pricing"] = {"billable": bool(bubble.template), "pricing_model": "PMP", "type": "regular", "category": "service"}
        return self.signed({"statuses": [status]})

    def signed(self, lists: Json, *, field: str = "messages") -> Webhook:
        """A webhook of one change, about our number."""
        metadata = {"display_phone_number": "15550100", "phone_number_id": self.number}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **lists}
        entry = {"id": BUSINESS, "changes": [{"value": value, "field": field}]}
        body = msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})
        signature = "sha256=" + hmac.digest(self._secret, body, hashlib.sha256).hex()
        return Webhook(body=body, headers={"Content-Type": "application/json", "X-Hub-Signature-256": signature})

    def _may(self, request: web.Request) -> bool:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {self._token}".encode())

    def _new_id(self) -> str:
        return f"wamid.{self._at_desk.new_id()}"

    @property
    def _at_desk(self) -> Desk:
        if self._desk is None:
            raise RuntimeError("routes() comes first")
        return self._desk


def stand_in(*, token: str, secret: str, number: str, receipts: str = "delivered", windowed: bool = False) -> StandIn:
    """WhatsApp on a port of its own; the channel's base_url is this one's and `/v25.0`."""
    return StandIn(WhatsApp(token=token, secret=secret, number=number, windowed=windowed), receipts=receipts)
