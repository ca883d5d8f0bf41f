"""What the embedded server is started with: its folder, its socket and the command line made of both."""

import contextlib
import hashlib
import os
import stat
from enum import StrEnum
from pathlib import Path

from hub.model.base import Value
from hub.model.errors import SettingsError

SOCKET_PATH_BYTES = 100
"""`sun_path` takes 108 bytes on Linux and 104 on macOS, with a closing zero; below both."""

MEBIBYTE = 1024 * 1024


class Fsync(StrEnum):
    """When the server makes what it wrote safe from the machine's death: before it answers, or once a second."""

    ALWAYS = "always"
    EVERYSEC = "everysec"


class ServerSetup(Value, frozen=True):
    """One embedded server. `folder` and `socket` are absolute.

    `maxmemory` in bytes; `grace`: seconds between asking the server to end and killing it; `reserve`: free bytes on the
    folder's disk below which it counts as full, so that intake stops before the server has to.
    """

    binary: Path
    folder: Path
    socket: Path
    fsync: Fsync = Fsync.ALWAYS
    maxmemory: int = 512 * MEBIBYTE
    grace: float = 20.0
    reserve: int = 16 * MEBIBYTE

    @property
    def log(self) -> Path:
        """Where the server writes what it does."""
        return self.folder / "server.log"


def argv(setup: ServerSetup) -> tuple[str, ...]:
    """The server's command line; no file is written, so nothing goes stale.

    `aof-use-rdb-preamble no` costs 2.7 times the base file and twice the restart, and buys a folder that Valkey 8 and 9 and
    Redis 7 and 8 can all open (reference/platform.md §2).
    """
    options = {
        "port": "0",
        "unixsocket": str(setup.socket),
        "unixsocketperm": "600",
        "dir": str(setup.folder),
        "daemonize": "no",
        "logfile": str(setup.log),
        "appendonly": "yes",
        "appendfsync": setup.fsync.value,
        "aof-use-rdb-preamble": "no",
        "aof-load-truncated": "yes",
        "save": "",
        "maxmemory": str(setup.maxmemory),
        "maxmemory-policy": "noeviction",
        "auto-aof-rewrite-percentage": "100",
        "auto-aof-rewrite-min-size": "64mb",
    }
    return (str(setup.binary), *(word for name, value in options.items() for word in (f"--{name}", value)))


def socket_path(folder: Path, *, shelters: tuple[Path, ...], uid: int) -> Path:
    """`<folder>/run/hub.sock`, or `<shelter>/hub-<uid>-<hash of folder>/s.sock` in the first shelter where that is short enough.

    Raises SettingsError where no path fits into the kernel's limit.
    """
    own = folder / "run" / "hub.sock"
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    for path in (own, *(shelter / f"hub-{uid}-{digest}" / "s.sock" for shelter in shelters)):
        if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
            return path
    raise SettingsError(f"HUB_DATA {folder} has too long a path for a socket; name a shorter folder by HUB_DATA, or a shorter TMPDIR.")


def prepare_socket_folder(socket: Path) -> None:
    """Make the folder the socket lies in, open to nobody else.

    Raises SettingsError where it belongs to somebody else: in a shared temporary folder another user could have made it first.
    """
    folder = socket.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise SettingsError(
                f"{folder}, where the server's socket shall lie, belongs to somebody else; remove it or set XDG_RUNTIME_DIR."
            )
        folder.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"{folder}, where the server's socket shall lie, cannot be made ({error.strerror}); set HUB_DATA.") from error


def leave_socket_folder(setup: ServerSetup) -> None:
    """Remove the socket, which a killed server leaves behind, and its folder where that is a shelter outside the data folder."""
    with contextlib.suppress(OSError):
        setup.socket.unlink(missing_ok=True)
        if not setup.socket.is_relative_to(setup.folder):
            setup.socket.parent.rmdir()
