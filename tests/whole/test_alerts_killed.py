"""Whoever watches is killed: the next one goes on where it stopped, and each of the shop's people is told once."""

from pathlib import Path

import aiohttp
import pytest

from hub.store.keys import Keys
from hub.web.api.routes.alerts import AlertList
from sandbox.faults import FaultKind
from tests.processes import eventually, folder
from tests.whole.children import Child, Family, family_on
from tests.whole.grounds import Topology, ground
from tests.whole.world import Caller

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAFF = "900002"
EVERY_S = 0.1
LOOKS_WITHOUT_NEWS = 24


async def watcher(family: Family, among: list[Child]) -> Child:
    """Which process has the watch."""
    links, key = await family.links(), Keys(family.settings.key_prefix).alerts_lease
    found: list[Child] = []

    async def held() -> bool:
        holder = await links.call(key, "GET", key)
        pid = holder.decode().partition("-")[0] if isinstance(holder, bytes) else ""
        found[:] = [child for child in among if str(child.process.pid) == pid]
        return bool(found)

    await eventually(held, what="somebody who watches")
    return found[0]


async def open_now(caller: Caller) -> set[str]:
    """What the API says is wrong."""
    return {one.kind.value for one in (await caller.ask("GET", "/api/alerts")).read(AlertList).alerts}


async def until_open(caller: Caller, expected: set[str]) -> None:
    async def so() -> bool:
        return await open_now(caller) == expected

    await eventually(so, what=f"the alerts {expected}")


async def looks_go_by(caller: Caller, n: int) -> None:
    """Wait for so many looks."""
    seen: set[int] = set()

    async def gone_by() -> bool:
        seen.add((await caller.ask("GET", "/api/alerts")).read(AlertList).checked)
        return len(seen) > n

    await eventually(gone_by, what=f"{n} looks")


def tell_staff(place: Path) -> None:
    """Name somebody of the shop in the settings."""
    with (place / "hub.toml").open("a") as file:
        file.write(f'[alerts]\nto = ["telegram/polled/{STAFF}"]\nevery_seconds = {EVERY_S}\n')


async def test_what_is_found_while_watchers_are_killed_is_told_once_and_so_is_its_end() -> None:
    with folder() as place, ground(Topology.SINGLE) as below:
        async with family_on(below, place) as family, aiohttp.ClientSession() as http:
            tell_staff(place)
            told = family.outside.polled
            workers = [family.start("worker"), family.start("worker")]
            await watcher(family, workers)
            web = family.start("web")
            await web.serving()
            caller, links, dead = await family.caller(http), await family.links(), Keys(family.settings.key_prefix).partitions[0].dead

            # Nothing is taken before the kill: what is there twice then was not a call cut short.
            told.fault(FaultKind.THROTTLE, method="sendMessage", chat=STAFF, times=0, retry_after=1)
            await links.call(dead, "HSET", dead, "1-1", b"not to be read")
            await until_open(caller, {"dead"})
            first = await watcher(family, workers)
            first.kill()
            workers.remove(first)
            told.faults.clear()
            await eventually(lambda: len(told.sent_to(STAFF)) == 1, what="the message")
            await watcher(family, [*workers, web])
            await looks_go_by(caller, LOOKS_WITHOUT_NEWS)
            assert 1 == len(told.sent_to(STAFF))

            await links.call(dead, "HDEL", dead, "1-1")
            await until_open(caller, set())
            await eventually(lambda: len(told.sent_to(STAFF)) == 2, what="the all-clear")
            await looks_go_by(caller, LOOKS_WITHOUT_NEWS)

            opened, ended = told.sent_to(STAFF)
            assert (True, True) == ("Events given up after three tries: 1." in opened, "Over: Events given up." in ended)
