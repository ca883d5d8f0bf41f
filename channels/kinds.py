"""Kinds of channel: what each asks of an account's settings, how it is built, and how fast it may be written through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import ClientSession
from msgspec.structs import replace

from hub.model.base import Value
from hub.model.channels.exchange import Exchange
from hub.model.channels.ports import Channel, Clock, Files, Tokens
from hub.model.channels.rates import Rates
from hub.model.errors import SettingsError
from hub.model.files.wanted import Whence
from hub.model.messaging.message import Capabilities


class Field(Value, frozen=True):
    """One setting of an account of this kind; `secret`: never shown again; `example`: a value of the right form, which is no real one.

    What whoever fills it in is told stands in the hub's catalogue, by kind and key; `what`: one sentence of a package beside the hub.
    """

    key: str
    what: str = ""
    secret: bool = False
    required: bool = True
    example: str = ""
    default: str = ""


class AccountSetup(Value, frozen=True):
    """One account as it was set up: what its kind's fields are, and the whole public address of its hook (empty: not known)."""

    channel: str
    name: str
    values: Mapping[str, str]
    base_url: str = ""
    hook_url: str = ""
    public_url: str = ""

    def __repr__(self) -> str:
        """No value reaches a log."""
        return f"AccountSetup({self.channel}/{self.name})"

    def value(self, key: str, default: str = "") -> str:
        """A field's value."""
        return self.values.get(key) or default

    def number(self, key: str, default: int) -> int:
        """A field's value as a whole number; raises SettingsError where it is none."""
        try:
            return int(self.values.get(key) or default)
        except ValueError as error:
            raise SettingsError(f"channel account {self.channel}/{self.name}: {key} must be a whole number.") from error

    def limited(self, can: Capabilities) -> Capabilities:
        """What the channel can show, with the account's own `text_limit` where it is smaller."""
        limit = self.number("text_limit", can.text_units)
        return replace(can, text_units=limit) if 0 < limit < can.text_units else can


class Post(Protocol):
    """Who takes letters instead of the server they would go to: a preview, which sends nothing."""

    async def __call__(self, server: str, mail: bytes, *, sender: str, to: str) -> None:
        """Take one; `server` as `smtp://host:port`. Raises a SendError."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """What a channel gets from the house: the session its calls go through, the clock, and where tokens that turn over are kept.

    `post`: who takes letters, where no server shall; `tell`: the channels' log, for calls that do not go through the session.
    """

    session: ClientSession
    clock: Clock
    tokens: Tokens
    files: Files
    post: Post | None = None
    tell: Callable[[Exchange], None] | None = None


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One kind of channel. `build` raises SettingsError for values that cannot be right; `title` is what people call it.

    `files`: the provider's hosts on which customers' files lie; none: only where the account's `base_url` leads. `libraries`: modules that
    its first send imports; a hub imports them before that, beside its loop, or webhooks would wait for it.
    """

    kind: str
    title: str
    fields: tuple[Field, ...]
    build: Callable[[AccountSetup, Outside], Channel]
    rates: Rates = field(default_factory=Rates)
    files: Whence = field(default_factory=Whence)
    libraries: tuple[str, ...] = ()

    def missing(self, setup: AccountSetup) -> tuple[str, ...]:
        """The keys of required fields that have no value."""
        return tuple(f.key for f in self.fields if f.required and not (setup.values.get(f.key) or f.default))


TEXT_LIMIT = Field(key="text_limit", required=False)
"""Longest text of one message, where it shall be shorter than the channel's own: the one field every kind has."""
