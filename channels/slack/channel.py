"""Slack as a channel, for customers in a shared channel or a direct message, after https://docs.slack.dev of 2026."""

import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from aiohttp import ClientSession
from msgspec.structs import replace

from channels import http
from channels.fields import Json, object_in, soft, soft_object
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.slack.account import problems_of, steps
from channels.slack.amend import corrections, is_so, recalls
from channels.slack.errors import decide
from channels.slack.files import is_slacks
from channels.slack.parse import CHANNEL, Self, parse_event
from channels.slack.press import parse_command, parse_interaction
from channels.slack.render import (
    BUTTON_CHARACTERS,
    CARD_BUTTONS,
    MEDIA,
    MOST_BUTTONS,
    MOST_CARDS,
    MOST_ROWS,
    ROW_CHARACTERS,
    TEXT_CHARACTERS,
    calls_of,
    is_picture,
)
from channels.slack.socket import WAIT_S, Socket
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.abilities import Connection, Located, Person
from hub.model.channels.ports import Call, Clock, Files, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.errors import BadSignature, Rejected, SettingsError, Unparseable
from hub.model.events.event import Incoming, Unparsed
from hub.model.failure import Failure
from hub.model.files.wanted import Whence
from hub.model.messaging.amending import Amendment
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, ButtonKind, Capabilities, ReplyKind
from hub.model.text.measuring import Unit

if TYPE_CHECKING:
    from channels.slack.client import SessionClient

BASE_URL = "https://slack.com/api"

SIGNATURE_HEADER = "x-slack-signature"
TIME_HEADER = "x-slack-request-timestamp"
TOLERANCE_S = 300
"""https://docs.slack.dev/authentication/verifying-requests-from-slack/"""

_PARTS = 64
"""Fields of a form at most; Slack sends about twenty."""


class Mode(StrEnum):
    """How events come in: Slack calls us, or we hold a socket open (Socket Mode)."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class Settings(Value, frozen=True):
    """One app in one workspace: its bot token as `token`, its signing secret as `secret`; `bot_user_id` is the app's own user there.

    `app_token` opens the socket where `mode` is polling; then nothing is signed, and no secret is needed.
    """

    account: str
    token: str
    secret: str = ""
    base_url: str = BASE_URL
    bot_user_id: str = ""
    mode: Mode = Mode.WEBHOOK
    app_token: str = ""

    def __repr__(self) -> str:
        """Token and secret never reach a log."""
        return f"Settings(account={self.account!r}, base_url={self.base_url!r})"


CAPABILITIES = Capabilities(
    text_units=TEXT_CHARACTERS,
    unit=Unit.CHARACTERS,
    quick_replies=MOST_BUTTONS,
    quick_reply_title=BUTTON_CHARACTERS,
    reply_kinds=frozenset((ReplyKind.TEXT, ReplyKind.URL)),
    buttons=MOST_BUTTONS,
    button_title=BUTTON_CHARACTERS,
    button_kinds=frozenset((ButtonKind.REPLY, ButtonKind.URL, ButtonKind.WEBVIEW)),
    rows=MOST_ROWS,
    row_title=ROW_CHARACTERS,
    row_description=ROW_CHARACTERS,
    cards=MOST_CARDS,
    card_buttons=CARD_BUTTONS,
    card_title=150,
    caption_units=TEXT_CHARACTERS,
    media=MEDIA,
    media_bytes=dict.fromkeys(MEDIA, 1_000_000_000),
    reply_to=True,
    corrects=True,
    recalls=True,
    retry_horizon_days=1,
)


class Slack:
    """One app in one workspace as a channel. Raises SettingsError for a token or secret that cannot be one."""

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
        self._me = Self(account=settings.account, user=settings.bot_user_id)
        self._socket = Socket(session, token=settings.app_token, base_url=settings.base_url)

    def verify(self, request: Inbound) -> None:
        """Compare the HMAC-SHA256 of time and raw body in constant time; raises BadSignature, also where the time is over 5 minutes off."""
        told, at = request.headers.get(SIGNATURE_HEADER, ""), request.headers.get(TIME_HEADER, "")
        if not told or not at:
            raise BadSignature("the signature or its time is missing", code="missing_signature")
        if not (at.isascii() and at.isdigit()):
            raise BadSignature("the time is no number")
        if abs(self._clock.now() / 1000 - int(at[:16])) > TOLERANCE_S:
            raise BadSignature("the request was signed too long ago", code="stale_timestamp")
        if not self._key or not hmac.compare_digest(told.encode(errors="replace"), signature(self._key, at, request.body).encode()):
            raise BadSignature("the signature is not the body's")

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one request, be it an event, a press, a form or a command; raises Unparseable for any other body.

        By the socket presses and commands come as JSON too.
        """
        if request.body.lstrip()[:1] == b"{":
            told = object_in(request.body)
            match soft(told, "type"):
                case "event_callback":
                    return parse_event(told, self._me)
                case "url_verification" | "app_rate_limited":
                    return []
                case "" if soft(told, "command"):
                    return parse_command({key: soft(told, key) for key in told}, self._me)
            return parse_interaction(told, self._me)
        form = _form(request.body)
        if "payload" in form:
            return parse_interaction(object_in(form["payload"].encode(errors="replace")), self._me)
        if "command" in form:
            return parse_command(form, self._me)
        if "ssl_check" in form:
            return []
        raise Unparseable(f"neither an event nor a press nor a command, but {', '.join(name[:64] for name in list(form)[:10])}")

    def answer(self, request: Inbound, _events: list[Incoming | Unparsed]) -> Reply | None:
        """The challenge, or an empty 200: what is in the body of an answer to a press or a command, Slack would show.

        https://docs.slack.dev/reference/events/url_verification/
        """
        if request.body.lstrip()[:1] != b"{":
            return Reply(body=b"")
        told = object_in(request.body)
        return Reply(body=soft(told, "challenge").encode(errors="replace")) if soft(told, "type") == "url_verification" else None

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order."""
        return calls_of(delivery.message, delivery.address.id, self.capabilities.text_units)

    async def prepare(self, delivery: Delivery, files: Files) -> Delivery:
        """The delivery with its files at Slack, where nobody sees them yet; pictures Slack can fetch stay where they are.

        https://docs.slack.dev/messaging/working-with-files/#upload. Raises a SendError.
        """
        if delivery.amends is not None:
            return await self._placed(delivery, delivery.amends)
        pieces = await http.together(*(self._uploaded(piece, files) for piece in delivery.message.attachments))
        return replace(delivery, message=replace(delivery.message, attachments=tuple(pieces)))

    async def _placed(self, delivery: Delivery, amends: Amendment) -> Delivery:
        """With the id of the direct conversation, where it goes to a person: https://docs.slack.dev/reference/methods/conversations.open/."""
        if not delivery.address.id.startswith(("U", "W")):
            return delivery
        told = await self._client.ask("conversations.open", {"users": delivery.address.id})
        return replace(delivery, amends=replace(amends, place=soft(soft_object(told, "channel"), "id")))

    async def _uploaded(self, piece: Attachment, files: Files) -> Attachment:
        if piece.file_id or is_picture(piece):
            return piece
        try:
            file = await files.read(piece)
        except Rejected:
            # Its link can still be sent.
            return piece
        name = piece.filename or file.name or piece.kind.value
        granted = await self._client.ask_by_form("files.getUploadURLExternal", {"filename": name, "length": str(len(file.content))})
        answer = await http.post(self._session, soft(granted, "upload_url"), file.content, headers={"Content-Type": file.mime_type})
        if wrong := http.decide(answer.status):
            raise wrong
        return replace(piece, file_id=soft(granted, "file_id"), filename=name)

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError, or whatever the session raised for the outbox."""
        told = await self._client.ask(call.method, call.params)
        files = told.get("files")
        first = files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else {}
        return Sent(external_id=soft(told, "ts") or soft(first, "id"))

    def render_correction(self, delivery: Delivery, calls: list[Call]) -> list[Call]:
        """The updates that put these in the place of what was posted; raises Rejected."""
        return corrections(delivery, calls)

    def render_recall(self, delivery: Delivery) -> list[Call]:
        """The deletions."""
        return recalls(delivery)

    async def amend(self, call: Call, delivery: Delivery) -> None:
        """Make one of them; what is gone already is done. Raises a SendError."""
        try:
            await self._client.ask(call.method, call.params)
        except Rejected as refusal:
            if not is_so(call, refusal):
                raise

    async def locate(self, attachment: Attachment) -> Located:
        """The file's address, to be fetched with the token; where only its id is told, Slack is asked. Raises a SendError.

        Without the scope files:read Slack answers 200 with a page to sign in: whoever fetches compares the type.
        """
        url, mime = attachment.media_id, attachment.mime_type
        if not url:
            told = soft_object(await self._client.ask_by_form("files.info", {"file": attachment.file_id}), "file")
            url, mime = soft(told, "url_private_download") or soft(told, "url_private"), soft(told, "mimetype")
        if not is_slacks(url, self._settings.base_url):
            raise Rejected("the file does not lie at Slack", failure=Failure.MEDIA)
        return Located(url=url, headers={"Authorization": f"Bearer {self._settings.token}"}, mime_type=mime, size=attachment.size)

    async def who(self, address: Address) -> Person:
        """Their name, language and time zone in their workspace; raises a SendError. https://docs.slack.dev/reference/methods/users.info/."""
        told = await self._client.ask_by_form("users.info", {"user": address.id, "include_locale": "true"})
        user = soft_object(told, "user")
        return Person(
            name=soft(user, "real_name") or soft(soft_object(user, "profile"), "display_name"),
            username=soft(user, "name"),
            language=soft(user, "locale"),
            time_zone=soft(user, "tz"),
            picture=soft(soft_object(user, "profile"), "image_192"),
        )

    async def poll(self, offset: int, *, wait: float = WAIT_S) -> tuple[Sequence[Inbound], int]:
        """What the socket brings within `wait` seconds, and the next offset; asking with that acknowledges it. Raises a SendError."""
        return await self._socket.poll(offset, wait=wait)

    async def acknowledge(self, events: list[Incoming | Unparsed]) -> None:
        """Nothing: the next `poll` acknowledges all that this one brought."""

    async def connect(self, hook_url: str) -> Connection:
        """Slack lets no token set a webhook: who the app is, and what a person clicks. Raises a SendError."""
        return replace(await self.look(hook_url), clicks=steps("" if self._settings.mode is Mode.POLLING else hook_url))

    async def look(self, hook_url: str) -> Connection:
        """Who the app is in its workspace, and which scopes it lacks; raises a SendError."""
        url = f"{self._settings.base_url}/auth.test"
        answer = await http.post(self._session, url, b"", headers={"Authorization": f"Bearer {self._settings.token}"})
        if wrong := decide(answer):
            raise wrong
        told: Json = object_in(answer.body)
        self._me = Self(account=self.account, user=soft(told, "user_id") or self._me.user)
        name = ", ".join(part for part in (soft(told, "team"), soft(told, "user")) if part)
        return Connection(name=name, problems=problems_of(answer.headers.get("X-OAuth-Scopes", "")))

    async def close(self) -> None:
        """End the socket, if one is open; the session belongs to the hub."""
        await self._socket.close()

    @cached_property
    def _client(self) -> "SessionClient":
        """Made at the first call: the library takes half a second and 12 MB to import, which parsing does not need."""
        from channels.slack.client import SessionClient

        return SessionClient(self._session, token=self._settings.token, base_url=self._settings.base_url)


def signature(key: bytes, at: str, body: bytes) -> str:
    """`v0=` and the hex HMAC-SHA256 of `v0:<time>:<raw body>`."""
    return "v0=" + hmac.digest(key, b"v0:" + at.encode() + b":" + body, hashlib.sha256).hex()


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_PARTS))
    except ValueError as error:
        raise Unparseable(f"not a form ({type(error).__name__})") from None


def _check(settings: Settings) -> None:
    where = f"channel account slack/{settings.account}"
    if not settings.token.strip() or not settings.token.isascii():
        raise SettingsError(f"{where}: token must be the app's Bot User OAuth Token (xoxb-…)")
    if settings.mode is Mode.WEBHOOK and not settings.secret.strip():
        raise SettingsError(f"{where}: secret is not set; give the app's Signing Secret, or set mode to polling")
    if settings.mode is Mode.POLLING and not settings.app_token.strip():
        raise SettingsError(f"{where}: app_token is not set; give an App-Level Token (xapp-…) with the scope connections:write")
    if not settings.base_url.startswith(("https://", "http://")) or settings.base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with / (leave it out for {BASE_URL})")


def _build(setup: AccountSetup, outside: Outside) -> Slack:
    settings = Settings(
        account=setup.name,
        token=setup.value("token"),
        secret=setup.value("secret"),
        base_url=setup.base_url or BASE_URL,
        bot_user_id=setup.value("bot_user_id"),
        mode=Mode(setup.value("mode", Mode.WEBHOOK)),
        app_token=setup.value("app_token"),
    )
    return Slack(settings, outside.session, clock=outside.clock, capabilities=setup.limited(CAPABILITIES))


KIND = ChannelKind(
    kind=CHANNEL,
    title="Slack",
    fields=(
        Field(
            key="token",
            secret=True,
            example="xoxb-example",
        ),
        Field(
            key="secret",
            secret=True,
            required=False,
            example="example-signing-secret",
        ),
        Field(
            key="app_token",
            secret=True,
            required=False,
        ),
        Field(key="bot_user_id", required=False),
        TEXT_LIMIT,
    ),
    build=_build,
    # https://docs.slack.dev/reference/objects/file-object
    files=Whence(hosts=("slack.com", "slack-files.com", "slack-edge.com"), days=30),
    # About one message a second in a channel, some hundred a minute in a workspace: https://docs.slack.dev/apis/web-api/rate-limits/
    rates=Rates(per_second=5, burst=20, per_address=1, address_burst=3),
    libraries=("channels.slack.client",),
)
