"""Writing a batch: rows and cursors, in the one transaction the caller opened."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from sqlalchemy import Connection, Table, delete, insert, select, text, tuple_
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError

from hub.store.archive.rows import Batches, Position, Row, Sheet, ends_of, journal_id, position_of, sheet_of, undecoded_row
from hub.store.archive.schema import cursors, dead, erased, journal_tables, undecoded

ERASING = 0x6875_6264
"""PostgreSQL's advisory lock between writers (shared) and an erasure: without it a batch under way could bring erased rows back."""

_WRITTEN = (*journal_tables, cursors)

_FORWARDS = "(partition) DO UPDATE SET ms = excluded.ms, seq = excluded.seq WHERE (cursors.ms, cursors.seq) < (excluded.ms, excluded.seq)"

_LARGEST = 512
"""Rows of one SQLite statement. sqlite3 gives up the GIL at each step, and getting it back beside a busy event loop takes up to 5 ms:
row by row that is 1,000 rows/s, 64 a statement 8,000, 512 a statement 37,000 (measured; 17 columns, 2 cores)."""

_SMALLEST_SPLIT = 16
"""Below this a rest is padded with its last row, which the key then ignores, rather than split further."""


def refused(error: Exception) -> bool:
    """Whether the database refuses a row for what is in it (a number past 64 bits): trying again would change nothing."""
    if isinstance(error, (DataError, IntegrityError, InterfaceError, ValueError, OverflowError)):
        return True
    # SQLAlchemy has no class of its own for most of PostgreSQL's refusals: 22 is "data exception", 23 "integrity".
    return isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith(("22", "23"))


def read_cursors(connection: Connection) -> dict[int, Position]:
    """Per partition the position up to which all is archived."""
    return {partition: (ms, seq) for partition, ms, seq in connection.execute(select(cursors))}


def insertion(table: Table, dialect: Dialect) -> str:
    """The statement that adds one row and leaves a row of the same key as it is; a cursor it moves, forwards only."""
    adding = insert(table).compile(dialect=dialect, column_keys=[column.name for column in table.columns])
    return f"{adding} ON CONFLICT {_FORWARDS if table is cursors else 'DO NOTHING'}"


class Writer:
    """Writes batches to one database; knows its statements and who was erased."""

    def __init__(self, dialect: Dialect) -> None:
        self._add = _by_statement(dialect) if dialect.name == "sqlite" else _by_executemany(dialect)
        self._erased: frozenset[str] = frozenset()
        self._erasures = 0

    def write(self, connection: Connection, sheet: Sheet, ends: Mapping[int, Position]) -> None:
        """Add the rows, move the cursors. What is there already stays as it is; a cursor never goes back."""
        self._learn_erasures(connection)
        for table in journal_tables:
            rows = self._without_erased(table, sheet[table])
            if rows:
                self._add(connection, table, rows)
        self._move(connection, ends)

    def write_singly(self, connection: Connection, batches: Batches) -> None:
        """The same entry by entry, for a batch with a row that the database refuses: that entry is kept as it came."""
        self._learn_erasures(connection)
        for partition, entries in batches:
            for entry in entries:
                one = [(partition, [entry])]
                try:
                    with connection.begin_nested():
                        self.write(connection, sheet_of(one), {})
                except Exception as error:
                    if not refused(error):
                        raise
                    row = undecoded_row(partition, entry, f"refused: {type(error).__name__}")
                    self._add(connection, undecoded, self._without_erased(undecoded, [row]))
        self._move(connection, ends_of(batches))

    def recover(self, connection: Connection) -> int:
        """Decode again what is kept undecoded; returns how many entries became rows."""
        found = connection.execute(select(undecoded)).all()
        return sum(self._recovered(connection, partition, (journal_id((ms, seq)), raw)) for ms, seq, partition, raw, _ in found)

    def _recovered(self, connection: Connection, partition: int, entry: tuple[str, bytes]) -> bool:
        sheet = sheet_of([(partition, [entry])])
        if sheet[undecoded]:
            return False
        try:
            with connection.begin_nested():
                self.write(connection, sheet, {})
                connection.execute(
                    delete(undecoded).where(tuple_(*undecoded.primary_key.columns) == tuple_(*position_of(entry[0]), partition))
                )
        except Exception as error:
            if not refused(error):
                raise
            return False
        return True

    def _move(self, connection: Connection, ends: Mapping[int, Position]) -> None:
        if ends:
            # In the order of partitions: two writers that meet wait for each other instead of locking each other out.
            self._add(connection, cursors, [(partition, *end) for partition, end in sorted(ends.items())])

    def _learn_erasures(self, connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": ERASING})
        found = connection.execute(select(erased.c.n, erased.c.customer).where(erased.c.n > self._erasures)).all()
        if found:
            self._erased |= {customer for _, customer in found}
            self._erasures = max(n for n, _ in found)

    def _without_erased(self, table: Table, rows: list[Row]) -> list[Row]:
        if not self._erased:
            return rows
        if table is undecoded:
            return [row for row in rows if not any(holds(row[3], customer) for customer in self._erased)]
        if table is dead:
            return [row for row in rows if str(row[3]).partition(":")[2] not in self._erased]
        place = table.columns.keys().index("customer")
        return [row for row in rows if row[place] not in self._erased]


def hold_off_writers(connection: Connection) -> None:
    """Make writers wait for the end of this transaction (SQLite's BEGIN IMMEDIATE did so already)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ERASING})


def holds(raw: object, customer: str) -> bool:
    """Whether an entry that nobody could read speaks of that customer."""
    return isinstance(raw, bytes) and customer.encode() in raw


Add = Callable[[Connection, Table, list[Row]], None]


def _by_executemany(dialect: Dialect) -> Add:
    statements = {table: insertion(table, dialect) for table in _WRITTEN}

    def add(connection: Connection, table: Table, rows: list[Row]) -> None:
        # asyncpg pipelines it: 2.3 us CPU a row here, against 4.8 for many rows a statement and 6.1 for arrays (measured).
        if rows:
            connection.exec_driver_sql(statements[table], rows)

    return add


def _by_statement(dialect: Dialect) -> Add:
    sizes = [1 << n for n in range(_LARGEST.bit_length())]
    statements = {(table, size): _repeated(insertion(table, dialect), size) for table in _WRITTEN for size in sizes}

    def add(connection: Connection, table: Table, rows: list[Row]) -> None:
        start = 0
        for size in _pieces(len(rows)):
            piece = rows[start : start + size]
            padded = piece + piece[-1:] * (size - len(piece))
            connection.exec_driver_sql(statements[table, size], tuple(chain.from_iterable(padded)))
            start += size

    return add


def _repeated(statement: str, times: int) -> str:
    head, values, tail = statement.partition(" VALUES ")
    group, end, rest = tail.partition(")")
    return f"{head}{values}{', '.join([group + end] * times)}{rest}"


def _pieces(count: int) -> Sequence[int]:
    """Powers of two that together hold `count` rows: few statements, each prepared once."""
    pieces = []
    while count > 0:
        rest = count < _SMALLEST_SPLIT
        size = 1 << (count - 1).bit_length() if rest else min(_LARGEST, 1 << count.bit_length() - 1)
        pieces.append(size)
        count -= size
    return pieces
