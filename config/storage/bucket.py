"""The bucket that files are kept in, wired from the settings; a session of its own, for calls of channels need leave."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import ClientSession, DummyCookieJar

from config.settings.bucket import Bucketed
from config.settings.values import Settings
from hub.engine.clock import SystemClock
from hub.store.bucket.client import Bucket
from hub.store.bucket.place import Place
from hub.store.bucket.signing import Access

if TYPE_CHECKING:
    from hub.store.archive.open import Archive


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
