"""A stand-in for storage that speaks S3: one bucket in memory, signatures checked by the letter, refusals on demand.

Paths, headers and codes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html. The
signature is worked out from what came over the wire: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from aiohttp import web

SKEW = timedelta(minutes=15)
LARGEST = 64 * 1024 * 1024
_TOLD = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
_MUST = frozenset({"host", "x-amz-date", "x-amz-content-sha256"})


class S3StandIn:
    """One bucket on loopback. `objects`: name → bytes and media type; `refused`: why requests were refused, in order."""

    def __init__(self, *, bucket: str, key: str, secret: str, region: str = "us-east-1") -> None:
        self.bucket = bucket
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.base_url = ""
        self._key, self._secret, self._region = key, secret, region
        self._fault: tuple[HTTPStatus, str, int] = (HTTPStatus.OK, "", 0)
        self._runner: web.AppRunner | None = None

    def refuse(self, status: HTTPStatus, code: str, *, times: int = 1) -> None:
        """Refuse the next requests so; 0 times: none any more."""
        self._fault = (status, code, times)

    async def start(self, port: int = 0) -> None:
        """Listen; `base_url` is the endpoint."""
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Be away."""
        if self._runner:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append((request.method, request.path))
        status, code, times = self._fault
        if times:
            self._fault = (status, code, times - 1)
            return self._refusal(status, code)
        if wrong := self._wrong(request, body):
            return self._refusal(HTTPStatus.FORBIDDEN, wrong)
        name = self._name(request)
        if name is None:
            return self._refusal(HTTPStatus.NOT_FOUND, "NoSuchBucket")
        return self._done(request, name, body)

    def _name(self, request: web.Request) -> str | None:
        """The object's name, of the bucket in the path or before the host; None for another bucket."""
        if request.host.startswith(f"{self.bucket}."):
            return request.path[1:]
        bucket, _, name = request.path[1:].partition("/")
        return name if bucket == self.bucket else None

    def _done(self, request: web.Request, name: str, body: bytes) -> web.Response:
        if request.method == "PUT":
            self.objects[name] = (body, request.headers.get("Content-Type", ""))
            return web.Response(headers={"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'})
        if request.method == "DELETE":
            self.objects.pop(name, None)
            return web.Response(status=HTTPStatus.NO_CONTENT)
        if name not in self.objects:
            return self._refusal(HTTPStatus.NOT_FOUND, "NoSuchKey")
        content, mime = self.objects[name]
        found = _RANGE.fullmatch(request.headers.get("Range", ""))
        if found is None:
            return web.Response(body=content, headers={"Content-Type": mime})
        first, last = int(found[1]), min(int(found[2]), len(content) - 1)
        if first >= len(content):
            return self._refusal(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "InvalidRange")
        headers = {"Content-Type": mime, "Content-Range": f"bytes {first}-{last}/{len(content)}"}
        return web.Response(status=HTTPStatus.PARTIAL_CONTENT, body=content[first : last + 1], headers=headers)

    def _wrong(self, request: web.Request, body: bytes) -> str:
        """S3's code for what is wrong with the request's signature; empty for nothing."""
        told = _TOLD.fullmatch(request.headers.get("Authorization", ""))
        if told is None:
            return "AccessDenied"
        key, day, region, names, signature = told.groups()
        stamp = request.headers.get("x-amz-date", "")
        if key != self._key:
            return "InvalidAccessKeyId"
        if region != self._region or not stamp.startswith(day):
            return "AuthorizationHeaderMalformed"
        if abs(datetime.now(UTC) - datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)) > SKEW:
            return "RequestTimeTooSkewed"
        if request.headers.get("x-amz-content-sha256") != hashlib.sha256(body).hexdigest():
            return "XAmzContentSHA256Mismatch"
        amz = {name.lower() for name in request.headers if name.lower().startswith("x-amz-")}
        if not (_MUST | amz) <= set(names.split(";")) or names.split(";") != sorted(names.split(";")):
            return "AccessDenied"
        return "" if hmac.compare_digest(signature, self._signature(request, names, day, stamp)) else "SignatureDoesNotMatch"

    def _signature(self, request: web.Request, names: str, day: str, stamp: str) -> str:
        path, _, query = request.raw_path.partition("?")
        lines = [f"{name}:{' '.join(request.headers[name].split())}" for name in names.split(";")]
        canonical = [request.method, path, "&".join(sorted(query.split("&"))), *lines, "", names, request.headers["x-amz-content-sha256"]]
        digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        told = f"AWS4-HMAC-SHA256\n{stamp}\n{day}/{self._region}/s3/aws4_request\n{digest}"
        key = b"AWS4" + self._secret.encode()
        for part in (day, self._region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()

    def _refusal(self, status: HTTPStatus, code: str) -> web.Response:
        self.refused.append(code)
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>no</Message></Error>'
        return web.Response(status=status, text=body, content_type="application/xml")
