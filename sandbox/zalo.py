"""A stand-in for Zalo's Official Account API: https://developers.zalo.me/docs/official-account."""

import hashlib
import re
import time
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Asked, Desk, json_answer
from sandbox.reading import object_in
from sandbox.shown import Act, Json, Received, Webhook
from sandbox.stand_in import StandIn
from sandbox.zalo_shown import bubble_of, event_of, recipient_of, text_of

OA, APP = "5790000000000000017", "4041234567890123456"
MOST_TEXT, MOST_BUTTONS = 2000, 5
_REFUSED_TOKEN, _WINDOW, _INVALID, _EXPIRED_UPLOAD, _BAD_PHONE = -216, -230, -201, -100, -108
_CODE = re.compile(r"(-\d+) ?(.*)", re.DOTALL)
_LIFE_S = "90000"
_SIZES = {"image": 1 << 20, "gif": 5 << 20, "file": 5 << 20}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Zalo:
    """Zalo's paths, answers, events and signatures. `open_to`: who may be written to without having written; `token` begins the line.

    A fault whose description begins with a code (`-230 …`) is answered as Zalo answers: HTTP 200 and the code in the body.
    """

    kind = "zalo"
    title = "Zalo OA"

    def __init__(
        self, *, secret: str, token: str, refresh: str = "rt-0", app_secret: str = "app-secret", open_to: tuple[str, ...] = ()
    ) -> None:
        self.token, self.refresh = token, refresh
        self.renewals = 0
        self.spoke = set(open_to)
        self.uploads: dict[str, str] = {}
        self._secret = secret
        self._app_secret = app_secret

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """The paths the hub calls: three hosts of Zalo's in one."""
        doors = _Doors(self, desk)
        sends = ("/v3.0/oa/message/cs", "/v3.0/oa/group/message", "/v2.0/oa/message")
        return [
            *(web.post(path, self._guarded(doors.message)) for path in sends),
            web.post("/v3.0/oa/message/template", self._guarded(doors.template)),
            web.post("/message/template", self._guarded(doors.template)),
            web.post("/v2.0/oa/upload/{kind}", self._guarded(doors.upload)),
            web.get("/v2.0/oa/getoa", self._guarded(doors.info)),
            web.get("/v3.0/oa/user/detail", self._guarded(doors.person)),
            web.post("/v4/oa/access_token", doors.renew),
        ]

    def webhooks(self, act: Act) -> list[Webhook]:
        """One event an act."""
        event = event_of(act, oa=OA)
        if str(event.get("event_name", "")).startswith(("user_send", "follow")):
            self.spoke.add(act.phone.id)
        return [self.signed(event)] if event else []

    def signed(self, event: Json) -> Webhook:
        """An event as Zalo brings it."""
        moment = str(int(time.time() * 1000))
        body = msgspec.json.encode({**event, "app_id": APP, "timestamp": moment})
        mac = hashlib.sha256(APP.encode() + body + moment.encode() + self._secret.encode()).hexdigest()
        return Webhook(body=body, headers={"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac}"})

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """Zalo's own is a code under HTTP 200; other statuses come from something in between."""
        if told := _CODE.fullmatch(words):
            return refused(int(told[1]), told[2])
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return json_answer({"message": words}, status, **headers)

    def trade(self, refresh: str, app_secret: str) -> web.Response:
        """The next token for a refresh token, once."""
        if refresh != self.refresh or app_secret != self._app_secret:
            return json_answer({"error": -14020, "error_name": "Invalid refresh token", "error_reason": "used or expired"})
        self.renewals += 1
        self.token, self.refresh = f"at-{self.renewals}", f"rt-{self.renewals}"
        return json_answer({"access_token": self.token, "refresh_token": self.refresh, "expires_in": _LIFE_S})

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("access_token") != self.token:
                return refused(_REFUSED_TOKEN, "Access token is invalid")
            return await handler(request)

        return guarded


class _Doors:
    def __init__(self, zalo: Zalo, desk: Desk) -> None:
        self._zalo = zalo
        self._desk = desk

    async def message(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())
        to, text = recipient_of(asked), text_of(asked)

        def accept(entry: Received) -> web.Response:
            if wrong := self._wrong(asked, to):
                return wrong
            return self._shown(asked, to, entry)

        return await self._desk.serve(request, Asked(method="message", to=to, text=text, params=asked), accept)

    async def template(self, request: web.Request) -> web.StreamResponse:
        """By a person's id, or by phone number; either needs no word of theirs before."""
        asked = object_in(await request.read())
        to = str(asked.get("user_id") or asked.get("phone") or "")

        def accept(entry: Received) -> web.Response:
            if "phone" in asked and not re.fullmatch(r"84\d{8,11}", to):
                return refused(_BAD_PHONE, "Phone number invalid")
            if not asked.get("template_id") or ("phone" in asked and not asked.get("tracking_id")):
                return refused(-109, "Template ID invalid")
            return self._shown(asked, to, entry, key="msg_id" if "phone" in asked else "message_id")

        return await self._desk.serve(request, Asked(method="template", to=to, text="", params=asked), accept)

    def _shown(self, asked: Json, to: str, entry: Received, *, key: str = "message_id") -> web.Response:
        entry.external_id = self._desk.new_id("z")
        self._desk.show(to, bubble_of(asked, entry.external_id))
        return json_answer({"error": 0, "message": "Success", "data": {key: entry.external_id, "sent_time": str(int(time.time() * 1000))}})

    def _wrong(self, asked: Json, to: str) -> web.Response | None:
        """What Zalo refuses: https://developers.zalo.me/docs/official-account/phu-luc/ma-loi."""
        if not to:
            return refused(_INVALID, "user_id is invalid!")
        if not to.startswith("group/") and to not in self._zalo.spoke:
            return refused(_WINDOW, "User has not interacted with the OA in the past 7 days")
        message = asked.get("message")
        if not isinstance(message, dict) or not (message.get("text") or message.get("attachment")):
            return refused(_INVALID, "message is invalid!")
        if len(str(message.get("text", ""))) > MOST_TEXT:
            return refused(-210, "Parameter exceeds allowable limit")
        return self._wrong_attachment(message.get("attachment"))

    def _wrong_attachment(self, attachment: object) -> web.Response | None:
        payload = attachment.get("payload") if isinstance(attachment, dict) else None
        if not isinstance(payload, dict):
            return None
        elements, buttons = payload.get("elements"), payload.get("buttons")
        named = [payload.get("token")] + [each.get("attachment_id") for each in elements or () if isinstance(each, dict)]
        if any(name and name not in self._zalo.uploads for name in named):
            return refused(_EXPIRED_UPLOAD, "attachment_id was expired")
        if len(buttons or ()) > MOST_BUTTONS or any(not b.get("title") or not b.get("payload") for b in buttons or ()):
            return refused(_INVALID, "buttons is invalid!")
        return None

    async def upload(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField) or kind not in _SIZES:
            return refused(_INVALID, "file is invalid!")
        content = file.file.read()
        if len(content) > _SIZES[kind]:
            return refused(-210, "Parameter exceeds allowable limit")
        name = self._desk.new_id("up")
        self._zalo.uploads[name] = kind
        self._desk.media[name] = (content, file.content_type)
        return json_answer({"error": 0, "message": "Success", "data": {"token" if kind == "file" else "attachment_id": name}})

    async def info(self, _request: web.Request) -> web.StreamResponse:
        return json_answer({"error": 0, "message": "Success", "data": {"oa_id": OA, "name": "Sandbox", "is_verified": True}})

    async def person(self, request: web.Request) -> web.StreamResponse:
        """Only those who have written or follow: https://developers.zalo.me/docs/official-account/phu-luc/ma-loi."""
        who = str(object_in(request.query.get("data", "").encode()).get("user_id", ""))
        if who not in self._zalo.spoke:
            return refused(-213, "User has not interacted with the OA")
        told = {"user_id": who, "display_name": self._desk.phone(who).name, "user_is_follower": False}
        return json_answer({"error": 0, "message": "Success", "data": told})

    async def renew(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        return self._zalo.trade(str(form.get("refresh_token", "")), request.headers.get("secret_key", ""))


def refused(code: int, words: str) -> web.Response:
    """A refusal as Zalo words it: HTTP 200, whatever it says."""
    return json_answer({"error": code, "message": words})


def stand_in(*, secret: str, token: str, open_to: tuple[str, ...] = ()) -> StandIn:
    """Zalo on a port of its own, once started."""
    return StandIn(Zalo(secret=secret, token=token, open_to=open_to))
