"""Files that customers send: told by their bytes, named truthfully, served harmlessly, limited in size and number."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.files.kinds import NotTaken, Sort, StoredFile, file_name, sort_of
from hub.model.webchat.chat import session_token
from hub.web.chat.media import PIECE_BYTES
from tests.pictures import png
from tests.webchat.test_browser import SESSION
from tests.webchat.world import KEY, Hub

PNG, JPEG = png(), b"\xff\xd8\xff\xe0...."
DOCX = b"PK\x03\x04....[Content_Types].xml....word/document.xml"
TOKEN = {"X-Chat-Session": session_token(SESSION, KEY)}


@pytest.fixture
async def http(hub: Hub) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(hub.base) as session:
        yield session


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01webm", "video/webm"),
        (b"OggS\0", "audio/ogg"),
        (b"ID3\x04", "audio/mpeg"),
        (b"%PDF-1.7", "application/pdf"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("Địa chỉ: 12 Lý Thái Tổ, giá < 5 tr".encode(), "text/plain"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, mime: str) -> None:
    assert mime == sort_of(content).mime


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\xef\xbb\xbf  <!DOCTYPE html><p>",
        b"hello <script>alert(1)</script>",
        b"<?xml version='1.0'?>",
        b"MZ\x90\0",
        b"\x7fELF\x02",
        b"#!/bin/sh\nrm -rf ~",
        b"PK\x03\x04....META-INF/MANIFEST.MF",
        DOCX + b"word/vbaProject.bin",
        b"\xcf\xfa\xed\xfe",
        b"\0\1\2\3",
        b"Rar!\x1a\x07",
        b"half a sign: " + b"\xc3",
        b"\xff\xfe<\0s\0v\0g\0",
    ],
)
def test_what_could_run_anywhere_is_not_taken(content: bytes) -> None:
    with pytest.raises(NotTaken):
        sort_of(content)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("tea.png", "tea.png"),
        ("Ảnh Tết.PNG", "Ảnh Tết.PNG"),
        ("tea.png.exe", "tea.png.exe.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\an\\tea.png", "tea.png"),
        ("gpj\u202e.png", "gpj.png"),
        ("a\r\nSet-Cookie: x.png", "a  Set-Cookie x.png"),
        ("", "file.png"),
        ("...", "file.png"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
    ],
)
def test_a_name_tells_the_truth_and_nothing_else(given: str, name: str) -> None:
    assert name == file_name(given, Sort(mime="image/png", endings=("png",)))


@given(st.text(max_size=300))
def test_every_name_can_be_saved_under(given: str) -> None:
    name = file_name(given, Sort(mime="text/plain", endings=("txt", "csv")))

    assert name.isprintable()
    assert 5 <= len(name) <= 120
    assert not set(name) & set('/\\<>:"|?*')


async def test_a_picture_goes_up_and_comes_back_as_nothing_but_a_picture(hub: Hub, http: aiohttp.ClientSession) -> None:
    async with http.post("/chat/files?name=Ảnh.png", data=PNG, headers=TOKEN) as answer:
        kept = await answer.json()
    async with http.get(kept["url"]) as whole:
        content, headers = await whole.read(), whole.headers
    async with http.get(kept["url"], headers={"Range": "bytes=1-3"}) as part:
        piece, status, told = await part.read(), part.status, part.headers["Content-Range"]
    async with http.get(kept["url"], headers={"Range": "bytes=900-"}) as beyond:
        nothing = beyond.status
    async with http.get(kept["url"], headers={"If-None-Match": headers["ETag"]}) as again:
        unchanged = again.status

    assert (201, "image", "Ảnh.png", PNG) == (answer.status, kept["kind"], kept["name"], content)
    assert ("image/png", "nosniff") == (headers["Content-Type"], headers["X-Content-Type-Options"])
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Content-Disposition"].startswith("inline; filename=\"_nh.png\"; filename*=UTF-8''%E1%BA%A2nh.png")
    assert (206, b"PNG", f"bytes 1-3/{len(PNG)}", 416, 304) == (status, piece, told, nothing, unchanged)
    assert [SESSION] == [file.address for file, _ in hub.shelf.kept.values()]


async def test_a_text_is_saved_never_shown(http: aiohttp.ClientSession) -> None:
    async with http.post("/chat/files?name=a.html", data=b"just words", headers=TOKEN) as answer:
        kept = await answer.json()
    async with http.get(kept["url"]) as got:
        assert ("text/plain; charset=utf-8", "attachment") == (
            got.headers["Content-Type"],
            got.headers["Content-Disposition"].partition(";")[0],
        )
    assert "a.html.txt" == kept["name"]


@pytest.mark.parametrize(
    ("content", "token", "status", "code"),
    [
        (b"<svg/>", TOKEN, 415, "kind"),
        (PNG + b"x" * 64 * 1024, TOKEN, 413, "size"),
        (PNG, {"X-Chat-Session": "session1.forged"}, 401, "session"),
        (PNG, {}, 401, "session"),
        (PNG, {**TOKEN, "Origin": "https://evil.example"}, 403, ""),
    ],
)
async def test_what_is_not_taken_is_told_why(
    hub: Hub, http: aiohttp.ClientSession, content: bytes, token: dict[str, str], status: int, code: str
) -> None:
    async with http.post("/chat/files?name=a.png", data=content, headers=token) as answer:
        told = await answer.json() if code else {"code": ""}

    assert (status, code) == (answer.status, told["code"])
    assert {} == hub.shelf.kept


async def test_a_body_whose_length_is_not_told_is_cut_off_where_a_file_ends(hub: Hub, http: aiohttp.ClientSession) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield PNG
        for _ in range(100):
            yield b"x" * 4096

    async with http.post("/chat/files", data=endless(), headers=TOKEN) as answer:
        assert 413 == answer.status
    assert {} == hub.shelf.kept


async def test_one_customer_sends_so_much_a_day_and_others_are_not_kept_from_it(http: aiohttp.ClientSession) -> None:
    large = png(size=60_000)
    statuses = []
    for token in (*[TOKEN] * 5, {"X-Chat-Session": session_token(SESSION.__class__(channel="webchat", account="web", id="other"), KEY)}):
        async with http.post("/chat/files", data=large, headers=token) as answer:
            statuses.append(answer.status)

    assert [201, 201, 201, 201, 429, 201] == statuses


async def test_an_archive_that_is_away_asks_to_come_again(hub: Hub, http: aiohttp.ClientSession) -> None:
    hub.shelf.away = True

    async with http.post("/chat/files", data=PNG, headers=TOKEN) as up, http.get("/media/" + "x" * 20) as down:
        assert (503, 503) == (up.status, down.status)


@pytest.mark.parametrize("path", ["/media/" + "x" * 20, "/media/short", "/media/..%2f..%2fetc%2fpasswd"])
async def test_nothing_else_lies_there(http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(path) as answer:
        assert 404 == answer.status


FILM = bytes(range(256)) * 10_000
FILM_ID = "film-of-somebody"


def shelve(hub: Hub) -> None:
    """A film larger than two pieces, on the shelf already."""
    hub.shelf.kept[FILM_ID] = StoredFile(id=FILM_ID, mime="video/mp4", name="tea.mp4", size=len(FILM), at=1), FILM


@pytest.mark.parametrize(
    ("headers", "status", "told", "content"),
    [
        ({}, 200, "", FILM),
        ({"Range": "bytes=0-"}, 206, f"bytes 0-2559999/{len(FILM)}", FILM),
        ({"Range": "bytes=1000000-2200000"}, 206, f"bytes 1000000-2200000/{len(FILM)}", FILM[1_000_000:2_200_001]),
        ({"Range": "bytes=-500"}, 206, f"bytes 2559500-2559999/{len(FILM)}", FILM[-500:]),
        ({"Range": "bytes=2559999-9999999"}, 206, f"bytes 2559999-2559999/{len(FILM)}", FILM[-1:]),
        ({"Range": "bytes=0-9", "If-Range": f'"{FILM_ID}"'}, 206, f"bytes 0-9/{len(FILM)}", FILM[:10]),
        ({"Range": "bytes=0-9", "If-Range": '"another"'}, 200, "", FILM),
        ({"Range": "bytes=0-1,5-6"}, 200, "", FILM),
        ({"Range": "lines=1-2"}, 200, "", FILM),
        ({"Range": "bytes=2560000-"}, 416, f"bytes */{len(FILM)}", b""),
        ({"If-None-Match": f'"else", W/"{FILM_ID}"'}, 304, "", b""),
        ({"If-None-Match": "*"}, 304, "", b""),
    ],
)
async def test_a_film_comes_whole_or_in_the_part_a_player_asks_for(
    hub: Hub, http: aiohttp.ClientSession, headers: dict[str, str], status: int, told: str, content: bytes
) -> None:
    shelve(hub)

    async with http.get(f"/media/{FILM_ID}", headers=headers) as answer:
        got = await answer.read()

    assert (status, told, len(content)) == (answer.status, answer.headers.get("Content-Range", ""), len(got))
    assert content == got
    assert f'"{FILM_ID}"' == answer.headers["ETag"]
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")


async def test_no_more_of_a_file_is_read_at_once_than_a_piece_and_nothing_for_its_head(hub: Hub, http: aiohttp.ClientSession) -> None:
    shelve(hub)

    async with http.get(f"/media/{FILM_ID}") as answer:
        await answer.read()
    async with http.head(f"/media/{FILM_ID}") as head:
        assert (200, str(len(FILM)), b"") == (head.status, head.headers["Content-Length"], await head.read())

    assert [(0, PIECE_BYTES), (PIECE_BYTES, PIECE_BYTES), (2 * PIECE_BYTES, len(FILM) - 2 * PIECE_BYTES)] == hub.shelf.pieces


async def test_a_file_that_goes_while_it_is_loaded_is_cut_off_and_never_padded(hub: Hub, http: aiohttp.ClientSession) -> None:
    shelve(hub)
    file, content = hub.shelf.kept[FILM_ID]
    hub.shelf.kept[FILM_ID] = file, content[:PIECE_BYTES]

    with pytest.raises(aiohttp.ClientPayloadError):
        async with http.get(f"/media/{FILM_ID}") as answer:
            await answer.read()
    hub.shelf.kept[FILM_ID] = file, b""
    async with http.get(f"/media/{FILM_ID}") as gone:
        assert 404 == gone.status
