"""The format of stored values rises only when every living worker can read it."""

import pytest

from hub.model.errors import SettingsError
from hub.store.mailboxes.meta import Meta, format_of, heartbeat_name
from hub.store.mailboxes.workers import Workers
from tests.engine.world import World

LIFE_MS = 60_000


async def stored_format(world: World) -> object:
    return await world.links.call(world.keys.meta, "HGET", world.keys.meta, "format")


async def lives(world: World, *names: str) -> None:
    for name in names:
        await Workers(world.links, world.keys).beat(name, LIFE_MS)


async def test_the_first_process_writes_its_format_down(world: World) -> None:
    assert 2 == await Meta(world.links, world.keys, format=2).agree()

    assert b"2" == await stored_format(world)


async def test_a_newer_process_writes_the_old_format_while_an_older_one_lives(world: World) -> None:
    await Meta(world.links, world.keys, format=1).agree()
    await lives(world, heartbeat_name("old", 1), heartbeat_name("new", 2))
    newer = Meta(world.links, world.keys, format=2)

    assert 1 == await newer.agree()
    assert 1 == await newer.rise()

    assert b"1" == await stored_format(world)


async def test_it_rises_when_the_last_older_one_is_gone(world: World) -> None:
    await Meta(world.links, world.keys, format=1).agree()
    await lives(world, heartbeat_name("old", 1), heartbeat_name("new", 2))
    await Workers(world.links, world.keys).leave(heartbeat_name("old", 1))

    assert 2 == await Meta(world.links, world.keys, format=2).rise()

    assert b"2" == await stored_format(world)


async def test_it_rises_no_further_than_the_asker_can_read(world: World) -> None:
    await Meta(world.links, world.keys, format=1).agree()
    await lives(world, heartbeat_name("new", 2), heartbeat_name("newer", 3))

    assert 2 == await Meta(world.links, world.keys, format=2).rise()


async def test_looking_who_lives_ends_nobodys_life(world: World) -> None:
    await Meta(world.links, world.keys, format=1).agree()
    await lives(world, "a.f1", "b.f1")

    await Meta(world.links, world.keys, format=2).rise()

    assert {"a.f1", "b.f1"} == await Workers(world.links, world.keys).beat("", LIFE_MS)


async def test_it_falls_back_when_an_older_one_was_seen_only_after_the_raise(world: World) -> None:
    await Meta(world.links, world.keys, format=1).agree()
    newer = Meta(world.links, world.keys, format=2)
    reads = iter([2, 1])
    looked = newer._readable  # noqa: SLF001 - the instant between two looks cannot be met from outside

    async def looks() -> int:
        await looked()
        return next(reads)

    newer._readable = looks  # type: ignore[method-assign] # noqa: SLF001 - as above
    assert 1 == await newer.rise()
    assert b"1" == await stored_format(world)


async def test_an_older_process_refuses_to_start_on_a_newer_format_in_one_sentence(world: World) -> None:
    await Meta(world.links, world.keys, format=3).agree()

    with pytest.raises(SettingsError, match=r"written in format 3, this version reads 2; install the newer version again\.") as refusal:
        await Meta(world.links, world.keys, format=2).agree()

    assert 1 == len(str(refusal.value).splitlines())


async def test_data_with_other_partitions_are_refused(world: World) -> None:
    await world.links.call(world.keys.meta, "HSET", world.keys.meta, "partitions", 128)

    with pytest.raises(SettingsError, match="128 partitions"):
        await Meta(world.links, world.keys).agree()


@pytest.mark.parametrize(("name", "expected"), [("7-ab.f2", 2), ("7-ab.f12", 12), ("7-ab", 1), ("7-f3", 1), ("7.f0", 1)])
def test_a_name_without_a_format_is_the_oldest(name: str, expected: int) -> None:
    assert expected == format_of(name)
