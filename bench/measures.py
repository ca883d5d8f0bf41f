"""What is read off a running machine: CPU, memory, the disk's patience."""

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_APPENDS = 400
_APPEND_BYTES = 4096


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used, all its threads, user and system, its children not counted; 0 for process 0."""
    if not pid:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def children_of(pid: int) -> list[int]:
    """The processes it started: of a hub, the embedded server."""
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def rss_mb(pids: Sequence[int]) -> float:
    """Resident memory in MB (10^6 bytes); pages that two of them share count twice."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * _PAGE / 1e6


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of them does not exceed; 0 for none."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))] if values else 0.0


def appends_ms(folder: Path) -> list[float]:
    """How long each of some appends of 4 kB took to be on the disk (fdatasync), in ms."""
    block, took = b"x" * _APPEND_BYTES, []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(_APPENDS):
            begun = time.perf_counter()
            file.write(block)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    return took
