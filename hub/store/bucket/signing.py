"""AWS Signature Version 4 in a request's headers: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from hub.model.base import Value

ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = "-_.~"


class Access(Value, frozen=True):
    """Who asks: the region the bucket lies in, and the pair of keys."""

    region: str
    key: str
    secret: str

    def __repr__(self) -> str:
        """The secret never reaches a log."""
        return f"Access(region={self.region!r}, key={self.key!r})"


class Asked(Value, frozen=True):
    """A request as it will be sent. `path` and `query` as they mean, unencoded; `headers`: all that are signed; `digest`: of the body."""

    method: str
    path: str
    headers: Mapping[str, str]
    digest: str
    query: Sequence[tuple[str, str]] = ()


def encoded(path: str) -> str:
    """A path as it stands in the address: each byte but letters, digits and -_.~/ as %XX."""
    return quote(path, safe=f"/{_UNRESERVED}")


def authorization(asked: Asked, access: Access, *, stamp: str) -> str:
    """The header `Authorization`. `stamp`: the time as in the header x-amz-date, 20130524T000000Z."""
    headers = {name.lower(): " ".join(value.split()) for name, value in asked.headers.items()}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    query = "&".join(f"{quote(name, safe=_UNRESERVED)}={quote(value, safe=_UNRESERVED)}" for name, value in sorted(asked.query))
    canonical = "\n".join((asked.method, encoded(asked.path), query, lines, names, asked.digest))
    scope = f"{stamp[:8]}/{access.region}/s3/aws4_request"
    told = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = hmac.digest(_key(access, stamp[:8]), told.encode(), hashlib.sha256).hex()
    return f"{ALGORITHM} Credential={access.key}/{scope},SignedHeaders={names},Signature={signature}"


def _key(access: Access, day: str) -> bytes:
    """The key of that day, region and service."""
    key = f"AWS4{access.secret}".encode()
    for part in (day, access.region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key
