"""Migrations: they lead to exactly the schema, from any revision, whoever starts with whom."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from hub.store.archive.migrate import migrate, migrate_to, revision_of
from hub.store.archive.open import Archive
from hub.store.archive.schema import REVISION, metadata
from tests.archive.entries import ANN, numbered, turn

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
    await (await Archive.open(url)).close()

    made = await on(url, lambda connection: connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'entries'")).scalar_one())

    assert "WITHOUT ROWID" in made


@pytest.mark.parametrize("revision", REVISIONS)
async def test_any_revision_can_be_brought_up_to_date(url: str, revision: str) -> None:
    await on(url, lambda connection: migrate_to(connection, revision))

    await (await Archive.open(url)).close()

    assert await on(url, revision_of) == REVISION
    assert await on(url, differences) == []


async def test_an_archive_that_is_up_to_date_is_left_alone(archive: Archive, url: str) -> None:
    await archive.write([(3, numbered(turn()))])

    again = await Archive.open(url)

    assert len(await again.turns(ANN)) == 1
    await again.close()


async def test_an_archive_of_a_newer_version_is_used_as_it_is(archive: Archive, url: str) -> None:
    assert await archive.cursors() == {}
    await on(url, lambda connection: connection.execute(text("ALTER TABLE turns ADD COLUMN tomorrow TEXT")))
    await on(url, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))

    older = await Archive.open(url)
    await older.write([(3, numbered(turn()))])

    assert len(await older.turns(ANN)) == 1
    await older.close()


async def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    await on(url, lambda connection: connection.execute(text("CREATE TABLE facts (x INTEGER)")))

    with pytest.raises(Exception, match="facts"):
        await Archive.open(url)

    tables = await on(url, lambda connection: inspect(connection).get_table_names())
    assert tables == ["facts"]


def test_processes_that_start_at_once_wait_for_one_another(url: str) -> None:
    command = [sys.executable, "-m", "tests.archive.opener", url]
    openers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"

    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()

    assert [opener.communicate(timeout=60) for opener in openers] == [("0\n", "")] * 4


def test_migrating_is_asked_for_only_where_something_is_missing() -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection)
        assert revision_of(connection) == REVISION
        migrate(connection)
    engine.dispose()
