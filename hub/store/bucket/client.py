"""A bucket of storage that speaks S3: objects put, read in pieces, deleted; over a session of its own, never a channel's."""

import asyncio
import hashlib
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from msgspec import Struct
from yarl import URL

from hub.store.archive.errors import BucketAway
from hub.store.bucket.place import Place, Style
from hub.store.bucket.signing import Asked, authorization, encoded

log = structlog.get_logger()
TRIES = 2
"""A connection that was kept open may be closed by the other side just then; whatever lasts longer is tried again by whoever asked."""
TIMEOUT = ClientTimeout(total=60, connect=5, sock_read=20)
_ASIDE_BYTES = 256 * 1024
"""What is larger is hashed beside the loop: 25 MB take some 20 ms."""
_ERROR_BYTES = 4096
_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,80})</Code>")
_NAMELESS = hashlib.sha256(b"").hexdigest()
_BUSY = frozenset({429, 500, 502, 503, 504})


class Answered(Struct, frozen=True):
    """What came of a request: its status, and of a body as much as was asked for."""

    status: int
    body: bytes = b""
    whole: bool = False


class Bucket:
    """Raises BucketAway where the storage does not answer, or refuses; its text says which, with S3's own code."""

    def __init__(self, place: Place, session: ClientSession, *, now: Callable[[], int]) -> None:
        self._place = place
        self._session = session
        self._now = now
        self._away = False

    @property
    def called(self) -> str:
        """The bucket, as a person knows it."""
        return self._place.bucket

    async def put(self, name: str, content: bytes, *, mime: str) -> None:
        """Keep an object, in place of one of that name; durable when it returns."""
        await self._asked("PUT", name, content, headers={"content-type": mime})

    async def get(self, name: str, start: int, length: int) -> bytes:
        """So many bytes from there on; fewer at the end, none where there is none of that name."""
        if length <= 0:
            return b""
        found = await self._asked("GET", name, headers={"range": f"bytes={start}-{start + length - 1}"}, most=start + length)
        if found.status in {HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}:
            return b""
        return found.body[start : start + length] if found.whole else found.body[:length]

    async def delete(self, name: str) -> None:
        """Keep nothing of that name."""
        await self._asked("DELETE", name)

    async def _asked(
        self, method: str, name: str, content: bytes = b"", *, headers: dict[str, str] | None = None, most: int = 0
    ) -> Answered:
        path = self._path(name)
        digest = await _digest(content)
        for left in reversed(range(TRIES)):
            try:
                answered = await self._once(Asked(method=method, path=path, headers=headers or {}, digest=digest), content, most)
            except (ClientError, OSError, TimeoutError) as error:
                refusal = f"it does not answer ({type(error).__name__})"
            else:
                if not (refusal := _refusal(answered, method)):
                    self._told(away="")
                    return answered
                if answered.status not in _BUSY:
                    break
            if not left:
                break
        self._told(away=refusal)
        raise BucketAway(f"bucket {self.called}: {refusal}")

    async def _once(self, asked: Asked, content: bytes, most: int) -> Answered:
        """One request, signed for this second."""
        url = URL(self._origin + encoded(asked.path), encoded=True)
        stamp = datetime.fromtimestamp(self._now() / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        # As aiohttp writes it: the port only where it is not the scheme's own.
        host = url.host_port_subcomponent or ""
        headers = {**asked.headers, "host": host, "x-amz-date": stamp, "x-amz-content-sha256": asked.digest}
        signed = Asked(method=asked.method, path=asked.path, headers=headers, digest=asked.digest)
        headers["Authorization"] = authorization(signed, self._place.access, stamp=stamp)
        body = io.BytesIO(content) if asked.method == "PUT" else None
        async with self._session.request(
            asked.method, url, headers=headers, data=body, timeout=TIMEOUT, allow_redirects=False
        ) as answer:  # fmt: skip
            return await _read(answer, most)

    @property
    def _origin(self) -> str:
        scheme, _, host = self._place.endpoint.rstrip("/").partition("://")
        return f"{scheme}://{self.called}.{host}" if self._place.style is Style.HOST else f"{scheme}://{host}"

    def _path(self, name: str) -> str:
        bucket = f"/{self.called}" if self._place.style is Style.PATH else ""
        return f"{bucket}/{self._place.prefix}{name}"

    def _told(self, *, away: str) -> None:
        if away and not self._away:
            log.warning("the bucket is away; files wait", bucket=self.called, reason=away)
        if self._away and not away:
            log.info("the bucket is back", bucket=self.called)
        self._away = bool(away)


async def _digest(content: bytes) -> str:
    if not content:
        return _NAMELESS
    if len(content) < _ASIDE_BYTES:
        return hashlib.sha256(content).hexdigest()
    return (await asyncio.to_thread(hashlib.sha256, content)).hexdigest()


async def _read(answer: ClientResponse, most: int) -> Answered:
    """The body, as far as it is wanted: of an error its beginning, in which its code stands."""
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        return Answered(answer.status, await answer.content.read(_ERROR_BYTES))
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > most:
            break
    return Answered(answer.status, bytes(body[:most]), whole=answer.status == HTTPStatus.OK)


def _refusal(answered: Answered, method: str) -> str:
    """Why it was not done; empty where it was, or where there is nothing of that name."""
    if answered.status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    found = _CODE.search(answered.body)
    code = found[1].decode() if found else ""
    if method == "GET" and answered.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        return ""
    if method != "PUT" and answered.status == HTTPStatus.NOT_FOUND and code in {"", "NoSuchKey"}:
        return ""
    return f"HTTP {answered.status} {code}".strip()
