"""Taking rows out: the weekly purge of turns, and a customer's erasure."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, tuple_

from hub.model.address import Address
from hub.model.subject import customer_subject
from hub.store.archive.files import erase_files
from hub.store.archive.finding import erase_found
from hub.store.archive.schema import customer_tables, dead, entries, erased, turns, undecoded
from hub.store.archive.write import hold_off_writers, holds

_AT_ONCE = 2_000
"""Turns one transaction of a purge takes: writers wait behind it for some 20 ms."""


def purge_some(connection: Connection, before: int) -> int:
    """Delete at most 2,000 turns whose journal id is older than `before` (ms since 1970), oldest first; returns how many."""
    key = turns.primary_key.columns
    old = select(*key).where(turns.c.ms < before).order_by(*key).limit(_AT_ONCE)
    return connection.execute(delete(turns).where(tuple_(*key).in_(old))).rowcount


def erase_rows(connection: Connection, customers: Sequence[str], addresses: Sequence[Address]) -> int:
    """Delete every row of the customers and every file of their addresses; returns how many rows.

    The ids are noted, so that what the journal still holds never enters.
    """
    hold_off_writers(connection)
    files = erase_files(connection, customers, addresses)
    erase_found(connection, customers)
    return files + sum(_erase_one(connection, customer) for customer in customers)


def _erase_one(connection: Connection, customer: str) -> int:
    gone = sum(connection.execute(delete(table).where(_of(table, customer))).rowcount for table in customer_tables)
    gone += connection.execute(delete(dead).where(dead.c.subject == customer_subject(customer))).rowcount
    gone += sum(_drop_undecoded(connection, key) for key in _undecoded_of(connection, customer))
    connection.execute(delete(entries).where(entries.c.customer == customer))
    if connection.execute(select(erased.c.n).where(erased.c.customer == customer)).first() is None:
        connection.execute(insert(erased).values(customer=customer))
    return gone


def _of(table: Table, customer: str) -> ColumnElement[bool]:
    theirs = select(entries.c.ms, entries.c.seq, entries.c.partition).where(entries.c.customer == customer)
    return tuple_(*(table.c[column] for column in ("ms", "seq", "partition"))).in_(theirs)


def _undecoded_of(connection: Connection, customer: str) -> Sequence[tuple[int, int, int]]:
    # Few by nature, so each is looked through: no column says whose they are.
    found = connection.execute(select(undecoded))
    return [(ms, seq, partition) for ms, seq, partition, raw, _ in found if holds(raw, customer)]


def _drop_undecoded(connection: Connection, key: tuple[int, int, int]) -> int:
    return connection.execute(delete(undecoded).where(tuple_(*undecoded.primary_key.columns) == tuple_(*key))).rowcount
