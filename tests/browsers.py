"""A real browser for tests, for those that wait and for those that await."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from playwright import async_api, sync_api

CHROMIUM = "/usr/bin/chromium"
ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

PATIENCE_MS = 20_000
"""How long a page is waited for: a busy machine draws late, and who sees it drawn waits no longer."""


@contextmanager
def browser() -> Iterator[sync_api.Browser]:
    """Chromium, closed at the end."""
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        sync_api.expect.set_options(timeout=PATIENCE_MS)
        yield opened
        opened.close()


@asynccontextmanager
async def awaited_browser() -> AsyncIterator[async_api.Browser]:
    """The same on the running loop."""
    async with async_api.async_playwright() as play:
        opened = await play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        async_api.expect.set_options(timeout=PATIENCE_MS)
        yield opened
        await opened.close()
