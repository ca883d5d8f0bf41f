"""A stand-in for api.telegram.org: the provider's own paths, errors on demand, signed webhooks, and phones to try it with."""

import asyncio
import time

import msgspec
from aiohttp import web

from sandbox.arrivals import Arrivals, Watched
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.roads import Copies, Roads
from sandbox.telegram.control import routes
from sandbox.telegram.errors import BotError
from sandbox.telegram.hooks import Hooks, Timing
from sandbox.telegram.methods import METHODS_WITH_FILES, call, number
from sandbox.telegram.world import Json, Received, Update, World

TOKEN = "10001:sandbox"
USERNAME = "sandbox_shop_bot"
_LARGEST_BODY = 50 * 1024 * 1024


class TelegramStandIn:
    """One bot's Telegram on a loopback port. `received` holds every call in the order of its acceptance or refusal."""

    def __init__(self, *, token: str = TOKEN, username: str = USERNAME, timing: Timing | None = None) -> None:
        self.token = token
        self.world = World(token=token, username=username)
        self.faults = Faults()
        self.received: list[Received] = []
        self.roads = Roads()
        self.hooks = Hooks(self.world, self.faults, self._answered_by_webhook, timing=timing or Timing(), roads=self.roads)
        self.base_url = ""
        self.files: dict[str, bytes] = {}
        """What lies under a file's id, where it is more than a line of words."""
        self._copies = Copies(self.roads)
        self.arrivals = Arrivals()
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._calls = 0

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; `base_url` tells where."""
        app = web.Application(client_max_size=_LARGEST_BODY, middlewares=())
        app.router.add_route("*", "/bot{token:[^/]+}/{method}", self._bot)
        app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", self._file)
        app.add_routes(routes(self))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        inner = self._runner.server
        if inner is None:
            raise RuntimeError("aiohttp made no server")
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Watched(inner(), self.arrivals), host, port)
        self.base_url = f"http://{host}:{self._server.sockets[0].getsockname()[1]}"
        await self.hooks.start()

    async def stop(self) -> None:
        """Close all it holds."""
        await self.hooks.stop()
        await self._copies.stop()
        if self._server:
            self._server.close()
        if self._runner:
            await self._runner.cleanup()

    def say(self, chat: str, text: str, *, name: str = "", language: str = "") -> int:
        """The customer writes; returns the update's number."""
        shown = self._wrote(chat, {"text": text}, name=name, language=language)
        return self.world.push(chat, "message", {**self._head(chat, shown), "text": text})

    def picture(self, chat: str, content: bytes, text: str = "", *, name: str = "", language: str = "") -> int:
        """The customer sends a picture, with words or without; returns the update's number."""
        file_id = self._keep(content)
        shown = self._wrote(chat, {"text": text, "media": "photo", "source": self._source(file_id)}, name=name, language=language)
        size: Json = {"file_id": file_id, "file_unique_id": f"u-{file_id}", "width": 1, "height": 1, "file_size": len(content)}
        told: Json = {"photo": [size], **({"caption": text} if text else {})}
        return self.world.push(chat, "message", {**self._head(chat, shown), **told})

    def press(self, chat: str, message_id: int, data: str) -> int:
        """The customer presses a button; returns the update's number. Raises ValueError where that message has no such button."""
        phone = self.world.chat(chat)
        shown = next((m for m in phone.messages if m["id"] == message_id), None)
        rows = shown["buttons"] if shown else []
        if shown is None or not isinstance(rows, list) or not any(b.get("callback_data") == data for row in rows for b in row):
            raise ValueError("no such button")
        under = {**self._head(chat, message_id), "from": self.world.bot, "text": shown["text"]}
        under["reply_markup"] = {"inline_keyboard": rows}
        pressed: Json = {"id": f"press-{chat}-{time.monotonic_ns()}", "from": self.world.person(phone), "chat_instance": chat}
        return self.world.push(chat, "callback_query", {**pressed, "message": under, "data": data})

    def key(self, chat: str, label: str, *, told: str = "") -> int:
        """The customer presses a key below the text field; returns the update's number. Raises ValueError where there is none.

        A key that asks for place or phone number sends it; one with a mini app brings back what was `told` in it; any other says its label.
        """
        phone = self.world.chat(chat)
        pressed = next((key for row in phone.keys for key in row if key.get("text") == label), None)
        if pressed is None:
            raise ValueError("no such key")
        phone.shut = phone.once
        if pressed.get("request_location"):
            return self._said(chat, {"location": {"latitude": 21.0285, "longitude": 105.8542}}, shown="📍 21.0285 105.8542")
        if pressed.get("request_contact"):
            person = self.world.person(phone)
            number = f"+8490{int(str(person['id'])) % 10_000_000:07d}"
            contact = {"phone_number": number, "first_name": phone.name, "user_id": person["id"]}
            return self._said(chat, {"contact": contact}, shown=f"👤 {phone.name} {number}")
        if "web_app" in pressed:
            return self._said(chat, {"web_app_data": {"button_text": label, "data": told}}, shown=label)
        return self.say(chat, label)

    def _said(self, chat: str, content: Json, *, shown: str) -> int:
        number = self._wrote(chat, {"text": shown})
        return self.world.push(chat, "message", {**self._head(chat, number), **content})

    def block(self, chat: str) -> int:
        """The customer blocks the bot; returns the update's number."""
        return self._standing(chat, "member", "kicked")

    def unblock(self, chat: str) -> int:
        """The customer lets the bot in again; returns the update's number."""
        return self._standing(chat, "kicked", "member")

    def update(self, chat: str, kind: str, content: object) -> int:
        """Any update at all, as it is; returns its number."""
        return self.world.push(chat, kind, content)

    def repeat(self, chat: str, number: int, body: Json) -> None:
        """An update once more under a number it had."""
        self.world.put(Update(id=number, chat=chat, body=body))

    def fault(self, kind: FaultKind, **what: object) -> None:
        """Set a fault; the names are Fault's."""
        self.faults.add(msgspec.convert({"kind": kind.value, **what}, Fault))

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and text of every message that was taken, in order."""
        return [(r.chat, r.text) for r in self.received if r.taken and r.method.startswith("send") and r.message_id]

    def sent_to(self, chat: str) -> list[str]:
        """The texts this chat was sent and that were taken, in order."""
        return [r.text for r in self.received if r.chat == chat and r.taken and r.method.startswith("send") and r.message_id]

    def _wrote(self, chat: str, shown: Json, *, name: str = "", language: str = "") -> int:
        phone = self.world.chat(chat, name=name)
        phone.language = language or phone.language
        phone.blocked = False
        return self.world.show(phone, {"mine": True, "buttons": [], **shown})

    def _keep(self, content: bytes) -> str:
        file_id = f"file-{time.time_ns()}"
        self.files[file_id] = content
        return file_id

    def _source(self, file_id: str) -> str:
        """Where the phone's page gets it."""
        return f"{self.base_url}/_sandbox/media/{file_id}"

    def _copy(self, entry: Received) -> None:
        """What a call named by an address is fetched, and shown from here."""
        message = next((m for m in self.world.chat(entry.chat).messages if m["id"] == entry.message_id), {})
        url = str(message.get("source", ""))

        def keep(content: bytes, _mime: str) -> None:
            message["source"] = self._source(self._keep(content))
            self.world.pulse.beat()

        self._copies.take(url, keep)

    def _head(self, chat: str, message_id: int) -> Json:
        phone = self.world.chat(chat)
        return {
            "message_id": message_id,
            "from": self.world.person(phone),
            "chat": self.world.place(phone),
            "date": int(time.time()),
        }

    def _standing(self, chat: str, before: str, after: str) -> int:
        phone = self.world.chat(chat)
        phone.blocked = after == "kicked"
        change: Json = {"chat": self.world.place(phone), "from": self.world.person(phone), "date": int(time.time())}
        member = {"user": self.world.bot}
        change |= {"old_chat_member": {**member, "status": before}, "new_chat_member": {**member, "status": after}}
        return self.world.push(chat, "my_chat_member", change)

    async def _bot(self, request: web.Request) -> web.StreamResponse:
        """One call, through whatever fault is set for it."""
        at = self.arrivals.first_byte(request.transport)
        try:
            params = await _params(request)
        except ValueError:
            return _json({"ok": False, "error_code": 400, "description": "Bad Request: can't parse the request"}, 400)
        finally:
            self.arrivals.whole(request.transport)
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        entry = self._note(method, params, at)
        fault = self.faults.pick(method, entry.chat)
        if fault and (refused := await self._before(fault, entry, request)):
            return refused
        answer = await self._taken(entry, params)
        if fault and entry.taken:
            return await self._after(fault, entry, request, answer)
        return answer

    def _note(self, method: str, params: Json, at: float) -> Received:
        self._calls += 1
        text = str(params.get("text", params.get("caption", "")))
        entry = Received(n=self._calls, method=method, chat=str(params.get("chat_id", "")), text=text, at=at, params=params)
        self.received.append(entry)
        return entry

    async def _before(self, fault: Fault, entry: Received, request: web.Request) -> web.StreamResponse | None:
        match fault.kind:
            case FaultKind.THROTTLE:
                words = f"Too Many Requests: retry after {fault.retry_after}"
                return _json(BotError(429, words, retry_after=fault.retry_after).body(), 429)
            case FaultKind.ERROR:
                return _json(BotError(fault.status, fault.description).body(), fault.status)
            case FaultKind.RESET_BEFORE:
                entry.outcome = "reset"
                return _reset(request)
            case FaultKind.HANG_BEFORE:
                await asyncio.sleep(fault.seconds)
        return None

    async def _taken(self, entry: Received, params: Json) -> web.StreamResponse:
        try:
            if entry.method.lower() == "getupdates":
                result: object = await self._updates(params)
            else:
                result = call(self.world, entry.method, params)
        except BotError as error:
            return _json(error.body(), error.code)
        _accept(entry, result)
        if entry.method.lower() in METHODS_WITH_FILES:
            self._copy(entry)
        return _json({"ok": True, "result": result}, 200)

    async def _after(self, fault: Fault, entry: Received, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        match fault.kind:
            case FaultKind.RESET_AFTER:
                entry.outcome = "reset"
                return _reset(request)
            case FaultKind.HANG_AFTER:
                entry.outcome = "hung"
                await asyncio.sleep(fault.seconds)
            case FaultKind.MALFORMED:
                return web.Response(body=b"<html>\xff not what you asked for", content_type="text/html")
        return answer

    async def _updates(self, params: Json) -> list[Json]:
        """What getUpdates answers (https://core.telegram.org/bots/api#getupdates): it waits, forgets and refuses as Telegram does."""
        if self.world.webhook:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise BotError(409, f"Conflict: {words}")
        offset, limit = number(params, "offset", 0), number(params, "limit", 100)
        self.world.pollers += 1
        mine, until = self.world.pollers, time.monotonic() + number(params, "timeout", 0)
        self.world.pulse.beat()
        if offset < 0:
            offset = min((u.id for u in self.world.waiting()[offset:]), default=0)
        for update in self.world.waiting():
            if update.id < offset:
                self.world.forget(update)
        while not (found := self.world.waiting()[:limit]) and (left := until - time.monotonic()) > 0:
            await self.world.pulse.wait(left)
            if self.world.pollers != mine:
                words = "terminated by other getUpdates request; make sure that only one bot instance is running"
                raise BotError(409, f"Conflict: {words}")
        return [u.body for u in found]

    def _answered_by_webhook(self, told: Json) -> None:
        """A method named in the answer to a webhook: its result is told to nobody."""
        entry = self._note(str(told.get("method", "")), {k: v for k, v in told.items() if k != "method"}, time.monotonic())
        try:
            _accept(entry, call(self.world, entry.method, entry.params))
        except BotError:
            # Telegram tells nobody either: https://core.telegram.org/bots/api#making-requests-when-getting-updates
            entry.outcome = "refused"

    async def _file(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        path = request.match_info["path"]
        content = self.files.get(path.removeprefix("files/"), f"sandbox file {path}\n".encode())
        return web.Response(body=content, content_type="application/octet-stream")


def _accept(entry: Received, result: object) -> None:
    entry.taken, entry.outcome = time.monotonic(), "accepted"
    if isinstance(result, dict) and isinstance(number_there := result.get("message_id"), int):
        entry.message_id = number_there


async def _params(request: web.Request) -> Json:
    """Query, JSON, form or multipart, as https://core.telegram.org/bots/api#making-requests allows; raises ValueError."""
    params: Json = dict(request.query)
    if request.method != "POST" or not request.can_read_body:
        return params
    if request.content_type == "application/json":
        told = msgspec.json.decode(await request.read())
        if not isinstance(told, dict):
            raise ValueError("not an object")
        return params | told
    for key, value in (await request.post()).items():
        params[key] = value if isinstance(value, str) else f"upload:{getattr(value, 'filename', '')}"
    return params


def _json(body: Json, status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def _reset(request: web.Request) -> web.Response:
    """Cut the connection without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()
