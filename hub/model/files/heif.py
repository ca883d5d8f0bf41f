"""HEIC and AVIF pictures without what they tell besides the picture: its bytes are blanked where they lie, so nothing moves.

The boxes: ISO/IEC 14496-12 (items in `meta`), https://aomediacodec.github.io/av1-avif/. Which side is up is a property of the picture
there, not Exif's.
"""

import struct
from collections.abc import Iterator

from msgspec import Struct

_TOLD = frozenset({b"Exif", b"mime", b"uri "})
"""Items that are no pictures: Exif, XMP, and whatever else was laid beside them."""
_EMPTY_EXIF = b"\0\0\0\0" + b"MM\0*" + struct.pack(">IHI", 8, 0, 0)
_IN_FILE, _IN_IDAT = 0, 1
_WHOLE_BOX = 1
"""A size of 1 says that the true one follows in eight bytes; 0, that the box goes to the end."""


class _Box(Struct, frozen=True):
    """Where a box's content begins and ends."""

    kind: bytes
    start: int
    end: int


class _Reader:
    """Numbers of a box one after another, each of so many bytes (0: none is there, it counts as 0)."""

    def __init__(self, content: bytes, box: _Box) -> None:
        self._content, self._at, self._end = content, box.start, box.end

    def number(self, size: int) -> int:
        if self._at + size > self._end:
            raise IndexError
        found = int.from_bytes(self._content[self._at : self._at + size], "big")
        self._at += size
        return found


def without_items(content: bytes) -> bytes:
    """The picture with its Exif, XMP and the like blanked. Raises IndexError or struct.error for one that is not built as it should be."""
    blank = bytearray(content)
    for box in _boxes(content, _Box(b"", 0, len(content))):
        if box.kind == b"uuid":
            blank[box.start : box.end] = bytes(box.end - box.start)
        elif box.kind == b"meta":
            inner = {one.kind: one for one in _boxes(content, _Box(b"meta", box.start + 4, box.end))}
            _blank(blank, content, inner)
    return bytes(blank)


def _blank(blank: bytearray, content: bytes, inner: dict[bytes, _Box]) -> None:
    if b"iinf" not in inner or b"iloc" not in inner:
        return
    told = dict(_items(content, inner[b"iinf"]))
    for item, start, end in _places(content, inner[b"iloc"], inner.get(b"idat")):
        if told.get(item) in _TOLD:
            if not start < end <= len(content):
                raise IndexError
            size = end - start
            empty = _EMPTY_EXIF if told[item] == b"Exif" and size >= len(_EMPTY_EXIF) else b""
            blank[start:end] = empty.ljust(size, b"\0")


def _boxes(content: bytes, outer: _Box) -> Iterator[_Box]:
    at = outer.start
    while at < outer.end:
        size, kind = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == _WHOLE_BOX:
            (size,) = struct.unpack_from(">Q", content, at + 8)
            head = 16
        end = outer.end if size == 0 else at + size
        if end > outer.end or end < at + head:
            raise IndexError
        yield _Box(kind, at + head, end)
        at = end


def _items(content: bytes, box: _Box) -> Iterator[tuple[int, bytes]]:
    """Each item's number and type; those of the oldest form have none, and are pictures."""
    wide = content[box.start] > 0
    first = box.start + 4 + (4 if wide else 2)
    for entry in _boxes(content, _Box(b"iinf", first, box.end)):
        version = content[entry.start]
        if entry.kind == b"infe" and version in {2, 3}:
            read = _Reader(content, _Box(b"infe", entry.start + 4, entry.end))
            number = read.number(2 if version == 2 else 4)  # noqa: PLR2004 - the form's own version
            read.number(2)
            yield number, read.number(4).to_bytes(4, "big")


def _places(content: bytes, box: _Box, idat: _Box | None) -> Iterator[tuple[int, int, int]]:
    """Each part of each item: its number, where it begins and ends in the file."""
    version = content[box.start]
    read = _Reader(content, _Box(b"iloc", box.start + 4, box.end))
    sizes, more = read.number(1), read.number(1)
    offset, length, base, index = sizes >> 4, sizes & 15, more >> 4, more & 15 if version else 0
    wide = 4 if version == 2 else 2  # noqa: PLR2004 - the form's own version
    for _ in range(read.number(wide)):
        item = read.number(wide)
        way = read.number(2) & 15 if version else _IN_FILE
        read.number(2)
        begins = read.number(base) + (idat.start if way == _IN_IDAT and idat else 0)
        for _ in range(read.number(2)):
            read.number(index)
            start = begins + read.number(offset)
            end = start + read.number(length)
            # Told by another item, or to the file's end: nobody writes what is no picture so.
            yield item, start, end if way in {_IN_FILE, _IN_IDAT} else start
