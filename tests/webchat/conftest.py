"""What the web chat's tests share."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest

from tests.webchat.world import Hub, Page


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    running = await Hub().start()
    yield running
    await running.stop()
    assert [] == running.complaints


@pytest.fixture
async def page_of() -> AsyncIterator[Callable[[Hub], Page]]:
    """Pages that are closed behind the test."""
    session = aiohttp.ClientSession()
    pages: list[Page] = []

    def make(hub: Hub) -> Page:
        pages.append(Page(session, hub))
        return pages[-1]

    yield make
    for page in pages:
        await page.close()
    await session.close()
