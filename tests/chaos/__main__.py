"""The command: `python -m tests.chaos --seed 7` or `--seeds 1..100`; seeds, schedules and counts are printed."""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

import uvloop

from tests.chaos.away import away
from tests.chaos.plan import Size, Topology, draw
from tests.chaos.run import Kept, Ran, percentile, run, told
from tests.chaos.takeover import takeover
from tests.chaos.workers import workers

SEEDS = "1..20"
KEEP = Path(tempfile.gettempdir()) / "omnihub-chaos"


def main() -> int:
    """Run what was asked for; 1 where a promise was broken."""
    given = _parser().parse_args()
    first, _, last = (str(given.seed) if given.seed is not None else given.seeds).partition("..")
    size = Size(seconds=given.seconds, customers=given.customers, messages=given.messages)
    seeds = range(int(first), int(last or first) + 1)
    return uvloop.run(_scenario(given, seeds, size))


async def _scenario(given: argparse.Namespace, seeds: range, size: Size) -> int:
    match given.scenario:
        case "takeover":
            return await takeover(seeds, keep=KEEP)
        case "workers":
            return max([await workers(seed) for seed in seeds])
        case "redis-away":
            return max([await away(seed, seconds=given.away, customers=given.customers) for seed in seeds])
    return await _all(seeds, Topology(given.topology), size, jobs=given.jobs, kept=Kept(given.keep))


async def _all(seeds: range, topology: Topology, size: Size, *, jobs: int, kept: Kept) -> int:
    gate = asyncio.Semaphore(jobs)

    async def one(seed: int) -> Ran:
        async with gate:
            ran = await run(draw(seed, topology, size), keep=KEEP, kept=kept)
            print(told(ran), flush=True)
            if not ran.well:
                print(
                    f"  again: .venv/bin/python -m tests.chaos --seed {seed} {_same(topology, size)}   logs: {KEEP}/seed-{seed}", flush=True
                )
            return ran

    return _summed(await asyncio.gather(*map(one, seeds)))


def _summed(ran: list[Ran]) -> int:
    counts: Counter[str] = Counter()
    for one in ran:
        counts.update(one.verdict.counts)
    failed = [one.plan.seed for one in ran if not one.well]
    waits = sorted(wait for one in ran for wait in one.desked.waits)
    blows = sum(len(one.plan.blows) for one in ran)
    print(
        f"figure: {len(ran) - len(failed)} of {len(ran)} seeds passed; {blows} blows, {counts['words']} words, {counts['turns']} turns,"
        f" {counts['received']} sends; doubled {counts['doubled']} (service, in flight), unknown {counts['unknown']} (marketing), late"
        f" {counts['late']}; {counts['claims']} claims acknowledged p50 {percentile(waits, 0.5):.2f} p99 {percentile(waits, 0.99):.2f} s;"
        f" two consoles open: {counts['frames']} frames, {counts['reconnects']} reconnects, {counts['resyncs']} resyncs"
        + (f"; FAILED {failed}" if failed else "")
    )
    return 1 if failed else 0


def _same(topology: Topology, size: Size) -> str:
    return f"--topology {topology} --seconds {size.seconds:g} --customers {size.customers} --messages {size.messages}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="one seed")
    parser.add_argument("--seeds", default=SEEDS, help=f"A..B (default {SEEDS})")
    parser.add_argument("--scenario", choices=["chaos", "takeover", "redis-away", "workers"], default="chaos")
    parser.add_argument("--away", type=float, default=30.0, help="s the store is away in redis-away")
    parser.add_argument("--topology", choices=[t.value for t in Topology], default="single")
    parser.add_argument("--seconds", type=float, default=Size().seconds, help="while blows fall")
    parser.add_argument("--customers", type=int, default=Size().customers)
    parser.add_argument("--messages", type=int, default=Size().messages, help="of all customers")
    parser.add_argument("--keep", choices=[k.value for k in Kept], default=Kept.BROKEN.value, help="whose logs and archive")
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
