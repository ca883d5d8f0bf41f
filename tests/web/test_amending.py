"""Whoever corrects or takes back: as themselves, and in a colleague's conversation only as a lead."""

import pytest

from hub.model.messaging.amending import AmendAsked, AmendVerb
from hub.model.shop.people import Role
from tests.web.desk_world import Granting, Store, live, worked
from tests.web.people_world import browser, served_to_browsers, somebody

CUSTOMER = "cu-1"


@pytest.mark.parametrize(("role", "lead"), [(Role.AGENT, False), (Role.LEAD, True), (Role.ADMIN, True)])
async def test_a_lead_is_told_from_an_agent(store: Store, role: Role, lead: bool) -> None:  # noqa: FBT001 - parametrized
    await store.put(live(CUSTOMER))
    await somebody(store, "lan", role)
    worker = Granting()

    async with worked(store, CUSTOMER, answer=worker), served_to_browsers(store) as (base, _), browser(base) as page:
        await page.sign_in("lan")
        corrected, _ = await page.ask("POST", f"/api/customers/{CUSTOMER}/correct", {"delivery": "dl-1", "text": "đúng"})
        recalled, _ = await page.ask("POST", f"/api/customers/{CUSTOMER}/recall", {"delivery": "dl-1"})
        empty, _ = await page.ask("POST", f"/api/customers/{CUSTOMER}/correct", {"delivery": "dl-1", "text": ""})

    correct = AmendAsked(agent="lan", verb=AmendVerb.CORRECT, delivery="dl-1", text="đúng", lead=lead)
    assert [correct, AmendAsked(agent="lan", verb=AmendVerb.RECALL, delivery="dl-1", lead=lead)] == [event.body for event in worker.seen]
    assert [200, 200, 400] == [corrected, recalled, empty]
