"""What a seed means: how many customers say how much, which blows fall when, and what the provider does wrong."""

import random
from collections.abc import Sequence
from enum import StrEnum

from hub.model.base import Value
from sandbox.faults import Fault, FaultKind


class Topology(StrEnum):
    """What the hub keeps its mailboxes in."""

    SINGLE = "single"
    EMBEDDED = "embedded"
    SENTINEL = "sentinel"
    CLUSTER = "cluster"


class Act(StrEnum):
    """What is done to a process (kill, freeze) or to its cable to the store (cut, stall, slow)."""

    KILL = "kill"
    FREEZE = "freeze"
    CUT = "cut"
    STALL = "stall"
    SLOW = "slow"


class Blow(Value, frozen=True):
    """One blow: when (s after the start), at whom, what, and for how long (a killed one is started again after that)."""

    at: float
    target: str
    act: Act
    seconds: float

    def __str__(self) -> str:
        return f"{self.act} {self.target}@{self.at:.1f}+{self.seconds:.1f}"


class Trouble(Value, frozen=True):
    """A fault of the provider's and when it begins."""

    at: float
    fault: Fault

    def __str__(self) -> str:
        return f"{self.fault.kind}@{self.at:.1f}x{self.fault.times}"


class Plan(Value, frozen=True):
    """All that happens in one run. `seconds`: while blows fall; `poison`: entries no version can read, put into mailboxes.

    `shop_delay` s: how long the shop takes for an order; `orders`: the share of words that ask for one, where it hangs.
    """

    seed: int
    topology: Topology
    seconds: float
    customers: int
    messages: int
    webs: tuple[str, ...]
    workers: tuple[str, ...]
    blows: tuple[Blow, ...]
    troubles: tuple[Trouble, ...]
    agents: int = 4
    nudges: int = 60
    shop_delay: float = 0.0
    orders: float = 0.05
    poison: int = 0

    def __str__(self) -> str:
        parts = [str(b) for b in sorted(self.blows, key=lambda b: b.at)] + [str(t) for t in self.troubles]
        extras = [f"shop hangs {self.shop_delay:.0f} s"] if self.shop_delay else []
        extras += [f"{self.poison} poison"] if self.poison else []
        return ", ".join(parts + extras) or "no blows"


class Size(Value, frozen=True):
    """How large a run is."""

    seconds: float = 5.0
    customers: int = 200
    messages: int = 2000


SHARED = {Topology.SINGLE: 2, Topology.EMBEDDED: 1, Topology.SENTINEL: 1, Topology.CLUSTER: 1}
"""Web processes; the servers of Sentinel and Cluster are many already, and the machine is small."""

_LONGEST = {Act.KILL: 1.0, Act.FREEZE: 4.0, Act.CUT: 2.0, Act.STALL: 2.5, Act.SLOW: 1.5}
_SHORTEST = {Act.KILL: 0.0, Act.FREEZE: 0.2, Act.CUT: 0.1, Act.STALL: 0.2, Act.SLOW: 0.5}


def draw(seed: int, topology: Topology, size: Size) -> Plan:
    """The plan of a seed: the same seed, topology and size give the same plan."""
    rng = random.Random(f"{seed}/{topology}")
    webs = tuple(f"web{n + 1}" for n in range(SHARED[topology]))
    workers = ("worker1", "worker2") if topology is Topology.SINGLE else ("worker1",)
    count = rng.randint(3, 6)
    blows = tuple(_blow(rng, topology, (*webs, *workers), size.seconds) for _ in range(count))
    return Plan(
        seed=seed,
        topology=topology,
        seconds=size.seconds,
        customers=size.customers,
        messages=size.messages,
        webs=webs,
        workers=workers,
        blows=blows,
        troubles=_troubles(rng, size) if rng.random() < 0.5 else (),
        shop_delay=30.0 if rng.random() < 0.3 else 0.0,
        poison=rng.randint(1, 3) if rng.random() < 0.2 else 0,
    )


def _blow(rng: random.Random, topology: Topology, hubs: Sequence[str], seconds: float) -> Blow:
    at = round(rng.uniform(0.3, seconds), 2)
    if topology in {Topology.SENTINEL, Topology.CLUSTER} and rng.random() < 0.6:
        target, act = rng.choice([("master", Act.KILL), ("master", Act.FREEZE), ("replica", Act.FREEZE)])
    else:
        target = rng.choice([*hubs, *hubs, "redis"]) if topology in {Topology.SINGLE, Topology.EMBEDDED} else rng.choice(hubs)
        acts = [Act.KILL, Act.KILL, Act.FREEZE, Act.FREEZE]
        if topology is Topology.SINGLE and target != "redis":
            acts += [Act.CUT, Act.STALL, Act.SLOW]
        act = rng.choice(acts)
    return Blow(at=at, target=target, act=act, seconds=round(rng.uniform(_SHORTEST[act], _LONGEST[act]), 2))


def _troubles(rng: random.Random, size: Size) -> tuple[Trouble, ...]:
    """Refusals strike anybody; what is taken without an answer strikes named customers, so that a double can be explained."""
    found = []
    for _ in range(rng.randint(1, 4)):
        at, chat = round(rng.uniform(0.2, size.seconds), 2), chat_name(rng.randrange(size.customers))
        fault = rng.choice([
            Fault(kind=FaultKind.THROTTLE, method="message", times=rng.randint(1, 20), retry_after=1),
            Fault(kind=FaultKind.ERROR, method="message", times=rng.randint(1, 3), status=rng.choice([500, 502, 503])),
            Fault(kind=FaultKind.RESET_BEFORE, method="message", times=rng.randint(1, 3)),
            Fault(kind=FaultKind.HANG_BEFORE, method="message", times=rng.randint(1, 50), seconds=round(rng.uniform(0.1, 1.5), 1)),
            Fault(kind=FaultKind.RESET_AFTER, method="message", chat=chat, times=1),
            Fault(kind=FaultKind.HANG_AFTER, method="message", chat=chat, times=1, seconds=11.0),
            Fault(kind=FaultKind.MALFORMED, method="message", chat=chat, times=1),
        ])  # fmt: skip
        found.append(Trouble(at=at, fault=fault))
    return tuple(found)


def chat_name(n: int) -> str:
    """The n-th customer's id at the app."""
    return f"c{n:04d}"
