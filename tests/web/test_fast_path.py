"""The short way for webhooks: answers as aiohttp's own way does, and leaves to aiohttp what is no plain webhook."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from hub.web.server.app import application, serve
from hub.web.webhooks.fast_path import AT_ONCE_BYTES
from tests.servers import eventually
from tests.web.world import FakeIntake, Shop, signed

WORD = b'[{"id": "1", "who": "anna", "text": "hello"}]'
BASE = "https://bot.shop.example"


def post(body: bytes, *headers: bytes, path: bytes = b"/hooks/standin/main", signature: str = "") -> bytes:
    sign = (signature or signed(body)["X-Stand-In-Signature"]).encode()
    lines = [b"POST %s HTTP/1.1" % path, b"Host: x", b"X-Stand-In-Signature: " + sign, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CHUNKED = (
    post(WORD).replace(b"Content-Length: %d" % len(WORD), b"Transfer-Encoding: chunked").replace(WORD, b"2d\r\n" + WORD + b"\r\n0\r\n\r\n")
)


class Caller:
    """One connection, spoken to in bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def answer(self) -> tuple[int, bytes]:
        async with asyncio.timeout(20):
            head = await self.reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 100"):
            return await self.answer()
        fields = {name.lower(): value for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")[1:])}
        return int(head.split(b" ")[1]), await self.reader.readexactly(int(fields[b"content-length"]))


@asynccontextmanager
async def calling(made: Shop | None = None) -> AsyncIterator[tuple[Shop, Caller, web.AppRunner]]:
    """A shop with a public address, so with doors, and a connection to it."""
    made = made or Shop(public_url=BASE)
    runner, made.port = await serve(application(made.hooks.routes()), host="127.0.0.1", port=0, doors=made.hooks.doors())
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    try:
        yield made, Caller(reader, writer), runner
    finally:
        writer.close()
        await runner.cleanup()


def connections(runner: web.AppRunner) -> list[RequestHandler]:
    """Those the server has not done with."""
    assert runner.server is not None
    return list(runner.server.connections)


async def test_webhooks_on_one_connection_are_taken_in_order() -> None:
    async with calling() as (here, caller, _):
        bodies = [WORD.replace(b"anna", b"c%d" % n) for n in range(40)]
        caller.writer.write(b"".join(post(body) for body in bodies))

        answers = [await caller.answer() for _ in bodies]

        assert [(200, b"")] * 40 == answers
        assert [f"c{n}" for n in range(40)] == [one.address.id for one in here.intake.accepted]
        assert {f"{BASE}/hooks/standin/main"} == {inbound.url for inbound in here.channel.seen}


async def test_a_body_may_come_in_pieces() -> None:
    async with calling() as (here, caller, _):
        for piece in (post(WORD)[:20], post(WORD)[20:-10], post(WORD)[-10:]):
            caller.writer.write(piece)
            await caller.writer.drain()

        assert (200, b"") == await caller.answer()
        assert 1 == len(here.intake.accepted)


async def test_a_refusal_says_why_and_the_connection_goes_on() -> None:
    async with calling() as (here, caller, _):
        caller.writer.write(post(WORD, signature="00") + post(WORD))

        status, why = await caller.answer()

        assert (403, True) == (status, b"signature" in why)
        assert (200, b"") == await caller.answer()
        assert 1 == len(here.intake.accepted)


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        (b"GET /hooks/standin/main HTTP/1.1\r\nHost: x\r\n\r\n", 2),
        (post(WORD, path=b"/hooks/standin/main?x=1"), 3),
        (post(WORD, b"Expect: 100-continue"), 3),
        (CHUNKED, 3),
    ],
    ids=["a challenge", "with a query", "expecting 100", "chunked"],
)
async def test_what_is_no_plain_webhook_is_served_as_ever_and_what_follows_too(odd: bytes, words: int) -> None:
    async with calling() as (here, caller, _):
        caller.writer.write(post(WORD) + odd + post(WORD))

        answers = [await caller.answer() for _ in range(3)]

        assert [200, 200, 200] == [status for status, _ in answers]
        assert words == len(here.intake.accepted)


async def test_one_that_expects_a_go_ahead_gets_it() -> None:
    async with calling() as (_, caller, _):
        caller.writer.write(post(WORD, b"Expect: 100-continue"))

        async with asyncio.timeout(20):
            assert b"HTTP/1.1 100 Continue\r\n\r\n" == await caller.reader.readuntil(b"\r\n\r\n")
        assert (200, b"") == await caller.answer()


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with calling() as (here, caller, _):
        caller.writer.write(post(b"x" * (AT_ONCE_BYTES + 1)))

        status, _ = await caller.answer()

        assert 413 == status
        assert [] == here.intake.accepted


@pytest.mark.parametrize("end", [lambda w: w.transport.abort(), lambda w: w.write_eof()], ids=["cut", "half closed"])
async def test_a_caller_that_leaves_within_its_body_harms_nobody(end: Callable[[asyncio.StreamWriter], None]) -> None:
    async with calling() as (here, caller, runner):
        caller.writer.write(post(WORD)[:-10])
        await caller.writer.drain()
        end(caller.writer)

        answer = await here.knock(post(WORD, b"Connection: close"))
        await eventually(lambda: not connections(runner), within=20, what="the end of both connections")

        assert answer.startswith(b"HTTP/1.1 200")
        assert 1 == len(here.intake.accepted)


async def test_a_caller_that_leaves_before_its_answer_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    asked, held = asyncio.Event(), asyncio.Event()

    async def slow(path: str, headers: object, body: bytes) -> web.Response | None:
        del path, headers, body
        asked.set()
        await held.wait()
        return None

    runner, port = await serve(application(), host="127.0.0.1", port=0, doors={"/hooks/standin/main": slow})
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post(WORD))
    await asked.wait()

    writer.transport.abort()
    await eventually(lambda: connections(runner)[0].transport is None, within=20, what="the news that it left")
    held.set()
    await eventually(lambda: not connections(runner), within=20, what="the end of the connection")
    await runner.cleanup()
    gc.collect()

    assert [] == [record.getMessage() for record in caplog.records]


async def test_a_broken_door_is_a_500() -> None:
    async def broken(path: str, headers: object, body: bytes) -> web.Response | None:
        del path, headers, body
        raise ZeroDivisionError

    runner, port = await serve(application(), host="127.0.0.1", port=0, doors={"/hooks/standin/main": broken})
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post(WORD))

    status, _ = await Caller(reader, writer).answer()

    assert 500 == status
    writer.close()
    await runner.cleanup()


async def test_stopping_answers_what_is_in_the_door() -> None:
    held = asyncio.Event()

    class SlowIntake(FakeIntake):
        async def accept(self, incoming: object, *, days: int) -> None:
            del incoming
            self.days.add(days)
            await held.wait()

    made = Shop(public_url=BASE)
    made.hooks._intake = slow = SlowIntake()  # noqa: SLF001 - the world's own never waits
    async with calling(made) as (_, caller, runner):
        caller.writer.write(post(WORD))
        await eventually(lambda: bool(slow.days))

        stopping = asyncio.create_task(runner.cleanup())
        await asyncio.sleep(0)
        held.set()

        assert (200, b"") == await caller.answer()
        await stopping
