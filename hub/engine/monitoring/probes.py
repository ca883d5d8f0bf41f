"""How the watch sees the house: counts and fill levels of the store, how accounts' calls went, and a slow look at their credentials."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar, cast

import structlog
from msgspec import Struct
from msgspec.structs import replace

from hub.engine.archiving.journal_tail import TAIL_ENTRIES
from hub.engine.monitoring.looking import LookAt
from hub.engine.monitoring.watch import Sight
from hub.model.alerts.alert import AlertKind, Book, Looked
from hub.model.alerts.enforcement import counted
from hub.model.alerts.rhythm import Rhythm, heard
from hub.model.alerts.rules import AccountFacts, Disk, Facts, Memory
from hub.model.channels.exchange import Standing
from hub.model.channels.look import Code, Seen
from hub.model.channels.ports import Clock
from hub.model.errors import HubError, StoreAway
from hub.store.channels.calls import Calls, Place
from hub.store.connections.links import Links
from hub.store.keys import Keys
from hub.store.shop.alerts import Alerts, Report

log = structlog.get_logger()
T = TypeVar("T")
LOOK_EVERY_MS = 3_600_000
LOOK_SOON_MS = 300_000
LOOK_SPREAD = 0.25
UNAUTHORIZED = 401


class Watched(Struct, frozen=True):
    """One account as it is watched. `hooked`: its provider calls us; `setup`: how it is set up, by which a change of that is seen."""

    place: Place
    hooked: bool = False
    setup: object = None

    @property
    def name(self) -> str:
        """As alerts speak of it."""
        return "/".join(self.place)


class Machine(Struct, frozen=True):
    """What this process sees of its own machine: bytes free under the data folder, events on its disk; `name`: as people know it."""

    name: str
    free: Callable[[], int]
    spooled: Callable[[], int]


class HouseProbes:
    """Looks at everything. Only what does not answer at all ends a look (StoreAway); the rest is told as unknown."""

    def __init__(
        self,
        links: Links,
        keys: Keys,
        *,
        accounts: Callable[[], Sequence[Watched]],
        look_at: LookAt,
        machine: Machine,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._links = links
        self._keys = keys
        self._calls = Calls(links, keys)
        self._alerts = Alerts(links, keys)
        self._accounts = accounts
        self._look_at = look_at
        self._machine = machine
        self._clock = clock
        self._chance = chance
        self._looked_at: dict[str, object] = {}
        self._looking: tuple[str, asyncio.Task[Seen]] | None = None

    @property
    def machine(self) -> str:
        """This process's machine."""
        return self._machine.name

    def report(self) -> Report:
        """How this process's machine stands."""
        return Report(at=self._clock.now(), free=self._machine.free(), spooled=self._machine.spooled())

    async def look(self, book: Book) -> Sight:
        """What there is to see now. Raises StoreAway."""
        now, watched = self._clock.now(), self._accounts()
        looked = self._looked(book, watched, now)
        known = await self._alerts.rhythms()
        enforced = await self._alerts.enforced(now=now)
        accounts = [
            replace(await self._account(one, looked, known.get(one.name), now), enforced=counted(enforced.get(one.name, ()), now=now))
            for one in watched
        ]
        reports = await self._alerts.reports(now=now)
        facts = Facts(
            now=now,
            accounts=tuple(accounts),
            dead=await _seen(self._counted("HLEN", [keys.dead for keys in self._keys.partitions])),
            disks=tuple(Disk(machine=name, free=report.free) for name, report in reports.items()),
            memory=await _seen(self._memory()),
            behind=await _seen(self._behind()),
            spooled=sum(report.spooled for report in reports.values()),
        )
        return Sight(facts=facts, rhythms=_learned(known, accounts), looked=looked)

    async def _account(self, one: Watched, looked: Mapping[str, Looked], known: Rhythm | None, now: int) -> AccountFacts:
        standing, lately = await asyncio.gather(self._calls.standing(one.place, now=now), self._calls.lately(one.place, now=now))
        return AccountFacts(
            place=one.name,
            looked=looked.get(one.name, Looked()),
            calls=lately.calls,
            failures=lately.failures,
            well=standing.well,
            failed=standing.failed,
            failure=_failure(standing),
            rhythm=heard(known or Rhythm(), lately.came, now=now) if one.hooked else None,
        )

    async def _counted(self, command: str, names: Sequence[str]) -> int:
        return sum(cast("list[int]", await asyncio.gather(*(self._links.call(name, command, name) for name in names))))

    async def _behind(self) -> int:
        """Journal entries beyond the tails that stay for consoles."""
        names = [keys.journal for keys in self._keys.partitions]
        lengths = await asyncio.gather(*(self._links.call(name, "XLEN", name) for name in names))
        return sum(max(0, cast("int", length) - TAIL_ENTRIES) for length in lengths)

    async def _memory(self) -> Memory:
        """Of the fullest master."""
        told = [_fields(cast("bytes", answer)) for answer in await self._links.each("INFO", "memory")]
        filled = [Memory(used=int(one.get("used_memory", "0")), most=int(one.get("maxmemory", "0"))) for one in told]
        return max(filled, key=lambda memory: memory.used / memory.most if memory.most else 0.0)

    # Privately: credentials.

    def _looked(self, book: Book, watched: Sequence[Watched], now: int) -> dict[str, Looked]:
        """What is known of the accounts; where a look is due, one is begun, and its answer is known at a later look around."""
        kept = {one.name: book.looked.get(one.name, Looked()) for one in watched}
        if self._looking is not None:
            name, task = self._looking
            if not task.done():
                return kept
            self._looking = None
            if name in kept and (seen := _answer(task)) is not None:
                kept[name] = _told(seen, at=now, due=kept[name].due)
        # Soon again where something is wrong: the all-clear need not wait for somebody to write.
        wrong = {alert.subject for alert in book.open if alert.kind in {AlertKind.ACCESS, AlertKind.HOOK}}
        for one in watched:
            every = LOOK_SOON_MS if one.name in wrong else LOOK_EVERY_MS
            # Whoever begins looks at each once, and again when it is set up anew: what was wrong may have been put right.
            changed = one.name not in self._looked_at or self._looked_at[one.name] != one.setup
            if changed or not now < kept[one.name].due <= now + every * (1 + LOOK_SPREAD):
                due = now + int(every * (1 + LOOK_SPREAD * (2 * self._chance() - 1)))
                kept[one.name] = replace(kept[one.name], due=due)
                self._looked_at[one.name] = one.setup
                self._looking = (one.name, asyncio.ensure_future(self._look_at(one.place)))
                break
        return kept

    async def close(self) -> None:
        """End a look that is under way."""
        if self._looking is not None:
            self._looking[1].cancel()
            await asyncio.gather(self._looking[1], return_exceptions=True)


def _answer(task: "asyncio.Task[Seen]") -> Seen | None:
    """What it told; None where it broke, which the log says."""
    if task.cancelled():
        return None
    if error := task.exception():
        log.error("a look at an account broke", error=type(error).__name__, exc_info=error)
        return None
    return task.result()


def _told(seen: Seen, *, at: int, due: int) -> Looked:
    return Looked(
        at=at,
        until=0 if seen.renews else seen.until,
        refused=seen.has(Code.REFUSED),
        taken=seen.has(Code.TAKEN),
        elsewhere=seen.has(Code.HOOK_ELSEWHERE),
        due=due,
    )


def _learned(known: Mapping[str, Rhythm], accounts: Sequence[AccountFacts]) -> dict[str, Rhythm | None]:
    """The rhythms that changed; None of accounts that are no more."""
    now = {one.place: one.rhythm for one in accounts if one.rhythm is not None}
    gone: dict[str, Rhythm | None] = dict.fromkeys(known.keys() - now.keys())
    return {**gone, **{place: rhythm for place, rhythm in now.items() if rhythm != known.get(place)}}


def _failure(standing: Standing) -> str:
    """Why the last call failed; a call that is no message's bears only its status."""
    return standing.failure or ("auth" if standing.status == UNAUTHORIZED else "")


async def _seen(work: Awaitable[T]) -> T | None:
    """What it returns; None where it is not to be known now. Raises StoreAway."""
    try:
        return await work
    except StoreAway:
        raise
    except HubError:
        return None


def _fields(info: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in info.decode(errors="replace").splitlines())
    return {name: value.strip() for name, mark, value in lines if mark}
