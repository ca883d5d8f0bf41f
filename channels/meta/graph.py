"""What WhatsApp Cloud, Messenger and Instagram share: signature, handshake, Graph's calls and what its errors mean.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started, https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

import hashlib
import hmac
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode

import msgspec
from aiohttp import ClientSession, FormData

from channels import http
from channels.fields import Json, names, object_in
from hub.model.base import Value
from hub.model.channels.ports import Inbound, Reply
from hub.model.errors import (
    BadSignature,
    Misconfigured,
    OutcomeUnknown,
    Rejected,
    SendError,
    TemporaryFailure,
    Throttled,
    Unparseable,
)
from hub.model.events.event import Unparsed
from hub.model.failure import Failure

BASE_URL = "https://graph.facebook.com/v25.0"
"""Graph with its version, which each answers for two years: https://developers.facebook.com/docs/graph-api/changelog"""

SIGNATURE_HEADER = "x-hub-signature-256"
RETRY_HORIZON_DAYS = 7
"""How long a webhook comes again: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview"""

HOURLY_WAIT_SECONDS = 60.0
"""The wait where a limit that counts an hour is met and no header tells more: a sixtieth of the hour frees a sixtieth of the limit.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

_PREFIX = "sha256="
_USAGE_HEADER = "X-Business-Use-Case-Usage"
_LONGEST_WAIT_SECONDS = 24 * 3600.0
_DECODER = msgspec.json.Decoder()
_JSON = {"Content-Type": "application/json"}


def verify(request: Inbound, *, secret: str, verify_token: str) -> None:
    """A POST's HMAC-SHA256 over the raw bytes, a GET's verify token, both in constant time; raises BadSignature.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
    """
    if request.method == "GET":
        told = _asked(request).get("hub.verify_token", "")
        if not verify_token or not hmac.compare_digest(told.encode(errors="replace"), verify_token.encode()):
            raise BadSignature("the verify token is not ours", code="bad_verify_token")
        return
    told = request.headers.get(SIGNATURE_HEADER, "")
    if not secret or not hmac.compare_digest(told.encode(errors="replace"), signature(secret, request.body).encode()):
        if not told:
            raise BadSignature("the signature is missing", code="missing_signature")
        raise BadSignature("the signature is not the body's")


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the hex HMAC-SHA256 of the raw bytes with the app's secret."""
    return _PREFIX + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def handshake(request: Inbound) -> Reply | None:
    """The challenge of a verified GET as plain text; None for a POST.

    https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
    """
    if request.method != "GET":
        return None
    return Reply(body=_asked(request).get("hub.challenge", "").encode(errors="replace"))


def entries(request: Inbound, about: str) -> list[Json | Unparsed]:
    """The entries of a webhook about `about` (the body's `object`), none of a GET; one that is no object is Unparsed.

    Raises Unparseable for a body that is not a webhook of Meta's, or about another thing.
    """
    if request.method == "GET":
        return []
    told = object_in(request.body)
    if told.get("object") != about:
        raise Unparseable(f"field object does not say {about}; fields {', '.join(names(told))}")
    found = told.get("entry")
    if not isinstance(found, list):
        raise Unparseable("field entry is not a list")
    return [each if isinstance(each, dict) else Unparsed(fields=(), reason="an entry is an object") for each in found]


class Means(Value, frozen=True):
    """What one code of Graph's means: the decision, and what went wrong.

    Where it is a limit: how many seconds to wait unless a header tells, and whether it speaks of the whole account.
    """

    error: type[SendError]
    failure: Failure
    wait: float = http.UNTOLD_WAIT_SECONDS
    whole_account: bool = False


Codes = Mapping[int | tuple[int, int], Means]
"""By code, or by code and subcode, which is looked for first."""

_ACCOUNT = Means(error=Misconfigured, failure=Failure.AUTH)
_HOURLY = Means(error=Throttled, failure=Failure.THROTTLED, wait=HOURLY_WAIT_SECONDS, whole_account=True)

GENERAL: Codes = {
    0: _ACCOUNT,
    1: Means(error=OutcomeUnknown, failure=Failure.SERVER),
    2: Means(error=TemporaryFailure, failure=Failure.SERVER),
    3: _ACCOUNT,
    4: _HOURLY,
    10: _ACCOUNT,
    17: _HOURLY,
    32: _HOURLY,
    33: _ACCOUNT,
    100: Means(error=Rejected, failure=Failure.INVALID),
    (100, 33): _ACCOUNT,
    102: _ACCOUNT,
    190: _ACCOUNT,
    **dict.fromkeys(range(200, 300), _ACCOUNT),
    341: _HOURLY,
    368: Means(error=Misconfigured, failure=Failure.POLICY),
    506: Means(error=Rejected, failure=Failure.DUPLICATE),
    613: _HOURLY,
    **dict.fromkeys(range(80000, 80015), _HOURLY),
}
"""Codes of Graph that every product of Meta's gives.

https://developers.facebook.com/docs/graph-api/guides/error-handling#errorcodes,
https://developers.facebook.com/docs/graph-api/overview/rate-limiting#error-codes
"""


class TokenPlace(StrEnum):
    """Where the token goes; the Send API's own pages know the address alone."""

    HEADER = "header"
    ADDRESS = "address"


class Access(Value, frozen=True):
    """One account's leave to call Graph. `proof_secret`: the app's secret where the app demands a proof of it with each call.

    https://developers.facebook.com/docs/graph-api/guides/secure-requests#appsecret_proof
    """

    token: str
    base_url: str = BASE_URL
    proof_secret: str = ""
    place: TokenPlace = TokenPlace.HEADER

    def __repr__(self) -> str:
        """Token and secret never reach a log."""
        return f"Access(base_url={self.base_url!r})"


class Graph:
    """Graph's calls, in the task that asks for them. `codes`: what the product's own codes mean; they go before the general ones."""

    def __init__(self, session: ClientSession, access: Access, codes: Codes) -> None:
        self._session = session
        self._access = access
        self._codes = codes
        in_header = access.place is TokenPlace.HEADER
        self._bearer = {"Authorization": f"Bearer {access.token}"} if in_header else {}
        proof = hmac.digest(access.proof_secret.encode(), access.token.encode(), hashlib.sha256).hex()
        self._proof = {} if in_header else {"access_token": access.token}
        self._proof |= {"appsecret_proof": proof} if access.proof_secret else {}

    @property
    def bearer(self) -> dict[str, str]:
        """The header that proves who asks."""
        return dict(self._bearer)

    async def post(self, path: str, params: Mapping[str, object]) -> Json:
        """POST JSON to `path` (without a leading slash); raises a SendError, or whatever the session raised for the outbox."""
        headers = self._bearer | _JSON
        return self._read(await http.post(self._session, self._url(path), msgspec.json.encode(params), headers=headers))

    async def delete(self, path: str) -> Json:
        """DELETE `path`; raises as `post` does."""
        return self._read(await http.call(self._session, "DELETE", self._url(path), headers=self._bearer))

    async def upload(self, path: str, form: FormData, *, seconds: float = http.REQUEST_SECONDS) -> Json:
        """POST a form with a file; raises as `post` does."""
        return self._read(await http.post(self._session, self._url(path), form, headers=self._bearer, seconds=seconds))

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Json:
        """GET `path` with `params`; raises as `post` does."""
        return self._read(await http.get(self._session, self._url(path, params), headers=self._bearer))

    def _url(self, path: str, params: Mapping[str, str] | None = None) -> str:
        query = urlencode({**(params or {}), **self._proof})
        return f"{self._access.base_url}/{path}" + (f"?{query}" if query else "")

    def _read(self, answer: http.Answer) -> Json:
        if wrong := decide(answer, self._codes):
            raise wrong
        told = _decoded(answer.body)
        return told if isinstance(told, dict) else {"data": told}


def decide(answer: http.Answer, codes: Codes) -> SendError | None:
    """What Graph's answer means: None where it is a success. An `error` in the body counts, whatever the HTTP status says.

    Build on `code`, not on the status: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """
    told = _decoded(answer.body)
    if told is None:
        return _unreadable(answer)
    error = told.get("error") if isinstance(told, dict) else None
    if isinstance(error, dict):
        return _meant(error, answer, codes)
    return _foreign(http.decide(answer.status, retry_after=answer.retry_after))


def trouble(error: Mapping[str, object], codes: Codes) -> Means | None:
    """What a code that a webhook tells means; None for one that is not known."""
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    tables = (codes, GENERAL)
    return next((table[key] for table in tables for key in ((code, subcode), code) if key in table), None)


def words_of(error: Mapping[str, object]) -> str:
    """Graph's own words of an error: its message or title, and the details where it gives any."""
    more = error.get("error_data")
    details = more.get("details") if isinstance(more, dict) else None
    told = (error.get("message") or error.get("title"), details or error.get("details") or error.get("error_user_msg"))
    return ": ".join(dict.fromkeys(part for part in told if isinstance(part, str) and part))


def _meant(error: Json, answer: http.Answer, codes: Codes) -> SendError:
    code, words = str(_number(error.get("code"))), words_of(error)
    known = trouble(error, codes)
    if code == "0" and answer.status != HTTPStatus.UNAUTHORIZED:
        # Documented as a matter of credentials with 401; else it stands where Graph has no code, and that must not stop an account.
        known = None
    if known is not None and known.error is Rejected and "appsecret_proof" in words:
        known = _ACCOUNT
    if (known is None or known.error is Rejected) and error.get("is_transient") is True:
        return TemporaryFailure(words, code=code, failure=Failure.SERVER)
    if known is None:
        return _by_status(answer, words, code)
    if known.error is Throttled:
        wait = _told_wait(answer)
        retry_after = known.wait if wait is None else wait
        return Throttled(words, code=code, failure=known.failure, retry_after=retry_after, whole_account=known.whole_account)
    return known.error(words, code=code, failure=known.failure)


def _by_status(answer: http.Answer, words: str, code: str) -> SendError:
    """A code nobody has told us of. Graph has codes for credentials, so an unknown 401, 403 or 404 stops no account."""
    wrong = http.decide(answer.status, reason=words, code=code, retry_after=_told_wait(answer))
    return Rejected(words, code=code) if wrong is None or isinstance(wrong, Misconfigured) else wrong


def _foreign(wrong: SendError | None) -> SendError | None:
    """A refusal without Graph's `error` is not Graph's own: its status is all that it says."""
    if isinstance(wrong, Misconfigured | Rejected):
        wrong.failure = Failure.STATUS
    return wrong


def _unreadable(answer: http.Answer) -> SendError:
    """An answer that is not Graph's own comes from something in between; a 2xx of that sort proves nothing."""
    wrong = http.decide(answer.status, retry_after=answer.retry_after)
    match wrong:
        case None | Misconfigured() | Rejected():
            decision = OutcomeUnknown if wrong is None else type(wrong)
            return decision("the answer is not JSON", code=str(answer.status), failure=Failure.UNPARSEABLE)
    return wrong


def _told_wait(answer: http.Answer) -> float | None:
    """How long Graph says a limit lasts, in seconds; its header tells minutes, for each of the business's things.

    https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers
    """
    if answer.retry_after is not None:
        return answer.retry_after
    told = _decoded(answer.headers.get(_USAGE_HEADER, "").encode(errors="replace"))
    usages = [usage for each in told.values() if isinstance(each, list) for usage in each] if isinstance(told, dict) else []
    minutes = [_number(usage.get("estimated_time_to_regain_access")) for usage in usages if isinstance(usage, dict)]
    longest = max(minutes, default=0)
    return min(longest * 60.0, _LONGEST_WAIT_SECONDS) if longest > 0 else None


def _number(value: object) -> int:
    """A code as a number; -1 where there is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:10])
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _decoded(body: bytes) -> object:
    """What JSON says; None where it is none."""
    try:
        return _DECODER.decode(body)
    except (ValueError, RecursionError):
        return None


def _asked(request: Inbound) -> dict[str, str]:
    query = request.path_query.partition("?")[2]
    return {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}
