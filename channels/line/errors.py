"""What LINE's answers mean: https://developers.line.biz/en/reference/messaging-api/#error-responses."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from channels import http
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SendError, TemporaryFailure, Throttled
from hub.model.failure import Failure

_RATE_WAIT_S = 1.0
"""Limits are counted by the second, and no answer tells how long: https://developers.line.biz/en/reference/messaging-api/#rate-limits"""

_REJECTED: Mapping[str, Failure] = {
    "you have reached your monthly limit": Failure.QUOTA,
    "the property, 'to', in the request body is invalid": Failure.RECIPIENT,
    "the property, to, in the request body is invalid": Failure.RECIPIENT,
    "failed to send messages": Failure.REJECTED,
    "the request body has": Failure.INVALID,
    "the request body could not be parsed as json": Failure.INVALID,
    "the content type": Failure.INVALID,
}
"""How refusals of one message begin; compared in small letters. The month's messages are used up until the next: waiting is no use."""

SPENT_TOKEN = "invalid reply token"  # noqa: S105 - words of an answer
"""The token was used already or is too old: nothing was sent, and a push still can be."""


class Told(msgspec.Struct, frozen=True):
    """What an error says: its sentence, and which properties are wrong."""

    message: str = ""
    details: list[dict[str, object]] = []


class _Message(msgspec.Struct, frozen=True):
    id: str


class _Sent(msgspec.Struct, frozen=True, rename="camel"):
    sent_messages: list[_Message] = []


_TOLD, _SENT = msgspec.json.Decoder(Told), msgspec.json.Decoder(_Sent)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decide(answer: http.Answer) -> SendError | None:
    """None where LINE took it: 2xx, or 409, by which it says that this retry key was accepted before.

    https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
    """
    code = str(answer.status)
    if answer.status < HTTPStatus.MULTIPLE_CHOICES or answer.status == HTTPStatus.CONFLICT:
        return None if answer.body.startswith(b"{") else _unreadable(answer, code)
    try:
        words = _words(_TOLD.decode(answer.body))
    except _UNREADABLE:
        return _unreadable(answer, code)
    said = words.casefold()
    if said.startswith(SPENT_TOKEN):
        return TemporaryFailure(words, code=code, retry_after=0.0)
    for beginning, failure in _REJECTED.items():
        if said.startswith(beginning):
            return Rejected(words, code=code, failure=failure)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = _RATE_WAIT_S if answer.retry_after is None else answer.retry_after
        return Throttled(words, code=code, retry_after=wait, whole_account=True)
    return http.decide(answer.status, reason=words, code=code, retry_after=answer.retry_after)


def sent_ids(answer: http.Answer) -> tuple[str, ...]:
    """The ids of the messages that went, in order; none where they are not told: that LINE took them is proven by the status."""
    try:
        return tuple(each.id for each in _SENT.decode(answer.body).sent_messages)
    except _UNREADABLE:
        return ()


def _words(told: Told) -> str:
    """The sentence and where it points to; details name properties, values of ours are not among them."""
    first = told.details[0] if told.details else {}
    where = ": ".join(str(first[key]) for key in ("property", "message") if first.get(key))
    return f"{told.message} ({where})" if where else told.message


def _unreadable(answer: http.Answer, code: str) -> SendError:
    """An answer that is not LINE's own comes from something in between; a success of that sort proves nothing."""
    found = None if answer.status == HTTPStatus.CONFLICT else http.decide(answer.status, retry_after=answer.retry_after)
    if isinstance(found, Misconfigured | Rejected):
        return type(found)(f"HTTP {code}, and no reason that can be read", code=code, failure=Failure.UNPARSEABLE)
    return found or OutcomeUnknown("the answer is not LINE's", code=code, failure=Failure.UNPARSEABLE)
