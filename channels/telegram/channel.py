"""Telegram as a channel, after https://core.telegram.org/bots/api at Bot API 9."""

import hmac
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from aiohttp import ClientSession

from channels import http
from channels.fields import object_in
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.telegram.amend import RECALL_S, changeable, corrections, is_so, recalls
from channels.telegram.errors import decide
from channels.telegram.keyboards import MOST_BUTTONS
from channels.telegram.parse import READ_UPDATES, Self, parse_update
from channels.telegram.places import chat_of
from channels.telegram.render import CAPTION_UNITS, MEDIA, MEDIA_BYTES, MEDIA_TYPES, TEXT_UNITS, calls_of
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.abilities import Connection, Located
from hub.model.channels.look import phrase
from hub.model.channels.ports import Call, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.errors import (
    BadSignature,
    OutcomeUnknown,
    Rejected,
    SettingsError,
)
from hub.model.events.event import Incoming, Said, Unparsed
from hub.model.failure import Failure
from hub.model.files.wanted import Whence
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, ButtonKind, Capabilities, ReplyKind
from hub.model.text.measuring import Unit
from hub.model.words import Origin

if TYPE_CHECKING:
    from telegram import Bot

BASE_URL = "https://api.telegram.org"

LINK_BASE = "https://t.me"
"""Where a bot's links lead: https://core.telegram.org/bots/features#deep-linking"""

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
"""https://core.telegram.org/bots/api#setwebhook"""

POLL_SECONDS = 25
"""How long one getUpdates waits at Telegram for news: https://core.telegram.org/bots/api#getupdates"""

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TOKEN = re.compile(r"[A-Za-z0-9:_-]+")


class Mode(StrEnum):
    """How updates come in."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class Settings(Value, frozen=True):
    """One bot. `token` comes from @BotFather, `secret` is ours to choose; `bot_username` without @ is asked for when left out.

    `link_base`: where its links lead (a stand-in, a proxy).
    """

    account: str
    token: str
    secret: str = ""
    mode: Mode = Mode.WEBHOOK
    base_url: str = BASE_URL
    bot_username: str = ""
    link_base: str = LINK_BASE

    def __repr__(self) -> str:
        """Token and secret never reach a log."""
        return f"Settings(account={self.account!r}, mode={self.mode.value!r}, base_url={self.base_url!r})"


class WebhookState(Value, frozen=True):
    """What Telegram says of our webhook; `last_error_at` in ms since 1970, 0: none; `allowed`: the updates it brings, empty: its usual."""

    url: str
    pending: int
    allowed: tuple[str, ...] = ()
    last_error: str = ""
    last_error_at: int = 0


class Telegram:
    """One bot as a channel. Raises SettingsError for a token or secret that cannot be one."""

    kind = "telegram"
    capabilities = Capabilities(
        text_units=TEXT_UNITS,
        unit=Unit.UTF16,
        quick_replies=MOST_BUTTONS,
        reply_kinds=frozenset(ReplyKind) - {ReplyKind.EMAIL},
        buttons=MOST_BUTTONS,
        button_kinds=frozenset(ButtonKind) - {ButtonKind.CALL},
        reply_to=True,
        reactions=True,
        corrects=True,
        recalls=True,
        recalls_s=RECALL_S,
        caption_units=CAPTION_UNITS,
        media=MEDIA,
        media_bytes=MEDIA_BYTES,
        media_types=MEDIA_TYPES,
        typing=True,
        typing_s=5,
        retry_horizon_days=1,
    )

    def __init__(self, settings: Settings, session: ClientSession) -> None:
        _check(settings)
        self.account = settings.account
        self._settings = settings
        self._session = session
        self._me = Self(account=settings.account, id=settings.token.partition(":")[0], username=settings.bot_username)

    def verify(self, request: Inbound) -> None:
        """Compare the secret header in constant time; raises BadSignature. A polled update needs none: we fetched it ourselves."""
        told = request.headers.get(SECRET_HEADER, "")
        if not self._settings.secret or not hmac.compare_digest(told.encode(errors="replace"), self._settings.secret.encode()):
            if not told:
                raise BadSignature("the secret token is missing", code="missing_signature")
            raise BadSignature("the secret token is not ours")

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one update; raises Unparseable for a body that is not a JSON object."""
        return parse_update(object_in(request.body), self._me)

    def answer(self, _request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """A pressed button stops waiting: answerCallbackQuery rides on the 200 and costs no call of its own.

        https://core.telegram.org/bots/api#making-requests-when-getting-updates
        """
        for event in events:
            if pressed := _pressed(event):
                body = msgspec.json.encode({"method": "answerCallbackQuery", "callback_query_id": pressed})
                return Reply(body=body, content_type="application/json")
        return None

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order."""
        calls = calls_of(delivery.message, delivery.address.id)
        return changeable(calls) if delivery.origin is Origin.AGENT else calls

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError, or whatever the session raised for the outbox."""
        result = await self._ask(call.method, call.params)
        return Sent(external_id=str(result["message_id"]) if isinstance(result, dict) and "message_id" in result else "")

    def render_correction(self, delivery: Delivery, calls: list[Call]) -> list[Call]:
        """The edits that put the words of these in the place of those that were sent; raises Rejected."""
        return corrections(calls, delivery.amends.ids if delivery.amends else ())

    def render_recall(self, delivery: Delivery) -> list[Call]:
        """The deletions; raises Rejected for an id that is not Telegram's."""
        return recalls(delivery.address.id, delivery.amends.ids if delivery.amends else ())

    async def amend(self, call: Call, delivery: Delivery) -> None:
        """Make one of them; what reads so already, or is gone already, is done. Raises a SendError."""
        try:
            await self._ask(call.method, call.params)
        except Rejected as refusal:
            if not is_so(call, refusal):
                raise

    async def locate(self, attachment: Attachment) -> Located:
        """Where a file lies for an hour at least. The address holds the token: it is for the hub alone. Raises a SendError."""
        found = await self._ask("getFile", {"file_id": attachment.file_id})
        path = found.get("file_path") if isinstance(found, dict) else None
        if not isinstance(path, str) or not path:
            raise Rejected("Telegram has no such file any more, or it has more than 20 MB", failure=Failure.MEDIA)
        size = found.get("file_size") if isinstance(found, dict) else 0
        url = f"{self._settings.base_url}/file/bot{self._settings.token}/{path}"
        return Located(url=url, size=size if isinstance(size, int) else 0)

    def start_link(self, token: str) -> str:
        """An address that opens the bot with `/start <token>` (64 letters, digits, - and _ at most); empty while our name is not known."""
        return f"{self._settings.link_base.rstrip('/')}/{self._me.username}?start={token}" if self._me.username else ""

    async def close(self) -> None:
        """Nothing: the session belongs to the hub."""

    async def connect(self, hook_url: str) -> Connection:
        """Have updates brought to `hook_url` (whole address of this account's hook, https).

        Raises a SendError. In polling mode the webhook is taken away instead, or getUpdates would be refused.
        """
        if self._settings.mode is Mode.POLLING:
            await self.disconnect()
        else:
            wanted = {"url": hook_url, "secret_token": self._settings.secret, "allowed_updates": list(READ_UPDATES)}
            await self._ask("setWebhook", wanted)
        return await self.look(hook_url)

    async def look(self, _hook_url: str) -> Connection:
        """Who the bot is, where its updates go, which are brought, and the last error Telegram met here. Raises a SendError."""
        name, told = await self.introduce(), await self.webhook()
        if self._settings.mode is Mode.POLLING:
            stolen = (phrase("telegram.hook_set", hook=told.url),) if told.url else ()
            return Connection(name=f"@{name}", problems=stolen)
        late = phrase("telegram.late", reason=told.last_error)
        missing = tuple(each for each in READ_UPDATES if each not in told.allowed) if told.url and told.allowed else ()
        return Connection(
            name=f"@{name}",
            hook=told.url,
            tells_hook=True,
            missing=missing,
            tells_events=bool(told.allowed),
            remarks=(late,) if told.pending and told.last_error else (),
        )

    async def introduce(self) -> str:
        """Ask who we are, so that a group's mention is known as one; returns the @name without the @. Raises a SendError."""
        me = await self._ask("getMe", {})
        if not isinstance(me, dict):
            raise OutcomeUnknown("getMe did not answer with a user")
        self._me = Self(account=self.account, id=str(me.get("id", self._me.id)), username=str(me.get("username", "")))
        return self._me.username

    async def disconnect(self) -> None:
        """Take the webhook away; what waits at Telegram stays there (for 24 h). Raises a SendError."""
        await self._ask("deleteWebhook", {"drop_pending_updates": False})

    async def webhook(self) -> WebhookState:
        """What Telegram says of our webhook, for the doctor. Raises a SendError."""
        told = await self._ask("getWebhookInfo", {})
        if not isinstance(told, dict):
            raise OutcomeUnknown("getWebhookInfo did not answer with an object")
        allowed = told.get("allowed_updates")
        return WebhookState(
            url=str(told.get("url", "")),
            allowed=tuple(map(str, allowed)) if isinstance(allowed, list) else (),
            pending=int(told.get("pending_update_count", 0)),
            last_error=str(told.get("last_error_message", "")),
            last_error_at=int(told.get("last_error_date", 0)) * 1000,
        )

    async def typing(self, to: Address, external_id: str = "") -> None:
        """Show "typing…" for 5 s or until the next message. Raises a SendError."""
        await self._ask("sendChatAction", {**chat_of(to.id), "action": "typing"})

    async def acknowledge(self, events: list[Incoming | Unparsed]) -> None:
        """What `answer` does on a webhook, for polled updates. Raises a SendError; an old press is refused and no harm."""
        for event in events:
            if pressed := _pressed(event):
                await self._ask("answerCallbackQuery", {"callback_query_id": pressed})

    async def poll(self, offset: int, *, wait: int = POLL_SECONDS) -> tuple[tuple[Inbound, ...], int]:
        """Updates from `offset` on, each as the request a webhook would have brought (parse it, don't verify), and the next offset.

        Asking with the next offset makes Telegram forget these: so do it only once they are safe. Raises a SendError
        (Misconfigured: a webhook is set; TemporaryFailure: another process polls).
        """
        asked = {"offset": offset, "timeout": wait, "allowed_updates": list(READ_UPDATES)}
        url = f"{self._settings.base_url}/bot{self._settings.token}/getUpdates"
        body = msgspec.json.encode(asked)
        answer = await http.post(self._session, url, body, headers=_JSON, seconds=wait + http.REQUEST_SECONDS)
        if wrong := decide(answer):
            raise wrong
        return _polled(answer.body, offset)

    async def _ask(self, method: str, params: Mapping[str, object]) -> object:
        """One call through the library's Bot; its wrapper around our decision, or around what the session raised, is taken off."""
        from telegram.error import TelegramError

        try:
            # The typed methods add 0.1 ms of CPU where this adds 0.03, look on this machine for a file of the URL's name, and read
            # the answer so strictly that drift would make an accepted message an error; do_api_request warns at known methods.
            return await self._bot._post(method, dict(params))  # noqa: SLF001
        except TelegramError as error:
            cause = error.__cause__
            if cause is not None and not isinstance(cause, TelegramError):
                raise cause from cause.__cause__
            raise OutcomeUnknown("the answer cannot be read") from None
        except (KeyError, TypeError):
            raise OutcomeUnknown("the answer has no result") from None

    @cached_property
    def _bot(self) -> "Bot":
        """Made at the first call: the library takes 0.7 s and 30 MB to import, which parsing does not need."""
        import logging

        from telegram import Bot

        from channels.telegram.request import SessionRequest

        # At DEBUG the library logs each call with its parameters: a customer's words.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        request = SessionRequest(self._session, decide)
        return Bot(self._settings.token, base_url=f"{self._settings.base_url}/bot", request=request, get_updates_request=request)


_JSON = {"Content-Type": "application/json"}


class _Numbered(msgspec.Struct, frozen=True):
    update_id: int


class _Updates(msgspec.Struct, frozen=True):
    result: list[msgspec.Raw]


def _check(settings: Settings) -> None:
    where = f"channel account telegram/{settings.account}"
    if not _TOKEN.fullmatch(settings.token):
        raise SettingsError(f"{where}: token must be the bot's token as @BotFather gave it (letters, digits, : _ -)")
    if settings.mode is Mode.WEBHOOK and not settings.secret:
        raise SettingsError(f"{where}: secret is not set; choose 1 to 256 letters, digits, _ or -, or set mode to polling")
    if settings.secret and not _SECRET.fullmatch(settings.secret):
        raise SettingsError(f"{where}: secret may only hold 1 to 256 letters, digits, _ and -")
    if not settings.base_url.startswith(("https://", "http://")) or settings.base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with / (leave it out for {BASE_URL})")


def _pressed(event: Incoming | Unparsed) -> str:
    body = event.body if isinstance(event, Incoming) else None
    return body.external_id if isinstance(body, Said) and body.source == "button" else ""


def _polled(body: bytes, offset: int) -> tuple[tuple[Inbound, ...], int]:
    try:
        found = msgspec.json.decode(body, type=_Updates).result
    except ValueError:
        raise OutcomeUnknown("getUpdates did not answer with a list") from None
    for raw in found:
        try:
            offset = max(offset, msgspec.json.decode(raw, type=_Numbered).update_id + 1)
        except ValueError:
            # Without a number it cannot be forgotten by its own; the next numbered one takes it along.
            continue
    return tuple(Inbound(method="POST", url="", path_query="", headers={}, body=bytes(raw)) for raw in found), offset


def _build(setup: AccountSetup, outside: Outside) -> Telegram:
    settings = Settings(
        account=setup.name,
        token=setup.value("token"),
        secret=setup.value("secret"),
        mode=Mode(setup.value("mode", Mode.WEBHOOK)),
        base_url=setup.base_url or BASE_URL,
        bot_username=setup.value("bot_username"),
        link_base=setup.value("link_base", LINK_BASE),
    )
    return Telegram(settings, outside.session)


KIND = ChannelKind(
    kind=Telegram.kind,
    title="Telegram",
    fields=(
        Field(key="token", secret=True, example="10001:AAexample"),
        Field(
            key="secret",
            secret=True,
            required=False,
            example="example",
        ),
        Field(key="bot_username", required=False),
        TEXT_LIMIT,
    ),
    build=_build,
    # An address is good for an hour at least, the id for longer: https://core.telegram.org/bots/api#getfile
    files=Whence(hosts=("api.telegram.org",)),
    # 30 a second a bot, about one a second a chat, 20 a minute a group, however they come (3 at once and 17 more):
    # https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    rates=Rates(per_second=30, burst=30, per_address=1, address_burst=3, per_group=17 / 60, group_burst=3),
    libraries=("channels.telegram.request",),
)
