"""The switchboard: in this process, who wants to hear the passing words that all processes exchange."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import structlog

from hub.model.errors import HubError
from hub.store.inbox.signals import Signal, Signals

log = structlog.get_logger(__name__)
Listener = Callable[[Signal | None], None]
"""Called with each signal, and with None after each (re)connect; must not wait and must not raise."""


class Switchboard:
    """One subscription a process, told on to everybody who asked."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self._listeners: set[Listener] = set()
        self._saying: set[asyncio.Task[None]] = set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear everything from now on, until what is returned is called."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def say(self, signal: Signal) -> None:
        """Tell every process, some time soon or, where the store is away, never: it is a passing word."""
        task = asyncio.get_running_loop().create_task(self._publish(signal))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def run(self) -> None:
        """Tell on until cancelled."""
        async with aclosing(self.signals.heard()) as heard:
            async for signal in heard:
                for listener in tuple(self._listeners):
                    listener(signal)

    async def _publish(self, signal: Signal) -> None:
        try:
            await self.signals.publish(signal)
        except HubError as error:
            log.debug("a passing word is lost", error=type(error).__name__)
