"""What the web chat is told and what it asks of the house."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from hub.model.address import Address
from hub.model.events import Incoming
from hub.model.ports import ChatLog
from hub.web.bell import Notify


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """`key` signs sessions; `origins` may open the WebSocket beside our own; `pages` is the folder console/chat.

    `sockets`: how many may be open in this process; `patience_s`: for the page's hello; `heartbeat_s`: a silent page is asked;
    `reread_s`: a lost ring delays an entry by at most this; `burst` and `per_s`: how many messages a connection may send.
    """

    account: str
    key: bytes
    pages: Path
    origins: frozenset[str] = frozenset()
    sockets: int = 20_000
    patience_s: float = 10.0
    heartbeat_s: float = 30.0
    reread_s: float = 60.0
    burst: int = 20
    per_s: float = 4.0


@dataclass(frozen=True, slots=True)
class ChatPorts:
    """`accept`: durable when it returns, raises StoreAway, StoreFull. `log` takes the customer's own line, for their other pages.

    `read`: entries of the session's log behind a cursor (empty: from the beginning), each with its own, at most so many; raises StoreAway.
    `subscribe`: call back whenever something new lies there, until the returned function is called.
    `now` in ms since 1970. `new_session`: an unguessable id of letters, digits, `-` and `_`.
    """

    accept: Callable[[list[Incoming]], Awaitable[None]]
    read: Callable[[Address, str, int], Awaitable[list[tuple[str, bytes]]]]
    log: ChatLog
    subscribe: Callable[[Address, Notify], Callable[[], None]]
    now: Callable[[], int]
    new_session: Callable[[], str]
