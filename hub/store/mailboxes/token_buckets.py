"""Token buckets shared by all processes."""

from typing import cast

from hub.store.connections.links import Links
from hub.store.functions import function
from hub.store.keys import Keys

_BUCKET = function("bucket")


class Buckets:
    """Takes tokens; one key an account or a recipient."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def take(self, channel: str, account: str, now: int, *, rate: float, burst: int, recipient: str = "") -> int:
        """0 where one call may go now, else ms to wait; `rate` a second, `now` in ms since 1970."""
        key = self._keys.bucket(channel, account, recipient)
        return cast("int", await self._links.call(key, "FCALL", _BUCKET, 1, key, now, 1000 / rate, burst))
