"""One server, or the one master that the Sentinels name: every key lives there."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from hub.model.errors import SettingsError, StoreAway
from hub.store.connections.address import Place
from hub.store.connections.link import Link, Terms, scan
from hub.store.connections.subscription import listen
from hub.store.connections.wire import Answer, Arg, Asked, Need, ServerError, fail, refuse


class Single:
    """Links of a hub whose keys all live on one server; see `links.Links`."""

    def __init__(self, find: Callable[[], Awaitable[Place]], *, terms: Terms, on_state: Callable[[bool], None] | None = None) -> None:
        self.on_state = on_state
        self._find, self._terms = find, terms
        self._link = Link(find, terms=terms, on_state=self._tell)
        self._link.on_refusal = _refuse

    @property
    def away(self) -> bool:
        """Whether the server is away now."""
        return self._link.away

    @property
    def library(self) -> tuple[str, str] | None:
        """Name and source of the functions every master holds."""
        return self._terms.library

    @library.setter
    def library(self, named: tuple[str, str] | None) -> None:
        self._terms.library = named

    async def start(self) -> None:
        """Connect; a server that is away is looked for in the background."""
        await self._link.start()

    async def stop(self) -> None:
        """Close everything; what is unanswered fails with StoreAway."""
        await self._link.stop()

    def call(self, key: str, *args: Arg, need: Need = Need.PLAIN) -> asyncio.Future[Answer]:
        """Ask the server."""
        return self._link.wire_for(key, need).call(*args, need=need)

    async def block(self, key: str, *args: Arg, timeout: float) -> Answer:  # noqa: ASYNC109 - the server's own limit
        """Ask on a connection made for blocking reads."""
        return await self._link.block(*args, timeout=timeout)

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        """Part nothing: all keys live together."""
        return [list(keys)] if keys else []

    async def each(self, *args: Arg) -> list[Answer]:
        """Ask the one server."""
        return [await self._link.wire.call(*args)]

    def scan(self, match: str) -> AsyncGenerator[list[bytes], None]:
        """Yield the names of all keys that match."""
        return scan(self._link.wire, match)

    def subscribe(self, channel: str) -> AsyncGenerator[bytes, None]:
        """Listen at the server."""
        return listen(self._where, channel, timeout=self._terms.timeout)

    def standby(self, *args: Arg) -> asyncio.Future[Answer]:
        """Write at once on the connection that stands by."""
        return self._link.standby(*args)

    async def _where(self) -> Place:
        if not self._link.wire.connected:
            raise StoreAway("not connected")
        return self._link.wire.place

    def _tell(self, away: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        if self.on_state is not None:
            self.on_state(away)


def _refuse(asked: Asked, error: ServerError) -> None:
    if error.code == "MOVED":
        fail(asked[0], SettingsError("REDIS_URL: the server is a node of a Cluster: say redis+cluster://host:port"))
        return
    refuse(asked, error)
