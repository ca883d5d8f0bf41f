"""The aims, and which of them a run met."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bench import webhooks

Figures = Mapping[str, Any]

FIGURES = (
    "accept_per_s",
    "limit_per_s",
    "accept_ratio",
    "turns_per_s",
    "whole_way_per_s",
    "whole_way_p50_ms",
    "whole_way_p99_ms",
    "fdatasync_p99_ms",
    "idle_rss_mb",
    "start_s",
)
"""What bench/results.json holds, beside `detail`."""

LONGER = ("webhook_p99_ms",)
"""What it holds besides, where the run was not a quick one."""

FLAT = 1.3
"""How much more CPU a turn may cost among a million customers than among a thousand, to count as flat."""


class Aim(NamedTuple):
    """One figure and what it should be; `limit` may depend on others of the same run."""

    name: str
    words: str
    met: Callable[[Figures], bool]


AIMS = (
    Aim("accept_ratio", "≥ 0.7", lambda f: f["accept_ratio"] >= 0.7),  # noqa: PLR2004 - the issue's figures
    Aim("turns_per_s", "≥ 5,000", lambda f: f["turns_per_s"] >= 5000),  # noqa: PLR2004
    Aim("whole_way_per_s", "≥ 1,500", lambda f: f["whole_way_per_s"] >= 1500),  # noqa: PLR2004
    Aim("whole_way_p99_ms", "< 25 + 3 × fdatasync p99", lambda f: f["whole_way_p99_ms"] < 25 + 3 * f["fdatasync_p99_ms"]),
    Aim("idle_rss_mb", "< 150", lambda f: f["idle_rss_mb"] < 150),  # noqa: PLR2004
    Aim("start_s", "< 3", lambda f: f["start_s"] < 3),  # noqa: PLR2004
    Aim("webhook_p99_ms", "< 250", lambda f: f["webhook_p99_ms"] < 250),  # noqa: PLR2004
)


def growth(found: Mapping[str, Mapping[str, float]]) -> float:
    """CPU of a turn (ours and the server's) among the most customers, in parts of that among the fewest, taken beside it."""
    most = found[max(found, key=int)]
    return (most["turn_cpu_us"] + most["server_cpu_us"]) / most["beside"]


def missed(figures: Figures) -> list[str]:
    """The names of the aims that this run did not meet."""
    found = [aim.name for aim in AIMS if aim.name in figures and not aim.met(figures)]
    sizes = figures["detail"].get("growth")
    return [*found, "growth"] if sizes and growth(sizes) > FLAT else found


def table(figures: Figures) -> str:
    """The figures as people read them."""
    aims = {aim.name: aim for aim in AIMS}
    lines = [f"{'':18}  {'figure':>10}  {'aim':28} met"]
    for name in (name for name in (*FIGURES, *LONGER) if name in figures):
        aim = aims.get(name)
        verdict = "" if aim is None else "yes" if aim.met(figures) else "NO"
        lines.append(f"{name:18}  {figures[name]:>10,.2f}  {aim.words if aim else '':28} {verdict}")
    return "\n".join([*lines, "", *_detail(figures["detail"])])


def _detail(detail: Mapping[str, Any]) -> list[str]:
    accept, turns, way = detail["accept"], detail["turns"], detail["whole_way"]
    send = turns["null_sends"]
    cpu = (
        ("accept", accept["hub_cpu_us"], accept["server_cpu_us"]),
        ("limit", accept["limit_cpu_us"], 0.0),
        ("turn", turns["cpu_us"], turns["server_cpu_us"]),
        ("mark and settle", send["cpu_us"], send["server_cpu_us"]),
        ("whole way", way["cpu_us"], way["server_cpu_us"]),
    )
    lines = [
        "CPU µs, with the server's: " + ", ".join(f"{name} {own:.0f} + {server:.0f}" for name, own, server in cpu),
        f"{accept['found_exactly_once']} accepted ids, each found exactly once; answers doubled on the whole way: {way['doubles']}",
        f"idle: {detail['idle']['idle_cores']:.3f} cores; load average {detail['load_average']:.1f} on {detail['cores']} cores",
    ]
    lines += [f"{name}: {_rounds(detail[name])}" for name in ("two_processes", "telegram") if name in detail]
    if "webhooks" in detail:
        lines.append(webhooks.table(detail["webhooks"]))
    if "growth" in detail:
        lines += [f"among {size:>9} customers: {_size(each)}" for size, each in detail["growth"].items()]
        lines.append(f"a turn among the most costs {growth(detail['growth']):.2f} of one among the fewest (aim: at most {FLAT})")
    return lines


def _rounds(found: Mapping[str, Any]) -> str:
    return "; ".join(f"{r['kind']} {r['per_s']:.0f}/s p50 {r['p50_ms']:.1f} ms p99 {r['p99_ms']:.1f} ms" for r in found["rounds"])


def _size(each: Mapping[str, Any]) -> str:
    timers = f"; timers {each['timers']['per_s']:.0f}/s" if each["timers"] else ""
    return f"{each['turn_cpu_us']:.0f} µs a turn (server {each['server_cpu_us']:.0f}), {each['server_mb']:.0f} MB{timers}"
