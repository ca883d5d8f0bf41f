"""A stand-in for Viber's bot API: https://developers.viber.com/docs/api/rest-bot-api/."""

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import assert_never

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Asked, Desk, json_answer
from sandbox.reading import object_in, phone_of
from sandbox.shown import (
    Act,
    Blocked,
    Bubble,
    Came,
    Followed,
    Json,
    Media,
    Offer,
    Phone,
    Pressed,
    Reacted,
    Received,
    TookBack,
    Webhook,
    Wrote,
)
from sandbox.stand_in import StandIn

URI = "sandboxshop"
MOST_TEXT, MOST_BYTES, MOST_CAPTION = 7000, 30_000, 768
MOST_BUTTONS = 24 * 6
_TOKEN, _MISSING, _BAD, _UNSUBSCRIBED, _TOO_MANY = 2, 4, 3, 6, 12
_SIZED = {"video": 26 << 20, "file": 50 << 20}
_KINDS = {"picture": "image", "video": "video", "file": "file", "url": "link", "sticker": "sticker", "location": "location"}
_TYPES = {"image": "picture", "video": "video"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Viber:
    """Viber's paths, answers, callbacks and signatures. Who has not written or subscribed cannot be sent anything."""

    kind = "viber"
    title = "Viber"

    def __init__(self, *, token: str, subscribed: tuple[str, ...] = ()) -> None:
        self.hook = ""
        self.subscribed = set(subscribed)
        self._token = token
        self._told = 5_741_311_803_571_721_000

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """The paths the hub calls."""
        doors = _Doors(self, desk)
        return [
            web.post("/pa/send_message", self._guarded(doors.send)),
            web.post("/pa/set_webhook", self._guarded(doors.set_hook)),
            web.post("/pa/get_account_info", self._guarded(doors.info)),
            web.get("/pa", doors.opened),
        ]

    def webhooks(self, act: Act) -> list[Webhook]:
        """One callback an act; reactions and messages taken back are told to no bot."""
        match act:
            case Wrote(phone=phone, bubble=bubble):
                return [self._wrote(phone, bubble)]
            case Pressed(phone=phone, offer=offer):
                return [self._wrote(phone, pressed(offer))]
            case Came(phone=phone, bubble=bubble, state=state, code=code):
                return self._came(phone, bubble, state, code)
            case Followed(phone=phone, ref=ref):
                subscribed = phone.id in self.subscribed
                return [self._callback("conversation_started", type="open", user=_person(phone), subscribed=subscribed, context=ref)]
            case Blocked(phone=phone):
                self.subscribed.discard(phone.id)
                return [self._callback("unsubscribed", user_id=phone.id)]
            case Reacted() | TookBack():
                return []
            case _:
                assert_never(act)

    def again(self, phones: list[Phone]) -> None:
        """After a restart: who wrote and stayed is still subscribed."""
        self.subscribed |= {phone.id for phone in phones if not phone.blocked and any(bubble.mine for bubble in phone.bubbles)}

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """Too many requests is a code of Viber's own; other statuses come from something in between."""
        if status == HTTPStatus.TOO_MANY_REQUESTS and retry_after is None:
            return answered(_TOO_MANY, words)
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return json_answer({"message": words}, status, **headers)

    def new_token(self) -> int:
        """A message's token, beyond what a float holds."""
        self._told += 1
        return self._told

    def is_signed(self, body: bytes, headers: dict[str, str]) -> bool:
        """Whether a callback's headers are its body's."""
        return headers.get("X-Viber-Content-Signature") == hmac.digest(self._token.encode(), body, hashlib.sha256).hex()

    def _wrote(self, phone: Phone, bubble: Bubble) -> Webhook:
        """Who writes has subscribed by that."""
        self.subscribed.add(phone.id)
        return self._callback("message", sender=_person(phone), message=message_of(bubble), silent=False)

    def _came(self, phone: Phone, bubble: Bubble, state: str, code: str) -> list[Webhook]:
        names = {"delivered": "delivered", "read": "seen", "failed": "failed"}
        if state not in names or not bubble.external_id:
            return []
        if state == "failed":
            return [self._callback("failed", token=int(bubble.external_id), user_id=phone.id, desc=code)]
        return [self._callback(names[state], token=int(bubble.external_id), user_id=phone.id)]

    def _callback(self, event: str, *, token: int = 0, **more: object) -> Webhook:
        told = {"event": event, "timestamp": int(time.time() * 1000), "message_token": token or self.new_token(), **more}
        body = msgspec.json.encode(told)
        signature = hmac.digest(self._token.encode(), body, hashlib.sha256).hex()
        return Webhook(body=body, headers={"Content-Type": "application/json", "X-Viber-Content-Signature": signature})

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("X-Viber-Auth-Token") != self._token:
                return answered(_TOKEN, "invalidAuthToken")
            return await handler(request)

        return guarded


class _Doors:
    def __init__(self, viber: Viber, desk: Desk) -> None:
        self._viber = viber
        self._desk = desk

    async def send(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        asked = object_in(raw)
        to, text = str(asked.get("receiver", "")), str(asked.get("text", ""))

        def accept(entry: Received) -> web.Response:
            if wrong := _wrong(asked, len(raw)):
                return wrong
            if to not in self._viber.subscribed:
                return answered(_UNSUBSCRIBED, "receiverNotSubscribed")
            token = self._viber.new_token()
            entry.external_id = str(token)
            self._desk.show(to, bubble_of(asked, str(token)))
            return json_answer({"status": 0, "status_message": "ok", "message_token": token, "chat_hostname": "SN-CHAT-01_"})

        return await self._desk.serve(request, Asked(method="send_message", to=to, text=text, params=asked), accept)

    async def set_hook(self, request: web.Request) -> web.StreamResponse:
        """Viber looks whether somebody is there before it says yes."""
        url = str(object_in(await request.read()).get("url", ""))
        self._desk.hook(url)
        if url and await self._desk.bringing.send("", self._viber._callback("webhook")) != HTTPStatus.OK:  # noqa: SLF001 - one floor
            self._desk.hook("")
            return answered(1, "invalidUrl")
        self._viber.hook = url
        return json_answer({"status": 0, "status_message": "ok", "event_types": ["delivered", "seen", "failed"]})

    async def opened(self, request: web.Request) -> web.StreamResponse:
        """A link into the chat: https://developers.viber.com/docs/tools/deep-links/."""
        return phone_of(self._viber.kind, start=request.query.get("context", ""))

    async def info(self, _request: web.Request) -> web.StreamResponse:
        hook = {"webhook": self._viber.hook} if self._viber.hook else {}
        return json_answer({"status": 0, "status_message": "ok", "id": "pa:1", "name": "Sandbox", "uri": URI, **hook})


def answered(status: int, words: str) -> web.Response:
    """An answer as Viber words it: HTTP 200, whatever it says."""
    return json_answer({"status": status, "status_message": words})


def pressed(offer: Offer) -> Bubble:
    """What the customer is made to say by a press."""
    match offer.kind:
        case "call":
            return Bubble(n=0, media=(Media(kind="contact", name="84900000012"),), mine=True)
        case "location":
            return Bubble(n=0, media=(Media(kind="location", latitude=10.762639, longitude=106.682027),), mine=True)
    return Bubble(n=0, text=offer.id, mine=True)


def message_of(bubble: Bubble) -> Json:
    """The customer's bubble as a callback has it."""
    if not bubble.media:
        return {"type": "text", "text": bubble.text}
    piece = bubble.media[0]
    match piece.kind:
        case "location":
            return {"type": "location", "location": {"lat": piece.latitude, "lon": piece.longitude}}
        case "contact":
            return {"type": "contact", "contact": {"name": piece.name, "phone_number": piece.name}}
    kind = _TYPES.get(piece.kind, "file")
    return {"type": kind, "media": piece.url, "text": bubble.text, "file_name": piece.name, "size": 1024}


def bubble_of(asked: Json, token: str) -> Bubble:
    """What stands on the phone."""
    kind = str(asked.get("type", "text"))
    media: tuple[Media, ...] = ()
    if kind in _KINDS:
        name = str(asked.get("file_name", ""))
        media = (Media(kind=_KINDS[kind], url=str(asked.get("media", "")), name=name),)
    keyboard, rich = _inner(asked, "keyboard"), _inner(asked, "rich_media")
    offers = tuple(_offer(b) for b in [*_buttons(keyboard), *_buttons(rich)] if b.get("ActionType") != "none")
    text = str(asked.get("text") or asked.get("alt_text") or "")
    return Bubble(n=0, text=text, media=media, offers=offers, external_id=token)


def _offer(button: Json) -> Offer:
    kinds = {"open-url": "url", "share-phone": "call", "location-picker": "location"}
    kind = kinds.get(str(button.get("ActionType")), "quick")
    body = str(button.get("ActionBody", ""))
    return Offer(title=str(button.get("Text", body)).replace("&lt;", "<"), id=body, kind=kind, value=body if kind == "url" else "")


def _wrong(asked: Json, size: int) -> web.Response | None:
    """What Viber refuses: https://developers.viber.com/docs/api/rest-bot-api/#send-message."""
    kind, sender = str(asked.get("type", "")), _inner(asked, "sender")
    if not asked.get("receiver") or not kind or not sender.get("name"):
        return answered(_MISSING, "missingData")
    if size > MOST_BYTES or len(str(sender["name"])) > 28:  # noqa: PLR2004 - as documented
        return answered(_BAD, "badData")
    if len(str(asked.get("text", ""))) > (MOST_CAPTION if kind == "picture" else MOST_TEXT):
        return answered(_BAD, "badData")
    told = asked.get("size")
    if kind in _SIZED and not (isinstance(told, int) and 0 < told <= _SIZED[kind]):
        return answered(_BAD, "badData")
    if (kind in {"picture", "url"} and not asked.get("media")) or (kind == "text" and not asked.get("text")):
        return answered(_MISSING, "missingData")
    return _wrong_buttons(_inner(asked, "keyboard"))


def _wrong_buttons(keyboard: Json) -> web.Response | None:
    buttons = _buttons(keyboard)
    rows = sum(int(str(b.get("Columns", 6))) for b in buttons) / 6
    odd = any(not b.get("ActionBody") or (len(str(b["ActionBody"])) > 250 and b.get("ActionType") == "reply") for b in buttons)  # noqa: PLR2004
    return answered(_BAD, "badData") if odd or rows > 24 or len(buttons) > MOST_BUTTONS else None  # noqa: PLR2004 - as documented


def _person(phone: Phone) -> Json:
    return {"id": phone.id, "name": phone.name, "country": "VN", "language": phone.language, "api_version": 10}


def _inner(of: Json, key: str) -> Json:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def _buttons(of: Json) -> list[Json]:
    found = of.get("Buttons")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def stand_in(*, token: str, subscribed: tuple[str, ...] = ()) -> StandIn:
    """Viber on a port of its own, once started."""
    return StandIn(Viber(token=token, subscribed=subscribed))
