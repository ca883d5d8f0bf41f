"""SMS and MMS by Twilio as a channel, after https://www.twilio.com/docs/messaging."""

from msgspec.structs import replace

from channels.kinds import TEXT_LIMIT, AccountSetup, ChannelKind, Field, Outside
from channels.twilio.channel import FILES, LIBRARIES, Twilio
from channels.twilio.render import SMS, TEXT_UNITS, Line
from channels.twilio.settings import FIELDS, settings_of
from hub.model.channels.rates import Rates
from hub.model.errors import SettingsError
from hub.model.messaging.message import Capabilities, MediaKind
from hub.model.text.measuring import Unit

MOST_MEDIA = 10
MEDIA_BYTES = 5_000_000
"""Of all files of a message: https://www.twilio.com/docs/messaging/guides/accepted-mime-types"""

PER_SECOND = 10.0
"""Messages of a sender's name; a US long code is allowed one (set rate_per_second), a short code a hundred.

https://help.twilio.com/articles/115002943027-Understanding-Twilio-Rate-Limits-and-Message-Queues
"""

_MEDIA = frozenset((MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.FILE))
CAPABILITIES = Capabilities(
    text_units=TEXT_UNITS,
    unit=Unit.CHARACTERS,
    caption_units=TEXT_UNITS,
    media=_MEDIA,
    media_bytes=dict.fromkeys(sorted(_MEDIA), MEDIA_BYTES),
    receipts=True,
    retry_horizon_days=1,
)

_YES, _NO = "yes", "no"


def _build(setup: AccountSetup, outside: Outside) -> Twilio:
    can = setup.limited(CAPABILITIES)
    if _chosen(setup, "mms", _YES) == _NO:
        can = replace(can, media=frozenset(), media_bytes={}, caption_units=0)
    line = Line(kind=SMS, can=can, most_media=MOST_MEDIA, folds=_chosen(setup, "fold_diacritics", _NO) == _YES)
    return Twilio(settings_of(setup), line, outside.session)


def _chosen(setup: AccountSetup, key: str, default: str) -> str:
    """A yes or a no; raises SettingsError for anything else."""
    told = setup.value(key, default).lower()
    told = {"true": _YES, "false": _NO}.get(told, told)
    if told not in {_YES, _NO}:
        raise SettingsError(f"channel account {setup.channel}/{setup.name}: {key} must be yes or no.")
    return told


KIND = ChannelKind(
    kind=SMS,
    title="SMS (Twilio)",
    fields=(
        *FIELDS,
        Field(
            key="fold_diacritics",
            required=False,
            default=_NO,
        ),
        Field(
            key="mms",
            required=False,
            default=_YES,
        ),
        TEXT_LIMIT,
    ),
    build=_build,
    files=FILES,
    rates=Rates(per_second=PER_SECOND, burst=int(PER_SECOND)),
    libraries=LIBRARIES,
)
