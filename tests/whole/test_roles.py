"""Web and worker as processes of their own: on a given Redis, and joining the embedded server of another."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.processes import eventually, folder
from tests.whole.children import Child, Family, family_on
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, PERSON_ASKED, Caller


@pytest.fixture(params=[Topology.SINGLE, Topology.CLUSTER], ids=lambda topology: topology.value)
async def apart(request: pytest.FixtureRequest) -> AsyncIterator[Family]:
    with folder() as place, ground(Topology(request.param)) as below:
        async with family_on(below, place) as family:
            yield family


@pytest.fixture
async def embedded() -> AsyncIterator[Family]:
    with folder() as place, ground(Topology.EMBEDDED) as below:
        async with family_on(below, place) as family:
            yield family


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def all_answered(family: Family, caller: Caller, *, crowd: range) -> None:
    """Many customers write, each is answered once: whichever process has their partition."""
    plain = family.outside.plain
    for who in crowd:
        assert 200 == await caller.write(str(who), HOURS_ASKED)
    await eventually(lambda: all(plain.texts_of(str(who)) for who in crowd), what="an answer for everybody")
    assert [[True]] * len(crowd) == [[HOURS in text for text in plain.texts_of(str(who))] for who in crowd]


async def waiting(caller: Caller) -> str:
    """The one customer who waits for a person."""
    found: list[str] = []

    async def queued() -> bool:
        told = (await caller.ask("GET", "/api/conversations")).read(dict[str, object])["conversations"]
        assert isinstance(told, list)
        found[:] = [one["customer"] for one in told]
        return bool(found)

    await eventually(queued, what="the customer in the queue")
    return found[0]


async def test_web_and_worker_apart_serve_together(apart: Family, http: aiohttp.ClientSession) -> None:
    web, worker = apart.start("web"), apart.start("worker")
    await web.serving()
    caller = await apart.caller(http)
    await apart.shared(64)

    await all_answered(apart, caller, crowd=range(100, 120))
    # The answer is written by one process and shown by another: its ring must pass through the store.
    page = await caller.page()
    await page.say("m1", HOURS_ASKED)
    await eventually(lambda: bool(page.memory.told_by("bot")), what="the answer on the page")
    await caller.write("7", PERSON_ASKED)
    customer = await waiting(caller)
    claimed = await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "lan"})
    second = await caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "mai"})
    await page.close()

    assert ((200, "lan"), (409, "lan")) == ((claimed.status, claimed.body["owner"]), (second.status, second.body["owner"]))
    assert (0, 0) == (await worker.end(), await web.end())
    assert {} == apart.outside.plain.summary().doubles
    assert [] == _errors(web, worker)


async def test_a_worker_joins_the_embedded_server_of_another_and_leaves(embedded: Family, http: aiohttp.ClientSession) -> None:
    house = embedded.start("web,worker")
    await house.serving()
    caller = await embedded.caller(http)

    guest = embedded.start("worker")
    await embedded.shared(32, 32)
    await all_answered(embedded, caller, crowd=range(100, 120))
    left = await guest.end()
    await embedded.shared(64)
    await all_answered(embedded, caller, crowd=range(200, 220))

    assert (0, 0) == (left, await house.end())
    assert {} == embedded.outside.plain.summary().doubles
    assert [] == _errors(house, guest)


async def test_a_guest_goes_on_when_the_embedded_server_is_back(embedded: Family, http: aiohttp.ClientSession) -> None:
    house = embedded.start("web")
    await house.serving()
    guest = embedded.start("worker")
    await embedded.shared(64)
    caller = await embedded.caller(http)
    await all_answered(embedded, caller, crowd=range(100, 110))

    stopped = await house.end()
    house = embedded.start("web")
    await house.serving()
    await all_answered(embedded, caller, crowd=range(200, 210))

    assert 0 == stopped
    assert (0, 0) == (await guest.end(), await house.end())
    assert {} == embedded.outside.plain.summary().doubles


async def test_a_worker_with_nobody_to_join_is_told_so_in_one_sentence(embedded: Family) -> None:
    alone = embedded.start("worker")

    await eventually(lambda: alone.process.poll() is not None, what="its end")

    assert 2 == alone.process.returncode
    assert 1 == len(alone.said.strip().splitlines()), alone.said
    assert "no running hub to join" in alone.said


def _errors(*children: Child) -> list[str]:
    """What any of them logged as an error."""
    said = [line for child in children for line in child.said.splitlines()]
    return [line for line in said if "[error" in line or "Traceback" in line or ('"level":"error"' in line.replace(" ", ""))]
