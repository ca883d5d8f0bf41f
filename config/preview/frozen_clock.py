"""A clock that stands still."""

import asyncio


class FrozenClock:
    """Always the same moment, in ms since 1970."""

    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        """That moment."""
        return self._at

    def boottime(self) -> float:
        """That moment in seconds."""
        return self._at / 1000

    async def sleep(self, _seconds: float) -> None:
        """Let others run; no time goes by."""
        await asyncio.sleep(0)
