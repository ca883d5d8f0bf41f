"""Start and idle memory: the demo, which is everything in one process, from the command to the first 200 of /readyz."""

import time
from statistics import median
from typing import Any

from bench.measures import children_of, cpu_of, rss_mb
from bench.processes import Place, free_port

SETTLE_S = 1.0


def measure(place: Place, *, rounds: int) -> dict[str, Any]:
    """Medians over some starts; memory (of hub and embedded server) and CPU once it has run for a moment."""
    starts, sizes, used = [], [], []
    for number in range(rounds):
        port = free_port()
        with place.start(
            "-m", "config.main", "demo", env={"HUB_DATA": str(place.folder / f"demo-{number}"), "HUB_PORT": str(port)}
        ) as demo:
            starts.append(demo.serves(port))
            time.sleep(SETTLE_S / 2)
            pids = [demo.pid, *children_of(demo.pid)]
            before = sum(map(cpu_of, pids))
            time.sleep(SETTLE_S)
            sizes.append([rss_mb([pid]) for pid in pids])
            used.append((sum(map(cpu_of, pids)) - before) / SETTLE_S)
    return {
        "idle_rss_mb": median(map(sum, sizes)),
        "start_s": median(starts),
        "detail": {"starts_s": starts, "hub_and_server_mb": sizes, "idle_cores": median(used)},
    }
