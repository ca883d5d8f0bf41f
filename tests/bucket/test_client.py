"""Objects put, read and deleted over real HTTP, each request's signature checked; and every way in which that may fail."""

from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest

from hub.store.archive.errors import BucketAway
from hub.store.bucket.client import Bucket
from hub.store.bucket.place import Style
from hub.store.bucket.signing import Access
from sandbox.s3 import S3StandIn
from tests.bucket.world import KEY, NAME, REGION, SECRET, bucket_at, place, storage

CONTENT = bytes(range(256)) * 8_000


@pytest.fixture
async def made() -> AsyncIterator[S3StandIn]:
    async with storage() as made:
        yield made


@pytest.fixture
async def bucket(made: S3StandIn) -> AsyncIterator[Bucket]:
    async with bucket_at(place(made)) as bucket:
        yield bucket


async def test_an_object_is_kept_under_the_prefix_with_its_media_type(bucket: Bucket, made: S3StandIn) -> None:
    await bucket.put("film-1", CONTENT, mime="video/mp4")

    assert {"hub/film-1": (CONTENT, "video/mp4")} == made.objects
    assert [] == made.refused


async def test_pieces_make_the_whole_and_there_is_nothing_beyond_the_end(bucket: Bucket) -> None:
    await bucket.put("film-1", CONTENT, mime="video/mp4")

    pieces = [await bucket.get("film-1", at, 700_000) for at in range(0, len(CONTENT), 700_000)]

    assert CONTENT == b"".join(pieces)
    assert [b"", b"", b""] == [
        await bucket.get("film-1", len(CONTENT), 5),
        await bucket.get("none", 0, 5),
        await bucket.get("film-1", 0, 0),
    ]


async def test_what_is_deleted_is_gone_and_may_be_deleted_again(bucket: Bucket, made: S3StandIn) -> None:
    await bucket.put("a", b"x", mime="text/plain")

    await bucket.delete("a")
    await bucket.delete("a")

    assert {} == made.objects


async def test_the_buckets_name_may_stand_before_the_host(made: S3StandIn) -> None:
    endpoint = made.base_url.replace("127.0.0.1", "s3.example")
    async with bucket_at(place(made, style=Style.HOST, endpoint=endpoint)) as bucket:
        await bucket.put("a", b"x", mime="text/plain")

        assert b"x" == await bucket.get("a", 0, 9)

    assert [("PUT", "/hub/a"), ("GET", "/hub/a")] == made.asked


async def test_a_storage_that_is_busy_for_a_moment_is_asked_once_more(bucket: Bucket, made: S3StandIn) -> None:
    made.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "SlowDown")

    await bucket.put("a", b"x", mime="text/plain")

    assert ["SlowDown"] == made.refused


WRONG: dict[str, dict[str, object]] = {
    "SignatureDoesNotMatch": {"access": Access(region=REGION, key=KEY, secret=f"{SECRET}!")},
    "InvalidAccessKeyId": {"access": Access(region=REGION, key="AKIANOBODY", secret=SECRET)},
    "AuthorizationHeaderMalformed": {"access": Access(region="us-east-1", key=KEY, secret=SECRET)},
    "NoSuchBucket": {"bucket": "another"},
}


@pytest.mark.parametrize("code", WRONG)
@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
async def test_what_is_set_up_wrongly_is_told_by_its_code_and_not_tried_again(made: S3StandIn, code: str, method: str) -> None:
    async with bucket_at(place(made, **WRONG[code])) as bucket:
        asking = {"PUT": bucket.put("a", b"x", mime="text/plain"), "GET": bucket.get("a", 0, 1), "DELETE": bucket.delete("a")}
        chosen = asking.pop(method)
        for other in asking.values():
            other.close()
        with pytest.raises(BucketAway, match=code) as refusal:
            await chosen

    assert [code] == made.refused
    assert SECRET not in str(refusal.value)


async def test_a_clock_that_is_wrong_is_told(made: S3StandIn) -> None:
    async with bucket_at(place(made), ahead_ms=16 * 60_000) as bucket:
        with pytest.raises(BucketAway, match="RequestTimeTooSkewed"):
            await bucket.put("a", b"x", mime="text/plain")


async def test_a_storage_that_is_gone_is_told_in_words(bucket: Bucket, made: S3StandIn) -> None:
    await made.stop()

    with pytest.raises(BucketAway, match=f"bucket {NAME}: it does not answer"):
        await bucket.get("a", 0, 1)


async def test_a_redirect_is_followed_nowhere(bucket: Bucket, made: S3StandIn) -> None:
    made.refuse(HTTPStatus.TEMPORARY_REDIRECT, "TemporaryRedirect")

    with pytest.raises(BucketAway, match="HTTP 307 TemporaryRedirect"):
        await bucket.get("a", 0, 1)
