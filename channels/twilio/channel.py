"""Twilio's Messages API as a channel, for SMS and for WhatsApp alike.

https://www.twilio.com/docs/messaging/api/message-resource
"""

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from aiohttp import ClientSession

from channels.twilio.connect import connect, look
from channels.twilio.errors import decide
from channels.twilio.parse import CALLBACK_KEY, Self, parse_form
from channels.twilio.render import WHATSAPP, Line, calls_of
from channels.twilio.settings import BASE_URL, Settings, check_settings, credentials
from channels.twilio.sign import check, fields_of, is_form
from hub.model.channels.abilities import Connection, Located
from hub.model.channels.ports import Call, Inbound, Reply, Sent
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected
from hub.model.events.event import Incoming, Unparsed
from hub.model.failure import Failure
from hub.model.files.wanted import Whence
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment

if TYPE_CHECKING:
    from twilio.rest import Client

MEDIA_HOSTS = frozenset(("api.twilio.com", "mcs.us1.twilio.com", "media.twiliocdn.com", "mms.twiliocdn.com"))
"""Where Twilio keeps what customers send: https://www.twilio.com/docs/messaging/api/media-resource"""

FILES = Whence(hosts=("api.twilio.com", "mcs.us1.twilio.com", "twiliocdn.com", "s3-external-1.amazonaws.com"))
"""The same, and where those lead: media are answered with a redirect to their storage, signed for some hours."""

LIBRARIES = ("twilio.rest.api.v2010.account", "channels.twilio.http")
"""What the first message would import, by and by."""

_CREDENTIALS_HOST = "api.twilio.com"
"""The one host that is told our credentials; it redirects to the others, which need none."""

_EMPTY_TWIML = Reply(body=b"<Response/>", content_type="application/xml")
"""Nothing to say at once: the answer goes by the API. https://www.twilio.com/docs/messaging/twiml"""


class Twilio:
    """One account as a channel of the kind of `line`. Raises SettingsError for credentials that cannot be any."""

    def __init__(self, settings: Settings, line: Line, session: ClientSession) -> None:
        check_settings(settings, line)
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
        return await connect(self._client, self._settings, self._line, hook_url)

    async def look(self, hook_url: str) -> Connection:
        """How the account stands, changing nothing; raises a SendError."""
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

        return basic(*credentials(self._settings))

    @cached_property
    def _client(self) -> "Client":
        """Made at the first call: the library takes a second and 25 MB to import, which parsing does not need."""
        from twilio.rest import Client

        from channels.twilio.http import SessionClient

        # At INFO the library logs each call's address and headers.
        logging.getLogger("twilio").setLevel(logging.WARNING)
        user, password = credentials(self._settings)
        # An environment of its own: TWILIO_… variables of the machine are not this account's settings.
        client = Client(user, password, self._settings.account_sid, http_client=SessionClient(self._session, decide), environment={" ": ""})
        if self._settings.base_url != BASE_URL:
            client.api.base_url = client.messaging.base_url = self._settings.base_url
        return client
