"""One house per topology for all whole ways: each way has customers of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import pytest_asyncio
import structlog
from structlog.typing import EventDict, WrappedLogger

from tests.processes import folder
from tests.whole.grounds import Topology, ground
from tests.whole.world import House, house_on

HOUSES = (Topology.EMBEDDED, Topology.CLUSTER, Topology.SENTINEL)
"""On which grounds all ways are gone."""


@contextmanager
def errors_logged() -> Iterator[list[EventDict]]:
    """What anything in this process logs as an error, until the end."""
    before = structlog.get_config()
    errors: list[EventDict] = []

    def note(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if method in {"error", "exception", "critical"}:
            errors.append({**event})
        return event

    structlog.configure(**{**before, "processors": [note, *before["processors"]]})
    try:
        yield errors
    finally:
        structlog.configure(**before)


@pytest_asyncio.fixture(
    scope="package",
    loop_scope="package",
    params=HOUSES,
    ids=lambda topology: topology.value,
)
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    """A running hub with everybody it speaks to."""
    with folder() as place, ground(Topology(request.param)) as below, errors_logged() as errors:
        async with house_on(below, place) as made:
            yield made
    # Whatever the ways showed from outside, nothing inside may have broken on the way.
    assert [] == errors
