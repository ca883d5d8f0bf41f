"""A picture made of nothing: cloth that changes its colour, as a PNG."""

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def cloth(width: int = 480, height: int = 270) -> bytes:
    """A PNG of woven stripes."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            fold = (x * 2 + y) % 96
            shade = min(fold, 96 - fold)
            rows += bytes((178 + shade, 196 + shade // 2 - y // 8, 186 - y // 6 + shade // 3))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
