"""WhatsApp's error codes and what each decides: the same in an answer to a call and in a webhook.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from channels.meta.graph import Codes, Means
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, TemporaryFailure, Throttled, WindowClosed
from hub.model.failure import Failure

PAIR_WAIT_SECONDS = 6.0
"""One message each 6 s to the same person: https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput"""

QUALITY_WAIT_SECONDS = 3600.0
"""After a limit for too many complaints, which is lifted in hours if at all; the messages' own deadlines end the trying."""

MAINTENANCE_WAIT_SECONDS = 60.0
"""While WhatsApp moves the account, which takes minutes and is not told beforehand."""

_AGAIN = Means(error=TemporaryFailure, failure=Failure.SERVER)
_INVALID = Means(error=Rejected, failure=Failure.INVALID)
_UNDELIVERABLE = Means(error=Rejected, failure=Failure.RECIPIENT)
_UNSUPPORTED = Means(error=Rejected, failure=Failure.UNSUPPORTED)
_MEDIA = Means(error=Rejected, failure=Failure.MEDIA)
_TEMPLATE = Means(error=Rejected, failure=Failure.TEMPLATE)
_WINDOW = Means(error=WindowClosed, failure=Failure.WINDOW)
_ACCOUNT = Means(error=Misconfigured, failure=Failure.AUTH)
_POLICY = Means(error=Misconfigured, failure=Failure.POLICY)

CODES: Codes = {
    # What the account or its number may not do now: it stops, and its admin is told.
    33: _ACCOUNT,
    131005: _ACCOUNT,
    131031: _POLICY,
    131037: _ACCOUNT,
    131042: Means(error=Misconfigured, failure=Failure.PAYMENT),
    131045: _ACCOUNT,
    133000: _ACCOUNT,
    133004: _AGAIN,
    133005: _ACCOUNT,
    133006: _ACCOUNT,
    133008: _ACCOUNT,
    133009: _ACCOUNT,
    133010: _ACCOUNT,
    133015: _ACCOUNT,
    # How fast and how much.
    130429: Means(error=Throttled, failure=Failure.THROTTLED, whole_account=True),
    131056: Means(error=Throttled, failure=Failure.THROTTLED, wait=PAIR_WAIT_SECONDS),
    131057: Means(error=Throttled, failure=Failure.SERVER, wait=MAINTENANCE_WAIT_SECONDS, whole_account=True),
    131048: Means(error=Throttled, failure=Failure.QUALITY, wait=QUALITY_WAIT_SECONDS),
    133016: Means(error=Throttled, failure=Failure.THROTTLED, wait=QUALITY_WAIT_SECONDS),
    # Whom it was for.
    130472: Means(error=Rejected, failure=Failure.EXPERIMENT),
    130497: Means(error=Rejected, failure=Failure.POLICY),
    131021: _UNDELIVERABLE,
    131030: _UNDELIVERABLE,
    131026: _UNDELIVERABLE,
    131047: _WINDOW,
    131049: Means(error=Rejected, failure=Failure.ECOSYSTEM),
    131050: Means(error=Rejected, failure=Failure.MARKETING_STOPPED),
    131062: _UNSUPPORTED,
    # Groups: https://developers.facebook.com/documentation/business-messaging/whatsapp/groups/error-codes
    131020: _UNDELIVERABLE,
    131041: _UNDELIVERABLE,
    131207: Means(error=Rejected, failure=Failure.POLICY),
    131208: Means(error=Throttled, failure=Failure.THROTTLED, wait=MAINTENANCE_WAIT_SECONDS),
    131212: _UNDELIVERABLE,
    # The message itself.
    131008: _INVALID,
    131009: _INVALID,
    131014: _MEDIA,
    131051: _UNSUPPORTED,
    131052: _MEDIA,
    131053: _MEDIA,
    131055: _UNSUPPORTED,
    131060: _UNSUPPORTED,
    134011: Means(error=Rejected, failure=Failure.POLICY),
    135000: _INVALID,
    # Templates: the account is well, this text is not.
    132000: _TEMPLATE,
    132001: _TEMPLATE,
    132005: _TEMPLATE,
    132007: _TEMPLATE,
    132008: _TEMPLATE,
    132012: _TEMPLATE,
    132015: _TEMPLATE,
    132016: _TEMPLATE,
    132018: _TEMPLATE,
    132068: _TEMPLATE,
    132069: _TEMPLATE,
    134100: _TEMPLATE,
    134101: _TEMPLATE,
    134102: _TEMPLATE,
    # The provider's own trouble.
    131000: Means(error=OutcomeUnknown, failure=Failure.SERVER),
    131016: _AGAIN,
    # The servers that shops ran themselves until 2025; gateways before the Cloud API still speak so.
    470: _WINDOW,
    471: Means(error=Throttled, failure=Failure.QUALITY, wait=QUALITY_WAIT_SECONDS),
    472: Means(error=Rejected, failure=Failure.EXPERIMENT),
    480: _UNDELIVERABLE,
    500: _AGAIN,
    501: _UNSUPPORTED,
    1006: _UNDELIVERABLE,
    1008: _INVALID,
    1009: _INVALID,
    1013: _UNDELIVERABLE,
    1014: _MEDIA,
    1015: Means(error=Throttled, failure=Failure.THROTTLED, whole_account=True),
    1016: _AGAIN,
    1021: _UNDELIVERABLE,
    1026: _UNDELIVERABLE,
    **dict.fromkeys((2000, 2001, 2002, 2003, 2004, 2005, 2006, 2012, 2060), _TEMPLATE),
}
