"""One app of Meta's brings the events of several Pages or numbers to one hook: each reaches its own account."""

import msgspec
import pytest

from channels.meta import graph
from channels.meta.messenger import Messenger, Settings
from channels.whatsapp_cloud import channel as whatsapp_cloud
from hub.engine.clock import SystemClock
from hub.engine.counters import Counters
from hub.model.alerts.alert import AlertKind
from hub.model.alerts.enforcement import Enforced
from hub.model.channels.ports import Channel
from hub.model.errors import StoreAway
from hub.model.events.event import Said
from hub.web.http.origin import Origin
from hub.web.webhooks.door import Hooks
from hub.web.webhooks.warnings import Enforce
from tests.web.world import FakeCases, FakeIntake, opened

SECRET = "the-app-secret"


def page(account: str, page_id: str, secret: str = SECRET) -> Messenger:
    settings = Settings(account=account, token="t", secret=secret, verify_token="v", page_id=page_id, base_url="http://127.0.0.1:1")
    return Messenger(settings, None)  # type: ignore[arg-type]


def entry(page_id: str, text: str) -> dict[str, object]:
    said = {"sender": {"id": "5"}, "recipient": {"id": page_id}, "timestamp": 1, "message": {"mid": f"m-{text}", "text": text}}
    return {"id": page_id, "time": 1, "messaging": [said]}


def number(account: str, number_id: str, secret: str = SECRET) -> Channel:
    settings = whatsapp_cloud.Settings(account=account, token="t", secret=secret, verify_token="v", phone_number_id=number_id)
    return whatsapp_cloud.WhatsAppCloud(settings, None)  # type: ignore[arg-type]


def written(number_id: str, text: str) -> dict[str, object]:
    said = {"from": "84912000111", "id": f"wamid.{text}", "timestamp": "1", "type": "text", "text": {"body": text}}
    value = {"metadata": {"phone_number_id": number_id}, "messages": [said]}
    return {"id": "9", "changes": [{"field": "messages", "value": value}]}


async def nobody(_account: str, _told: Enforced) -> None:
    """Nobody watches."""


async def brought(
    *accounts: Channel, to: str, entries: list[dict[str, object]], enforce: Enforce = nobody, status: int = 200
) -> tuple[list[tuple[str, str]], int]:
    """Who was written to and what, and how many requests were put aside as not understood."""
    intake, cases = FakeIntake(), FakeCases()
    known = {(account.kind, account.account): account for account in accounts}
    kind = accounts[0].kind
    hooks = Hooks(
        known, intake, cases=cases, counters=Counters(), origin=Origin(public_url="", proxies=()), clock=SystemClock(), entropy=lambda: 7
    )
    hooks.enforce = enforce
    about = {"messenger": "page", "whatsapp_cloud": "whatsapp_business_account"}
    body = msgspec.json.encode({"object": about[kind], "entry": entries})
    headers = {graph.SIGNATURE_HEADER: graph.signature(SECRET, body)}
    async with opened(hooks.routes()) as (session, _), session.post(f"/hooks/{kind}/{to}", data=body, headers=headers) as answer:
        assert answer.status == status
    return [(event.address.account, event.body.text) for event in intake.accepted if isinstance(event.body, Said)], len(cases.kept)


async def test_events_of_two_pages_in_one_request_reach_their_own_accounts() -> None:
    heard, aside = await brought(page("hanoi", "1"), page("saigon", "2"), to="hanoi", entries=[entry("2", "hai"), entry("1", "mot")])

    assert ([("hanoi", "mot"), ("saigon", "hai")], 0) == (heard, aside)


@pytest.mark.parametrize("other", [page("saigon", "2", secret="another-app"), page("saigon", "3")], ids=["another app's", "another page"])
async def test_event_of_a_page_that_is_not_ours_by_that_signature_is_put_aside(other: Messenger) -> None:
    heard, aside = await brought(page("hanoi", "1"), other, to="hanoi", entries=[entry("2", "hai"), entry("1", "mot")])

    assert ([("hanoi", "mot")], 1) == (heard, aside)


async def test_messages_to_three_numbers_in_one_request_reach_their_own_accounts_once() -> None:
    accounts = (number("hanoi", "1"), number("saigon", "2"), number("hue", "3"))

    heard, aside = await brought(*accounts, to="saigon", entries=[written("1", "mot"), written("2", "hai"), written("3", "ba")])

    assert ([("saigon", "hai"), ("hanoi", "mot"), ("hue", "ba")], 0) == (heard, aside)


async def test_message_to_a_number_nobody_set_up_is_not_lost() -> None:
    heard, aside = await brought(number("hanoi", "1"), to="hanoi", entries=[written("4", "bon")])

    assert ([("hanoi", "bon")], 0) == (heard, aside)


async def test_message_to_another_accounts_number_is_put_aside_where_its_app_did_not_sign() -> None:
    heard, aside = await brought(
        number("hanoi", "1"), number("saigon", "2", secret="another-app"), to="hanoi", entries=[written("2", "hai")]
    )

    assert ([], 1) == (heard, aside)


async def test_what_is_enforced_on_a_business_is_told_of_each_of_its_numbers_here_and_of_no_other() -> None:
    def of(account: str, number_id: str, business: str, secret: str = SECRET) -> Channel:
        settings = whatsapp_cloud.Settings(
            account=account, token="t", secret=secret, verify_token="v", phone_number_id=number_id, business=business
        )
        return whatsapp_cloud.WhatsAppCloud(settings, None)  # type: ignore[arg-type]

    accounts = (of("hanoi", "1", "9"), of("saigon", "2", "9"), of("hue", "3", "8"), of("elsewhere", "4", "9", "another-app"))
    told: list[tuple[str, AlertKind, bool]] = []

    async def enforce(account: str, what: Enforced) -> None:
        told.append((account, what.kind, what.over))

    deleted = {"id": "9", "time": 1, "changes": [{"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}]}
    await brought(*accounts, to="hanoi", entries=[deleted], enforce=enforce)

    assert [("whatsapp_cloud/hanoi", AlertKind.RESTRICTED, False), ("whatsapp_cloud/saigon", AlertKind.RESTRICTED, False)] == told


async def test_what_cannot_be_written_down_is_brought_again() -> None:
    async def enforce(_account: str, _told: Enforced) -> None:
        raise StoreAway

    blocked = {"recipient": {"id": "1"}, "timestamp": 1, "policy_enforcement": {"action": "block"}}

    _, aside = await brought(page("hanoi", "1"), to="hanoi", entries=[{"id": "1", "messaging": [blocked]}], enforce=enforce, status=503)

    assert 0 == aside
