"""From journal entries to rows: pure, so the archive's own thread does it and not the event loop."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import assert_never

import msgspec
from sqlalchemy import Table

from hub.model.address import Address
from hub.model.messaging.message import Message
from hub.model.turns.journal import DeliveryMoved, GivenUp, JournalEntry, TimelineEntry, TurnTaken
from hub.store.archive.schema import DELIVERY, TURN, dead, deliveries, entries, facts, journal_tables, timeline, turns, undecoded

Position = tuple[int, int]
"""A journal id as two numbers, in the order Redis gave them."""

Cell = str | int | bytes | None
Row = tuple[Cell, ...]
Entry = tuple[str, JournalEntry | bytes]
Batches = Sequence[tuple[int, Sequence[Entry]]]
"""Per partition its number and the entries, each with its journal id; bytes are a JournalEntry's msgpack as it lay in Redis."""

Sheet = dict[Table, list[Row]]
"""The rows of each journal table, columns in the schema's order."""

START: Position = (0, 0)


def position_of(journal_id: str) -> Position:
    """`"17-3"` → `(17, 3)`; raises ValueError for what Redis never gives."""
    ms, dash, seq = journal_id.partition("-")
    if not dash:
        raise ValueError("a journal id reads ms-seq")
    return int(ms), int(seq)


def journal_id(position: Position) -> str:
    """`(17, 3)` → `"17-3"`."""
    return f"{position[0]}-{position[1]}"


def ends_of(batches: Batches) -> dict[int, Position]:
    """Per partition the highest position among its entries; where the cursor goes."""
    ends: dict[int, Position] = {}
    for partition, batch in batches:
        for written, _ in batch:
            ends[partition] = max(ends.get(partition, START), position_of(written))
    return ends


def sheet_of(batches: Batches) -> Sheet:
    """All rows the batches make; an entry that cannot be decoded becomes a row of `undecoded`, and the rest goes on."""
    sheet: Sheet = {table: [] for table in journal_tables}
    decode = msgspec.msgpack.Decoder(JournalEntry).decode
    encode = msgspec.msgpack.Encoder().encode
    for partition, batch in batches:
        for written, entry in batch:
            key = (*position_of(written), partition)
            raw = entry if isinstance(entry, bytes) else encode(entry)
            _add(sheet, key, raw, decode)
    return sheet


def undecoded_row(partition: int, entry: Entry, reason: str) -> Row:
    """The row that keeps an entry as it came, with why no other row could be made of it (never with its words)."""
    written, content = entry
    raw = content if isinstance(content, bytes) else msgspec.msgpack.encode(content)
    return (*position_of(written), partition, raw, reason)


def _add(sheet: Sheet, key: tuple[int, int, int], raw: bytes, decode: Callable[[bytes], JournalEntry]) -> None:
    try:
        entry = decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        sheet[undecoded].append((*key, raw, f"{type(error).__name__}: {error}"))
        return
    match entry:
        case TurnTaken():
            sheet[entries].append((entry.customer, TURN, *key))
            sheet[turns].append((*key, entry.customer, entry.now, entry.revision, raw))
            sheet[timeline].extend(_timeline_rows(key, entry))
            sheet[facts].extend(_fact_rows(key, entry))
        case DeliveryMoved():
            sheet[entries].append((entry.customer, DELIVERY, *key))
            sheet[deliveries].append(_delivery_row(key, entry))
        case GivenUp():
            sheet[dead].append((*key, entry.subject, entry.entry, _clean(entry.reason), entry.at))
        case _:
            assert_never(entry)


def _timeline_rows(key: tuple[int, int, int], turn: TurnTaken) -> Iterable[Row]:
    encode = msgspec.msgpack.encode
    for n, line in enumerate(turn.timeline):
        yield (
            *key,
            n,
            line.id,
            turn.customer,
            line.conversation,
            line.at,
            line.kind,
            line.who,
            _clean(line.text),
            *_place(line.address),
            line.delivery,
            _clean(line.external_id),
            None if (message := _message(line)) is None else encode(message),
            _json(line.detail) if line.detail else None,
        )


def _message(line: TimelineEntry) -> Message | None:
    """What we said, or what came with a customer's word."""
    return Message(attachments=line.attachments) if line.attachments and line.message is None else line.message


def _fact_rows(key: tuple[int, int, int], turn: TurnTaken) -> Iterable[Row]:
    for n, fact in enumerate(turn.facts):
        yield (*key, n, turn.customer, fact.name, _json(fact.detail), turn.now)


def _delivery_row(key: tuple[int, int, int], moved: DeliveryMoved) -> Row:
    return (
        *key,
        moved.delivery,
        moved.customer,
        moved.conversation,
        moved.state.value,
        moved.at,
        moved.purpose.value,
        moved.origin.value,
        *_place(moved.address),
        _json(moved.external_ids),
        _clean(moved.reason),
        _clean(moved.code),
        moved.attempts,
        moved.cause,
        moved.root,
        moved.failure or None,
    )


def _place(address: Address | None) -> tuple[str, str, str]:
    if address is None:
        return ("", "", "")
    return (address.channel, address.account, _clean(address.id))


def _json(value: Mapping[str, str] | tuple[str, ...]) -> str:
    text = msgspec.json.encode(value).decode()
    if "\\u0000" not in text:
        return text
    # PostgreSQL's jsonb takes no NUL, escaped or not; rare, so only here is it looked for piece by piece.
    clean = {_clean(k): _clean(v) for k, v in value.items()} if isinstance(value, Mapping) else tuple(map(_clean, value))
    return msgspec.json.encode(clean).decode()


def _clean(text: str) -> str:
    # PostgreSQL's text takes no NUL, and both databases shall hold the same; the untouched entry is in `turns`.
    return text.replace("\0", "\ufffd")
