"""The doctor's look at the bucket: a probe is put there, read and deleted, as every file will be."""

from secrets import token_hex

from config.doctor.findings import Finding, Level
from config.settings.values import Settings
from config.storage.bucket import bucket_of
from hub.model.errors import HubError
from hub.store.archive.errors import BucketAway
from hub.store.bucket.client import Bucket

PROBE = b"omnihub was here"


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
