"""The processes a bench starts: on loopback, in a temporary folder, none left behind; and what they cost."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

import msgspec

Told = TypeVar("Told")

LONGEST_START_S = 20.0
GRACE_S = 8.0
LOOK_EVERY_S = 0.002
HUB = "config.main"
ROOT = Path(__file__).resolve().parents[1]
_OURS = re.compile(r"HUB_|REDIS_URL$|ARCHIVE_URL$|PORT$|PYTHONDONTWRITEBYTECODE$")


class BenchFailed(Exception):
    """A part of the bench did not run as it must; the sentence says which."""


class Running:
    """One process of ours, in a session of its own; it dies with us even where we are killed by -9."""

    def __init__(self, command: Sequence[str], *, log: Path, env: Mapping[str, str], cwd: Path = ROOT) -> None:
        self.log = log
        tether = [setpriv, "--pdeathsig", "TERM"] if (setpriv := shutil.which("setpriv")) else []
        self.began = time.monotonic()
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [*tether, *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**_bare(log.parent), **env},
                cwd=cwd,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def stop(self) -> None:
        """Ask it to end, and end it."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def result(self, kind: type[Told], *, within: float) -> Told:
        """Wait for its end; the last line it printed, which is JSON."""
        try:
            status = self._process.wait(within)
        except subprocess.TimeoutExpired as error:
            raise BenchFailed(f"no end within {within} s: {self.last_words()}") from error
        if status:
            raise BenchFailed(f"exit {status}: {self.last_words()}")
        return msgspec.json.decode(self.log.read_text().splitlines()[-1], type=kind)

    def says(self, pattern: str, *, within: float = LONGEST_START_S) -> str:
        """Wait until it prints what matches; returns the first group."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if found := re.search(pattern, self.log.read_text(errors="replace")):
                return found[1]
            if self._process.poll() is not None:
                break
            time.sleep(LOOK_EVERY_S)
        raise BenchFailed(f"it never said {pattern!r}: {self.last_words()}")

    def serves(self, port: int, *, path: str = "/readyz") -> float:
        """Wait for the first 200 there; returns the seconds since the process began."""
        while time.monotonic() - self.began < LONGEST_START_S and self._process.poll() is None:
            if _status(port, path) == http.client.OK:
                return time.monotonic() - self.began
            time.sleep(LOOK_EVERY_S)
        raise BenchFailed(f"{path} was never 200: {self.last_words()}")

    def last_words(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-1500:]


class Serving(NamedTuple):
    """A hub that serves: its process, its port, the folder of its hub.toml."""

    process: Running
    port: int
    folder: Path


class Place:
    """A temporary folder and the processes in it; leaving it ends them all, the newest first."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self.folder = Path()
        self._number = 0

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="omnihub-bench-", ignore_cleanup_errors=True)))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self, *arguments: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Running:
        """Start a Python process: `-m module` and its arguments."""
        self._number += 1
        log = self.folder / f"{self._number}.log"
        return self._stack.enter_context(Running([sys.executable, *arguments], log=log, env=env or {}, cwd=cwd))

    def settled(self, toml: str) -> Path:
        """A folder with a hub.toml in it. `burst_seconds` is 0: every word is answered at once."""
        self._number += 1
        folder = self.folder / f"hub-{self._number}"
        folder.mkdir()
        (folder / "hub.toml").write_text(f'data = "data"\nlog = "warning"\nburst_seconds = 0\npublic_url = "https://bench.example"\n{toml}')
        return folder

    @contextlib.contextmanager
    def hub(self, toml: str, *, roles: str = "web,worker", module: str = HUB) -> Iterator["Serving"]:
        """A `hub serve` with a data folder of its own, ready; `module`: what is run as the command `hub`."""
        port = free_port()
        folder = self.settled(f"port = {port}\n{toml}")
        with self.join(folder, roles=roles, module=module) as hub:
            hub.serves(port)
            yield Serving(hub, port, folder)

    @contextlib.contextmanager
    def join(self, folder: Path, *, roles: str, module: str = HUB) -> Iterator[Running]:
        """A `hub serve` on a settings file that is there already; our customers all say the same, and are no machines to it."""
        self._number += 1
        command = [sys.executable, "-m", module, "serve", "--roles", roles]
        with Running(
            command,
            log=self.folder / f"{self._number}.log",
            env={"HUB_CONFIG": str(folder / "hub.toml"), "HUB_LOOPS_SAME": "0"},
            cwd=folder,
        ) as hub:
            yield hub


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _bare(folder: Path) -> dict[str, str]:
    """Our environment without what would set up a hub; compiled modules are kept, as an installed hub has them."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
