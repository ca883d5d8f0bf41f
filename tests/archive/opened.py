"""An archive that is given back whatever happens: an open connection left behind keeps uvloop from ending."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.store.archive.open import Archive


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Archive]:
    """The archive at that address, closed at the end."""
    archive = await Archive.open(url)
    try:
        yield archive
    finally:
        await archive.close()
