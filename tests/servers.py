"""Real servers for tests: Valkey (single, with a replica, Cluster, Sentinel) and PostgreSQL, in temporary folders, on loopback only.

All are plain context managers, so they serve async tests, sync tests and fixtures of any scope. Whatever a test did to a
server (killed it, froze it), nothing is left behind: each process has a group of its own, is killed at the end, and dies with us.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import hiredis

from tests.processes import (
    Node,
    NotStarted,
    Server,
    eventually,
    folder,
    free_port,
    redis_binary,
    running,
    wait_until,
)

__all__ = [
    "ClusterNodes",
    "Node",
    "NotStarted",
    "Postgres",
    "SentinelNodes",
    "Server",
    "eventually",
    "folder",
    "free_port",
    "postgres",
    "redis_cluster",
    "redis_on_port",
    "redis_on_socket",
    "redis_sentinel",
    "redis_with_replica",
    "wait_until",
]

Found = TypeVar("Found")

REPLICATED = ["--appendfsync", "everysec"]
"""Where replicas acknowledge, the disk need not: an fsync on a busy machine takes longer than `WAIT` waits."""

NODE_TIMEOUT_MS = 1000
"""After so long the Cluster and the Sentinels call a silent node dead."""


@contextlib.contextmanager
def redis_on_socket(*options: str) -> Iterator[Node]:
    """One server on a unix socket, AOF with fsync always, no eviction."""
    with folder() as place:
        node = Node(place, options=options)
        with running(node):
            yield node


@contextlib.contextmanager
def redis_on_port(*options: str) -> Iterator[Node]:
    """The same on a loopback port."""
    with folder() as place:
        node = Node(place, port=free_port(), options=options)
        with running(node):
            yield node


@contextlib.contextmanager
def redis_with_replica(*options: str) -> Iterator[tuple[Node, Node]]:
    """A master and one replica in step with it."""
    with folder() as place:
        master = Node(_sub(place, "master"), port=free_port(), options=(*REPLICATED, *options))
        replica = Node(_sub(place, "replica"), port=free_port(), options=(*_follow(master), *REPLICATED, *options))
        with running(master, replica):
            wait_until(lambda: master.replicas_online() == 1 and master.acknowledged(), what="the replica")
            yield master, replica


def _found(ones: Iterable[Found]) -> Found:
    """The first; LookupError where there is none (StopIteration would not come through a thread's future)."""
    for one in ones:
        return one
    raise LookupError("none of the nodes is it now")


class ClusterNodes:
    """Three masters with a replica each. `nodes[i + 3]` began as the replica of `nodes[i]`."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = list(nodes)

    @property
    def url(self) -> str:
        """What REDIS_URL would say."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:3])

    def master_of(self, key: str) -> Node:
        """The node that answers for a key now, as a living node sees it."""
        for witness in self.nodes:
            with contextlib.suppress(OSError, hiredis.ReplyError):
                return self._master_seen_by(witness, key)
        raise LookupError(key)

    def replica_of(self, master: Node) -> Node:
        """A node that follows this master now."""
        ports = [port for port in (node.port for node in self.nodes) if f"port={port},state=online" in master.told("INFO", "replication")]
        return _found(node for node in self.nodes if node.port in ports)

    def ready(self) -> bool:
        """Whether every node sees the whole Cluster well, with every replica in step."""
        try:
            seen = [("cluster_state:ok" in node.told("CLUSTER", "INFO"), node.told("INFO", "replication")) for node in self.nodes]
        except (OSError, hiredis.ReplyError):
            return False
        return all(well and ("state=online" in roles or "master_link_status:up" in roles) for well, roles in seen)

    def _master_seen_by(self, witness: Node, key: str) -> Node:
        slot = witness.ask("CLUSTER", "KEYSLOT", key, within=1.0)
        entries = witness.ask("CLUSTER", "SLOTS", within=1.0)
        assert isinstance(entries, list)
        port = _found(entry[2][1] for entry in entries if entry[0] <= slot <= entry[1])
        return _found(node for node in self.nodes if node.port == port)


@contextlib.contextmanager
def redis_cluster(*options: str) -> Iterator[ClusterNodes]:
    """Three masters with one replica each, ready; a dead master is replaced after about two seconds."""
    with folder() as place:
        nodes = [Node(_sub(place, f"node{i}"), port=free_port(), options=(*_cluster_options(), *REPLICATED, *options)) for i in range(6)]
        with running(*nodes):
            cluster = ClusterNodes(nodes)
            _join(nodes)
            wait_until(cluster.ready, what="the Cluster")
            yield cluster


class SentinelNodes:
    """A master, its replica and three Sentinels that watch them under the name `shop`."""

    def __init__(self, master: Node, replica: Node, sentinels: Sequence[Node]) -> None:
        self.master, self.replica, self.sentinels = master, replica, list(sentinels)

    @property
    def url(self) -> str:
        """What REDIS_URL would say."""
        return "redis+sentinel://" + ",".join(f"127.0.0.1:{node.port}" for node in self.sentinels) + "/shop"

    def master_now(self) -> Node:
        """The master the first living Sentinel names."""
        for sentinel in self.sentinels:
            with contextlib.suppress(OSError, hiredis.ReplyError):
                address = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "shop", within=1.0)
                assert isinstance(address, list)
                return _found(node for node in (self.master, self.replica) if str(node.port).encode() == address[1])
        raise LookupError("no Sentinel answers")

    def ready(self) -> bool:
        """Whether every Sentinel knows the replica and the two other Sentinels."""
        return all(
            {(b"num-slaves", b"1"), (b"num-other-sentinels", b"2"), (b"flags", b"master")} <= self._seen_by(node) for node in self.sentinels
        )

    def _seen_by(self, sentinel: Node) -> set[tuple[bytes, bytes]]:
        try:
            fields = sentinel.ask("SENTINEL", "MASTER", "shop")
        except (OSError, hiredis.ReplyError):
            return set()
        assert isinstance(fields, list)
        return set(zip(fields[::2], fields[1::2], strict=True))


@contextlib.contextmanager
def redis_sentinel(*options: str) -> Iterator[SentinelNodes]:
    """A master, a replica and three Sentinels, ready; a dead master is replaced after about two seconds."""
    with folder() as place, contextlib.ExitStack() as opened:
        master = Node(_sub(place, "master"), port=free_port(), options=(*REPLICATED, *options))
        replica = Node(_sub(place, "replica"), port=free_port(), options=(*_follow(master), *REPLICATED, *options))
        opened.enter_context(running(master, replica))
        wait_until(lambda: master.replicas_online() == 1 and master.acknowledged(), what="the replica")
        sentinels = [_sentinel(_sub(place, f"sentinel{i}"), master) for i in range(3)]
        opened.enter_context(running(*sentinels))
        watched = SentinelNodes(master, replica, sentinels)
        wait_until(watched.ready, what="the Sentinels")
        yield watched


class Postgres(Server):
    """One PostgreSQL on a loopback port, with an empty database `hub` of user `hub`, no password."""

    def __init__(self, place: Path, *, port: int, user: str | None) -> None:
        self.port = port
        # Nothing is written down for a machine that falls; shared memory lies in the folder, so that a kill leaves none behind.
        settings = ("listen_addresses=127.0.0.1", "fsync=off", "dynamic_shared_memory_type=mmap", "max_connections=50")
        options = [*(word for setting in settings for word in ("-c", setting)), "-k", str(place), "-p", str(port)]
        command = [postgres_command("postgres"), "-D", str(place / "data"), *options]
        super().__init__(command, folder=place, ready=self._answers, user=user)

    @property
    def url(self) -> str:
        """What ARCHIVE_URL would say."""
        return f"postgresql+asyncpg://hub@127.0.0.1:{self.port}/hub"

    def stop(self) -> None:
        """SIGINT (its backends and shared memory go with it), kill -9 where that does not help."""
        with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
            self.thaw()
            os.kill(self.pid, signal.SIGINT)
            self._await_end(within=5)
        self.kill()

    def _answers(self) -> bool:
        asked = [postgres_command("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "hub", "-d", "postgres"]
        return subprocess.run(asked, check=False, capture_output=True).returncode == 0


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """An empty PostgreSQL, run as a user that is not root (initdb refuses root)."""
    user = _plain_user() if os.geteuid() == 0 else None
    with folder() as place:
        if user:
            shutil.chown(place, user)
        usual = ["-D", str(place / "data"), "-U", "hub", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        _run_as(user, [postgres_command("initdb"), *usual], place)
        server = Postgres(place, port=free_port(), user=user)
        with running(server):
            _run_as(user, [postgres_command("createdb"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "hub", "hub"], place)
            yield server


def postgres_command(name: str) -> str:
    """One of PostgreSQL's programs: on the PATH, else the newest under /usr/lib/postgresql (Debian keeps them off the PATH)."""
    if found := shutil.which(name):
        return found
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    if not installed:
        raise NotStarted(f"PostgreSQL's {name} is neither on the PATH nor under /usr/lib/postgresql")
    return str(installed[-1])


# Privately.


def _sub(place: Path, name: str) -> Path:
    made = place / name
    made.mkdir()
    return made


def _follow(master: Node) -> list[str]:
    return ["--replicaof", f"127.0.0.1 {master.port}"]


def _cluster_options() -> list[str]:
    timeout = ["--cluster-node-timeout", str(NODE_TIMEOUT_MS)]
    return ["--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--cluster-config-file", "nodes.conf", *timeout]


def _join(nodes: Sequence[Node]) -> None:
    """Make a Cluster of six strangers: slots to the first three, all introduced, the others told whom to follow."""
    thirds = [(0, 5460), (5461, 10922), (10923, 16383)]
    for epoch, node in enumerate(nodes, 1):
        node.ask("CLUSTER", "SET-CONFIG-EPOCH", epoch)
        bus = node.command[node.command.index("--cluster-port") + 1]
        nodes[0].ask("CLUSTER", "MEET", "127.0.0.1", node.port, bus)
    for master, third in zip(nodes, thirds, strict=False):
        master.ask("CLUSTER", "ADDSLOTSRANGE", *third)
    wait_until(lambda: all("cluster_known_nodes:6" in node.told("CLUSTER", "INFO") for node in nodes), what="acquaintance")
    for master, replica in zip(nodes[:3], nodes[3:], strict=True):
        known = master.told("CLUSTER", "MYID")
        wait_until(partial(_knows, replica, known), what="acquaintance")
        replica.ask("CLUSTER", "REPLICATE", known)


def _knows(node: Node, other: str) -> bool:
    return f"{other} " in node.told("CLUSTER", "NODES")


def _sentinel(place: Path, master: Node) -> Node:
    """A Sentinel; it writes what it learns into its own configuration file."""
    node = Node(place, port=free_port())
    watch = [f"sentinel monitor shop 127.0.0.1 {master.port} 2", f"sentinel down-after-milliseconds shop {NODE_TIMEOUT_MS}"]
    lines = [f"port {node.port}", "bind 127.0.0.1", f"dir {place}", *watch, "sentinel failover-timeout shop 3000"]
    (place / "sentinel.conf").write_text("\n".join(lines) + "\n")
    node.command = [redis_binary(), str(place / "sentinel.conf"), "--sentinel"]
    return node


def _plain_user() -> str:
    """A user that is not root: PostgreSQL's own, else nobody."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _run_as(user: str | None, command: Sequence[str], place: Path) -> None:
    done = subprocess.run(command, cwd=place, check=False, capture_output=True, user=user)
    if done.returncode != 0:
        raise NotStarted(f"{command[0]}: {done.stderr.decode(errors='replace')}")
