"""Reading the archive: timelines, turns for replay, a delivery's story, everything of a customer."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, func, select, tuple_

from hub.model.address import Address
from hub.model.base import Value
from hub.model.messaging.delivery import climbs
from hub.model.messaging.message import Message
from hub.model.subject import customer_subject
from hub.model.turns.journal import DeliveryMoved, TimelineEntry, TurnTaken
from hub.model.words import DeliveryState, Origin, Purpose
from hub.store.archive import schema
from hub.store.archive.rows import journal_id
from hub.store.archive.schema import TURN, customer_tables, dead, deliveries, documents, entries, journal_tables, media, timeline, turns

_ORDER = (entries.c.ms, entries.c.seq, entries.c.partition, timeline.c.n)

_OWN_DECISIONS = frozenset({DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.SENDING, DeliveryState.DRAFT, DeliveryState.WITHDRAWN})
_LEFT = frozenset({DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ})


class Line(Value, frozen=True):
    """One line of a timeline; `position` is what to pass as `before` for older ones.

    The rest is its delivery's by now (`state` None: the line is no delivery's, or nothing is known of it yet).
    """

    position: str
    entry: TimelineEntry
    state: DeliveryState | None = None
    reason: str = ""
    code: str = ""
    external_ids: tuple[str, ...] = ()
    failure: str = ""


class _End(Value, frozen=True):
    """Where a delivery stands, and what was said of that."""

    state: DeliveryState
    reason: str = ""
    code: str = ""
    external_ids: tuple[str, ...] = ()
    failure: str = ""


class StoredTurn(Value, frozen=True):
    """A turn as it was taken, with where it stands in the journal."""

    partition: int
    journal_id: str
    turn: TurnTaken


class DeliveryStory(Value, frozen=True):
    """All that became of a delivery, oldest first, and where it stands; no moves and no state: nothing is known of that id."""

    moves: tuple[DeliveryMoved, ...] = ()
    state: DeliveryState | None = None


Export = dict[str, tuple[dict[str, object], ...]]
"""Per table its rows, each by column name; bytes are msgpack of hub.model's values."""


def folded(old: DeliveryState | None, new: DeliveryState) -> DeliveryState:
    """Where a delivery stands after one more move.

    Our own decisions (queued again by a person's retry, held, withdrawn…) are journaled in their order and count as they come, unless it
    has left us already; what a send or a receipt says only climbs.
    """
    if old is None:
        return new
    if new in _OWN_DECISIONS:
        return old if old in _LEFT else new
    return new if climbs(old, new) else old


def read_timeline(connection: Connection, customers: Sequence[str], before: str | None, limit: int) -> tuple[Line, ...]:
    """The newest `limit` lines of these customers (one, and those merged into it) older than `before`, newest first."""
    newest = [column.desc() for column in _ORDER]
    theirs = and_(entries.c.customer.in_(customers), entries.c.kind == TURN)
    query = select(timeline).join(entries, _same_entry(timeline)).where(theirs).order_by(*newest).limit(limit)
    if before is not None:
        query = query.where(tuple_(*_ORDER) < tuple_(*_numbers(before)))
    found = connection.execute(query).mappings().all()
    ends = _ends(connection, {row["delivery"] for row in found} - {""})
    return tuple(_line(row, ends) for row in found)


def read_before(connection: Connection, customer: str, line: str, limit: int) -> tuple[Line, ...] | None:
    """The newest `limit` lines of one customer before the line of that id, newest first; None where it is not here (yet)."""
    theirs = and_(entries.c.customer == customer, entries.c.kind == TURN, timeline.c.id == line)
    found = connection.execute(select(*_ORDER).select_from(timeline.join(entries, _same_entry(timeline))).where(theirs)).first()
    return None if found is None else read_timeline(connection, (customer,), "-".join(map(str, found)), limit)


def read_turns(connection: Connection, customer: str) -> tuple[StoredTurn, ...]:
    """The customer's turns that are kept, in the order they were taken; raises msgspec.DecodeError if one no longer reads."""
    decode = msgspec.msgpack.Decoder(TurnTaken).decode
    theirs = and_(entries.c.customer == customer, entries.c.kind == TURN)
    query = select(turns).join(entries, _same_entry(turns)).where(theirs).order_by(*entries.primary_key.columns)
    return tuple(
        StoredTurn(partition=row.partition, journal_id=journal_id((row.ms, row.seq)), turn=decode(row.raw))
        for row in connection.execute(query)
    )


def read_delivery(connection: Connection, delivery: str) -> DeliveryStory:
    """All moves of a delivery in order."""
    query = select(deliveries).where(deliveries.c.delivery == delivery).order_by(deliveries.c.ms, deliveries.c.seq)
    moves = tuple(_moved(row) for row in connection.execute(query).mappings())
    state = None
    for move in moves:
        state = folded(state, move.state)
    return DeliveryStory(moves=moves, state=state)


def read_counts(connection: Connection) -> dict[str, int]:
    """Rows of each table; counts each one by one, so it takes seconds on a large archive."""
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (*journal_tables, documents, media, schema.customers)
    }


def read_all(connection: Connection, customer: str) -> Export:
    """Every row of a customer, as stored, oldest first."""
    queries = {table: select(table).join(entries, _same_entry(table)).where(entries.c.customer == customer) for table in customer_tables}
    queries[dead] = select(dead).where(dead.c.subject == customer_subject(customer))
    return {
        table.name: tuple(dict(row) for row in connection.execute(query.order_by(*table.primary_key.columns)).mappings())
        for table, query in queries.items()
    }


def _same_entry(table: Table) -> ColumnElement[bool]:
    return and_(table.c.ms == entries.c.ms, table.c.seq == entries.c.seq, table.c.partition == entries.c.partition)


def _ends(connection: Connection, ids: Iterable[str]) -> dict[str, _End]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    columns = (
        deliveries.c.delivery,
        deliveries.c.state,
        deliveries.c.reason,
        deliveries.c.code,
        deliveries.c.external_ids,
        deliveries.c.failure,
    )
    query = select(*columns).where(deliveries.c.delivery.in_(wanted)).order_by(deliveries.c.ms, deliveries.c.seq)
    ends: dict[str, _End] = {}
    for id, word, reason, code, external_ids, failure in connection.execute(query):  # noqa: A001 - the field's name
        old = ends.get(id)
        state = folded(old.state if old else None, DeliveryState(word))
        known = tuple(external_ids) or (old.external_ids if old else ())
        if old and state is old.state:
            ends[id] = replace(old, external_ids=known)
        else:
            ends[id] = _End(state=state, reason=reason, code=code, external_ids=known, failure=failure or "")
    return ends


def _numbers(position: str) -> tuple[int, int, int, int]:
    ms, seq, partition, n = map(int, position.split("-"))
    return ms, seq, partition, n


def _line(row: RowMapping, ends: Mapping[str, _End]) -> Line:
    end = ends.get(row["delivery"])
    message = None if row["message"] is None else msgspec.msgpack.decode(row["message"], type=Message)
    theirs = message is not None and row["who"] == "customer"
    entry = TimelineEntry(
        id=row["id"],
        at=row["at"],
        kind=row["kind"],
        who=row["who"],
        text=row["text"],
        message=None if theirs else message,
        attachments=message.attachments if theirs and message else (),
        conversation=row["conversation"],
        address=_address(row) if row["channel"] else None,
        delivery=row["delivery"],
        external_id=row["external_id"],
        detail=row["detail"] or {},
    )
    position = "-".join(str(row[column.name]) for column in _ORDER)
    if end is None:
        return Line(position=position, entry=entry)
    return Line(
        position=position,
        entry=entry,
        state=end.state,
        reason=end.reason,
        code=end.code,
        external_ids=end.external_ids,
        failure=end.failure,
    )


def _address(row: RowMapping) -> Address:
    return Address(channel=row["channel"], account=row["account"], id=row["address"])


def _moved(row: RowMapping) -> DeliveryMoved:
    return DeliveryMoved(
        customer=row["customer"],
        delivery=row["delivery"],
        state=DeliveryState(row["state"]),
        at=row["at"],
        address=_address(row),
        purpose=Purpose(row["purpose"]),
        origin=Origin(row["origin"]),
        conversation=row["conversation"],
        external_ids=tuple(row["external_ids"]),
        reason=row["reason"],
        code=row["code"],
        attempts=row["attempts"],
        cause=row["cause"],
        root=row["root"],
        failure=row["failure"] or "",
    )
