"""A server of its own for each test: functions and formats are the whole server's."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.engine.world import World, world_on
from tests.servers import Node, redis_on_socket


@pytest.fixture
def node() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@pytest.fixture
async def world(node: Node, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(node, tmp_path / "spools") as world:
        yield world
