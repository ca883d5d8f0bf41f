"""Slack's Socket Mode, another mouth of the same channel: https://docs.slack.dev/apis/events-api/using-socket-mode/."""

import asyncio
from collections.abc import Sequence

import msgspec
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, ClientWSTimeout, WSMsgType

from channels import http
from channels.fields import Json, soft, soft_object
from channels.slack.errors import decide, told_by
from hub.model.channels.ports import FETCHED, Inbound
from hub.model.errors import OutcomeUnknown, TemporaryFailure
from hub.model.failure import Failure

WAIT_S = 25.0
"""How long one look waits for news; Slack wants an answer to each within 3 s of bringing it."""

_MOST_AT_ONCE = 50
_AT_ONCE = 0.01
_HEARTBEAT_S = 20.0
"""A line that is dead is known after this and half of it again."""

_PATIENCE = ClientWSTimeout(ws_close=2.0)
_CARRYING = frozenset(("events_api", "interactive", "slash_commands"))


class Socket:
    """One connection to Slack, opened when it is asked and again whenever it ends. An envelope is acknowledged once it is safe here."""

    def __init__(self, session: ClientSession, *, token: str, base_url: str) -> None:
        self._session = session
        self._token = token
        self._base_url = base_url
        self._line: ClientWebSocketResponse | None = None
        self._given: tuple[int, tuple[str, ...]] = (0, ())

    async def poll(self, offset: int, *, wait: float = WAIT_S) -> tuple[Sequence[Inbound], int]:
        """What Slack brings, and the next offset; asking with that acknowledges what was given before. Raises a SendError."""
        line = await self._open()
        wanted, envelopes = self._given
        try:
            if envelopes and offset == wanted:
                for envelope in envelopes:
                    await line.send_str(msgspec.json.encode({"envelope_id": envelope}).decode())
            self._given = (0, ())
            found = await self._envelopes(line, wait=wait)
        except (ClientError, ConnectionError) as error:
            await self.close()
            raise TemporaryFailure(f"the socket broke ({type(error).__name__})") from None
        following = offset + len(found)
        self._given = (following, tuple(name for envelope in found if (name := soft(envelope, "envelope_id"))))
        bodies = (msgspec.json.encode(soft_object(envelope, "payload")) for envelope in found)
        return [Inbound(method=FETCHED, url="", path_query="", headers={}, body=body) for body in bodies], following

    async def close(self) -> None:
        """End the connection; what was not acknowledged comes again."""
        line, self._line = self._line, None
        self._given = (0, ())
        if line is not None:
            await line.close()

    async def _open(self) -> ClientWebSocketResponse:
        if self._line is not None and not self._line.closed:
            return self._line
        self._given = (0, ())
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await http.post(self._session, f"{self._base_url}/apps.connections.open", b"", headers=headers)
        if wrong := decide(answer):
            raise wrong
        url = soft(told_by(answer), "url")
        if not url.startswith(("wss://", "ws://")):
            raise OutcomeUnknown("Slack told no address to connect to", failure=Failure.CONTENT)
        try:
            self._line = await self._session.ws_connect(url, timeout=_PATIENCE, heartbeat=_HEARTBEAT_S)
        except (ClientError, TimeoutError, OSError) as error:
            raise TemporaryFailure(f"no socket to Slack ({type(error).__name__})") from None
        return self._line

    async def _envelopes(self, line: ClientWebSocketResponse, *, wait: float) -> list[Json]:
        """Those that come within `wait` seconds, and all that are there with the first."""
        found: list[Json] = []
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        while len(found) < _MOST_AT_ONCE:
            left = _AT_ONCE if found else until - loop.time()
            try:
                frame = await line.receive(timeout=max(left, _AT_ONCE))
            except TimeoutError:
                return found
            told = _told(frame.data) if frame.type in {WSMsgType.TEXT, WSMsgType.BINARY} else None
            if told is None:
                # Closed by Slack, or broken: what came before is given, the next look connects anew.
                await self._leave(line)
                return found
            if soft(told, "type") in _CARRYING:
                found.append(told)
            elif soft(told, "type") == "disconnect":
                # Slack asks to come anew: https://docs.slack.dev/apis/events-api/using-socket-mode/#disconnect
                await self._leave(line)
                return found
        return found

    async def _leave(self, line: ClientWebSocketResponse) -> None:
        self._line = None
        await line.close()


def _told(data: str | bytes) -> Json:
    try:
        found = msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
