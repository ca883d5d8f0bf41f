"""What Zalo's error codes mean for a send. They come in the body, mostly under HTTP 200, so the status says little.

https://developers.zalo.me/docs/official-account/phu-luc/ma-loi, templates: https://zalo.cloud/zns/guidelines/handle-error-code
"""

from enum import Enum
from http import HTTPStatus

import msgspec

from channels import http
from hub.model.base import Value
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SendError, TemporaryFailure, Throttled, WindowClosed
from hub.model.failure import Failure

TOKEN_REFUSED = frozenset({-124, -216, -220})
"""The access token is wrong or its time is over: the next one may be taken."""

_ZONE_MS = 7 * 3_600_000
_MINUTE_MS, _DAY_MS, _MORNING_MS = 60_000, 86_400_000, 6 * 3_600_000
"""Vietnam has kept UTC+7 without summer time since 1975; quotas of a day and the night's end are counted there."""


class Wait(Enum):
    """Until when a send is refused: limits of calls are counted by the minute, quotas by the day, advertisements rest at night."""

    MINUTE = "minute"
    TOMORROW = "tomorrow"
    MORNING = "morning"


_REFUSED: dict[int, Failure] = {
    -107: Failure.INVALID, -108: Failure.RECIPIENT, -109: Failure.TEMPLATE, -1091: Failure.TEMPLATE, -110: Failure.RECIPIENT,
    -111: Failure.TEMPLATE, -112: Failure.TEMPLATE, -1121: Failure.TEMPLATE, -1122: Failure.TEMPLATE, -1123: Failure.TEMPLATE,
    -1124: Failure.TEMPLATE, -113: Failure.TEMPLATE, -1131: Failure.TEMPLATE, -114: Failure.RECIPIENT, -115: Failure.PAYMENT,
    -116: Failure.INVALID, -117: Failure.TEMPLATE, -118: Failure.RECIPIENT, -119: Failure.RECIPIENT, -120: Failure.UNSUPPORTED,
    -1201: Failure.UNSUPPORTED, -1202: Failure.UNSUPPORTED, -121: Failure.INVALID, -122: Failure.INVALID, -123: Failure.INVALID,
    -126: Failure.QUOTA, -127: Failure.TEMPLATE, -128: Failure.INVALID, -129: Failure.INVALID, -130: Failure.INVALID,
    -131: Failure.TEMPLATE, -132: Failure.INVALID,
    -134: Failure.MARKETING_STOPPED, -135: Failure.POLICY, -1351: Failure.POLICY, -136: Failure.PAYMENT, -137: Failure.PAYMENT,
    -138: Failure.UNSUPPORTED, -1381: Failure.PAYMENT, -139: Failure.MARKETING_STOPPED, -140: Failure.POLICY,
    -141: Failure.MARKETING_STOPPED, -142: Failure.INVALID, -143: Failure.INVALID,
    -1441: Failure.QUOTA, -145: Failure.POLICY, -146: Failure.QUALITY, -1471: Failure.ECOSYSTEM,
    -148: Failure.INVALID, -149: Failure.INVALID, -150: Failure.EXPIRED, -151: Failure.TEMPLATE, -152: Failure.TEMPLATE,
    -153: Failure.INVALID, -158: Failure.MEDIA, -159: Failure.MEDIA, -160: Failure.QUOTA, -161: Failure.INVALID, -162: Failure.TEMPLATE,
    -200: Failure.REJECTED, -201: Failure.INVALID, -210: Failure.INVALID, -211: Failure.QUOTA, -212: Failure.UNSUPPORTED,
    -213: Failure.RECIPIENT, -214: Failure.INVALID, -217: Failure.RECIPIENT, -218: Failure.ECOSYSTEM, -221: Failure.POLICY,
    -223: Failure.UNSUPPORTED, -224: Failure.PAYMENT, -227: Failure.RECIPIENT, -233: Failure.UNSUPPORTED, -235: Failure.UNSUPPORTED,
    -237: Failure.RECIPIENT, -238: Failure.PAYMENT, -240: Failure.UNSUPPORTED, -241: Failure.PAYMENT, -244: Failure.MARKETING_STOPPED,
    -248: Failure.POLICY, -249: Failure.TEMPLATE, -320: Failure.PAYMENT, -321: Failure.PAYMENT, -403: Failure.RECIPIENT,
}  # fmt: skip
"""What this message, or this feature, is refused for; other messages of the account may go."""

_WINDOW = frozenset({-230, -232})
_OURS_TO_MEND = frozenset({-101, -102, -103, -104, -105, -106, -125, -1241, -202, -204, -205, -206, -209, -219, -242})
"""The account, its app or the tie between them: nothing goes before that is mended."""

_LATER = {-100: Failure.SERVER}
"""`-100`: an unknown error, try again; of an upload: older than seven days, and made anew when it is tried again."""

_WAITS: dict[int, tuple[Wait, Failure]] = {
    -32: (Wait.MINUTE, Failure.THROTTLED),
    -144: (Wait.TOMORROW, Failure.QUOTA),
    -147: (Wait.TOMORROW, Failure.QUOTA),
    -1472: (Wait.TOMORROW, Failure.ECOSYSTEM),
    -133: (Wait.MORNING, Failure.POLICY),
    -234: (Wait.MORNING, Failure.POLICY),
}


class Told(Value, frozen=True):
    """What Zalo answered: `error` 0 is success, and then `message` names nothing of use."""

    error: int
    message: str = ""
    message_id: str = ""


class _Ids(msgspec.Struct, frozen=True):
    message_id: str | int = ""
    msg_id: str | int = ""


class _Body(msgspec.Struct, frozen=True):
    error: int
    message: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


_BODY = msgspec.json.Decoder(_Body, strict=False)


def read(answer: http.Answer) -> Told | None:
    """What a body says; None where it is not Zalo's."""
    try:
        body = _BODY.decode(answer.body)
    except (ValueError, RecursionError):
        return None
    try:
        ids = msgspec.json.decode(body.data, type=_Ids)
    except (ValueError, RecursionError):
        ids = _Ids()
    return Told(error=body.error, message=body.message, message_id=str(ids.message_id or ids.msg_id))


def decide(answer: http.Answer, *, now: int) -> SendError | None:
    """What an answer means; None where Zalo took the message. `now` in ms since 1970. A refused token is for `TOKEN_REFUSED`."""
    told = read(answer)
    if told is None:
        found = http.decide(answer.status, retry_after=answer.retry_after)
        return found or OutcomeUnknown("the answer is not Zalo's", code=str(answer.status), failure=Failure.UNPARSEABLE)
    if told.error == 0:
        return http.decide(answer.status, retry_after=answer.retry_after)
    if told.error > 0 and answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        return http.decide(answer.status, reason=told.message, retry_after=answer.retry_after)
    return of_code(told.error, told.message, now=now)


def of_code(code: int, words: str, *, now: int) -> SendError:
    """The decision of a code, by the tables above; an unknown one refuses this message."""
    told = str(code)
    if waits := _WAITS.get(code):
        wait, failure = waits
        everything = wait is Wait.MINUTE
        return Throttled(words, retry_after=seconds_until(wait, now), code=told, whole_account=everything, failure=failure)
    if code in _WINDOW:
        return WindowClosed(words, code=told)
    if code in _OURS_TO_MEND or code in TOKEN_REFUSED:
        return Misconfigured(words, code=told)
    if code in _LATER:
        return TemporaryFailure(words, code=told, failure=_LATER[code])
    return Rejected(words, code=told, failure=_REFUSED.get(code, Failure.REJECTED))


def seconds_until(wait: Wait, now: int) -> float:
    """How long from `now` (ms since 1970): to the next minute, to midnight or to six o'clock in Vietnam."""
    match wait:
        case Wait.MINUTE:
            left = _MINUTE_MS - now % _MINUTE_MS
        case Wait.TOMORROW:
            left = _DAY_MS - (now + _ZONE_MS) % _DAY_MS
        case Wait.MORNING:
            left = _DAY_MS - (now + _ZONE_MS - _MORNING_MS) % _DAY_MS
    return left / 1000
