"""One WhatsApp number at its stand-in, for the tests of the Cloud API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession
from msgspec.structs import replace

from channels.whatsapp_cloud.channel import Settings, WhatsAppCloud
from sandbox.stand_in import StandIn
from sandbox.whatsapp_cloud import WhatsApp
from tests.channels.contract import SECRET, TOKEN
from tests.channels.kind_whatsapp_cloud import NUMBER

TO = "84912000111"
SETTINGS = Settings(account="shop", token=TOKEN, secret=SECRET, verify_token="words", phone_number_id=NUMBER)


@asynccontextmanager
async def served(whatsapp: WhatsApp) -> AsyncIterator[StandIn]:
    """Its stand-in, listening; receipts come when asked for."""
    stand_in = StandIn(whatsapp, receipts="")
    await stand_in.start()
    try:
        yield stand_in
    finally:
        await stand_in.stop()


@asynccontextmanager
async def number_at(stand_in: StandIn) -> AsyncIterator[WhatsAppCloud]:
    """The number as a channel that speaks to the stand-in."""
    async with ClientSession() as session:
        yield WhatsAppCloud(replace(SETTINGS, base_url=f"{stand_in.base_url}/v25.0"), session)


def unconnected() -> WhatsAppCloud:
    """The number as a channel that speaks to nobody."""
    return WhatsAppCloud(SETTINGS, None)  # type: ignore[arg-type]
