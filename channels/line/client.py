"""line-bot-sdk's way to the network, over the hub's own aiohttp session."""

from collections.abc import Mapping

import msgspec
from aiohttp import ClientSession
from linebot.v3.shop import AsyncApiClient, Configuration  # type: ignore[import-untyped]

from channels import http
from channels.line.errors import decide

PUSH = "/v2/bot/message/push"
REPLY = "/v2/bot/message/reply"


class SessionClient(AsyncApiClient):  # type: ignore[misc] # the library has no types
    """The library's client without its own session: that would open connections the outbox cannot mark.

    The library generates the same client for each of LINE's APIs; the one beside the Messaging API's own models takes a second and
    24 MB more to import, for 200 classes that are not used here. Its typed methods take 1.5 ms of CPU a message where this takes 0.04,
    and read the answer so strictly that a 200 without `sentMessages` would make an accepted message an error.
    """

    def __init__(self, session: ClientSession, *, token: str, host: str) -> None:
        self.configuration = Configuration(access_token=token, host=host)
        self.rest_client = _Rest(session)
        self.default_headers = {"Authorization": f"Bearer {token}"}
        self.user_agent = "omnihub"
        self.cookie = None
        self.client_side_validation = False
        self.pool_threads = 1

    async def ask(self, path: str, body: Mapping[str, object], headers: Mapping[str, str]) -> http.Answer:
        """POST `body` to `path`; raises the decision an answer is, or what the session raised for the outbox."""
        told = {"Accept": "application/json", "Content-Type": "application/json", **headers}
        found = await self.call_api(path, "POST", header_params=told, body=dict(body), _preload_content=False)
        answer: http.Answer = found.raw_data
        return answer


class _Rest:
    """What the library asks of `linebot.v3.shop.async_rest.RESTClientObject`."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def post_request(self, url: str, *, headers: dict[str, str], body: object, **_more: object) -> "_Response":
        answer = await http.post(self._session, url, msgspec.json.encode(body), headers=headers)
        if wrong := decide(answer):
            raise wrong
        return _Response(answer)


class _Response:
    """An answer in the shape the library hands on."""

    def __init__(self, answer: http.Answer) -> None:
        self.status = answer.status
        self.data = answer

    def getheaders(self) -> Mapping[str, str]:
        return self.data.headers
