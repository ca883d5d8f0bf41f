"""Pictures as small as they can be, with or without what cameras write into them."""

import struct
import zlib


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*more: bytes, size: int = 60) -> bytes:
    """A PNG of about that size; `more`: chunks before its pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0", 0) + b"\0" * max(0, size - 70))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + pixels + chunk(b"IEND", b"")


def exif(*, turned: int = 1, words: bytes = b"GPS 10.7769 N, 106.7009 E") -> bytes:
    """An Exif block: which side is up, and where it was taken."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, turned, 0) + struct.pack("<HHII", 0x9286, 7, len(words), 38)
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0) + words


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(*more: bytes, behind: bytes = b"") -> bytes:
    """A JPEG as far as its build goes; `more`: segments at its beginning; `behind`: what stands after its end."""
    tables = segment(0xDB, b"\0" * 65) + segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0") + segment(0xC4, b"\0" * 20)
    scan = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(more) + tables + scan + b"\xff\xd9" + behind


def webp(*more: bytes, flags: int = 0) -> bytes:
    """A WebP; `more`: chunks behind its pixels."""
    chunks = riff(b"VP8X", bytes((flags,)) + b"\0" * 9) + riff(b"VP8L", b"\x2f\0\0\0\0") + b"".join(more)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def riff(kind: bytes, body: bytes) -> bytes:
    """One chunk of a WebP."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
