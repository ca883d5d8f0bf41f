"""What Viber's status codes mean for a send. They come in the body under HTTP 200.

https://developers.viber.com/docs/api/rest-bot-api/#error-codes
"""

from http import HTTPStatus

import msgspec

from channels import http
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SendError, TemporaryFailure, Throttled
from hub.model.failure import Failure

RATE_WAIT_SECONDS = 60.0
"""After "too many requests": Viber counts within minutes and tells no time."""

_THROTTLED = 12
_OURS_TO_MEND: dict[int, Failure] = {
    2: Failure.AUTH,
    7: Failure.POLICY,
    8: Failure.AUTH,
    9: Failure.POLICY,
    10: Failure.AUTH,
    15: Failure.AUTH,
    24: Failure.PAYMENT,
}
"""The token, the bot, its webhook, its balance: nothing goes before that is mended."""

_REFUSED: dict[int, Failure] = {
    1: Failure.INVALID,
    3: Failure.INVALID,
    4: Failure.INVALID,
    5: Failure.RECIPIENT,
    6: Failure.STOPPED,
    11: Failure.UNSUPPORTED,
    13: Failure.UNSUPPORTED,
    14: Failure.INVALID,
    16: Failure.UNSUPPORTED,
    17: Failure.UNSUPPORTED,
    18: Failure.UNSUPPORTED,
    19: Failure.REJECTED,
    20: Failure.REJECTED,
    21: Failure.POLICY,
    22: Failure.UNSUPPORTED,
    23: Failure.PAYMENT,
}
"""`6`, not subscribed, is not "left": it is said of who opened the chat and has not written yet, too; leaving comes as `unsubscribed`."""


class Told(msgspec.Struct, frozen=True):
    """What Viber answered: `status` 0 is success; `message_token` as text, whether it came as a number or a text."""

    status: int
    status_message: str = ""
    message_token: str | int = ""

    @property
    def token(self) -> str:
        """The message's id."""
        return str(self.message_token)


_TOLD = msgspec.json.Decoder(Told, strict=False)


def read(answer: http.Answer) -> Told | None:
    """What a body says; None where it is not Viber's."""
    try:
        return _TOLD.decode(answer.body)
    except (ValueError, RecursionError):
        return None


def decide(answer: http.Answer) -> SendError | None:
    """What an answer means; None where Viber took the call. Another status than 200 comes from something in between."""
    if answer.status != HTTPStatus.OK and (found := http.decide(answer.status, retry_after=answer.retry_after)):
        if not isinstance(found, Throttled | TemporaryFailure | OutcomeUnknown):
            found.failure = Failure.STATUS
        return found
    told = read(answer)
    if told is None:
        return OutcomeUnknown("the answer is not Viber's", code=str(answer.status), failure=Failure.UNPARSEABLE)
    return None if told.status == 0 else of_code(told.status, told.status_message)


def of_code(code: int, words: str) -> SendError:
    """The decision of a status; one that is not in the tables is Viber's own general error, and passes."""
    told = str(code)
    if code == _THROTTLED:
        return Throttled(words, retry_after=RATE_WAIT_SECONDS, code=told)
    if code in _OURS_TO_MEND:
        return Misconfigured(words, code=told, failure=_OURS_TO_MEND[code])
    if code in _REFUSED:
        return Rejected(words, code=told, failure=_REFUSED[code])
    return TemporaryFailure(words, code=told, failure=Failure.SERVER)
