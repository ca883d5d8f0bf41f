"""The archive in one SQLite file: a thread that writes, a thread that reads."""

import sqlite3
from asyncio import get_running_loop
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import partial
from os import O_CREAT, O_RDWR
from os import close as close_file
from os import open as open_file
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from hub.store.archive.errors import ArchiveAway, ArchiveBroken
from hub.store.archive.migrate import migrate

Answer = TypeVar("Answer")

_BUSY_S = 10.0
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_PRAGMAS = (
    # A turn is some 3 kB, which leaves a quarter of a 4 kB page empty; counts for a new file only.
    "page_size=8192",
    # Safe against kill -9; a machine that dies may lose the last commits, rows and cursor together, and they are in Redis still:
    # the journal is trimmed only behind the cursor, far later than the next checkpoint.
    "synchronous=NORMAL",
    # Deleted rows are overwritten by zeros: most of what a purge takes is gone at once, not at the next erasure's VACUUM.
    "secure_delete=ON",
    # 32 MB: fewer checkpoints, and an index page touched by many batches goes to the file once.
    "wal_autocheckpoint=4000",
    "journal_size_limit=67108864",
    "cache_size=-8192",
)


class SqliteFile:
    """The file and its two threads; every call waits its turn in one of them, never on the event loop.

    sqlite3 is driven without SQLAlchemy's asyncio layer: a thread hop a batch instead of one a statement.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = ThreadPoolExecutor(1, "archive-writes")
        self._reading = ThreadPoolExecutor(1, "archive-reads")
        self._writer = _engine(partial(_connect, path))
        self._reader = _engine(partial(_connect_reader, path))
        self.dialect = self._writer.dialect

    async def prepare(self) -> None:
        """Make the file if need be and take the missing migrations; processes that start at once wait for one another."""
        await self.aside(partial(_prepare, self._path, self._writer))

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work in one transaction of the writing thread."""
        return await self.aside(partial(_in_transaction, self._writer, work, "BEGIN IMMEDIATE"))

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work in the reading thread, on one snapshot, beside whatever is being written."""
        job = partial(_in_transaction, self._reader, work, "BEGIN")
        return await get_running_loop().run_in_executor(self._reading, job)

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Do the work in the writing thread, without a connection."""
        return await get_running_loop().run_in_executor(self._writing, work)

    async def scour(self) -> None:
        """Take what was deleted out of the file and its WAL.

        The file is written anew (some 5 s per GB, room for it twice over), and writing waits meanwhile: `secure_delete` alone left
        words behind where SQLite had moved rows between pages before (seen in one run of three).
        """
        await self.aside(partial(_scour, self._writer))

    async def close(self) -> None:
        """Give back connections and threads."""
        loop = get_running_loop()
        await loop.run_in_executor(self._reading, self._reader.dispose)
        await loop.run_in_executor(self._writing, self._writer.dispose)
        self._reading.shutdown(wait=False)
        self._writing.shutdown(wait=False)


def _engine(connect: Callable[[], sqlite3.Connection]) -> Engine:
    # hide_parameters: an error's text must not show a customer's words.
    return create_engine("sqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True)


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level None: BEGIN is ours. The writer's statements (64 and more) stay prepared.
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False, cached_statements=256)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _connect_reader(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _in_transaction(engine: Engine, work: Callable[[Connection], Answer], begin: str) -> Answer:
    with _decisions(), engine.begin() as connection:
        connection.exec_driver_sql(begin)
        return work(connection)


def _prepare(path: Path, engine: Engine) -> None:
    # A file of its own for the lock: closing any descriptor of the database would drop SQLite's own locks on it.
    try:
        lock = open_file(path.with_name(path.name + "-lock"), O_RDWR | O_CREAT, 0o600)
    except OSError as error:
        raise ArchiveAway(error.strerror) from error
    try:
        flock(lock, LOCK_EX)
        close_file(open_file(path, O_RDWR | O_CREAT, 0o600))
        with _decisions():
            # Said before any transaction; two processes that switch a new file at once would get "locked", whatever the time-out.
            _bare(engine, "PRAGMA journal_mode=WAL")
        _in_transaction(engine, migrate, "BEGIN IMMEDIATE")
    finally:
        close_file(lock)


def _scour(engine: Engine) -> None:
    with _decisions():
        _bare(engine, "VACUUM")
        busy = _bare(engine, "PRAGMA wal_checkpoint(TRUNCATE)")[0]
    if busy:
        raise ArchiveAway("somebody reads: the WAL could not be emptied")


def _bare(engine: Engine, statement: str) -> tuple[object, ...]:
    """One statement outside any transaction; its first row."""
    connection = engine.raw_connection()
    try:
        return tuple(connection.cursor().execute(statement).fetchone() or ())
    finally:
        connection.close()


@contextmanager
def _decisions() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
        if code in _PASSING:
            raise ArchiveAway(str(cause)) from error
        if code in _DAMAGED:
            raise ArchiveBroken(str(cause)) from error
        raise
