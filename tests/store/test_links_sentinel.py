"""The links by Sentinel: the master of the moment is found, and found again when another one takes over."""

from collections.abc import AsyncIterator, Iterator

import pytest

from hub.model.errors import StoreAway
from hub.store.connections.links import Links, Need, connect
from tests.servers import SentinelNodes, eventually, redis_sentinel


@pytest.fixture(scope="module")
def nodes() -> Iterator[SentinelNodes]:
    with redis_sentinel() as watched:
        yield watched


@pytest.fixture
async def links(nodes: SentinelNodes) -> AsyncIterator[Links]:
    opened = await connect(nodes.url)
    yield opened
    await opened.stop()


async def test_the_master_is_found(nodes: SentinelNodes, links: Links) -> None:
    assert await links.call("k", "SET", "k", "v", need=Need.SAFE) == b"OK"
    assert nodes.master_now().ask("GET", "k") == b"v"


async def test_a_sentinel_that_is_gone_is_passed_over(nodes: SentinelNodes) -> None:
    nodes.sentinels[0].freeze()

    links = await connect(nodes.url)

    assert not links.away
    await links.stop()
    nodes.sentinels[0].thaw()


async def test_an_unknown_service_is_away(nodes: SentinelNodes) -> None:
    links = await connect(nodes.url.replace("/shop", "/other"))

    assert links.away
    await links.stop()


async def test_when_the_master_is_killed_its_replica_is_found_with_all_that_was_acknowledged(nodes: SentinelNodes, links: Links) -> None:
    old = nodes.master_now()
    for number in range(100):
        await links.call("n", "SET", "n", number, need=Need.SAFE)
    states: list[bool] = []
    links.on_state = states.append

    old.kill()
    await eventually(lambda: links.away)
    with pytest.raises(StoreAway):
        await links.call("n", "GET", "n")
    await eventually(lambda: not links.away)

    assert await links.call("n", "GET", "n") == b"99"
    assert [True, False] == states
    with pytest.raises(StoreAway, match="not acknowledged"):
        await links.call("n", "SET", "n", "alone", need=Need.SAFE)
    old.start()
    # The Sentinels would do so by themselves ten seconds later.
    old.ask("REPLICAOF", "127.0.0.1", nodes.master_now().port)
    await eventually(lambda: _acknowledged(links), what="an acknowledgement")


async def _acknowledged(links: Links) -> bool:
    try:
        return await links.call("n", "SET", "n", "together", need=Need.SAFE) == b"OK"
    except StoreAway:
        return False
