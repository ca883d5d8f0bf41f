"""A bucket on loopback, and who speaks to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec.structs import replace

from hub.engine.clock import SystemClock
from hub.store.bucket.client import Bucket
from hub.store.bucket.place import Place
from hub.store.bucket.signing import Access
from sandbox.s3 import S3StandIn

NAME, KEY, SECRET, REGION = "shop-files", "AKIAOMNIHUBTESTS0000", "secret-of-the-bucket-0123456789/+=", "eu-central-1"


@asynccontextmanager
async def storage() -> AsyncIterator[S3StandIn]:
    """The stand-in, listening."""
    made = S3StandIn(bucket=NAME, key=KEY, secret=SECRET, region=REGION)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def place(made: S3StandIn, **other: object) -> Place:
    """Where it is; `other`: what is different."""
    access = Access(region=REGION, key=KEY, secret=SECRET)
    return replace(Place(endpoint=made.base_url, bucket=NAME, access=access, prefix="hub/"), **other)


@asynccontextmanager
async def bucket_at(where: Place, *, ahead_ms: int = 0) -> AsyncIterator[Bucket]:
    """A client of it, whose clock goes so much ahead; every host's name leads to loopback."""
    async with ClientSession(connector=TCPConnector(resolver=_Loopback())) as session:
        yield Bucket(where, session, now=lambda: SystemClock().now() + ahead_ms)


class _Loopback(AbstractResolver):
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Nothing is open."""
