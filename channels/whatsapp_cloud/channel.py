"""WhatsApp as a channel, through Meta's Cloud API: https://developers.facebook.com/documentation/business-messaging/whatsapp."""

import re
from urllib.parse import quote

from aiohttp import ClientSession
from msgspec.structs import replace

from channels.fields import objects, soft, soft_id
from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.meta import graph
from channels.whatsapp_cloud.cards import MOST_CARDS
from channels.whatsapp_cloud.codes import CODES
from channels.whatsapp_cloud.enforced import Ours, warned
from channels.whatsapp_cloud.files import Uploads
from channels.whatsapp_cloud.offers import BUTTON_KINDS, BUTTON_TITLE, MOST_BUTTONS, MOST_ROWS, REPLY_KINDS, ROW_DESCRIPTION, ROW_TITLE
from channels.whatsapp_cloud.parse import NAME, Number, parse_entry
from channels.whatsapp_cloud.people import valid
from channels.whatsapp_cloud.render import CAPTION_UNITS, MEDIA, MEDIA_TYPES, TEXT_UNITS, calls_of
from channels.whatsapp_cloud.said import GREETING
from channels.whatsapp_cloud.standing import Standing, standing_of
from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.abilities import Connection, Located, Warned
from hub.model.channels.ports import Call, Files, Inbound, Reply, Sent
from hub.model.channels.rates import Rates
from hub.model.errors import OutcomeUnknown, Rejected, SettingsError
from hub.model.events.event import Incoming, Unparsed
from hub.model.failure import Failure
from hub.model.files.wanted import Whence
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Capabilities, MediaKind

LINK_BASE = "https://wa.me"
"""Where a number's links lead: https://faq.whatsapp.com/5913398998672934"""

WINDOW_HOURS = 24
"""…/whatsapp/messages/send-messages#customer-service-windows; an advertisement opens 72 free hours, but no longer window."""

_MEGABYTE = 1 << 20
_ID = re.compile(r"\w{1,64}", re.ASCII)
"""It goes into an address: nothing that could lead elsewhere, and no number with a plus."""


CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    quick_replies=MOST_ROWS,
    quick_reply_title=ROW_TITLE,
    reply_kinds=REPLY_KINDS,
    buttons=MOST_BUTTONS,
    button_title=BUTTON_TITLE,
    button_kinds=BUTTON_KINDS,
    mixed_buttons=False,
    rows=MOST_ROWS,
    row_title=ROW_TITLE,
    row_description=ROW_DESCRIPTION,
    cards=MOST_CARDS,
    card_buttons=MOST_BUTTONS,
    templates=True,
    caption_units=CAPTION_UNITS,
    media=MEDIA,
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media#supported-media-types
    media_bytes={
        MediaKind.IMAGE: 5 * _MEGABYTE,
        MediaKind.VIDEO: 16 * _MEGABYTE,
        MediaKind.AUDIO: 16 * _MEGABYTE,
        MediaKind.VOICE: 16 * _MEGABYTE,
        MediaKind.FILE: 100 * _MEGABYTE,
        MediaKind.STICKER: 500 << 10,
    },
    media_types=MEDIA_TYPES,
    reply_to=True,
    receipts=True,
    read_receipts=True,
    typing=True,
    typing_s=25,
    typing_reads=True,
    marks_read=True,
    edits=True,
    reactions=True,
    window_hours=WINDOW_HOURS,
    retry_horizon_days=graph.RETRY_HORIZON_DAYS,
)


class Settings(Value, frozen=True):
    """One number. `token` is a system user's, `secret` the app's; `verify_token` is ours to choose.

    `business`: the WhatsApp Business Account's id, `app`: the app's; with them the webhook is set up without a click. `phone_number`: as
    people dial it, for links.
    """

    account: str
    token: str
    secret: str
    verify_token: str
    phone_number_id: str
    business: str = ""
    app: str = ""
    phone_number: str = ""
    base_url: str = graph.BASE_URL
    proof: bool = False

    def __repr__(self) -> str:
        """Token and secrets never reach a log."""
        return f"Settings(account={self.account!r}, phone_number_id={self.phone_number_id!r}, base_url={self.base_url!r})"


class WhatsAppCloud:
    """One number as a channel. Raises SettingsError for settings that cannot be right."""

    kind = NAME

    def __init__(self, settings: Settings, session: ClientSession, *, capabilities: Capabilities = CAPABILITIES) -> None:
        _check(settings)
        self.account = settings.account
        self.capabilities = capabilities
        self._settings = settings
        self._us = Number(account=settings.account, phone_number_id=settings.phone_number_id)
        proof = settings.secret if settings.proof else ""
        self._graph = graph.Graph(session, graph.Access(token=settings.token, base_url=settings.base_url, proof_secret=proof), CODES)
        app = graph.Access(token=f"{settings.app}|{settings.secret}", base_url=settings.base_url)
        self._standing = Standing(
            graph=self._graph,
            app_graph=graph.Graph(session, app, CODES),
            number=settings.phone_number_id,
            business=settings.business,
            app=settings.app,
            token=settings.token,
            verify_token=settings.verify_token,
        )

    @property
    def own_id(self) -> str:
        """The number's id: one app has one webhook for all its numbers, and the hub brings each account its own."""
        return self._settings.phone_number_id

    def verify(self, request: Inbound) -> None:
        """The app's signature of the body, or the verify token of a handshake; raises BadSignature."""
        graph.verify(request, secret=self._settings.secret, verify_token=self._settings.verify_token)

    def warned(self, request: Inbound) -> tuple[Warned, ...]:
        """What WhatsApp tells of the number, its business and its templates."""
        s = self._settings
        digits = "".join(filter(str.isdigit, s.phone_number))
        return warned(request, Ours(number=s.phone_number_id, business=s.business, digits=digits))

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The events of a webhook, those of a handshake none; raises Unparseable for a body that is not WhatsApp's."""
        found: list[Incoming | Unparsed] = []
        for entry in graph.entries(request, "whatsapp_business_account"):
            found += [entry] if isinstance(entry, Unparsed) else parse_entry(entry, self._us)
        return found

    def answer(self, request: Inbound, _events: list[Incoming | Unparsed]) -> Reply | None:
        """A handshake's challenge; a plain 200 to all else."""
        return graph.handshake(request)

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order."""
        return calls_of(delivery, self.capabilities.text_units)

    async def prepare(self, delivery: Delivery, files: Files) -> Delivery:
        """The delivery with WhatsApp's names of files that it could not fetch by itself; raises a SendError."""
        uploads = Uploads(graph=self._graph, number=self._settings.phone_number_id, files=files)
        return replace(delivery, message=await uploads.named(delivery.message))

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError, or whatever the session raised for the outbox."""
        answer = await self._graph.post(f"{self._settings.phone_number_id}/{call.method}", call.params)
        taken = next(iter(objects(answer, "messages")), {})
        external_id = soft_id(taken, "id")
        if not external_id:
            raise OutcomeUnknown("the answer names no message", failure=Failure.UNEXPECTED)
        person = next(iter(objects(answer, "contacts")), {})
        known = (valid(soft_id(person, "user_id")), valid(soft_id(person, "wa_id")))
        return Sent(external_id=external_id, identity=next((id_ for id_ in known if id_ and id_ != delivery.address.id), ""))

    async def locate(self, attachment: Attachment) -> Located:
        """Where a customer's file lies for five minutes, for our token only; WhatsApp keeps it for seven days. Raises a SendError."""
        if not attachment.media_id:
            raise Rejected(f"the {attachment.kind.value} has no id", failure=Failure.MEDIA)
        told = await self._graph.get(attachment.media_id)
        url, size = soft(told, "url"), soft_id(told, "file_size")
        if not url:
            raise OutcomeUnknown("the answer names no address", failure=Failure.UNEXPECTED)
        return Located(url=url, headers=self._graph.bearer, mime_type=soft(told, "mime_type"), size=int(size) if size.isdigit() else 0)

    async def mark_read(self, to: Address, external_id: str) -> None:
        """Show that all up to this message was read; raises a SendError."""
        await self._graph.post(f"{self._settings.phone_number_id}/messages", _read(external_id))

    async def typing(self, to: Address, external_id: str = "") -> None:
        """Show "typing…" under their message for 25 s or until an answer, which marks it read; nothing without a message.

        https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators. Raises a SendError.
        """
        if external_id:
            shown = _read(external_id) | {"typing_indicator": {"type": "text"}}
            await self._graph.post(f"{self._settings.phone_number_id}/messages", shown)

    async def connect(self, hook_url: str) -> Connection:
        """Have this number's events brought to `hook_url`, whatever the app's own webhook is; raises a SendError."""
        await self._standing.bring_to(hook_url)
        return await self.look(hook_url)

    async def look(self, hook_url: str) -> Connection:
        """How the number stands: its name, where its events go, whether it may send, when the token ends; raises a SendError."""
        return standing_of(await self._standing.ask(), hook_url)

    def start_link(self, token: str) -> str:
        """An address that opens a chat with us, `token` written and not yet sent; empty while our number is not known."""
        digits = "".join(filter(str.isdigit, self._settings.phone_number))
        return f"{LINK_BASE}/{digits}?text={quote(f'{GREETING} {token}')}" if digits else ""

    async def close(self) -> None:
        """Nothing: the session belongs to the hub."""


def _read(external_id: str) -> dict[str, object]:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": external_id}


def _check(settings: Settings) -> None:
    where = f"channel account {NAME}/{settings.account}"
    for key in ("token", "secret", "verify_token"):
        if not getattr(settings, key):
            raise SettingsError(f"{where}: {key} is not set; {_WHERE[key]}")
    if not settings.token.isascii() or not settings.token.isprintable() or " " in settings.token:
        raise SettingsError(f"{where}: token has characters no token has; copy it once more. {_WHERE['token']}")
    if not _ID.fullmatch(settings.phone_number_id):
        raise SettingsError(f"{where}: phone_number_id must be the number's id (digits), not the number; {_WHERE['phone_number_id']}")
    if not all(_ID.fullmatch(told) for told in (settings.business, settings.app) if told):
        raise SettingsError(f"{where}: business_account_id and app_id are ids (digits), or left out.")
    if not settings.base_url.startswith(("https://", "http://")) or settings.base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with / (leave it out for {graph.BASE_URL})")


_WHERE = {
    "token": "Make one for a system user in Meta Business Suite: Settings, Users, System users, with whatsapp_business_messaging.",
    "secret": "find it at developers.facebook.com: your app, App settings, Basic, App secret.",
    "verify_token": "choose any words; Meta shows them once to prove that the webhook is yours.",
    "phone_number_id": "find it at developers.facebook.com: your app, WhatsApp, API setup.",
}


def _build(setup: AccountSetup, outside: Outside) -> WhatsAppCloud:
    settings = Settings(
        account=setup.name,
        token=setup.value("token"),
        secret=setup.value("secret"),
        verify_token=setup.value("verify_token"),
        phone_number_id=setup.value("phone_number_id"),
        business=setup.value("business_account_id"),
        app=setup.value("app_id"),
        phone_number=setup.value("phone_number"),
        base_url=setup.base_url or graph.BASE_URL,
        proof=setup.value("appsecret_proof").lower() in {"yes", "true", "on", "1"},
    )
    return WhatsAppCloud(settings, outside.session, capabilities=setup.limited(CAPABILITIES))


KIND = ChannelKind(
    kind=NAME,
    title="WhatsApp",
    fields=(
        Field(key="token", secret=True, example="EAAexample"),
        Field(key="secret", secret=True, example="example"),
        Field(key="verify_token", secret=True, example="example"),
        Field(key="phone_number_id", example="106540352242922"),
        Field(key="business_account_id", required=False),
        Field(key="app_id", required=False),
        Field(key="phone_number", required=False),
        Field(key="appsecret_proof", required=False),
        TEXT_LIMIT,
    ),
    build=_build,
    # Ids last 7 days: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
    files=Whence(hosts=("fbsbx.com", "fbcdn.net", "whatsapp.net")),
    # 80 a second a number, and one each 6 s a person, of which up to 45 may come at once and are paid back:
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
    rates=Rates(per_second=80, burst=80, per_address=1 / 6, address_burst=45),
)
