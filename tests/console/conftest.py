"""One house and one browser for all of the console's tests; each test has customers and windows of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.browsers import awaited_browser
from tests.console.world import Desk
from tests.processes import folder
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground
from tests.whole.world import house_on


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def shared() -> AsyncIterator[Desk]:
    """The house, its people, and a browser."""
    with folder() as place, ground(Topology.EMBEDDED) as below, errors_logged() as errors:
        async with house_on(below, place) as house, awaited_browser() as browser:
            desk = Desk(house, browser)
            await desk.people()
            yield desk
    assert [] == errors


@pytest_asyncio.fixture(loop_scope="package")
async def desk(shared: Desk) -> AsyncIterator[Desk]:
    """The same for one test: its windows are closed behind it, and none of them may have complained."""
    yield shared
    await shared.close()
