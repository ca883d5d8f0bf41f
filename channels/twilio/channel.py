"""Twilio's Messages API as a channel, for SMS and for WhatsApp alike.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import logging
import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from aiohttp import ClientSession

from channels.kinds import AccountSetup, Field
from channels.twilio.errors import decide
from channels.twilio.parse import CALLBACK_KEY, Self, parse_form
from channels.twilio.render import WHATSAPP, Line, calls_of
from channels.twilio.sign import check, fields_of, is_form
from hub.model.base import Value
from hub.model.delivery import Delivery
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SettingsError
from hub.model.events import Incoming, Unparsed
from hub.model.failure import Failure
from hub.model.media import Whence
from hub.model.message import Attachment
from hub.model.ports import Call, Connection, Inbound, Located, Reply, Sent

if TYPE_CHECKING:
    from twilio.rest import Client

BASE_URL = "https://api.twilio.com"
SERVICES_URL = "https://messaging.twilio.com"

MEDIA_HOSTS = frozenset(("api.twilio.com", "mcs.us1.twilio.com", "media.twiliocdn.com", "mms.twiliocdn.com"))
"""Where Twilio keeps what customers send: https://www.twilio.com/docs/messaging/api/media-resource"""

FILES = Whence(hosts=("api.twilio.com", "mcs.us1.twilio.com", "twiliocdn.com", "s3-external-1.amazonaws.com"))
"""The same, and where those lead: media are answered with a redirect to their storage, signed for some hours."""

_CREDENTIALS_HOST = "api.twilio.com"
"""The one host that is told our credentials; it redirects to the others, which need none."""

_SID = re.compile(r"[A-Za-z0-9]+")
_EMPTY_TWIML = Reply(body=b"<Response/>", content_type="application/xml")
"""Nothing to say at once: the answer goes by the API. https://www.twilio.com/docs/messaging/twiml"""


class Settings(Value, frozen=True):
    """One account. `token`: its auth token, which signs webhooks and, without an API key, our calls.

    `secret`: of a shared key, where webhooks are signed with one. `sender`: a number, a short code or a name; or a messaging service
    chooses it; without either the account only receives. `hook_url`: where its status callbacks go, empty: not known.
    """

    account: str
    account_sid: str
    token: str
    secret: str = ""
    api_key: str = ""
    api_secret: str = ""
    sender: str = ""
    messaging_service_sid: str = ""
    base_url: str = BASE_URL
    hook_url: str = ""

    def __repr__(self) -> str:
        """No secret reaches a log."""
        return f"Settings(account={self.account!r}, account_sid={self.account_sid!r}, base_url={self.base_url!r})"


class Twilio:
    """One account as a channel of the kind of `line`. Raises SettingsError for credentials that cannot be any."""

    def __init__(self, settings: Settings, line: Line, session: ClientSession) -> None:
        _check(settings, line)
        self.kind = line.kind
        self.account = settings.account
        self.capabilities = line.can
        self._line = line
        self._settings = settings
        self._session = session

    def verify(self, request: Inbound) -> None:
        """Compare the signature of address and form in constant time; raises BadSignature."""
        check(request, token=self._settings.token, shared_key=self._settings.secret)

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """The event of one form; raises Unparseable for a body that is none."""
        if not is_form(request) and request.method != "GET":
            return [Unparsed(fields=("body",), reason="a webhook that is no form: not of the Messages API")]
        return parse_form(fields_of(request), Self(channel=self.kind, account=self.account), query=urlsplit(request.url).query)

    def answer(self, _request: Inbound, _events: list[Incoming | Unparsed]) -> Reply | None:
        """An empty TwiML: a plain 200 without one is a warning in Twilio's console for each message."""
        return _EMPTY_TWIML

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order; raises Rejected for a template that cannot be filled."""
        return calls_of(delivery.message, self._line)

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError, or whatever the session raised for the outbox."""
        asked = {**self._sender(), "to": self._told(delivery.address.id), **call.params}
        if self._settings.hook_url:
            asked["status_callback"] = f"{self._settings.hook_url}?{urlencode({CALLBACK_KEY: delivery.id})}"
        return Sent(external_id=await self._create(asked))

    async def locate(self, attachment: Attachment) -> Located:
        """Where a customer's file lies, and our credentials for the first host alone; raises Rejected for an address of somebody else's."""
        address = urlsplit(attachment.url)
        if self._is_ours(attachment.url):
            return Located(url=attachment.url, headers={"Authorization": self._authorization()}, mime_type=attachment.mime_type)
        if address.scheme == "https" and address.hostname in MEDIA_HOSTS:
            return Located(url=attachment.url, mime_type=attachment.mime_type)
        raise Rejected("the file is not at Twilio", failure=Failure.MEDIA)

    async def connect(self, hook_url: str) -> Connection:
        """Have messages brought to `hook_url`, by the messaging service or the number; raises a SendError."""
        from channels.twilio.connect import connect

        return await connect(self._client, self._settings, self._line, hook_url)

    async def look(self, hook_url: str) -> Connection:
        """How the account stands, changing nothing; raises a SendError."""
        from channels.twilio.connect import look

        return await look(self._client, self._settings, self._line, hook_url)

    async def close(self) -> None:
        """Nothing: the session belongs to the hub."""

    async def _create(self, asked: Mapping[str, object]) -> str:
        """The id of the message made. Twilio answered that it took it, so an answer without an id still counts."""
        try:
            made = await self._client.messages.create_async(**asked)
        except (ValueError, AttributeError, TypeError):
            raise OutcomeUnknown("the answer cannot be read", failure=Failure.UNPARSEABLE) from None
        return made.sid if isinstance(made.sid, str) else ""

    def _sender(self) -> dict[str, object]:
        sender, service = self._settings.sender, self._settings.messaging_service_sid
        if not (sender or service):
            raise Misconfigured("neither from nor messaging_service_sid is set: set one of them to send")
        told: dict[str, object] = {"from_": self._told(sender)} if sender else {}
        return told | ({"messaging_service_sid": service} if service else {})

    def _told(self, id_: str) -> str:
        """An id as Twilio takes it: on WhatsApp a number wants its +, a user id none."""
        if self.kind != WHATSAPP:
            return id_
        bare = id_.removeprefix("whatsapp:")
        return f"whatsapp:+{bare}" if bare.isascii() and bare.isdigit() else f"whatsapp:{bare}"

    def _is_ours(self, url: str) -> bool:
        """Whether it is the API's own address, or that of what stands in for it."""
        address = urlsplit(url)
        return (address.scheme == "https" and address.hostname == _CREDENTIALS_HOST) or (
            self._settings.base_url != BASE_URL and url.startswith(f"{self._settings.base_url}/")
        )

    def _authorization(self) -> str:
        from channels.twilio.http import basic

        return basic(*_credentials(self._settings))

    @cached_property
    def _client(self) -> "Client":
        """Made at the first call: the library takes a second and 25 MB to import, which parsing does not need."""
        from twilio.rest import Client

        from channels.twilio.http import SessionClient

        # At INFO the library logs each call's address and headers.
        logging.getLogger("twilio").setLevel(logging.WARNING)
        user, password = _credentials(self._settings)
        # An environment of its own: TWILIO_… variables of the machine are not this account's settings.
        client = Client(user, password, self._settings.account_sid, http_client=SessionClient(self._session, decide), environment={" ": ""})
        if self._settings.base_url != BASE_URL:
            client.api.base_url = client.messaging.base_url = self._settings.base_url
        return client


def fields(sender: str) -> tuple[Field, ...]:
    """What both kinds ask for; `sender`: a sentence on what they send from."""
    return (
        Field(key="account_sid", what="Account SID, on the first page of the Twilio console.", example="AC" + "0" * 32),
        Field(key="token", secret=True, what="Auth token, beside the Account SID; it also proves what Twilio sends.", example="0" * 32),
        Field(key="from", required=False, what=sender),
        Field(key="messaging_service_sid", required=False, what="Messaging service that chooses the sender (Messaging > Services), MG…."),
        Field(key="api_key", required=False, what="API key for sending instead of the auth token (Account > API keys), SK…."),
        Field(key="api_secret", required=False, secret=True, what="Secret of that API key, shown once when it is made."),
        Field(key="secret", required=False, secret=True, what="Secret of a webhook shared key, where webhooks are signed with one."),
    )


def settings_of(setup: AccountSetup) -> Settings:
    """The settings of an account as it was set up."""
    return Settings(
        account=setup.name,
        account_sid=setup.value("account_sid"),
        token=setup.value("token"),
        secret=setup.value("secret"),
        api_key=setup.value("api_key"),
        api_secret=setup.value("api_secret"),
        sender=setup.value("from"),
        messaging_service_sid=setup.value("messaging_service_sid"),
        base_url=setup.base_url or BASE_URL,
        hook_url=setup.hook_url,
    )


def _credentials(settings: Settings) -> tuple[str, str]:
    if settings.api_key:
        return settings.api_key, settings.api_secret
    return settings.account_sid, settings.token


def _check(settings: Settings, line: Line) -> None:
    where = f"channel account {line.kind}/{settings.account}"
    if not _SID.fullmatch(settings.account_sid):
        raise SettingsError(f"{where}: account_sid must be the Account SID of the Twilio console (AC and 32 letters and digits)")
    if not settings.token:
        raise SettingsError(f"{where}: token is not set; copy the auth token from the Twilio console")
    if bool(settings.api_key) != bool(settings.api_secret):
        raise SettingsError(f"{where}: api_key and api_secret belong together; set both or neither")
    if not settings.base_url.startswith(("https://", "http://")) or settings.base_url.endswith("/"):
        raise SettingsError(f"{where}: base_url must begin with https:// and not end with / (leave it out for {BASE_URL})")
