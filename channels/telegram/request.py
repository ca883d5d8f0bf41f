"""python-telegram-bot's way to the network, over the hub's own aiohttp session."""

from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientSession, FormData
from telegram.request import BaseRequest, RequestData

from channels.http import REQUEST_SECONDS, Answer, post
from hub.model.errors import SendError

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class SessionRequest(BaseRequest):
    """Sends what a `Bot` asks through `session`, as a form (files: multipart); `decide` says which answers are errors.

    The library's default client costs 2-4 ms of CPU a message, and it would open connections the outbox cannot mark.
    https://docs.python-telegram-bot.org/en/stable/telegram.request.baserequest.html
    """

    __slots__ = ("_decide", "_session")

    def __init__(self, session: ClientSession, decide: Callable[[Answer], SendError | None]) -> None:
        self._session = session
        self._decide = decide

    @property
    def read_timeout(self) -> float:
        """Seconds the library may count on for an answer."""
        return REQUEST_SECONDS

    async def initialize(self) -> None:
        """Nothing: the session belongs to the hub."""

    async def shutdown(self) -> None:
        """Nothing: the session belongs to the hub."""

    async def do_request(  # noqa: PLR0917 - the library's signature
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status (always 200) and the answer's bytes; an answer that is an error raises the decision it is."""
        if request_data is not None and request_data.contains_files:
            answer = await post(self._session, url, _multipart(request_data))
        else:
            answer = await post(self._session, url, _form(request_data), headers=_FORM)
        if wrong := self._decide(answer):
            raise wrong
        return 200, answer.body


def _form(asked: RequestData | None) -> bytes:
    """Texts as they are, all else as JSON in one line."""
    told = asked.parameters if asked else {}
    return urlencode({k: v if isinstance(v, str) else msgspec.json.encode(v).decode() for k, v in told.items()}).encode()


def _multipart(asked: RequestData) -> FormData:
    form = FormData()
    for name, value in asked.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in asked.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form
