"""Leave to make one call: asked for when the connection is there, right before the first byte."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from aiohttp import ClientRequest, ClientTimeout, TCPConnector
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from hub.model.channels import call_leave
from hub.model.channels.ports import Clock
from hub.model.errors import HubError

GOOD_FOR_S = 2.0
"""A mark is good for two seconds of CLOCK_BOOTTIME read before it was asked for; a process frozen longer starts no call with it."""
BEGUN_AFTER_S = 0.005
"""When claims are told that the first byte has left: well after the loop wrote it, before a person notices."""


class NotPermitted(HubError):
    """The call may not be made any more; the text is the store's verdict."""


class Permit:
    """One call's leave. `verdict` is None until asked; 'ok' where the call may be made."""

    def __init__(self, ask: Callable[[], Awaitable[str]], begun: Callable[[], None], *, clock: Clock) -> None:
        self._ask = ask
        self._begun = begun
        self._clock = clock
        self._notice: asyncio.TimerHandle | None = None
        self.verdict: str | None = None
        self.trouble: HubError | None = None

    async def obtain(self) -> None:
        """Ask the store; raises NotPermitted where the answer is no or came too late."""
        if self.verdict is not None:
            # A second connection for one call (a redirect, a retry within the client) is a second call: never without its own mark.
            raise NotPermitted("asked twice")
        before = self._clock.boottime()
        try:
            verdict = await self._ask()
        except HubError as error:
            # Channels' clients may wrap this into an error of their own; whoever sends asks here.
            self.trouble = error
            raise
        if verdict == "ok" and self._clock.boottime() - before >= GOOD_FOR_S:
            verdict = "late"
        self.verdict = verdict
        if verdict != "ok":
            raise NotPermitted(verdict)
        self._notice = asyncio.get_running_loop().call_later(BEGUN_AFTER_S, self._begun)

    @property
    def granted(self) -> bool:
        """Whether bytes may have left."""
        return self.verdict == "ok"

    def over(self) -> None:
        """The call has ended: nobody needs the notice that it began."""
        if self._notice:
            self._notice.cancel()


current: ContextVar[Permit | None] = ContextVar("permit", default=None)
"""The permit of the call this task is making; none for requests that are no sends (getMe, uploads' look-ups)."""


def given(permit: Permit) -> Callable[[], None]:
    """Have this task's calls ask `permit`, by a connection of the session or by themselves; what is returned takes it away again."""
    connecting, asking = current.set(permit), call_leave.asks.set(permit.obtain)

    def taken() -> None:
        current.reset(connecting)
        call_leave.asks.reset(asking)

    return taken


class PermitConnector(TCPConnector):
    """Hands out a connection only with leave for the call that wants it, so that nothing stands between leave and first byte."""

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout) -> Connection:  # noqa: ASYNC109 - aiohttp's signature
        """As aiohttp does, then ask; raises NotPermitted."""
        connection = await super().connect(req, traces, timeout)
        permit = current.get()
        if permit is not None:
            try:
                await permit.obtain()
            except BaseException:
                # Nothing was written: the connection is as good as before.
                connection.release()
                raise
        return connection
