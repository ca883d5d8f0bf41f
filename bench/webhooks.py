"""Webhooks answered in time, whatever the provider's API or the bot is doing: `python -m bench.webhooks`. QUICK=1: two seconds a situation.

Signed webhooks of all channels, mixed, 500 a second, open loop, against `hub serve` (everything in one process, embedded server), in five
situations, each with a hub of its own: all well; the providers' APIs hang; they answer 500 and 429; dialogs dawdle and files hang; dialogs
compute more than there is processor for.
Afterwards each accepted one is looked for in the archive. Exit 1 where one is lost or doubled; without QUICK=1 also where the aim is
missed.
"""

import os
import re
import sqlite3
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.hooked import Share, accounts
from bench.hooking import Job, Told
from bench.measures import children_of, quantile
from bench.processes import BenchFailed, Place, Serving, free_port
from bench.providers import Mood

AIM_MS = 250.0
SECONDS, QUICK_SECONDS = 8.0, 2.0
FOUND_WITHIN_S = 90.0
LOOK_EVERY_S = 0.25
RESULTS = Path(__file__).with_name("webhooks.json")


class Situation(NamedTuple):
    """How the providers are, and which part of the words makes the bot dawdle."""

    name: str
    mood: Mood
    share: Share = Share()


SITUATIONS = (
    Situation("well", Mood.WELL),
    Situation("provider_hangs", Mood.HANGS),
    Situation("provider_breaks", Mood.BREAKS),
    # Of 500 a second, 20 wait for two seconds and 5 compute for 50 ms: a quarter of a core; ten bring a picture that never comes. Then 25
    # compute: more than one core, so that the answers come late, but the webhooks must not.
    Situation("bot_dawdles", Mood.FILES_HANG, Share(waits=25, burns=100, pictures=4)),
    Situation("bot_computes", Mood.WELL, Share(burns=20)),
)


def measure(place: Place, *, seconds: float) -> dict[str, Any]:
    """Latencies by situation and channel, and the worst p99 of all as `webhook_p99_ms`."""
    detail = {situation.name: _measured(place, situation, seconds=seconds) for situation in SITUATIONS}
    return {"webhook_p99_ms": max(each["p99_ms"] for each in detail.values()), "detail": detail}


def _measured(place: Place, situation: Situation, *, seconds: float) -> dict[str, Any]:
    provider, mail, bare_port = free_port(), free_port(), free_port()
    with (
        place.start("-m", "bench.providers", str(provider), str(mail)) as providers,
        place.start("-m", "bench.limit", str(bare_port)) as bare,
    ):
        providers.says("(serving)")
        bare.serves(bare_port)
        with place.hub(accounts(provider, mail), module="bench.dragging") as hub:
            _be(provider, situation.mood)
            told = _load(place, hub, situation, bare_port, seconds=seconds)
            answered = _be(provider, situation.mood)
            _compare(told.accepted, hub.folder / "data" / "archive.sqlite3")
    return _figures(told, answered)


def _load(place: Place, hub: Serving, situation: Situation, limit: int, *, seconds: float) -> Told:
    pid = hub.process.pid
    job = Job(hub.port, limit, pids=(pid, children_of(pid)[0]), seconds=seconds, share=situation.share)
    with place.start("-m", "bench.hooking", msgspec.json.encode(job).decode()) as generator:
        return generator.result(Told, within=120 + 3 * seconds)


def _be(provider: int, mood: Mood) -> Mapping[str, int]:
    """Tell the providers how they are; what they have answered until now."""
    request = urllib.request.Request(f"http://127.0.0.1:{provider}/mood/{mood.value}", method="POST")
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own process
        return msgspec.json.decode(answer.read(), type=dict[str, int])


def _figures(told: Told, answered: Mapping[str, int]) -> dict[str, Any]:
    if told.refused:
        raise BenchFailed(f"{told.refused} webhooks were not answered with 200")
    every = [each for took in told.took.values() for each in took]
    return {
        **_quantiles(every),
        "limit": _quantiles(told.limit),
        "first_words": _quantiles(told.warm),
        "channels": {kind: _quantiles(took) for kind, took in sorted(told.took.items())},
        "hub_cores": told.cores[0],
        "server_cores": told.cores[1],
        "cpu_us": told.cores[0] / 500 * 1e6,
        "generator_late_ms": told.late_ms,
        "found_exactly_once": len(told.accepted),
        "provider": answered,
    }


def _quantiles(took: Sequence[float]) -> dict[str, float]:
    return {"p50_ms": quantile(took, 0.5), "p99_ms": quantile(took, 0.99), "max_ms": max(took, default=0.0), "count": len(took)}


def _compare(accepted: Sequence[int], archive: Path) -> None:
    """Raise BenchFailed unless every accepted word is on a timeline exactly once, and nothing else."""
    end = time.monotonic() + FOUND_WITHIN_S
    while (found := _said(archive)).total() < len(accepted) and time.monotonic() < end:
        time.sleep(LOOK_EVERY_S)
    wanted = set(accepted)
    lost, doubled, more = len(wanted - found.keys()), sum(n > 1 for n in found.values()), len(found.keys() - wanted)
    if lost or doubled or more:
        raise BenchFailed(f"of {len(accepted)} accepted: {lost} lost, {doubled} there more than once; {more} there that nobody accepted")


def _said(archive: Path) -> Counter[int]:
    """How often each word's number stands on a timeline as the customer's."""
    with sqlite3.connect(f"file:{archive}?mode=ro", uri=True) as connection:
        rows = connection.execute("select text from timeline where kind = 'message' and who = 'customer'").fetchall()
    return Counter(int(found[1]) for (text,) in rows if (found := re.search(r" w(\d+)", text)))


def table(detail: Mapping[str, Any]) -> str:
    """The figures as people read them."""
    lines = [f"{'':17} {'p50':>7} {'p99':>8} {'max':>8}  ms; limit p99; cores; slowest channel"]
    for name, each in detail.items():
        slowest, worst = max((took["p99_ms"], kind) for kind, took in each["channels"].items())
        cores = f"{each['hub_cores']:.2f} + {each['server_cores']:.2f}"
        lines.append(
            f"{name:17} {each['p50_ms']:>7.1f} {each['p99_ms']:>8.1f} {each['max_ms']:>8.1f}  {each['limit']['p99_ms']:.1f}; {cores}; "
            f"{worst} {slowest:.1f}; {each['found_exactly_once']} found exactly once"
        )
    return "\n".join(lines)


def main(environ: Mapping[str, str]) -> int:
    """Measure, write, print."""
    quick = environ.get("QUICK") == "1"
    try:
        with Place() as place:
            found = measure(place, seconds=QUICK_SECONDS if quick else SECONDS)
    except BenchFailed as error:
        print(f"the bench failed: {error}", file=sys.stderr)
        return 1
    RESULTS.write_text(json_of(found))
    print(table(found["detail"]))
    worst = found["webhook_p99_ms"]
    met = worst < AIM_MS
    print(f"figure: webhook_p99_ms {worst:.1f} (< {AIM_MS:g}): {'met' if met else 'missed'}")
    return 0 if met or quick else 1


def json_of(found: Mapping[str, Any]) -> str:
    """As it is written."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


if __name__ == "__main__":
    sys.exit(main(os.environ))
