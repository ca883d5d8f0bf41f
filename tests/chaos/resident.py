"""A process that is started again whenever it ends, as a service manager does."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

AGAIN_AFTER_S = 0.2


class Resident:
    """One process with a group of its own that dies with us. `falls`: how often it ended without being killed by us."""

    def __init__(self, name: str, command: Sequence[str], *, log: Path, environ: Mapping[str, str]) -> None:
        self.name = name
        self.falls = 0
        self.log = log
        self._command = list(command)
        self._environ = dict(environ)
        self._running: subprocess.Popen[bytes] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._wanted = False

    def start(self) -> None:
        """Start it and keep it running."""
        self._wanted = True
        self._spawn()
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    def kill(self) -> None:
        """Kill -9; it stays away until `start`."""
        self._wanted = False
        self._signal(signal.SIGKILL)
        if self._running:
            self._running.wait()

    def freeze(self) -> None:
        """SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    async def stop(self) -> None:
        """End it in order, by force after ten seconds."""
        self._wanted = False
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self.thaw()
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(10):
                while self.alive:
                    await asyncio.sleep(0.02)
        except TimeoutError:
            self.kill()

    @property
    def alive(self) -> bool:
        """Whether it runs (or is frozen)."""
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._running.pid if self._running else 0

    def _spawn(self) -> None:
        tether = [setpriv, "--pdeathsig", "KILL"] if (setpriv := shutil.which("setpriv")) else []
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [*tether, *self._command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env=self._environ
            )

    def _signal(self, number: signal.Signals) -> None:
        if self.alive:
            os.killpg(self.pid, number)

    def _missing(self) -> bool:
        return self._wanted and not self.alive

    async def _keep(self) -> None:
        while True:
            if self._missing():
                self.falls += 1
                await asyncio.sleep(AGAIN_AFTER_S)
                if self._missing():
                    self._spawn()
            await asyncio.sleep(0.05)
