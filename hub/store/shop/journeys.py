"""Which journeys were switched on or off by hand, against what their document says; and each version of a document that ran."""

from typing import cast

from msgspec import DecodeError, msgpack

from hub.model.base import Value
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import encode
from hub.store.keys import Keys


class Switched(Value, frozen=True):
    """Who switched a journey which way, and when (ms since 1970)."""

    live: bool
    by: str
    at: int


class JourneySwitches:
    """Reads and sets the switches. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._key = keys.journeys
        self._decode = msgpack.Decoder(Switched).decode

    async def set(self, journey: str, switched: Switched) -> None:
        """From the next judging on it counts; durable when it returns."""
        await self._links.call(self._key, "HSET", self._key, journey, encode(switched), need=Need.SAFE)

    async def all(self) -> dict[str, Switched]:
        """By journey; what was never switched is left out."""
        flat = cast("list[bytes]", await self._links.call(self._key, "HGETALL", self._key))
        found = {}
        for name, blob in zip(flat[::2], flat[1::2], strict=True):
            try:
                found[name.decode()] = self._decode(blob)
            except (DecodeError, UnicodeDecodeError):
                # A newer version's or a stranger's: what the document says counts then.
                continue
        return found


class JourneyVersions:
    """Every version of a journey that a hub was started with: runs end on the one they began with. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._key = keys.journey_versions

    async def keep(self, journey: str, version: int, document: bytes) -> None:
        """Keep it in place of what was kept under this version."""
        await self._links.call(self._key, "HSET", self._key, f"{journey}/{version}", document, need=Need.SAFE)

    async def all(self) -> list[bytes]:
        """Every document kept."""
        return cast("list[bytes]", await self._links.call(self._key, "HVALS", self._key))
