"""Erasing where the archive is PostgreSQL: every row is gone, the other customers' stay."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.store.archive.open import Archive
from tests.engine.world import World
from tests.erasure.forgetting import forgetting
from tests.servers import Node, eventually, postgres, redis_on_socket


@pytest.fixture
def node() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@pytest.fixture
async def archive() -> AsyncIterator[Archive]:
    with postgres() as server:
        opened = await Archive.open(server.url)
        yield opened
        await opened.close()


async def test_every_row_of_the_erased_goes_and_no_other(world: World, archive: Archive, tmp_path: Path) -> None:
    async with forgetting(world, archive, folders=(world.node.folder, tmp_path)) as shop:
        await world.working()
        for who in ("84905550001", "84905550003"):
            await world.say(who, f"words of {who}")
        await world.settled()
        gone, stays = await world.customer("84905550001"), await world.customer("84905550003")

        async def archived() -> bool:
            return all([len((await archive.export(one))["deliveries"]) >= 1 for one in (gone, stays)])

        await eventually(archived, what="both in the archive")
        others = await archive.export(stays)
        erased = await shop.erase(gone)

        assert not any((await archive.export(gone)).values())
        assert others == await archive.export(stays)
        assert erased.rows >= 4
        assert {} == shop.left("84905550001")
