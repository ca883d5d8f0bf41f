"""What the contract tests need of a channel: how to make it, to sign for it, and what its provider sends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol

from aiohttp import ClientSession

from hub.model.address import Address
from hub.model.channels.ports import Channel, Inbound
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.words import Origin, Purpose
from sandbox.faults import FaultKind

SECRET = "contract-secret-0123456789"
TOKEN = "10001:contract"
TO = "4242"
URL = "https://shop.example/hooks/x/shop"
AT = 1_760_000_000_000
"""2025-10-09T08:53:20Z, when the known message was written; ms since 1970."""


class StandIn(Protocol):
    """A provider's stand-in as the contract needs it."""

    @property
    def base_url(self) -> str:
        """Where it listens."""
        ...

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen."""
        ...

    async def stop(self) -> None:
        """Close all connections."""
        ...

    def fault(self, kind: FaultKind, **what: object) -> None:
        """Set a fault; the names are Fault's."""
        ...

    def taken(self) -> list[tuple[str, str]]:
        """Recipient and text of every message it took, in order."""
        ...


@dataclass(frozen=True)
class Kind:
    """One channel under test, described in `tests/channels/kind_NAME.py` as `KIND`.

    `make` builds it for the account `shop` with `SECRET` and `TOKEN` as secrets, on a session and the stand-in's address. `known` is the
    message "shop ơi" from `to`, `unknown` an event nobody knows, with the word "hush" in a value (None where there can be none); `sign`
    gives the headers that prove a body sent to `URL`. `method` is the stand-in's name for a send. `decisions`: where a status or a fault
    means something else at this provider than at the others. `over_session`: False where sending makes no call through the session.
    """

    name: str
    make: Callable[[ClientSession, str], Channel]
    sign: Callable[[bytes], dict[str, str]]
    stand_in: Callable[[], StandIn]
    method: str
    known: bytes
    unknown: bytes | None = None
    to: str = TO
    at: int = AT
    decisions: Mapping[str, str] = field(default_factory=dict)
    over_session: bool = True


def kinds() -> tuple[Kind, ...]:
    """All channels that have a file here."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("kind_*.py"))
    return tuple(import_module(f"tests.channels.{name}").KIND for name in names)


def request(body: bytes, headers: dict[str, str]) -> Inbound:
    """A webhook request as the web room hands it over."""
    return Inbound(method="POST", url=URL, path_query="/hooks/x/shop", headers=headers, body=body)


def delivery(message: Message, *, to: str = TO, id: str = "dl-1", purpose: Purpose = Purpose.REPLY) -> Delivery:  # noqa: A002
    """A delivery of a message."""
    address = Address(channel="x", account="shop", id=to)
    return Delivery(
        id=id, customer="cu-1", conversation="", address=address, message=message, purpose=purpose, origin=Origin.BOT, created=1
    )


async def send_all(channel: Channel, what: Delivery) -> list[str]:
    """Make all calls of a delivery; returns the provider's ids."""
    return [(await channel.send(call, what)).external_id for call in channel.render(what)]


WRONG_ANSWERS: tuple[tuple[FaultKind, str], ...] = (
    (FaultKind.THROTTLE, "Throttled"),
    (FaultKind.RESET_BEFORE, "OutcomeUnknown"),
    (FaultKind.RESET_AFTER, "OutcomeUnknown"),
)
