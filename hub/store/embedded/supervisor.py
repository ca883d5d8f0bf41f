"""The embedded server: our own supervisor of a Valkey or Redis binary, one per data folder (reference/platform.md §2)."""

import asyncio
import os
import time
from collections.abc import Callable
from enum import StrEnum

import structlog

from hub.model.base import Value
from hub.model.errors import HubError
from hub.store.embedded.child import Child, spawn
from hub.store.embedded.lock import FolderLock, Identity, LockRecord, claim_folder, identity_of
from hub.store.embedded.probe import READY_PERCENT, free_bytes, log_since, log_size, look, reason_in, says_disk_full
from hub.store.embedded.setup import ServerSetup, argv, leave_socket_folder, prepare_socket_folder

FIRST_PAUSE = 0.02
LONGEST_PAUSE = 5.0
SETTLED_SECONDS = 10.0
"""A server that ran so long before it died starts again with the first pause."""

_LOOK_SECONDS = 0.01
_LOADING_SECONDS = 0.1
_DISK_SECONDS = 1.0
_LOG_BYTES = 4 * 1024 * 1024

log = structlog.get_logger()


class Phase(StrEnum):
    """How the embedded server is."""

    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    RESTARTING = "restarting"
    DISK_FULL = "disk_full"
    STOPPED = "stopped"


class ServerState(Value, frozen=True):
    """How the server is, for /readyz: `loaded` in percent while loading; `detail` says why it is not ready."""

    phase: Phase
    loaded: float = 0.0
    detail: str = ""


class ServerDied(HubError):
    """The server ended before it was ever ready, and starting it again would not help; the text says why."""


def _unheard(_state: ServerState) -> None: ...


class EmbeddedServer:
    """Keeps one server running on a data folder: started, watched, restarted when it dies, held while the disk is full."""

    def __init__(self, setup: ServerSetup, *, on_change: Callable[[ServerState], None] = _unheard) -> None:
        self._setup = setup
        self._on_change = on_change
        self._state = ServerState(phase=Phase.STOPPED)
        self._lock: FolderLock | None = None
        self._supervision: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()
        self._pid = 0

    @property
    def state(self) -> ServerState:
        """How the server is now."""
        return self._state

    @property
    def pid(self) -> int:
        """The server's process; 0 before the first start."""
        return self._pid

    async def start(self) -> str:
        """Claim the folder, start the server, and return its socket's path once it takes commands.

        It waits as long as the server loads (`state` tells how far) and while the disk is full. Cancelled or failed, it leaves no
        process behind. Raises SettingsError where the folder is in use or unusable, ServerDied where the server cannot run.
        """
        self._become(Phase.STARTING)
        try:
            self._lock = await claim_folder(self._setup.folder, grace=self._setup.grace)
            prepare_socket_folder(self._setup.socket)
            self._supervision = asyncio.create_task(self._supervise(self._lock), name="embedded server")
            self._supervision.add_done_callback(self._supervision_ended)
            await self._first_answer(self._supervision)
        except BaseException:
            await self._give_back()
            raise
        return str(self._setup.socket)

    async def stop(self) -> None:
        """End the server, politely first, and give the folder back; nothing where it does not run."""
        await self._give_back()

    async def _first_answer(self, supervision: asyncio.Task[None]) -> None:
        answered = asyncio.create_task(self._answered.wait())
        try:
            await asyncio.wait({answered, supervision}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answered.cancel()
        if supervision.done():
            await supervision

    async def _give_back(self) -> None:
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.wait({self._supervision})
        if self._lock is not None:
            self._lock.release()
            leave_socket_folder(self._setup)
        self._supervision = self._lock = None
        self._answered.clear()
        self._become(Phase.STOPPED)

    def _supervision_ended(self, supervision: asyncio.Task[None]) -> None:
        """What ends it before the first answer is raised by `start`; later (the folder vanished) the state must not go on saying ready."""
        if not supervision.cancelled() and (error := supervision.exception()) is not None and self._answered.is_set():
            log.error("embedded server given up", reason=str(error))
            self._become(Phase.STOPPED, detail=str(error))

    async def _supervise(self, lock: FolderLock) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            said = await self._run_once(lock)
            if time.monotonic() - began > SETTLED_SECONDS:
                pause = FIRST_PAUSE
            if says_disk_full(said) or free_bytes(self._setup.folder) < self._setup.reserve:
                await self._hold_while_full(pause)
            elif not self._answered.is_set():
                raise ServerDied(f"The embedded server {self._setup.binary} ended before it was ready: {reason_in(said)}")
            else:
                self._become(Phase.RESTARTING, detail=reason_in(said))
                await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _run_once(self, lock: FolderLock) -> str:
        """Run the server until it ends; returns what its log said meanwhile."""
        try:
            mark = self._fresh_log()
            self._setup.socket.unlink(missing_ok=True)  # A killed server's, which would pass for one that does not answer.
            self._record(lock, server=None)
            child = spawn(argv(self._setup), lock=lock.fd, log=self._setup.log)
            try:
                self._record(lock, server=identity_of(child.pid))
                self._pid = child.pid
                await self._until_exit(child)
            finally:
                await child.end(grace=self._setup.grace)
            return log_since(self._setup.log, mark)
        except OSError as error:
            return f"it could not be run ({error.strerror})"

    async def _until_exit(self, child: Child) -> None:
        watch = asyncio.create_task(self._watch(), name="embedded server's watch")
        try:
            await asyncio.wait({child.exited, watch}, return_when=asyncio.FIRST_COMPLETED)
            if watch.done():
                await watch
        finally:
            watch.cancel()

    async def _watch(self) -> None:
        """Follow the server to readiness, then the disk; never returns by itself."""
        while (health := await look(self._setup.socket)).loaded != READY_PERCENT:
            if health.loaded is None:
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                self._become(Phase.LOADING, loaded=health.loaded)
                await asyncio.sleep(_LOADING_SECONDS)
        self._answered.set()
        while True:
            if free_bytes(self._setup.folder) < self._setup.reserve:
                self._become(Phase.DISK_FULL, detail=self._full())
            else:
                self._become(Phase.READY, loaded=READY_PERCENT)
            await asyncio.sleep(_DISK_SECONDS)

    async def _hold_while_full(self, pause: float) -> None:
        """Wait until there is room; a quota's room cannot be seen, so then one start is tried per pause of a second or more."""
        self._become(Phase.DISK_FULL, detail=self._full())
        await asyncio.sleep(max(pause, _DISK_SECONDS))
        while free_bytes(self._setup.folder) < self._setup.reserve:  # noqa: ASYNC110 - a disk tells nobody
            await asyncio.sleep(_DISK_SECONDS)

    def _record(self, lock: FolderLock, *, server: Identity | None) -> None:
        owner = identity_of(os.getpid())
        if owner is None:
            raise ServerDied("The system does not tell when this process started; run the hub where /proc or `ps` can be read.")
        lock.write(LockRecord(owner=owner, socket=str(self._setup.socket), server=server))

    def _fresh_log(self) -> int:
        """Put a grown log aside; returns where the coming run's lines begin."""
        if log_size(self._setup.log) > _LOG_BYTES:
            self._setup.log.replace(self._setup.log.with_suffix(".log.1"))
        return log_size(self._setup.log)

    def _full(self) -> str:
        return f"the disk under {self._setup.folder} is full; make room, and the server goes on by itself"

    def _become(self, phase: Phase, *, loaded: float = 0.0, detail: str = "") -> None:
        state = ServerState(phase=phase, loaded=loaded, detail=detail)
        if state == self._state:
            return
        if phase is not self._state.phase:
            tell = log.warning if phase in {Phase.RESTARTING, Phase.DISK_FULL} else log.info
            tell("embedded server", phase=phase.value, detail=detail)
        self._state = state
        self._on_change(state)
