"""Fetching from addresses that somebody else wrote: what is refused before, while and after connecting."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from hub.engine.files.fetching import Bounds, Brought, Fetcher, HadLater, NotHad, checked, is_public_address, next_place
from hub.model.channels.abilities import Located
from hub.model.files.wanted import Unhad, Whence

WHENCE = Whence(hosts=("files.example",), base_url="http://127.0.0.1:9999")
BOUNDS = Bounds(most=1000, seconds=5.0)
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Told(AbstractResolver):
    """A name server that says something else each time it is asked, and stays with the last."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        self.asked += 1
        at = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ResolveResult(hostname=host, host=at, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing."""


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[str]:
    """A provider that answers every path so; where it listens."""
    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def fetched(base: str, path: str = "/a", *, bounds: Bounds = BOUNDS, **headers: str) -> Brought:
    return await Fetcher().fetch(Located(url=base + path, headers=headers), Whence(base_url=f"{base}/v1"), bounds)


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example/a",
        "https://eu.files.example/a?b=c",
        "https://FILES.example:443/a",
        "http://127.0.0.1:9999/file/bot1/a",
    ],
)
def test_the_providers_own_addresses_are_taken(url: str) -> None:
    assert checked(url, WHENCE).path


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/a",
        "https://files.example:8443/a",
        "https://files.example.evil.example/a",
        "https://notfiles.example/a",
        "https://user:word@files.example/a",
        "https://files.example@evil.example/a",
        "https://evil.example/files.example",
        "https://127.0.0.1/a",
        "http://127.0.0.1:9998/a",
        "https://127.0.0.1:9999/a",
        "https://2130706433/a",
        "https://0x7f000001/a",
        "https://0177.0.0.1/a",
        "https://127.1/a",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://[::ffff:a9fe:a9fe]/latest/meta-data",
        "https://169.254.169.254/latest/meta-data",
        "https://metadata.google.internal/",
        "https://localhost/a",
        "file:///etc/passwd",
        "ftp://files.example/a",
        "gopher://files.example/a",
        "//files.example/a",
        "https:///a",
        "https://files.example:99999/a",
        "https://[files.example/a",
        "",
    ],
)
async def test_any_other_address_is_refused_and_nothing_is_asked_of_the_network(url: str) -> None:
    resolver = Told("127.0.0.1")

    with pytest.raises(NotHad) as refused:
        await Fetcher(resolver=resolver).fetch(Located(url=url), WHENCE, BOUNDS)

    assert (Unhad.FOREIGN, 0) == (refused.value.reason, resolver.asked)


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/a", "https://[::1]/a", "https://2130706433/a", "https://intranet/a", "http://a.example/"]
)
async def test_where_any_public_host_may_be_asked_an_inner_one_still_may_not(url: str) -> None:
    with pytest.raises(NotHad):
        await Fetcher(resolver=Told("127.0.0.1")).fetch(Located(url=url), Whence(hosts=("*",)), BOUNDS)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - looked at, not listened on
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00:ec2::254", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
    ],
)
def test_an_address_is_judged_by_what_it_leads_to_however_it_is_written(address: str, public: bool) -> None:  # noqa: FBT001 - a table's column
    assert public == is_public_address(address)


@pytest.mark.parametrize("inner", ["127.0.0.1", "169.254.169.254", "10.0.0.7", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_inside_is_not_connected_to(inner: str) -> None:
    with pytest.raises(NotHad) as refused:
        await Fetcher(resolver=Told(inner)).fetch(Located(url="https://files.example/a"), WHENCE, BOUNDS)

    assert Unhad.FOREIGN == refused.value.reason


async def test_a_name_that_leads_inside_the_second_time_is_asked_only_once_for_each_connection() -> None:
    # Rebinding: whoever looks twice, once to judge and once to connect, is told two things.
    resolver = Told("127.0.0.1", "169.254.169.254")
    seen: list[str] = []

    def lax(address: str) -> bool:
        seen.append(address)
        return address == "127.0.0.1"

    with pytest.raises(HadLater):
        await Fetcher(resolver=resolver, is_allowed=lax).fetch(Located(url="https://files.example/a"), WHENCE, Bounds(1000, 0.3))

    assert (1, ["127.0.0.1"]) == (resolver.asked, seen)


def test_credentials_go_to_the_first_host_alone() -> None:
    place = Located(url="https://files.example/a", headers={"Authorization": "Bearer x"})

    same, other = next_place(place, "/b", WHENCE), next_place(place, "https://cdn.files.example/b", WHENCE)

    assert ("https://files.example/b", {"Authorization": "Bearer x"}) == (same.url, same.headers)
    assert ("https://cdn.files.example/b", {}) == (other.url, other.headers)


@pytest.mark.parametrize(
    "to", ["http://files.example/b", "https://evil.example/b", "https://169.254.169.254/", "//evil.example/b", "http://localhost/"]
)
def test_a_redirect_leads_nowhere_a_first_address_may_not(to: str) -> None:
    with pytest.raises(NotHad):
        next_place(Located(url="https://files.example/a"), to, WHENCE)


async def test_a_file_comes_with_its_headers_over_a_redirect_of_the_same_host() -> None:
    async def serve(request: web.Request) -> web.StreamResponse:
        if request.path == "/a":
            raise web.HTTPFound("/b")
        return web.Response(body=request.headers["Authorization"].encode(), content_type="image/png")

    async with served(serve) as base:
        found = await fetched(base, Authorization="Bearer x")

    assert (b"Bearer x", "image/png") == (found.content, found.mime_type)


async def test_whoever_leads_on_and_on_is_left() -> None:
    async def serve(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"{request.path}a")

    async with served(serve) as base:
        with pytest.raises(NotHad) as lost:
            await fetched(base)

    assert Unhad.GONE == lost.value.reason


@pytest.mark.parametrize("told", ["said", "unsaid"])
async def test_no_more_is_read_than_agreed_whether_the_size_is_told_or_not(told: str) -> None:
    sent = 0

    async def serve(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        if told == "said":
            return web.Response(body=b"x" * 1001)
        answer = web.StreamResponse()
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        while sent < 100_000_000:
            await answer.write(b"x" * 65536)
            sent += 65536
        return answer

    async with served(serve) as base:
        with pytest.raises(NotHad) as lost:
            await fetched(base)

    assert (Unhad.LARGE, True) == (lost.value.reason, sent < 50_000_000)


async def test_what_is_packed_is_not_unpacked() -> None:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x1f\x8b" + b"0" * 20, headers={"Content-Encoding": "gzip"})

    async with served(serve) as base:
        with pytest.raises(NotHad) as lost:
            await fetched(base)

    assert Unhad.KIND == lost.value.reason


async def test_a_slow_drip_ends_with_its_time_and_may_come_again() -> None:
    async def serve(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.05)

    async with served(serve) as base:
        with pytest.raises(HadLater):
            await fetched(base, bounds=Bounds(1000, 0.4))


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (404, {}, (NotHad, Unhad.GONE, None)),
        (410, {}, (NotHad, Unhad.GONE, None)),
        (401, {}, (HadLater, Unhad.FORBIDDEN, None)),
        (403, {}, (HadLater, Unhad.FORBIDDEN, None)),
        (202, {}, (HadLater, Unhad.GONE, None)),
        (429, {"Retry-After": "7"}, (HadLater, Unhad.GONE, 7.0)),
        (500, {}, (HadLater, Unhad.GONE, None)),
        (503, {"Retry-After": "soon"}, (HadLater, Unhad.GONE, None)),
    ],
)
async def test_what_a_status_means(status: int, headers: dict[str, str], expected: tuple[type, Unhad, float | None]) -> None:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers)

    async with served(serve) as base:
        with pytest.raises((NotHad, HadLater)) as ended:
            await fetched(base)

    error = ended.value
    assert isinstance(error, (NotHad, HadLater))
    assert expected == (type(error), error.reason, getattr(error, "after", None))


async def test_no_error_tells_the_address_for_it_may_hold_a_token() -> None:
    with pytest.raises(HadLater) as ended:
        await fetched("http://127.0.0.1:1", "/file/bot123:hush/a")

    assert (False, None) == ("hush" in str(ended.value), ended.value.__cause__)
