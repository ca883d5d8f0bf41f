"""Channel accounts added in the console: sealed whole, in one hash for all processes, which look at it once a second."""

from hashlib import blake2b
from typing import cast

import structlog
from msgspec import DecodeError, msgpack

from hub.model.base import Value
from hub.store.channels.calls import Place
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import encode
from hub.store.functions import function
from hub.store.keys import Keys

log = structlog.get_logger()

_CHANGE = function("change_user")
"""Sets a field of a hash as long as it is what the caller saw; users were the first it was made for."""


class KeptAccount(Value, frozen=True):
    """One account. `sealed`: all that was entered, closed with the key named `key` (its fingerprint); `changed`: ms since 1970.

    One that is not `active` takes nothing in and sends nothing; what waits for it waits on.
    """

    channel: str
    account: str
    sealed: bytes
    key: str
    active: bool = True
    changed: int = 0
    by: str = ""
    v: int = 1

    def __repr__(self) -> str:
        """Not even sealed in a log."""
        return f"KeptAccount({self.channel}/{self.account})"

    @property
    def place(self) -> Place:
        """Which account it is."""
        return self.channel, self.account

    @property
    def revision(self) -> str:
        """Another one with every change, whoever made it; a change names the one it was made of."""
        return blake2b(f"{self.changed} {self.active} ".encode() + self.sealed, digest_size=8).hexdigest()


class KeptAccounts:
    """By `kind/name`. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._key = keys.accounts
        self._decode = msgpack.Decoder(KeptAccount).decode

    async def all(self) -> tuple[KeptAccount, ...]:
        """All of them, by their names; what a newer version wrote and this one cannot read is left out, and told."""
        blobs = cast("list[bytes]", await self._links.call(self._key, "HVALS", self._key))
        found = []
        for blob in blobs:
            try:
                found.append(self._decode(blob))
            except (DecodeError, UnicodeDecodeError) as error:
                log.warning("a kept account cannot be read", error=type(error).__name__)
        return tuple(sorted(found, key=lambda one: one.place))

    async def find(self, place: Place) -> KeptAccount | None:
        """One of them."""
        return next((one for one in await self.all() if one.place == place), None)

    async def put(self, account: KeptAccount, *, seen: KeptAccount) -> bool:
        """Keep it in place of what the caller saw under its name; durable when it returns. False where that is another one by now."""
        field = _field(account.place)
        blob = cast("bytes | None", await self._links.call(self._key, "HGET", self._key, field))
        if blob is None or self._decode(blob).revision != seen.revision:
            return False
        asked = (field, blob, encode(account), "", "")
        return await self._links.call(self._key, "FCALL", _CHANGE, 1, self._key, *asked, need=Need.SAFE) == 1

    async def add(self, account: KeptAccount) -> bool:
        """Keep a new one; False where there is one of that name."""
        return bool(await self._links.call(self._key, "HSETNX", self._key, _field(account.place), encode(account), need=Need.SAFE))

    async def remove(self, place: Place) -> bool:
        """Forget it, secrets and all; False where there was none."""
        return bool(await self._links.call(self._key, "HDEL", self._key, _field(place), need=Need.SAFE))


def _field(place: Place) -> str:
    return "/".join(place)
