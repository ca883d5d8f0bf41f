"""Every test that asks for `archive` or `url` runs twice: on a SQLite file and on PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.store.archive.open import Archive
from tests.archive.opened import opened
from tests.archive.prepared import Databases, Files
from tests.servers import Postgres, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for the whole run; each test gets a database of its own."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: Postgres) -> Iterator[Databases]:
    with Databases.of(postgres_server) as made:
        yield made


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("archive"))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an archive: without a table, and where the test has it opened by a fixture, with its tables, and empty."""
    opened_here = bool({"archive", "elsewhere"} & set(request.fixturenames))
    if request.param == "sqlite":
        path = tmp_path / "archive.sqlite3"
        if opened_here:
            request.getfixturevalue("files").prepare(path)
        yield str(path)
        return
    databases: Databases = request.getfixturevalue("databases")
    with databases.prepared() if opened_here else databases.empty() as address:
        yield address


@pytest.fixture
async def archive(url: str) -> AsyncIterator[Archive]:
    """An empty archive."""
    async with opened(url) as made:
        yield made


@pytest.fixture
async def elsewhere(url: str) -> AsyncIterator[Archive]:
    """The same archive, as another process has it open."""
    async with opened(url) as made:
        yield made
