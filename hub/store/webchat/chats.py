"""Web chat's logs: what each page shall show, in order, read from its own cursor."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import cast

from hub.model.address import Address
from hub.model.webchat.chat import unpacked
from hub.store.connections.links import Links, Need
from hub.store.functions import function
from hub.store.keys import Keys

_CHAT = function("chat")
ENTRIES_KEPT = 500
KEEP_S = 30 * 86_400


class Chats:
    """Appends once per key and reads by cursor. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def append(self, address: Address, entry: bytes, *, key: str) -> str:
        """Add an entry once per key; returns its id ('seen' for a repeat)."""
        log, known = self._keys.chat(address)
        news = f"{address.account}:{address.id}"
        args = (key, entry, ENTRIES_KEPT, KEEP_S, self._keys.news, news)
        answer = await self._links.call(log, "FCALL", _CHAT, 2, log, known, *args, need=Need.SAFE)
        return cast("bytes", answer).decode()

    async def amend(self, address: Address, target: str, entry: bytes, *, key: str) -> bool:
        """Put an entry in the place of the one of the id `target`, once per key; False where that is not there, or was taken back.

        The new one is there before the old one goes: cut off in between, the same call again ends it.
        """
        log, _ = self._keys.chat(address)
        found = [(cursor, kept) for cursor, raw in await self.read(address, "", 2 * ENTRIES_KEPT) if (kept := unpacked(raw)).id == target]
        old = [(cursor, kept) for cursor, kept in found if kept.amended != key]
        if any(kept.gone for _, kept in old) or not found:
            return False
        await self.append(address, entry, key=key)
        if old:
            await self._links.call(log, "XDEL", log, *(cursor for cursor, _ in old), need=Need.SAFE)
        return True

    async def read(self, address: Address, cursor: str, limit: int) -> list[tuple[str, bytes]]:
        """Entries behind a cursor ('' or '0-0': from the beginning), oldest first."""
        log, _ = self._keys.chat(address)
        answer = await self._links.call(log, "XRANGE", log, f"({cursor}" if cursor else "-", "+", "COUNT", limit)
        return [(entry.decode(), fields[1]) for entry, fields in cast("list[tuple[bytes, list[bytes]]]", answer)]

    async def news(self) -> AsyncIterator[str]:
        """`account:session` of each log that grew; '' after each break, when everybody has to look."""
        async with aclosing(self._links.subscribe(self._keys.news)) as bells:
            async for bell in bells:
                yield bell.decode()
