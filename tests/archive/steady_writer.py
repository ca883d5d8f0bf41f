"""A process that archives a journal without end from where the archive stands, until it is killed."""

import asyncio
import sys

from hub.store.archive.open import Archive
from hub.store.archive.rows import position_of
from tests.archive.entries import moved, numbered, turn

PARTITIONS = (3, 4)
BATCH = 20


async def main(url: str) -> None:
    """Each number is one journal entry of each partition; what is archived is said on standard output."""
    archive = await Archive.open(url)
    while True:
        batches = []
        for partition in PARTITIONS:
            start = position_of(await archive.cursor(partition))[0] + 1
            entries = [content for number in range(start, start + BATCH, 2) for content in (turn(number), moved(f"dl-{number}"))]
            batches.append((partition, numbered(*entries, start=start)))
        await archive.write(batches)
        print(batches[-1][1][-1][0], flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
