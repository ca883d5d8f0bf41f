"""What both sides of a process stand on: its settings, its clocks, its one archive, and what ends with it."""

import asyncio
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import structlog

from config.accounts.outside import HousedFiles
from config.settings.secrets import Secrets
from config.settings.values import Settings
from config.storage.bucket import open_archive
from config.wiring.chat import LateShelf
from config.wiring.files import lending_of, limits_of
from hub.engine.files.fetching import Fetcher
from hub.model.channels.ports import Clock
from hub.model.files.lending import Lending

if TYPE_CHECKING:
    from hub.store.archive.open import Archive

log = structlog.get_logger()


class Foundation:
    """One process's; `stack`: what is started first is ended last; `hooks_at`: the address providers know us by, empty without one."""

    def __init__(self, settings: Settings, *, clock: Clock, sign_in_clock: Clock, hooks_at: str) -> None:
        self.settings = settings
        self.clock = clock
        self.sign_in_clock = sign_in_clock
        self.hooks_at = hooks_at
        self.stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._archive: Archive | None = None

    def files(self, secrets: Secrets) -> HousedFiles:
        """The files that messages name."""
        shelf, lending = LateShelf(self.open_archive), self.lending(secrets)
        return HousedFiles(shelf, Fetcher(), lending=lending, limits=limits_of(self.settings), clock=self.clock)

    def lending(self, secrets: Secrets) -> Lending:
        """How files are lent to providers that fetch them."""
        return lending_of(self.settings, secrets, at=self.hooks_at)

    async def open_archive(self) -> "Archive":
        """The process's one archive; opened when it is asked for first."""
        async with self._opening:
            if self._archive is None:
                self._archive = await open_archive(self.settings, self.stack)
            return self._archive

    def background(self, work: Awaitable[None], name: str) -> None:
        """A task that lives as long as the process; its end before that is an error that is told."""
        task = asyncio.ensure_future(work)

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        def told(done: asyncio.Future[None]) -> None:
            if not done.cancelled() and (error := done.exception()):
                log.error("a part broke down", part=name, error=type(error).__name__, exc_info=error)

        task.add_done_callback(told)
        self.stack.push_async_callback(end)
