"""WhatsApp through the Cloud API under the contract tests."""

import msgspec
from aiohttp import ClientSession

from channels.meta import graph
from channels.whatsapp_cloud import channel as whatsapp_cloud
from hub.model.channels.ports import Channel, Inbound
from sandbox.shown import Webhook
from sandbox.whatsapp_cloud import stand_in
from tests.channels.contract import SECRET, TOKEN, Kind

NUMBER = "204000000000001"


def make(session: ClientSession, base_url: str) -> Channel:
    settings = whatsapp_cloud.Settings(
        account="shop", token=TOKEN, secret=SECRET, verify_token="words", phone_number_id=NUMBER, base_url=f"{base_url}/v25.0"
    )
    return whatsapp_cloud.WhatsAppCloud(settings, session)


def webhook(field: str, value: dict[str, object]) -> bytes:
    """A webhook of one change, about our number."""
    about = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550100", "phone_number_id": NUMBER}, **value}
    entry = {"id": "305000000000009", "changes": [{"field": field, "value": about}]}
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": [entry]})


def read_of(webhook: Webhook) -> Inbound:
    """A webhook of the stand-in's as the web room hands it over."""
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    return Inbound(method=webhook.method, url="", path_query="/hooks/whatsapp_cloud/shop", headers=headers, body=webhook.body)


KIND = Kind(
    name=whatsapp_cloud.WhatsAppCloud.kind,
    make=make,
    sign=lambda body: {graph.SIGNATURE_HEADER: graph.signature(SECRET, body)},
    stand_in=lambda: stand_in(token=TOKEN, secret=SECRET, number=NUMBER),
    method="messages",
    known=webhook(
        "messages",
        {
            "contacts": [{"profile": {"name": "Lan"}, "wa_id": "4242"}],
            "messages": [{"from": "4242", "id": "wamid.1", "timestamp": "1760000000", "type": "text", "text": {"body": "shop ơi"}}],
        },
    ),
    unknown=webhook("brand_new_field", {"secret_word": "hush"}),
)
