"""All rows of the archive, read and written again elsewhere, SQLite or PostgreSQL on either side."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, insert, select, text, tuple_

from hub.store.archive.schema import erased, media, metadata

AT_ONCE = 500
FILES_AT_ONCE = 4
"""Files are up to some 10 MB each."""
_TABLES = {str(table.name): table for table in metadata.sorted_tables}

Rows = list[dict[str, object]]


def table_names() -> tuple[str, ...]:
    """All tables, in the order in which they may be filled."""
    return tuple(_TABLES)


def read_page(connection: Connection, table: str, after: Sequence[object] | None) -> tuple[Rows, tuple[object, ...] | None]:
    """The next 500 rows of a table (of files: 4) by its key, and where to go on; None where that was all."""
    at_once = FILES_AT_ONCE if table == media.name else AT_ONCE
    key = _TABLES[table].primary_key.columns
    query = select(_TABLES[table]).order_by(*key).limit(at_once)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    rows = [{str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()]
    return rows, tuple(rows[-1][column.name] for column in key) if len(rows) == at_once else None


def write_page(connection: Connection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Add the rows as they were."""
    if rows:
        connection.execute(insert(_TABLES[table]), [dict(row) for row in rows])


def finish(connection: Connection) -> None:
    """Have numbers that the database gives go on behind those that were copied."""
    if connection.dialect.name == "postgresql":
        highest = select(func.coalesce(func.max(erased.c.n), 0)).scalar_subquery()
        connection.execute(select(func.setval(text("pg_get_serial_sequence('erased', 'n')"), highest + 1, text("false"))))


def is_empty(connection: Connection) -> bool:
    """Whether no table has a row."""
    return all(connection.execute(select(table).limit(1)).first() is None for table in _TABLES.values())
