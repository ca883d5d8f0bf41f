"""What Messenger's and Instagram's own error codes mean; Graph's general ones stand in `graph.py`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from channels.meta.graph import Codes, Means
from hub.model.errors import Misconfigured, RecipientGone, Rejected, TemporaryFailure, Throttled, WindowClosed
from hub.model.failure import Failure

_WINDOW = Means(error=WindowClosed, failure=Failure.WINDOW)
_AWAY = Means(error=RecipientGone, failure=Failure.STOPPED)
_NOBODY = Means(error=Rejected, failure=Failure.RECIPIENT)
_MEDIA = Means(error=Rejected, failure=Failure.MEDIA)
_INVALID = Means(error=Rejected, failure=Failure.INVALID)
_OFTEN = Means(error=Rejected, failure=Failure.ECOSYSTEM)
_ANSWERED = Means(error=Rejected, failure=Failure.DUPLICATE)
_POLICY = Means(error=Rejected, failure=Failure.POLICY)
_SHORTLY = Means(error=TemporaryFailure, failure=Failure.SERVER)

_THREAD_WAIT_SECONDS = 60.0
_HOUR = 3600.0

_BY_SUBCODE = {
    1545041: _AWAY,
    2018108: _AWAY,
    2018001: _NOBODY,
    2534014: _NOBODY,
    2534001: _NOBODY,
    2018065: _WINDOW,
    2018278: _WINDOW,
    2534022: _WINDOW,
    # Another app leads this conversation; it is no matter of the account.
    2018300: Means(error=Rejected, failure=Failure.REJECTED),
    2018022: Means(error=Throttled, failure=Failure.THROTTLED, wait=_THREAD_WAIT_SECONDS),
    1893016: Means(error=Throttled, failure=Failure.QUALITY, wait=_HOUR),
    2018354: _OFTEN,
    2018352: _OFTEN,
    # Files that cannot be fetched, are of another kind than said, too large, or whose id has ended after its 90 days.
    2018008: _MEDIA,
    2018047: _MEDIA,
    2018074: _MEDIA,
    2018109: _MEDIA,
    2018294: Means(error=TemporaryFailure, failure=Failure.MEDIA),
    # The app is not live, or lacks a permission that Meta has to grant: it may write to its own people only.
    2018021: Means(error=Misconfigured, failure=Failure.AUTH),
    2018027: Means(error=Misconfigured, failure=Failure.AUTH),
    2018028: Means(error=Misconfigured, failure=Failure.AUTH),
    # A comment's one private answer was given already, or private answers are limited for this account.
    2534025: _ANSWERED,
    2534013: _POLICY,
    1545133: _SHORTLY,
}
_WITH = (-1, 1, 2, 4, 9, 10, 100, 200, 551, 613)
"""A subcode means the same whatever code it comes with, and the pages tell now one, now another."""

CODES: Codes = {
    **{(code, subcode): means for subcode, means in _BY_SUBCODE.items() for code in _WITH},
    # What Graph's page calls an object that does not exist is here a person or a comment that is gone.
    (100, 33): _NOBODY,
    105: _INVALID,
    194: _INVALID,
    551: _AWAY,
    1200: _SHORTLY,
    10900: _ANSWERED,
    10901: _WINDOW,
    10903: _NOBODY,
}
