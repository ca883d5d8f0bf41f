"""Stored values to bytes and back; a reader up-converts one version at a time and keeps what it does not know."""

from typing import Any

from msgspec import ValidationError, convert, msgpack, to_builtins

from hub.model.delivery import Delivery
from hub.model.errors import HubError
from hub.model.events import Event
from hub.model.journal import JournalEntry, TimelineEntry
from hub.model.record import Asleep, Erased, Live, Moved, Record

REVISION_DIGITS = 16
_KNOWN = {"live": Live, "moved": Moved, "erased": Erased, "asleep": Asleep}

_encoder = msgpack.Encoder()
_record: msgpack.Decoder[Record] = msgpack.Decoder(Record)
_event = msgpack.Decoder(Event)
_delivery = msgpack.Decoder(Delivery)
_line = msgpack.Decoder(TimelineEntry)
_journal: msgpack.Decoder[JournalEntry] = msgpack.Decoder(JournalEntry)

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
    """A timeline line."""
    return _line.decode(blob)


def decode_journal(blob: bytes) -> JournalEntry:
    """A journal entry."""
    return _journal.decode(blob)


class StoredRecord:
    """A record with its revision and the fields a newer version wrote that this one does not know."""

    __slots__ = ("record", "revision", "unknown")

    def __init__(self, record: Record | None, revision: int, unknown: dict[str, Any] | None = None) -> None:
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
        return StoredRecord(record, revision, _unknown_fields(blob, record) if record.v > type(record).__struct_defaults__[-1] else None)
    except (ValueError, TypeError) as error:
        raise Undecodable(f"record: {type(error).__name__}") from error


def encode_record(record: Record, revision: int, unknown: dict[str, Any] | None = None) -> bytes:
    """The record key's bytes: revision in 16 hex digits, then msgpack, unknown fields as they were."""
    head = b"%016x" % revision
    if unknown:
        return head + encode({**to_builtins(record, builtin_types=(bytes,)), **unknown})
    return head + encode(record)


def revision_text(revision: int) -> str:
    """A revision as the record key bears it; '' for a record that does not exist yet."""
    return f"{revision:016x}" if revision else ""


def _unknown_fields(blob: bytes, record: Record) -> dict[str, Any]:
    """What a newer writer put beside the fields this version knows."""
    document = convert(msgpack.decode(blob), dict[str, Any])
    return {name: value for name, value in document.items() if name not in record.__struct_fields__ and name != "kind"}


def decode_record_value(blob: bytes) -> Record:
    """A record as it travels in an event (without a revision); raises Undecodable."""
    try:
        return _record.decode(blob)
    except ValueError as error:
        raise Undecodable(f"record: {_named(error)}") from error


def _named(error: ValueError) -> str:
    """Where msgspec missed what it expected; of anything else (UnicodeDecodeError shows the bytes) only the kind."""
    return str(error) if isinstance(error, ValidationError) else type(error).__name__
