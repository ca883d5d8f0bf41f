"""A process whose files may not grow: what a spool does when the disk is full; started by the tests of the spool."""

import asyncio
import resource
import sys
from pathlib import Path

from hub.engine.receiving.spool import Spool, Spooled
from hub.model.errors import StoreFull


def size(folder: Path) -> int:
    """Bytes of the segments so far."""
    return sum(p.stat().st_size for p in folder.glob("*.spool"))


async def fill(folder: Path) -> list[str]:
    """Add three entries, the second while there is no room for it; what happened to each, and what can be read afterwards."""
    spool = Spool(folder)
    told = []
    for n in range(3):
        # Room for half of it: what is half written must not stand before the next whole one.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size(folder) + 5 if n == 1 else 1 << 20, resource.RLIM_INFINITY))
        try:
            await spool.add(Spooled(incoming=(), received=n, days=1))
        except StoreFull:
            told.append("full")
        else:
            told.append("kept")
    read = [str(one.received) for segment in await spool.seal() for one in spool.read(segment)]
    return [*told, *read]


if __name__ == "__main__":
    print(" ".join(asyncio.run(fill(Path(sys.argv[1])))))
