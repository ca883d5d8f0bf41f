"""Files in the archive, given out piece by piece."""

from hub.model.address import Address
from hub.model.files.kinds import Quota, StoredFile
from hub.store.archive.open import Archive

CONTENT = bytes(range(256)) * 5000
QUOTA = Quota(bytes=1 << 30, files=9, since=0)
FILE = StoredFile(
    id="film", mime="video/mp4", name="tea.mp4", size=len(CONTENT), at=1, address=Address(channel="webchat", account="web", id="s1")
)  # fmt: skip


async def test_a_file_is_read_in_pieces_that_make_the_whole(archive: Archive) -> None:
    await archive.files.put(FILE, CONTENT, quota=QUOTA)

    pieces = [await archive.files.piece("film", at, 500_000) for at in range(0, FILE.size, 500_000)]

    assert [500_000, 500_000, 280_000] == [len(piece) for piece in pieces]
    assert CONTENT == b"".join(pieces)


async def test_there_is_nothing_beyond_a_files_end_and_nothing_of_no_file(archive: Archive) -> None:
    await archive.files.put(FILE, CONTENT, quota=QUOTA)

    assert [b"", b""] == [await archive.files.piece("film", FILE.size, 10), await archive.files.piece("none", 0, 10)]
