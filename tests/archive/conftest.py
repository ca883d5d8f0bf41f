"""Every test that asks for `archive` or `url` runs twice: on a SQLite file and on PostgreSQL."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.store.archive.open import Archive
from tests.archive.opened import opened
from tests.servers import Postgres, postgres, postgres_command


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for the whole run; each test gets a database of its own."""
    with postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres, tmp_path: Path) -> str:
    """An empty database."""
    name = f"t{abs(hash(tmp_path))}"
    command = [postgres_command("createdb"), "-h", "127.0.0.1", "-p", str(postgres_server.port), "-U", "hub", name]
    subprocess.run(command, check=True, capture_output=True)
    return postgres_server.url.removesuffix("/hub") + f"/{name}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty archive."""
    if request.param == "sqlite":
        return str(tmp_path / "archive.sqlite3")
    address: str = request.getfixturevalue("postgres_url")
    return address


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
