"""One connection: order, batching, what errors mean, what cancelling does. Against a real server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest

from hub.model.errors import SettingsError, StoreAway, StoreFull
from hub.store.connections.address import Place
from hub.store.connections.wire import Answer, ServerError, Wire
from tests.servers import Node, redis_on_port, redis_on_socket
from tests.store.fake_redis import fake_redis


@pytest.fixture(scope="module")
def server() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@contextlib.asynccontextmanager
async def wired(place: Place) -> AsyncIterator[Wire]:
    wire = Wire(place)
    await wire.open()
    yield wire
    await wire.close()


@pytest.fixture
async def wire(server: Node) -> AsyncIterator[Wire]:
    async with wired(Place(path=str(server.socket))) as opened:
        await opened.call("FLUSHALL")
        yield opened


async def test_replies_come_raw(wire: Wire) -> None:
    assert await wire.call("SET", "k", b"\x00\r\n\xff") == b"OK"
    assert await wire.call("GET", "k") == b"\x00\r\n\xff"
    assert await wire.call("GET", "nothing") is None
    assert await wire.call("INCRBY", "n", 5) == 5
    assert await wire.call("MGET", "k", "nothing") == [b"\x00\r\n\xff", None]


async def test_a_loopback_port_serves_as_well() -> None:
    with redis_on_port() as node:
        async with wired(Place(host="127.0.0.1", port=node.port)) as wire:
            assert await wire.call("PING") == b"PONG"


async def test_ten_thousand_calls_at_once_are_answered_in_the_order_they_were_made(wire: Wire) -> None:
    asked = [wire.call("INCR", "n") for _ in range(10_000)]

    answers = await asyncio.gather(*asked)

    assert list(range(1, 10_001)) == answers


async def test_the_calls_of_one_tick_share_one_write(wire: Wire) -> None:
    before = await _reads_of_server(wire)

    await asyncio.gather(*(wire.call("INCR", "n") for _ in range(100)))

    reads = await _reads_of_server(wire) - before
    assert reads <= 3


async def test_a_cancelled_call_does_not_shift_the_replies_of_the_others(wire: Wire) -> None:
    asked = [wire.call("ECHO", number) for number in range(300)]
    for future in asked[::3]:
        future.cancel()

    answers = await asyncio.gather(*asked, return_exceptions=True)

    kept = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert [str(number).encode() for number in range(300) if number % 3] == kept


async def test_a_call_cancelled_while_it_waits_is_done_once_all_the_same(wire: Wire) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0):
            await wire.call("INCR", "n")

    assert await wire.call("GET", "n") == b"1" or await wire.call("GET", "n") is None


async def test_a_refusal_is_the_callers_alone(wire: Wire) -> None:
    first, second, third = wire.call("SET", "k", "v"), wire.call("INCR", "k"), wire.call("GET", "k")

    with pytest.raises(ServerError, match="not an integer") as refused:
        await second

    assert refused.value.code == "ERR"
    assert [await first, await third] == [b"OK", b"v"]


async def test_a_missing_script_says_so_by_its_code(wire: Wire) -> None:
    with pytest.raises(ServerError) as refused:
        await wire.call("EVALSHA", "0" * 40, 0)

    assert refused.value.code == "NOSCRIPT"


async def test_an_argument_of_no_known_kind_is_told_at_once_and_harms_nobody(wire: Wire) -> None:
    before = wire.call("INCR", "n")

    with pytest.raises(TypeError):
        wire.call("SET", "k", None)  # type: ignore[arg-type]

    assert [await before, await wire.call("INCR", "n")] == [1, 2]


async def test_a_server_out_of_memory_is_full(wire: Wire) -> None:
    await wire.call("CONFIG", "SET", "maxmemory", "1")
    try:
        with pytest.raises(StoreFull):
            await wire.call("SET", "k", "v")
    finally:
        await wire.call("CONFIG", "SET", "maxmemory", "0")


async def test_too_few_replicas_is_away(wire: Wire) -> None:
    await wire.call("CONFIG", "SET", "min-replicas-to-write", "1")
    try:
        with pytest.raises(StoreAway, match="NOREPLICAS"):
            await wire.call("SET", "k", "v")
    finally:
        await wire.call("CONFIG", "SET", "min-replicas-to-write", "0")


@pytest.mark.parametrize("code", ["LOADING", "MASTERDOWN", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "BUSY"])
async def test_a_server_that_cannot_serve_now_is_away(code: str) -> None:
    async with fake_redis(lambda _: f"-{code} not now\r\n".encode()) as fake, wired(fake.place) as wire:
        with pytest.raises(StoreAway, match=code):
            await wire.call("SET", "k", "v")


async def test_a_server_whose_disk_is_full_is_full() -> None:
    async with fake_redis(lambda _: b"-MISCONF Errors writing to the AOF file\r\n") as fake, wired(fake.place) as wire:
        with pytest.raises(StoreFull, match="AOF"):
            await wire.call("SET", "k", "v")


@pytest.mark.parametrize("nonsense", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"+OK\r\n+OK\r\n", b"*-7\r\n", b"\xff\xfe\r\n"])
async def test_nonsense_ends_the_connection(nonsense: bytes) -> None:
    async with fake_redis(lambda _: nonsense) as fake, wired(fake.place) as wire:
        asked = [wire.call("GET", "k")]

        answers: list[Answer | BaseException] = list(await asyncio.gather(*asked, return_exceptions=True))

        assert not wire.connected
        assert isinstance(answers[0], StoreAway) or answers == [b"OK"]


async def test_a_reply_in_pieces_is_one_reply(wire: Wire) -> None:
    big = b"x" * 5_000_000

    await wire.call("SET", "k", big)

    assert await wire.call("GET", "k") == big


async def test_more_than_the_socket_takes_is_written_as_the_server_reads(wire: Wire) -> None:
    asked = [wire.call("SET", f"k{number}", b"x" * 1_000_000) for number in range(40)]
    await asyncio.sleep(0)
    behind = wire.call("DBSIZE")

    assert {b"OK"} == set(await asyncio.gather(*asked))
    assert await behind == 40


async def test_the_password_and_the_database_are_given_on_opening() -> None:
    with redis_on_socket("--requirepass", "it's secret") as node:
        async with wired(Place(path=str(node.socket), password="it's secret", db=3)) as wire:
            assert b" db=3 " in str(await wire.call("CLIENT", "INFO")).encode()


@pytest.mark.parametrize("password", ["", "wrong"])
async def test_a_wrong_password_is_a_setting_to_mend_and_is_not_told(password: str) -> None:
    with redis_on_socket("--requirepass", "right") as node:
        wire = Wire(Place(path=str(node.socket), password=password))

        with pytest.raises(SettingsError, match="REDIS_URL") as refused:
            await wire.open()

        assert not wire.connected
        assert password == "" or password not in str(refused.value)


async def test_nobody_there_is_away() -> None:
    wire = Wire(Place(path="/nonexistent/s"))

    with pytest.raises(StoreAway):
        await wire.open()
    with pytest.raises(StoreAway):
        await wire.call("PING")


async def test_closing_ends_what_is_unanswered(wire: Wire) -> None:
    asked = wire.call("GET", "k")

    await wire.close()

    with pytest.raises(StoreAway, match="closed"):
        await asked


def test_the_other_event_loop_serves_as_well(server: Node) -> None:
    async def scenario() -> list[Answer]:
        async with wired(Place(path=str(server.socket))) as wire:
            await wire.call("FLUSHALL")
            return await asyncio.gather(*(wire.call("INCR", "n") for _ in range(1000)))

    assert list(range(1, 1001)) == asyncio.run(scenario())


async def _reads_of_server(wire: Wire) -> int:
    """How often the server has read from a socket; the question itself costs one."""
    told = await wire.call("INFO", "stats")
    assert isinstance(told, bytes)
    return next(int(line.split(b":")[1]) for line in told.splitlines() if line.startswith(b"total_reads_processed"))
