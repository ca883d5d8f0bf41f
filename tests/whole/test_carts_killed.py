"""A hub killed (-9) between a cart and its reminder, and again right after the order: one reminder, and none after it."""

import base64
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from msgspec import json

from config.rules.journeys import FOLDER
from hub.model.customers.record import Live
from hub.model.webchat.login import write_key
from tests.processes import eventually, folder
from tests.whole.children import Child, Family, family_on
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS_ASKED, Caller

USER, WHO = "user-1", "5200001"
CART = {"cart_id": "c1", "currency": "VND", "products": [{"product_id": "p1", "name": "Linen shirt", "price": 290000, "quantity": 1}]}


def hurried(place: Path) -> None:
    """The sample's journey with seconds for hours."""
    text = (FOLDER / "cart-recovery.yaml").read_text().replace("for: 30 min", "for: 3 s").replace("since_entry: 22 h", "since_entry: 2 min")
    (place / "journeys").mkdir()
    (place / "journeys" / "cart-recovery.yaml").write_text(text)
    toml = (place / "hub.toml").read_text()
    mine = f'[nudges]\njourneys = "{place}/journeys"\nabandoned_minutes = 0.02\ncart_url = "https://shop.example/cart"\n'
    (place / "hub.toml").write_text(toml.replace("[nudges]\n", mine))


async def shop_says(family: Family, caller: Caller, event: str, properties: Mapping[str, object]) -> int:
    """A `track` call of the shop's server."""
    secrets = json.decode((family.settings.data / "secrets.json").read_bytes(), type=dict[str, object])
    session = base64.urlsafe_b64decode(f"{secrets['session_key']}=")
    headers = {"Authorization": "Basic " + base64.b64encode(f"{write_key(session)}:".encode()).decode()}
    call = {"userId": USER, "event": event, "properties": properties, "messageId": f"m-{event}"}
    async with caller.http.post(f"{caller.base}/v1/track", json=call, headers=headers) as answer:
        return answer.status


async def one_customer(caller: Caller) -> str:
    """Who wrote and who shops are one; their id."""
    ids = []
    for place in (f"plain/app/{WHO}", f"shop/main/{USER}"):

        async def known(place: str = place) -> bool:
            found = await caller.ask("GET", f"/api/addresses/{place}")
            ids.extend([str(found.body["customer"])] if found.status == 200 else [])
            return found.status == 200

        await eventually(known, what=place)
    await caller.ask("POST", f"/api/customers/{ids[0]}/merge", {"other": ids[1], "evidence": "verified phone"})
    older = min(ids)
    await eventually(lambda: _merged(caller, older), what="the merge")
    return older


async def _merged(caller: Caller, customer: str) -> bool:
    record = await caller.record(customer)
    return bool(record.merged) and record.cart is not None


async def again(family: Family, child: Child) -> Child:
    """Killed at any instruction, and started anew."""
    child.kill()
    fresh = family.start("web,worker")
    await fresh.serving()
    return fresh


async def test_killed_before_the_reminder_and_after_the_order_it_says_one_thing_once() -> None:
    with folder() as place, ground(Topology.EMBEDDED) as below:
        async with aiohttp.ClientSession() as http, family_on(below, place) as family:
            hurried(place)
            child = family.start("web,worker")
            await child.serving()
            caller, plain = await family.caller(http), family.outside.plain
            await caller.write(WHO, HOURS_ASKED)
            assert 200 == await shop_says(family, caller, "Cart Updated", CART)
            customer = await one_customer(caller)
            await eventually(lambda: _entered(caller, customer), what="the run")

            child = await again(family, child)
            await eventually(lambda: bool(_reminders(plain.texts_of(WHO))), what="the reminder")
            assert 200 == await shop_says(family, caller, "Order Completed", {"order_id": "o1", "cart_id": "c1", "total": 290000})
            await again(family, child)
            await eventually(lambda: _over(caller, customer), what="the run's end")
            record = await caller.record(customer)

            assert 1 == len(_reminders(plain.texts_of(WHO)))
            assert ("ordered", ()) == (record.runs[-1].end, record.deferred)
            assert [] == [name for name in record.timers if name.startswith("run:")]


def _reminders(texts: list[str]) -> list[str]:
    return [text for text in texts if "Linen shirt" in text]


async def _entered(caller: Caller, customer: str) -> bool:
    record: Live = await caller.record(customer)
    return bool(record.runs)


async def _over(caller: Caller, customer: str) -> bool:
    record: Live = await caller.record(customer)
    return not record.runs[-1].active
