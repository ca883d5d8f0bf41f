"""Ports: what the engine asks of the world, where more than one answer exists."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from hub.model.address import Address
from hub.model.base import Value
from hub.model.channels.look import Phrase
from hub.model.events.event import Incoming, Unparsed
from hub.model.failure import Failure
from hub.model.messaging.comments import CommentAct, CommentVerb, Post
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


class Prepares(Protocol):
    """A channel that has something to do at its provider before a message can be sent: above all, to upload its files."""

    async def prepare(self, delivery: Delivery, files: Files) -> Delivery:
        """The delivery with the provider's names of its files. Nothing is shown to the customer yet, so it may be done again.

        Raises a SendError.
        """
        ...


class Located(Value, frozen=True):
    """Where a file the customer sent lies for a short while; `headers` prove who asks, and go to that host only."""

    url: str
    headers: dict[str, str] = {}
    mime_type: str = ""
    size: int = 0


class Locates(Protocol):
    """A channel whose customers' files are named by an id, or need credentials."""

    async def locate(self, attachment: Attachment) -> Located:
        """Where to fetch it; raises a SendError."""
        ...


class Types(Protocol):
    """A channel that shows "typing…"."""

    async def typing(self, to: Address, external_id: str = "") -> None:
        """Show it for some seconds or until the next message; raises a SendError.

        `external_id`: what the customer wrote last, for channels that show it under a message only (WhatsApp); empty: not known.
        """
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


class Connection(Value, frozen=True):
    """How an account stands at its provider. `name`: as the provider shows it; `hook`: the webhook address set there, if it tells.

    `clicks`: what a person still has to do there, step by step; `problems`: what is wrong, each with its remedy, and
    `remarks`: what works and should be known. What is the same for all providers is told by fields instead of sentences: `hook`
    (`tells_hook`: an empty one means that none is set), `missing`: events we read that are not brought (`tells_events`: none are
    missing), `until`: when the credentials end (ms since 1970; 0: never, or not told), `renews`: they are renewed by themselves,
    `proven`: the provider took them.
    """

    name: str = ""
    hook: str = ""
    clicks: tuple[Phrase, ...] = ()
    problems: tuple[Phrase, ...] = ()
    until: int = 0
    remarks: tuple[Phrase, ...] = ()
    missing: tuple[str, ...] = ()
    tells_hook: bool = False
    tells_events: bool = False
    renews: bool = False
    proven: bool = True


class Connects(Protocol):
    """A channel that can set its webhook, or tell how it is set by hand."""

    async def connect(self, hook_url: str) -> Connection:
        """Have events brought to `hook_url` (https, this account's own); raises a SendError."""
        ...

    async def look(self, hook_url: str) -> Connection:
        """How it stands, changing nothing; raises a SendError."""
        ...


class MarksRead(Protocol):
    """A channel that shows the customer what was read."""

    async def mark_read(self, to: Address, external_id: str) -> None:
        """Everything up to that message was read; raises a SendError."""
        ...


class Person(Value, frozen=True):
    """What a provider tells of a person whom its webhooks name by an id alone; `language` and `time_zone`: of their device.

    `picture`: an address that is good for a short while.
    """

    name: str = ""
    username: str = ""
    language: str = ""
    picture: str = ""
    time_zone: str = ""


class Introduces(Protocol):
    """A channel that can be asked who somebody is."""

    async def who(self, address: Address) -> Person:
        """What is told of them; raises a SendError, Rejected for who is not known or may not be told of."""
        ...


class Shares(Protocol):
    """A channel whose provider brings the events of several accounts to one hook, as Meta those of an app's Pages."""

    @property
    def own_id(self) -> str:
        """The provider's id of this account; empty: not told, and whatever comes is taken as its own."""
        ...


class Warned(Value, frozen=True):
    """What a provider tells an account about itself; `code` and `reason` in its own words.

    `failure`: what that means for what we send (None: all is well again); `recipient`: the provider's id of the account.
    """

    recipient: str
    code: str
    failure: Failure | None = None
    reason: str = ""


class Warns(Protocol):
    """A channel whose webhooks may tell of the account itself, besides what customers did."""

    def warned(self, request: Inbound) -> tuple[Warned, ...]:
        """What a verified webhook tells; none for one that cannot be read."""
        ...


class Comments(Protocol):
    """A channel under whose posts people comment."""

    @property
    def comment_verbs(self) -> frozenset[CommentVerb]:
        """What can be done to a comment."""
        ...

    @property
    def hides_numbers(self) -> bool:
        """Whether a comment that shows a phone number shall be hidden at once."""
        ...

    def render_comment(self, act: CommentAct) -> list[Call]:
        """The calls an act takes; raises Rejected for what cannot be done or said there."""
        ...

    async def act(self, call: Call) -> Sent:
        """Make one of them: its answer names the new comment or message, and by `identity` the person written to; raises a SendError."""
        ...


class ShowsPosts(Protocol):
    """A channel that can be asked what people comment under."""

    async def post(self, id: str) -> Post:  # noqa: A002 - the field's name
        """The post; raises a SendError, Rejected for one that is not there or may not be seen."""
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


class Amends(Protocol):
    """A channel where what went out can be corrected or taken back; its capabilities say which, and for how long."""

    def render_correction(self, delivery: Delivery, calls: list[Call]) -> list[Call]:
        """The calls that put these, as its new words would be sent, in the place of what was sent under the ids of `delivery.amends`.

        As many as there are ids. Raises Rejected for what cannot take its place there.
        """
        ...

    def render_recall(self, delivery: Delivery) -> list[Call]:
        """The calls that take back what was sent under the ids of `delivery.amends`."""
        ...

    async def amend(self, call: Call, delivery: Delivery) -> None:
        """Make one of them; what is so already is done. Raises a SendError."""
        ...


class ChatLog(Protocol):
    """Where web chat leaves what the page shall show; the page reads it from its own cursor."""

    async def append(self, address: Address, entry: bytes, *, key: str) -> str:
        """Add an entry once per key; returns its id in the session's log."""
        ...

    async def amend(self, address: Address, target: str, entry: bytes, *, key: str) -> bool:
        """Put an entry in the place of the one of the id `target`, once per key; False where that is not there, or was taken back."""
        ...
