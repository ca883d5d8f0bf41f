"""Leave to make one call: for channels whose calls go by no connection of the hub's session."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar

asks: ContextVar[Callable[[], Awaitable[None]] | None] = ContextVar("asks", default=None)
"""How the call this task is making gets its leave; set by the outbox, None outside of it."""


async def obtain() -> None:
    """Ask for leave, once a call: when all stands ready, right before the first byte of the message.

    What it raises ends the call and must go through untouched: nothing may have left by then.
    """
    ask = asks.get()
    if ask is not None:
        await ask()
