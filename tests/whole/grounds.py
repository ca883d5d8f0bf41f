"""What a hub stands on: a Redis of some topology and an archive."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from msgspec import Struct

from tests.servers import postgres, redis_cluster, redis_on_port, redis_sentinel


class Topology(StrEnum):
    """What stands behind REDIS_URL, and the archive that goes with it here."""

    EMBEDDED = "embedded+sqlite"
    SINGLE = "single+sqlite"
    SENTINEL = "sentinel+sqlite"
    CLUSTER = "cluster+postgres"


class Ground(Struct, frozen=True):
    """REDIS_URL and ARCHIVE_URL; empty: embedded, SQLite in the data folder."""

    topology: Topology
    redis_url: str = ""
    archive_url: str = ""


@contextmanager
def ground(topology: Topology) -> Iterator[Ground]:
    """The servers of that topology, up until the end."""
    match topology:
        case Topology.EMBEDDED:
            yield Ground(topology)
        case Topology.SINGLE:
            with redis_on_port() as node:
                yield Ground(topology, redis_url=node.url)
        case Topology.SENTINEL:
            with redis_sentinel() as watched:
                yield Ground(topology, redis_url=watched.url)
        case Topology.CLUSTER:
            with redis_cluster() as nodes, postgres() as archive:
                yield Ground(topology, redis_url=nodes.url, archive_url=archive.url)
