"""The scenario takeover: claims under load, with slow dialogs, a slow provider, and senders frozen in the middle."""

import random
from pathlib import Path

from sandbox.faults import Fault, FaultKind
from tests.chaos.plan import Act, Blow, Plan, Topology, Trouble
from tests.chaos.run import Ran, percentile, run, told

SLOW_SHOP_P99_S = 1.0
FROZEN_SENDER_S = 4.0
SHOP_HANGS_S = 30.0


def slow(seed: int, *, seconds: float = 8.0) -> Plan:
    """Nothing is struck; the shop hangs 30 s and half of the words ask it; the provider takes its time."""
    rng = random.Random(f"slow/{seed}")
    times = [round(rng.uniform(0.1, seconds), 2) for _ in range(6)]
    hangs = [Fault(kind=FaultKind.HANG_AFTER, method="message", times=40, seconds=round(rng.uniform(0.1, 2.0), 2)) for _ in times]
    return _plan(seed, seconds, troubles=tuple(Trouble(at=at, fault=fault) for at, fault in zip(times, hangs, strict=True)))


def frozen(seed: int, *, seconds: float = 8.0) -> Plan:
    """The same, and now and then a sender is frozen: for a moment, or longer than a mark is good for."""
    rng = random.Random(f"frozen/{seed}")
    at, blows = 0.5, []
    while at < seconds:
        length = round(rng.choice([rng.uniform(0.05, 0.4), rng.uniform(1.0, 2.4), rng.uniform(2.5, 4.0)]), 2)
        blows.append(Blow(at=round(at, 2), target=rng.choice(["worker1", "worker2"]), act=Act.FREEZE, seconds=length))
        at += length + rng.uniform(0.3, 1.0)
    return _plan(seed, seconds, blows=tuple(blows))


async def takeover(seeds: range, *, keep: Path) -> int:
    """Both kinds over all seeds; 1 where a promise was broken."""
    calm = [await _one(slow(seed), "slow", keep) for seed in seeds]
    struck = [await _one(frozen(seed), "frozen", keep) for seed in seeds]
    waits, cold = _waits(calm), _waits(struck)
    broken = [ran for ran in (*calm, *struck) if not ran.well]
    fast, good = percentile(waits, 0.99), percentile(cold, 0.99)
    print(
        f"figure: {len(calm) + len(struck)} schedules, {len(waits) + len(cold)} claims, {len(broken)} broken; acknowledged while the shop"
        f" hangs p50 {percentile(waits, 0.5):.3f} p99 {fast:.3f} s (< {SLOW_SHOP_P99_S:g}), with frozen senders"
        f" p50 {percentile(cold, 0.5):.3f} p99 {good:.3f} max {max(cold, default=0):.3f} s (<= {FROZEN_SENDER_S:g})"
    )
    return 1 if broken or fast >= SLOW_SHOP_P99_S or good > FROZEN_SENDER_S else 0


def _plan(seed: int, seconds: float, *, blows: tuple[Blow, ...] = (), troubles: tuple[Trouble, ...] = ()) -> Plan:
    return Plan(
        seed=seed,
        topology=Topology.SINGLE,
        seconds=seconds,
        customers=200,
        messages=2000,
        webs=("web1",),
        workers=("worker1", "worker2"),
        blows=blows,
        troubles=troubles,
        agents=12,
        nudges=200,
        shop_delay=SHOP_HANGS_S,
        orders=0.4,
    )


async def _one(plan: Plan, kind: str, keep: Path) -> Ran:
    ran = await run(plan, keep=keep / kind)
    print(f"{kind}: {told(ran)}", flush=True)
    return ran


def _waits(ran: list[Ran]) -> list[float]:
    return sorted(wait for one in ran for wait in one.desked.waits)
