"""The journal: what turns decided and what became of deliveries, read by archive, feed and webhooks."""

from hub.model.address import Address
from hub.model.base import Tagged, Value
from hub.model.events.event import Event
from hub.model.messaging.message import Attachment, Message
from hub.model.words import DeliveryState, Origin, Purpose


class TimelineEntry(Value, frozen=True):
    """One line of a customer's timeline. `who`: customer, bot, agent:<id>, nudge or system; `kind`: message, fact, note.

    `detail`: what a fact is about, as key and value, from which a screen words the line in the viewer's language; `text` names it.
    """

    id: str
    at: int
    kind: str
    who: str
    text: str = ""
    message: Message | None = None
    attachments: tuple[Attachment, ...] = ()
    conversation: str = ""
    address: Address | None = None
    delivery: str = ""
    external_id: str = ""
    detail: dict[str, str] = {}


class Change(Value, frozen=True):
    """A fact a turn made known: `name` in the field's words, the rest as key and value."""

    name: str
    detail: dict[str, str] = {}


class TurnTaken(Tagged, frozen=True, tag="turn"):
    """All that is needed to take the turn again: the event, the clock, what I/O answered, and what came of it."""

    customer: str
    entry: str
    event: Event
    now: int
    revision: int
    build: str
    more: bool = False
    answers: dict[str, str] = {}
    facts: tuple[Change, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    digest: str = ""
    before: bytes = b""
    v: int = 1


class DeliveryMoved(Tagged, frozen=True, tag="delivery"):
    """A delivery changed its state; ids, `reason` and `code` are the provider's.

    `failure`: what went wrong (a word of hub.model.failure, or of a later version's, so it is kept as it is), empty where nothing did.
    """

    customer: str
    delivery: str
    state: DeliveryState
    at: int
    address: Address
    purpose: Purpose
    origin: Origin
    conversation: str = ""
    external_ids: tuple[str, ...] = ()
    reason: str = ""
    code: str = ""
    attempts: int = 0
    cause: str = ""
    root: str = ""
    failure: str = ""
    v: int = 1


class GivenUp(Tagged, frozen=True, tag="dead"):
    """An entry was put aside after its third failure."""

    subject: str
    entry: str
    reason: str
    at: int
    v: int = 1


JournalEntry = TurnTaken | DeliveryMoved | GivenUp
