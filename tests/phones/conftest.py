"""One house with every channel for all ways; each way has customers of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.phones.world import Channels, channels_on
from tests.processes import folder
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def channels() -> AsyncIterator[Channels]:
    """A running hub with an account of every channel that has a stand-in."""
    with folder() as place, ground(Topology.EMBEDDED) as below, errors_logged() as errors:
        async with channels_on(below, place) as made:
            yield made
    assert [] == errors
