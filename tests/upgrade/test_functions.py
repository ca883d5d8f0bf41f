"""The two newest versions of the function library stay loaded, so that old and new processes work side by side."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.store.connections.link import family, outdated
from hub.store.connections.links import Links, connect
from hub.store.functions import VERSION, library_name, library_source
from tests.servers import Node, eventually, redis_cluster


def version(number: int) -> tuple[str, str]:
    """A library as another version would have it: the same source under other names."""
    return f"{family(library_name())}{number}", library_source().replace(library_name(), f"{family(library_name())}{number}").replace(
        f"_{VERSION}'", f"_{number}'"
    )


@asynccontextmanager
async def process_of(url: str, number: int) -> AsyncIterator[Links]:
    """Links of a process of that version, connected again so that they load their functions as `hub serve` does."""
    links = await connect(url)
    links.library = version(number)
    try:
        await links.call("x", "FCALL", f"hub_assign_{number}", 1, "x", 1, "", "a")
        yield links
    finally:
        await links.stop()


async def loaded(links: Links) -> set[str]:
    found = await links.call("x", "FUNCTION", "LIST")
    assert isinstance(found, list)
    return {one[1].decode() for one in found if isinstance(one, list) and isinstance(one[1], bytes)}


async def settles_at(links: Links, expected: set[str]) -> None:
    async def so() -> bool:
        return expected == await loaded(links)

    await eventually(so, what=f"{sorted(expected)}, not {sorted(await loaded(links))}")


async def test_of_three_versions_the_oldest_goes_and_both_others_answer(node: Node) -> None:
    async with process_of(node.url, 7) as oldest, process_of(node.url, 8) as older, process_of(node.url, 9) as newest:
        await settles_at(newest, {"omnihub8", "omnihub9"})

        assert [1, 1] == [await older.call("y", "FCALL", "hub_assign_8", 1, "y", n, "", "a") for n in (1, 2)]
        assert 1 == await newest.call("y", "FCALL", "hub_assign_9", 1, "y", 3, "", "a")
        del oldest


async def test_a_process_that_is_behind_deletes_nothing_newer_and_keeps_its_own(node: Node) -> None:
    async with process_of(node.url, 8), process_of(node.url, 9), process_of(node.url, 7) as oldest:
        assert 1 == await oldest.call("y", "FCALL", "hub_assign_7", 1, "y", 1, "", "a")

        await settles_at(oldest, {"omnihub7", "omnihub8", "omnihub9"})


async def test_strangers_libraries_stay(node: Node) -> None:
    for name in ("omnihubris", "shop1"):
        node.ask("FUNCTION", "LOAD", f"#!lua name={name}\nredis.register_function('{name}_f', function() return 1 end)")

    async with process_of(node.url, 7), process_of(node.url, 8), process_of(node.url, 9) as newest:
        await settles_at(newest, {"omnihub8", "omnihub9", "omnihubris", "shop1"})


async def test_every_master_of_a_cluster_is_tidied() -> None:
    with redis_cluster() as cluster:
        for number in (7, 8, 9):
            async with process_of(cluster.url, number) as links:
                for key in map(str, range(30)):
                    await links.call(key, "FCALL", f"hub_assign_{number}", 1, key, number, "", "a")

        async with process_of(cluster.url, 9) as newest:

            async def tidy() -> bool:
                answers = await newest.each("FUNCTION", "LIST", "LIBRARYNAME", "omnihub*")
                return all(isinstance(one, list) and len(one) == 2 for one in answers)

            await eventually(tidy, what="two versions on every master")


@pytest.mark.parametrize(
    ("ours", "found", "expected"),
    [
        ("omnihub1", ["omnihub1"], []),
        ("omnihub3", ["omnihub1", "omnihub2", "omnihub3"], ["omnihub1"]),
        ("omnihub12", ["omnihub9", "omnihub10", "omnihub12"], ["omnihub9"]),
        ("omnihub2", ["omnihub1", "omnihub2", "omnihub3"], []),
        ("omnihub5", ["omnihub1", "omnihub3", "omnihub5", "omnihub6"], ["omnihub1"]),
        ("omnihub3", ["omnihubris", "omnihub", "shop1", "omnihub2", "omnihub3"], []),
    ],
)
def test_outdated_are_those_older_than_the_one_before_ours(ours: str, found: list[str], expected: list[str]) -> None:
    assert expected == outdated(ours, found)
