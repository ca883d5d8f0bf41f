"""Where a bucket is, and who may use it."""

from enum import StrEnum

from hub.model.base import Value
from hub.store.bucket.signing import Access


class Style(StrEnum):
    """Where the bucket's name stands: in the path, or before the host."""

    PATH = "path"
    HOST = "host"


class Place(Value, frozen=True):
    """Which bucket, where: `endpoint` scheme and host, `prefix` before the name of each object."""

    endpoint: str
    bucket: str
    access: Access
    prefix: str = ""
    style: Style = Style.PATH
