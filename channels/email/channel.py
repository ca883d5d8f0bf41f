"""E-mail as a channel: out by SMTP (RFC 5321), in by a mail service's webhooks (Postmark, Mailgun) or from a mailbox by IMAP (RFC 9051)."""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from msgspec.structs import replace

from channels.email import hooks, smtp, unsubscribe
from channels.email.imap import Mouth
from channels.email.letter import mailbox, matter
from channels.email.mime import read
from channels.email.parse import Self, events_of_letter
from channels.email.render import From, calls_of, letter, message_id
from channels.email.smtp import Security, Server
from channels.kinds import AccountSetup, ChannelKind, Field, Outside, Post
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.abilities import Connection
from hub.model.channels.exchange import Exchange
from hub.model.channels.look import Phrase, phrase
from hub.model.channels.ports import FETCHED, Call, Clock, File, Files, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.errors import BadSignature, Misconfigured, Rejected, SendError, SettingsError, TemporaryFailure
from hub.model.events.event import Incoming, OptedOut, Said, Unparsed
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, ButtonKind, Capabilities, MediaKind, Message
from hub.model.text.measuring import Unit

TEXT_UNITS = 100_000
"""No standard limits a letter's text; nobody reads a longer one."""

FILE_BYTES = 10_000_000
"""All of a letter may have 25 MB with most services, 10 MB with Postmark: https://postmarkapp.com/developer/user-guide/send-email-with-api"""

PER_SECOND = 10.0

FILE_SECONDS = 4.0
"""So long a file is read for a letter: within the time of a call."""

LARGEST_LETTER = 50_000_000
"""35 MB of files, which base64 makes a third more: https://postmarkapp.com/developer/user-guide/inbound"""

_MEDIA = frozenset((MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE))
_LEAVING = frozenset(("unsubscribe", "huy dang ky", "hủy đăng ký", "取消訂閱"))
_TAKEN = 250
_PORTS = {Security.TLS: (465, 993), Security.STARTTLS: (587, 143), Security.NONE: (25, 143)}


Tell = Callable[[Exchange], None]
"""The channels' log."""


class Provider(StrEnum):
    """Whose webhooks bring the letters."""

    NONE = "none"
    POSTMARK = "postmark"
    MAILGUN = "mailgun"


class Settings(Value, frozen=True):
    """One address. `basic_auth`: user:password of Postmark's webhooks; `secret`: Mailgun's signing key."""

    account: str
    address: str
    name: str = ""
    provider: Provider = Provider.NONE
    basic_auth: str = ""
    secret: str = ""
    smtp: Server | None = None
    imap: Server | None = None
    subject: str = ""
    hook_url: str = ""
    plus: str = ""

    def __repr__(self) -> str:
        """No secret reaches a log."""
        return f"Settings(account={self.account!r}, address={self.address!r}, provider={self.provider.value!r})"


class Email:
    """One address as a channel. Raises SettingsError for settings that cannot work."""

    kind = "email"
    capabilities = Capabilities(
        text_units=TEXT_UNITS,
        unit=Unit.CHARACTERS,
        buttons=10,
        button_kinds=frozenset((ButtonKind.URL, ButtonKind.CALL)),
        caption_units=TEXT_UNITS,
        media=_MEDIA,
        media_bytes=dict.fromkeys(sorted(_MEDIA), FILE_BYTES),
        reply_to=True,
        receipts=True,
        read_receipts=True,
        subject=True,
        retry_horizon_days=3,
    )

    def __init__(self, settings: Settings, clock: Clock, files: Files, *, post: Post | None = None, tell: Tell | None = None) -> None:
        _check(settings)
        self.account = settings.account
        self._settings = settings
        self._clock = clock
        self._files = files
        if settings.provider is Provider.POSTMARK:
            # Its letters come whole, files and all, and its password stands in a header.
            self.capabilities = replace(self.capabilities, webhook_bytes=LARGEST_LETTER)
        self._post = post
        self._tell = tell
        self._me = Self(account=settings.account, address=settings.address)
        self._mouth = Mouth(settings.imap, clock) if settings.imap else None
        self._from = From(
            address=settings.address,
            name=settings.name,
            subject=settings.subject,
            hook_url=settings.hook_url if settings.hook_url.startswith("https://") else "",
            key=_key(settings),
            plus=settings.plus,
        )

    def verify(self, request: Inbound) -> None:
        """Check the service's signature or password, or that of our own link that leaves; raises BadSignature."""
        if unsubscribe.is_meant(request):
            unsubscribe.who(request, key=self._from.key)
            return
        match self._settings.provider:
            case Provider.POSTMARK:
                hooks.check_basic(request, self._settings.basic_auth)
            case Provider.MAILGUN:
                hooks.check_mailgun(request, self._settings.secret, now=self._clock.now())
            case Provider.NONE:
                raise BadSignature("this account takes no webhooks", code="missing_signature")

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of one webhook or of one fetched letter; raises Unparseable."""
        if request.method == FETCHED:
            letter_, source = read(request.body)
            return [self._understood(one) for one in events_of_letter(letter_, self._me, source=source)]
        if unsubscribe.is_meant(request):
            return self._left(request)
        if self._settings.provider is Provider.MAILGUN:
            return [self._understood(one) for one in hooks.mailgun(request, self._me)]
        return [self._understood(one) for one in hooks.postmark(request.body, self._me)]

    def answer(self, request: Inbound, _events: list[Incoming | Unparsed]) -> Reply | None:
        """A page for who follows the link that leaves; a plain 200 for the services."""
        is_person = request.method != FETCHED and unsubscribe.is_meant(request)
        return unsubscribe.page(request) if is_person else None

    def render(self, delivery: Delivery) -> list[Call]:
        """One letter; raises Rejected for an address that is none."""
        return calls_of(delivery)

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Send it, its files read just before; raises a SendError, or whatever the outbox raised for its leave."""
        server = self._settings.smtp
        if server is None:
            raise Misconfigured("smtp_host is not set: set it to send")
        shown = call.params["message"]
        # The delivery has the message as it was written; the call has it as a letter can show it.
        delivery = replace(delivery, message=shown) if isinstance(shown, Message) else delivery
        files, links = await self._read(delivery.message.attachments)
        mail = letter(delivery, self._from, files, links)
        own = message_id(delivery, self._from)
        about = Exchange(at=self._clock.now(), method="SMTP", url=f"smtp://{server.host}:{server.port}", delivery=delivery.id, ids=(own,))
        await self._noted(self._handed(server, mail, str(call.params["to"])), replace(about, customer=delivery.customer))
        return Sent(external_id=own)

    async def _handed(self, server: Server, mail: bytes, to: str) -> None:
        if self._post:
            await self._post(f"smtp://{server.host}:{server.port}", mail, sender=self._settings.address, to=to)
        else:
            await smtp.send(server, mail, sender=self._settings.address, to=to)

    async def _noted(self, handing: Awaitable[None], about: Exchange) -> None:
        """Hand a letter over, and tell the channels' log how it ended. What withheld its leave was no call."""
        begun = self._clock.boottime()
        try:
            await handing
        except SendError as error:
            self._note(about, begun, failure=error.failure.value, code=error.code)
            raise
        self._note(about, begun, status=_TAKEN)

    def _note(self, about: Exchange, begun: float, *, status: int = 0, failure: str = "", code: str = "") -> None:
        if self._tell:
            took = round((self._clock.boottime() - begun) * 1000)
            self._tell(replace(about, took=took, status=status or (int(code) if code.isdigit() else 0), failure=failure, code=code))

    async def poll(self, offset: int) -> tuple[Sequence[Inbound], int]:
        """Unread letters of the mailbox; asking with the next offset marks them as read. Raises a SendError."""
        if self._mouth is None:
            raise Misconfigured("imap_host is not set: there is no mailbox to read")
        return await self._mouth.poll(offset)

    @property
    def polls(self) -> bool:
        """Whether letters are fetched from a mailbox."""
        return self._mouth is not None

    async def acknowledge(self, events: list[Incoming | Unparsed]) -> None:
        """Nothing: a letter is marked as read at the next look."""

    async def connect(self, hook_url: str) -> Connection:
        """What a person sets at the mail service: there is no API for the account we know; raises a SendError."""
        return await self.look(hook_url)

    async def look(self, hook_url: str) -> Connection:
        """Whether both servers let us in; the clicks for the webhooks. Raises nothing: what is wrong is told."""
        problems: tuple[Phrase, ...] = () if self._settings.smtp else (phrase("email.no_smtp"),)
        try:
            if self._settings.smtp:
                await smtp.prove(self._settings.smtp)
        except SendError as error:
            problems = (phrase("email.smtp", reason=error.reason or error.code or "?"),)
        try:
            if self._mouth:
                await self._mouth.prove()
        except SendError as error:
            problems = (*problems, phrase("email.imap", reason=error.reason or error.code or "?"))
        return Connection(name=self._settings.address, clicks=_clicks(self._settings, hook_url), problems=problems, proven=not problems)

    async def close(self) -> None:
        """Leave the mailbox."""
        if self._mouth:
            await self._mouth.close()

    async def _read(self, attachments: tuple[Attachment, ...]) -> tuple[tuple[File, ...], tuple[Attachment, ...]]:
        """The files, and those that could only be named by their address. Raises a SendError."""
        files: list[File] = []
        links: list[Attachment] = []
        for piece in attachments:
            try:
                async with asyncio.timeout(FILE_SECONDS):
                    files.append(await self._files.read(piece))
            except (Rejected, TemporaryFailure, TimeoutError):
                # The reader can follow a link; no letter waits for a file that one leads to.
                if not piece.url.startswith(("https://", "http://")):
                    raise
                links.append(piece)
        return tuple(files), tuple(links)

    def _left(self, request: Inbound) -> list[Incoming | Unparsed]:
        if request.method == "GET":
            return []
        address = Address(channel=self.kind, account=self.account, id=unsubscribe.who(request, key=self._from.key))
        gone = OptedOut(reason="one click", marketing=True)
        return [Incoming(address=address, body=gone, dedupe_id="", at=self._clock.now())]

    def _understood(self, one: Incoming | Unparsed) -> Incoming | Unparsed:
        """A letter whose subject leaves the list is no talk: mail programs write it at a press of their own button."""
        body = one.body if isinstance(one, Incoming) else None
        if isinstance(one, Incoming) and isinstance(body, Said) and matter(body.subject).casefold() in _LEAVING:
            return replace(one, body=OptedOut(reason=body.subject, marketing=True, external_id=body.external_id))
        return one


def _key(settings: Settings) -> bytes:
    """What signs the links that leave: made of a secret the account has anyway, so that they outlive a restart."""
    password = settings.smtp.password if settings.smtp else ""
    known = settings.secret or settings.basic_auth or password or (settings.imap.password if settings.imap else "")
    return hmac.digest(known.encode(), f"unsubscribe {settings.account}".encode(), hashlib.sha256)


def _clicks(settings: Settings, hook_url: str) -> tuple[Phrase, ...]:
    match settings.provider:
        case Provider.POSTMARK:
            address = hook_url.replace("://", "://USER:PASSWORD@", 1)
            return (phrase("email.postmark"), phrase("email.postmark_hook", hook=address), phrase("email.postmark_out"))
        case Provider.MAILGUN:
            route = phrase("email.mailgun_route", address=settings.address, hook=hook_url)
            return (phrase("email.mailgun"), route, phrase("email.mailgun_out"))
        case Provider.NONE:
            return ()


def _check(settings: Settings) -> None:
    where = f"channel account email/{settings.account}"
    if not settings.address:
        raise SettingsError(f"{where}: from must be the shop's address, as hello@shop.example or Shop <hello@shop.example>")
    if settings.provider is Provider.POSTMARK and ":" not in settings.basic_auth:
        raise SettingsError(f"{where}: basic_auth must be user:password as set in Postmark's webhook address")
    if settings.provider is Provider.MAILGUN and not settings.secret:
        raise SettingsError(f"{where}: secret is not set; copy the HTTP webhook signing key from Mailgun")


def _build(setup: AccountSetup, outside: Outside) -> Email:
    name_and_address = setup.value("from")
    address, name = mailbox(name_and_address)
    basic = setup.value("basic_auth")
    settings = Settings(
        account=setup.name,
        address=address if address.isascii() else "",
        name=name,
        provider=_chosen(setup, "provider", Provider.POSTMARK if basic else Provider.NONE),
        basic_auth=basic,
        secret=setup.value("secret"),
        smtp=_server(setup, "smtp", password=setup.value("token")),
        imap=_server(setup, "imap", password=setup.value("imap_password") or setup.value("token")),
        subject=setup.value("subject"),
        hook_url=setup.hook_url,
        plus=setup.value("plus_addressing") if setup.value("plus_addressing").lower() in {"yes", "true"} else "",
    )
    return Email(settings, outside.clock, outside.files, post=outside.post, tell=outside.tell)


def _server(setup: AccountSetup, which: str, *, password: str) -> Server | None:
    host = setup.value(f"{which}_host")
    if not host:
        return None
    security = _security(setup, f"{which}_security", Security.STARTTLS if which == "smtp" else Security.TLS)
    usual = _PORTS[security][0 if which == "smtp" else 1]
    user = setup.value(f"{which}_user", mailbox(setup.value("from"))[0] if password else "")
    return Server(host=host, port=setup.number(f"{which}_port", usual), security=security, user=user, password=password)


def _security(setup: AccountSetup, key: str, default: Security) -> Security:
    told = setup.value(key, default.value)
    if told not in {each.value for each in Security}:
        raise SettingsError(f"channel account email/{setup.name}: {key} must be tls, starttls or none.")
    return Security(told)


def _chosen(setup: AccountSetup, key: str, default: Provider) -> Provider:
    told = setup.value(key, default.value)
    if told not in {each.value for each in Provider}:
        raise SettingsError(f"channel account email/{setup.name}: {key} must be postmark, mailgun or none.")
    return Provider(told)


KIND = ChannelKind(
    kind=Email.kind,
    title="E-mail",
    fields=(
        Field(key="from", example="Shop <shop@example.com>"),
        Field(key="smtp_host", required=False),
        Field(key="smtp_port", required=False),
        Field(key="smtp_security", required=False, default="starttls"),
        Field(key="smtp_user", required=False),
        Field(key="token", required=False, secret=True),
        Field(key="provider", required=False, default="none"),
        Field(key="basic_auth", required=False, secret=True),
        Field(key="secret", required=False, secret=True),
        Field(key="imap_host", required=False),
        Field(key="imap_port", required=False),
        Field(key="imap_security", required=False, default="tls"),
        Field(key="imap_user", required=False),
        Field(key="imap_password", required=False, secret=True),
        Field(key="subject", required=False),
        Field(
            key="plus_addressing",
            required=False,
            default="no",
        ),
    ),
    build=_build,
    rates=Rates(per_second=PER_SECOND, burst=int(PER_SECOND)),
    libraries=("aiosmtplib",),
)
