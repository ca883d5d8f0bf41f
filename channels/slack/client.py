"""slack_sdk's way to the network, over the hub's own aiohttp session."""

import logging
from collections.abc import Mapping

import msgspec
from aiohttp import ClientSession, FormData
from slack_sdk.web.async_client import AsyncWebClient

from channels import http
from channels.fields import Json
from channels.slack.errors import decide, told_by


class SessionClient(AsyncWebClient):
    """The library's client whose calls go through `channels.http`, without its retries: the outbox decides when a call is made again."""

    def __init__(self, session: ClientSession, *, token: str, base_url: str) -> None:
        # At DEBUG the library logs each call with its parameters: a customer's words.
        quiet = logging.getLogger("slack_sdk")
        quiet.setLevel(logging.WARNING)
        super().__init__(token=token, base_url=f"{base_url}/", session=session, retry_handlers=[], logger=quiet)
        self._outside = session

    async def ask(self, method: str, params: Mapping[str, object]) -> Json:
        """One call with its parameters as JSON; raises the decision its answer is, or what the session raised for the outbox."""
        return (await self.api_call(method, json=dict(params))).data  # type: ignore[return-value] # bytes come of analytics only

    async def ask_by_form(self, method: str, params: Mapping[str, str]) -> Json:
        """One call of those that read no JSON: https://docs.slack.dev/apis/web-api/#post_bodies."""
        return (await self.api_call(method, data=dict(params))).data  # type: ignore[return-value] # bytes come of analytics only

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, object]) -> dict[str, object]:
        told = req_args.get("headers")
        headers = {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}
        body: bytes | FormData
        if req_args.get("json") is not None:
            body = msgspec.json.encode(req_args["json"])
        else:
            form = req_args.get("data")
            body = FormData(form if isinstance(form, dict) else {})
        answer = await http.post(self._outside, api_url, body, headers=headers)
        if wrong := decide(answer):
            raise wrong
        return {"data": told_by(answer), "headers": dict(answer.headers), "status_code": answer.status}
