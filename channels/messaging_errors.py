"""What Messenger's and Instagram's own error codes mean; Graph's general ones stand in `meta.py`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from channels.meta import Codes, Means
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

CODES: Codes = {
    # The page of codes says of 1200 and of 2 (here with Instagram's subcode): try again.
    1200: _SHORTLY,
    (2, 1545133): _SHORTLY,
    (4, 2018022): Means(error=Throttled, failure=Failure.THROTTLED, wait=_THREAD_WAIT_SECONDS),
    (4, 2018354): _OFTEN,
    (9, 2018352): _OFTEN,
    (10, 2018065): _WINDOW,
    (10, 2018278): _WINDOW,
    (10, 2534022): _WINDOW,
    (10, 2018108): _AWAY,
    (10, 1545041): _AWAY,
    (100, 1545041): _AWAY,
    (100, 2018001): _NOBODY,
    (100, 2534014): _NOBODY,
    (100, 2534001): _NOBODY,
    # Files that are too large, cannot be fetched, are of another kind than said, or whose id has ended after its 90 days.
    (100, 2018008): _MEDIA,
    (100, 2018047): _MEDIA,
    (100, 2018074): _MEDIA,
    (100, 2018109): _MEDIA,
    (100, 2018294): Means(error=TemporaryFailure, failure=Failure.MEDIA),
    (100, 2534025): _ANSWERED,
    (100, 2534013): _POLICY,
    105: _INVALID,
    194: _INVALID,
    (200, 1545041): _AWAY,
    (200, 2018108): _AWAY,
    (200, 2018028): Means(error=Misconfigured, failure=Failure.AUTH),
    551: _AWAY,
    (613, 1893016): Means(error=Throttled, failure=Failure.QUALITY, wait=3600.0),
    # One private answer a comment, within seven days of it.
    10900: _ANSWERED,
    10901: _WINDOW,
    10903: _NOBODY,
}
