"""Which gestures a customer was shown lately, for all processes together; passing, and by digests, so that no number stands there."""

from hashlib import blake2b
from typing import cast

from hub.model.address import Address
from hub.store.connections.links import Links
from hub.store.keys import Keys

READ_KEPT_MS = 24 * 3600 * 1000
"""How long a read mark is remembered; forgotten, it is only set once more."""


class Shown:
    """Remembers them. Raises StoreAway."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def typing(self, address: Address, ms: int) -> bool:
        """Whether it may be shown there now: not again for that many ms, by whatever process."""
        key, _ = self._keys.gestures(address)
        return await self._links.call(key, "SET", key, b"1", "NX", "PX", ms) is not None

    async def hold(self, address: Address, ms: int) -> None:
        """Show no typing there for so long: the provider asked to wait."""
        key, _ = self._keys.gestures(address)
        await self._links.call(key, "SET", key, b"1", "PX", ms)

    async def read(self, address: Address, external_id: str) -> bool:
        """Whether this message is still to be marked as read; from now on it counts as marked."""
        _, key = self._keys.gestures(address)
        new = blake2b(external_id.encode(), digest_size=12).digest()
        old = cast("bytes | None", await self._links.call(key, "SET", key, new, "PX", READ_KEPT_MS, "GET"))
        return old != new
