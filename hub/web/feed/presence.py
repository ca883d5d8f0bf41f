"""Who is here: the open consoles of this process and, by hearsay, of the others; none of it is stored."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

from hub.model.channels.ports import Clock
from hub.model.errors import HubError
from hub.model.inbox.feed import Present
from hub.store.inbox.signals import Here, Signal, WhoIsHere
from hub.web.feed.switchboard import Switchboard

AGAIN_S = 5.0
FORGOTTEN_S = 15.0
TOGETHER_S = 0.1
"""Changes within it are told at once."""


class _Heard(Struct, frozen=True):
    """Whom another process has, and until when that counts (boottime)."""

    people: tuple[Present, ...]
    until: float


class Presence:
    """Everybody whose console is open anywhere. `on_change` is called, with all of them, when that changed."""

    def __init__(self, switchboard: Switchboard, *, process: str, clock: Clock) -> None:
        self.on_change: Callable[[tuple[Present, ...]], None] | None = None
        self._switchboard = switchboard
        self._process = process
        self._clock = clock
        self._here: dict[object, Present] = {}
        self._passing: dict[str, tuple[Present, float]] = {}
        self._others: dict[str, _Heard] = {}
        self._told: tuple[Present, ...] = ()
        self._told_any = False
        self._news = asyncio.Event()
        switchboard.listen(self._hear)

    def enter(self, key: object, present: Present) -> None:
        """A console of this process is open, or shows another customer now."""
        if self._here.get(key) != present:
            self._here[key] = present
            self._news.set()

    def leave(self, key: object) -> None:
        """It is closed."""
        if self._here.pop(key, None) is not None:
            self._news.set()

    def passed(self, present: Present) -> None:
        """Somebody without a lasting connection asked just now: here until they have not asked for a while."""
        self._passing[present.login] = (present, self._clock.boottime() + FORGOTTEN_S)
        self._news.set()

    @property
    def everybody(self) -> tuple[Present, ...]:
        """All who are here, each once, by login; with the customer they look at, if any of their consoles shows one."""
        now, found = self._clock.boottime(), dict[str, Present]()
        lists = (self._mine(now), *(heard.people for heard in self._others.values() if heard.until > now))
        for one in (one for people in lists for one in people):
            if one.login not in found or (one.customer and not found[one.login].customer):
                found[one.login] = one
        return tuple(found[login] for login in sorted(found))

    async def run(self) -> None:
        """Exchange with the other processes until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_S):
                    await self._news.wait()
            await asyncio.sleep(TOGETHER_S)
            self._news.clear()
            await self._tell()

    def _mine(self, now: float) -> tuple[Present, ...]:
        self._passing = {login: one for login, one in self._passing.items() if one[1] > now}
        return (*self._here.values(), *(one for one, _ in self._passing.values()))

    def _hear(self, signal: Signal | None) -> None:
        match signal:
            case Here(process=process, people=people) if process != self._process:
                self._others[process] = _Heard(people, self._clock.boottime() + FORGOTTEN_S)
                self._changed()
            case None:
                self._ask()
            case WhoIsHere():
                self._news.set()

    def _ask(self) -> None:
        """We may have missed something: everybody says once more whom they have."""
        self._switchboard.say(WhoIsHere())
        self._news.set()

    async def _tell(self) -> None:
        self._changed()
        mine = self._mine(self._clock.boottime())
        if mine or self._told_any:
            self._told_any = bool(mine)
            try:
                await self._switchboard.signals.publish(Here(process=self._process, people=mine))
            except HubError:
                return  # Said again in a while.

    def _changed(self) -> None:
        now = self._clock.boottime()
        self._others = {process: heard for process, heard in self._others.items() if heard.until > now}
        everybody = self.everybody
        if everybody != self._told:
            self._told = everybody
            if self.on_change is not None:
                self.on_change(everybody)
