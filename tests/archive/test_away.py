"""The database away, full or wrong: what was not written can be written again."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from hub.model.errors import SettingsError
from hub.store.archive.errors import ArchiveAway, ArchiveBroken
from hub.store.archive.open import Archive
from tests.archive.entries import ANN, numbered, turn
from tests.archive.opened import opened
from tests.servers import Postgres, postgres

BATCH = [(3, numbered(*(turn(number, text="x" * 1000) for number in range(1, 51))))]


async def test_a_full_disk_is_told_and_the_same_batch_goes_in_later(tmp_path: Path) -> None:
    async with opened(str(tmp_path / "archive.sqlite3")) as archive:
        await archive.write([(3, numbered(turn(99), start=99))])
        free, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            # A file that may not grow: what a full disk looks like to SQLite.
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
            with pytest.raises(ArchiveAway):
                await archive.write([(4, BATCH[0][1])])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (free, most))

        assert await archive.cursors() == {3: "99-0"}
        assert len(await archive.turns(ANN)) == 1
        await archive.write([(4, BATCH[0][1])])
        assert len(await archive.turns(ANN)) == 51


async def test_a_server_that_was_killed_is_told_and_found_again(postgres_of_its_own: Postgres) -> None:
    async with opened(postgres_of_its_own.url) as archive:
        await archive.write([(4, numbered(turn()))])

        postgres_of_its_own.kill()
        for call in (archive.write(BATCH), archive.cursors(), archive.erase(ANN)):
            with pytest.raises(ArchiveAway):
                await call

        postgres_of_its_own.start()
        assert await archive.cursors() == {4: "1-0"}
        await archive.write(BATCH)
        assert len(await archive.turns(ANN)) == 51


async def test_a_server_that_restarts_between_two_calls_is_not_noticed(postgres_of_its_own: Postgres) -> None:
    async with opened(postgres_of_its_own.url) as archive:
        await archive.write([(4, numbered(turn()))])

        postgres_of_its_own.restart()

        await archive.write(BATCH)
        assert len(await archive.turns(ANN)) == 51


async def test_a_server_that_is_not_there_at_the_start_is_away(postgres_of_its_own: Postgres) -> None:
    postgres_of_its_own.kill()

    with pytest.raises(ArchiveAway):
        await Archive.open(postgres_of_its_own.url)


async def test_a_database_that_does_not_exist_is_a_wrong_setting(postgres_server: Postgres) -> None:
    with pytest.raises(SettingsError, match="ARCHIVE_URL"):
        await Archive.open(postgres_server.url + "nowhere")


@pytest.mark.parametrize("address", ["mysql://host/shop", "postgresql://host:port/x"])
async def test_an_address_of_no_kind_we_know_is_a_wrong_setting(address: str) -> None:
    with pytest.raises(SettingsError, match="ARCHIVE_URL"):
        await Archive.open(address)


async def test_an_address_as_libpq_writes_it_is_understood(postgres_server: Postgres) -> None:
    plain = postgres_server.url.replace("postgresql+asyncpg://", "postgres://")

    async with opened(f"{plain}?sslmode=prefer") as archive:
        assert await archive.cursors() == {}


async def test_a_file_that_is_no_database_is_broken(tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite3").write_bytes(b"not a database at all, but long enough to look" * 200)

    with pytest.raises(ArchiveBroken):
        await Archive.open(str(tmp_path / "archive.sqlite3"))


async def test_a_folder_that_is_not_there_is_away(tmp_path: Path) -> None:
    with pytest.raises(ArchiveAway):
        await Archive.open(str(tmp_path / "nowhere" / "archive.sqlite3"))


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    async with opened(str(tmp_path / "archive.sqlite3")) as archive:
        await archive.write(BATCH)

        modes = {entry.name: entry.stat().st_mode & 0o777 for entry in os.scandir(tmp_path)}

        assert len(modes) >= 3
        assert set(modes.values()) == {0o600}


def test_the_package_itself_imports_nothing_heavy() -> None:
    seen = "import sys, hub.store.archive, hub.store.archive.errors; print(sorted({'sqlalchemy', 'alembic', 'asyncpg'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", seen], check=True, capture_output=True, text=True)

    assert told.stdout == "[]\n"


def test_a_sqlite_archive_up_to_date_needs_neither_alembic_nor_asyncpg(tmp_path: Path) -> None:
    script = f"""
import asyncio, sys
from hub.store.archive.open import Archive
async def main():
    await (await Archive.open({str(tmp_path / "a.sqlite3")!r})).close()
asyncio.run(main())
print(sorted({{'alembic', 'asyncpg', 'sqlalchemy.ext.asyncio'}} & set(sys.modules)))
"""
    first, second = [subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout for _ in range(2)]

    assert "alembic" in first
    assert second == "[]\n"


@pytest.fixture
def postgres_of_its_own() -> object:
    """A server that a test may kill."""
    with postgres() as server:
        yield server
