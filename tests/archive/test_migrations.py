"""Migrations: they lead to exactly the schema, from any revision, whoever starts with whom."""

import asyncio
import fcntl
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from hub.store.archive.migrate import migrate, migrate_to, revision_of
from hub.store.archive.open import Archive
from hub.store.archive.postgres import MIGRATING
from hub.store.archive.schema import REVISION, metadata
from tests.archive.entries import ANN, numbered, turn
from tests.archive.opened import opened
from tests.servers import eventually

Answer = TypeVar("Answer")

_config = Config()
_config.set_main_option("script_location", "hub.store.archive:migrations")
_config.set_main_option("path_separator", "os")
REVISIONS = [script.revision for script in ScriptDirectory.from_config(_config).walk_revisions()]


async def on(url: str, work: Callable[[Connection], Answer]) -> Answer:
    """Do it in a transaction of our own."""
    if url.startswith("postgresql"):
        server = create_async_engine(url)
        async with server.begin() as connection:
            answer = await connection.run_sync(work)
        await server.dispose()
        return answer
    file = create_engine(f"sqlite:///{url}")
    with file.begin() as connection_there:
        answer = work(connection_there)
    file.dispose()
    return answer


def differences(connection: Connection) -> list[object]:
    """What the database has otherwise than the schema, types and defaults too."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def keys(connection: Connection) -> dict[str, list[str]]:
    """The primary keys, which Alembic does not compare."""
    return {table.name: inspect(connection).get_pk_constraint(table.name)["constrained_columns"] for table in metadata.sorted_tables}


def test_the_schema_names_the_last_migration() -> None:
    assert REVISIONS[0] == REVISION
    assert sorted(REVISIONS, reverse=True) == REVISIONS


async def test_a_new_archive_has_exactly_the_schema(archive: Archive, url: str) -> None:
    assert (await archive.counts())["turns"] == 0
    assert await on(url, differences) == []
    assert await on(url, keys) == {table.name: [column.name for column in table.primary_key] for table in metadata.sorted_tables}


async def test_a_difference_would_be_seen(archive: Archive, url: str) -> None:
    assert await archive.cursors() == {}
    await on(url, lambda connection: connection.execute(text("DROP INDEX facts_by_name")))
    await on(url, lambda connection: connection.execute(text("ALTER TABLE dead ADD COLUMN extra TEXT")))

    assert len(await on(url, differences)) == 2


async def test_sqlite_keeps_an_entry_once(tmp_path: Path) -> None:
    url = str(tmp_path / "archive.sqlite3")
    async with opened(url):
        pass

    made = await on(url, lambda connection: connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'entries'")).scalar_one())

    assert "WITHOUT ROWID" in made


@pytest.mark.parametrize("revision", REVISIONS)
async def test_any_revision_can_be_brought_up_to_date(url: str, revision: str) -> None:
    await on(url, lambda connection: migrate_to(connection, revision))

    async with opened(url):
        pass

    assert await on(url, revision_of) == REVISION
    assert await on(url, differences) == []


async def test_an_archive_that_is_up_to_date_is_left_alone(archive: Archive, url: str) -> None:
    await archive.write([(3, numbered(turn()))])

    async with opened(url) as again:
        assert len(await again.turns(ANN)) == 1


async def test_an_archive_of_a_newer_version_is_used_as_it_is(archive: Archive, url: str) -> None:
    assert await archive.cursors() == {}
    await on(url, lambda connection: connection.execute(text("ALTER TABLE turns ADD COLUMN tomorrow TEXT")))
    await on(url, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))

    async with opened(url) as older:
        await older.write([(3, numbered(turn()))])

        assert len(await older.turns(ANN)) == 1


async def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    await on(url, lambda connection: connection.execute(text("CREATE TABLE facts (x INTEGER)")))

    with pytest.raises(Exception, match="facts"):
        await Archive.open(url)

    tables = await on(url, lambda connection: inspect(connection).get_table_names())
    assert tables == ["facts"]


async def test_an_opening_waits_for_a_migration_under_way(url: str) -> None:
    async with held_by_a_migration(url) as somebody_waits:
        opening = asyncio.create_task(Archive.open(url))
        try:
            await eventually(somebody_waits, within=30, what="the opening at the lock")
            early = opening.done()
        except TimeoutError:
            early = True

    await (await opening).close()
    assert not early


@asynccontextmanager
async def held_by_a_migration(url: str) -> AsyncIterator[Callable[[], Awaitable[bool] | bool]]:
    """The lock of whoever migrates, held; yields whether somebody waits for it."""
    if not url.startswith("postgresql"):
        lock = os.open(url + "-lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield partial(_waits_for_file, lock)
        os.close(lock)
        return
    server = create_async_engine(url)
    try:
        async with server.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({MIGRATING})"))
            yield partial(_waits_for_server, connection)
    finally:
        await server.dispose()


def _waits_for_file(lock: int) -> bool:
    inode = f":{os.fstat(lock).st_ino} "
    return any("->" in line and inode in line for line in Path("/proc/locks").read_text().splitlines())


async def _waits_for_server(connection: AsyncConnection) -> bool:
    return bool((await connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))).scalar_one())


def test_processes_that_start_at_once_all_find_an_archive(url: str) -> None:
    command = [sys.executable, "-m", "tests.archive.opener", url]
    with ExitStack() as started:
        openers = [started.enter_context(Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)) for _ in range(3)]
        for opener in openers:
            started.callback(opener.kill)
            assert opener.stdout is not None
            assert opener.stdout.readline() == "ready\n"

        for opener in openers:
            assert opener.stdin is not None
            opener.stdin.write("go\n")
            opener.stdin.flush()

        assert [opener.communicate(timeout=60) for opener in openers] == [("0\n", "")] * 3


def test_migrating_is_asked_for_only_where_something_is_missing() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection)
        assert revision_of(connection) == REVISION
        migrate(connection)
    engine.dispose()
