"""Customers' files over HTTP, in; `hub/web/chat/media.py` gives them out again."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from weakref import WeakValueDictionary

import msgspec
from aiohttp import web

from hub.desk.filing import Filing
from hub.model.errors import BadSignature, StoreAway, StoreFull
from hub.model.files.kinds import NotTaken, QuotaSpent, StoredFile
from hub.model.webchat.chat import session_address
from hub.web.chat.fallback import SESSION_HEADER
from hub.web.chat.ports import ChatSettings
from hub.web.http.file_body import Broken, TooLarge, read_file
from hub.web.http.headers import JSON_HEADERS
from hub.web.http.origin import Origin

WINDOW_S, UPLOADS = 600.0, 60
"""So many files from one network address within ten minutes: sessions are free, addresses are not."""
ADDRESSES_KEPT = 10_000
AT_ONCE, OF_ONE = 8, 3
"""So many are read at a time, and of one address: each takes as much memory as a file may have, and whoever is slow keeps it."""
LONGEST_S = 180.0
"""A file of 10 MB needs that long on the slowest line that a call would still work on (0.5 Mbit/s)."""


class FileDoor:
    """Serves `/chat/files`."""

    def __init__(self, settings: ChatSettings, filing: Filing, *, origin: Origin, clock: Callable[[], float]) -> None:
        self._settings = settings
        self._filing = filing
        self._origin = origin
        self._clock = clock
        self._uploads: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._reading = asyncio.Semaphore(AT_ONCE)
        self._reading_of: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A customer's file, its bytes as the body, its name as `?name=`; 201 with its id, or a sentence that says what is wrong."""
        try:
            token = request.headers.get(SESSION_HEADER, "")
            address = session_address(token, account=self._settings.account, key=self._settings.key)
        except BadSignature:
            return told(HTTPStatus.UNAUTHORIZED, "session", "Say hello first.")
        where = self._origin.address(request)
        if not self._may_upload(where):
            return told(HTTPStatus.TOO_MANY_REQUESTS, "quota", "Too many files from this address: wait some minutes.")
        try:
            async with asyncio.timeout(LONGEST_S), self._place(where):
                content = await read_file(request, most=self._filing.most)
                file = await self._filing.from_customer(content, name=request.query.get("name", ""), address=address)
        except TimeoutError:
            return told(HTTPStatus.REQUEST_TIMEOUT, "later", "The file took too long: send it again.", most=self._filing.most)
        except (TooLarge, Broken, NotTaken, QuotaSpent, StoreAway, StoreFull) as error:
            return told(*_REFUSALS[type(error)], str(error), most=self._filing.most)
        return web.Response(status=HTTPStatus.CREATED, body=described(file), content_type="application/json", headers=dict(JSON_HEADERS))

    @asynccontextmanager
    async def _place(self, address: str) -> AsyncIterator[None]:
        """One of the places of the address, and one of all; until then no more of the body is read."""
        of_one = self._reading_of.setdefault(address, asyncio.Semaphore(OF_ONE))
        async with of_one, self._reading:
            yield

    def _may_upload(self, address: str) -> bool:
        since, count = self._uploads.pop(address, (self._clock(), 0))
        if self._clock() - since > WINDOW_S:
            since, count = self._clock(), 0
        self._uploads[address] = since, count + 1
        if len(self._uploads) > ADDRESSES_KEPT:
            self._uploads.popitem(last=False)
        return count < UPLOADS


_REFUSALS = {
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "size"),
    Broken: (HTTPStatus.BAD_REQUEST, "later"),
    NotTaken: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "kind"),
    QuotaSpent: (HTTPStatus.TOO_MANY_REQUESTS, "quota"),
    StoreAway: (HTTPStatus.SERVICE_UNAVAILABLE, "later"),
    StoreFull: (HTTPStatus.SERVICE_UNAVAILABLE, "later"),
}


def described(file: StoredFile) -> bytes:
    """What is told of a kept file, as JSON."""
    piece = file.attachment()
    return msgspec.json.encode(
        {"id": file.id, "url": piece.url, "kind": piece.kind.value, "mime": file.mime, "name": file.name, "size": file.size}
    )


def told(status: HTTPStatus, code: str, text: str, *, most: int = 0) -> web.Response:
    """A refusal: `code` for the page, `text` for whoever reads it, `most` bytes of one file."""
    body = msgspec.json.encode({"code": code, "text": text, "most": most})
    return web.Response(status=status, body=body, content_type="application/json", headers=dict(JSON_HEADERS))
