"""LINE as a channel, after https://developers.line.biz/en/reference/messaging-api/ of 2026."""

import base64
import hashlib
import hmac
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID, uuid5

import msgspec
from aiohttp import ClientSession
from msgspec.structs import replace

from channels import http
from channels.fields import names, soft
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.line.account import connected, looked
from channels.line.actions import FLEX_LABEL, LABEL
from channels.line.errors import decide, sent_ids
from channels.line.flex import CARD_BUTTONS, MOST_BUTTONS, MOST_CARDS, MOST_ROWS
from channels.line.parse import CHANNEL, parse_event
from channels.line.render import FIRST, MEDIA, MOST_QUICK_REPLIES, TEXT_UNITS, calls_of, digest_of
from channels.line.sound import duration_ms
from channels.line.tokens import ReplyTokens
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.abilities import Connection, Located, Person
from hub.model.channels.ports import Call, Clock, Files, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.errors import BadSignature, OutcomeUnknown, Rejected, SettingsError, TemporaryFailure, Unparseable
from hub.model.events.event import Incoming, Unparsed
from hub.model.files.wanted import Whence
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, ButtonKind, Capabilities, MediaKind, ReplyKind
from hub.model.text.measuring import Unit

if TYPE_CHECKING:
    from channels.line.client import SessionClient

BASE_URL = "https://api.line.me"
DATA_URL = "https://api-data.line.me"
"""Where files lie: https://developers.line.biz/en/reference/messaging-api/#domain-name"""

LINK_BASE = "https://line.me"
"""https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/"""

SIGNATURE_HEADER = "x-line-signature"
"""https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/"""

REPLY_TOKEN_S = 30
"""A reply token is to be used within a minute, which LINE may change without notice; with half of it there is time for the call.

https://developers.line.biz/en/reference/messaging-api/#send-reply-message
"""

TYPING_SECONDS = 20
"""5 to 60, in steps of 5; a message ends it: https://developers.line.biz/en/reference/messaging-api/#display-a-loading-indicator"""

_MEGABYTE = 1_000_000
_KEYS_OF_OURS = UUID("8b0f2c52-8a43-4d0b-9a0c-5b1c6f3d8e10")
_DECODER = msgspec.json.Decoder()


class Settings(Value, frozen=True):
    """One official account's Messaging API channel: its channel access token as `token`, its channel secret as `secret`.

    `data_url`: where files lie; with another `base_url` that one, when left out. `basic_id`: the account's id with its @, asked for when
    left out; `link_base`: where its links lead; `public_url`: where LINE fetches files of ours.
    """

    account: str
    token: str
    secret: str
    base_url: str = BASE_URL
    data_url: str = ""
    basic_id: str = ""
    link_base: str = LINK_BASE
    public_url: str = ""

    def __repr__(self) -> str:
        """Token and secret never reach a log."""
        return f"Settings(account={self.account!r}, base_url={self.base_url!r})"

    @property
    def files_at(self) -> str:
        """Where files lie."""
        return self.data_url or (DATA_URL if self.base_url == BASE_URL else self.base_url)


CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    unit=Unit.UTF16,
    quick_replies=MOST_QUICK_REPLIES,
    quick_reply_title=LABEL,
    reply_kinds=frozenset((ReplyKind.TEXT, ReplyKind.LOCATION, ReplyKind.URL)),
    buttons=MOST_BUTTONS,
    button_title=FLEX_LABEL,
    button_kinds=frozenset(ButtonKind),
    rows=MOST_ROWS,
    row_title=100,
    row_description=300,
    cards=MOST_CARDS,
    card_buttons=CARD_BUTTONS,
    card_title=100,
    # Words go as a message of their own in the same call, which costs nothing: as good as a caption.
    caption_units=TEXT_UNITS,
    media=MEDIA,
    # https://developers.line.biz/en/reference/messaging-api/#image-message and its siblings
    media_bytes={
        MediaKind.IMAGE: 10 * _MEGABYTE,
        MediaKind.VIDEO: 200 * _MEGABYTE,
        MediaKind.AUDIO: 200 * _MEGABYTE,
        MediaKind.VOICE: 200 * _MEGABYTE,
    },
    media_types={MediaKind.IMAGE: frozenset(("image/jpeg", "image/png"))},
    typing=True,
    typing_s=TYPING_SECONDS,
    reply_token_s=REPLY_TOKEN_S,
    retry_horizon_days=2,
)


class Line:
    """One official account as a channel. Raises SettingsError for a token or secret that cannot be one."""

    kind = CHANNEL
    learns = True

    def __init__(self, settings: Settings, session: ClientSession, *, clock: Clock, capabilities: Capabilities = CAPABILITIES) -> None:
        _check(settings)
        self.account = settings.account
        self.capabilities = capabilities
        self._settings = settings
        self._key = settings.secret.encode()
        self._session = session
        self._clock = clock
        self._tokens = ReplyTokens()
        self._basic_id = settings.basic_id

    def verify(self, request: Inbound) -> None:
        """Compare the HMAC-SHA256 of the raw body in constant time; raises BadSignature."""
        told = request.headers.get(SIGNATURE_HEADER, "")
        if not hmac.compare_digest(told.encode(errors="replace"), signature(self._key, request.body).encode()):
            if not told:
                raise BadSignature("the signature is missing", code="missing_signature")
            raise BadSignature("the signature is not the body's")

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one webhook, none where LINE only asks whether we listen; raises Unparseable for any other body."""
        try:
            told = _DECODER.decode(request.body)
        except (ValueError, RecursionError) as error:
            raise Unparseable(f"not JSON ({type(error).__name__})") from None
        events = told.get("events") if isinstance(told, dict) else None
        if not isinstance(events, list):
            raise Unparseable(f"no list of events among {', '.join(names(told))}")
        return [found for event in events for found in parse_event(event, self.account, soft(told, "destination"))]

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """A plain 200 does; the console's verify button wants nothing more."""
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order; files of ours by their public address, for LINE fetches them there."""
        pieces = tuple(self._reachable(piece) for piece in delivery.message.attachments)
        return calls_of(replace(delivery.message, attachments=pieces), delivery.address.id, self.capabilities.text_units)

    def _reachable(self, piece: Attachment) -> Attachment:
        return replace(piece, url=self._settings.public_url + piece.url) if piece.url.startswith("/") else piece

    async def prepare(self, delivery: Delivery, files: Files) -> Delivery:
        """The delivery with the length of its sounds, as far as they tell it; nothing is brought to LINE. Raises a SendError."""
        pieces = [await _measured(piece, files) for piece in delivery.message.attachments]
        return replace(delivery, message=replace(delivery.message, attachments=tuple(pieces)))

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError, or whatever the session raised for the outbox.

        The first answers by the reply token while that is good, for such an answer costs nothing of the month's messages. A push
        bears a key made of the delivery and its words, so what LINE accepted before it does not show twice.
        """
        from channels.line.client import PUSH, REPLY

        token = delivery.reply_token
        if call.method == FIRST and self._tokens.is_good(token, until=delivery.token_until, now=self._clock.now()):
            return await self._answer(REPLY, token, call.params["messages"])
        key = uuid5(_KEYS_OF_OURS, f"{delivery.id}\n{digest_of(call).decode()}")
        return _sent(await self._client.ask(PUSH, call.params, {"X-Line-Retry-Key": str(key)}))

    async def _answer(self, path: str, token: str, messages: object) -> Sent:
        """Answer by the token. It is refused a second time: after an answer nobody heard of, that says that the first one arrived."""
        try:
            answer = await self._client.ask(path, {"replyToken": token, "messages": messages}, {})
        except OutcomeUnknown:
            self._tokens.doubt(token)
            raise
        except TemporaryFailure as error:
            if error.retry_after != 0:
                raise
            if self._tokens.is_doubtful(token):
                self._tokens.spend(token)
                return Sent()
            self._tokens.spend(token)
            raise
        self._tokens.spend(token)
        return _sent(answer)

    async def locate(self, attachment: Attachment) -> Located:
        """The file's address at LINE, to be fetched with the token; video and sound are answered 202 while they are made ready.

        https://developers.line.biz/en/reference/messaging-api/#get-content
        """
        url = f"{self._settings.files_at}/v2/bot/message/{attachment.media_id}/content"
        return Located(url=url, headers=self._proof, mime_type=attachment.mime_type, size=attachment.size)

    async def who(self, address: Address) -> Person:
        """Their name and their app's language; raises a SendError, for a group and for who is no friend of the account.

        https://developers.line.biz/en/reference/messaging-api/#get-profile
        """
        answer = await http.get(
            self._session, f"{self._settings.base_url}/v2/bot/profile/{quote(address.id, safe='')}", headers=self._proof
        )
        if wrong := decide(answer):
            raise wrong
        told = _DECODER.decode(answer.body)
        if not isinstance(told, dict):
            return Person()
        return Person(name=soft(told, "displayName"), language=soft(told, "language"), picture=soft(told, "pictureUrl"))

    async def typing(self, to: Address, external_id: str = "") -> None:
        """Show that an answer comes, for 20 s or until it is there; LINE shows it to single persons only. Raises a SendError."""
        if not to.id.startswith("U"):
            return
        body = msgspec.json.encode({"chatId": to.id, "loadingSeconds": TYPING_SECONDS})
        url = f"{self._settings.base_url}/v2/bot/chat/loading/start"
        if wrong := decide(await http.post(self._session, url, body, headers={**self._proof, "Content-Type": "application/json"})):
            raise wrong

    async def connect(self, hook_url: str) -> Connection:
        """Set the webhook, have LINE try it, and tell what a person still has to click; raises a SendError."""
        return self._known(await connected(self._session, self._settings.base_url, self._proof, hook_url))

    async def look(self, _hook_url: str) -> Connection:
        """Who the account is, where its webhook leads, what is left of the month's messages; raises a SendError."""
        return self._known(await looked(self._session, self._settings.base_url, self._proof))

    def _known(self, found: Connection) -> Connection:
        """The basic id is the last word of an account's name."""
        last = found.name.rpartition(" ")[2]
        self._basic_id = last if last.startswith("@") else self._basic_id
        return found

    def start_link(self, token: str) -> str:
        """An address that opens the chat with `token` as the words to be sent; empty while the account's basic id is not known.

        https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/#opening-chat-screen-with-oa
        """
        return f"{self._settings.link_base}/R/oaMessage/{quote(self._basic_id, safe='')}/?{quote(token)}" if self._basic_id else ""

    async def close(self) -> None:
        """Nothing: the session belongs to the hub."""

    @property
    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._settings.token}"}

    @cached_property
    def _client(self) -> "SessionClient":
        """Made at the first call: the library takes half a second and 13 MB to import, which parsing does not need."""
        from channels.line.client import SessionClient

        return SessionClient(self._session, token=self._settings.token, host=self._settings.base_url)


def signature(key: bytes, body: bytes) -> str:
    """The base64 HMAC-SHA256 of the raw bytes."""
    return base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()


async def _measured(piece: Attachment, files: Files) -> Attachment:
    """A sound with its length; one that cannot be read stays as it is, and goes as its link."""
    if piece.kind not in {MediaKind.AUDIO, MediaKind.VOICE} or piece.duration_ms:
        return piece
    try:
        file = await files.read(piece)
    except Rejected:
        return piece
    return replace(piece, duration_ms=duration_ms(file.content))


def _sent(answer: http.Answer) -> Sent:
    ids = sent_ids(answer)
    return Sent(external_id=ids[-1] if ids else "")


def _check(settings: Settings) -> None:
    where = f"channel account line/{settings.account}"
    if not settings.token.strip() or not settings.token.isascii():
        raise SettingsError(f"{where}: token must be the channel access token of the LINE Developers console")
    if not settings.secret.strip():
        raise SettingsError(f"{where}: secret is not set; give the channel secret of the LINE Developers console")
    if not settings.base_url.startswith(("https://", "http://")) or settings.base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with / (leave it out for {BASE_URL})")


def _build(setup: AccountSetup, outside: Outside) -> Line:
    settings = Settings(
        account=setup.name,
        token=setup.value("token"),
        secret=setup.value("secret"),
        base_url=setup.base_url or BASE_URL,
        data_url=setup.value("data_url"),
        basic_id=setup.value("basic_id"),
        link_base=setup.value("link_base", LINK_BASE),
        public_url=setup.public_url,
    )
    return Line(settings, outside.session, clock=outside.clock, capabilities=setup.limited(CAPABILITIES))


KIND = ChannelKind(
    kind=CHANNEL,
    title="LINE",
    fields=(
        Field(
            key="token",
            secret=True,
            example="example-channel-access-token",
        ),
        Field(
            key="secret",
            secret=True,
            example="example-channel-secret",
        ),
        Field(key="basic_id", required=False),
        Field(key="data_url", required=False),
        TEXT_LIMIT,
    ),
    build=_build,
    # How long is not told: https://developers.line.biz/en/reference/messaging-api/#get-content
    files=Whence(hosts=("api-data.line.me", "line-scdn.net")),
    # 2,000 requests a second for each endpoint: https://developers.line.biz/en/reference/messaging-api/#rate-limits
    rates=Rates(per_second=2000, burst=2000),
    libraries=("channels.line.client",),
)
