"""Run the bench: `python -m bench`. QUICK=1 ends within 50 s; FULL=1 adds 100,000 and 1,000,000 customers and 100,000 timers.

Writes bench/results.json and prints a table. Exit 1 where an id was lost or doubled or a part did not run; without QUICK=1 also where an
aim was missed (a quick run's rounds are too short to call an aim missed on a machine that does other things beside). AIM=start_s,growth:
exit 1 where one of these was missed, and only then, quick or not.
"""

import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import accept, idle, turns, way, webhooks
from bench.measures import appends_ms, quantile
from bench.processes import BenchFailed, Place
from bench.report import FIGURES, LONGER, missed, table

RESULTS = Path(__file__).with_name("results.json")
SIZES = (1_000, 100_000, 1_000_000)
TIMERS = 100_000
QUICK_S = 40.0


class Pace:
    """How many rounds each part gets: fewer from where the run is later than planned, so that a quick one stays quick on a busy machine."""

    def __init__(self, *, rounds: int, within: float = math.inf) -> None:
        self._rounds = rounds
        self._within = within
        self._begun = time.monotonic()

    def rounds_at(self, begins: float) -> int:
        """Rounds for a part that should begin after that part of the time."""
        late = time.monotonic() - self._begun > (begins + 0.1) * self._within
        return 1 if late else self._rounds


def main(environ: Mapping[str, str]) -> int:
    """Measure, write, print."""
    quick, full = environ.get("QUICK") == "1", environ.get("FULL") == "1"
    begun = time.monotonic()
    try:
        with Place() as place:
            figures = _measured(place, quick=quick, full=full)
    except BenchFailed as error:
        print(f"the bench failed: {error}", file=sys.stderr)
        return 1
    figures["detail"]["took_s"] = time.monotonic() - begun
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n")
    print(table(figures))
    wrong = missed(figures)
    told = ", ".join(f"{name} {figure:.4g}" for name, figure in figures.items() if name != "detail")
    print(f"figure: {told}" + (f"; missed: {', '.join(wrong)}" if wrong else "; every aim met"))
    return 1 if _judged(wrong, environ.get("AIM", ""), quick=quick) else 0


def _judged(wrong: Sequence[str], aim: str, *, quick: bool) -> list[str]:
    """Of the missed aims, those this run is asked about."""
    if not aim:
        return [] if quick else list(wrong)
    asked = aim.split(",")
    if unknown := set(asked) - {*FIGURES, *LONGER, "growth"}:
        raise SystemExit(
            f"AIM names no figure of the bench: {', '.join(sorted(unknown))}; there are {', '.join((*FIGURES, *LONGER))} and growth."
        )
    return [name for name in wrong if name in asked]


def _measured(place: Place, *, quick: bool, full: bool) -> dict[str, Any]:
    seconds, wave = (1.0, 3000) if quick else (3.0, 6000)
    pace = Pace(rounds=3, within=QUICK_S) if quick else Pace(rounds=5)
    detail: dict[str, Any] = {"load_average": os.getloadavg()[0], "cores": os.cpu_count(), "burst_seconds": 0}
    figures: dict[str, Any] = {}
    appends = appends_ms(place.folder)
    parts: tuple[tuple[str, float, Callable[[int], dict[str, Any]]], ...] = (
        ("accept", 0.0, lambda rounds: accept.measure(place, rounds=rounds, seconds=seconds)),
        ("turns", 0.3, lambda rounds: turns.measure(place, waves=rounds, wave=wave)),
        ("whole_way", 0.55, lambda rounds: way.measure(place, rounds=rounds, seconds=seconds)),
        ("idle", 0.8, lambda rounds: idle.measure(place, rounds=rounds)),
    )
    for name, begins, measure in parts:
        found = measure(pace.rounds_at(begins))
        detail[name] = found.pop("detail")
        figures |= found
    figures["fdatasync_p99_ms"] = quantile(appends + appends_ms(place.folder), 0.99)
    if not quick:
        found = webhooks.measure(place, seconds=webhooks.SECONDS)
        detail["webhooks"] = found.pop("detail")
        figures |= found
        detail["two_processes"] = way.measure_two(place, rounds=3, seconds=seconds)
        detail["telegram"] = way.measure_telegram(place, rounds=3, seconds=seconds)
    if full:
        detail["growth"] = turns.measure_growth(place, sizes=SIZES, timers=TIMERS)
    return {**{name: figures[name] for name in (*FIGURES, *LONGER) if name in figures}, "detail": detail}


if __name__ == "__main__":
    sys.exit(main(os.environ))
