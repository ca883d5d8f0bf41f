"""What is set of the bucket that files are kept in."""

from collections.abc import Mapping
from typing import Any

from config.reference.reading import Secret
from hub.model.base import Value
from hub.model.errors import SettingsError
from hub.store.bucket.place import Style


class Bucketed(Value, frozen=True):
    """Where files are kept that do not lie in the archive; `bucket` empty: nowhere else."""

    bucket: str
    endpoint: str
    region: str
    access_key: str
    secret_key: Secret
    prefix: str
    style: Style


def bucketed(found: Mapping[str, Any]) -> Bucketed:
    """The settings under `[s3]`; raises SettingsError for a bucket without keys, and for keys without a bucket."""
    made = Bucketed(**found)
    if bool(made.bucket) != bool(made.access_key and made.secret_key):
        raise SettingsError("[s3] needs bucket, access_key and secret_key, all three or none; add what is missing.")
    return made
