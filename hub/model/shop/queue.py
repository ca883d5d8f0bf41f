"""The queue as a customer is told of it: their place, how many wait, whether somebody is there. A port: routing may answer it later."""

from typing import Protocol

from hub.model.base import Value

TOPIC = "queue"
"""The topic of a turn's question; its key is `place_key`, its answer a `Place` as JSON."""


class Place(Value, frozen=True, omit_defaults=False):
    """`place`: from 1, or 0 for who is not in the queue (yet); `opens_at` in ms since 1970: when somebody is there, 0: unknown."""

    place: int = 0
    waiting: int = 0
    open: bool = True
    opens_at: int = 0


class Places(Protocol):
    """Who knows the queue. Raises StoreAway."""

    async def place(self, customer: str, conversation: str) -> Place:
        """Where that conversation stands now."""
        ...


def place_key(customer: str, conversation: str) -> str:
    """How a turn asks about a conversation."""
    return f"{customer}/{conversation}"
