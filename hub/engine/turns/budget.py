"""A turn's CPU budget: a dialog that never ends must not stop the partition."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from hub.model.errors import HubError


class TurnTooLong(HubError):
    """The turn used more CPU than it may."""


class TurnBudget:
    """Raises TurnTooLong inside a turn that uses more than `seconds` of CPU, where turns run on the main thread."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._inside = False
        self._armed = threading.current_thread() is threading.main_thread()
        if self._armed:
            signal.signal(signal.SIGVTALRM, self._spent)

    def __enter__(self) -> Self:
        """A batch begins: one timer for all its turns, for arming costs a system call."""
        if self._armed:
            signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds, self._seconds)
        return self

    def __exit__(self, *_: object) -> None:
        if self._armed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The time in which the budget may strike."""
        self._inside = True
        try:
            yield
        finally:
            self._inside = False

    def _spent(self, _signal: int, _frame: FrameType | None) -> None:
        if self._inside:
            raise TurnTooLong(f"more than {self._seconds} s of CPU")
