"""A stand-in for LINE's Messaging API: https://developers.line.biz/en/reference/messaging-api/."""

import base64
import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import unquote
from uuid import UUID

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Asked, Desk, json_answer
from sandbox.line_shown import bubble_of, events_of, words_of
from sandbox.reading import object_in, phone_of
from sandbox.shown import Act, Json, Received, Webhook
from sandbox.stand_in import StandIn

BOT = "U0123456789abcdef0123456789abcdef"
TOKEN_LIVES_S = 60.0
MOST_A_CALL = 5
MOST_UNITS = 5000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Line:
    """LINE's paths, answers, events and signatures. `month`: how many messages may be pushed (0: no limit)."""

    kind = "line"
    title = "LINE"

    def __init__(self, *, token: str, secret: str, month: int = 0) -> None:
        self.month = month
        self.pushed = 0
        self.accepted: dict[str, list[Json]] = {}
        self.reply_tokens: dict[str, tuple[str, float]] = {}
        self.endpoint: Json = {}
        self._proof = f"Bearer {token}"
        self._secret = secret
        self._told = 0

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """The paths the hub calls."""
        doors = _Doors(self, desk)
        return [
            web.post("/v2/bot/message/push", self._guarded(doors.push)),
            web.post("/v2/bot/message/reply", self._guarded(doors.reply)),
            web.post("/v2/bot/chat/loading/start", self._guarded(doors.loading)),
            web.get("/v2/bot/message/{id}/content", self._guarded(doors.content)),
            web.get("/v2/bot/profile/{id}", self._guarded(doors.profile)),
            web.get("/v2/bot/info", self._guarded(doors.info)),
            web.get("/v2/bot/message/quota", self._guarded(doors.quota)),
            web.get("/v2/bot/message/quota/consumption", self._guarded(doors.used)),
            web.get("/v2/bot/channel/webhook/endpoint", self._guarded(doors.hook)),
            web.put("/v2/bot/channel/webhook/endpoint", self._guarded(doors.set_hook)),
            web.post("/v2/bot/channel/webhook/test", self._guarded(doors.try_hook)),
            web.get("/R/oaMessage/{id}/", doors.opened),
        ]

    def webhooks(self, act: Act) -> list[Webhook]:
        """One request an act, with all its events."""
        events = [self._whole(event, act.phone.id) for event in events_of(act)]
        return [self.signed(events)] if events else []

    def signed(self, events: list[Json]) -> Webhook:
        """A request of LINE's with these events."""
        body = msgspec.json.encode({"destination": BOT, "events": events})
        signature = base64.b64encode(hmac.digest(self._secret.encode(), body, hashlib.sha256)).decode()
        return Webhook(body=body, headers={"Content-Type": "application/json; charset=utf-8", "x-line-signature": signature})

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """LINE's own do not say how long to wait; a proxy before it may."""
        return refused(status, words, **({} if retry_after is None else {"Retry-After": str(retry_after)}))

    def _whole(self, event: Json, person: str) -> Json:
        """With what every event has, and the leave to answer it where it can be answered."""
        self._told += 1
        number = f"{int(time.time() * 1000)}{self._told:06d}"
        message = event.get("message")
        if isinstance(message, dict):
            event = event | {"message": {"id": number, "quoteToken": f"q{number}", **message}}
        if event["type"] not in {"unfollow", "unsend"}:
            token = hashlib.sha256(number.encode()).hexdigest()[:32]
            self.reply_tokens[token] = (person, time.monotonic())
            event = event | {"replyToken": token}
        common = {"mode": "active", "timestamp": int(time.time() * 1000), "source": {"type": "user", "userId": person}}
        return event | common | {"webhookEventId": f"01{number}", "deliveryContext": {"isRedelivery": False}}

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != self._proof:
                words = "Authentication failed. Confirm that the access token in the authorization header is valid."
                return refused(HTTPStatus.UNAUTHORIZED, words)
            return await handler(request)

        return guarded


class _Doors:
    def __init__(self, line: Line, desk: Desk) -> None:
        self._line = line
        self._desk = desk

    async def push(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())
        to, messages = str(asked.get("to", "")), _messages(asked)
        key = request.headers.get("X-Line-Retry-Key", "")
        if key and not _is_uuid(key):
            return refused(400, "The retry key is invalid")

        def accept(entry: Received) -> web.Response:
            if key in self._line.accepted:
                return json_answer({"message": "The retry key is already accepted", "sentMessages": self._line.accepted[key]}, 409)
            if wrong := _wrong(messages, to):
                return wrong
            if self._line.month and self._line.pushed >= self._line.month:
                return refused(429, "You have reached your monthly limit.")
            self._line.pushed += 1
            sent = self._shown(to, messages, entry)
            self._line.accepted |= {key: sent} if key else {}
            return json_answer({"sentMessages": sent})

        return await self._desk.serve(request, Asked(method="push", to=to, text=words_of(messages), params=asked), accept)

    async def reply(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())
        token, messages = str(asked.get("replyToken", "")), _messages(asked)
        to, begun = self._line.reply_tokens.get(token, ("", 0.0))
        if "X-Line-Retry-Key" in request.headers:
            return refused(400, "The retry key is not supported")

        def accept(entry: Received) -> web.Response:
            if not to or time.monotonic() - begun > TOKEN_LIVES_S:
                return refused(400, "Invalid reply token")
            if wrong := _wrong(messages, to):
                return wrong
            del self._line.reply_tokens[token]
            return json_answer({"sentMessages": self._shown(to, messages, entry)})

        return await self._desk.serve(request, Asked(method="reply", to=to, text=words_of(messages), params=asked), accept)

    def _shown(self, to: str, messages: list[Json], entry: Received) -> list[Json]:
        """The messages on the phone; who blocked the account gets none, and LINE does not tell."""
        sent: list[Json] = []
        for message in messages:
            number = self._desk.new_id()
            sent.append({"id": number, "quoteToken": f"q{number}"})
            if not self._desk.phone(to).blocked:
                self._desk.show(to, bubble_of(message, number))
        entry.external_id = str(sent[-1]["id"])
        return sent

    async def loading(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())
        seconds = asked.get("loadingSeconds")
        if not isinstance(seconds, int) or seconds % 5 or not 5 <= seconds <= 60:  # noqa: PLR2004 - as documented
            return refused(400, "The property, 'loadingSeconds', in the request body is invalid")
        self._desk.phone(str(asked.get("chatId"))).typing_until = time.monotonic() + seconds
        return json_answer({}, 202)

    async def content(self, request: web.Request) -> web.StreamResponse:
        found = self._desk.media.get(request.match_info["id"])
        if found and not found[0]:
            # Still being made ready: https://developers.line.biz/en/reference/messaging-api/#get-content
            return web.Response(status=202)
        return web.Response(body=found[0], content_type=found[1] or "application/octet-stream") if found else refused(404, "Not found")

    async def profile(self, request: web.Request) -> web.StreamResponse:
        phone = self._desk.phones.get(request.match_info["id"])
        if phone is None or phone.blocked:
            return refused(404, "Not found")
        return json_answer({"userId": phone.id, "displayName": phone.name, "language": phone.language})

    async def info(self, _request: web.Request) -> web.StreamResponse:
        return json_answer({"userId": BOT, "basicId": "@000sandbox", "displayName": "Sandbox", "chatMode": "bot", "markAsReadMode": "auto"})

    async def quota(self, _request: web.Request) -> web.StreamResponse:
        return json_answer({"type": "limited", "value": self._line.month} if self._line.month else {"type": "none"})

    async def used(self, _request: web.Request) -> web.StreamResponse:
        return json_answer({"totalUsage": self._line.pushed})

    async def hook(self, _request: web.Request) -> web.StreamResponse:
        return json_answer(self._line.endpoint) if self._line.endpoint else refused(404, "Not found")

    async def set_hook(self, request: web.Request) -> web.StreamResponse:
        url = str((object_in(await request.read())).get("endpoint", ""))
        self._line.endpoint = {"endpoint": url, "active": True}
        self._desk.hook(url)
        return json_answer({})

    async def opened(self, request: web.Request) -> web.StreamResponse:
        """A link into the chat: https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/#opening-chat-screen-with-oa."""
        return phone_of(self._line.kind, say=unquote(request.query_string))

    async def try_hook(self, _request: web.Request) -> web.StreamResponse:
        status = await self._desk.bringing.send("", self._line.signed([]))
        told = {"success": status == HTTPStatus.OK, "statusCode": status, "reason": "OK" if status else "COULD_NOT_CONNECT", "detail": ""}
        return json_answer({"timestamp": "2026-01-01T00:00:00Z", **told})


def refused(status: int, words: str, **headers: str) -> web.Response:
    """A refusal as LINE words it."""
    return json_answer({"message": words}, status, **headers)


def _messages(asked: Json) -> list[Json]:
    found = asked.get("messages")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _wrong(messages: list[Json], to: str) -> web.Response | None:
    """What LINE refuses: https://developers.line.biz/en/reference/messaging-api/#error-responses."""
    if not to:
        return refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
    if not 0 < len(messages) <= MOST_A_CALL:
        return _detailed("messages", "Size must be between 1 and 5")
    for n, message in enumerate(messages):
        text = str(message.get("text", "x"))
        if not text or len(text.encode("utf-16-le")) // 2 > MOST_UNITS:
            return _detailed(f"messages[{n}].text", "Length must be between 0 and 5000" if text else "May not be empty")
        if any(not str(message.get(key, "https:")).startswith("https:") for key in ("originalContentUrl", "previewImageUrl")):
            return _detailed(f"messages[{n}].originalContentUrl", "Must be an https URL")
    return None


def _detailed(where: str, what: str) -> web.Response:
    return json_answer({"message": "The request body has 1 error(s)", "details": [{"message": what, "property": where}]}, 400)


def _is_uuid(key: str) -> bool:
    try:
        return bool(UUID(key))
    except ValueError:
        return False


def stand_in(*, token: str, secret: str, month: int = 0) -> StandIn:
    """LINE on a port of its own, once started."""
    return StandIn(Line(token=token, secret=secret, month=month), receipts="")
