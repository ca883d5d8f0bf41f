"""The bounded part of the chaos: two seeds, a short absence of the store, and a worker killed; `make chaos` runs more and longer."""

from pathlib import Path

import pytest

from tests.chaos.away import away
from tests.chaos.plan import Act, Blow, Plan, Topology
from tests.chaos.run import run, told
from tests.chaos.workers import workers

pytestmark = pytest.mark.long


def plan(seed: int, *blows: Blow) -> Plan:
    """A small run of two of each, hit by these."""
    return Plan(
        seed=seed, topology=Topology.SINGLE, seconds=3, customers=60, messages=600, webs=("web1", "web2"), workers=("worker1", "worker2"),
        blows=blows, troubles=(), agents=3, nudges=20,
    )  # fmt: skip


async def test_processes_killed_frozen_and_cut_off_lose_double_and_bend_nothing(tmp_path: Path) -> None:
    blows = (
        Blow(at=0.6, target="worker1", act=Act.KILL, seconds=0.2),
        Blow(at=1.0, target="web1", act=Act.CUT, seconds=0.8),
        Blow(at=1.4, target="redis", act=Act.FREEZE, seconds=1.0),
        Blow(at=2.2, target="worker2", act=Act.FREEZE, seconds=0.6),
    )

    ran = await run(plan(1, *blows), keep=tmp_path)

    print(told(ran))
    assert [] == ran.verdict.broken


async def test_a_killed_store_is_survived_with_every_webhook_answered(capsys: pytest.CaptureFixture[str]) -> None:
    # How fast it drains is the scenario's own matter; here the machine may be busy.
    code = await away(1, seconds=2, customers=60, least=0)

    assert 0 == code, capsys.readouterr().out


async def test_a_second_worker_gets_its_share_and_a_dead_one_s_partitions_are_served_again(capsys: pytest.CaptureFixture[str]) -> None:
    # The figures are the scenario's own matter; here the machine may be busy.
    code = await workers(1, patience=3.0, customers=150, pause=1.0)

    assert 0 == code, capsys.readouterr().out
