"""What the web chat's tests share."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browsers import awaited_browser
from tests.webchat.world import Hub, Page, hub_alone


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with hub_alone() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests of a file."""
    async with awaited_browser() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """The same for one test: nothing of it is left open behind it."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


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
