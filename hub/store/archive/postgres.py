"""The archive on a PostgreSQL server: a small pool that mends itself."""

from asyncio import get_running_loop
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from asyncpg import InterfaceError, PostgresError  # type: ignore[import-untyped]  # asyncpg 0.32 ships no types
from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import create_async_engine

from hub.model.errors import SettingsError
from hub.store.archive.errors import ArchiveAway, ArchiveBroken
from hub.store.archive.migrate import migrate
from hub.store.archive.schema import customer_tables, dead, undecoded

Answer = TypeVar("Answer")

MIGRATING = 0x6875_6263
"""The advisory lock of whoever migrates."""

_CONNECT_S = 5.0
_STATEMENT_S = 60.0
_SCOUR_S = 3600.0

# SQLSTATE classes and codes, https://www.postgresql.org/docs/current/errcodes-appendix.html
_PASSING = ("08", "40", "53", "55", "57", "58", "25006")
_DAMAGED = ("XX001", "XX002")
_SETTINGS = ("28", "3D", "42501")


class PostgresServer:
    """The pool, and a thread in which entries are decoded; nothing else leaves the event loop."""

    def __init__(self, url: str) -> None:
        self._thinking = ThreadPoolExecutor(1, "archive-rows")
        self._engine = create_async_engine(
            _asyncpg_url(url),
            pool_size=4,
            max_overflow=0,
            # A connection that died with the server is replaced before it is used: one more round trip a call.
            pool_pre_ping=True,
            pool_timeout=_CONNECT_S,
            # An error's text must not show a customer's words.
            hide_parameters=True,
            connect_args={"timeout": _CONNECT_S, "command_timeout": _STATEMENT_S},
        )
        self.dialect = self._engine.dialect

    async def prepare(self) -> None:
        """Take the missing migrations; processes that start at once wait for one another."""
        await self.write(_migrate_locked)

    async def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work in one transaction."""
        with _decisions():
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

    async def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do the work on one connection."""
        with _decisions():
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)

    async def aside(self, work: Callable[[], Answer]) -> Answer:
        """Do the work off the event loop, without a connection."""
        return await get_running_loop().run_in_executor(self._thinking, work)

    async def scour(self) -> None:
        """Let the server reclaim what was deleted.

        The bytes may outlast it in a page's free room until that is written over, in the server's WAL until it is recycled, and in
        replicas, snapshots and backups: those are the operator's.
        """
        with _decisions():
            async with self._engine.connect() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                if driver is None:
                    raise ArchiveAway("the connection was lost")
                for table in (*customer_tables, dead, undecoded):
                    await driver.execute(f"VACUUM {table.name}", timeout=_SCOUR_S)

    async def close(self) -> None:
        """Give back connections and the thread."""
        await self._engine.dispose()
        self._thinking.shutdown(wait=False)


def _asyncpg_url(url: str) -> URL:
    """The address as libpq's users write it, in the words SQLAlchemy and asyncpg know."""
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise SettingsError("ARCHIVE_URL cannot be read: write postgresql://user:password@host/database") from error
    # libpq says sslmode, asyncpg ssl, with the same words.
    query = {("ssl" if name == "sslmode" else name): value for name, value in parsed.query.items()}
    return parsed.set(drivername="postgresql+asyncpg", query=query)


def _migrate_locked(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
    migrate(connection)


@contextmanager
def _decisions() -> Iterator[None]:
    try:
        yield
    except NoneFree as error:
        raise ArchiveAway("no connection came free") from error
    except OSError as error:
        # Refused, reset, no such socket, timed out: asyncpg lets these through as they are.
        raise ArchiveAway(f"{type(error).__name__}: {error}") from error
    except (DBAPIError, PostgresError, InterfaceError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        state = str(getattr(cause, "sqlstate", None) or "")
        if state.startswith(_PASSING) or (isinstance(error, DBAPIError) and error.connection_invalidated):
            raise ArchiveAway(f"SQLSTATE {state or 'none, connection lost'}") from error
        if state.startswith(_DAMAGED):
            raise ArchiveBroken(f"SQLSTATE {state}") from error
        if state.startswith(_SETTINGS):
            raise SettingsError(
                f"ARCHIVE_URL: the server refuses user, password or database (SQLSTATE {state}); correct the address"
            ) from error
        raise
