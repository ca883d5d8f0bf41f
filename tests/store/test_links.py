"""The links to a single server: away and back, blocking reads, listening, functions, the connection that stands by."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager

import pytest

from hub.model.errors import StoreAway
from hub.store.connections.link import CARRIERS
from hub.store.connections.links import Links, Need, Replicas, connect
from hub.store.connections.wire import ServerError
from tests.servers import Node, eventually, redis_on_port, redis_on_socket, redis_with_replica
from tests.store.fake_redis import fake_redis

GREETING = "#!lua name=greeting\nredis.register_function('greet', function(keys) return 'hello ' .. keys[1] end)"


@pytest.fixture
def server() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@asynccontextmanager
async def linked(url: str, *, replicas: Replicas = Replicas.AUTO) -> AsyncIterator[Links]:
    links = await connect(url, replicas=replicas)
    yield links
    await links.stop()


@pytest.fixture
async def links(server: Node) -> AsyncIterator[Links]:
    async with linked(server.url) as opened:
        yield opened


async def test_a_socket_and_a_port_serve_alike(links: Links) -> None:
    with redis_on_port() as node:
        async with linked(node.url + "/2") as others:
            assert await links.call("k", "SET", "k", "v") == b"OK"
            assert await others.call("k", "SET", "k", "v") == b"OK"


async def test_a_hundred_and_one_calls_at_once_are_no_matter(links: Links) -> None:
    answers = await asyncio.gather(*(links.call("n", "INCR", "n") for _ in range(101)))

    assert list(range(1, 102)) == answers


async def test_a_killed_server_is_away_at_once_and_then_back(server: Node, links: Links) -> None:
    states: list[bool] = []
    links.on_state = states.append

    server.kill()
    await eventually(lambda: links.away)
    began = time.monotonic()
    with pytest.raises(StoreAway):
        await links.call("k", "GET", "k")
    assert time.monotonic() - began < 0.1
    server.start()
    await eventually(lambda: not links.away)

    assert await links.call("k", "SET", "k", "v") == b"OK"
    assert states == [True, False]


async def test_a_frozen_server_is_away_and_gets_nothing_twice(server: Node, links: Links) -> None:
    server.freeze()
    asked = [links.call("n", "INCR", "n") for _ in range(50)]

    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert {StoreAway} == {type(answer) for answer in answers}
    server.thaw()
    await eventually(lambda: not links.away)
    await eventually(lambda: server.ask("GET", "n") == b"50")
    assert await links.call("n", "INCR", "n") == 51


async def test_a_server_that_dies_while_nobody_asks_is_found_out(server: Node, links: Links) -> None:
    server.freeze()

    await eventually(lambda: links.away, within=30)

    server.thaw()


async def test_links_begin_without_a_server_and_find_it_later(server: Node) -> None:
    server.kill()

    async with linked(server.url) as links:
        assert links.away
        with pytest.raises(StoreAway):
            await links.call("k", "GET", "k")
        server.start()
        await eventually(lambda: not links.away)
        assert await links.call("k", "GET", "k") is None


async def test_a_replica_is_no_server_to_write_to() -> None:
    with redis_with_replica() as (_, replica):
        async with linked(replica.url) as links:
            assert links.away


async def test_a_master_made_a_replica_is_left_at_its_first_refusal() -> None:
    with redis_on_port() as node, redis_on_port() as other:
        async with linked(node.url) as links:
            node.ask("REPLICAOF", "127.0.0.1", other.port)

            with pytest.raises(StoreAway, match="READONLY"):
                await links.call("k", "SET", "k", "v")

            assert links.away


async def test_a_blocking_read_stops_nobody_and_wakes_up(links: Links) -> None:
    reading = asyncio.create_task(links.block("s", "XREAD", "BLOCK", 5000, "STREAMS", "s", "0", timeout=5))

    await links.call("s", "XADD", "s", "1-1", "e", "v")

    assert await reading == [[b"s", [[b"1-1", [b"e", b"v"]]]]]


async def test_a_blocking_read_of_nothing_is_nothing(links: Links) -> None:
    assert await links.block("s", "XREAD", "BLOCK", 50, "STREAMS", "s", "0", timeout=0.05) is None


async def test_a_cancelled_blocking_read_takes_nobodys_answer(server: Node, links: Links) -> None:
    reading = asyncio.create_task(links.block("s", "BLPOP", "s", 60, timeout=60))
    await eventually(lambda: "blocked_clients:1" in server.told("INFO", "clients"))

    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    await eventually(lambda: "blocked_clients:0" in server.told("INFO", "clients"), within=30)
    await links.call("s", "RPUSH", "s", "v")
    assert await links.block("s", "BLPOP", "s", 5, timeout=5) == [b"s", b"v"]


async def test_blocking_reads_one_after_another_share_a_connection(server: Node, links: Links) -> None:
    for _ in range(5):
        await links.block("s", "XREAD", "BLOCK", 1, "STREAMS", "s", "0", timeout=0.001)

    # Calls, standing by, blocking, and the one that asks here.
    assert int(server.told("INFO", "clients").split("connected_clients:")[1].split()[0]) == 4 + CARRIERS


async def test_a_blocking_read_falls_with_its_server(server: Node, links: Links) -> None:
    reading = asyncio.create_task(links.block("s", "BLPOP", "s", 30, timeout=30))
    await eventually(lambda: "blocked_clients:1" in server.told("INFO", "clients"))

    server.freeze()

    with pytest.raises(StoreAway):
        async with asyncio.timeout(30):
            await reading
    server.thaw()


async def test_a_blocking_read_unanswered_beyond_its_own_time_is_given_up() -> None:
    async with fake_redis(lambda _: b"") as fake, linked(f"redis://{fake.place}") as links:
        with pytest.raises(StoreAway, match="blocking read"):
            await links.block("s", "XREAD", "BLOCK", 10, "STREAMS", "s", "0", timeout=0.01)


async def test_all_keys_of_a_single_server_may_stand_together(links: Links) -> None:
    assert links.groups(["{p01}:in", "{p02}:in"]) == [["{p01}:in", "{p02}:in"]]
    assert links.groups([]) == []


async def test_each_asks_the_one_master(links: Links) -> None:
    assert await links.each("PING") == [b"PONG"]


async def test_functions_are_there_when_first_called(links: Links) -> None:
    links.library = ("greeting", GREETING)

    answers = await asyncio.gather(*(links.call("k", "FCALL", "greet", 1, "k") for _ in range(20)))

    assert answers == [b"hello k"] * 20


async def test_functions_lost_with_the_servers_disk_are_there_again(server: Node, links: Links) -> None:
    links.library = ("greeting", GREETING)
    await links.call("k", "FCALL", "greet", 1, "k")

    server.ask("FUNCTION", "FLUSH")

    assert await links.call("k", "FCALL", "greet", 1, "k") == b"hello k"


async def test_functions_are_loaded_on_connecting(server: Node, links: Links) -> None:
    links.library = ("greeting", GREETING)

    server.restart()
    await eventually(lambda: not links.away and b"greeting" in str(server.ask("FUNCTION", "LIST")).encode())

    assert not links.away


async def test_functions_that_do_not_load_are_told_to_who_calls_them(links: Links) -> None:
    links.library = ("broken", "#!lua name=broken\nthis is no Lua")

    with pytest.raises(ServerError, match="Function not found"):
        await links.call("k", "FCALL", "greet", 1, "k")


async def test_a_listener_reads_again_after_each_connect_and_hears_the_rest(server: Node, links: Links) -> None:
    async with aclosing(links.subscribe("news")) as heard:
        assert await anext(heard) == b""
        await links.call("news", "PUBLISH", "news", "one")
        assert await anext(heard) == b"one"

        server.restart()

        assert await anext(heard) == b""
        await eventually(lambda: not links.away)
        await links.call("news", "PUBLISH", "news", "two")
        assert await anext(heard) == b"two"


async def test_a_listener_leaves_a_server_that_fell_silent() -> None:
    async with fake_redis(lambda _: b"*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n") as fake, linked(f"redis://{fake.place}") as links:
        async with aclosing(links.subscribe("news")) as heard:
            assert [b"", b""] == [await anext(heard), await anext(heard)]

        assert [[b"SUBSCRIBE", b"news"]] * 2 == fake.asked


async def test_the_connection_that_stands_by_is_written_while_the_main_one_is_stuck(server: Node, links: Links) -> None:
    server.freeze()
    stuck, registered = links.call("n", "INCR", "n"), links.standby("SADD", "spooling", "me")
    with pytest.raises(StoreAway):
        await stuck

    server.thaw()

    assert await registered == 1
    assert server.ask("SISMEMBER", "spooling", "me") == 1


async def test_the_connection_that_stands_by_is_made_again(server: Node, links: Links) -> None:
    server.restart()
    await eventually(lambda: not links.away)

    await eventually(lambda: f"connected_clients:{3 + CARRIERS}" in server.told("INFO", "clients"))
    assert await links.standby("SADD", "spooling", "me") == 1


async def test_replicas_once_seen_are_waited_for_ever_after() -> None:
    with redis_with_replica() as (master, replica):
        async with linked(master.url) as links:
            assert await links.call("k", "SET", "k", "v", need=Need.SAFE) == b"OK"
            states: list[bool] = []
            links.on_state = states.append

            replica.kill()
            await eventually(lambda: master.replicas_online() == 0)
            master.ask("CLIENT", "KILL", "TYPE", "normal")
            await eventually(lambda: [True, False] == states)

            assert await links.call("k", "SET", "k", "2") == b"OK"
            with pytest.raises(StoreAway, match="not acknowledged"):
                await links.call("k", "SET", "k", "3", need=Need.SAFE)


async def test_replicas_that_are_required_must_be_there(server: Node) -> None:
    async with linked(server.url, replicas=Replicas.REQUIRED) as links:
        assert await links.call("k", "SET", "k", "v") == b"OK"
        with pytest.raises(StoreAway, match="not acknowledged"):
            await links.call("k", "SET", "k", "v", need=Need.SAFE)


async def test_replicas_that_are_not_wanted_are_not_waited_for() -> None:
    with redis_with_replica() as (master, replica):
        async with linked(master.url, replicas=Replicas.NONE) as links:
            replica.freeze()

            assert await links.call("k", "SET", "k", "v", need=Need.SAFE) == b"OK"


async def test_without_any_replica_safe_is_plain(links: Links) -> None:
    assert await links.call("k", "SET", "k", "v", need=Need.SAFE) == b"OK"


async def test_stopping_ends_what_is_unanswered(server: Node, links: Links) -> None:
    server.freeze()
    asked = links.call("k", "GET", "k")
    reading = asyncio.create_task(links.block("s", "BLPOP", "s", 5, timeout=5))

    await links.stop()

    answers = await asyncio.gather(asked, reading, return_exceptions=True)
    assert [StoreAway, StoreAway] == [type(answer) for answer in answers]
    server.thaw()


async def test_large_calls_go_by_connections_of_their_own(links: Links) -> None:
    blocked = links.call("s", "WAIT", 1, 300)

    found = await links.call("s", "ECHO", "large", need=Need.LARGE)

    assert found == b"large"
    assert not blocked.done()
    await blocked


async def test_large_calls_fall_with_all_others(server: Node, links: Links) -> None:
    await links.call("s", "ECHO", "large", need=Need.LARGE)

    server.kill()

    await eventually(lambda: links.away)
    with pytest.raises(StoreAway):
        await links.call("s", "ECHO", "large", need=Need.LARGE)
