"""A process that opens an archive at the word `go`, and says what it found."""

import asyncio
import sys

import alembic.command  # noqa: F401 - so that nothing but the opening itself lies between the word and the database

from hub.store.archive.open import Archive


async def main(url: str) -> None:
    """Wait for a line, open, count, close."""
    print("ready", flush=True)
    sys.stdin.readline()
    archive = await Archive.open(url)
    print(sum((await archive.counts()).values()), flush=True)
    await archive.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
