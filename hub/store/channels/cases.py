"""Webhooks that were signed but not understood: kept sealed for seven days, listed, replayed."""

import asyncio
import zlib
from collections.abc import Callable
from typing import cast

from msgspec import DecodeError, Struct, msgpack
from msgspec.structs import replace

from hub.model.base import Value
from hub.model.channels.ports import Inbound
from hub.model.errors import HubError
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import Undecodable, encode
from hub.store.keys import Keys

KEEP_S = 7 * 86_400
KEEP_PER_ACCOUNT = 1_000
KEEP_BYTES = 64 * 1024
"""Of one case, packed: JSON packs to about a fifth, so all but freaks of the 1 MB we take are kept whole."""

Cipher = Callable[[bytes], bytes]


class Case(Value, frozen=True):
    """One request that nobody understood, as it came. `fields`: names found in it.

    `cut`: it was too large to be kept whole, so it cannot be replayed.
    """

    id: str
    at: int
    method: str
    url: str
    path_query: str
    headers: dict[str, str]
    body: bytes
    reason: str = ""
    fields: tuple[str, ...] = ()
    cut: bool = False
    v: int = 1

    def inbound(self) -> Inbound:
        """The request as the channel saw it then."""
        return Inbound(method=self.method, url=self.url, path_query=self.path_query, headers=self.headers, body=self.body)


class Seal(Struct, frozen=True):
    """How bytes are made unreadable at rest, and readable again; `open` raises on bytes it did not seal."""

    close: Cipher
    open: Cipher


class Cases:
    """Keeps the newest 1,000 cases of each account. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys, *, seal: Seal) -> None:
        self._links = links
        self._keys = keys
        self._seal = seal
        self._decoder = msgpack.Decoder(Case)

    async def keep(self, channel: str, account: str, case: Case) -> None:
        """Durable when it returns; the oldest beyond 1,000 goes."""
        index = self._keys.cases(channel, account)
        blob = self._seal.close(_packed(case))
        *_, surplus = await asyncio.gather(
            self._links.call(index, "SET", self._keys.case(channel, account, case.id), blob, "EX", KEEP_S, need=Need.SAFE),
            self._links.call(index, "ZADD", index, case.at, case.id, need=Need.SAFE),
            self._links.call(index, "ZREMRANGEBYSCORE", index, "-inf", case.at - KEEP_S * 1000),
            self._links.call(index, "EXPIRE", index, KEEP_S),
            self._links.call(index, "ZRANGE", index, 0, -KEEP_PER_ACCOUNT - 1),
        )
        for old in cast("list[bytes]", surplus):
            await self.forget(channel, account, old.decode())

    async def newest(self, channel: str, account: str, *, limit: int) -> list[Case]:
        """The newest cases of an account, newest first; one that cannot be opened is listed with its id and the reason."""
        index = self._keys.cases(channel, account)
        ids = [name.decode() for name in cast("list[bytes]", await self._links.call(index, "ZRANGE", index, 0, limit - 1, "REV"))]
        blobs = await asyncio.gather(*(self._links.call(index, "GET", self._keys.case(channel, account, case)) for case in ids))
        return [self._listed(case, blob) for case, blob in zip(ids, cast("list[bytes | None]", blobs), strict=True) if blob is not None]

    async def ids(self, channel: str, account: str) -> list[str]:
        """The ids of all kept cases of an account, oldest first."""
        index = self._keys.cases(channel, account)
        return [name.decode() for name in cast("list[bytes]", await self._links.call(index, "ZRANGE", index, 0, -1))]

    async def read(self, channel: str, account: str, case: str) -> Case | None:
        """One case; None where its seven days are over."""
        index = self._keys.cases(channel, account)
        blob = cast("bytes | None", await self._links.call(index, "GET", self._keys.case(channel, account, case)))
        return None if blob is None else self._opened(blob)

    async def forget(self, channel: str, account: str, case: str) -> None:
        """Remove a case (replayed, or erased)."""
        index = self._keys.cases(channel, account)
        await asyncio.gather(
            self._links.call(index, "DEL", self._keys.case(channel, account, case)),
            self._links.call(index, "ZREM", index, case),
        )

    def _listed(self, case: str, blob: bytes) -> Case:
        """The case, or a stand-in for one that cannot be opened: one broken case spares the rest."""
        try:
            return self._opened(blob)
        except Undecodable as error:
            return Case(
                id=case, at=0, method="", url="", path_query="", headers={}, body=b"", reason=f"cannot be opened: {error}", cut=True
            )

    def _opened(self, blob: bytes) -> Case:
        """Unsealed; raises Undecodable where key or content is not ours."""
        try:
            return self._decoder.decode(zlib.decompress(self._seal.open(blob)))
        except (HubError, DecodeError, zlib.error, ValueError) as error:
            raise Undecodable(f"case: {type(error).__name__}") from error


def _packed(case: Case) -> bytes:
    """Packed to at most 64 kB: a body that is larger even so is cut and marked."""
    packed = zlib.compress(encode(case), 6)
    if len(packed) <= KEEP_BYTES:
        return packed
    cut = replace(case, body=case.body[: KEEP_BYTES // 2], headers={}, cut=True)
    return zlib.compress(encode(cut), 6)
