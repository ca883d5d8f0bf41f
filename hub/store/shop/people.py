"""Who may sign in (lasting), who is signed in (passing), and the codes that let the first one in."""

from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from typing import cast

from msgspec import Struct, ValidationError, msgpack, to_builtins

from hub.model.base import Value
from hub.model.errors import HubError
from hub.model.shop.people import Session, User
from hub.store.connections.links import Links, Need
from hub.store.encoding.codec import Undecodable, encode
from hub.store.encoding.unknown import left_over, put_back
from hub.store.functions import function
from hub.store.keys import Keys

_CHANGE = function("change_user")
_FIRST = function("first_user")
CODES_KEPT = 16
"""Of the newest starts: every process of a hub prints a code of its own."""


class Taken(HubError):
    """There is a user with this login already; for the first user: there is one at all."""


class Stranger(HubError):
    """There is no user with this login."""


class Change(Value, frozen=True):
    """What a user becomes. `leaning_on`: a login whose user must still be what the decision saw; '' nobody's."""

    user: User
    leaning_on: str = ""


Decide = Callable[[User, tuple[User, ...]], Change]
"""Decides by a user and all users, as they are now; it may be asked again where somebody else was quicker."""


class _Stored(Struct, frozen=True):
    user: User
    blob: bytes


class Users:
    """All in one hash, login → document: a shop has dozens. Raises StoreAway, StoreFull, Undecodable."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._key = keys.users
        self._decoder = msgpack.Decoder(User)

    async def any(self) -> bool:
        """Whether there is anybody."""
        return bool(await self._links.call(self._key, "EXISTS", self._key))

    async def all(self) -> tuple[User, ...]:
        """Everybody, in the order in which they were added."""
        return tuple(stored.user for stored in (await self._all()).values())

    async def find(self, login: str) -> User | None:
        """One of them."""
        blob = cast("bytes | None", await self._links.call(self._key, "HGET", self._key, login))
        return None if blob is None else self._decoded(blob)

    async def add(self, user: User) -> None:
        """A new one; raises Taken."""
        if not await self._links.call(self._key, "HSETNX", self._key, user.login, encode(user), need=Need.SAFE):
            raise Taken(user.login)

    async def add_first(self, user: User) -> None:
        """The first one; raises Taken where there is anybody: of two who race, one wins."""
        if not await self._links.call(self._key, "FCALL", _FIRST, 1, self._key, user.login, encode(user), need=Need.SAFE):
            raise Taken(user.login)

    async def change(self, login: str, decide: Decide) -> User:
        """Change one as `decide` says; raises Stranger, and whatever `decide` raises."""
        while True:
            everybody = await self._all()
            if login not in everybody:
                raise Stranger(login)
            before = everybody[login]
            change = decide(before.user, tuple(stored.user for stored in everybody.values()))
            leaning = everybody[change.leaning_on].blob if change.leaning_on else b""
            args = (login, before.blob, _rewritten(before, change.user), change.leaning_on, leaning)
            if await self._links.call(self._key, "FCALL", _CHANGE, 1, self._key, *args, need=Need.SAFE):
                return change.user

    async def _all(self) -> dict[str, _Stored]:
        flat = cast("list[bytes]", await self._links.call(self._key, "HGETALL", self._key))
        stored = [_Stored(self._decoded(blob), blob) for blob in flat[1::2]]
        return {one.user.login: one for one in sorted(stored, key=lambda one: (one.user.created, one.user.login))}

    def _decoded(self, blob: bytes) -> User:
        try:
            return self._decoder.decode(blob)
        except ValidationError as error:
            raise Undecodable(f"user: {error}") from error
        except ValueError as error:
            raise Undecodable(f"user: {type(error).__name__}") from error


class Sessions:
    """By the digest of a token that only the browser has. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._keys = keys
        self._decoder = msgpack.Decoder(Session)

    async def open(self, token: str, session: Session, *, ttl: int) -> None:
        """Begin one; the store forgets it after `ttl` ms."""
        key = self._key(token)
        await self._links.call(key, "SET", key, encode(session), "PX", ttl, need=Need.SAFE)

    async def find(self, token: str) -> Session | None:
        """The session of a token; None where it ended, never was, or is not readable by this version."""
        key = self._key(token)
        blob = cast("bytes | None", await self._links.call(key, "GET", key))
        try:
            return None if blob is None else self._decoder.decode(blob)
        except ValueError:
            return None

    async def go_on(self, token: str, session: Session, *, ttl: int) -> None:
        """Keep one for longer; one that was ended meanwhile stays ended."""
        key = self._key(token)
        await self._links.call(key, "SET", key, encode(session), "XX", "PX", ttl)

    async def end(self, token: str) -> None:
        """End one; it is over when this returns."""
        key = self._key(token)
        await self._links.call(key, "DEL", key, need=Need.SAFE)

    def _key(self, token: str) -> str:
        return self._keys.session(digest(token).hex())


class SetupCodes:
    """Digests of the codes by which somebody may become the first user. Raises StoreAway, StoreFull."""

    def __init__(self, links: Links, keys: Keys) -> None:
        self._links = links
        self._key = keys.setup

    async def keep(self, code: str) -> None:
        """Let a code in, besides those of other processes."""
        await self._links.call(self._key, "LPUSH", self._key, digest(code), need=Need.SAFE)
        await self._links.call(self._key, "LTRIM", self._key, 0, CODES_KEPT - 1)

    async def includes(self, code: str) -> bool:
        """Whether it is one of them; all are compared, each in constant time."""
        known = cast("list[bytes]", await self._links.call(self._key, "LRANGE", self._key, 0, -1))
        wanted = digest(code)
        return sum([compare_digest(wanted, one) for one in known]) > 0

    async def forget(self) -> None:
        """No code lets in any more."""
        await self._links.call(self._key, "DEL", self._key, need=Need.SAFE)


def digest(secret: str) -> bytes:
    """What is kept of a random secret. Nobody can guess 256 bits, so one round of SHA-256 hides them."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _rewritten(before: _Stored, user: User) -> bytes:
    """The user's document, with the fields a newer version wrote into it."""
    rest = left_over(msgpack.decode(before.blob), to_builtins(before.user))
    return encode(put_back(to_builtins(user), rest))
