"""All links to the server or servers of one hub, whatever stands behind the URL."""

from asyncio import Future
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from typing import Protocol, assert_never

from hub.store.connections.address import Topology, parse
from hub.store.connections.cluster import Cluster
from hub.store.connections.link import Replicas, Terms, staying
from hub.store.connections.sentinel import find_master
from hub.store.connections.single import Single
from hub.store.connections.wire import TIMEOUT, Answer, Arg, Need

__all__ = ["Links", "Need", "Replicas", "connect"]


class Links(Protocol):
    """What the store asks the server through; single server, Sentinel and Cluster look the same from here.

    `library` = (name, Lua source): functions loaded on every master on connecting, and where a call finds them missing.
    `on_state(away)` is called when the server goes away and when it is back (Cluster: any master).
    Errors of every call: StoreAway (done or not, nobody knows), StoreFull, ServerError.
    """

    library: tuple[str, str] | None
    on_state: Callable[[bool], None] | None

    @property
    def away(self) -> bool:
        """Whether the server (Cluster: any master) is away now; calls to it fail at once."""
        ...

    async def start(self) -> None:
        """Connect; a server that is not there is looked for in the background. SettingsError where it refuses us."""
        ...

    async def stop(self) -> None:
        """Close everything; what is unanswered fails with StoreAway."""
        ...

    def call(self, key: str, *args: Arg, need: Need = Need.PLAIN) -> Future[Answer]:
        """Ask the server that holds `key`. Calls of one tick share a write; replies come in order per server; nothing is resent."""
        ...

    async def block(self, key: str, *args: Arg, timeout: float) -> Answer:  # noqa: ASYNC109 - the server's own limit
        """Ask on a connection made for blocking reads; `timeout` s = the command's own BLOCK. Cancelling drops the connection."""
        ...

    def groups(self, keys: Sequence[str]) -> list[list[str]]:
        """Part keys into groups that one command may name together."""
        ...

    async def each(self, *args: Arg) -> list[Answer]:
        """Ask every master the same; StoreAway where one is away."""
        ...

    def scan(self, match: str) -> AsyncGenerator[list[bytes], None]:
        """Yield the names of all keys that match, some at a time, of every master; one may come twice. Leave by `aclose`."""
        ...

    def subscribe(self, channel: str) -> AsyncGenerator[bytes, None]:
        """Yield b"" after each (re)connect (read again what you follow), then each message. Leave by `aclose` (`aclosing`)."""
        ...

    def standby(self, *args: Arg) -> Future[Answer]:
        """Write at once on an always-open idle connection, while the main one is stuck. The first argument after the command is the key."""
        ...


async def connect(
    url: str,
    *,
    on_state: Callable[[bool], None] | None = None,
    timeout: float = TIMEOUT,  # noqa: ASYNC109 - the server's limit, not the call's
    replicas: Replicas = Replicas.AUTO,
) -> Links:
    """Open the links to where `url` points (forms: `place.parse`); `timeout` s unanswered is away. SettingsError on a wrong URL."""
    links = _choose(url, Terms(timeout=timeout, replicas=replicas))
    links.on_state = on_state
    try:
        await links.start()
    except BaseException:
        await links.stop()
        raise
    return links


def _choose(url: str, terms: Terms) -> Links:
    target = parse(url)
    match target.topology:
        case Topology.SINGLE:
            return Single(staying(target.places[0]), terms=terms)
        case Topology.SENTINEL:
            return Single(partial(find_master, target, timeout=terms.timeout), terms=terms)
        case Topology.CLUSTER:
            return Cluster(target.places, terms=terms)
        case _:
            assert_never(target.topology)
