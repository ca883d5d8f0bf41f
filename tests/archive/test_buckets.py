"""Files whose bytes lie in a bucket: what is known of them is here, and nothing is there that is not known here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, update

from hub.model.address import Address
from hub.model.files.kinds import Forgotten, Quota, QuotaSpent, StoredFile
from hub.store.archive.errors import BucketAway
from hub.store.archive.open import Archive
from hub.store.archive.schema import media
from hub.store.bucket.client import Bucket
from sandbox.s3 import S3StandIn
from tests.bucket.world import bucket_at, place, storage

CONTENT = bytes(range(256)) * 500
QUOTA = Quota(bytes=1 << 20, files=9, since=0)
PAGE = Address(channel="webchat", account="web", id="s1")
CHAT = Address(channel="telegram", account="shop", id="41")
PICTURE = StoredFile(id="upload", mime="image/png", name="a.png", size=len(CONTENT), at=7, address=PAGE)
BROUGHT = StoredFile(id="brought", mime="image/png", name="b.png", size=len(CONTENT), at=7, address=CHAT, customer="cu-1", said=1)
AGENTS = StoredFile(id="agents", mime="image/png", name="c.png", size=len(CONTENT), at=7, customer="cu-1")


@pytest.fixture
async def made() -> AsyncIterator[S3StandIn]:
    async with storage() as made:
        yield made


@asynccontextmanager
async def archive_at(url: str, made: S3StandIn) -> AsyncIterator[Archive]:
    async with bucket_at(place(made)) as bucket:
        archive = await Archive.open(url, bucket=bucket)
        try:
            yield archive
        finally:
            await archive.close()


@pytest.fixture
async def archive(url: str, made: S3StandIn) -> AsyncIterator[Archive]:
    async with archive_at(url, made) as archive:
        yield archive


@asynccontextmanager
async def without_bucket(url: str) -> AsyncIterator[Archive]:
    archive = await Archive.open(url)
    try:
        yield archive
    finally:
        await archive.close()


async def test_the_bytes_lie_in_the_bucket_and_are_read_from_there_in_pieces(archive: Archive, made: S3StandIn) -> None:
    await archive.files.put(PICTURE, CONTENT, quota=QUOTA)

    pieces = [await archive.files.piece("upload", at, 50_000) for at in range(0, len(CONTENT), 50_000)]

    assert CONTENT == b"".join(pieces)
    assert [CONTENT] == [content for content, _ in made.objects.values()]
    assert (PICTURE,) == await archive.files.find(["upload"])
    assert 1 == await archive.files.in_bucket()


async def test_what_lay_in_the_rows_before_is_read_from_there(url: str, made: S3StandIn) -> None:
    async with without_bucket(url) as before:
        await before.files.put(PICTURE, CONTENT, quota=QUOTA)

    async with archive_at(url, made) as archive:
        assert CONTENT == await archive.files.piece("upload", 0, len(CONTENT))

    assert [] == made.asked


async def test_without_the_bucket_its_files_are_told_not_to_be_had_and_others_are(url: str, made: S3StandIn) -> None:
    async with archive_at(url, made) as archive:
        await archive.files.put(PICTURE, CONTENT, quota=QUOTA)

    async with without_bucket(url) as after:
        await after.files.put(AGENTS, b"x" * len(CONTENT), quota=QUOTA)
        with pytest.raises(BucketAway, match=r"\[s3\]"):
            await after.files.piece("upload", 0, 10)

        assert b"xxx" == await after.files.piece("agents", 0, 3)


async def test_a_file_brought_twice_lies_there_once(archive: Archive, made: S3StandIn) -> None:
    await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)
    await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)

    assert 1 == len(made.objects)


async def test_while_the_bucket_is_away_a_file_waits_in_its_row_and_moves_once_it_is_back(url: str, made: S3StandIn) -> None:
    async with archive_at(url, made) as archive:
        made.refuse(HTTPStatus.FORBIDDEN, "AccessDenied", times=1)
        await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)
        waiting = await archive.files.piece("brought", 0, len(CONTENT))
        told = await archive.files.find(["brought"])
        empty = not made.objects

        await archive.files.purge(0)

        assert (CONTENT, (BROUGHT,), True) == (waiting, told, empty)
        assert [CONTENT] == [content for content, _ in made.objects.values()]
        assert CONTENT == await archive.files.piece("brought", 0, len(CONTENT))


async def test_nothing_is_left_in_the_bucket_of_whom_is_erased(archive: Archive, made: S3StandIn) -> None:
    for file in (PICTURE, BROUGHT, AGENTS):
        await archive.files.put(file, CONTENT, quota=QUOTA)

    await archive.erase("cu-1", addresses=[CHAT])

    assert (PICTURE,) == await archive.files.find(["upload", "brought", "agents"])
    assert [True] == [name.startswith("hub/upload") for name in made.objects]
    with pytest.raises(Forgotten):
        await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)
    assert 1 == len(made.objects)


async def test_an_erasure_while_the_bucket_is_away_says_so_and_is_finished_by_the_next(archive: Archive, made: S3StandIn) -> None:
    await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)
    made.refuse(HTTPStatus.FORBIDDEN, "AccessDenied")

    with pytest.raises(BucketAway, match="AccessDenied"):
        await archive.erase("cu-1", addresses=[CHAT])
    left = len(made.objects)
    await archive.erase("cu-1", addresses=[CHAT])

    assert (1, 0) == (left, len(made.objects))


async def test_what_no_message_names_leaves_the_bucket_too(archive: Archive, made: S3StandIn) -> None:
    await archive.files.put(PICTURE, CONTENT, quota=QUOTA)
    await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)

    gone = await archive.files.purge(8)

    assert 1 == gone
    assert [True] == [name.startswith("hub/brought") for name in made.objects]


async def test_what_a_process_left_on_its_way_is_fetched_anew_and_the_first_try_forgotten(url: str, made: S3StandIn) -> None:
    async with archive_at(url, made) as archive:
        await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)
        await archive.files._rows.write(_cut_short)  # noqa: SLF001 - as a process that was killed in between leaves it
        assert () == await archive.files.find(["brought"])

        await archive.files.put(replace(BROUGHT, at=9), CONTENT, quota=QUOTA)
        await archive.files.sweep()

        assert ["hub/brought-9"] == list(made.objects)
        assert CONTENT == await archive.files.piece("brought", 0, len(CONTENT))


def _cut_short(connection: Connection) -> None:
    connection.execute(update(media).values(place="coming:brought-7"))


async def test_files_move_into_the_bucket_and_back(url: str, made: S3StandIn) -> None:
    async with without_bucket(url) as before:
        await before.files.put(PICTURE, CONTENT, quota=QUOTA)
        await before.files.put(BROUGHT, b"y" * len(CONTENT), quota=QUOTA)

    async with archive_at(url, made) as archive:
        there = [size async for size in archive.files.move_to_bucket(now=100)]
        moved, names = await archive.files.piece("brought", 0, 3), sorted(made.objects)
        back = [size async for size in archive.files.move_to_rows()]

    async with without_bucket(url) as after:
        assert CONTENT == await after.files.piece("upload", 0, len(CONTENT))
    assert ([len(CONTENT)] * 2, b"yyy", ["hub/brought-100", "hub/upload-100"]) == (there, moved, names)
    assert (there, {}) == (back, made.objects)


async def test_one_that_the_bucket_has_lost_is_told_and_stays_known(archive: Archive, made: S3StandIn) -> None:
    await archive.files.put(PICTURE, CONTENT, quota=QUOTA)
    made.objects.clear()

    with pytest.raises(BucketAway, match="has lost the file upload"):
        async for _ in archive.files.move_to_rows():
            pass

    assert (PICTURE,) == await archive.files.find(["upload"])


async def test_an_export_has_the_bytes_wherever_they_lie(archive: Archive, made: S3StandIn) -> None:
    await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)

    (row,) = await archive.files.of(["cu-1"], [])

    assert (CONTENT, "b.png", False) == (row["content"], row["name"], "place" in row)
    assert [] == made.refused


class Meanwhile:
    """A bucket that something happens beside, just after it has taken a file."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.happens: Callable[[], Awaitable[object]] | None = None
        self.get, self.delete = bucket.get, bucket.delete

    async def put(self, name: str, content: bytes, *, mime: str) -> None:
        await self._bucket.put(name, content, mime=mime)
        if self.happens:
            await self.happens()


async def test_who_is_erased_while_a_file_comes_leaves_nothing_in_the_bucket(url: str, made: S3StandIn) -> None:
    async with bucket_at(place(made)) as real:
        bucket = Meanwhile(real)
        archive = await Archive.open(url, bucket=bucket)
        bucket.happens = partial(archive.erase, "cu-1", addresses=[CHAT])

        with pytest.raises(Forgotten):
            await archive.files.put(BROUGHT, CONTENT, quota=QUOTA)

        await archive.close()
    assert {} == made.objects
    assert 1 < len(made.asked)


async def test_the_quota_counts_what_lies_in_the_bucket(archive: Archive, made: S3StandIn) -> None:
    quota = Quota(bytes=1 << 20, files=1, since=0)
    await archive.files.put(PICTURE, CONTENT, quota=quota)

    with pytest.raises(QuotaSpent):
        await archive.files.put(StoredFile(id="more", mime="image/png", name="d.png", size=1, at=8, address=PAGE), b"x", quota=quota)

    assert 1 == len(made.objects)
