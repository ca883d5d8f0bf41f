"""A small hub with its archive, on a server of its own whose folder can be searched."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hub.store.archive.open import Archive
from tests.engine.world import World, world_on
from tests.erasure.forgetting import Forgetting, forgetting
from tests.servers import Node, redis_on_socket


@pytest.fixture(params=["no", "yes"], ids=["commands in the file", "a snapshot in the file"])
def node(request: pytest.FixtureRequest) -> Iterator[Node]:
    # Uncompressed, or the search would not find what is there.
    with redis_on_socket("--aof-use-rdb-preamble", request.param, "--rdbcompression", "no") as node:
        yield node


@pytest.fixture
async def world(node: Node, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(node, tmp_path / "spools") as world:
        yield world


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    opened = await Archive.open(str(tmp_path / "archive.sqlite3"))
    yield opened
    await opened.close()


@pytest.fixture
async def shop(world: World, archive: Archive, tmp_path: Path) -> AsyncIterator[Forgetting]:
    async with forgetting(world, archive, folders=(world.node.folder, tmp_path)) as shop:
        yield shop
