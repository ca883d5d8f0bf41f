"""What a channel may be able to do besides: each a small protocol, which it has or has not."""

from typing import Protocol

from hub.model.address import Address
from hub.model.alerts.alert import AlertKind
from hub.model.base import Value
from hub.model.channels.look import Phrase
from hub.model.channels.ports import Call, Files, Inbound, Sent
from hub.model.failure import Failure
from hub.model.messaging.comments import CommentAct, CommentVerb, Post
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Attachment


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

    `failure`: what that means for what we send (None: all is well again); `recipient`: the provider's id of the account (empty: of
    whichever it was brought to). `kind`: the alert it opens or, without a failure, ends (None: it is only noted); `about`: of which
    template; `at`: when it was so, `until`: when it ends by itself, both as the provider told (ms since 1970; 0: not told).
    """

    recipient: str
    code: str
    failure: Failure | None = None
    reason: str = ""
    kind: AlertKind | None = None
    about: str = ""
    at: int = 0
    until: int = 0


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
