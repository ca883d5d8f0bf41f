"""WhatsApp's number set up, looked at and brought to us: what is wrong is told with its remedy."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from msgspec.structs import replace

from channels.meta import graph
from channels.whatsapp_cloud.channel import KIND, WhatsAppCloud
from channels.whatsapp_cloud.codes import CODES
from channels.whatsapp_cloud.standing import Told, standing_of
from hub.model.channels.ports import Inbound
from hub.model.errors import Misconfigured, Rejected, SettingsError
from hub.model.failure import Failure
from hub.model.messaging.message import Message
from sandbox.stand_in import StandIn
from sandbox.whatsapp_cloud import BUSINESS, WhatsApp
from tests.channels.contract import SECRET, TOKEN, delivery
from tests.channels.kind_whatsapp_cloud import NUMBER
from tests.channels.whatsapp_world import SETTINGS, TO, number_at, served, unconnected
from tests.phrases import english


@pytest.fixture
def whatsapp() -> WhatsApp:
    return WhatsApp(token=TOKEN, secret=SECRET, number=NUMBER)


@pytest.fixture
async def stand_in(whatsapp: WhatsApp) -> AsyncIterator[StandIn]:
    async with served(whatsapp) as stand_in:
        yield stand_in


@pytest.fixture
async def channel(stand_in: StandIn) -> AsyncIterator[WhatsAppCloud]:
    async with number_at(stand_in) as channel:
        yield channel


def wrong(**settings: str) -> str:
    with pytest.raises(SettingsError) as refused:
        WhatsAppCloud(replace(SETTINGS, **settings), None)  # type: ignore[arg-type]
    return str(refused.value)


@pytest.mark.parametrize("key", ["token", "secret", "verify_token"])
def test_secret_that_is_not_set_is_told_with_where_it_is_found(key: str) -> None:
    told = wrong(**{key: ""})

    assert f"channel account whatsapp_cloud/shop: {key} is not set; " in told


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("token", "EAA with a space"),
        ("token", "EAA\n"),
        ("phone_number_id", "+84 24 3999 0001"),
        ("phone_number_id", ""),
        ("phone_number_id", "1/../2"),
        ("business", "a/b"),
        ("app", "?"),
        ("base_url", "graph.facebook.com"),
        ("base_url", "https://graph.facebook.com/"),
    ],
)
def test_setting_that_cannot_be_one_is_told(key: str, value: str) -> None:
    assert "whatsapp_cloud/shop" in wrong(**{key: value})


def test_no_secret_is_in_any_words_about_the_settings() -> None:
    told = repr(SETTINGS) + repr(graph.Access(token=TOKEN, proof_secret=SECRET))

    assert TOKEN not in told
    assert SECRET not in told


def test_every_needed_field_has_an_example() -> None:
    assert all(field.example for field in KIND.fields if field.required)


async def test_connecting_brings_the_numbers_events_to_us_once_the_challenge_is_echoed(
    channel: WhatsAppCloud, stand_in: StandIn, aiohttp_hook: str
) -> None:
    found = await channel.connect(aiohttp_hook)

    assert ("Shop +1 555-0100", aiohttp_hook, ()) == (found.name, found.hook, found.problems)
    assert aiohttp_hook == stand_in.desk.bringing.hook
    assert any("Webhook fields: subscribe to messages" in click for click in english(found.clicks))


async def test_address_that_does_not_echo_is_refused(channel: WhatsAppCloud) -> None:
    with pytest.raises(Rejected, match="Callback verification failed"):
        await channel.connect("http://127.0.0.1:9/hooks/whatsapp_cloud/shop")


async def test_looking_says_where_events_go_and_what_to_do(channel: WhatsAppCloud) -> None:
    found = await channel.look("https://hub.example/hooks/whatsapp_cloud/shop")

    assert ("", True, ()) == (found.hook, found.tells_hook, found.problems)
    assert any("https://hub.example/hooks/whatsapp_cloud/shop" in click for click in english(found.clicks))


async def test_what_whatsapp_will_not_tell_of_costs_nothing_of_the_rest(stand_in: StandIn) -> None:
    async with ClientSession() as session:
        at = replace(SETTINGS, base_url=f"{stand_in.base_url}/v25.0")
        other = await WhatsAppCloud(replace(at, business="777"), session).look("")
        own = await WhatsAppCloud(replace(at, business=BUSINESS), session).look("")

    assert ["Shop +1 555-0100"] * 2 == [other.name, own.name]
    assert ("WhatsApp does not tell of the templates: (#100) Unsupported get request: Unsupported get request",) == english(other.remarks)
    assert () == own.remarks


async def test_token_that_is_not_valid_is_a_matter_of_the_account(stand_in: StandIn) -> None:
    async with ClientSession() as session:
        other = WhatsAppCloud(replace(SETTINGS, token="EAAother", base_url=f"{stand_in.base_url}/v25.0"), session)

        with pytest.raises(Misconfigured) as failed:
            await other.look("")

    assert ("190", Failure.AUTH) == (failed.value.code, failed.value.failure)


FLAGGED: dict[str, object] = {
    "verified_name": "Shop",
    "status": "FLAGGED",
    "quality_rating": "RED",
    "health_status": {
        "entities": [
            {
                "entity_type": "WABA",
                "can_send_message": "BLOCKED",
                "errors": [{"error_code": 141006, "error_description": "No payment.", "possible_solution": "Add a card."}],
            },
            {"entity_type": "PHONE_NUMBER", "can_send_message": "LIMITED", "additional_info": ["The name is not approved."]},
        ]
    },
}
ENDED: dict[str, object] = {"is_valid": False, "scopes": ["public_profile"], "expires_at": 1790000000}

TEMPLATES: tuple[dict[str, object], ...] = (
    {"name": "order_paid", "language": "vi", "status": "PAUSED"},
    {"name": "news", "language": "en_US", "status": "APPROVED", "quality_score": {"score": "RED"}},
    {"name": "fine", "language": "vi", "status": "APPROVED", "quality_score": {"score": "GREEN"}},
)


def test_what_is_wrong_at_whatsapp_is_told_with_its_remedy() -> None:
    found = standing_of(Told(number=FLAGGED, token=ENDED, templates=TEMPLATES, by_hand=False), "")

    assert 1790000000000 == found.until
    assert () == found.clicks
    told = " ".join(english((*found.problems, *found.remarks)))
    for words in ("FLAGGED", "block or report", "No payment. Add a card.", "limits the phone number: The name", "no longer valid", "lacks"):
        assert words in told
    assert ["The template order_paid (vi) is paused; customers liked it too little: it comes back by itself, or write it anew."] == [
        remark for remark in english(found.remarks) if "paused" in remark
    ]
    assert "news (en_US) is often blocked" in told
    assert "fine" not in told
    assert (4, 4) == (len(found.problems), len(found.remarks))


async def test_proof_of_the_secret_goes_with_each_call_where_the_app_demands_it(stand_in: StandIn) -> None:
    asked: list[str] = []

    async def noted(request: Any, handler: Any) -> Any:  # noqa: ANN401 - aiohttp's own
        asked.append(str(request.url))
        return await handler(request)

    async with ClientSession(middlewares=(noted,)) as session:
        channel = WhatsAppCloud(replace(SETTINGS, proof=True, base_url=f"{stand_in.base_url}/v25.0"), session)
        sent = delivery(Message(text="hi"), to=TO)
        await channel.send(channel.render(sent)[0], sent)

    (url,) = asked
    assert "appsecret_proof=" in url
    assert SECRET not in url
    assert TOKEN not in url


def test_every_code_is_a_decision_a_person_can_read() -> None:
    told = {code: (means.error.__name__, means.failure.value) for code, means in CODES.items()}

    assert ("WindowClosed", "outside_window") == told[131047] == told[470]
    assert ("Misconfigured", "payment") == told[131042]
    assert {131026, 131047, 131049, 130472, 131050, 131052, 131053, 131051, 132000, 132001, 132005, 132007, 132012, 132015, 132016} <= set(
        told
    )


@pytest.fixture
async def aiohttp_hook() -> AsyncIterator[str]:
    """A hook that answers handshakes as the hub's door does."""
    from aiohttp import web

    channel = unconnected()

    async def door(request: web.Request) -> web.Response:
        asked = Inbound(method=request.method, url=str(request.url), path_query=request.raw_path, headers={}, body=b"")
        channel.verify(asked)
        reply = channel.answer(asked, [])
        assert reply is not None
        return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)

    app = web.Application()
    app.add_routes([web.get("/hooks/whatsapp_cloud/shop", door)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/whatsapp_cloud/shop"
    await runner.cleanup()
