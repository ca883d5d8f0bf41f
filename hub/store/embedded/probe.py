"""Seeing how the server is: over its socket, in its log, and on its disk."""

import asyncio
import contextlib
import os
import re
from pathlib import Path

from hub.model.base import Value

READY_PERCENT = 100.0
"""What a server that takes commands has loaded."""

_ANSWER_SECONDS = 1.0
_TAIL_BYTES = 16 * 1024
_REASON_CHARACTERS = 200
# With `always` the server says "short write" and ends without having seen an error number: a disk that took half is full.
_FULL = re.compile(r"No space left on device|Disk quota exceeded|File too large|Short write while writing to the AOF")
_WARNING = re.compile(r"^\d+:\w .{10,40}? # (.+)$", re.MULTILINE)


class Health(Value, frozen=True):
    """What the server answered: `loaded` is 100 when it takes commands, less while it reads its files, None: ask again."""

    loaded: float | None


async def look(socket: Path) -> Health:
    """Ask the server once; no answer within a second, or none at all, is `Health(None)`, for the caller asks again."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            answer = await ask(socket, "PING")
            if answer == b"+PONG":
                return Health(loaded=READY_PERCENT)
            if answer.startswith(b"-LOADING"):
                return Health(loaded=loading_percent(await ask(socket, "INFO", "persistence")))
    except (OSError, TimeoutError, EOFError):
        return Health(loaded=None)
    return Health(loaded=None)


async def ask(socket: Path, *words: str) -> bytes:
    """One command on a connection of its own; returns a bulk's bytes, or the line with its sign. Raises OSError, EOFError."""
    reader, writer = await asyncio.open_unix_connection(str(socket))
    try:
        writer.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(w.encode()), w.encode()) for w in words))
        line = (await reader.readuntil(b"\r\n"))[:-2]
        return await reader.readexactly(int(line[1:])) if line.startswith(b"$") else line
    finally:
        writer.close()
        with contextlib.suppress(OSError):  # The peer may have died: that is told by the read, not by the closing.
            await writer.wait_closed()


def loading_percent(info: bytes) -> float | None:
    """How much of its files the server has read, 0 to 99.99, from `INFO persistence`; None where it has just done with them."""
    found = re.search(rb"loading_loaded_perc:(\d+(?:\.\d+)?)", info)
    return min(float(found[1]), 99.99) if found else None


def log_size(log: Path) -> int:
    """Where the log ends now, in bytes."""
    return log.stat().st_size if log.exists() else 0


def log_since(log: Path, mark: int) -> str:
    """What the log says from `mark` on, at most its last 16 kB."""
    if not log.exists():
        return ""
    with log.open("rb") as lines:
        lines.seek(max(mark, log_size(log) - _TAIL_BYTES))
        return lines.read().decode(errors="replace")


def says_disk_full(text: str) -> bool:
    """Whether a log speaks of a full disk, a used up quota, or the largest file allowed."""
    return _FULL.search(text) is not None


def reason_in(text: str) -> str:
    """The log's last warning, or its last line: at most 200 characters, and never a crash report's, which may hold commands."""
    told = text.partition("BUG REPORT START")[0]
    warnings = _WARNING.findall(told)
    lines = [line for line in told.splitlines() if line.strip()]
    return (warnings or lines or ["it said nothing"])[-1][:_REASON_CHARACTERS].strip()


def free_bytes(folder: Path) -> int:
    """What the disk under the folder has left for this user."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
