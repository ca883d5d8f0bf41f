"""Turns a second of one worker process, and whether a turn costs the same among a thousand customers and among a million."""

from collections.abc import Mapping
from statistics import median
from typing import Any

import msgspec

from bench.processes import Place
from bench.turning import Job, Rate, Told

WAVE, WAVES = 1000, 9
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
    """The same waves among more and more customers: CPU per turn, ours and the server's.

    `beside`: the same among the fewest, just before and just after, for the machine's pace changes by half within a minute.
    """
    found: dict[str, Any] = {}
    fewest = [_size(place, sizes[0], timers=timers)]
    for size in sizes[1:]:
        each = _size(place, size, timers=timers)
        fewest.append(_size(place, sizes[0], timers=timers))
        each["beside"] = (cost(fewest[-2]) + cost(fewest[-1])) / 2
        found[str(size)] = each
    return {str(sizes[0]): fewest[0], **found}


def cost(each: Mapping[str, Any]) -> float:
    """µs of CPU of a turn, ours and the server's."""
    return float(each["turn_cpu_us"] + each["server_cpu_us"])


def _size(place: Place, size: int, *, timers: int) -> dict[str, Any]:
    told = _run(place, Job(customers=size, wave=WAVE, waves=WAVES, timers=min(timers, size)))
    return {
        "turn_cpu_us": median(rate.cpu_us for rate in told.turns),
        "server_cpu_us": median(rate.server_cpu_us for rate in told.turns),
        "turns_per_s": median(rate.per_s for rate in told.turns),
        "timers": _timers(told.timers),
        "load_s": told.load_s,
        "server_mb": told.server_mb,
    }


def _run(place: Place, job: Job) -> Told:
    folder = place.settled(f'maxmemory = "{LARGE_MEMORY}"\n')
    with place.start("-m", "bench.turning", msgspec.json.encode(job).decode(), cwd=folder) as process:
        return process.result(Told, within=_LONGEST_S)


def _timers(rate: Rate | None) -> dict[str, float] | None:
    return msgspec.to_builtins(rate) if rate else None
