"""The journal's tail: what the archive has stays a while longer, so that a console that was cut off is told what it missed."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct, field

from hub.model.channels.ports import Clock
from hub.store.connections.links import Links
from hub.store.functions import function
from hub.store.keys import Keys

_TRIM = function("trim")
TAIL_ENTRIES = 128
"""A partition's newest archived entries that stay. Some 2 kB each: 16 MB for 64 full partitions, as much again after workers changed."""
TAIL_S = 120.0
SWEEP_S = 10.0


class _Tail(Struct):
    """One partition's archived entries that were not trimmed yet, with when they were archived (boottime), oldest first."""

    former: str
    taken: float
    entries: deque[tuple[str, float]] = field(default_factory=deque)


class Tails:
    """Knows what may go. It never trims what is not archived. Raises StoreAway."""

    def __init__(self, links: Links, keys: Keys, *, clock: Clock) -> None:
        self._links = links
        self._keys = keys
        self._clock = clock
        self._tails: dict[int, _Tail] = {}
        self._swept = clock.boottime()

    def keep(self, held: AbstractSet[int], cursors: Mapping[int, str]) -> None:
        """Mind these partitions and no others; `cursors`: what the archive has of them. What a former owner left goes by its age."""
        for number in self._tails.keys() - held:
            del self._tails[number]
        for number in held - self._tails.keys():
            self._tails[number] = _Tail(former=cursors[number], taken=self._clock.boottime())

    def archived(self, number: int, entries: Sequence[str]) -> None:
        """The archive has these too."""
        now = self._clock.boottime()
        self._tails[number].entries.extend((entry, now) for entry in entries)

    async def trim(self) -> None:
        """Take away what is too many, and now and then what is too old."""
        now = self._clock.boottime()
        sweep = now - self._swept >= SWEEP_S
        if sweep:
            self._swept = now
        calls = []
        for number, tail in self._tails.items():
            upto = _upto(tail, now if sweep else None)
            if upto:
                keys = self._keys.partitions[number]
                calls.append(self._links.call(keys.journal, "FCALL", _TRIM, 2, keys.journal, keys.trimmed, upto))
        await asyncio.gather(*calls)


def _upto(tail: _Tail, now: float | None) -> str:
    """The last entry that has to go; '' for none. `now`: look at the ages too."""
    upto = ""
    if now is not None and tail.former and now - tail.taken > TAIL_S:
        upto, tail.former = tail.former, ""
    while len(tail.entries) > TAIL_ENTRIES or (now is not None and tail.entries and now - tail.entries[0][1] > TAIL_S):
        upto = tail.entries.popleft()[0]
        tail.former = ""
    return upto if upto != "0-0" else ""
