"""One real server for all tests of this folder; each test has a prefix of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.servers import Node, redis_on_socket
from tests.web.desk_world import Store, stored


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@pytest.fixture
async def store(node: Node) -> AsyncIterator[Store]:
    async with stored(node) as store:
        yield store
