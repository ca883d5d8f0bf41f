"""What a picture tells besides the picture goes; the picture itself and which side is up stay; nothing malformed breaks anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.files.kinds import NotTaken, sort_of
from hub.model.files.pictures import without_traces
from tests.pictures import chunk, exif, jpeg, png, riff, segment, webp

PLACE = b"GPS 10.7769 N"
JFIF = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
ICC = segment(0xE2, b"ICC_PROFILE\0\x01\x01colours")
TOLD = {
    "image/jpeg": jpeg(
        JFIF,
        segment(0xE1, b"Exif\0\0" + exif(turned=6)),
        ICC,
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE),
        segment(0xED, PLACE),
        segment(0xFE, PLACE),
        behind=jpeg(segment(0xE1, b"Exif\0\0" + exif())),
    ),
    "image/png": png(chunk(b"eXIf", exif(turned=6)), chunk(b"tEXt", PLACE), chunk(b"iTXt", PLACE), chunk(b"gAMA", b"\0\0\xb1\x8f")) + PLACE,
    "image/webp": webp(riff(b"EXIF", exif(turned=6)), riff(b"XMP ", PLACE), flags=0x0C) + PLACE,
}
BARE = {"image/jpeg": jpeg(JFIF, ICC), "image/png": png(chunk(b"gAMA", b"\0\0\xb1\x8f")), "image/webp": webp()}


@pytest.mark.parametrize("mime", TOLD)
def test_place_camera_and_words_go_and_which_side_is_up_stays(mime: str) -> None:
    content = without_traces(TOLD[mime], mime)

    assert PLACE in TOLD[mime]
    assert PLACE not in content
    assert b"\x01\x12\0\x03\0\0\0\x01\0\x06" in content
    assert mime == sort_of(content).mime
    assert content == without_traces(content, mime)


@pytest.mark.parametrize("mime", BARE)
def test_a_picture_that_tells_nothing_stays_as_it_is_to_the_last_byte(mime: str) -> None:
    assert BARE[mime] == without_traces(BARE[mime], mime)


def test_a_jpeg_is_a_jpeg_of_the_same_pixels_and_colours() -> None:
    content = without_traces(TOLD["image/jpeg"], "image/jpeg")

    turned = segment(0xE1, b"Exif\0\0" + b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
    assert jpeg(JFIF, turned, ICC) == content


def test_an_upright_picture_has_no_exif_at_all() -> None:
    assert jpeg() == without_traces(jpeg(segment(0xE1, b"Exif\0\0" + exif(turned=1))), "image/jpeg")


def test_a_picture_cut_off_in_its_scan_is_shown_as_far_as_it_goes() -> None:
    assert jpeg() == without_traces(jpeg()[:-2], "image/jpeg")


def test_what_is_no_picture_is_left_alone() -> None:
    assert PLACE == without_traces(PLACE, "application/pdf")


@pytest.mark.parametrize("mime", TOLD)
def test_a_picture_that_is_not_built_as_one_is_not_taken(mime: str) -> None:
    with pytest.raises(NotTaken, match="This picture is damaged"):
        without_traces(TOLD[mime][:40], mime)


@given(st.sampled_from(sorted(TOLD)), st.data())
def test_whatever_is_in_it_it_is_taken_clean_or_refused(mime: str, data: st.DataObject) -> None:
    content = bytearray(TOLD[mime])
    for at in data.draw(st.lists(st.integers(4, len(content) - 1), max_size=6)):
        content[at] = data.draw(st.integers(0, 255))
    content += data.draw(st.binary(max_size=20))
    given = bytes(content[: data.draw(st.integers(12, len(content)))])

    try:
        clean = without_traces(given, mime)
    except NotTaken:
        return

    assert clean == without_traces(clean, mime)
