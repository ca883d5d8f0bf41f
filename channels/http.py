"""One HTTP call to a provider, and what its end means: decided here once for all channels."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ipaddress import ip_address
from math import isnan
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError, FormData, InvalidURL

from hub.model.base import Value
from hub.model.channels.exchange import FINE
from hub.model.errors import Misconfigured, OutcomeUnknown, Rejected, SendError, TemporaryFailure, Throttled

REQUEST_SECONDS = 15.0
"""The longest a call takes, from asking for a connection to the last byte of the answer."""

CONNECT_SECONDS = 5.0
"""The longest a connection takes to come about."""

UNTOLD_WAIT_SECONDS = 5.0
"""What to wait after "too many requests" where the provider does not say how long."""

_TOLD_AT_MOST = 24 * 3600.0
_NOT_TAKEN_UP = frozenset((HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.SERVICE_UNAVAILABLE))
_OURS_TO_MEND = frozenset((HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED))
_TIMEOUT = ClientTimeout(total=REQUEST_SECONDS, sock_connect=CONNECT_SECONDS)

T = TypeVar("T")


class Answer(Value, frozen=True):
    """What came back: `retry_after` in seconds, where the header told it; headers are found in any spelling."""

    status: int
    body: bytes
    retry_after: float | None = None
    headers: Mapping[str, str] = {}


async def together(*calls: Awaitable[T]) -> list[T]:
    """What these calls, made at once, come to. Raises the first error, once every one has ended: whose session it is may close it then."""
    ends = await asyncio.gather(*calls, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return [end for end in ends if not isinstance(end, BaseException)]


async def post(
    session: ClientSession,
    url: str,
    body: bytes | FormData,
    *,
    headers: dict[str, str] | None = None,
    seconds: float = REQUEST_SECONDS,
) -> Answer:
    """POST `body` and read the whole answer, whatever its status.

    Raises TemporaryFailure where no connection came about (nothing has left), OutcomeUnknown where the request may have left and
    no whole answer came, Misconfigured for an address that is none. What others raise within the session (the outbox's mark) goes
    through untouched. Addresses carry tokens, and aiohttp's errors carry addresses: so ours neither quote nor chain them.
    A redirect is not followed, for it would carry the token to another host.
    """
    return await call(session, "POST", url, body=body, headers=headers, seconds=seconds)


async def get(
    session: ClientSession, url: str, *, headers: dict[str, str] | None = None, seconds: float = REQUEST_SECONDS, fine: int = 0
) -> Answer:
    """GET, and read the whole answer, whatever its status; raises as `post` does. `fine`: as of `call`."""
    return await call(session, "GET", url, body=None, headers=headers, seconds=seconds, fine=fine)


async def put(session: ClientSession, url: str, body: bytes, *, headers: dict[str, str] | None = None) -> Answer:
    """PUT `body`, and read the whole answer, whatever its status; raises as `post` does."""
    return await call(session, "PUT", url, body=body, headers=headers, seconds=REQUEST_SECONDS)


async def call(
    session: ClientSession,
    method: str,
    url: str,
    *,
    body: bytes | FormData | None = None,
    headers: dict[str, str] | None = None,
    seconds: float = REQUEST_SECONDS,
    fine: int = 0,
) -> Answer:
    """Any method, and the whole answer, whatever its status; raises as `post` does.

    `fine`: the status by which the provider says that there is none, which the account's log counts as no failure.
    """
    noted = {FINE: fine} if fine else None
    timeout = _TIMEOUT if seconds == REQUEST_SECONDS else ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
    try:
        async with session.request(
            method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False, trace_request_ctx=noted
        ) as response:
            told = response.headers.get("Retry-After")
            wait = _seconds(told) if told else None
            return Answer(status=response.status, body=await response.read(), retry_after=wait, headers=response.headers)
    except (ClientConnectorError, ConnectionTimeoutError) as error:
        raise TemporaryFailure(f"no connection to the provider ({type(error).__name__})") from None
    except InvalidURL:
        raise Misconfigured("the provider's address (base_url) is not a URL") from None
    except (ClientError, TimeoutError, OSError) as error:
        raise OutcomeUnknown(f"no answer from the provider ({type(error).__name__})") from None


def decide(status: int, *, reason: str = "", code: str = "", retry_after: float | None = None) -> SendError | None:
    """What an HTTP status means for a send, where the provider says nothing better in its body: None for 2xx.

    401, 403, 404, 405 and redirects speak of our address or credentials, not of this message: the account stops. 408, 425 and
    503 say that the request was not taken up. Any other 5xx may come from a gateway whose server behind it has taken the message:
    only "unknown" is honest, and it costs a service message nothing, for that is sent again either way.
    """
    code = code or str(status)
    reason = reason or f"HTTP {status}"
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(reason, code=code, retry_after=UNTOLD_WAIT_SECONDS if retry_after is None else retry_after)
    if status in _NOT_TAKEN_UP:
        return TemporaryFailure(reason, code=code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutcomeUnknown(reason, code=code)
    if status in _OURS_TO_MEND or status < HTTPStatus.BAD_REQUEST:
        return Misconfigured(reason, code=code)
    return Rejected(reason, code=code)


def is_public(url: str) -> bool:
    """Whether a provider can fetch it by itself: http or https, of a host that more than this network knows."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and _is_global(parts.hostname or "")


def _is_global(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost", ".lan", ".test"))


def _seconds(told: str) -> float | None:
    """A `Retry-After` header in seconds (RFC 9110 §10.2.3: a number or a date), None where it is neither."""
    try:
        wait = float(told)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return None if isnan(wait) else min(max(wait, 0.0), _TOLD_AT_MOST)
