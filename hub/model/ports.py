"""Ports: what the engine asks of the world, where more than one answer exists."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from hub.model.address import Address
from hub.model.base import Value
from hub.model.delivery import Delivery
from hub.model.events import Incoming, Unparsed
from hub.model.message import Capabilities


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
    """What the provider answered to a call."""

    external_id: str = ""


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
