"""The bucket that files are kept in, wired from the settings; a session of its own, for calls of channels need leave."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from aiohttp import ClientSession, DummyCookieJar

from config.bucketed import Bucketed
from config.doctor import Finding, Level
from config.settings import Settings
from hub.engine.clock import SystemClock
from hub.model.errors import HubError
from hub.store.archive.errors import BucketAway
from hub.store.bucket.client import Bucket
from hub.store.bucket.place import Place
from hub.store.bucket.signing import Access

if TYPE_CHECKING:
    from hub.store.archive.open import Archive

PROBE = b"omnihub was here"


def place_of(s3: Bucketed) -> Place:
    """Where the bucket is; Amazon's own where no endpoint is named."""
    return Place(
        endpoint=s3.endpoint or f"https://s3.{s3.region}.amazonaws.com",
        bucket=s3.bucket,
        access=Access(region=s3.region, key=s3.access_key, secret=str(s3.secret_key)),
        prefix=s3.prefix,
        style=s3.style,
    )


@asynccontextmanager
async def bucket_of(settings: Settings) -> AsyncIterator[Bucket | None]:
    """The bucket of these settings; None where files lie in the archive. Signed by the machine's clock, which the storage looks at."""
    if not settings.s3.bucket:
        yield None
        return
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Bucket(place_of(settings.s3), session, now=SystemClock().now)


async def open_archive(settings: Settings, stack: AsyncExitStack) -> "Archive":
    """The archive of these settings with its bucket, open until the stack is."""
    from hub.store.archive.open import Archive

    bucket = await stack.enter_async_context(bucket_of(settings))
    archive = await Archive.open(settings.archive_url or str(settings.data / "archive.sqlite3"), bucket=bucket)
    stack.push_async_callback(archive.close)
    return archive


async def bucket_finding(settings: Settings) -> Finding:
    """Whether an object can be put there, read and deleted, as every file will be."""
    async with bucket_of(settings) as bucket:
        try:
            if bucket is not None:
                await _probed(bucket)
        except HubError as error:
            text = f"{error}; look at [s3]: bucket, endpoint, region, both keys, and that they may put, get and delete."
            return Finding(name="bucket", level=Level.FAIL, text=text)
    return Finding(name="bucket", level=Level.OK, text=f"files are kept in {settings.s3.bucket}: put, read and deleted a probe")


async def _probed(bucket: Bucket) -> None:
    name = f"probe-{token_hex(8)}"
    await bucket.put(name, PROBE, mime="text/plain")
    try:
        if await bucket.get(name, 8, 4) != PROBE[8:12]:
            raise BucketAway(f"bucket {bucket.called}: it gave back something else than was put")
    finally:
        await bucket.delete(name)
    if await bucket.get(name, 0, 1):
        raise BucketAway(f"bucket {bucket.called}: it still gives out what was deleted")
