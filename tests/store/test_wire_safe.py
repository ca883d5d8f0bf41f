"""SAFE calls: answered only when a replica has them; PLAIN calls do not care."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from hub.model.errors import StoreAway
from hub.store.connections.address import Place
from hub.store.connections.wire import Need, ServerError, Wire
from tests.servers import Node, redis_with_replica
from tests.store.fake_redis import fake_redis


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Node, Node]]:
    with redis_with_replica() as nodes:
        yield nodes


@pytest.fixture
async def wire(pair: tuple[Node, Node]) -> AsyncIterator[Wire]:
    wire = Wire(Place(host="127.0.0.1", port=pair[0].port))
    wire.acknowledge_ms = 300
    await wire.open()
    await wire.call("FLUSHALL", need=Need.SAFE)
    await wire.call("CONFIG", "RESETSTAT")
    yield wire
    await wire.close()


async def test_what_is_answered_is_at_the_replica(pair: tuple[Node, Node], wire: Wire) -> None:
    await wire.call("SET", "k", "v", need=Need.SAFE)

    assert pair[1].ask("GET", "k") == b"v"


async def test_safe_calls_of_one_tick_share_one_wait(wire: Wire) -> None:
    answers = await asyncio.gather(*(wire.call("INCR", "n", need=Need.SAFE) for _ in range(500)))

    assert list(range(1, 501)) == answers
    assert await _waits_made(wire) == 1


async def test_plain_calls_ask_no_replica(wire: Wire) -> None:
    await asyncio.gather(*(wire.call("INCR", "n") for _ in range(10)))

    assert await _waits_made(wire) == 0


async def test_safe_and_plain_calls_over_many_ticks_keep_their_order(wire: Wire) -> None:
    asked = []
    for number in range(200):
        asked.append(wire.call("INCR", "n", need=Need.SAFE if number % 3 else Need.PLAIN))
        if number % 7 == 0:
            await asyncio.sleep(0)

    assert list(range(1, 201)) == await asyncio.gather(*asked)


async def test_a_frozen_replica_fails_the_safe_call_and_spares_the_plain_one(pair: tuple[Node, Node], wire: Wire) -> None:
    pair[1].freeze()

    safe, plain = wire.call("SET", "k", "v", need=Need.SAFE), wire.call("SET", "other", "v")

    assert await plain == b"OK"
    with pytest.raises(StoreAway, match="not acknowledged"):
        await safe
    pair[1].thaw()


async def test_a_frozen_replica_does_not_end_a_busy_connection(pair: tuple[Node, Node], wire: Wire) -> None:
    pair[1].freeze()
    asked: list[asyncio.Future[object]] = []
    for _ in range(40):
        asked.append(asyncio.ensure_future(wire.call("INCR", "n", need=Need.SAFE)))
        await asyncio.sleep(0.02)

    refusals = await asyncio.gather(*asked, return_exceptions=True)

    assert {StoreAway} == {type(refusal) for refusal in refusals}
    assert wire.connected
    assert await wire.call("GET", "n") == b"40"
    pair[1].thaw()


async def test_a_thawed_replica_acknowledges_again(pair: tuple[Node, Node], wire: Wire) -> None:
    pair[1].freeze()
    with pytest.raises(StoreAway):
        await wire.call("SET", "k", "1", need=Need.SAFE)
    pair[1].thaw()

    assert await wire.call("SET", "k", "2", need=Need.SAFE) == b"OK"


async def test_a_refused_safe_call_says_why_and_the_others_are_acknowledged(wire: Wire) -> None:
    await wire.call("SET", "k", "word")

    good, bad = wire.call("SET", "other", "v", need=Need.SAFE), wire.call("INCR", "k", need=Need.SAFE)

    with pytest.raises(ServerError, match="not an integer"):
        await bad
    assert await good == b"OK"


async def test_where_no_replica_is_asked_for_safe_is_plain() -> None:
    async with fake_redis(lambda _: b"+OK\r\n") as fake:
        wire = Wire(fake.place)
        await wire.open()

        await wire.call("SET", "k", "v", need=Need.SAFE)

        assert fake.asked == [[b"SET", b"k", b"v"]]
        await wire.close()


async def test_a_lost_connection_fails_what_waits_for_the_replica(pair: tuple[Node, Node], wire: Wire) -> None:
    pair[1].freeze()
    safe, plain = wire.call("SET", "k", "v", need=Need.SAFE), wire.call("GET", "k")
    await plain

    pair[0].ask("CLIENT", "KILL", "TYPE", "normal")

    with pytest.raises(StoreAway, match="closed"):
        await safe
    pair[1].thaw()


async def test_replicas_that_turn_up_between_call_and_reply_are_asked(pair: tuple[Node, Node], wire: Wire) -> None:
    wire.acknowledge_ms = 0
    safe = wire.call("SET", "k", "v", need=Need.SAFE)
    wire.flush()
    wire.acknowledge_ms = 300

    await safe

    assert pair[1].ask("GET", "k") == b"v"
    assert await _waits_made(wire) == 1


async def _waits_made(wire: Wire) -> int:
    told = await wire.call("INFO", "commandstats")
    assert isinstance(told, bytes)
    counts = [line for line in told.decode().splitlines() if line.startswith("cmdstat_wait:")]
    return int(counts[0].split("calls=")[1].split(",")[0]) if counts else 0
