"""What the web chat is told and what it asks of the house."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from hub.desk.filing import Filing
from hub.desk.logins import Pass
from hub.model.address import Address
from hub.model.channels.ports import ChatLog
from hub.model.events.event import Incoming
from hub.model.webchat.login import Login
from hub.web.chat.bell import Notify
from hub.web.chat.media import Media
from hub.web.chat.typists import Hear


class SigningIn(Protocol):
    """Who is signed in in which session; raises StoreAway, StoreFull."""

    async def user(self, session: Address) -> str:
        """The shop's id of who is signed in there; empty: nobody is."""
        ...

    async def enter(self, session: Address, login: Login) -> Address:
        """Sign in; returns the session that goes on."""
        ...

    def leave(self, session: Address) -> Address:
        """Sign out; returns the session that goes on."""
        ...

    async def onward(self, session: Address) -> Pass | None:
        """A token by which the user is known in another channel; None where nobody is signed in."""
        ...


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """`key` signs sessions, `login_key` logins; `pages`: the folder console/chat, `built`: console/dist.

    `origins` may talk to us beside our own (`*`: all); `sockets`: how many may be open in this process; `patience_s`: for the page's
    hello; `heartbeat_s`: a silent page is asked; `reread_s`: a lost ring delays an entry by at most this; `poll_s`: how long a request
    for entries waits; `burst` and `per_s`: how many messages a session may send; `links`: by channel, a link's address for a token.
    """

    account: str
    key: bytes
    pages: Path
    built: Path = Path()
    login_key: bytes = b""
    origins: frozenset[str] = frozenset()
    sockets: int = 20_000
    patience_s: float = 10.0
    heartbeat_s: float = 30.0
    reread_s: float = 60.0
    poll_s: float = 25.0
    burst: int = 20
    per_s: float = 4.0
    links: Mapping[str, Callable[[str], str]] = field(default_factory=dict)


async def _nobody(_: Address) -> None:
    """Where nobody wants to know who types."""


def _silence(_: Address, __: Hear) -> Notify:
    """Where nobody tells who types."""
    return lambda: None


@dataclass(frozen=True, slots=True)
class ChatPorts:
    """`accept`: durable when it returns, raises StoreAway, StoreFull. `log` takes the customer's own line, for their other pages.

    `read`: entries of the session's log behind a cursor (empty: from the beginning), each with its own, at most so many; raises StoreAway.
    `subscribe`: call back whenever something new lies there, until the returned function is called; `listen`: the same for who types.
    `types`: tell those who look that the customer types. `now` in ms since 1970. `new_session`: an unguessable id of letters, digits,
    `-` and `_`.
    """

    accept: Callable[[list[Incoming]], Awaitable[None]]
    read: Callable[[Address, str, int], Awaitable[list[tuple[str, bytes]]]]
    log: ChatLog
    subscribe: Callable[[Address, Notify], Callable[[], None]]
    now: Callable[[], int]
    new_session: Callable[[], str]
    logins: SigningIn
    filing: Filing
    media: Media
    types: Callable[[Address], Awaitable[None]] = _nobody
    listen: Callable[[Address, Hear], Callable[[], None]] = _silence
