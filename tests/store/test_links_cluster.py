"""The links to a Cluster: each key at its master, moved slots and failovers followed, a lost master takes only its slots."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from hub.model.errors import SettingsError, StoreAway
from hub.store.connections.links import Links, Need, connect
from hub.store.connections.slots import slot_of
from hub.store.connections.wire import ServerError
from tests.servers import ClusterNodes, Node, eventually, redis_cluster, redis_on_port
from tests.store.fake_redis import fake_redis

PARTITIONS = [f"{{p{number:02}}}" for number in range(64)]
GREETING = "#!lua name=greeting\nredis.register_function('greet', function(keys) return 'hello ' .. keys[1] end)"


@pytest.fixture(scope="module")
def cluster() -> Iterator[ClusterNodes]:
    with redis_cluster() as nodes:
        yield nodes


@pytest.fixture
async def links(cluster: ClusterNodes) -> AsyncIterator[Links]:
    await eventually(cluster.ready)
    opened = await connect(cluster.url)
    yield opened
    await opened.stop()


@pytest.mark.parametrize("key", ["k", "{p07}:in", "{p07}:out", "a{b}c{d}", "{}whole", "open{brace", "khách hàng", "{{p}}", ""])
async def test_a_key_has_the_slot_the_server_gives_it(cluster: ClusterNodes, key: str) -> None:
    assert cluster.nodes[0].ask("CLUSTER", "KEYSLOT", key) == slot_of(key)


async def test_every_partition_is_at_its_master(links: Links) -> None:
    answers = await asyncio.gather(*(links.call(f"{p}:in", "SET", f"{p}:in", p, need=Need.SAFE) for p in PARTITIONS))

    assert [b"OK"] * 64 == answers
    assert [p.encode() for p in PARTITIONS] == await asyncio.gather(*(links.call(f"{p}:in", "GET", f"{p}:in") for p in PARTITIONS))


async def test_keys_of_one_tag_may_stand_together_and_others_not(links: Links) -> None:
    keys = ["{p01}:a", "{p02}:a", "{p01}:b"]

    assert [["{p01}:a", "{p01}:b"], ["{p02}:a"]] == links.groups(keys)
    for group in links.groups(keys):
        assert await links.call(group[0], "MGET", *group) == [None] * len(group)
    with pytest.raises(ServerError) as refused:
        await links.call(keys[0], "MGET", *keys)
    assert refused.value.code == "CROSSSLOT"


async def test_each_asks_every_master(links: Links) -> None:
    assert [b"PONG"] * 3 == await links.each("PING")


async def test_functions_are_there_on_every_master(links: Links) -> None:
    links.library = ("greeting", GREETING)

    answers = await asyncio.gather(*(links.call(p, "FCALL", "greet", 1, p) for p in PARTITIONS))

    assert [f"hello {p}".encode() for p in PARTITIONS] == answers


async def test_blocking_reads_of_several_partitions_wait_side_by_side(links: Links) -> None:
    streams = [f"{p}:stream" for p in PARTITIONS[:8]]
    reads = [asyncio.create_task(links.block(s, "XREAD", "BLOCK", 5000, "STREAMS", s, "0", timeout=5)) for s in streams]

    for stream in streams:
        await links.call(stream, "XADD", stream, "1-1", "e", "v")

    assert [[[s.encode(), [[b"1-1", [b"e", b"v"]]]]] for s in streams] == await asyncio.gather(*reads)


async def test_a_word_published_anywhere_is_heard(links: Links) -> None:
    heard = links.subscribe("news")
    assert await anext(heard) == b""

    for partition in PARTITIONS[:8]:
        await links.call(partition, "PUBLISH", "news", partition)

    # Between nodes the order is not promised.
    assert {p.encode() for p in PARTITIONS[:8]} == {await anext(heard) for _ in range(8)}
    await heard.aclose()


async def test_the_connection_that_stands_by_is_at_the_keys_master(links: Links) -> None:
    assert [1, 1, 1] == [await links.standby("SADD", f"{p}:spooling", "me") for p in PARTITIONS[:3]]


async def test_a_moved_slot_is_followed_without_losing_or_doubling_a_call(cluster: ClusterNodes, links: Links) -> None:
    source = cluster.master_of("{p11}")
    target = next(node for node in (cluster.master_of(p) for p in PARTITIONS) if node is not source)
    counting = asyncio.create_task(_count(links, "{p11}:n", 2000))

    await asyncio.to_thread(_move, source, target, "{p11}:n")
    answers = await counting

    assert list(range(1, 2001)) == answers
    assert cluster.master_of("{p11}") is target
    await asyncio.to_thread(_move, target, source, "{p11}:n")


async def test_calls_to_a_slot_on_its_way_are_answered_by_whoever_has_the_key(cluster: ClusterNodes, links: Links) -> None:
    source = cluster.master_of("{p12}")
    target = next(node for node in (cluster.master_of(p) for p in PARTITIONS) if node is not source)
    await links.call("{p12}:here", "SET", "{p12}:here", "1")
    _begin_moving(source, target, slot_of("{p12}"))

    here, there = links.call("{p12}:here", "INCR", "{p12}:here"), links.call("{p12}:there", "INCR", "{p12}:there")

    assert await here == 2
    assert await there == 1
    _finish_moving(source, target, "{p12}:here")
    assert await links.call("{p12}:here", "GET", "{p12}:here") == b"2"


async def test_a_killed_masters_slots_are_away_and_then_at_its_replica_while_the_others_never_stop(
    cluster: ClusterNodes, links: Links
) -> None:
    dying = cluster.master_of("{p20}")
    alive = next(p for p in PARTITIONS if cluster.master_of(p) is not dying)
    acknowledged = await links.call("{p20}:k", "SET", "{p20}:k", "v", need=Need.SAFE)
    states: list[bool] = []
    links.on_state = states.append
    dying.kill()
    await eventually(lambda: links.away)

    with pytest.raises(StoreAway):
        await links.call("{p20}:k", "GET", "{p20}:k")
    assert await links.call(alive, "ECHO", "still here") == b"still here"
    await eventually(lambda: not links.away)

    assert b"OK" == acknowledged
    assert await links.call("{p20}:k", "GET", "{p20}:k") == b"v"
    assert [True, False] == states
    dying.start()


async def test_a_frozen_master_is_left_for_its_replica_and_nothing_is_asked_twice(cluster: ClusterNodes, links: Links) -> None:
    freezing = cluster.master_of("{p21}")
    assert await links.call("{p21}:n", "INCR", "{p21}:n", need=Need.SAFE) == 1
    freezing.freeze()

    with pytest.raises(StoreAway):
        await links.call("{p21}:n", "INCR", "{p21}:n")
    await eventually(lambda: not links.away and cluster_moved(cluster, freezing))

    assert await links.call("{p21}:n", "GET", "{p21}:n") == b"1"
    freezing.thaw()


async def test_a_call_sent_in_circles_is_given_up() -> None:
    def answer(command: list[bytes]) -> bytes:
        match command:
            case [b"CLUSTER", b"INFO"]:
                return b"$18\r\ncluster_state:ok\r\n\r\n"
            case [b"CLUSTER", b"SLOTS"]:
                return b"*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$0\r\n\r\n:%d\r\n" % fake.place.port
            case _:
                return b"-MOVED 0 :%d\r\n" % fake.place.port

    async with fake_redis(answer) as fake:
        links = await connect(f"redis+cluster://{fake.place}")

        with pytest.raises(StoreAway, match="sent on 5 times"):
            await links.call("k", "GET", "k")

        assert fake.asked.count([b"GET", b"k"]) == 6
        await links.stop()


async def test_a_wrong_password_or_a_server_alone_is_a_setting_to_mend() -> None:
    with redis_on_port() as alone, redis_on_port("--requirepass", "right") as locked:
        for node, remedy in ((alone, "say redis://"), (locked, "refuses us")):
            with pytest.raises(SettingsError, match=remedy):
                await connect(f"redis+cluster://127.0.0.1:{node.port}")


async def test_a_node_of_a_cluster_taken_for_a_single_server_is_told(cluster: ClusterNodes) -> None:
    links = await connect(cluster.master_of("k").url)

    calls = [links.call(p, "GET", p) for p in PARTITIONS]

    told = await asyncio.gather(*calls, return_exceptions=True)
    assert {SettingsError} == {type(answer) for answer in told if isinstance(answer, BaseException)}
    await links.stop()


async def test_links_begin_while_no_node_is_there() -> None:
    links = await connect("redis+cluster://127.0.0.1:1")

    assert links.away
    with pytest.raises(StoreAway):
        await links.call("k", "GET", "k")
    with pytest.raises(StoreAway):
        await links.block("k", "BLPOP", "k", 1, timeout=1)
    await links.stop()


def cluster_moved(cluster: ClusterNodes, old: Node) -> bool:
    witness = next(node for node in cluster.nodes if node is not old)
    slots = witness.ask("CLUSTER", "SLOTS")
    assert isinstance(slots, list)
    return old.port not in [entry[2][1] for entry in slots]


async def _count(links: Links, key: str, times: int) -> list[object]:
    return [await links.call(key, "INCR", key) for _ in range(times)]


def _move(source: Node, target: Node, key: str) -> None:
    """Move a key's slot as `redis-cli --cluster reshard` does."""
    _begin_moving(source, target, slot_of(key))
    _finish_moving(source, target, key)


def _begin_moving(source: Node, target: Node, slot: int) -> None:
    target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.told("CLUSTER", "MYID"))
    source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target.told("CLUSTER", "MYID"))


def _finish_moving(source: Node, target: Node, key: str) -> None:
    slot = slot_of(key)
    keys = source.ask("CLUSTER", "GETKEYSINSLOT", slot, 100)
    assert isinstance(keys, list)
    if keys:
        source.ask("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
    for node in (target, source):
        node.ask("CLUSTER", "SETSLOT", slot, "NODE", target.told("CLUSTER", "MYID"))
