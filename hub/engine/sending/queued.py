"""A delivery that waits in an outbox, and what a try at it comes to."""

from msgspec import Struct

from hub.model.messaging.delivery import Delivery

LIFE_MS = 24 * 3600 * 1000
"""How long a delivery without an own expiry is tried."""


class Queued(Struct):
    """A delivery that waits in an outbox: where it stands in the stream, and what a former owner left of it.

    `doubtful`: an earlier try may have arrived, so nobody is told that it was never sent; `prepared`: with its files at the provider;
    `identity`: the other id by which the provider says it knows the person.
    """

    stream: str
    entry: str
    delivery: Delivery
    blob: bytes
    attempts: int = 0
    not_before: int = 0
    done: int = 0
    external_ids: tuple[str, ...] = ()
    doubtful: bool = False
    prepared: Delivery | None = None
    prepared_at: float = 0.0
    identity: str = ""


class Again(Struct, frozen=True):
    """Not now: try once more after so many seconds."""

    seconds: float


class Recover(Struct, frozen=True):
    """Somebody before us left it half done: look first."""


Done = Again | Recover | None
"""None: the delivery has ended."""
