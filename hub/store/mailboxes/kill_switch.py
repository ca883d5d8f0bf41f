"""The kill switch: while it is thrown, nothing said unasked begins. It lies in every partition, where the mark looks at it."""

import asyncio
from typing import cast

from msgspec import DecodeError, msgpack

from hub.model.base import Value
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import encode
from hub.store.keys import Keys


class Thrown(Value, frozen=True):
    """Who threw the switch, when (ms since 1970) and why."""

    by: str
    at: int
    reason: str = ""


class Switch:
    """Throws and lifts the switch in all partitions. Raises StoreAway: then it may be thrown in some; saying it again mends that."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys
        self._decoder = msgpack.Decoder(Thrown)

    async def throw(self, why: Thrown) -> None:
        """No marketing send, nor any other that the gate let through, begins after this returned."""
        blob = encode(why)
        await asyncio.gather(*(self._links.call(p.stop, "SET", p.stop, blob, need=Need.SAFE) for p in self._keys.partitions))

    async def lift(self) -> None:
        """Marketing may go again."""
        await asyncio.gather(*(self._links.call(p.stop, "DEL", p.stop, need=Need.SAFE) for p in self._keys.partitions))

    async def thrown(self) -> bool:
        """Whether it is thrown, by one look: who throws it throws it everywhere, and the mark looks at its own partition once more."""
        stop = self._keys.partitions[0].stop
        return await self._links.call(stop, "EXISTS", stop) == 1

    async def state(self) -> tuple[Thrown | None, int]:
        """Why it is thrown (None: it is not), and in how many of the 64 partitions."""
        answers = cast(
            "list[bytes | None]", await asyncio.gather(*(self._links.call(p.stop, "GET", p.stop) for p in self._keys.partitions))
        )
        thrown = [answer for answer in answers if answer is not None]
        if not thrown:
            return None, 0
        try:
            return self._decoder.decode(thrown[0]), len(thrown)
        except DecodeError:
            # A hand at redis-cli threw it: it counts all the same.
            return Thrown(by="unknown", at=0), len(thrown)
