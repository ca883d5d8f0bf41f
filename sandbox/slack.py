"""A stand-in for Slack's Web API and Events API: https://docs.slack.dev/apis/."""

import asyncio
import hashlib
import hmac
import html
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Asked, Desk, json_answer
from sandbox.reading import object_in
from sandbox.shown import Act, Bubble, Json, Media, Pressed, Received, Webhook
from sandbox.slack_shown import bubble_of, event_of, interaction_of
from sandbox.stand_in import StandIn

APP, TEAM, BOT = "A0SANDBOX", "T0SANDBOX", "U0SANDBOX"
SCOPES = (
    "app_mentions:read,channels:history,chat:write,files:read,files:write,groups:history,im:history,im:write,mpim:history,"
    "reactions:read,users:read"
)
LONGEST_TEXT = 40_000
MOST_BLOCKS = 50
MOST_ELEMENTS = 25

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Slack:
    """Slack's paths, answers, events and signatures. `scopes`: what the token may do, as the header tells it.

    `unchangeable`: the word with which changes are refused, as a workspace's settings may (`edit_window_closed`, `cant_update_message`).
    With an `app_token` events go over the socket alone (Socket Mode); `waiting`: the envelopes nobody has acknowledged.
    """

    kind = "slack"
    title = "Slack"

    def __init__(self, *, token: str, secret: str, scopes: str = SCOPES, app_token: str = "") -> None:
        self.scopes = scopes
        self.app_token = app_token
        self.unchangeable = ""
        self.lines: set[asyncio.Queue[Json | None]] = set()
        self.waiting: dict[str, Json] = {}
        self.uploads: dict[str, tuple[str, bytes]] = {}
        self._proof = f"Bearer {token}"
        self._secret = secret
        self._told = 0

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """The paths the hub calls; a file lies where only the token opens it."""
        doors = _Doors(self, desk)
        methods = {
            "chat.postMessage": doors.post,
            "chat.update": doors.update,
            "chat.delete": doors.delete,
            "files.delete": doors.delete_file,
            "conversations.open": doors.open,
            "files.getUploadURLExternal": doors.grant,
            "files.completeUploadExternal": doors.share,
            "files.info": doors.info,
            "auth.test": doors.who,
            "users.info": doors.person,
            "apps.connections.open": doors.connect,
        }
        return [
            *(web.post(f"/{name}", self._guarded(method)) for name, method in methods.items()),
            web.post("/upload/v1/{id}", doors.upload),
            web.get("/files-pri/{id}", doors.file),
            web.get("/link", doors.link),
        ]

    def webhooks(self, act: Act) -> list[Webhook]:
        """An event, or an interaction as a form."""
        place = place_of(act.phone.id)
        if self.app_token:
            for kind, payload in self._payloads(act, place):
                self.push(kind, payload)
            return []
        if isinstance(act, Pressed):
            return [self.signed(urlencode({"payload": msgspec.json.encode(interaction_of(act, place)).decode()}).encode(), form=True)]
        event = event_of(act, place)
        return [self.told(event)] if event else []

    def told(self, event: Json) -> Webhook:
        """A request that tells of an event."""
        return self.signed(msgspec.json.encode(self._whole(event)))

    def _payloads(self, act: Act, place: str) -> list[tuple[str, Json]]:
        if isinstance(act, Pressed):
            return [("interactive", interaction_of(act, place))]
        event = event_of(act, place)
        return [("events_api", self._whole(event))] if event else []

    def push(self, kind: str, payload: Json) -> None:
        """Bring an envelope over the socket; what is not acknowledged when the socket ends is brought again by the next."""
        self._told += 1
        envelope: Json = {"envelope_id": f"e{self._told}", "type": kind, "payload": payload, "accepts_response_payload": False}
        self.waiting[f"e{self._told}"] = envelope
        for line in self.lines:
            line.put_nowait(envelope)

    def signed(self, body: bytes, *, form: bool = False) -> Webhook:
        """A request of Slack's with this body."""
        at = str(int(time.time()))
        signature = "v0=" + hmac.digest(self._secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hex()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        return Webhook(body=body, headers={"Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": signature})

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """Slack answers 200 and a word, but for limits and its own trouble."""
        if retry_after is not None:
            return json_answer({"ok": False, "error": "ratelimited"}, 429, **{"Retry-After": str(retry_after)})
        return json_answer({"ok": False, "error": words}, status)

    def refuses(self, request: web.Request) -> bool:
        """Whether the token is not the app's."""
        return request.headers.get("Authorization") != self._proof

    def _whole(self, event: Json) -> Json:
        self._told += 1
        authorization = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "event_id": f"Ev{int(time.time() * 1000)}{self._told:04d}",
            "event_time": int(time.time()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            opens = request.path == "/apps.connections.open" and request.headers.get("Authorization") == f"Bearer {self.app_token}"
            return refused("invalid_auth") if self.refuses(request) and not opens else await handler(request)

        return guarded


class _Doors:
    def __init__(self, slack: Slack, desk: Desk) -> None:
        self._slack = slack
        self._desk = desk

    async def post(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())
        to = str(asked.get("channel", ""))

        def accept(entry: Received) -> web.Response:
            if wrong := _wrong(asked):
                return refused(wrong)
            entry.external_id = ts = self._new_ts()
            self._desk.show(to, bubble_of(asked, ts))
            return json_answer(
                {"ok": True, "channel": place_of(to), "ts": ts, "message": {"text": asked.get("text"), "ts": ts, "bot_id": "B0"}}
            )

        text = html.unescape(str(asked.get("text") or ""))
        return await self._desk.serve(request, Asked(method="chat.postMessage", to=to, text=text, params=asked), accept)

    async def update(self, request: web.Request) -> web.StreamResponse:
        """https://docs.slack.dev/reference/methods/chat.update/: without `blocks` the old ones stay."""
        asked = object_in(await request.read())

        def accept(_entry: Received) -> web.Response:
            bubble = self._posted(asked)
            if bubble is None:
                return refused("message_not_found")
            if wrong := self._slack.unchangeable or _wrong(asked):
                return refused(wrong)
            new = bubble_of(asked, bubble.external_id)
            offers, media = (new.offers, new.media) if "blocks" in asked else (bubble.offers, bubble.media)
            self._desk.change(bubble, text=new.text, offers=offers, media=media)
            return json_answer({"ok": True, "channel": asked.get("channel"), "ts": bubble.external_id, "text": asked.get("text")})

        text = html.unescape(str(asked.get("text") or ""))
        return await self._desk.serve(request, Asked(method="chat.update", to=str(asked.get("channel")), text=text, params=asked), accept)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())

        def accept(_entry: Received) -> web.Response:
            bubble = self._posted(asked)
            if bubble is None:
                return refused("message_not_found")
            if self._slack.unchangeable:
                return refused("cant_delete_message")
            self._desk.remove(bubble)
            return json_answer({"ok": True, "channel": asked.get("channel"), "ts": bubble.external_id})

        return await self._desk.serve(request, Asked(method="chat.delete", to=str(asked.get("channel")), params=asked), accept)

    async def delete_file(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())
        number = str(asked.get("file", ""))

        def accept(_entry: Received) -> web.Response:
            if self._desk.media.pop(number, None) is None:
                return refused("file_not_found")
            for bubble in [b for phone in self._desk.phones.values() for b in phone.bubbles]:
                if any(piece.url.endswith(f"/{number}") for piece in bubble.media):
                    self._desk.change(bubble, text=bubble.text, offers=bubble.offers, media=())
            return json_answer({"ok": True})

        return await self._desk.serve(request, Asked(method="files.delete", params=asked), accept)

    async def open(self, request: web.Request) -> web.StreamResponse:
        """The direct conversation with a person."""
        person = str(object_in(await request.read()).get("users", ""))
        if not person.startswith("U"):
            return refused("user_not_found")
        return json_answer({"ok": True, "channel": {"id": place_of(person)}})

    def _posted(self, asked: Json) -> Bubble | None:
        """The app's own message at that time, in that conversation: a person's id is none here."""
        phones = [phone for phone in self._desk.phones.values() if place_of(phone.id) == asked.get("channel")]
        bubbles = [bubble for phone in phones for bubble in phone.bubbles if not bubble.mine and bubble.state != "removed"]
        return next((bubble for bubble in bubbles if bubble.external_id == asked.get("ts")), None)

    async def grant(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        name, length = str(form.get("filename", "")), str(form.get("length", ""))
        if not name or not length.isdigit():
            return refused("invalid_arguments")
        number = self._desk.new_id("F")
        self._slack.uploads[number] = (name, b"")
        return json_answer({"ok": True, "upload_url": f"{self._desk.base_url}/upload/v1/{number}", "file_id": number})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        number = request.match_info["id"]
        if number not in self._slack.uploads:
            return web.Response(status=404)
        content = await request.read()
        self._slack.uploads[number] = (self._slack.uploads[number][0], content)
        self._desk.media[number] = (content, request.content_type)
        return web.Response(text=f"OK - {len(content)}")

    async def share(self, request: web.Request) -> web.StreamResponse:
        asked = object_in(await request.read())
        to = str(asked.get("channel_id") or asked.get("channels") or "")
        told = asked.get("files")
        files = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []

        def accept(entry: Received) -> web.Response:
            if not files or any(not self._slack.uploads.get(str(each.get("id")), ("", b""))[1] for each in files):
                return refused("file_not_found")
            entry.external_id = str(files[0]["id"])
            self._desk.show(to, self._bubble(asked, files))
            return json_answer({"ok": True, "files": [{"id": each["id"], "title": each.get("title")} for each in files]})

        text = html.unescape(str(asked.get("initial_comment") or ""))
        return await self._desk.serve(request, Asked(method="files.completeUploadExternal", to=to, text=text, params=asked), accept)

    def _bubble(self, asked: Json, files: list[Json]) -> Bubble:
        url = f"{self._desk.base_url}/_sandbox/media"
        media = tuple(Media(kind="file", url=f"{url}/{each['id']}", name=str(each.get("title"))) for each in files)
        bubble = bubble_of({"text": asked.get("initial_comment"), "thread_ts": asked.get("thread_ts")}, self._new_ts())
        bubble.media = media
        return bubble

    async def info(self, request: web.Request) -> web.StreamResponse:
        number = str((await request.post()).get("file", ""))
        found = self._desk.media.get(number)
        if found is None:
            return refused("file_not_found")
        url = f"{self._desk.base_url}/files-pri/{number}"
        return json_answer({"ok": True, "file": {"id": number, "mimetype": found[1], "url_private": url}})

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Without the token a page to sign in, and 200."""
        found = self._desk.media.get(request.match_info["id"])
        if found is None or self._slack.refuses(request):
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        return web.Response(body=found[0], content_type=found[1] or "application/octet-stream")

    async def who(self, _request: web.Request) -> web.StreamResponse:
        told = {"ok": True, "team": "Sandbox", "user": "shop", "team_id": TEAM, "user_id": BOT, "bot_id": "B0"}
        answer = json_answer(told)
        answer.headers["X-OAuth-Scopes"] = self._slack.scopes
        return answer

    async def person(self, request: web.Request) -> web.StreamResponse:
        phone = self._desk.phones.get(str((await request.post()).get("user", "")))
        if phone is None:
            return refused("user_not_found")
        told = {"id": phone.id, "name": phone.id.lower(), "real_name": phone.name, "tz": "Asia/Taipei", "locale": phone.language}
        return json_answer({"ok": True, "user": told})

    async def connect(self, _request: web.Request) -> web.StreamResponse:
        return json_answer({"ok": True, "url": f"{self._desk.base_url.replace('http', 'ws', 1)}/link"})

    async def link(self, request: web.Request) -> web.StreamResponse:
        """The socket: a greeting, then the envelopes; None on the line asks the hub to come anew."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        line: asyncio.Queue[Json | None] = asyncio.Queue()
        for envelope in self._slack.waiting.values():
            line.put_nowait(envelope)
        self._slack.lines.add(line)
        bringing = asyncio.create_task(_bring(line, socket))
        try:
            async for frame in socket:
                self._slack.waiting.pop(str(msgspec.json.decode(frame.data)["envelope_id"]), None)
        finally:
            self._slack.lines.discard(line)
            bringing.cancel()
            await asyncio.gather(bringing, return_exceptions=True)
        return socket

    def _new_ts(self) -> str:
        return f"{int(time.time())}.{int(self._desk.new_id()[-6:]):06d}"


async def _bring(line: asyncio.Queue[Json | None], socket: web.WebSocketResponse) -> None:
    while True:
        envelope = await line.get()
        await socket.send_json(envelope or {"type": "disconnect", "reason": "refresh_requested"})


def place_of(person: str) -> str:
    """The direct conversation with a person; a channel is its own."""
    return f"D{person[1:]}" if person.startswith("U") else person


def refused(word: str) -> web.Response:
    """A refusal as Slack words it: with 200."""
    return json_answer({"ok": False, "error": word})


def _wrong(asked: Json) -> str:
    """What Slack refuses: https://docs.slack.dev/reference/methods/chat.postMessage/#errors; empty where all is well."""
    blocks = asked.get("blocks") or []
    if not asked.get("channel"):
        return "channel_not_found"
    if not asked.get("text") and not blocks:
        return "no_text"
    if len(str(asked.get("text") or "")) > LONGEST_TEXT:
        return "msg_too_long"
    if not isinstance(blocks, list) or len(blocks) > MOST_BLOCKS or any(len(b.get("elements", ())) > MOST_ELEMENTS for b in blocks):
        return "invalid_blocks"
    return ""


def stand_in(*, token: str, secret: str, scopes: str = SCOPES) -> StandIn:
    """Slack on a port of its own, once started."""
    return StandIn(Slack(token=token, secret=secret, scopes=scopes), receipts="")
