"""A stand-in for Messenger and Instagram at Graph: the Send API, files, comments, subscriptions, and Meta's webhooks.

https://developers.facebook.com/docs/messenger-platform/reference/send-api, https://developers.facebook.com/docs/graph-api/reference/comment
"""

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
from aiohttp import ClientError, ClientSession, web
from aiohttp.web_routedef import AbstractRouteDef

from sandbox.desk import Asked, Desk, json_answer
from sandbox.messaging_told import Teller
from sandbox.messaging_wall import ASKED, Wall
from sandbox.messaging_world import bubble_of, refused, unfit, words_of
from sandbox.reading import phone_of
from sandbox.shown import Act, Json, Received, Webhook
from sandbox.stand_in import StandIn

MESSENGER, INSTAGRAM = "messenger", "instagram"
TITLES = {MESSENGER: "Messenger", INSTAGRAM: "Instagram"}
SEND = "me/messages"

_TYPING_SECONDS = 20.0
_PREFIXES = ("", "/v25.0")
_CODES = {401: 190, 429: 4, 500: 1, 503: 2}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Meta:
    """One Page or Instagram account and the app that reads it. `closed` (whose 24 hours are over) is for tests.

    `young`: the token is too new to be renewed; `renewed`: how often it was; `used`: the tokens of the messages; `asks_proof`: the app
    demands the proof of its secret with every call; `linked`: an Instagram account belongs to the Page.
    """

    def __init__(self, kind: str, *, token: str, secret: str, own_id: str = "1", app_id: str = "900") -> None:
        self.kind = kind
        self.title = TITLES[kind]
        self.own_id = own_id
        self.closed: set[str] = set()
        self.fields: list[str] = []
        self.used: list[str] = []
        self.renewed = 0
        self.young = False
        self.asks_proof = False
        self.linked = True
        self._secret = secret
        self._token = token
        self._tokens = {token}
        self._app = (app_id, f"{app_id}|{secret}")
        self._teller = Teller(kind=kind, own_id=own_id, app_id=app_id, secret=secret)
        self._files: dict[str, str] = {}
        self._hook = ""
        self._desk: Desk | None = None
        self._wall: Wall | None = None

    @property
    def wall(self) -> Wall:
        """The shop's posts, and what stands under them; there once the stand-in has its routes."""
        if self._wall is None:
            raise RuntimeError("routes() comes first")
        return self._wall

    def routes(self, desk: Desk) -> list[AbstractRouteDef]:
        """Graph's paths, with and without its version."""
        self._desk = desk
        app = self._app[0]
        self._wall = wall = Wall(desk, self._teller)
        posts: dict[str, Handler] = {
            SEND: self._send,
            "me/message_attachments": self._upload,
            "me/subscribed_apps": self._subscribe,
            f"{app}/subscriptions": self._set_hook,
        }
        gets: dict[str, Handler] = {
            "me": self._me,
            "me/subscribed_apps": self._subscribed,
            f"{app}/subscriptions": self._hooks,
            "debug_token": self._debug,
            "refresh_access_token": self._renew,
            "{person}": self._person,
        }
        return [
            web.get("/m.me/{page}", self._opened),
            *(web.post(f"{prefix}/{path}", self._guarded(handler)) for prefix in _PREFIXES for path, handler in posts.items()),
            *(web.get(f"{prefix}/{path}", self._guarded(handler)) for prefix in _PREFIXES for path, handler in gets.items()),
            *(web.route(method, f"{prefix}/{path}", self._guarded(wall.asked)) for prefix in _PREFIXES for method, path in ASKED),
        ]

    def webhooks(self, act: Act) -> list[Webhook]:
        """What Meta tells of an act: not of blocking, and of a failure never."""
        return self._teller.webhooks(act)

    def refusal(self, status: int, words: str, retry_after: int | None) -> web.Response:
        """An error as Graph words it; a 502 is a gateway's and has no such words. `words` may begin with `code/subcode `."""
        if status == HTTPStatus.BAD_GATEWAY:
            return web.Response(status=status, body=b"<html>Bad Gateway</html>", content_type="text/html")
        return refused(words, status=status, code=_CODES.get(status, 100), retry_after=retry_after)

    async def _opened(self, request: web.Request) -> web.StreamResponse:
        """A link into the chat: https://developers.facebook.com/docs/messenger-platform/discovery/m-me-links."""
        return phone_of(self.kind, start=request.query.get("ref", ""))

    def take_token(self, token: str) -> None:
        """Take another token too, from now on."""
        self._tokens.add(token)

    def person_says(self, chat: str, text: str) -> Webhook:
        """What Meta tells where somebody of the shop answers in its own inbox; to be brought."""
        return self._teller.answered_by_hand(chat, self._at_desk.new_id("m_"), text)

    # --- the Send API ---

    async def _send(self, request: web.Request) -> web.StreamResponse:
        self.used.append(request.query.get("access_token", ""))
        told = await _json(request)
        recipient = told.get("recipient")
        to = self._addressed(recipient if isinstance(recipient, dict) else {})
        action = told.get("sender_action")
        method = "sender_action" if action else SEND
        return await self._at_desk.serve(
            request, Asked(method=method, to=to, text=words_of(told), params=told), lambda e: self._taken(e, told)
        )

    def _addressed(self, recipient: Json) -> str:
        comment = self.wall.comments.get(str(recipient.get("comment_id", "")))
        return comment.author if comment else str(recipient.get("id") or recipient.get("notification_messages_token") or "")

    def _taken(self, entry: Received, told: Json) -> web.Response:
        if entry.method == "sender_action":
            if told["sender_action"] == "typing_on":
                self._at_desk.phone(entry.to).typing_until = time.monotonic() + _TYPING_SECONDS
            return json_answer({"recipient_id": entry.to})
        if wrong := self._wrong(entry.to, told):
            entry.outcome, entry.taken = "refused", 0.0
            return refused(wrong)
        entry.external_id = self._at_desk.new_id("m_")
        self._at_desk.phone(entry.to).typing_until = 0.0
        # Meta tells of it while we still wait for its answer.
        self._at_desk.bringing.bring(entry.to, self._teller.echoed(entry.to, entry.external_id, told))
        self._at_desk.show(entry.to, bubble_of(told, entry.external_id, self._files))
        return json_answer({"recipient_id": entry.to, "message_id": entry.external_id})

    def _wrong(self, to: str, told: Json) -> str:
        """Why Meta would refuse the message, as `code/subcode words`; empty where it would not."""
        recipient = told.get("recipient")
        comment_id = str(recipient.get("comment_id", "")) if isinstance(recipient, dict) else ""
        if comment_id:
            comment = self.wall.comments.get(comment_id)
            if comment is None:
                return "100/33 Unsupported post request. Object with ID does not exist"
            if comment.private:
                return "10900/0 Activity already replied to"
            comment.private = True
        if not to:
            return "100/2018001 No matching user found"
        if self._at_desk.phone(to).blocked:
            return "551/1545041 This person isn't available right now."
        if to in self.closed and told.get("messaging_type") != "MESSAGE_TAG" and not comment_id:
            return "10/2018278 This message is sent outside of allowed window."
        return unfit(told, bytes_only=self.kind == INSTAGRAM)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        file = form.get("filedata")
        if not isinstance(file, web.FileField):
            return refused("100/2018047 Upload attachment failure.")
        content = file.file.read()

        def accept(_entry: Received) -> web.Response:
            name = self._at_desk.new_id("")
            self._at_desk.media[name] = (content, file.content_type)
            self._files[name] = f"{self._at_desk.base_url}/_sandbox/media/{name}"
            return json_answer({"attachment_id": name})

        return await self._at_desk.serve(request, Asked(method="me/message_attachments"), accept)

    # --- how the account stands ---

    async def _me(self, _request: web.Request) -> web.StreamResponse:
        account = {"id": self.own_id, "username": "shop"}
        if self.kind == INSTAGRAM:
            own = {"instagram_business_account": account, "user_id": self.own_id, "username": "shop"} if self.linked else {}
            return json_answer({"id": "2", "name": "Shop", **own})
        return json_answer({"id": self.own_id, "name": "Shop"})

    async def _person(self, request: web.Request) -> web.StreamResponse:
        id_ = request.match_info["person"]
        if (post := self.wall.post_told(id_)) is not None:
            return json_answer(post)
        phone = self._at_desk.phones.get(id_)
        if phone is None:
            return refused("100/33 Object with ID does not exist")
        told = {"id": phone.id, "name": phone.name, "username": phone.name.lower(), "profile_pic": f"{self._at_desk.base_url}/p.jpg"}
        asked = request.query.get("fields", "id,name").split(",")
        return json_answer({key: told[key] for key in ("id", *asked) if key in told})

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        self.fields = str((await _json(request)).get("subscribed_fields", "")).split(",")
        return json_answer({"success": True})

    async def _subscribed(self, _request: web.Request) -> web.StreamResponse:
        app = {"id": self._app[0], "name": "Hub", "subscribed_fields": self.fields}
        return json_answer({"data": [app] if self.fields else []})

    async def _set_hook(self, request: web.Request) -> web.StreamResponse:
        """Meta asks the hook for its challenge before it takes it."""
        told = await _json(request)
        url, challenge = str(told.get("callback_url", "")), "1158201444"
        asked = {"hub.mode": "subscribe", "hub.verify_token": str(told.get("verify_token", "")), "hub.challenge": challenge}
        try:
            async with ClientSession() as session, session.get(url, params=asked) as answer:
                proven = await answer.text() == challenge
        except (ClientError, ValueError):
            proven = False
        if not proven:
            return refused("2200/0 Callback verification failed")
        self._hook = url
        self._at_desk.hook(url)
        return json_answer({"success": True})

    async def _hooks(self, _request: web.Request) -> web.StreamResponse:
        hook = {"object": "page" if self.kind == MESSENGER else "instagram", "callback_url": self._hook, "active": True}
        return json_answer({"data": [hook] if self._hook else []})

    async def _renew(self, request: web.Request) -> web.StreamResponse:
        """60 days more, under another token; the older one goes on."""
        if request.query.get("grant_type") != "ig_refresh_token" or self.young:
            return refused("100/0 The token is too young to be refreshed")
        self.renewed += 1
        self._tokens.add(f"{self._token}-{self.renewed}")
        return json_answer({"access_token": f"{self._token}-{self.renewed}", "token_type": "bearer", "expires_in": 60 * 86_400})

    async def _debug(self, _request: web.Request) -> web.StreamResponse:
        return json_answer({"data": {"app_id": self._app[0], "is_valid": True, "expires_at": 0, "data_access_expires_at": 4_102_444_800}})

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            token = request.query.get("access_token", "")
            if token not in {*self._tokens, self._app[1]}:
                return refused("190/0 Invalid OAuth access token.", status=HTTPStatus.UNAUTHORIZED)
            proof = hmac.digest(self._secret.encode(), token.encode(), hashlib.sha256).hex()
            if self.asks_proof and request.query.get("appsecret_proof") != proof:
                return refused("100/0 API calls from the server require an appsecret_proof argument")
            return await handler(request)

        return guarded

    @property
    def _at_desk(self) -> Desk:
        if self._desk is None:
            raise RuntimeError("routes() comes first")
        return self._desk


def provider_and_stand_in(kind: str, *, token: str, secret: str, receipts: str = "delivered", own_id: str = "1") -> tuple[Meta, StandIn]:
    """Meta, and the server it stands on; `kind` is messenger or instagram."""
    meta = Meta(kind, token=token, secret=secret, own_id=own_id)
    return meta, StandIn(meta, receipts=receipts)


def stand_in(kind: str, *, token: str, secret: str, receipts: str = "delivered", own_id: str = "1") -> StandIn:
    """Meta on a port of its own."""
    return provider_and_stand_in(kind, token=token, secret=secret, receipts=receipts, own_id=own_id)[1]


async def _json(request: web.Request) -> Json:
    """The body as JSON; empty where it is none."""
    try:
        told = msgspec.json.decode(await request.read() or b"{}")
    except msgspec.DecodeError:
        return {}
    return told if isinstance(told, dict) else {}
