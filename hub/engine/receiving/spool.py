"""A spool on disk: what was accepted while the store was away, in order, until the store has it."""

import asyncio
import fcntl
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import Struct as Layout

import structlog
from msgspec import DecodeError, ValidationError, msgpack

from hub.model.base import Value
from hub.model.errors import StoreFull
from hub.model.events.event import Incoming

_HEAD = Layout(">II")
SEGMENT_BYTES = 16 * 1024 * 1024
_decode = msgpack.Decoder
SUFFIX = ".spool"
UNREAD = ".unread"
"""What is whole and cannot be read (a newer version wrote it) is kept beside, and tried again after each start."""

log = structlog.get_logger()


class Spooled(Value, frozen=True):
    """What one request brought: its events, when it came (ms since 1970), over how many days a repeat is looked for."""

    incoming: tuple[Incoming, ...]
    received: int
    days: int
    late: bool = False


class Spool:
    """An append-only folder of one process. `add` returns when the bytes are on the disk; raises StoreFull where there is no room.

    A folder belongs to whoever holds its lock, so a dead process's folder can be told from a living one's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._encode = msgpack.Encoder().encode
        self._decoder = msgpack.Decoder(Spooled)
        self._file: int | None = None
        self._size = 0
        self._number = max((int(p.stem) for p in (*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*{UNREAD}"))), default=0)
        self._unread: dict[Path, list[bytes]] = {}
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._open_segment = asyncio.Lock()
        self.depth = 0

    async def add(self, spooled: Spooled) -> None:
        """Durable when it returns; adds of one moment share an fsync and keep their order."""
        blob = self._encode(spooled)
        frame = _frame(blob)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((frame, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                async with self._open_segment:
                    await asyncio.to_thread(self._append, b"".join(frame for frame, _ in batch))
            except OSError as error:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(StoreFull(f"the spool cannot be written: {error.strerror}"))
                continue
            self.depth += len(batch)
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    def _append(self, data: bytes) -> None:
        if self._file is None or self._size > SEGMENT_BYTES:
            self._open_next()
        file = self._file
        assert file is not None  # noqa: S101 - _open_next has set it
        start = os.lseek(file, 0, os.SEEK_END)
        try:
            written = 0
            while written < len(data):
                written += os.write(file, data[written:])
            os.fdatasync(file)
        except OSError:
            # Half a frame must not stand before the next whole one.
            os.ftruncate(file, start)
            raise
        self._size = start + len(data)

    def _open_next(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._number += 1
        path = self.folder / f"{self._number:08d}{SUFFIX}"
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
        self._size = 0
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    async def seal(self) -> list[Path]:
        """End the open segment, once what is being written to it is written; returns all that hold something, oldest first."""
        async with self._open_segment:
            if self._file is not None:
                os.close(self._file)
                self._file = None
        return sorted(p for p in self.folder.glob(f"*{SUFFIX}") if p.stat().st_size)

    def unread(self) -> list[Path]:
        """Segments of what could not be read so far."""
        return sorted(self.folder.glob(f"*{UNREAD}"))

    def read(self, segment: Path) -> Iterator[Spooled]:
        """What a segment holds, in order; a frame that was never wholly written (so never acknowledged) ends it."""
        data, unread = segment.read_bytes(), self._unread.setdefault(segment, [])
        unread.clear()
        at = 0
        while at + _HEAD.size <= len(data):
            length, check = _HEAD.unpack_from(data, at)
            blob = data[at + _HEAD.size : at + _HEAD.size + length]
            if len(blob) < length or zlib.crc32(blob) != check:
                return
            at += _HEAD.size + length
            try:
                spooled = self._decoder.decode(blob)
            except (DecodeError, ValidationError):
                unread.append(blob)
            else:
                yield spooled

    def drop(self, segment: Path, entries: int) -> None:
        """Forget a segment the store has, but for what of it could not be read: that is kept beside."""
        unread = self._unread.pop(segment, [])
        if unread:
            log.error("spooled words not readable: kept for the version that wrote them", folder=str(self.folder), count=len(unread))
            self._keep(segment.with_suffix(UNREAD), unread)
        if not unread or segment.suffix != UNREAD:
            segment.unlink()
        self.depth = max(0, self.depth - entries - len(unread))

    def _keep(self, path: Path, blobs: Sequence[bytes]) -> None:
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.writelines(_frame(blob) for blob in blobs)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    async def close(self) -> None:
        """Give the folder up; it stays where anything is left in it."""
        await self.seal()
        os.close(self._lock)
        if not self.unread() and not any(p.stat().st_size for p in self.folder.glob(f"*{SUFFIX}")):
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()


def _frame(blob: bytes) -> bytes:
    return _HEAD.pack(len(blob), zlib.crc32(blob)) + blob


def orphans(root: Path, *, besides: Sequence[Path]) -> list[Spool]:
    """The spools of dead processes below `root`, taken over: their locks are free."""
    found = []
    for folder in sorted(p for p in root.glob("*") if p.is_dir() and p not in besides):
        try:
            found.append(Spool(folder))
        except BlockingIOError:
            continue
    return found
