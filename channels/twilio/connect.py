"""Setting Twilio's webhook and looking how an account stands; where no API exists, the clicks.

https://www.twilio.com/docs/messaging/api/service-resource, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from typing import TYPE_CHECKING

from channels.twilio.render import WHATSAPP, Line
from channels.twilio.settings import Settings
from hub.model.channels.abilities import Connection
from hub.model.channels.look import Phrase, phrase
from hub.model.errors import OutcomeUnknown, Rejected
from hub.model.failure import Failure

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.incoming_phone_number import IncomingPhoneNumberInstance

_BROKEN = (ValueError, AttributeError, TypeError, KeyError)


async def connect(client: "Client", settings: Settings, line: Line, hook_url: str) -> Connection:
    """Have messages brought to `hook_url` and tell how it stands then; raises a SendError."""
    try:
        if settings.messaging_service_sid:
            service = client.messaging.v1.services(settings.messaging_service_sid)
            await service.update_async(inbound_request_url=hook_url, inbound_method="POST", use_inbound_webhook_on_number=False)
        elif line.kind != WHATSAPP and settings.sender.startswith("+"):
            number = await _number(client, settings.sender)
            if number is None:
                raise Rejected(f"the number {settings.sender} is not one of this Twilio account's", failure=Failure.AUTH)
            await number.update_async(sms_url=hook_url, sms_method="POST")
    except _BROKEN:
        raise OutcomeUnknown("the answer cannot be read", failure=Failure.UNPARSEABLE) from None
    return await look(client, settings, line, hook_url)


async def look(client: "Client", settings: Settings, line: Line, hook_url: str) -> Connection:
    """Name and standing of the account, where its messages go, what is wrong; raises a SendError."""
    try:
        account = await client.api.v2010.accounts(settings.account_sid).fetch_async()
        hook, problems = await _hook(client, settings, line)
    except _BROKEN:
        raise OutcomeUnknown("the answer cannot be read", failure=Failure.UNPARSEABLE) from None
    if account.status and account.status != "active":
        problems.append(phrase("twilio.account", status=account.status))
    if not (settings.sender or settings.messaging_service_sid):
        problems.append(phrase("twilio.no_sender"))
    told = bool(settings.messaging_service_sid) or (line.kind != WHATSAPP and settings.sender.startswith("+"))
    return Connection(
        name=account.friendly_name or "",
        hook=hook,
        clicks=() if hook else _clicks(line, hook_url),
        problems=tuple(problems),
        tells_hook=told and not problems,
    )


async def _hook(client: "Client", settings: Settings, line: Line) -> tuple[str, list[Phrase]]:
    """Where messages go now, as far as an API tells; what is wrong with service or number."""
    try:
        if settings.messaging_service_sid:
            found = await client.messaging.v1.services(settings.messaging_service_sid).fetch_async()
            if found.use_inbound_webhook_on_number:
                return "", [phrase("twilio.service_leaves")]
            return found.inbound_request_url or "", []
        if line.kind != WHATSAPP and settings.sender.startswith("+"):
            number = await _number(client, settings.sender)
            return (number.sms_url or "", []) if number else ("", [phrase("twilio.not_ours", number=settings.sender)])
    except Rejected as error:
        return "", [phrase("twilio.sender_wrong", reason=error.reason)]
    return "", []


async def _number(client: "Client", sender: str) -> "IncomingPhoneNumberInstance | None":
    found = await client.incoming_phone_numbers.list_async(phone_number=sender, limit=1)
    return found[0] if found else None


def _clicks(line: Line, hook_url: str) -> tuple[Phrase, ...]:
    if line.kind == WHATSAPP:
        return (phrase("twilio.senders"), phrase("twilio.sender"), phrase("twilio.sender_hook", hook=hook_url))
    return (phrase("twilio.numbers"), phrase("twilio.number"), phrase("twilio.number_hook", hook=hook_url))
