"""Where tests put what they throw away: into memory where that has the room."""

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder of a test within it has a name of its own
ROOM = 4 * 1024**3
"""Bytes that must be free there: a run takes a tenth of it; containers are often given 64 MB."""


def quick_folder(folder: Path = MEMORY) -> Path | None:
    """The folder, if all that tests do in one can be done there quickly: room enough, and what is written there may be run."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    roomy = found.f_bavail * found.f_frsize >= ROOM
    return folder if roomy and not found.f_flag & (os.ST_NOEXEC | os.ST_RDONLY) and os.access(folder, os.W_OK | os.X_OK) else None


def settle_in(environ: MutableMapping[str, str]) -> None:
    """From now on temporary folders, those of processes started too, are made in memory, unless TMPDIR says where.

    An fsync on a disk takes milliseconds, and every server of a test waits for hundreds. No test loses by it: they kill processes,
    never the machine, and what a killed process has written is there in either.
    """
    quick = quick_folder()
    if quick is not None and "TMPDIR" not in environ:
        environ["TMPDIR"] = tempfile.tempdir = str(quick)
