"""Who is signed in in which web chat session, and the links by which they go on elsewhere."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import cast

from hub.model.address import Address
from hub.model.webchat.chat import KIND
from hub.store.connections.links import Links, Need
from hub.store.keys import Keys

KEEP_S = 30 * 86_400
"""As long as a session's log. Who signs in after that is told apart by the customer's record."""
LINK_S = 900
LINKS_AT_MOST = 5
"""Of one session, good at a time: a menu of apps opened twice, not a stranger's purse of keys."""
USED_S = 1800
PASS, PASS_BEFORE = "pass:", b"pass"
"""The fields that name a session's links."""


class LoginStore:
    """Reads and writes what sessions know of their users. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys

    async def user(self, session: Address) -> str:
        """The shop's id of who is signed in there; empty: nobody is."""
        return (await self.told(session))[0]

    async def told(self, session: Address) -> tuple[str, str]:
        """The same, with what was last told of them (a digest)."""
        key = self._keys.chat_user(session)
        user, told = cast("list[bytes | None]", await self._links.call(key, "HMGET", key, "user", "told"))
        return (user or b"").decode(), (told or b"").decode()

    async def bind(self, session: Address, user: str) -> str:
        """Sign in unless somebody else is; returns who is signed in now."""
        key = self._keys.chat_user(session)
        await self._links.call(key, "HSETNX", key, "user", user, need=Need.SAFE)
        await self._links.call(key, "EXPIRE", key, KEEP_S)
        return await self.user(session)

    async def note(self, session: Address, user: Address, *, told: str) -> None:
        """All of this was told of them; from now on this session is where they are found again."""
        key, home = self._keys.chat_user(session), self._keys.home(user)
        await self._links.call(home, "SET", home, f"{session.account}:{session.id}", "EX", KEEP_S, need=Need.SAFE)
        await self._links.call(key, "HSET", key, "told", told, need=Need.SAFE)

    async def home(self, user: Address) -> Address | None:
        """The session in which they were signed in last."""
        key = self._keys.home(user)
        found = cast("bytes | None", await self._links.call(key, "GET", key))
        return _session(found.decode()) if found else None

    async def issue(self, session: Address, token: str, *, until: int) -> None:
        """Keep a link's token for 15 minutes, to `until` (ms since 1970). Those before it stay good, but for the oldest beyond five."""
        key = self._keys.chat_user(session)
        fresh, _ = self._keys.onward(token)
        # Noted first: an erasure finds whatever may be there.
        await self._links.call(key, "HSET", key, f"{PASS}{token}", until, need=Need.SAFE)
        await self._links.call(fresh, "SET", fresh, f"{session.account}:{session.id}", "EX", LINK_S, need=Need.SAFE)
        for old in (await self.passes(session))[:-LINKS_AT_MOST]:
            before, _ = self._keys.onward(old)
            await self._links.call(before, "DEL", before)
            await self._links.call(key, "HDEL", key, f"{PASS}{old}")

    async def passes(self, session: Address) -> tuple[str, ...]:
        """The tokens of the links made there lately, the oldest first."""
        key = self._keys.chat_user(session)
        flat = cast("list[bytes]", await self._links.call(key, "HGETALL", key))
        return tokens_in(dict(zip(flat[::2], flat[1::2], strict=True)))

    async def redeem(self, token: str, *, by: str) -> Address | None:
        """Whose link it is; None for one that is too old, unknown, or was opened first from another address than `by`.

        The first one keeps it, so that an answer that was lost or came too late uses nothing up.
        """
        key, mark = self._keys.onward(token)
        found = cast("bytes | None", await self._links.call(key, "GET", key))
        if not found:
            return None
        me = blake2b(by.encode(), digest_size=12).hexdigest()
        first = cast("bytes | None", await self._links.call(mark, "SET", mark, me, "NX", "GET", "EX", USED_S, need=Need.SAFE))
        return _session(found.decode()) if first is None or first.decode() == me else None


def tokens_in(fields: Mapping[bytes, bytes]) -> tuple[str, ...]:
    """The links' tokens among what is kept of a session's user, the oldest first; versions before had one, in a field of its own."""
    first = fields.get(PASS_BEFORE, b"").decode()
    dated = sorted((value, name.decode().removeprefix(PASS)) for name, value in fields.items() if name.startswith(PASS.encode()))
    return (*([first] if first else []), *(token for _, token in dated))


def _session(text: str) -> Address:
    account, _, session = text.partition(":")
    return Address(channel=KIND, account=account, id=session)
