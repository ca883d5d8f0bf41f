"""The stand-in that counts."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox.faults import FaultKind
from sandbox.plain import PlainStandIn, Summary, signature
from tests.processes import eventually


@pytest.fixture
async def stand_in() -> AsyncIterator[PlainStandIn]:
    stand_in = PlainStandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(timeout=ClientTimeout(total=5)) as session:
        yield session


def message(id: str, to: str = "a", purpose: str = "reply") -> dict[str, str]:  # noqa: A002 - the field's name
    return {"id": id, "to": to, "text": f"text of {id}", "purpose": purpose}


async def test_what_came_twice_is_counted_by_purpose(stand_in: PlainStandIn, session: ClientSession) -> None:
    for body in (message("1"), message("2", purpose="marketing"), message("1"), message("2", purpose="marketing"), message("3", to="b")):
        async with session.post(stand_in.base_url, json=body) as answer:
            assert 200 == answer.status

    assert Summary(messages=5, ids=3, doubles={"reply": 1, "marketing": 1}, refused=0) == stand_in.summary()
    assert ["text of 1", "text of 2", "text of 1", "text of 2"] == stand_in.texts_of("a")


async def test_first_byte_counts_though_the_rest_comes_later(stand_in: PlainStandIn) -> None:
    host, port = stand_in.base_url.removeprefix("http://").removesuffix("/messages").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    body = b'{"id": "1", "to": "a"}'
    try:
        before = time.monotonic()
        writer.write(b"POST /messages HT")
        await writer.drain()
        async with asyncio.timeout(30):
            await eventually(lambda: bool(stand_in.reading), what="the first bytes")
        between = time.monotonic()
        writer.write(b"TP/1.1\r\ncontent-LENGTH: %d\r\n\r\n%s" % (len(body), body))
        await eventually(lambda: len(stand_in.received) == 1, what="the message")
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    assert before <= stand_in.received[0].at <= between


async def test_only_what_is_signed_counts_where_a_secret_is_set(session: ClientSession) -> None:
    stand_in = PlainStandIn(secret="shared")
    await stand_in.start()
    body = b'{"id": "1", "to": "a"}'
    try:
        for told, wanted in (("sha256=00", 401), (signature(b"shared", body), 200)):
            async with session.post(stand_in.base_url, data=body, headers={"X-Omnihub-Signature": told}) as answer:
                assert wanted == answer.status
    finally:
        await stand_in.stop()

    assert Summary(messages=1, ids=1, doubles={}, refused=1) == stand_in.summary()


@pytest.mark.parametrize(
    ("kind", "status", "taken"),
    [(FaultKind.THROTTLE, 429, 0), (FaultKind.ERROR, 500, 0), (FaultKind.MALFORMED, 200, 1), (FaultKind.HANG_BEFORE, 200, 1)],
)
async def test_faults_with_an_answer(stand_in: PlainStandIn, session: ClientSession, kind: FaultKind, status: int, taken: int) -> None:
    stand_in.fault(kind, seconds=0.01)

    async with session.post(stand_in.base_url, json=message("1")) as answer:
        assert status == answer.status

    assert taken == len(stand_in.received)


@pytest.mark.parametrize(("kind", "taken"), [(FaultKind.RESET_BEFORE, 0), (FaultKind.RESET_AFTER, 1), (FaultKind.HANG_AFTER, 1)])
async def test_faults_without_an_answer(stand_in: PlainStandIn, kind: FaultKind, taken: int) -> None:
    stand_in.fault(kind, seconds=60)

    async with ClientSession(timeout=ClientTimeout(total=0.2)) as session:
        with pytest.raises((ClientError, TimeoutError)):
            await session.post(stand_in.base_url, json=message("1"))

    assert taken == len(stand_in.received)


async def test_fault_is_for_whom_and_how_often_it_was_set(stand_in: PlainStandIn, session: ClientSession) -> None:
    stand_in.fault(FaultKind.ERROR, chat="b", times=2)
    statuses = []
    for to in ("a", "b", "b", "b"):
        async with session.post(stand_in.base_url, json=message("1", to=to)) as answer:
            statuses.append(answer.status)

    assert [200, 500, 500, 200] == statuses


async def test_nonsense_is_refused_and_the_connection_cut_where_it_is_no_http(stand_in: PlainStandIn, session: ClientSession) -> None:
    async with session.post(stand_in.base_url, data=b"[1") as answer:
        assert 400 == answer.status
    host, port = stand_in.base_url.removeprefix("http://").removesuffix("/messages").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"nonsense\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        assert b"" == await reader.read()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("module", ["sandbox.plain", "sandbox.telegram"])
async def test_as_a_process_it_says_where_it_listens_and_ends_when_told(module: str, session: ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, "--port", "0", stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        async with asyncio.timeout(20):
            line = (await process.stdout.readline()).decode()
        address = next(word for word in line.split() if word.startswith("http://")).removesuffix("/messages").rstrip("/")
        path = "/_sandbox/summary" if module == "sandbox.plain" else "/_sandbox/state"
        async with session.get(address + path) as answer:
            assert 200 == answer.status
    finally:
        process.terminate()
        await process.wait()
