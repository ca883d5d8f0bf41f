"""Where a server is, how one proves oneself to it, and how REDIS_URL says so."""

import ssl
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from hub.model.base import Value
from hub.model.errors import SettingsError


class Topology(StrEnum):
    """What stands behind a URL."""

    SINGLE = "single"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


class Place(Value, frozen=True):
    """One server: a unix socket (`path`) or `host` and `port`; its text never shows the password."""

    path: str = ""
    host: str = ""
    port: int = 6379
    user: str = ""
    password: str = ""
    db: int = 0
    tls: bool = False
    ca_file: str = ""

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"Place({self})"

    def trust(self) -> ssl.SSLContext | None:
        """Say what the server's certificate is checked against: `ca_file`, else the system's; None without TLS."""
        return ssl.create_default_context(cafile=self.ca_file or None) if self.tls else None


class Target(Value, frozen=True):
    """All that a URL says: one place; or the Sentinels' places and the service; or some of the Cluster's nodes."""

    topology: Topology
    places: tuple[Place, ...]
    service: str = ""
    sentinel_password: str = ""

    def __repr__(self) -> str:
        return f"Target({self.topology}, {self.places}, {self.service!r})"


def parse(url: str) -> Target:
    """Read a URL; raises SettingsError.

    `unix:///path`, `redis://[user]:password@host:port/db`, `rediss://…?ssl_ca_certs=file`,
    `redis+sentinel://h1:p,h2:p/service[/db]?sentinel_password=…`, `redis+cluster://h1:p,h2:p`.
    """
    split = urlsplit(url)
    options = dict(parse_qsl(split.query))
    match split.scheme:
        case "unix":
            return Target(topology=Topology.SINGLE, places=(_unix(split, options),))
        case "redis" | "rediss":
            places = _places(split, options, db=_number(split.path.strip("/") or options.get("db", "0")), port=6379)
            if len(places) > 1:
                raise SettingsError("REDIS_URL: several hosts, but redis:// is one server: say redis+cluster:// or redis+sentinel://")
            return Target(topology=Topology.SINGLE, places=places)
        case "redis+sentinel" | "rediss+sentinel":
            service, _, db = split.path.strip("/").partition("/")
            if not service:
                raise SettingsError("REDIS_URL: the name of the service is missing: say redis+sentinel://host:port/service")
            places = _places(split, options, db=_number(db or "0"), port=26379)
            password = options.get("sentinel_password", "")
            return Target(topology=Topology.SENTINEL, places=places, service=service, sentinel_password=password)
        case "redis+cluster" | "rediss+cluster":
            return Target(topology=Topology.CLUSTER, places=_places(split, options, db=0, port=6379))
        case _:
            known = "unix://, redis://, rediss://, redis+sentinel:// or redis+cluster://"
            raise SettingsError(f"REDIS_URL: begins with {split.scheme or 'no scheme'}: say {known}")


def _unix(split: SplitResult, options: Mapping[str, str]) -> Place:
    if not split.path:
        raise SettingsError("REDIS_URL: the path is missing: say unix:///path/to/the/socket")
    user, password = _credentials(split, options)
    return Place(path=unquote(split.path), user=user, password=password, db=_number(options.get("db", "0")))


def _places(split: SplitResult, options: Mapping[str, str], *, db: int, port: int) -> tuple[Place, ...]:
    user, password = _credentials(split, options)
    tls, ca_file = split.scheme.startswith("rediss"), options.get("ssl_ca_certs", "")
    addresses = [address for address in split.netloc.rpartition("@")[2].split(",") if address]
    if not addresses:
        raise SettingsError("REDIS_URL: the host is missing: say redis://host:port")
    hosts = [_host_and_port(address, port) for address in addresses]
    return tuple(Place(host=host, port=at, user=user, password=password, db=db, tls=tls, ca_file=ca_file) for host, at in hosts)


def _credentials(split: SplitResult, options: Mapping[str, str]) -> tuple[str, str]:
    user, colon, password = split.netloc.rpartition("@")[0].partition(":")
    return unquote(user), unquote(password) if colon else options.get("password", "")


def _host_and_port(address: str, default: int) -> tuple[str, int]:
    if address.startswith("["):
        host, _, rest = address[1:].partition("]")
        return host, _number(rest.lstrip(":") or str(default))
    host, _, port = address.partition(":")
    return host, _number(port or str(default))


def _number(text: str) -> int:
    if not text.isdecimal():
        # What is no number may be half a password with a bare slash in it, so it is not shown.
        raise SettingsError("REDIS_URL: port or database is no number: write `/`, `?`, `#`, `@` of a password as %2F, %3F, %23, %40")
    return int(text)
