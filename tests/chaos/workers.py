"""The scenario workers: a second one gets its fair share within seconds, and a dead one's partitions are served again."""

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress

from hub.model.subject import customer_subject, partition_of
from tests.chaos.drain import drained
from tests.chaos.evidence import gather
from tests.chaos.house import House
from tests.chaos.plan import Plan, Topology, chat_name
from tests.chaos.shoppers import Shoppers
from tests.processes import eventually

SERVED_WITHIN_S = 5.0
FAIR_WITHIN_S = 5.0
CUSTOMERS = 300
PAUSE_S = 0.4


async def workers(seed: int, *, patience: float = 1.0, customers: int = CUSTOMERS, pause: float = PAUSE_S) -> int:
    """One worker, then two, then one again; 1 where it took too long, times `patience` on a machine that does other things too.

    `customers`: how many talk, each every `pause` s.
    """
    plan = Plan(
        seed=seed, topology=Topology.SINGLE, seconds=0, customers=customers, messages=0, webs=("web1",), workers=("worker1",),
        blows=(), troubles=(),
    )  # fmt: skip
    async with House(plan) as house:
        shoppers = Shoppers(house, random.Random(seed))
        talk = asyncio.create_task(_talk(shoppers, customers, pause))
        fair, names = await _shared(house)
        await asyncio.sleep(1.0)
        lost, died = await _killed(house)
        await _turning(house, lost, within=SERVED_WITHIN_S * patience + 2)
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)
        await drained(house, within=60)
        lived_in, served = await _served(house, lost, died)
    print(f"seed {seed}: shares {names}; {len(lost)} partitions lost, {len(lived_in)} with customers, {len(served)} at work again")
    print("slowest partitions: " + ", ".join(f"{n}: {s:.1f} s" for n, s in sorted(served.items(), key=lambda one: -one[1])[:5]))
    worst = max(served.values(), default=float("inf"))
    figures = f"fair shares after {fair:.1f} s (<= {FAIR_WITHIN_S:g}); a dead worker's partitions served again after at most {worst:.1f} s"
    print(f"figure: {figures} (<= {SERVED_WITHIN_S:g})")
    in_time = worst <= SERVED_WITHIN_S * patience and fair <= FAIR_WITHIN_S * patience
    return 0 if in_time and served.keys() == lived_in else 1


async def _talk(shoppers: Shoppers, customers: int, pause: float) -> None:
    """Everybody says something every now and then, until cancelled."""

    async def one(chat: str) -> None:
        await asyncio.sleep(random.Random(chat).uniform(0, pause))
        while True:
            await shoppers.say(chat, "opening hours")
            await asyncio.sleep(pause)

    await asyncio.gather(*(one(chat_name(n)) for n in range(customers)))


async def _shared(house: House) -> tuple[float, list[int]]:
    """Start the second worker; s from its first sign of life until both hold half, and the shares."""
    await house.move_in("worker2")

    async def two() -> bool:
        return await house.links.call(house.keys.workers, "ZCARD", house.keys.workers) == 2

    async def fair() -> bool:
        shares = Counter((await house.holders()).values())
        return sorted(shares.values()) == [32, 32]

    await eventually(two, what="the second worker")
    began = time.monotonic()
    await eventually(fair, within=60, what="fair shares")
    return time.monotonic() - began, sorted(Counter((await house.holders()).values()).values())


async def _killed(house: House) -> tuple[set[int], float]:
    """Kill the second worker; which partitions it had, and when."""
    second = house.parts.residents["worker2"]
    lost = {number for number, holder in (await house.holders()).items() if holder.startswith(f"{second.pid}-")}
    second.kill()
    return lost, time.monotonic()


async def _turning(house: House, lost: set[int], *, within: float) -> None:
    """Wait until turns are taken again wherever any were; how long that took, and whether too long, the evidence tells."""

    async def newest() -> dict[int, object]:
        keys = [(number, house.keys.partitions[number].journal) for number in sorted(lost)]
        entries = await asyncio.gather(*(house.links.call(key, "XREVRANGE", key, "+", "-", "COUNT", 1) for _, key in keys))
        return {number: entry for (number, _), entry in zip(keys, entries, strict=True) if entry}

    before = await newest()

    async def further() -> bool:
        now = await newest()
        return all(now.get(number) != entry for number, entry in before.items())

    with suppress(TimeoutError):
        await eventually(further, within=within)


async def _served(house: House, lost: set[int], died: float) -> tuple[set[int], dict[int, float]]:
    """Which of the lost partitions any customer lives in; and of these: partition → s from the death until the first turn was taken again.

    Not until the first answer: an answer whose call was in flight at the death waits until nobody can await the provider's any more.
    """
    evidence = await gather(house, dead=0)
    died_at = time.time() - (time.monotonic() - died)
    lived_in: set[int] = set()
    first: dict[int, float] = {}
    for turn in evidence.turns:
        number, after = partition_of(customer_subject(turn.customer)), turn.now / 1000 - died_at
        if number in lost:
            lived_in.add(number)
            if after > 0:
                first[number] = min(after, first.get(number, after))
    return lived_in, first
