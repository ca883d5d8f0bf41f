"""Pictures without what they tell besides the picture: place, camera, words go; pixels, colours, which side is up stay as they are."""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from hub.model.files.heif import without_items
from hub.model.files.kinds import NotTaken

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The end of a JPEG's scan: in it 0xFF is followed by zero, a restart or another 0xFF."""
_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_DRAWN = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF})
"""Frames, tables, scans: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, table B.1."""
_NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Of the applications' segments only what says how colours and dots are meant."""
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST sPLT cICP mDCV cLLI acTL fcTL fdAT".split()
)  # fmt: skip
"""https://www.w3.org/TR/png-3/#11Chunks, without words, times and Exif."""
_WEBP_KEPT = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
"""https://developers.google.com/speed/webp/docs/riff_container: the flags of what is there."""
_ORIENTATION, _SHORT = 0x0112, 3
_TURNED = range(2, 9)


def without_traces(content: bytes, mime: str) -> bytes:
    """A JPEG, PNG, WebP, HEIC or AVIF without Exif, XMP, comments and what lies behind its end; anything else as it is.

    Nothing is encoded anew. Raises NotTaken for a picture that is not built as one: nobody knows what it tells.
    """
    try:
        return _BY_MIME[mime](content) if mime in _BY_MIME else content
    except (struct.error, IndexError) as error:
        raise _damaged() from error


def _jpeg(content: bytes) -> bytes:
    kept, turned, drawn = [], 0, False
    for marker, segment in _segments(content):
        if marker == _EXIF and segment[4:10] == b"Exif\0\0":
            turned = turned or _turned(segment[10:])
        elif marker in _DRAWN or marker == _END or (marker in _NEEDED and segment[4:].startswith(_NEEDED[marker])):
            kept.append(segment)
            drawn = drawn or marker == _SCAN
    if not drawn:
        raise _damaged()
    if turned:
        exif = b"Exif\0\0" + _only(turned)
        first = int(kept[0][1] == 0xE0)  # noqa: PLR2004 - JFIF comes before all else
        kept.insert(first, b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    return b"\xff\xd8" + b"".join(kept)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker, a scan with its header, to the end of the first picture: cameras put others behind it."""
    at = 2
    while True:
        if content[at] != 0xFF:  # noqa: PLR2004 - how every marker begins
            raise _damaged()
        while content[at] == 0xFF:  # noqa: PLR2004 - fill bytes
            at += 1
        marker, start = content[at], at + 1
        if marker == _END:
            yield marker, b"\xff\xd9"
            return
        (length,) = struct.unpack_from(">H", content, start)
        end = start + length
        if length < 2 or end > len(content) or marker < 0xC0:  # noqa: PLR2004 - the length counts itself; no marker of a segment
            raise _damaged()
        if marker == _SCAN:
            found = _MARKER.search(content, end)
            end = found.start() if found else len(content)
        yield marker, b"\xff" + bytes((marker,)) + content[start:end]
        if end == len(content):
            # Cut off in its scan: shown as far as it goes.
            yield _END, b"\xff\xd9"
            return
        at = end


def _png(content: bytes) -> bytes:
    kept, at, kind = [content[:8]], 8, b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise _damaged()
        if kind in _PNG_KEPT:
            kept.append(content[at:end])
        elif kind == b"eXIf" and (turned := _turned(content[at + 8 : end - 4])):
            body = b"eXIf" + _only(turned)
            kept.append(struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)))
        at = end
    return b"".join(kept)


def _webp(content: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", content, 4)
    end, at, kept, turned = 8 + size, 12, [], 0
    if end > len(content):
        raise _damaged()
    while at < end:
        (length,) = struct.unpack_from("<I", content, at + 4)
        kind, body = content[at : at + 4], content[at + 8 : at + 8 + length]
        if len(body) < length:
            raise _damaged()
        if kind in _WEBP_KEPT:
            kept.append((kind, body))
        elif kind == b"EXIF":
            turned = _turned(body.removeprefix(b"Exif\0\0"))
        at += 8 + length + length % 2
    if not kept:
        raise _damaged()
    if kept[0][0] == b"VP8X":
        flags = kept[0][1][0] & ~(_WEBP_EXIF | _WEBP_XMP) | (_WEBP_EXIF if turned else 0)
        kept = [(b"VP8X", bytes((flags,)) + kept[0][1][1:]), *kept[1:], *([(b"EXIF", _only(turned))] if turned else [])]
    chunks = b"".join(kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for kind, body in kept)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


_BY_MIME: dict[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/heic": without_items,
    "image/avif": without_items,
}


def _turned(tiff: bytes) -> int:
    """How an Exif block says that the picture lies (2 to 8); 0 for upright, and for a block nobody can read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 0
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for n in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * n)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return value if value in _TURNED else 0
    except struct.error:
        return 0
    return 0


def _only(turned: int) -> bytes:
    """An Exif block that says how the picture lies, and nothing else."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, _SHORT, 1, turned, 0, 0)


def _damaged() -> NotTaken:
    return NotTaken("This picture is damaged: take it anew, or send it as it came from the camera.")
