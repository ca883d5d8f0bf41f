"""One house per topology for all whole ways: each way has customers of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.processes import folder
from tests.whole.grounds import Topology, ground
from tests.whole.world import House, house_on


@pytest_asyncio.fixture(
    scope="package", loop_scope="package", params=[Topology.EMBEDDED, Topology.CLUSTER, Topology.SENTINEL], ids=lambda topology: topology.value
)
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """A running hub with everybody it speaks to."""
    with folder() as place, ground(Topology(request.param)) as below:
        async with house_on(below, place) as made:
            yield made
