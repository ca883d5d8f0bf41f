"""The reference of the settings about files: `[media]` and `[s3]`."""

from config.reference.entry import Entry
from config.reference.reading import decimal, matching, one_of, secret, size, web_address
from hub.store.bucket.place import Style

_FETCHED = "Largest {} that is fetched of what customers send on their channels."
MEDIA = (
    *(
        Entry(key=f"{what}_size", env=(f"HUB_MEDIA_{what.upper()}_SIZE",), read=size(64 * 1024), default="25mb", what=_FETCHED.format(what))
        for what in ("image", "video", "audio", "file")
    ),
    Entry(key="a_day", env=("HUB_MEDIA_A_DAY",), read=size(64 * 1024), default="200mb", what="All that is fetched of a customer in a day."),
    Entry(
        key="seconds", env=("HUB_MEDIA_SECONDS",), read=decimal(1, 150), default=60, what="Seconds a file may take, then it comes later."
    ),
)
"""What stands under `[media]`."""

S3 = (
    Entry(
        key="bucket",
        env=("HUB_S3_BUCKET",),
        read=matching(r"([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?", "a bucket's name: small letters, digits, . and -"),
        what="Bucket in which new files are kept, of any storage that speaks S3; without it they lie in the archive.",
    ),
    Entry(
        key="endpoint",
        env=("HUB_S3_ENDPOINT",),
        read=web_address,
        what="Where that storage answers, like `https://s3.eu-central-1.amazonaws.com` or `http://127.0.0.1:9000`; without it Amazon's "
        "of that region.",
    ),
    Entry(
        key="region",
        env=("HUB_S3_REGION",),
        read=matching(r"[a-z0-9-]{1,40}", "a region like eu-central-1"),
        default="us-east-1",
        what="Region the bucket lies in, as requests are signed with it.",
    ),
    Entry(
        key="access_key",
        env=("HUB_S3_ACCESS_KEY",),
        read=matching(r"[\x21-\x7e]{0,128}", "the access key's id, without spaces"),
        what="The access key's id. It needs to put, get and delete objects.",
    ),
    Entry(key="secret_key", env=("HUB_S3_SECRET_KEY",), read=secret, secret=True, what="The access key's secret."),
    Entry(
        key="prefix",
        env=("HUB_S3_PREFIX",),
        read=matching(r"([A-Za-z0-9_.-]+/)*", "folders like shop/files/, or nothing"),
        what="Stands before every object's name; one hub, one prefix.",
    ),
    Entry(
        key="style",
        env=("HUB_S3_STYLE",),
        read=one_of(Style),
        default="path",
        what="Where the bucket's name stands: `path` (`https://host/bucket/…`) or `host` (`https://bucket.host/…`).",
    ),
)
"""What stands under `[s3]`."""
