"""Files out again, each under its unguessable id, as nothing but what it is: piece by piece, whole or the part a player asks for."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from hub.desk.filing import Filing
from hub.model.errors import StoreAway
from hub.model.files.kinds import StoredFile
from hub.model.files.lending import LENT, Lending, NotLent
from hub.model.webchat.chat import KIND
from hub.web.http.problems import Refusal

PIECE_BYTES = 1024 * 1024
"""So much of a file is in memory for whoever loads it; the archive is asked once for each."""
_SAFE = {
    "Server": "omnihub",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Whatever a browser makes of it: no script, no form, an origin of its own.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # Forgotten an hour after the customer is, also where a browser kept it.
    "Cache-Control": "private, max-age=3600",
    "Accept-Ranges": "bytes",
}


Looks = Callable[[web.Request], Awaitable[object]]
"""Whether whoever asks may look at customers; raises a Refusal, or StoreAway where nobody can tell."""


class Media:
    """Serves `/media/<id>` and the links that `Lending` makes.

    A file of the web chat, or sent there, is given to whoever knows its unguessable id: the widget stands on foreign pages and has no
    cookie. What a channel brought is for those who may look at customers; without `looks` that is nobody.
    """

    def __init__(self, filing: Filing, *, looks: Looks | None = None, lending: Lending | None = None) -> None:
        self._filing = filing
        self._looks = looks
        self._lending = lending

    def routes(self) -> list[web.RouteDef]:
        """Both."""
        return [
            web.get("/media/{id:[A-Za-z0-9_-]{16,64}}", self.give),
            web.get(LENT + "{token:[A-Za-z0-9_-]{16,400}}/{name:[^/]*}", self.lend),
        ]

    async def give(self, request: web.Request) -> web.StreamResponse:
        """A file: shown in place where that is harmless, else saved."""
        try:
            file = await self._filing.find(request.match_info["id"])
            if file is None:
                return _gone()
            if _is_private(file):
                if self._looks is None:
                    return _gone()
                await self._looks(request)
            return await self._given(request, file)
        except Refusal as refused:
            return _nothing(HTTPStatus(refused.problem.status), "Sign in to the console first.\n")
        except StoreAway:
            return _nothing(HTTPStatus.SERVICE_UNAVAILABLE, "Come again.\n")

    async def lend(self, request: web.Request) -> web.StreamResponse:
        """A file by a link, as long as the link is good: for providers and whoever was sent it."""
        if self._lending is None:
            return _gone()
        try:
            file = await self._filing.find(self._lending.lent(request.match_info["token"], now=self._filing.clock.now()))
            return _gone() if file is None else await self._given(request, file)
        except NotLent:
            return _gone()
        except StoreAway:
            return _nothing(HTTPStatus.SERVICE_UNAVAILABLE, "Come again.\n")

    async def _given(self, request: web.Request, file: StoredFile) -> web.StreamResponse:
        headers = {**_SAFE, "Content-Type": _content_type(file), "Content-Disposition": _disposition(file), "ETag": f'"{file.id}"'}
        if any(tag.value in {file.id, "*"} for tag in request.if_none_match or ()):
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        part = _part(request, file)
        asked = range(file.size)[part] if part else range(file.size)
        if not asked:
            beyond = {**headers, "Content-Range": f"bytes */{file.size}"}
            return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=beyond)
        if part:
            headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{file.size}"
        response = web.StreamResponse(status=HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK, headers=headers)
        return await self._send(request, file, asked, response)

    async def _send(self, request: web.Request, file: StoredFile, asked: range, response: web.StreamResponse) -> web.StreamResponse:
        """The bytes asked for; raises StoreAway as long as nothing of them was told."""
        response.content_length = len(asked)
        if request.method == "HEAD":
            await response.prepare(request)
            return response
        piece = await self._piece(file, asked)
        if not piece:
            return _gone()
        await response.prepare(request)
        rest = asked[len(piece) :]
        await response.write(piece)
        while rest:
            try:
                piece = await self._piece(file, rest)
            except StoreAway:
                piece = b""
            if not piece:
                # Erased meanwhile, or out of reach: cut short is told by the connection's end, for the length is promised already.
                if request.transport is not None:
                    request.transport.abort()
                return response
            rest = rest[len(piece) :]
            await response.write(piece)
        await response.write_eof()
        return response

    async def _piece(self, file: StoredFile, rest: range) -> bytes:
        return await self._filing.piece(file, start=rest.start, length=min(len(rest), PIECE_BYTES))


def _is_private(file: StoredFile) -> bool:
    """Whether a channel brought it: then nobody but the desk has a use for its address."""
    return file.address is not None and file.address.channel != KIND


def _part(request: web.Request, file: StoredFile) -> slice | None:
    """The one range that is asked for, of this very file; None: all of it. Players seek only where even `bytes=0-` is a part (206)."""
    try:
        part = request.http_range
    except ValueError:
        return None
    of_this = request.headers.get("If-Range", f'"{file.id}"') == f'"{file.id}"'
    return part if of_this and (part.start, part.stop) != (None, None) else None


def _gone() -> web.Response:
    return _nothing(HTTPStatus.NOT_FOUND, "There is nothing here.\n")


def _nothing(status: HTTPStatus, text: str) -> web.Response:
    return web.Response(status=status, text=text, headers={**_SAFE, "Cache-Control": "no-store"})


def _content_type(file: StoredFile) -> str:
    return "text/plain; charset=utf-8" if file.mime == "text/plain" else file.mime


def _disposition(file: StoredFile) -> str:
    how = "inline" if file.is_shown else "attachment"
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in file.name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
