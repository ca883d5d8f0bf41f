"""A hub of either version as a process of its own, on a data folder, by a clock that can be moved."""

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import aiohttp

from config.settings.secrets import load_or_make_secrets
from tests.processes import eventually, free_port
from tests.whole.world import SECRET, Caller, StandIns

ROOT = Path(__file__).parents[2]
"""The code of this version."""

CLOCKED = Path(__file__).parent / "clocked.py"
STARTS_WITHIN_S = 40.0
LOG = "hub.log"


def environ_of(code: Path, place: Path, **more: str) -> dict[str, str]:
    """What a process of that code finds around it: the settings in `place`, nobody else's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "REDIS_", "ARCHIVE_"))}
    told = {
        "HUB_CONFIG": str(place / "hub.toml"),
        "HUB_DATA": str(place / "data"),
        "HUB_PREFIX": "",
        "PYTHONPATH": str(code),
        "PYTHONSAFEPATH": "1",
    }
    return {**kept, **told, **more}


def write_settings(place: Path, outside: StandIns) -> int:
    """A hub.toml that both versions read; returns the port it names."""
    port = free_port()
    account = f'[[account]]\nchannel = "plain"\nname = "app"\nsecret = "{SECRET}"\nbase_url = "{outside.plain.base_url}"\n'
    bot = f'[[account]]\nchannel = "telegram"\nname = "bot"\ntoken = "{outside.telegram.token}"\nsecret = "hook-secret"\n'
    telegram = f'{bot}rate_per_second = 500\nrate_per_address = 50\nbase_url = "{outside.telegram.base_url}"\n'
    top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = 0\n'
    nudges = '[nudges]\nquiet_hours = "none"\nlive_minutes = 0\nconsent = "conversation"\nholdout = 0\n'
    (place / "hub.toml").write_text(f'{top}{nudges}[shop]\nbase_url = "{outside.shop.base_url}"\n{account}{telegram}')
    return port


def now() -> int:
    """The machine's clock, ms since 1970."""
    return int(time.time() * 1000)


class Served:
    """One such process. `ahead`: how far its clock is before the machine's, in ms."""

    def __init__(self, process: subprocess.Popen[bytes], place: Path, *, ahead: int, caller: Caller) -> None:
        self._process = process
        self._place = place
        self._log = place / LOG
        self._ahead = ahead
        self.caller = caller

    @property
    def session_key(self) -> bytes:
        """By which the hub signs sessions, and knows the shop's server."""
        return load_or_make_secrets(self._place / "data").session_key

    @property
    def said(self) -> str:
        """What it printed and logged."""
        return self._log.read_text(errors="replace")

    def clock(self) -> int:
        """What its clock shows."""
        return now() + self._ahead

    async def forward(self, *, minutes: float) -> None:
        """Let so much time pass at once."""
        self._ahead += int(minutes * 60_000)
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self._ahead}\n".encode())
        self._process.stdin.flush()
        await eventually(lambda: f"clock {self._ahead}" in self.said, what="the moved clock")

    async def end(self) -> None:
        """Stop it in order."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await eventually(lambda: self._process.poll() is not None, within=STARTS_WITHIN_S, what="the hub's end")
        assert self._process.returncode == 0, self.said

    async def serving(self) -> None:
        """Wait until it serves."""
        up = f"serves on {self.caller.base.rpartition(':')[2]}"
        await eventually(lambda: up in self.said or self._process.poll() is not None, within=STARTS_WITHIN_S, what="a serving hub")
        assert self._process.poll() is None, self.said


def _spawn(code: Path, place: Path, ahead: int, out: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(CLOCKED), str(ahead)]
    return subprocess.Popen(command, env=environ_of(code, place), cwd=place, stdin=subprocess.PIPE, stdout=out, stderr=out)


@asynccontextmanager
async def serving(place: Path, outside: StandIns, *, code: Path = ROOT, at: int = 0) -> AsyncIterator[Served]:
    """A hub of that code on `place`/data, its clock beginning at `at` (ms since 1970; 0: the machine's)."""
    port, log = write_settings(place, outside), place / LOG
    ahead = at - now() if at else 0
    with log.open("wb") as out:
        process = _spawn(code, place, ahead, out)
    try:
        async with aiohttp.ClientSession() as http:
            served = Served(process, place, ahead=ahead, caller=Caller(http, f"http://127.0.0.1:{port}", token=""))
            await served.serving()
            served.caller = Caller(http, served.caller.base, token=str(load_or_make_secrets(place / "data").api_token))
            yield served
            await served.end()
    finally:
        process.kill()
        process.wait()


def command(place: Path, *words: str, code: Path = ROOT, typed: str = "", **more: str) -> str:
    """What `hub WORDS…` of that code printed; it must have gone well."""
    ended = subprocess.run(
        [sys.executable, "-m", "config.main", *words],
        env=environ_of(code, place, **more),
        cwd=place,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()
