"""One run from its seed to its verdict."""

import asyncio
import random
import shutil
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from hub.model.errors import HubError
from tests.chaos.agents import Agents, Desked
from tests.chaos.blows import Blows, Struck
from tests.chaos.consoles import Consoles
from tests.chaos.drain import Stuck, drained, given_up
from tests.chaos.evidence import gather
from tests.chaos.house import House
from tests.chaos.plan import Plan
from tests.chaos.shoppers import Shoppers, Told
from tests.chaos.verdict import Verdict, judge

ACCEPTED_WITHIN_S = 90.0
AT_REST_WITHIN_S = 75.0


class Kept(StrEnum):
    """Of which runs logs and archive are kept."""

    BROKEN = "broken"
    ALL = "all"


class Ran(Struct):
    """What one run gave. `took`: s in all, `rest`: s from the last word to rest."""

    plan: Plan
    verdict: Verdict
    told: Told
    desked: Desked
    took: float = 0.0
    rest: float = 0.0
    falls: int = 0

    @property
    def well(self) -> bool:
        """Whether every promise held."""
        return not self.verdict.broken


async def run(plan: Plan, *, keep: Path | None = None, kept: Kept = Kept.BROKEN) -> Ran:
    """Open a house, let it happen, judge it. `keep`: where the logs of a run go, if any."""
    began = time.monotonic()
    async with House(plan) as house, Consoles(house) as consoles:
        rng = random.Random(f"{plan.seed}/run")
        shoppers = Shoppers(house, rng)
        agents, blows = Agents(house, rng, shoppers.told), Blows(house, rng)
        ran = Ran(plan=plan, verdict=Verdict(), told=shoppers.told, desked=agents.desked)
        try:
            await _happen(plan, house, shoppers=shoppers, agents=agents, blows=blows, consoles=consoles)
            ran.rest = await drained(house, within=AT_REST_WITHIN_S)
            ran.verdict = await _judged(house, consoles, ran, blows.struck)
        except (Stuck, TimeoutError) as error:
            waits = sorted(shoppers.told.waiting)[:4]
            ran.verdict.broken.append(f"{_named(error)} (words without an answer: {waits})")
        ran.falls = sum(resident.falls for resident in house.parts.residents.values())
        if keep and (kept is Kept.ALL or not ran.well):
            _keep(house, keep / f"seed-{plan.seed}")
    ran.took = time.monotonic() - began
    return ran


async def _happen(plan: Plan, house: House, *, shoppers: Shoppers, agents: Agents, blows: Blows, consoles: Consoles) -> None:
    desk = asyncio.create_task(agents.work())
    async with asyncio.timeout(ACCEPTED_WITHIN_S):
        await asyncio.gather(shoppers.speak(seconds=plan.seconds), consoles.talk(shoppers), blows.fall(), _poison(plan, house))
        agents.stop()
        await desk


async def _judged(house: House, consoles: Consoles, ran: Ran, struck: Sequence[Struck]) -> Verdict:
    """What was seen from outside, on the consoles too, against what was promised."""
    shown = await consoles.settled()
    evidence = await gather(house, dead=await given_up(house))
    verdict = judge(ran.plan, evidence, accepted=ran.told.accepted, desked=ran.desked, struck=struck)
    for what, names in shown.items():
        verdict.breach(what, names)
    verdict.counts.update(consoles.counts)
    return verdict


async def _poison(plan: Plan, house: House) -> None:
    """Put what nobody can read into mailboxes."""
    rng = random.Random(plan.seed)
    for n in range(plan.poison):
        await asyncio.sleep(rng.uniform(0, plan.seconds / plan.poison))
        key = rng.choice(house.keys.partitions).inbox
        while True:
            try:
                await house.links.call(key, "XADD", key, "*", "e", b"\xc1 nobody wrote this %d" % n)
                break
            except HubError:
                await asyncio.sleep(0.2)


def _named(error: Exception) -> str:
    return str(error) or "not everything was accepted in time"


def told(ran: Ran) -> str:
    """One run as a line."""
    counts = ran.verdict.counts
    shown = " ".join(f"{name} {counts[name]}" for name in _SHOWN if counts[name])
    waits = sorted(ran.desked.waits)
    claims = f" claims {counts['claims']} p99 {percentile(waits, 0.99):.2f} s" if waits else ""
    end = "ok" if ran.well else "BROKEN " + "; ".join(ran.verdict.broken)
    return (
        f"seed {ran.plan.seed} {ran.plan.topology}: {ran.plan} | {shown}{claims} repeats {ran.told.repeats} falls {ran.falls}"
        f" slowest 200 {ran.told.slowest:.1f} s rest {ran.rest:.1f} s took {ran.took:.1f} s | {end}"
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of an ordered list lies; 0 for none."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def _keep(house: House, to: Path) -> None:
    """Logs and archive of a run that went wrong."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for path in (*house.parts.place.glob("*.log"), *house.parts.place.glob("hub/archive.sqlite3*")):
        shutil.copy(path, to / path.name)


_SHOWN = (
    "words", "turns", "decided", "received", "doubled", "in_flight", "late", "draft", "withdrawn", "unknown", "nudges", "dead", "frames",
    "resyncs", "reconnects",
)  # fmt: skip
