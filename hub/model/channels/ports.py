"""Ports: what the engine asks of the world, where more than one answer exists."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from hub.model.address import Address
from hub.model.base import Value
from hub.model.events.event import Incoming, Unparsed
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment, Capabilities


class Clock(Protocol):
    """Time as an argument."""

    def now(self) -> int:
        """Wall clock, ms since 1970."""
        ...

    def boottime(self) -> float:
        """Seconds of CLOCK_BOOTTIME: never set, and running while the machine sleeps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let others run for so long."""
        ...


FETCHED = "MIME"
"""The method of a request nobody made: what a channel fetched itself, which needs no signature. No webhook can bear it."""


class Inbound(Value, frozen=True):
    """A provider's request as it came: the body's raw bytes, the URL as the provider saw it.

    Headers are asked for by their name in lower case: on the wire they are a view that finds any spelling, copied by nobody.
    """

    method: str
    url: str
    path_query: str
    headers: Mapping[str, str]
    body: bytes


class Reply(Value, frozen=True):
    """What to answer a provider's request with, where a plain 200 does not do."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


class Call(Value, frozen=True):
    """One request to a provider, rendered and not yet sent: the method's name there and its parameters."""

    method: str
    params: dict[str, object]
    warnings: tuple[str, ...] = ()


class Sent(Value, frozen=True):
    """What the provider answered to a call: its id of the message, and the id it now knows the person by, where it tells another one."""

    external_id: str = ""
    identity: str = ""


class File(Value, frozen=True):
    """A file to be sent or kept, whole."""

    content: bytes
    mime_type: str
    name: str


class Files(Protocol):
    """Reads the files messages name."""

    async def read(self, attachment: Attachment) -> File:
        """The file; raises Rejected where it cannot be had, TemporaryFailure where it cannot be had now."""
        ...


class Token(Value, frozen=True):
    """A provider's leave that ends: `until` in ms since 1970 (0: not known); `refresh` is what the next one is had for.

    `origin`: a digest of the setting its line began with, so that a new setting begins a new line.
    """

    access: str
    refresh: str = ""
    until: int = 0
    origin: str = ""

    def __repr__(self) -> str:
        """Never in a log."""
        return f"Token(until={self.until})"


class Tokens(Protocol):
    """Where tokens that turn over are kept, for all processes together."""

    async def current(self, channel: str, account: str) -> Token | None:
        """The newest one; None where there has been none yet."""
        ...

    async def renew(self, channel: str, account: str, get: Callable[[Token | None], Awaitable[Token]]) -> Token:
        """Have `get` make the next one of the newest, in one process at a time; it is written down before anybody uses it.

        Whoever comes while another renews is given the other's. Raises what `get` raises.
        """
        ...


class Channel(Protocol):
    """One account of one channel. All pure but `send`; `send` raises an error that is a decision."""

    @property
    def kind(self) -> str:
        """The channel's kind, as `telegram` or `webchat`."""
        ...

    @property
    def account(self) -> str:
        """The account's name in the settings."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can show."""
        ...

    def verify(self, request: Inbound) -> None:
        """Raise BadSignature unless the raw bytes are the provider's."""
        ...

    def parse(self, request: Inbound) -> list[Incoming | Unparsed]:
        """Tolerant; one broken element spares the rest; raises Unparseable where the whole body is not understood."""
        ...

    def answer(self, request: Inbound, events: list[Incoming | Unparsed]) -> Reply | None:
        """A handshake's or an inline answer, else None."""
        ...

    def render(self, delivery: Delivery) -> list[Call]:
        """The calls this delivery takes, in order."""
        ...

    async def send(self, call: Call, delivery: Delivery) -> Sent:
        """Make one call; raises a SendError."""
        ...

    async def close(self) -> None:
        """Give back what the channel holds."""
        ...


class Question(Value, frozen=True):
    """What a dialog wants to know before it decides: `topic` chooses who answers, `key` is asked."""

    topic: str
    key: str


Answer = Callable[[str], Awaitable[str]]
"""Answers the questions of one topic: key → JSON text; raises on failure, which a turn sees as "unknown"."""

Answers = Mapping[str, str]
"""`topic/key` → JSON text; a question without an entry was not answered in time."""


class ChatLog(Protocol):
    """Where web chat leaves what the page shall show; the page reads it from its own cursor."""

    async def append(self, address: Address, entry: bytes, *, key: str) -> str:
        """Add an entry once per key; returns its id in the session's log."""
        ...

    async def amend(self, address: Address, target: str, entry: bytes, *, key: str) -> bool:
        """Put an entry in the place of the one of the id `target`, once per key; False where that is not there, or was taken back."""
        ...
