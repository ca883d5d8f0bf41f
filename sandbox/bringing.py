"""Webhooks on their way to the hub: in order for each phone, the same again until it is taken; twice or late where a fault says so."""

import asyncio
import io
import time
from collections import deque
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, ClientTimeout

from hub.model.base import Value
from sandbox.faults import FaultKind, Faults
from sandbox.roads import Roads
from sandbox.shown import Webhook

ALONE_S = 10.0
"""A webhook that shall be overtaken waits so long for another."""
BACKOFF = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts."""


class Attempt(Value, frozen=True):
    """One request: for whom, with what status (0: no answer), begun when (s, CLOCK_MONOTONIC), answered after, and with what."""

    chat: str
    status: int
    at: float
    seconds: float
    answer: bytes = b""


class Bringing:
    """Delivers while a hook is known."""

    def __init__(
        self,
        faults: Faults,
        *,
        backoff: tuple[float, ...] = BACKOFF,
        seconds: float = 30.0,
        alone: float = ALONE_S,
        roads: Roads | None = None,
    ) -> None:
        """`seconds`: how long an answer is waited for; `alone`: how long for another webhook; `roads`: where the hook leads."""
        self.hook = ""
        self.attempts: list[Attempt] = []
        self._faults = faults
        self._roads = roads or Roads()
        self._backoff = backoff
        self._after = alone
        self._timeout = ClientTimeout(total=seconds)
        self._waiting: dict[str, deque[Webhook]] = {}
        self._overtaken: dict[str, Webhook] = {}
        self._lines: dict[str, asyncio.Task[None]] = {}
        self._session: ClientSession | None = None

    @property
    def pending(self) -> int:
        """How many the hub has not taken."""
        return sum(map(len, self._waiting.values()))

    async def stop(self) -> None:
        """Deliver nothing more."""
        tasks = list(self._lines.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    def bring(self, chat: str, *webhooks: Webhook) -> None:
        """Queue them for this phone; a reorder fault lets one go before the one that waits, or keeps it until the next has gone."""
        line = self._waiting.setdefault(chat, deque())
        for webhook in webhooks:
            overtaken = self._overtaken.pop(chat, None)
            if overtaken is None and self._faults.pick("webhook", chat, FaultKind.REORDER):
                self._swap(chat, line, webhook)
            else:
                line.append(webhook)
            line.extend([overtaken] if overtaken else ())
        self.begin()

    def _swap(self, chat: str, line: deque[Webhook], webhook: Webhook) -> None:
        if line:
            line.insert(len(line) - 1, webhook)
        else:
            self._overtaken[chat] = webhook
            asyncio.get_running_loop().call_later(self._after, self._alone, chat, webhook)

    def _alone(self, chat: str, webhook: Webhook) -> None:
        """Nothing came after it."""
        if self._overtaken.get(chat) is webhook:
            self._waiting[chat].append(self._overtaken.pop(chat))
            self.begin()

    def begin(self) -> None:
        """Go on with whatever waits, once there is a hook."""
        if not self.hook:
            return
        for chat, line in self._waiting.items():
            if line and chat not in self._lines:
                self._lines[chat] = asyncio.create_task(self._line(chat, line))

    async def _line(self, chat: str, line: deque[Webhook]) -> None:
        failed = 0
        try:
            while line and self.hook:
                webhook = line[0]
                twice = self._faults.pick("webhook", chat, FaultKind.DUPLICATE)
                statuses = [await self.send(chat, webhook) for _ in range(2 if twice else 1)]
                if _taken(statuses[-1]):
                    failed = 0
                    line.remove(webhook)
                else:
                    await asyncio.sleep(self._backoff[min(failed, len(self._backoff) - 1)])
                    failed += 1
        finally:
            del self._lines[chat]

    async def send(self, chat: str, webhook: Webhook) -> int:
        """Bring one now, past those that wait; returns the status, 0 where there was no answer."""
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout)
        begun = time.monotonic()
        try:
            url = self._roads(self.hook + webhook.path)
            async with self._session.request(
                webhook.method, url, data=io.BytesIO(webhook.body) if webhook.body else None, headers=webhook.headers
            ) as answer:
                body, status = await answer.read(), answer.status
        except (ClientError, TimeoutError, OSError):
            body, status = b"", 0
        self.attempts.append(Attempt(chat=chat, status=status, at=begun, seconds=time.monotonic() - begun, answer=body))
        return status


def _taken(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
