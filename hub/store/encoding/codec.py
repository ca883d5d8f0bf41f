"""Stored values to bytes and back; a reader up-converts one version at a time and keeps what it does not know."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct, ValidationError, msgpack, to_builtins
from msgspec.structs import replace

from hub.model.customers.record import Record
from hub.model.errors import HubError
from hub.model.events.event import Event
from hub.model.messaging.delivery import Delivery
from hub.model.turns.journal import JournalEntry, TimelineEntry
from hub.store.encoding.unknown import Rest, left_over, put_back
from hub.store.encoding.upgrades import Document, Reading, Steps

R = TypeVar("R", bound=Record)

REVISION_DIGITS = 16

VERSIONS: Mapping[str, int] = {"live": 3}
"""The newest version of each kind of record, of `event`, of `delivery` and of each kind of journal entry; 1 where none is named.

Raised with a shape that an older version cannot read; each raise needs its step below. A new field with a default is no such shape, but
the record's version is raised for it too: that is how an older process knows that there is something to keep. Records are stamped here;
of other kinds the writer sets `v`, for a `v` left out means 1.
"""


def _same(document: Document) -> Document:
    """Only fields with defaults came."""
    return document


# live 2: cart, orders, runs, sends; feedback of a conversation; until and why of what is deferred.
# live 3: echoes, heard; letter, post and comments of a conversation.
STEPS: Steps = {("live", 1): _same, ("live", 2): _same}
"""(kind, v) → the step to v + 1. A step is never changed again once it was released."""

_encoder = msgpack.Encoder()
_record: Reading[Record] = Reading(msgpack.Decoder(Record).decode, name="live", versions=VERSIONS, steps=STEPS)
_event: Reading[Event] = Reading(msgpack.Decoder(Event).decode, name="event", versions=VERSIONS, steps=STEPS)
_delivery: Reading[Delivery] = Reading(msgpack.Decoder(Delivery).decode, name="delivery", versions=VERSIONS, steps=STEPS)
_line = msgpack.Decoder(TimelineEntry)
_journal: Reading[JournalEntry] = Reading(msgpack.Decoder(JournalEntry).decode, name="", versions=VERSIONS, steps=STEPS)

encode = _encoder.encode
"""Any stored value → msgpack."""


class Undecodable(HubError):
    """Stored bytes are not what they should be; the text names fields, never values."""


def decode_event(blob: bytes) -> Event:
    """A mailbox entry's payload → event; raises Undecodable."""
    try:
        return _event.decode(blob)
    except ValueError as error:
        raise Undecodable(f"event: {_named(error)}") from error


def decode_delivery(blob: bytes) -> Delivery:
    """An outbox entry's payload → delivery; raises Undecodable."""
    try:
        return _delivery.decode(blob)
    except ValueError as error:
        raise Undecodable(f"delivery: {_named(error)}") from error


def decode_line(blob: bytes) -> TimelineEntry:
    """A timeline line; raises Undecodable."""
    try:
        return _line.decode(blob)
    except ValueError as error:
        raise Undecodable(f"line: {_named(error)}") from error


def decode_journal(blob: bytes) -> JournalEntry:
    """A journal entry; raises Undecodable."""
    try:
        return _journal.decode(blob)
    except ValueError as error:
        raise Undecodable(f"journal: {_named(error)}") from error


class Unknown(Struct, frozen=True):
    """What a newer version wrote into a record beyond what this one knows, and in which shape of it."""

    kind: str
    rest: Rest


class StoredRecord:
    """A record with its revision and the fields a newer version wrote that this one does not know."""

    __slots__ = ("record", "revision", "unknown")

    def __init__(self, record: Record | None, revision: int, unknown: Unknown | None = None) -> None:
        self.record = record
        self.revision = revision
        self.unknown = unknown


def decode_record(stored: bytes | None) -> StoredRecord:
    """The record key's bytes → record and revision; (None, 0) where there is none; raises Undecodable."""
    if stored is None:
        return StoredRecord(None, 0)
    try:
        revision, blob = int(stored[:REVISION_DIGITS], 16), stored[REVISION_DIGITS:]
        record = _record.decode(blob)
        return StoredRecord(record, revision, _unknown(blob, record) if record.v > VERSIONS.get(_kind(record), 1) else None)
    except (ValueError, TypeError) as error:
        raise Undecodable(f"record: {type(error).__name__}") from error


def encode_record(record: Record, revision: int, unknown: Unknown | None = None) -> bytes:
    """The record key's bytes: revision in 16 hex digits, then msgpack, unknown fields as they were.

    A record that took another shape (merged, erased) keeps none of them.
    """
    head, kind, record = b"%016x" % revision, _kind(record), stamped(record)
    if unknown and unknown.kind == kind:
        return head + encode(put_back(_document(record), unknown.rest))
    return head + encode(record)


def stamped(record: R) -> R:
    """The record in the version of its kind that is written today, or in the newer one it came in."""
    newest = VERSIONS.get(_kind(record), 1)
    return replace(record, v=newest) if record.v < newest else record


def revision_text(revision: int) -> str:
    """A revision as the record key bears it; '' for a record that does not exist yet."""
    return f"{revision:016x}" if revision else ""


def _kind(record: Record) -> str:
    return str(record.__struct_config__.tag)


def _document(record: Record) -> object:
    return to_builtins(record, builtin_types=(bytes,))


def _unknown(blob: bytes, record: Record) -> Unknown | None:
    """What a newer writer put beside the fields this version knows."""
    rest = left_over(msgpack.decode(blob), _document(record))
    return Unknown(_kind(record), rest) if rest else None


def decode_record_value(blob: bytes) -> Record:
    """A record as it travels in an event (without a revision); raises Undecodable."""
    try:
        return _record.decode(blob)
    except ValueError as error:
        raise Undecodable(f"record: {_named(error)}") from error


def _named(error: ValueError) -> str:
    """Where msgspec missed what it expected; of anything else (UnicodeDecodeError shows the bytes) only the kind."""
    return str(error) if isinstance(error, ValidationError) else type(error).__name__
