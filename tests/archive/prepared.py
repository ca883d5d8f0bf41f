"""Archives that are there already: made once from nothing, then copied, which takes a fifth of making each from nothing."""

import asyncio
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.archive.opened import opened
from tests.servers import Postgres, postgres_command

SAID = "said"
MADE = "made"


class Databases:
    """The databases of one PostgreSQL, each for one test."""

    def __init__(self, server: Postgres, psql: subprocess.Popen[str]) -> None:
        self._psql = psql
        self._base = server.url.removesuffix("/hub")
        self._names = (f"t{n}" for n in itertools.count())
        self._made = False

    @classmethod
    @contextmanager
    def of(cls, server: Postgres) -> Iterator["Databases"]:
        """By one session of psql: to start one for each command takes longer than the command."""
        words = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-v", "ON_ERROR_STOP=1")
        where = ("-h", "127.0.0.1", "-p", str(server.port), "-U", "hub", "postgres")
        command = [postgres_command("psql"), *words, *where]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as psql:
            yield cls(server, psql)
            assert psql.stdin is not None
            psql.stdin.close()

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of one without a table."""
        with self._copy_of("template1") as address:
            yield address

    @contextmanager
    def prepared(self) -> Iterator[str]:
        """The address of one whose migrations are done, and that holds nothing."""
        if not self._made:
            self._say(f"CREATE DATABASE {MADE}")
            asyncio.run(make(f"{self._base}/{MADE}"))
            self._made = True
        with self._copy_of(MADE) as address:
            yield address

    @contextmanager
    def _copy_of(self, template: str) -> Iterator[str]:
        name = next(self._names)
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield f"{self._base}/{name}"
        finally:
            self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def _say(self, command: str) -> None:
        assert self._psql.stdin is not None
        assert self._psql.stdout is not None
        self._psql.stdin.write(f"{command};\n\\echo {SAID}\n")
        self._psql.stdin.flush()
        answer = self._psql.stdout.readline().strip()
        assert SAID == answer, answer


async def make(url: str) -> None:
    """Take all migrations."""
    async with opened(url):
        pass


class Files:
    """SQLite files made once, then copied."""

    def __init__(self, folder: Path) -> None:
        self._made = folder / "made.sqlite3"

    def prepare(self, path: Path) -> None:
        """Have an archive there whose migrations are done, and that holds nothing."""
        if not self._made.exists():
            asyncio.run(make(str(self._made)))
        shutil.copy(self._made, path)
