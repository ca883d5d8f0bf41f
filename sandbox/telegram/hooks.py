"""Updates on their way to the bot's webhook, as Telegram brings them: one chat's in order, the same again until it is taken."""

import asyncio
import time
from collections.abc import Callable
from http import HTTPStatus

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout

from hub.model.base import Value
from sandbox.faults import Faults
from sandbox.roads import Roads
from sandbox.telegram.world import Json, Update, Webhook, World

BACKOFF = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds between attempts. Telegram's own are not published; it gives up after 24 h, we never."""

_CONNECTIONS = 40
"""Requests under way at once, where setWebhook does not say otherwise: https://core.telegram.org/bots/api#setwebhook"""


class Timing(Value, frozen=True):
    """How patient the stand-in is with a webhook: seconds between attempts, seconds for an answer."""

    backoff: tuple[float, ...] = BACKOFF
    timeout: float = 60.0


class Attempt(Value, frozen=True):
    """One webhook request: which update, with what status (0: no answer), begun when (s, CLOCK_MONOTONIC), answered after."""

    update: int
    chat: str
    status: int
    at: float
    seconds: float


class Hooks:
    """Delivers what waits while a webhook is set. A method named in the bot's answer is called by `reply`."""

    def __init__(self, world: World, faults: Faults, reply: Callable[[Json], None], *, timing: Timing, roads: Roads) -> None:
        self._world = world
        self._faults = faults
        self._reply = reply
        self._roads = roads
        self._backoff = timing.backoff
        self._timeout = ClientTimeout(total=timing.timeout)
        self._lines: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None
        self._session: ClientSession | None = None
        self._room = asyncio.Semaphore(_CONNECTIONS)
        self.attempts: list[Attempt] = []

    async def start(self) -> None:
        """Begin to watch for updates."""
        self._session = ClientSession(timeout=self._timeout)
        self._watch = asyncio.create_task(self._attend())

    async def stop(self) -> None:
        """Stop all lines and give the connections back."""
        tasks = [t for t in (self._watch, *self._lines.values()) if t]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def _attend(self) -> None:
        """A line of its own for each chat that has something."""
        while True:
            if self._world.webhook:
                for chat in self._world.pending:
                    if chat not in self._lines:
                        self._lines[chat] = asyncio.create_task(self._line(chat))
            await self._world.pulse.wait(1.0)

    async def _line(self, chat: str) -> None:
        failed = 0
        try:
            while (hook := self._world.webhook) and (line := self._world.pending.get(chat)):
                update = line[0]
                if await self._bring(hook, update):
                    failed = 0
                    self._world.forget(update)
                else:
                    await asyncio.sleep(self._backoff[min(failed, len(self._backoff) - 1)])
                    failed += 1
        finally:
            del self._lines[chat]

    async def _bring(self, hook: Webhook, update: Update) -> bool:
        """Whether the bot took it."""
        if hook.allowed and not set(update.body) & set(hook.allowed):
            return True
        if self._faults.pick("webhook", update.chat):
            await self._post(hook, update)
        status = await self._post(hook, update)
        if _taken(status):
            return True
        hook.last_error = f"Wrong response from the webhook: {status}" if status else "Connection timed out"
        hook.last_error_at = int(time.time())
        return False

    async def _post(self, hook: Webhook, update: Update) -> int:
        if self._session is None:
            raise RuntimeError("the stand-in is not started")
        begun = time.monotonic()
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": hook.secret}
        try:
            async with (
                self._room,
                self._session.post(self._roads(hook.url), data=msgspec.json.encode(update.body), headers=headers) as answer,
            ):
                body, status = await answer.read(), answer.status
        except (ClientError, TimeoutError, OSError):
            body, status = b"", 0
        self.attempts.append(
            Attempt(update=update.id, chat=update.chat, status=status, at=begun, seconds=time.monotonic() - begun),
        )
        if _taken(status) and body.startswith(b"{"):
            self._answered(body)
        return status

    def _answered(self, body: bytes) -> None:
        try:
            told = msgspec.json.decode(body, type=dict[str, object])
        except msgspec.DecodeError:
            return
        if "method" in told:
            self._reply(told)


def _taken(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
