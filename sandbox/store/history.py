"""The history of the sample shop, read from its file."""

from pathlib import Path

import msgspec

from hub.model.base import Value


class Customer(Value, frozen=True, forbid_unknown_fields=True):
    """Somebody who wrote: over the web chat (as `account` where they are signed in), Telegram or the plain channel."""

    id: str
    channel: str
    account: str = ""
    name: str = ""
    language: str = ""


class Part(Value, frozen=True, forbid_unknown_fields=True):
    """What one customer said, or an agent did about them, in this order: claims, notes, tells, resolves."""

    who: str
    says: str = ""
    bot: bool = False
    claims: str = ""
    notes: str = ""
    tells: str = ""
    resolves: str = ""
    reason: str = ""


class Scene(Value, frozen=True, forbid_unknown_fields=True):
    """What happened at one time; `day` counts from today, `time` by the shop's clock."""

    day: int
    time: str
    part: tuple[Part, ...]


class PastOrder(Value, frozen=True, forbid_unknown_fields=True):
    """An order of before: product → size."""

    day: int
    time: str
    lines: dict[str, str]
    account: str = ""
    name: str = ""
    phone: str = ""
    status: str = ""


class History(Value, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    customer: tuple[Customer, ...]
    scene: tuple[Scene, ...]
    order: tuple[PastOrder, ...]


def load_history() -> History:
    """The file's history."""
    return msgspec.toml.decode((Path(__file__).parent / "history.toml").read_bytes(), type=History)


def instant(day: int, time: str, *, opening: int) -> int:
    """When that was, in ms since 1970; `opening`: today's ten o'clock."""
    hour, _, minute = time.partition(":")
    return opening + ((day * 24 + int(hour) - 10) * 60 + int(minute)) * 60_000
