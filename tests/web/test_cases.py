"""What was not understood is kept sealed, bounded, and for seven days."""

import os

import pytest

from hub.store.channels.cases import KEEP_BYTES, KEEP_PER_ACCOUNT, KEEP_S, Case
from hub.store.encoding.codec import Undecodable
from tests.servers import Node
from tests.web.desk_world import Store


def case(number: int, *, at: int, body: bytes = b"{broken") -> Case:
    return Case(id=f"ca-{number:05}", at=at, method="POST", url="u", path_query="p", headers={"a": "b"}, body=body)


async def test_a_case_comes_back_as_it_was(store: Store) -> None:
    kept = case(1, at=store.clock.now())

    await store.cases.keep("standin", "main", kept)

    assert kept == await store.cases.read("standin", "main", kept.id)
    assert b"{broken" == kept.inbound().body


async def test_at_rest_a_case_is_not_readable(store: Store, node: Node) -> None:
    words = os.urandom(12).hex().encode()

    await store.cases.keep("standin", "main", case(1, at=store.clock.now(), body=words))

    written = [file.read_bytes() for file in node.folder.rglob("*") if file.is_file()]
    assert any(b"ca-00001" in content for content in written)
    assert not any(words in content for content in written)


async def test_a_case_goes_after_seven_days(store: Store) -> None:
    await store.cases.keep("standin", "main", case(1, at=store.clock.now()))

    left = await store.links.call("x", "TTL", store.keys.case("standin", "main", "ca-00001"))

    assert isinstance(left, int)
    assert KEEP_S - 60 < left <= KEEP_S


async def test_only_the_newest_thousand_of_an_account_are_kept(store: Store) -> None:
    now = store.clock.now()
    for number in range(KEEP_PER_ACCOUNT + 3):
        await store.cases.keep("standin", "main", case(number, at=now + number))

    newest = await store.cases.newest("standin", "main", limit=2)

    assert ["ca-01002", "ca-01001"] == [found.id for found in newest]
    assert KEEP_PER_ACCOUNT == await store.links.call("x", "ZCARD", store.keys.cases("standin", "main"))
    assert await store.cases.read("standin", "main", "ca-00002") is None
    assert await store.cases.read("standin", "main", "ca-00003") is not None


async def test_what_is_older_than_seven_days_leaves_the_index(store: Store) -> None:
    now = store.clock.now()
    await store.cases.keep("standin", "main", case(1, at=now - KEEP_S * 1000 - 1))

    await store.cases.keep("standin", "main", case(2, at=now))

    assert 1 == await store.links.call("x", "ZCARD", store.keys.cases("standin", "main"))


async def test_a_case_that_packs_small_is_kept_whole_and_one_that_does_not_is_cut_and_marked(store: Store) -> None:
    now = store.clock.now()

    await store.cases.keep("standin", "main", case(1, at=now, body=b'{"a":1},' * 60_000))
    await store.cases.keep("standin", "main", case(2, at=now, body=os.urandom(900_000)))
    whole, cut = await store.cases.read("standin", "main", "ca-00001"), await store.cases.read("standin", "main", "ca-00002")
    stored = await store.links.call("x", "STRLEN", store.keys.case("standin", "main", "ca-00002"))

    assert whole is not None
    assert cut is not None
    assert (480_000, False) == (len(whole.body), whole.cut)
    assert cut.cut
    assert isinstance(stored, int)
    assert stored <= KEEP_BYTES


async def test_a_case_sealed_by_somebody_else_is_told(store: Store) -> None:
    await store.links.call("x", "SET", store.keys.case("standin", "main", "ca-1"), b"what is this")

    with pytest.raises(Undecodable):
        await store.cases.read("standin", "main", "ca-1")


async def test_a_case_that_cannot_be_opened_spares_the_rest(store: Store) -> None:
    now = store.clock.now()
    await store.cases.keep("standin", "main", case(1, at=now))
    await store.cases.keep("standin", "main", case(2, at=now + 1))
    await store.links.call("x", "SET", store.keys.case("standin", "main", "ca-00002"), b"sealed with another key")

    newest = await store.cases.newest("standin", "main", limit=9)

    assert [("ca-00002", True), ("ca-00001", False)] == [(found.id, found.cut) for found in newest]
