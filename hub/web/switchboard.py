"""The switchboard: in this process, who wants to hear the passing words that all processes exchange."""

from collections.abc import Callable
from contextlib import aclosing

from hub.store.signals import Signal, Signals

Listener = Callable[[Signal | None], None]
"""Called with each signal, and with None after each (re)connect; must not wait and must not raise."""


class Switchboard:
    """One subscription a process, told on to everybody who asked."""

    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self._listeners: set[Listener] = set()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear everything from now on, until what is returned is called."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    async def run(self) -> None:
        """Tell on until cancelled."""
        async with aclosing(self.signals.heard()) as heard:
            async for signal in heard:
                for listener in tuple(self._listeners):
                    listener(signal)
