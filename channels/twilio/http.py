"""The twilio library's way to the network, over the hub's own aiohttp session."""

import logging
from base64 import b64encode
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from aiohttp import ClientSession
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from channels.http import Answer, call
from hub.model.errors import SendError


class SessionClient(AsyncHttpClient):  # type: ignore[misc]  # the library has no types
    """Sends what a `Client` asks through `session`; `decide` says which answers are errors.

    The library's own client opens a session of its own, whose connections the outbox could not mark.
    https://github.com/twilio/twilio-python/blob/main/advanced-examples/custom-http-client.md
    """

    def __init__(self, session: ClientSession, decide: Callable[[Answer], SendError | None]) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=True)
        self._session = session
        self._decide = decide

    async def request(  # noqa: PLR0917 - the library's signature
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 - the library's signature
    ) -> Response:
        """The answer, where it is none of an error; an answer that is one raises the decision it is."""
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = basic(*auth)
        query = urlencode(params or {}, doseq=True)
        body = urlencode(data or {}, doseq=True).encode() if method != "GET" else None
        answer = await call(self._session, method, f"{uri}?{query}" if query else uri, body=body, headers=sent)
        if wrong := self._decide(answer):
            raise wrong
        return Response(answer.status, answer.body.decode("utf-8", "replace"))


def basic(user: str, password: str) -> str:
    """The value of an `Authorization` header (RFC 7617)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
