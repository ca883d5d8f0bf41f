"""Turns a second of one worker process, and whether a turn costs the same among a thousand customers and among a million."""

from statistics import median
from typing import Any

import msgspec

from bench.processes import Place
from bench.turning import Job, Rate, Told

WAVE = 1000
LARGE_MEMORY = "8gb"
_LONGEST_S = 900.0


def measure(place: Place, *, waves: int, wave: int) -> dict[str, Any]:
    """Waves of words of different customers, each with a record of 2 kB: medians of the waves."""
    told = _run(place, Job(customers=wave * 2, wave=wave, waves=waves))
    return {
        "turns_per_s": median(rate.per_s for rate in told.turns),
        "detail": {
            "cpu_us": median(rate.cpu_us for rate in told.turns),
            "server_cpu_us": median(rate.server_cpu_us for rate in told.turns),
            "sending": "left out; each delivery is committed and stays in the outbox",
            "null_sends": msgspec.to_builtins(told.sends),
            "record_bytes": told.record_bytes,
            "waves": msgspec.to_builtins(told.turns),
        },
    }


def measure_growth(place: Place, *, sizes: tuple[int, ...], timers: int) -> dict[str, Any]:
    """The same waves among more and more customers: CPU per turn, ours and the server's."""
    found: dict[str, Any] = {}
    for size in sizes:
        told = _run(place, Job(customers=size, wave=WAVE, waves=5, timers=min(timers, size)))
        found[str(size)] = {
            "turn_cpu_us": median(rate.cpu_us for rate in told.turns),
            "server_cpu_us": median(rate.server_cpu_us for rate in told.turns),
            "turns_per_s": median(rate.per_s for rate in told.turns),
            "timers": _timers(told.timers),
            "load_s": told.load_s,
            "server_mb": told.server_mb,
        }
    return found


def _run(place: Place, job: Job) -> Told:
    folder = place.settled(f'maxmemory = "{LARGE_MEMORY}"\n')
    with place.start("-m", "bench.turning", msgspec.json.encode(job).decode(), cwd=folder) as process:
        return process.result(Told, within=_LONGEST_S)


def _timers(rate: Rate | None) -> dict[str, float] | None:
    return msgspec.to_builtins(rate) if rate else None
