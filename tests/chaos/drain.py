"""Waiting until a hub has nothing left to do: all streams empty, all spools empty, the archive up to date."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path

from hub.model.errors import HubError
from hub.store.connections.wire import ServerError
from tests.chaos.house import ACCOUNT, House

LOOK_EVERY_S = 0.1
POISON = re.compile(rb"nobody wrote this \d+")
SOON_MS = 5000
"""A timer due so soon is work still to be done."""


class Stuck(Exception):
    """The hub did not come to rest in time; the text says what was left."""


async def drained(house: House, *, within: float) -> float:
    """Seconds until nothing was left; raises Stuck."""
    began = time.monotonic()
    left: dict[str, int] = {}
    while time.monotonic() - began < within:
        try:
            left = await waiting(house)
        except (HubError, ServerError) as error:
            left = {type(error).__name__: 1}
        if not left:
            return time.monotonic() - began
        await asyncio.sleep(LOOK_EVERY_S)
    raise Stuck(f"not at rest after {within:.0f} s: {left}")


async def waiting(house: House) -> dict[str, int]:
    """What waits where: stream → entries, and the bytes in spools."""
    names = []
    calls: list[Awaitable[object]] = []
    archived = read_cursors(house.parts.place / "hub" / "archive.sqlite3")
    for p in house.keys.partitions:
        for key in (p.inbox, p.bulk, p.out, p.out_bulk, p.relay, p.held(*ACCOUNT)):
            names.append(key)
            calls.append(house.links.call(key, "XLEN", key))
        # What the archive has stays a while in the journal, for consoles.
        behind = house.links.call(p.journal, "XRANGE", p.journal, f"({archived.get(p.number, '0-0')}", "+", "COUNT", 1)
        names.append(p.journal)
        calls.append(_length(behind))
    soon = int(time.time() * 1000) + SOON_MS
    for p in house.keys.partitions:
        names.append(p.timers)
        calls.append(house.links.call(p.timers, "ZCOUNT", p.timers, "-inf", soon))
    answers = await asyncio.gather(*calls)
    found = {name: answer for name, answer in zip(names, answers, strict=True) if isinstance(answer, int) and answer}
    spooled = sum(path.stat().st_size for path in house.parts.place.glob("hub/spool/*/*.spool"))
    return {**found, "spool": spooled} if spooled else found


def read_cursors(path: Path) -> dict[int, str]:
    """How far the archive is in each partition's journal; nothing while it is not made yet."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as archive:
            return {partition: f"{ms}-{seq}" for partition, ms, seq in archive.execute("select partition, ms, seq from cursors")}
    except sqlite3.OperationalError:
        return {}


async def _length(entries: Awaitable[object]) -> object:
    found = await entries
    return len(found) if isinstance(found, list) else found


async def given_up(house: House) -> int:
    """How many entries were put aside as poison; one we planted twice, not knowing whether the first had come, is one."""
    answers = await asyncio.gather(*(house.links.call(p.dead, "HVALS", p.dead) for p in house.keys.partitions))
    kept = [value for answer in answers if isinstance(answer, list) for value in answer if isinstance(value, bytes)]
    return len({found[0] if (found := POISON.search(value)) else value for value in kept})
