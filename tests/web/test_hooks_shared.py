"""One app of Meta's brings the events of several Pages to one hook: each reaches its own account."""

import msgspec
import pytest

from channels import meta
from channels.messenger import Messenger, Settings
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.model.events import Said
from hub.web.hooks import Hooks
from hub.web.origin import Origin
from tests.web.world import FakeCases, FakeIntake, opened

SECRET = "the-app-secret"


def page(account: str, page_id: str, secret: str = SECRET) -> Messenger:
    settings = Settings(account=account, token="t", secret=secret, verify_token="v", page_id=page_id, base_url="http://127.0.0.1:1")
    return Messenger(settings, None)  # type: ignore[arg-type]


def entry(page_id: str, text: str) -> dict[str, object]:
    said = {"sender": {"id": "5"}, "recipient": {"id": page_id}, "timestamp": 1, "message": {"mid": f"m-{text}", "text": text}}
    return {"id": page_id, "time": 1, "messaging": [said]}


async def brought(*accounts: Messenger, to: str, entries: list[dict[str, object]]) -> tuple[list[tuple[str, str]], int]:
    """Who was written to and what, and how many requests were put aside as not understood."""
    intake, cases = FakeIntake(), FakeCases()
    known = {("messenger", account.account): account for account in accounts}
    hooks = Hooks(
        known, intake, cases=cases, counters=Counters(), origin=Origin(public_url="", proxies=()), clock=SystemClock(), entropy=lambda: 7
    )
    body = msgspec.json.encode({"object": "page", "entry": entries})
    headers = {meta.SIGNATURE_HEADER: meta.signature(SECRET, body)}
    async with opened(hooks.routes()) as (session, _), session.post(f"/hooks/messenger/{to}", data=body, headers=headers) as answer:
        assert answer.status == 200
    return [(event.address.account, event.body.text) for event in intake.accepted if isinstance(event.body, Said)], len(cases.kept)


async def test_events_of_two_pages_in_one_request_reach_their_own_accounts() -> None:
    heard, aside = await brought(page("hanoi", "1"), page("saigon", "2"), to="hanoi", entries=[entry("2", "hai"), entry("1", "mot")])

    assert ([("hanoi", "mot"), ("saigon", "hai")], 0) == (heard, aside)


@pytest.mark.parametrize("other", [page("saigon", "2", secret="another-app"), page("saigon", "3")], ids=["another app's", "another page"])
async def test_event_of_a_page_that_is_not_ours_by_that_signature_is_put_aside(other: Messenger) -> None:
    heard, aside = await brought(page("hanoi", "1"), other, to="hanoi", entries=[entry("2", "hai"), entry("1", "mot")])

    assert ([("hanoi", "mot")], 1) == (heard, aside)
