"""The whole way: from the POST of a customer's word to the first byte of the answer at the app's own server."""

from statistics import median
from typing import Any

import msgspec

from bench.accept import SECRET, account
from bench.measures import children_of
from bench.processes import Place, free_port
from bench.shop import Job, Told

TOKEN = "10001:sandbox"
UNLIMITED = 100_000
_MARGIN_S = 60.0


def measure(place: Place, *, rounds: int, seconds: float) -> dict[str, Any]:
    """Everything in one process (web, worker, embedded server beside it), on the bare JSON channel: medians of the rounds."""
    told = _alone(place, account, rounds=rounds, seconds=seconds)
    closed, opened = ([r for r in told.rounds if r.kind == kind] for kind in ("closed", "open"))
    return {
        "whole_way_per_s": median(r.per_s for r in closed),
        "whole_way_p50_ms": median(r.p50_ms for r in opened),
        "whole_way_p99_ms": median(r.p99_ms for r in opened),
        "detail": {"cpu_us": median(r.cpu_us for r in closed), "server_cpu_us": median(r.server_cpu_us for r in closed), **_detail(told)},
    }


def measure_two(place: Place, *, rounds: int, seconds: float) -> dict[str, Any]:
    """The same with web and worker in a process each."""
    listen = free_port()
    with place.hub(account(f"http://127.0.0.1:{listen}/messages"), roles="web") as hub, place.join(hub.folder, roles="worker") as worker:
        pids = (hub.process.pid, worker.pid)
        job = Job("plain", listen, hub.port, SECRET, pids=pids, servers=(children_of(pids[0])[0],), rounds=rounds, seconds=seconds)
        return _detail(_run(place, job))


def measure_telegram(place: Place, *, rounds: int, seconds: float) -> dict[str, Any]:
    """The same on Telegram with its limits lifted; its stand-in is an aiohttp server, which takes part of the two cores itself."""
    return _detail(_alone(place, _bot, rounds=rounds, seconds=seconds, channel="telegram"))


def _bot(base_url: str) -> str:
    rates = f"rate_per_second = {UNLIMITED}\nrate_per_address = {UNLIMITED}\n"
    root = base_url.removesuffix("/messages")
    return f'[[account]]\nchannel = "telegram"\nname = "bot"\ntoken = "{TOKEN}"\nsecret = "{_plain(SECRET)}"\nbase_url = "{root}"\n{rates}'


def _plain(secret: str) -> str:
    """Telegram's secrets have no spaces."""
    return secret.replace(" ", "-")


def _alone(place: Place, settings: Any, *, rounds: int, seconds: float, channel: str = "plain") -> Told:  # noqa: ANN401
    listen = free_port()
    with place.hub(settings(f"http://127.0.0.1:{listen}/messages")) as hub:
        pid = hub.process.pid
        secret = SECRET if channel == "plain" else _plain(SECRET)
        job = Job(channel, listen, hub.port, secret, pids=(pid,), servers=(children_of(pid)[0],), rounds=rounds, seconds=seconds)
        return _run(place, job)


def _run(place: Place, job: Job) -> Told:
    with place.start("-m", "bench.shop", msgspec.json.encode(job).decode()) as shop:
        return shop.result(Told, within=_MARGIN_S + 4 * job.rounds * job.seconds)


def _detail(told: Told) -> dict[str, Any]:
    return {"doubles": told.doubles, "rounds": msgspec.to_builtins(told.rounds)}
