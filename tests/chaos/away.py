"""The scenario redis-away: the store is away for a while under load; every webhook is answered 200 all the same."""

import asyncio
import random
import time

from msgspec import Struct

from hub.model.errors import HubError
from tests.chaos.agents import Desked
from tests.chaos.drain import drained, given_up
from tests.chaos.evidence import gather
from tests.chaos.house import House
from tests.chaos.plan import Plan, Topology, chat_name
from tests.chaos.shoppers import Shoppers
from tests.chaos.verdict import judge
from tests.servers import Node

DRAINED_PER_S = 5000.0
RATED_FROM = 5000
"""Fewer spooled words tell nothing about a rate."""


class Drain(Struct):
    """How the spools went into the mailboxes: (s of CLOCK_MONOTONIC, events pushed so far)."""

    seen: list[tuple[float, int]]

    @property
    def rate(self) -> float:
        """Events a second over the middle nine tenths of what came at once; 0 where too little came."""
        first, last = self.seen[0][1], self.seen[-1][1]
        low, high = first + (last - first) * 0.05, first + (last - first) * 0.95
        begin = next(at for at, count in self.seen if count >= low)
        end = next(at for at, count in self.seen if count >= high)
        return (high - low) / (end - begin) if end > begin else 0.0


async def away(seed: int, *, seconds: float, customers: int, least: float = DRAINED_PER_S) -> int:
    """Run it; 1 where a webhook was refused, a word lost or bent, or the spools drained slower than `least` a second."""
    plan = Plan(
        seed=seed, topology=Topology.SINGLE, seconds=seconds, customers=customers, messages=0, webs=("web1", "web2"),
        workers=("worker1", "worker2"), blows=(), troubles=(),
    )  # fmt: skip
    async with House(plan) as house:
        shoppers = Shoppers(house, random.Random(seed))
        spooled, drain = await _away(house, shoppers, seconds)
        rest = await drained(house, within=120)
        evidence = await gather(house, dead=await given_up(house))
        verdict = judge(plan, evidence, accepted=shoppers.told.accepted, desked=Desked(), struck=())
    refusals = {name: count for name, count in shoppers.told.refusals.items() if count}
    rate = drain.rate if spooled >= RATED_FROM else 0.0
    slow = bool(rate) and rate < least
    print(
        f"seed {seed}: {shoppers.told.words} words, {spooled} spooled, refusals {refusals or 'none'}, broken {verdict.broken or 'nothing'}"
    )
    shown = f"drained {rate:.0f}/s (>= {least:.0f})" if rate else f"{spooled} spooled, too few to rate"
    print(
        f"figure: away {seconds:.0f} s, {shoppers.told.words} webhooks all 200: {not refusals}, slowest {shoppers.told.slowest:.2f} s;"
        f" lost 0, order kept: {not verdict.broken}; {shown}; at rest after {rest:.1f} s"
    )
    return 1 if refusals or verdict.broken or slow else 0


async def _away(house: House, shoppers: Shoppers, seconds: float) -> tuple[int, Drain]:
    """Load, the store gone, the store back, the load ended."""
    node = house.parts.servers
    assert isinstance(node, Node)
    talk = asyncio.create_task(_talk(house, shoppers))
    await asyncio.sleep(2.0)
    node.kill()
    gone = shoppers.told.words
    await asyncio.sleep(seconds)
    talk.cancel()
    await asyncio.gather(talk, return_exceptions=True)
    spooled = shoppers.told.words - gone
    node.spawn()
    return spooled, await _watched(house, shoppers.told.words)


async def _talk(house: House, shoppers: Shoppers) -> None:
    async def one(chat: str) -> None:
        while True:
            await asyncio.shield(asyncio.ensure_future(shoppers.say(chat, "opening hours")))

    await asyncio.gather(*(one(chat_name(n)) for n in range(house.plan.customers)))


async def _watched(house: House, words: int) -> Drain:
    """Look how many events the mailboxes have taken, until all are there."""
    seen: list[tuple[float, int]] = []
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            count = await _pushed(house)
        except HubError:
            count = 0
        if count:
            seen.append((time.monotonic(), count))
        if count >= words:
            break
        await asyncio.sleep(0.02)
    return Drain(seen=seen)


async def _pushed(house: House) -> int:
    """How many words any mailbox has taken so far: what is remembered of them against repeats."""
    day = time.time_ns() // 1_000_000 // 86_400_000
    answers = await asyncio.gather(*(house.links.call(p.seen(day), "SCARD", p.seen(day)) for p in house.keys.partitions))
    return sum(answer for answer in answers if isinstance(answer, int))
