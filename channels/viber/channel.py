"""A Viber bot as a channel, after https://developers.viber.com/docs/api/rest-bot-api/ at version 7.3."""

import hashlib
import hmac
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

import msgspec
from aiohttp import ClientSession
from msgspec.structs import replace

from channels import http
from channels.fields import Json, object_in, soft, soft_id
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.viber.errors import decide, read
from channels.viber.parse import opener, parse_callback
from channels.viber.render import (
    CAPTION_UNITS,
    CARD_BUTTONS,
    CARD_TITLE,
    MEDIA,
    MOST_BUTTONS,
    MOST_CARDS,
    NAME,
    SIZED,
    TEXT_UNITS,
    calls_of,
    words,
)
from hub.model.base import Value
from hub.model.channels.abilities import Connection
from hub.model.channels.ports import Call, Files, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.errors import BadSignature, OutcomeUnknown, Rejected, SendError, SettingsError, Unparseable
from hub.model.events.event import Incoming, Started, Unparsed
from hub.model.failure import Failure
from hub.model.files.wanted import Whence
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, ButtonKind, Capabilities, MediaKind, ReplyKind
from hub.model.text.measuring import Unit

BASE_URL = "https://chatapi.viber.com"
LINK_BASE = "viber://pa"
SIGNATURE_HEADER, TOKEN_HEADER = "x-viber-content-signature", "X-Viber-Auth-Token"
EVENTS = ("delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started")
"""What is asked for beside messages: https://developers.viber.com/docs/api/rest-bot-api/#event-types-filtering"""

PICTURE_BYTES, VIDEO_BYTES, FILE_BYTES = 1 << 20, 26 << 20, 50 << 20
"""https://developers.viber.com/docs/api/rest-bot-api/#message-types"""

_DECODER = msgspec.json.Decoder()

CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    unit=Unit.CHARACTERS,
    quick_replies=MOST_BUTTONS,
    reply_kinds=frozenset((ReplyKind.TEXT, ReplyKind.URL, ReplyKind.PHONE, ReplyKind.LOCATION)),
    buttons=MOST_BUTTONS,
    button_kinds=frozenset((ButtonKind.REPLY, ButtonKind.URL, ButtonKind.WEBVIEW)),
    cards=MOST_CARDS,
    card_buttons=CARD_BUTTONS,
    card_title=CARD_TITLE,
    caption_units=CAPTION_UNITS,
    media=MEDIA,
    media_bytes={
        MediaKind.IMAGE: PICTURE_BYTES,
        MediaKind.VIDEO: VIDEO_BYTES,
        MediaKind.FILE: FILE_BYTES,
        MediaKind.AUDIO: FILE_BYTES,
        MediaKind.VOICE: FILE_BYTES,
    },
    # https://developers.viber.com/docs/api/rest-bot-api/#picture-message
    media_types={MediaKind.IMAGE: frozenset(("image/jpeg", "image/png", "image/gif"))},
    receipts=True,
    read_receipts=True,
    retry_horizon_days=1,
)


class Settings(Value, frozen=True):
    """One bot. `token` signs its callbacks, too; `sender` and `avatar` stand over what it says.

    `welcome`: said to who opens the chat for the first time; `uri`: the bot's own in links, which begin with `link_base`.
    """

    account: str
    token: str
    sender: str = ""
    avatar: str = ""
    welcome: str = ""
    uri: str = ""
    base_url: str = BASE_URL
    link_base: str = LINK_BASE

    def __repr__(self) -> str:
        """The token never reaches a log."""
        return f"Settings(account={self.account!r}, base_url={self.base_url!r})"


class Viber:
    """One bot as a channel. Raises SettingsError for settings that cannot be right."""

    kind = "viber"

    def __init__(self, settings: Settings, session: ClientSession, *, capabilities: Capabilities = CAPABILITIES) -> None:
        _check(settings)
        self.account = settings.account
        self.capabilities = capabilities
        self._settings = settings
        self._session = session
        self._uri = settings.uri
        self._sender: Json = {"name": (settings.sender or settings.account)[:NAME]}
        self._sender |= {"avatar": settings.avatar} if settings.avatar else {}

    def verify(self, request: Inbound) -> None:
        """Compare the HMAC-SHA256 of the raw bytes under the bot's token in constant time; raises BadSignature."""
        told = request.headers.get(SIGNATURE_HEADER, "").strip().lower()
        right = signature(self._settings.token, request.body)
        if not hmac.compare_digest(told.encode(errors="replace"), right.encode()):
            if not told:
                raise BadSignature("the signature is missing", code="missing_signature")
            raise BadSignature("the signature is not the body's")

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one callback; raises Unparseable for a body that is not a JSON object."""
        return parse_callback(object_in(request.body), self.account)

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """Who opens the chat and has not subscribed is greeted by the answer to this very callback, the one way to reach them yet."""
        if not self._settings.welcome or not any(_is_new(event) for event in events):
            return None
        with suppress(Unparseable):
            if opener(object_in(request.body)):
                body = {**words(self._settings.welcome), "sender": self._sender, "tracking_data": "welcome"}
                return Reply(body=msgspec.json.encode(body), content_type="application/json")
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order."""
        return calls_of(delivery, limit=self.capabilities.text_units, caption=self.capabilities.caption_units)

    async def prepare(self, delivery: Delivery, _files: Files) -> Delivery:
        """Look how many bytes films and files have, for Viber wants to be told; raises a SendError."""
        pieces = delivery.message.attachments
        if not any(piece.kind in SIZED and not piece.size for piece in pieces):
            return delivery
        sized = [await self._sized(piece) if piece.kind in SIZED and not piece.size else piece for piece in pieces]
        return replace(delivery, message=replace(delivery.message, attachments=tuple(sized)))

    async def send(self, call: Call, _delivery: Delivery) -> Sent:
        """Make one call; raises a SendError."""
        answer = await self._ask(call.method, {**call.params, "sender": self._sender})
        told = read(answer)
        if not told or not told.token:
            raise OutcomeUnknown("the answer has no message_token", failure=Failure.UNEXPECTED)
        return Sent(external_id=told.token)

    def start_link(self, token: str) -> str:
        """An address that opens the chat with `token` as its context; empty while the bot's URI is not known.

        https://developers.viber.com/docs/tools/deep-links/
        """
        return f"{self._settings.link_base}?chatURI={quote(self._uri)}&context={quote(token)}" if self._uri else ""

    async def close(self) -> None:
        """Nothing: the session belongs to the hub."""

    async def connect(self, hook_url: str) -> Connection:
        """Have callbacks brought to `hook_url`; Viber calls it once before it answers. Raises a SendError."""
        await self._ask("set_webhook", {"url": hook_url, "event_types": EVENTS, "send_name": True, "send_photo": False})
        return await self.look(hook_url)

    async def look(self, _hook_url: str) -> Connection:
        """How the bot stands, changing nothing; raises a SendError."""
        answer = await self._ask("get_account_info", {})
        told: Json = {}
        with suppress(ValueError, RecursionError):
            told = found if isinstance(found := _DECODER.decode(answer.body), dict) else {}
        self._uri = self._settings.uri or soft_id(told, "uri")
        hook = soft(told, "webhook")
        brought = told.get("event_types")
        missing = tuple(event for event in EVENTS if event not in brought) if hook and isinstance(brought, list) else ()
        return Connection(
            name=soft(told, "name"), hook=hook, tells_hook=True, missing=missing, tells_events=isinstance(brought, list)
        )  # fmt: skip

    async def _ask(self, method: str, params: Json) -> http.Answer:
        """One call; the token in its header, and in the body as older gateways want it. Raises a SendError."""
        body = msgspec.json.encode({"auth_token": self._settings.token, **params})
        headers = {"Content-Type": "application/json", "Accept": "application/json", TOKEN_HEADER: self._settings.token}
        answer = await http.post(self._session, f"{self._settings.base_url}/pa/{method}", body, headers=headers)
        if wrong := decide(answer):
            raise wrong
        return answer

    async def _sized(self, piece: Attachment) -> Attachment:
        """The piece with its size, asked of where it lies; without one it would go as a link."""
        try:
            answer = await http.call(self._session, "HEAD", piece.url)
        except SendError as error:
            raise Rejected(f"the {piece.kind.value} cannot be reached ({error.reason})", failure=Failure.MEDIA) from None
        told = answer.headers.get("Content-Length", "")
        size = int(told) if answer.status == HTTPStatus.OK and told.isascii() and told.isdigit() and len(told) < 16 else 0  # noqa: PLR2004
        if size > self.capabilities.media_bytes.get(piece.kind, size):
            return replace(piece, kind=MediaKind.LINK)
        return replace(piece, size=size)


def signature(token: str, body: bytes) -> str:
    """The hex HMAC-SHA256 of the raw bytes, as https://developers.viber.com/docs/api/rest-bot-api/#callbacks has it."""
    return hmac.digest(token.encode(), body, hashlib.sha256).hex()


def _is_new(event: Incoming | Unparsed) -> bool:
    return isinstance(event, Incoming) and isinstance(event.body, Started) and not event.body.may_answer


def _check(settings: Settings) -> None:
    where = f"channel account viber/{settings.account}"
    if not settings.token:
        raise SettingsError(f"{where}: token is not set; Viber shows it under Edit info of the bot")
    if not settings.token.isascii() or any(sign.isspace() for sign in settings.token):
        raise SettingsError(f"{where}: token must be the bot's own as Viber shows it, without spaces")
    if not settings.base_url.startswith(("https://", "http://")) or settings.base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with / (leave it out for {BASE_URL})")


def _build(setup: AccountSetup, outside: Outside) -> Viber:
    settings = Settings(
        account=setup.name,
        token=setup.value("token"),
        sender=setup.value("sender_name"),
        avatar=setup.value("sender_avatar"),
        welcome=setup.value("welcome_message"),
        uri=setup.value("uri"),
        base_url=setup.base_url or BASE_URL,
        link_base=setup.value("link_base", LINK_BASE),
    )
    can = setup.limited(CAPABILITIES)
    caption = setup.number("caption_limit", can.caption_units)
    return Viber(settings, outside.session, capabilities=replace(can, caption_units=min(caption, can.caption_units)))


KIND = ChannelKind(
    kind=Viber.kind,
    title="Viber",
    fields=(
        Field(
            key="token",
            secret=True,
            example="4453b6ac1s345678-e02c5f12174805f9",
        ),
        Field(key="sender_name", required=False, example="Tea & Co"),
        Field(key="sender_avatar", required=False),
        Field(key="welcome_message", required=False),
        Field(key="uri", required=False),
        Field(key="caption_limit", required=False),
        TEXT_LIMIT,
    ),
    build=_build,
    # Addresses of media expire: https://developers.viber.com/docs/api/rest-bot-api/#picture-message
    files=Whence(hosts=("viber.com",)),
    # 100 messages a person and hour without an answer, and 50 calls a second: https://developers.viber.com/docs/faq/
    rates=Rates(per_second=50, burst=50, per_address=2, address_burst=5),
)
