"""What a spooled segment holds, parted into strands by address: order matters within an address only, so strands go on side by side."""

from collections import deque
from collections.abc import Mapping, Sequence
from zlib import crc32

from msgspec import Struct

from hub.engine.receiving.spool import Spooled
from hub.model.events.event import Incoming

STRANDS = 512
"""The more, the fewer addresses wait for one another: two processes that drain together take turns strand by strand."""


class Piece(Struct, frozen=True):
    """One event of a spooled request."""

    one: Incoming
    received: int
    days: int
    late: bool


class Strands:
    """The pieces of one segment that are not pushed yet. Heads: per strand, how old what comes next is (ms since 1970)."""

    def __init__(self, pending: Sequence[Spooled]) -> None:
        self._strands: list[deque[Piece]] = [deque() for _ in range(STRANDS)]
        # Whatever this process has besides came later, and what its senders say next comes later still.
        self._end = max((spooled.received for spooled in pending), default=0)
        self._left = 0
        for spooled in pending:
            for one in spooled.incoming:
                self._strands[crc32(str(one.address).encode()) % STRANDS].append(
                    Piece(one=one, received=spooled.received, days=spooled.days, late=spooled.late)
                )
                self._left += 1

    def __len__(self) -> int:
        return self._left

    @property
    def heads(self) -> list[int]:
        """What others compare theirs with."""
        return [strand[0].received if strand else self._end for strand in self._strands]

    def take(self, me: str, others: Mapping[str, Sequence[int]], *, most: int) -> list[Piece]:
        """Up to `most` pieces older than whatever the others hold of the same strand, oldest of a strand first."""
        taken: list[Piece] = []
        for number, strand in enumerate(self._strands):
            limit = min(((_oldest(heads, number), name) for name, heads in others.items()), default=None)
            while strand and len(taken) < most and (limit is None or (strand[0].received, me) < limit):
                taken.append(strand.popleft())
        self._left -= len(taken)
        return taken


def _oldest(heads: Sequence[int], number: int) -> int:
    """Of another process, which may tell of fewer strands than we, or of more, that which any of our strand's addresses is in."""
    return min(heads[number % len(heads) :: STRANDS])
