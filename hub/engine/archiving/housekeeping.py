"""What is done now and then: turns that no replay needs and files that no message names leave the archive."""

from typing import Protocol

import structlog

from hub.model.channels.ports import Clock
from hub.model.errors import HubError

log = structlog.get_logger()
TURNS_KEPT_MS = 7 * 86_400_000
FILES_KEPT_MS = 86_400_000
EVERY_S = 3600.0
AGAIN_EVERY_S = 600.0


class Files(Protocol):
    """What is asked of the kept files."""

    async def purge(self, before_ms: int) -> int:
        """Throw away what came before then and no message names; returns how many."""
        ...


class Archive(Protocol):
    """What is asked of the archive here."""

    @property
    def files(self) -> Files:
        """What customers and agents sent."""
        ...

    async def purge(self, before_ms: int) -> int:
        """Delete turns older than that; returns how many."""
        ...

    async def recover(self) -> int:
        """Read again what an older version could not; returns how many entries."""
        ...


class Letters(Protocol):
    """What is asked of what was given up."""

    async def recover(self) -> int:
        """Put back what only an older version could not read; returns how many."""
        ...


async def read_again(letters: Letters, clock: Clock) -> None:
    """Once at the start and then every ten minutes, until cancelled: an older worker beside us gives up what only we can read."""
    while True:
        await look_through(letters)
        await clock.sleep(AGAIN_EVERY_S)


async def look_through(letters: Letters) -> None:
    """Put back what only an older version could not read, and say so."""
    try:
        if recovered := await letters.recover():
            log.info("what an older version gave up is tried again", entries=recovered)
    except HubError as error:
        log.warning("what was given up is not looked through", error=type(error).__name__)


async def keep_house(archive: Archive, clock: Clock) -> None:
    """Once at the start and then every hour, until cancelled."""
    while True:
        try:
            recovered = await archive.recover()
            purged = await archive.purge(clock.now() - TURNS_KEPT_MS)
            files = await archive.files.purge(clock.now() - FILES_KEPT_MS)
            log.info("archive kept in order", recovered=recovered, purged=purged, files=files)
        except HubError as error:
            log.warning("archive not kept in order", error=type(error).__name__)
        await clock.sleep(EVERY_S)
