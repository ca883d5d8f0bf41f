"""One owner per data folder: the lock, the record of who holds it, and the end of servers whose owner died."""

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import time
from pathlib import Path

import msgspec

from hub.model.base import Value
from hub.model.errors import SettingsError

_RECORD_BYTES = 2048
_UNRECORDED_SECONDS = 5.0
_POLL_SECONDS = 0.02


class Identity(Value, frozen=True):
    """One process that ran or runs: its number and when it started, so a recycled number is never mistaken for it."""

    pid: int
    started: str


class LockRecord(Value, frozen=True):
    """Who holds a data folder, where its server answers, and which process that server is."""

    owner: Identity
    socket: str
    server: Identity | None = None


class FolderLock:
    """The lock on a data folder, held as long as this or any child that inherited `fd` lives."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def write(self, record: LockRecord) -> None:
        """Say who holds the folder. One padded write in place: a renamed file would be another lock."""
        os.pwrite(self.fd, msgspec.json.encode(record).ljust(_RECORD_BYTES), 0)

    def release(self) -> None:
        """Let go; a child that inherited the lock keeps it until it ends."""
        os.close(self.fd)


def identity_of(pid: int) -> Identity | None:
    """The process of that number if it runs (a zombie does not), by /proc where there is one, else by `ps`."""
    if Path("/proc/self/stat").exists():
        return _identity_by_proc(pid)
    return identity_by_ps(pid)


def identity_by_ps(pid: int) -> Identity | None:
    """As `identity_of`, for systems without /proc; start time to the second."""
    told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = told.stdout.strip().partition(" ")
    return Identity(pid=pid, started=started.strip()) if state and not state.startswith("Z") else None


def _identity_by_proc(pid: int) -> Identity | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in brackets and may hold anything; state is the first after it, start the 20th.
    state, *rest = stat.rpartition(")")[2].split()
    return None if state in "ZX" else Identity(pid=pid, started=f"{boot}/{rest[18]}")


def alive(process: Identity | None) -> bool:
    """Whether exactly that process still runs."""
    return process is not None and identity_of(process.pid) == process


def signal_exactly(process: Identity, number: signal.Signals) -> None:
    """Signal that process and never another one of its number; nothing where it is gone."""
    with contextlib.suppress(ProcessLookupError):
        if not hasattr(os, "pidfd_open"):
            if alive(process):
                os.kill(process.pid, number)
            return
        handle = os.pidfd_open(process.pid)
        try:
            if alive(process):
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)


def read_record(folder: Path) -> LockRecord | None:
    """Who last wrote that they hold the folder; None where nobody ever did."""
    try:
        return msgspec.json.decode((folder / "hub.lock").read_bytes(), type=LockRecord)
    except (FileNotFoundError, msgspec.DecodeError):
        return None  # No lock yet, or one taken this instant and not yet written: the caller looks again.


def find_running(folder: Path) -> str:
    """The socket of the server that another hub process runs on that folder.

    Raises SettingsError where none does.
    """
    record = read_record(folder)
    if record is None or not alive(record.owner):
        raise SettingsError(f"HUB_DATA {folder} has no running hub to join; start `hub serve` on it first, or set REDIS_URL.")
    return record.socket


async def claim_folder(folder: Path, *, grace: float) -> FolderLock:
    """Become the one owner of the folder; a server whose owner died is ended first, by its exact process.

    `grace`: seconds between asking that server to end and killing it. Raises SettingsError where a living process holds it.
    """
    patience = time.monotonic() + _UNRECORDED_SECONDS
    while (lock := _try_lock(folder)) is None:
        record = read_record(folder)
        if record is not None and alive(record.owner):
            raise SettingsError(_in_use(folder, record.owner.pid))
        if record is not None and record.server is not None and alive(record.server):
            await _end_orphan(record.server, grace=grace)
            patience = time.monotonic() + _UNRECORDED_SECONDS
        elif time.monotonic() > patience:
            raise SettingsError(
                f"HUB_DATA {folder} is locked by an unrecorded process; find it with `fuser {folder / 'hub.lock'}` and stop it."
            )
        await asyncio.sleep(_POLL_SECONDS)
    return lock


def _try_lock(folder: Path) -> FolderLock | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(folder / "hub.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SettingsError(
            f"HUB_DATA {folder} cannot be written ({error.strerror}); give this user the folder, or name another."
        ) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None  # Held: the caller finds out by whom.
    except OSError as error:
        os.close(fd)
        raise SettingsError(f"HUB_DATA {folder} lies on a disk that cannot lock files ({error.strerror}); name a local folder.") from error
    return FolderLock(fd)


def _in_use(folder: Path, pid: int) -> str:
    return (
        f"HUB_DATA {folder} is in use by the hub process {pid}; stop that one, join it with `hub serve --roles worker`, "
        "or name another folder by HUB_DATA."
    )


async def _end_orphan(server: Identity, *, grace: float) -> None:
    signal_exactly(server, signal.SIGTERM)
    if not await _gone(server, within=grace):
        signal_exactly(server, signal.SIGKILL)
        await _gone(server, within=grace)


async def _gone(process: Identity, *, within: float) -> bool:
    end = time.monotonic() + within
    while alive(process):
        if time.monotonic() > end:
            return False
        await asyncio.sleep(_POLL_SECONDS)
    return True
