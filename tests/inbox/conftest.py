"""One server for all tests of the inbox; each has a prefix of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.servers import Node, redis_on_port
from tests.web.desk_world import Store, stored


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A real server."""
    with redis_on_port() as running:
        yield running


@pytest_asyncio.fixture
async def store(node: Node) -> AsyncIterator[Store]:
    """Everything that reads and writes, on a prefix of its own."""
    async with stored(node) as made:
        yield made
