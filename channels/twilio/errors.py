"""What Twilio's error codes mean, after https://www.twilio.com/docs/api/errors.

Twilio warns that causes behind its codes shift, so a code that is not listed is decided by its HTTP status alone.
WhatsApp's own codes behind the 63xxx: https://www.twilio.com/docs/whatsapp/api/error-code-mapping
"""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from channels import http
from hub.model.errors import (
    Misconfigured,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    SendError,
    TemporaryFailure,
    Throttled,
    WindowClosed,
)
from hub.model.failure import Failure

QUEUE_FULL_WAIT_SECONDS = 60.0
"""What a sender whose queue at Twilio is full waits: Twilio empties it at the sender's own rate, a message a second and upwards."""

QUOTA_WAIT_SECONDS = 3600.0
"""How long before a daily limit is tried again: Twilio does not say when its day ends."""

_STOPPED, _GONE, _WINDOW = Failure.STOPPED, Failure.RECIPIENT, Failure.WINDOW

FAILURES: Mapping[str, Failure] = {
    "10001": Failure.AUTH,
    "10002": Failure.AUTH,
    "11200": Failure.CONNECTION,
    "11751": Failure.MEDIA,
    "12300": Failure.MEDIA,
    "14107": Failure.THROTTLED,
    "14108": Failure.AUTH,
    "20001": Failure.INVALID,
    "20003": Failure.AUTH,
    "20005": Failure.AUTH,
    "20006": Failure.AUTH,
    "20008": Failure.AUTH,
    "20010": Failure.AUTH,
    "20403": Failure.AUTH,
    "20404": Failure.AUTH,
    "20422": Failure.INVALID,
    "20429": Failure.THROTTLED,
    "20500": Failure.SERVER,
    "20503": Failure.SERVER,
    "21211": _GONE,
    "21212": Failure.AUTH,
    "21214": _GONE,
    "21217": _GONE,
    "21219": _GONE,
    "21265": _GONE,
    "21266": Failure.INVALID,
    "21267": Failure.AUTH,
    "21401": Failure.AUTH,
    "21408": Failure.POLICY,
    "21601": Failure.AUTH,
    "21602": Failure.INVALID,
    "21603": Failure.AUTH,
    "21604": _GONE,
    "21606": Failure.AUTH,
    "21607": Failure.AUTH,
    "21608": Failure.POLICY,
    "21609": Failure.INVALID,
    "21610": _STOPPED,
    "21611": Failure.THROTTLED,
    "21612": Failure.UNSUPPORTED,
    "21614": _GONE,
    "21616": Failure.AUTH,
    "21617": Failure.INVALID,
    "21618": Failure.INVALID,
    "21619": Failure.INVALID,
    "21620": Failure.MEDIA,
    "21621": Failure.UNSUPPORTED,
    "21622": Failure.UNSUPPORTED,
    "21623": Failure.MEDIA,
    "21624": Failure.INVALID,
    "21626": Failure.INVALID,
    "21627": Failure.INVALID,
    "21635": _GONE,
    "21653": Failure.INVALID,
    "21654": Failure.TEMPLATE,
    "21655": Failure.TEMPLATE,
    "21656": Failure.TEMPLATE,
    "21659": Failure.AUTH,
    "21660": Failure.AUTH,
    "21661": Failure.AUTH,
    "21701": Failure.AUTH,
    "21702": Failure.AUTH,
    "21703": Failure.AUTH,
    "21704": Failure.AUTH,
    "21705": Failure.AUTH,
    "21709": Failure.AUTH,
    "21900": Failure.INVALID,
    "21901": Failure.INVALID,
    "21910": Failure.INVALID,
    "30001": Failure.THROTTLED,
    "30002": Failure.AUTH,
    "30003": _GONE,
    "30004": _STOPPED,
    "30005": _GONE,
    "30006": _GONE,
    "30007": Failure.POLICY,
    "30008": Failure.REJECTED,
    "30010": Failure.PAYMENT,
    "30011": Failure.UNSUPPORTED,
    "30012": Failure.INVALID,
    "30013": Failure.INVALID,
    "30014": _GONE,
    "30015": Failure.UNSUPPORTED,
    "30016": Failure.INVALID,
    "30017": Failure.SERVER,
    "30018": Failure.AUTH,
    "30019": Failure.MEDIA,
    "30020": Failure.SERVER,
    "30021": Failure.SERVER,
    "30022": Failure.THROTTLED,
    "30023": Failure.QUOTA,
    "30024": Failure.AUTH,
    "30027": Failure.QUOTA,
    "30028": Failure.INVALID,
    "30029": Failure.INVALID,
    "30030": Failure.INVALID,
    "30031": Failure.INVALID,
    "30032": Failure.AUTH,
    "30033": Failure.POLICY,
    "30034": Failure.AUTH,
    "30035": Failure.AUTH,
    "30036": Failure.EXPIRED,
    "30038": Failure.POLICY,
    "30039": Failure.LOOPING,
    "30044": Failure.AUTH,
    "30400": Failure.INVALID,
    "30410": Failure.SERVER,
    "35118": Failure.AUTH,
    "63001": Failure.AUTH,
    "63002": Failure.AUTH,
    "63003": _GONE,
    "63005": Failure.INVALID,
    "63006": Failure.INVALID,
    "63007": Failure.AUTH,
    "63008": Failure.AUTH,
    "63009": Failure.SERVER,
    "63010": Failure.SERVER,
    "63011": Failure.UNSUPPORTED,
    "63012": Failure.SERVER,
    "63013": Failure.POLICY,
    "63014": _STOPPED,
    "63015": _GONE,
    "63016": _WINDOW,
    "63017": Failure.THROTTLED,
    "63018": Failure.THROTTLED,
    "63019": Failure.MEDIA,
    "63020": Failure.PAYMENT,
    "63021": Failure.INVALID,
    "63022": Failure.AUTH,
    "63023": Failure.SERVER,
    "63024": _GONE,
    "63025": Failure.MEDIA,
    "63026": Failure.MEDIA,
    "63027": Failure.TEMPLATE,
    "63028": Failure.TEMPLATE,
    "63029": Failure.TEMPLATE,
    "63030": Failure.UNSUPPORTED,
    "63031": _GONE,
    "63032": Failure.EXPERIMENT,
    "63033": Failure.MARKETING_STOPPED,
    "63034": Failure.MEDIA,
    "63035": Failure.UNSUPPORTED,
    "63036": _GONE,
    "63037": Failure.MEDIA,
    "63038": Failure.QUOTA,
    "63039": Failure.QUALITY,
    "63040": Failure.TEMPLATE,
    "63041": Failure.TEMPLATE,
    "63042": Failure.TEMPLATE,
    "63049": Failure.ECOSYSTEM,
    "63051": Failure.POLICY,
    "90010": Failure.AUTH,
    "92005": Failure.TEMPLATE,
    "92006": Failure.TEMPLATE,
    "92007": Failure.TEMPLATE,
    "92008": Failure.UNSUPPORTED,
}
"""Code → what went wrong. AUTH: whatever an admin has to mend in the account (credentials, senders, registration)."""

_QUEUE_FULL = frozenset(("21611", "30001"))


class _Told(msgspec.Struct, frozen=True):
    code: int | None = None
    message: str | None = None


_TOLD = msgspec.json.Decoder(_Told, strict=False)


def failure_of(code: str) -> Failure:
    """What went wrong with a message that failed by this code; an unlisted one is a refusal with its code as the reason."""
    return FAILURES.get(code, Failure.REJECTED)


def decide(answer: http.Answer) -> SendError | None:
    """What Twilio's answer means: None where it took the call. The code in the body counts more than the status."""
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    try:
        told = _TOLD.decode(answer.body)
    except (ValueError, RecursionError):
        told = _Told()
    words, code = told.message or "", str(told.code) if told.code else ""
    if not code:
        return _by_status(answer, words)
    return _by_code(answer, code, words or f"Twilio's error {code}")


def _by_code(answer: http.Answer, code: str, words: str) -> SendError | None:
    failure = FAILURES.get(code)
    match failure:
        case Failure.THROTTLED | Failure.QUOTA:
            return _wait(answer, code, words, failure=failure)
        case Failure.STOPPED:
            return RecipientGone(words, code=code)
        case Failure.WINDOW:
            return WindowClosed(words, code=code)
        case Failure.AUTH | Failure.PAYMENT:
            return Misconfigured(words, code=code, failure=failure)
        case Failure.SERVER | None:
            found = http.decide(answer.status, reason=words, code=code, retry_after=answer.retry_after)
            if found is not None and failure is Failure.SERVER:
                found.failure = failure
            return found
        case _:
            return Rejected(words, code=code, failure=failure)


def _wait(answer: http.Answer, code: str, words: str, *, failure: Failure) -> SendError:
    """A daily limit is the account's; a full queue or too many calls at once that of the sender we use, which is all of the account too."""
    usual = QUOTA_WAIT_SECONDS if failure is Failure.QUOTA else QUEUE_FULL_WAIT_SECONDS if code in _QUEUE_FULL else http.UNTOLD_WAIT_SECONDS
    wait = usual if answer.retry_after is None else answer.retry_after
    return Throttled(words, code=code, retry_after=wait, whole_account=True, failure=failure)


def _by_status(answer: http.Answer, words: str) -> SendError | None:
    """An answer without a code is not the Messages API's own: a proxy's, or another service that speaks like Twilio."""
    found = http.decide(answer.status, reason=words, retry_after=answer.retry_after)
    match found:
        case Misconfigured() | Rejected():
            found.failure = Failure.STATUS
        case OutcomeUnknown() | TemporaryFailure():
            found.failure = Failure.SERVER
    return found
