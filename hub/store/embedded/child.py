"""The server as a child process: begun so that it cannot outlive the hub, watched without polling, ended politely."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.05
_KILLED_SECONDS = 10.0


class Child:
    """A running server process. `exited` ends with its return code; awaiting it through `asyncio.wait` does not disturb it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid
        self.exited = asyncio.create_task(_exit_of(process), name=f"server {process.pid}")

    async def end(self, *, grace: float) -> int:
        """Ask it to end, kill it after `grace` seconds; returns its code. Cancelled meanwhile, it kills at once."""
        try:
            self._signal(signal.SIGTERM)
            await asyncio.wait({self.exited}, timeout=grace)
        finally:
            # A frozen process takes no SIGTERM; SIGKILL it always takes.
            self._signal(signal.SIGKILL)
        await asyncio.wait({self.exited}, timeout=_KILLED_SECONDS)
        return await self.exited

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)


def spawn(argv: tuple[str, ...], *, lock: int, log: Path) -> Child:
    """Start the server in its own session, holding `lock`; what it says before it opens its log goes there too.

    To be called from the main thread: Linux ends the child when the *thread* that spawned it ends. Popen rather than asyncio's
    own: it cannot be cancelled half way, and is the same under uvloop. Raises OSError where the binary cannot be run.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C reaches the hub alone, which drains before it ends the server.
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - one bound system call, no lock taken
        )
    return Child(process)


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None  # There the lock's record leads the next hub to the orphan.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:  # It died before the kernel knew.
            os._exit(1)

    return ask_the_kernel


async def _exit_of(process: subprocess.Popen[bytes]) -> int:
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # macOS, or a kernel before 5.3.
        while process.poll() is None:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(_POLL_SECONDS)
        return process.wait()
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    loop.add_reader(handle, _settle, ended)
    try:
        await ended
    finally:
        loop.remove_reader(handle)
        os.close(handle)
    return process.wait()


def _settle(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)
