"""What erases in these tests: the service over a world's store and an archive that a running archiver fills."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from hub.desk.erasing import Erased, Erasing, Rows
from hub.engine.archiving.archiver import Archiver
from hub.engine.archiving.customer_index import Finding
from hub.engine.archiving.inbox_index import Indexing
from hub.model.subject import PARTITIONS
from hub.store.archive.open import Archive
from hub.store.channels.cases import Cases, Seal
from hub.store.erasure.wiping import Wiping
from hub.store.inbox.inbox import Inbox
from tests.engine.world import World
from tests.erasure.searching import where

_asked = itertools.count(1)


def mirrored(blob: bytes) -> bytes:
    """A cipher anybody can read but no search finds."""
    return blob[::-1]


class Forgetting:
    """Erases and looks for what is left."""

    def __init__(self, world: World, archive: Archive, *, folders: Sequence[Path]) -> None:
        self.world, self.archive = world, archive
        self.cases = Cases(world.links, world.keys, seal=Seal(close=mirrored, open=mirrored))
        self.told: list[str] = []
        self._folders = folders

    async def erase(self, customer: str, *, rows: Rows | None = None, deadline: float = 20.0) -> Erased:
        """Erase a customer, as the operator's command does."""
        world = self.world
        erasing = Erasing(
            desk=world.desk,
            customers=world.customers,
            wiping=Wiping(world.links, world.keys, cases=self.cases),
            links=world.links,
            rows=rows or self.archive,
            clock=world.clock,
            tell=self.told.append,
            deadline=deadline,
        )
        return await erasing.erase(customer, asked_by="test", event_id=f"asked-{next(_asked)}")

    def left(self, *texts: str) -> dict[str, list[str]]:
        """Where each text still lies in the server's folder and beside the archive; nothing is named that lies nowhere."""
        found = {text: [place for folder in self._folders for place in where(text, folder)] for text in texts}
        return {text: places for text, places in found.items() if places}

    async def keys_with(self, part: str) -> list[str]:
        """The store's keys whose names hold this."""
        found = cast("list[bytes]", await self.world.links.call("", "KEYS", f"*{part}*"))
        return sorted(key.decode() for key in found)


@asynccontextmanager
async def forgetting(world: World, archive: Archive, *, folders: Sequence[Path]) -> AsyncIterator[Forgetting]:
    """With an archiver that copies the journals of all partitions meanwhile."""
    inbox = Inbox(world.links, world.keys)
    archiver = Archiver(
        world.links,
        world.keys,
        archive,
        held=lambda: set(range(PARTITIONS)),
        clock=world.clock,
        indexing=Indexing(inbox),
        finding=Finding(inbox, archive.finder),
    )
    copying = asyncio.create_task(archiver.run())
    try:
        yield Forgetting(world, archive, folders=folders)
    finally:
        copying.cancel()
        await asyncio.gather(copying, return_exceptions=True)
