"""The way in: webhooks accepted by the hub's web side, against a bare endpoint, in turns in the same state of the machine."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, cast

import msgspec

from bench.calls import Job, Measured, Target, Told
from bench.measures import children_of
from bench.processes import BenchFailed, Place, free_port
from config.settings.load import load_settings
from hub.model.events.event import Said
from hub.store.connections.links import connect
from hub.store.embedded.lock import find_running
from hub.store.encoding.codec import decode_event
from hub.store.keys import Keys

SECRET = "the secret of the bench"
CUSTOMERS = 2000
BUSY_AT_MOST = 0.7
_READ_AT_ONCE = 2000


def account(base_url: str = "http://127.0.0.1:9/messages") -> str:
    """The plain channel's account as hub.toml has it."""
    return f'[[account]]\nchannel = "plain"\nname = "app"\nsecret = "{SECRET}"\nbase_url = "{base_url}"\n'


def measure(place: Place, *, rounds: int, seconds: float) -> dict[str, Any]:
    """Rates and CPU per request, medians of rounds A B A B; afterwards each accepted id is looked for in the mailboxes.

    The hub is `hub serve --roles web`: signature checked, repeats dropped, in the mailbox of an embedded server that syncs always.
    """
    bare_port = free_port()
    with place.hub(account(), roles="web") as hub, place.start("-m", "bench.limit", str(bare_port)) as bare:
        bare.serves(bare_port)
        ours = Target("hub", hub.port, "/hooks/plain/app", hub.process.pid, children_of(hub.process.pid)[0])
        limit = Target("limit", bare_port, "/limit", bare.pid)
        job = Job((ours, limit), secret=SECRET, rounds=rounds, seconds=seconds, customers=CUSTOMERS)
        with place.start("-m", "bench.calls", msgspec.json.encode(job).decode()) as generator:
            told = generator.result(Told, within=20 + 6 * rounds * seconds)
        _compare(told.accepted, asyncio.run(_in_mailboxes(hub.folder)))
    return _figures(told)


def _figures(told: Told) -> dict[str, Any]:
    ours, limit = ([r for r in told.rounds if r.target == name] for name in ("hub", "limit"))
    if refused := sum(r.refused for r in told.rounds):
        raise BenchFailed(f"{refused} requests were not answered with 200")
    rates = [a.per_s / b.per_s for a, b in zip(ours, limit, strict=True) if max(a.busy, b.busy) < BUSY_AT_MOST]
    return {
        "accept_per_s": _median(ours, "per_s"),
        "limit_per_s": _median(limit, "per_s"),
        "accept_ratio": median(b.cpu_us / a.cpu_us for a, b in zip(ours, limit, strict=True)),
        "detail": {
            "hub_cpu_us": _median(ours, "cpu_us"),
            "limit_cpu_us": _median(limit, "cpu_us"),
            "server_cpu_us": _median(ours, "server_cpu_us"),
            "ratio_in_rate": median(rates) if rates else None,
            "found_exactly_once": len(told.accepted),
            "rounds": msgspec.to_builtins(told.rounds),
        },
    }


def _median(rounds: Sequence[Measured], name: str) -> float:
    return median(float(getattr(r, name)) for r in rounds)


async def _in_mailboxes(folder: Path) -> Counter[str]:
    """How often each message's id lies in a mailbox."""
    settings = load_settings({}, folder=folder)
    links = await connect(f"unix://{find_running(settings.data)}")
    found: Counter[str] = Counter()
    try:
        for keys in Keys(settings.key_prefix).partitions:
            cursor = "-"
            while entries := cast("list[Any]", await links.call(keys.inbox, "XRANGE", keys.inbox, cursor, "+", "COUNT", _READ_AT_ONCE)):
                bodies = [decode_event(fields[1]).body for _, fields in entries]
                found.update(body.external_id for body in bodies if isinstance(body, Said))
                cursor = f"({entries[-1][0].decode()}"
    finally:
        await links.stop()
    return found


def _compare(accepted: Sequence[str], found: Counter[str]) -> None:
    """Raise BenchFailed unless every accepted id is there exactly once, and nothing else."""
    wanted = set(accepted)
    lost, doubled, more = len(wanted - found.keys()), sum(n > 1 for n in found.values()), len(found.keys() - wanted)
    if len(wanted) != len(accepted) or lost or doubled or more:
        raise BenchFailed(f"of {len(accepted)} accepted: {lost} lost, {doubled} there more than once; {more} there that nobody accepted")
