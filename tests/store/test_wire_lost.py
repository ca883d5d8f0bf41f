"""A connection that goes away: everything unanswered fails with StoreAway, in time, and nothing is sent twice."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from hub.model.errors import StoreAway
from hub.store.connections.address import Place
from hub.store.connections.wire import Answer, Wire
from tests.servers import Node, eventually, redis_on_socket
from tests.store.fake_redis import fake_redis

MUCH = b"x" * 20_000_000


@pytest.fixture
def server() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


async def opened(server: Node) -> Wire:
    wire = Wire(Place(path=str(server.socket)))
    await wire.open()
    return wire


async def test_a_killed_server_is_away_and_that_is_told_once(server: Node) -> None:
    wire, told = await opened(server), list[str]()
    wire.on_lost = told.append

    server.kill()
    await eventually(lambda: not wire.connected)

    with pytest.raises(StoreAway):
        await wire.call("GET", "k")
    assert len(told) == 1
    await wire.close()


async def test_what_a_killed_server_had_not_answered_fails(server: Node) -> None:
    wire = await opened(server)
    server.freeze()
    asked = [wire.call("INCR", "n") for _ in range(100)]
    await asyncio.sleep(0)

    server.kill()
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert {StoreAway} == {type(answer) for answer in answers}


async def test_a_frozen_server_is_away_after_its_time_and_nothing_is_sent_twice(server: Node) -> None:
    wire = await opened(server)
    server.freeze()
    began = time.monotonic()

    with pytest.raises(StoreAway, match="no answer"):
        await wire.call("INCR", "n")

    waited = time.monotonic() - began
    assert waited >= 0.8
    assert not wire.connected
    server.thaw()
    again = Wire(Place(path=str(server.socket)))
    await again.open()
    await eventually(lambda: _is(again, b"1"))
    assert await again.call("GET", "n") == b"1"
    await again.close()


async def test_a_call_that_joins_an_old_one_falls_with_it(server: Node) -> None:
    wire = await opened(server)
    server.freeze()
    old = wire.call("INCR", "n")
    await asyncio.sleep(0.4)
    young = wire.call("INCR", "n")
    began = time.monotonic()

    answers = await asyncio.gather(old, young, return_exceptions=True)

    assert [StoreAway, StoreAway] == [type(answer) for answer in answers]
    assert time.monotonic() - began < 0.8
    server.thaw()


async def test_a_lost_reply_is_not_asked_for_again() -> None:
    async with fake_redis(lambda _: None) as fake:
        wire = Wire(fake.place)
        await wire.open()

        with pytest.raises(StoreAway):
            await wire.call("XADD", "s", "*", "e", "1")

        assert fake.asked == [[b"XADD", b"s", b"*", b"e", b"1"]]


async def test_a_process_that_stood_still_itself_reads_before_it_judges(server: Node) -> None:
    wire = await opened(server)

    answer = await _ask_for_much_and_stand_still(wire, server)

    assert MUCH == answer
    assert wire.connected
    await wire.close()


def test_the_other_event_loop_reads_before_it_judges_too(server: Node) -> None:
    async def scenario() -> Answer:
        wire = await opened(server)
        answer = await _ask_for_much_and_stand_still(wire, server)
        await wire.close()
        return answer

    assert MUCH == asyncio.run(scenario())


async def test_a_frozen_server_is_not_taken_for_open(server: Node) -> None:
    server.freeze()

    with pytest.raises(StoreAway):
        await opened(server)

    server.thaw()


async def test_a_slow_call_within_its_time_is_waited_for(server: Node) -> None:
    wire = await opened(server)

    server.ask("CLIENT", "PAUSE", 500)

    assert await wire.call("INCR", "n") == 1
    await wire.close()


async def _ask_for_much_and_stand_still(wire: Wire, server: Node) -> Answer:
    """More than one read takes, so that there is still something to read when the watchdog looks."""
    server.ask("SET", "much", MUCH)  # By another way: on a busy machine this alone may take longer than the wire waits.
    asked = wire.call("GET", "much")
    wire.flush()
    _stand_still(1.2)
    return await asked


def _stand_still(seconds: float) -> None:
    """Block the event loop, as SIGSTOP, a swapped-out page or a long computation does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


async def _is(wire: Wire, value: bytes) -> bool:
    return await wire.call("GET", "n") == value
