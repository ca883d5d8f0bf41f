"""The conversations that wait for a person: an index beside the records, kept best effort and checked by whoever reads it."""

from typing import cast

from hub.model.base import Value
from hub.store.connections.links import Links
from hub.store.keys import Keys

_BATCH = 64


class Waiting(Value, frozen=True):
    """One conversation in the queue; `since` in ms since 1970."""

    customer: str
    conversation: str
    since: int


class Queue:
    """A sorted set over the whole hub: `customer/conversation` by the time it began to wait. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._key = keys.queue

    async def note(self, conversation: str, customer: str, *, since: int | None) -> None:
        """Set that a conversation waits since then; None: it waits no more. Said twice it stays the same."""
        member = f"{customer}/{conversation}"
        if since is None:
            await self._links.call(self._key, "ZREM", self._key, member)
        else:
            await self._links.call(self._key, "ZADD", self._key, since, member)

    async def place(self, conversation: str, customer: str) -> tuple[int, int]:
        """The conversation's place from 1, longest waiting first (0: it does not wait, or is not noted yet), and how many wait."""
        rank = await self._links.call(self._key, "ZRANK", self._key, f"{customer}/{conversation}")
        waiting = await self._links.call(self._key, "ZCARD", self._key)
        return (int(cast("int", rank)) + 1 if rank is not None else 0), int(cast("int", waiting))

    async def waiting(self, limit: int, cursor: str = "") -> tuple[list[Waiting], str]:
        """At most `limit` conversations, longest waiting first, and where to go on ('': that was all).

        A cursor is a place in the order, not a count: what is added or removed meanwhile neither skips nor repeats a line.
        """
        after = _place(cursor)
        found: list[Waiting] = []
        offset = 0
        while len(found) <= limit:
            flat = cast(
                "list[bytes]",
                await self._links.call(
                    self._key, "ZRANGEBYSCORE", self._key, after[0], "+inf", "WITHSCORES", "LIMIT", offset, _BATCH
                ),
            )  # fmt: skip
            for i in range(0, len(flat), 2):
                place = (int(float(flat[i + 1])), flat[i].decode())
                if place > after:
                    customer, _, conversation = place[1].partition("/")
                    found.append(Waiting(customer=customer, conversation=conversation, since=place[0]))
            if len(flat) < 2 * _BATCH:
                break
            offset += _BATCH
        page = found[:limit]
        return page, f"{page[-1].since}/{page[-1].customer}/{page[-1].conversation}" if len(found) > limit else ""


def _place(cursor: str) -> tuple[int, str]:
    """A cursor's place in the order; raises ValueError on one we did not write."""
    if not cursor:
        return 0, ""
    since, _, member = cursor.partition("/")
    return int(since), member
