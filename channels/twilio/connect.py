"""Setting Twilio's webhook and looking how an account stands; where no API exists, the clicks.

https://www.twilio.com/docs/messaging/api/service-resource, https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from typing import TYPE_CHECKING

from channels.twilio.render import WHATSAPP, Line
from channels.twilio.settings import Settings
from hub.model.channels.ports import Connection
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
        problems.append(f"The Twilio account is {account.status}; mend it in the console under Account > General settings.")
    if not (settings.sender or settings.messaging_service_sid):
        problems.append("Neither from nor messaging_service_sid is set: nothing can be sent. Set one of them.")
    told = bool(settings.messaging_service_sid) or (line.kind != WHATSAPP and settings.sender.startswith("+"))
    return Connection(
        name=account.friendly_name or "",
        hook=hook,
        clicks=() if hook else _clicks(line, hook_url),
        problems=tuple(problems),
        tells_hook=told and not problems,
    )


async def _hook(client: "Client", settings: Settings, line: Line) -> tuple[str, list[str]]:
    """Where messages go now, as far as an API tells; what is wrong with service or number."""
    try:
        if settings.messaging_service_sid:
            found = await client.messaging.v1.services(settings.messaging_service_sid).fetch_async()
            if found.use_inbound_webhook_on_number:
                return "", [
                    "The messaging service leaves incoming messages to its numbers' own webhooks; connect this account to change that."
                ]
            return found.inbound_request_url or "", []
        if line.kind != WHATSAPP and settings.sender.startswith("+"):
            return (await _number(client, settings.sender)).sms_url or "", []
    except Rejected as error:
        return "", [f"{error.reason}: check from and messaging_service_sid."]
    return "", []


async def _number(client: "Client", sender: str) -> "IncomingPhoneNumberInstance":
    found = await client.incoming_phone_numbers.list_async(phone_number=sender, limit=1)
    if not found:
        raise Rejected(f"the number {sender} is not one of this Twilio account's", failure=Failure.AUTH)
    return found[0]


def _clicks(line: Line, hook_url: str) -> tuple[str, ...]:
    if line.kind == WHATSAPP:
        return (
            "Open https://console.twilio.com and choose Messaging > Senders > WhatsApp senders.",
            "Choose your sender; for the sandbox choose Messaging > Try it out > Send a WhatsApp message > Sandbox settings.",
            f"Put {hook_url} into the webhook for incoming messages, method POST, and save.",
        )
    return (
        "Open https://console.twilio.com and choose Phone Numbers > Manage > Active numbers.",
        "Choose your number and go to Messaging configuration.",
        f"At 'A message comes in' choose Webhook, put in {hook_url}, method HTTP POST, and save.",
    )
