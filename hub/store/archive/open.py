"""The archive as the rest of the hub knows it. Importing this imports SQLAlchemy (0.3 s): do so where an archive is opened."""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect

from hub.model.address import Address
from hub.store.archive import copying, documents
from hub.store.archive.documents import Document
from hub.store.archive.files import Bytes, Files
from hub.store.archive.finding import Finder
from hub.store.archive.forget import erase_rows, purge_some
from hub.store.archive.journeys import JourneyFacts
from hub.store.archive.read import (
    DeliveryStory,
    Export,
    Line,
    StoredTurn,
    read_all,
    read_before,
    read_counts,
    read_delivery,
    read_timeline,
    read_turns,
)
from hub.store.archive.rows import START, Batches, ends_of, journal_id, sheet_of
from hub.store.archive.write import Writer, read_cursors, refused

Answer = TypeVar("Answer")


class Database(Protocol):
    """Where the rows lie. Every method but `close` raises ArchiveAway, ArchiveBroken or SettingsError."""

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it speaks."""
        ...

    async def prepare(self) -> None:
        """Bring it to the schema of this version."""
        ...

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work in one transaction."""
        ...

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work on one connection, changing nothing."""
        ...

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Do the work off the event loop, without a connection."""
        ...

    async def scour(self) -> None:
        """Take what was deleted out of the files."""
        ...

    async def close(self) -> None:
        """Give back all it holds."""
        ...


class Archive:
    """The record that outlives Redis. One instance a process; calls may overlap.

    Every method raises ArchiveAway where the database is away or full; nothing moved then, and the same call may be made again.
    """

    def __init__(self, database: Database, bucket: Bytes | None = None) -> None:
        self._database = database
        self._writer = Writer(database.dialect)
        self.files = Files(database, bucket)
        self.journeys = JourneyFacts(database)
        self.finder = Finder(database)

    @classmethod
    async def open(cls, url: str, *, bucket: Bytes | None = None) -> Self:
        """Open the SQLite file at that path (made if missing), or the server of a `postgresql://` address; take missing migrations.

        `bucket`: where the bytes of files lie, if not beside what is known of them.
        Raises SettingsError for an address that is wrong, ArchiveBroken for a file that is no database.
        """
        database = _database(url)
        try:
            await database.prepare()
        except BaseException:
            await database.close()
            raise
        return cls(database, bucket)

    async def close(self) -> None:
        """Give back connections and threads."""
        await self._database.close()

    async def cursor(self, partition: int) -> str:
        """The journal id up to which the partition is archived; "0-0" for none."""
        return (await self.cursors()).get(partition, journal_id(START))

    async def cursors(self) -> dict[int, str]:
        """The cursor of each partition that has one."""
        found = await self._database.read(read_cursors)
        return {partition: journal_id(position) for partition, position in found.items()}

    async def write(self, batches: Batches) -> None:
        """Add all rows of all partitions given and move their cursors, in one transaction.

        Given again, or overlapping, or in another order, it changes nothing that is there; a cursor never goes back. An entry that cannot
        be decoded, or that the database refuses for what is in it, is kept as it came (`recover`). 500 to 2,000 entries a call are best.
        """
        sheet = await self._database.aside(partial(sheet_of, batches))
        try:
            await self._database.write(partial(self._writer.write, sheet=sheet, ends=ends_of(batches)))
        except Exception as error:
            if not refused(error):
                raise
            await self._database.write(partial(self._writer.write_singly, batches=batches))

    async def recover(self) -> int:
        """Decode again what an older version could not; returns how many entries found their place. For once after a start."""
        return await self._database.write(self._writer.recover)

    async def timeline(self, customer: str, before: str | None = None, limit: int = 50, *, merged: Sequence[str] = ()) -> tuple[Line, ...]:
        """The newest lines of a customer and of those merged into it, newest first, each with where its delivery stands.

        `before`: the `position` of the last line seen, for the next older page. Raises ValueError for a position that is none.
        """
        return await self._database.read(partial(read_timeline, customers=(customer, *merged), before=before, limit=limit))

    async def before(self, customer: str, line: str, limit: int) -> tuple[Line, ...] | None:
        """The newest lines of one customer before the line of that id, newest first; None where it is not here (yet)."""
        return await self._database.read(partial(read_before, customer=customer, line=line, limit=limit))

    async def turns(self, customer: str) -> tuple[StoredTurn, ...]:
        """The customer's turns of the days kept, in the order they were taken."""
        return await self._database.read(partial(read_turns, customer=customer))

    async def delivery(self, id: str) -> DeliveryStory:  # noqa: A002 - the field's name
        """All that became of a delivery, and where it stands."""
        return await self._database.read(partial(read_delivery, delivery=id))

    async def counts(self) -> dict[str, int]:
        """How many rows each table has; slow on a large archive."""
        return await self._database.read(read_counts)

    async def export(self, customer: str) -> Export:
        """Every row of a customer by table, oldest first."""
        return await self._database.read(partial(read_all, customer=customer))

    async def erase(self, *customers: str, addresses: Sequence[Address] = ()) -> int:
        """Forget customers: the rows, their traces in the files, and whatever the journal still holds of them; returns rows deleted.

        Only the bare ids stay; files go by the addresses they came from. Name those merged into a customer in the same call:
        the database's own files are cleaned once, which takes long
        (`scour` of each database says how long, and what is out of reach). Done again it finishes what an ArchiveAway cut short.
        """
        gone = await self._database.write(partial(erase_rows, customers=customers, addresses=addresses))
        await self.files.sweep()
        await self._database.scour()
        return gone

    async def purge(self, before_ms: int) -> int:
        """Delete turns whose journal id is older than `before_ms` (since 1970), a few thousand a transaction; returns how many."""
        gone = 0
        while deleted := await self._database.write(partial(purge_some, before=before_ms)):
            gone += deleted
        return gone

    async def pages(self) -> AsyncIterator[tuple[str, copying.Rows]]:
        """All rows there are, table by table, some at a time; nobody may write meanwhile."""
        for table in copying.table_names():
            after: tuple[object, ...] | None = None
            while True:
                rows, after = await self._database.read(partial(copying.read_page, table=table, after=after))
                if rows:
                    yield table, rows
                if after is None:
                    break

    async def take_in(self, table: str, rows: copying.Rows) -> None:
        """Add rows that `pages` of another archive gave; begin with an empty one, end with `taken_in`."""
        await self._database.write(partial(copying.write_page, table=table, rows=rows))

    async def taken_in(self) -> None:
        """All rows are here."""
        await self._database.write(copying.finish)

    async def is_empty(self) -> bool:
        """Whether nothing was ever written here."""
        return await self._database.read(copying.is_empty)

    async def add_version(self, document: Document) -> None:
        """Add a document's version, which must follow the latest one; raises Outdated where somebody was first."""
        await self._database.write(partial(documents.add_version, document=document))

    async def published(self, kind: str, name: str) -> Document | None:
        """The version of a document that counts, None if none was published yet."""
        return await self._database.read(partial(documents.published, kind=kind, name=name))

    async def versions(self, kind: str, name: str) -> tuple[Document, ...]:
        """All versions of a document, oldest first."""
        return await self._database.read(partial(documents.versions, kind=kind, name=name))


def _database(url: str) -> Database:
    # Each is imported only where it is the one: asyncpg and SQLAlchemy's asyncio layer cost 0.2 s and 30 MB.
    if url.startswith(("postgres://", "postgresql://", "postgresql+asyncpg://")):
        from hub.store.archive.postgres import PostgresServer

        return PostgresServer(url)
    if "://" in url.removeprefix("sqlite://"):
        from hub.model.errors import SettingsError

        raise SettingsError("ARCHIVE_URL names no database we know: write postgresql://… or the path of a SQLite file")
    from hub.store.archive.sqlite import SqliteFile

    return SqliteFile(Path(url.removeprefix("sqlite:///")))
