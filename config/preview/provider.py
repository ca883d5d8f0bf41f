"""A provider that answers as a case says and notes what it was asked; nothing leaves the machine, whatever address is called."""

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession, DummyCookieJar, web

from channels.kinds import Outside
from config.accounts.outside import alone
from config.preview.letters import Posted
from hub.model.channels.ports import Clock

_NOT_TOLD = frozenset({"host", "accept-encoding", "content-length", "user-agent", "connection"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer a case gives: to which address (a pattern with `*`), and what."""

    pattern: str
    status: int
    body: str
    headers: Mapping[str, str]


@dataclass
class Recorded:
    """What channels called, in order, as `requests`; `outside` is what to build them with."""

    outside: Outside
    requests: list[dict[str, object]] = field(default_factory=list)


class Upstream:
    """A server on a loopback port that gives the answers; calls are turned to it, wherever they meant to go."""

    def __init__(self) -> None:
        self._local = ClientSession(cookie_jar=DummyCookieJar(), auto_decompress=False)
        self._sessions: list[ClientSession] = []
        self._answers: list[Answer] = []
        self._runner = web.ServerRunner(web.Server(self._serve))
        self._url = ""

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._url = f"{site.name.rsplit(':', 1)[0]}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close everything."""
        for session in (*self._sessions, self._local):
            await session.close()
        await self._runner.cleanup()

    def answering(self, told: object, clock: Clock | None = None) -> Recorded:
        """A house of its own for one case, whose calls get these answers: the first that fits, each once while a later one fits too."""
        left = [_answer(each) for each in told if isinstance(each, dict)] if isinstance(told, list) else []
        requests: list[dict[str, object]] = []

        async def turned(request: ClientRequest, _handler: ClientHandlerType) -> ClientResponse:
            url = str(request.url)
            requests.append(_told(request, url, await request.body.as_bytes() if request.body else b""))
            fitting = [answer for answer in left if fnmatch.fnmatch(url, answer.pattern)]
            if len(fitting) > 1:
                left.remove(fitting[0])
            self._answers.append(fitting[0] if fitting else Answer(pattern="", status=404, body="{}", headers={}))
            return await self._local.request(request.method, f"{self._url}/{len(self._answers) - 1}")

        session = ClientSession(middlewares=(turned,), cookie_jar=DummyCookieJar())
        self._sessions.append(session)
        posted = Posted(requests, [(answer.pattern, answer.status, answer.body) for answer in left])
        return Recorded(outside=replace(alone(session, clock=clock), post=posted), requests=requests)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        answer = self._answers[int(request.path.strip("/"))]
        # A HEAD's length is what it tells of the file; of anything else it must be the body's own.
        untold = {"transfer-encoding"} if request.method == "HEAD" else {"content-length", "transfer-encoding"}
        headers = {k: v for k, v in answer.headers.items() if k.lower() not in untold}
        headers.setdefault("Content-Type", "application/json")
        if request.method == "HEAD" and "Content-Length" in headers:
            return web.Response(status=answer.status, headers=headers)
        return web.Response(status=answer.status, body=answer.body.encode(), headers=headers)


def _answer(told: dict[str, object]) -> Answer:
    headers, body = told.get("headers"), told.get("body", "")
    return Answer(
        pattern=str(told.get("url_pattern", "*")),
        status=int(str(told.get("status", 200))),
        body=body if isinstance(body, str) else json.dumps(body),
        headers={str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {},
    )


def _told(request: ClientRequest, url: str, body: bytes) -> dict[str, object]:
    """A request as a line tells it: JSON and forms as what they say, anything else as text."""
    told: dict[str, object] = {
        "method": request.method,
        "url": url,
        "headers": {k: v for k, v in request.headers.items() if k.lower() not in _NOT_TOLD},
        "params": parse_qs(request.url.raw_query_string, keep_blank_values=True),
    }
    if not body:
        return told
    text = body.decode("utf-8", "replace")
    if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(text, keep_blank_values=True)
        return told | {"form": {name: values[0] if len(values) == 1 else values for name, values in fields.items()}}
    try:
        return told | {"json": json.loads(text)}
    except ValueError:
        return told | {"body": text}
