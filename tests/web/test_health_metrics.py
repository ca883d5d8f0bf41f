"""Alive, ready, and how often what happened."""

import asyncio
import json

from prometheus_client import CollectorRegistry

from hub.engine.counters import Counters
from hub.model.errors import NotReady
from hub.web.server.health import Health
from hub.web.server.metrics import HubCollector, Metrics
from tests.web.world import opened


async def well() -> None:
    return None


async def spooling() -> None:
    raise NotReady("312 events lie in the spool: the server does not answer, see `hub check`.")


async def silent() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    raise OSError("no route to 10.0.0.1")


async def test_a_process_that_answers_is_alive_whatever_its_parts_say() -> None:
    async with opened(Health({"store": spooling}, now=lambda: 5).routes()) as (session, _), session.get("/healthz") as answer:
        assert (200, "5") == (answer.status, answer.headers["X-Hub-Time"])


async def test_all_well_is_ready() -> None:
    async with opened(Health({"store": well}).routes()) as (session, _), session.get("/readyz") as answer:
        assert (200, {"ready": True, "reasons": {}}) == (answer.status, await answer.json())


async def test_what_is_not_ready_is_503_and_says_which_part_and_why() -> None:
    checks = {"store": well, "spool": spooling, "archive": silent, "embedded": broken}

    async with opened(Health(checks, deadline=0.05).routes()) as (session, _), session.get("/readyz") as answer:
        told = json.loads(await answer.text())

    assert 503 == answer.status
    assert {"spool", "archive", "embedded"} == set(told["reasons"])
    assert "312 events" in told["reasons"]["spool"]
    assert "OSError" in told["reasons"]["embedded"]


async def test_every_counter_is_shown() -> None:
    counters = Counters()
    counters.webhooks["telegram", "taken"] += 3
    counters.failures["telegram", "throttled"] += 4
    counters.waits["telegram", "account"] += 2.5
    counters.gestures["telegram", "typing ok"] += 5
    for name in Counters.__slots__:
        if name not in {"webhooks", "sends", "failures", "waits", "gestures"}:
            setattr(counters, name, 7)
    registry = CollectorRegistry()
    registry.register(HubCollector(counters, gauges={"partitions_owned": lambda: 64, "spool_depth": lambda: 0}, prefix="shop-1:"))

    async with opened(Metrics(registry).routes()) as (session, _), session.get("/metrics") as answer:
        lines = (await answer.text()).splitlines()

    assert 'shop_1_hub_webhooks_total{channel="telegram",outcome="taken"} 3.0' in lines
    assert 'shop_1_hub_failures_total{channel="telegram",failure="throttled"} 4.0' in lines
    assert 'shop_1_hub_waits_total{channel="telegram",whose="account"} 2.5' in lines
    assert 'shop_1_hub_gestures_total{channel="telegram",outcome="typing ok"} 5.0' in lines
    assert "shop_1_hub_partitions_owned 64.0" in lines
    for name in Counters.__slots__:
        if name not in {"webhooks", "sends", "failures", "waits", "gestures"}:
            assert f"shop_1_hub_{name}_total 7.0" in lines
