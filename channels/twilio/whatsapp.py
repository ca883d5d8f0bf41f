"""WhatsApp by Twilio as a channel, after https://www.twilio.com/docs/whatsapp/api."""

from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Outside
from channels.twilio.channel import FILES, LIBRARIES, Twilio
from channels.twilio.render import TEXT_UNITS, WHATSAPP, Line
from channels.twilio.settings import FIELDS, settings_of
from hub.model.channels.rates import Rates
from hub.model.messaging.message import Capabilities, MediaKind
from hub.model.text.measuring import Unit

WINDOW_HOURS = 24
"""https://www.twilio.com/docs/whatsapp/key-concepts#the-24-hour-or-customer-service-window"""

PER_SECOND = 80.0
"""https://help.twilio.com/articles/360024009314"""

PER_ADDRESS = 1 / 6
"""One message every six seconds to the same person, in bursts of up to 45; WhatsApp's own limit, told there as code 131056.

https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits
"""

ADDRESS_BURST = 45

MEDIA_BYTES = {
    MediaKind.IMAGE: 5_000_000,
    MediaKind.VIDEO: 16_000_000,
    MediaKind.AUDIO: 16_000_000,
    MediaKind.VOICE: 16_000_000,
    MediaKind.FILE: 16_000_000,
}
"""https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages"""

_SOUNDS = frozenset(("audio/3gpp", "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg"))
MEDIA_TYPES = {
    MediaKind.IMAGE: frozenset(("image/jpeg", "image/png", "image/webp")),
    MediaKind.VIDEO: frozenset(("video/mp4", "video/3gpp")),
    MediaKind.AUDIO: _SOUNDS,
    MediaKind.VOICE: _SOUNDS,
}
"""What WhatsApp shows; anything else fails with 63019 or 63021 after it was taken.

https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages#supported-mime-types
"""

CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    unit=Unit.CHARACTERS,
    caption_units=TEXT_UNITS,
    media=frozenset((*MEDIA_BYTES, MediaKind.LOCATION)),
    media_bytes=MEDIA_BYTES,
    media_types=MEDIA_TYPES,
    templates=True,
    receipts=True,
    read_receipts=True,
    window_hours=WINDOW_HOURS,
    retry_horizon_days=1,
)
"""Buttons and lists exist at Twilio only as content made beforehand, so answers are offered as a numbered list."""


def _build(setup: AccountSetup, outside: Outside) -> Twilio:
    return Twilio(settings_of(setup), Line(kind=WHATSAPP, can=setup.limited(CAPABILITIES)), outside.session)


KIND = ChannelKind(
    kind=WHATSAPP,
    title="WhatsApp (Twilio)",
    fields=(*FIELDS, TEXT_LIMIT),
    build=_build,
    files=FILES,
    rates=Rates(per_second=PER_SECOND, burst=int(PER_SECOND), per_address=PER_ADDRESS, address_burst=ADDRESS_BURST),
    libraries=LIBRARIES,
)
