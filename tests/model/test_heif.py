"""HEIC and AVIF pictures lose what they tell; their own bytes stay where they are."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.files.kinds import NotTaken
from hub.model.files.pictures import without_traces

PLACE, WORDS, PIXELS = b"\0\0\0\6Exif\0\0MM\0*GPS 10.7769 106.7009 and more", b"<x:xmpmeta>at home</x:xmpmeta>", b"coded pixels" * 9


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def item(number: int, kind: bytes) -> bytes:
    return box(b"infe", b"\2\0\0\0", struct.pack(">HH4s", number, 0, kind), b"\0")


def heif(*, version: int = 1, in_idat: bool = False, kind: bytes = b"heic") -> bytes:
    """A picture (1), its Exif (2) and XMP (3), as phones write them: all in `mdat`, or the latter two in `idat`."""
    parts = (PIXELS, PLACE, WORDS)

    def made(starts: tuple[int, ...]) -> bytes:
        rows = []
        for number, (start, part) in enumerate(zip(starts, parts, strict=True), start=1):
            way = struct.pack(">H", 1 if in_idat and number > 1 else 0) if version else b""
            rows.append(struct.pack(">H", number) + way + struct.pack(">HHII", 0, 1, start, len(part)))
        iloc = box(b"iloc", bytes((version, 0, 0, 0)), b"\x44\x00", struct.pack(">H", len(rows)), *rows)
        iinf = box(b"iinf", b"\0\0\0\0", struct.pack(">H", 3), item(1, b"hvc1"), item(2, b"Exif"), item(3, b"mime"))
        idat = [box(b"idat", PLACE, WORDS)] if in_idat else []
        return box(b"ftyp", kind, b"\0\0\0\0mif1") + box(b"meta", b"\0\0\0\0", iinf, iloc, *idat)

    head = len(made((0, 0, 0))) + 8
    after = (0, len(PLACE)) if in_idat else (head + len(PIXELS), head + len(PIXELS) + len(PLACE))
    return made((head, *after)) + box(b"mdat", PIXELS, *(() if in_idat else (PLACE, WORDS)))


@pytest.mark.parametrize("mime", ["image/heic", "image/avif"])
@pytest.mark.parametrize(("version", "in_idat"), [(0, False), (1, False), (1, True)])
def test_place_and_words_go_and_nothing_moves(mime: str, version: int, in_idat: bool) -> None:  # noqa: FBT001 - a table's column
    given_picture = heif(version=version, in_idat=in_idat)

    clean = without_traces(given_picture, mime)

    assert (len(given_picture), given_picture.index(PIXELS)) == (len(clean), clean.index(PIXELS))
    assert [False] * 3 == [told in clean for told in (b"GPS", b"106.7009", b"at home")]
    assert clean == without_traces(clean, mime)


def test_words_in_a_box_of_their_own_go_too() -> None:
    clean = without_traces(heif() + box(b"uuid", b"0123456789abcdef", WORDS), "image/heic")

    assert b"at home" not in clean


def test_one_that_holds_no_items_stays_as_it_is() -> None:
    plain = box(b"ftyp", b"heic\0\0\0\0mif1") + box(b"mdat", PIXELS)

    assert plain == without_traces(plain, "image/heic")


@given(
    cut=st.integers(min_value=1, max_value=400), at=st.integers(min_value=0, max_value=250), byte=st.integers(min_value=0, max_value=255)
)
def test_a_damaged_one_is_refused_and_breaks_nothing(cut: int, at: int, byte: int) -> None:
    whole = bytearray(heif())
    whole[at] = byte

    for damaged in (bytes(whole), bytes(whole[:-cut])):
        try:
            clean = without_traces(damaged, "image/heic")
        except NotTaken:
            continue
        assert len(damaged) == len(clean)
