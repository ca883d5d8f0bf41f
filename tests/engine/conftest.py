"""One real server for all tests of this folder; each test has a prefix of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.engine.world import World, world_on
from tests.servers import Node, redis_on_socket


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@pytest.fixture
async def world(node: Node, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(node, tmp_path / "spools") as world:
        yield world
