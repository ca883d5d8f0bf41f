"""Twilio's two channels beyond what all channels keep; its own library is the judge of signatures, and talks to the stand-in."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.kinds import AccountSetup
from channels.twilio.channel import Twilio
from channels.twilio.settings import Settings
from channels.twilio.sms import KIND as SMS_KIND
from channels.twilio.whatsapp import KIND as WHATSAPP_KIND
from config.accounts.outside import alone
from hub.model.channels.ports import Inbound
from hub.model.errors import BadSignature, Misconfigured, RecipientGone, Rejected, SettingsError
from hub.model.events.event import Incoming, OptedOut, Receipt, Said
from hub.model.messaging.message import Attachment, MediaKind, Message
from sandbox.shown import Media
from sandbox.stand_in import StandIn
from sandbox.twilio import SMS, WHATSAPP
from tests.channels.contract import SECRET, TOKEN, delivery, send_all
from tests.channels.twilio_world import ACCOUNT_SID, PHONE, SENDER, standing_in
from tests.phrases import english

KINDS = {SMS: SMS_KIND, WHATSAPP: WHATSAPP_KIND}
both = pytest.mark.parametrize("kind", [SMS, WHATSAPP])
HOOK = "https://shop.example/hooks/x/shop"


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def stand_in(kind: str) -> AsyncIterator[StandIn]:
    stand_in = standing_in(kind)()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
def channel(kind: str, session: ClientSession, stand_in: StandIn) -> Twilio:
    return built(kind, session, stand_in.base_url)


def built(kind: str, session: ClientSession, base_url: str, **values: str) -> Twilio:
    own = {"account_sid": ACCOUNT_SID, "token": SECRET, "from": SENDER, **values}
    setup = AccountSetup(channel=kind, name="shop", values=own, base_url=base_url, hook_url=HOOK)
    made = KINDS[kind].build(setup, alone(session))
    assert isinstance(made, Twilio)
    return made


def without_network(**values: str) -> Twilio:
    return built(SMS, None, "", **values)  # type: ignore[arg-type]


def inbound(url: str, body: bytes, signature: str) -> Inbound:
    return Inbound(method="POST", url=url, path_query="", headers={"x-twilio-signature": signature}, body=body)


_words = st.text(st.characters(codec="utf-8"), max_size=12)
_hosts = st.sampled_from(["shop.example", "shop.example:8443", "10.0.0.5:80", "shop.example:443"])
_paths = st.sampled_from(["/hooks/a/b", "/hooks/a/b?uuid=dl-1&x=%27y%22", "/", "/h?q=a%20b&c=@:"])


@given(st.sampled_from(["http", "https"]), _hosts, _paths, st.dictionaries(_words, _words, max_size=5))
def test_whatever_the_library_signs_is_let_in(scheme: str, host: str, path: str, fields: dict[str, str]) -> None:
    url = f"{scheme}://{host}{path}"
    signature = RequestValidator(SECRET).compute_signature(url, fields)

    without_network().verify(inbound(url, urlencode(fields).encode(), signature))


@given(st.dictionaries(_words, _words, min_size=1, max_size=4), _words)
def test_what_the_library_refuses_is_refused(fields: dict[str, str], other: str) -> None:
    signature = RequestValidator(SECRET).compute_signature(HOOK, fields)
    changed = {**fields, next(iter(fields)): other}
    allowed = RequestValidator(SECRET).validate(HOOK, changed, signature)

    try:
        without_network().verify(inbound(HOOK, urlencode(changed).encode(), signature))
        held = True
    except BadSignature:
        held = False

    assert allowed == held


def test_shared_key_counts_alone_where_one_is_set() -> None:
    body = b"MessageSid=SM1&From=%2B1"
    fields = {"MessageSid": "SM1", "From": "+1"}
    by_key = RequestValidator("shared-secret").compute_signature(HOOK, fields, "HMAC_SHA256")
    by_token = RequestValidator(SECRET).compute_signature(HOOK, fields)
    channel = without_network(secret="shared-secret")

    channel.verify(inbound(HOOK, body, by_key))
    for wrong in (by_token, RequestValidator("shared-secret").compute_signature(HOOK, fields)):
        with pytest.raises(BadSignature):
            channel.verify(inbound(HOOK, body, wrong))


@both
async def test_stopping_reaches_us_and_later_words_say_that_the_customer_left(
    kind: str, channel: Twilio, stand_in: StandIn, hooked: list[Incoming]
) -> None:
    stand_in.desk.block(PHONE[kind])

    await arrived(hooked, 1)
    assert isinstance(hooked[0].body, OptedOut)
    with pytest.raises(RecipientGone) as gone:
        await send_all(channel, delivery(Message(text="hi"), to=PHONE[kind]))
    assert gone.value.code == "21610"


@both
async def test_receipts_bear_the_messages_id_and_ours(kind: str, channel: Twilio, hooked: list[Incoming]) -> None:
    (sid,) = await send_all(channel, delivery(Message(text="hi"), to=PHONE[kind]))

    await arrived(hooked, 2)
    assert [(sid,), (sid,)] == [one.body.external_ids for one in hooked if isinstance(one.body, Receipt)]
    assert {"dl-1"} == {one.details["callback_uuid"] for one in hooked}
    assert {PHONE[kind]} == {one.address.id for one in hooked}


@both
async def test_customers_picture_is_had_with_our_credentials_and_not_without(
    kind: str, channel: Twilio, stand_in: StandIn, session: ClientSession, hooked: list[Incoming]
) -> None:
    stand_in.desk.media["ME1"] = (b"\x89PNG", "image/png")
    stand_in.desk.say(PHONE[kind], "this one", media=(Media(kind="image", url="x/ME1", mime_type="image/png"),))
    await arrived(hooked, 1)
    said = hooked[0].body
    assert isinstance(said, Said)

    found = await channel.locate(said.attachments[0])

    async with session.get(found.url) as refused:
        assert refused.status == 401
    async with session.get(found.url, headers=found.headers) as answer:
        assert await answer.read() == b"\x89PNG"


@both
async def test_credentials_go_to_twilio_alone(kind: str, session: ClientSession) -> None:
    channel = built(kind, session, "")

    async def told(url: str) -> dict[str, str]:
        return (await channel.locate(Attachment(kind=MediaKind.IMAGE, url=url))).headers

    assert await told("https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME")
    assert {} == await told("https://mms.twiliocdn.com/AC/ME")
    for foreign in (
        "https://api.twilio.com.evil.example/x",
        "http://api.twilio.com/x",
        "https://evil@evil.example/api.twilio.com",
        "x.jpg",
    ):
        with pytest.raises(Rejected):
            await told(foreign)


@pytest.mark.parametrize("kind", [SMS])
async def test_number_is_connected_and_looked_at(channel: Twilio) -> None:
    before = await channel.look(HOOK)
    connected = await channel.connect(HOOK)

    assert ("Shop", "", True) == (before.name, before.hook, bool(before.clicks))
    assert (HOOK, (), ()) == (connected.hook, connected.clicks, connected.problems)


@both
async def test_messaging_service_is_connected(kind: str, session: ClientSession, stand_in: StandIn) -> None:
    channel = built(kind, session, stand_in.base_url, messaging_service_sid="MG1")

    before = await channel.look(HOOK)
    connected = await channel.connect(HOOK)

    assert before.problems
    assert (HOOK, ()) == (connected.hook, connected.problems)


@pytest.mark.parametrize("kind", [WHATSAPP])
async def test_whatsapp_sender_is_connected_by_hand(channel: Twilio) -> None:
    connected = await channel.connect(HOOK)

    assert any(HOOK in click for click in english(connected.clicks))


@both
async def test_wrong_token_is_told_as_such(kind: str, session: ClientSession, stand_in: StandIn) -> None:
    channel = built(kind, session, stand_in.base_url, token=TOKEN)

    with pytest.raises(Misconfigured) as refused:
        await channel.look(HOOK)
    assert refused.value.code == "20003"


def test_settings_hide_their_secrets_and_ask_for_what_is_missing() -> None:
    settings = Settings(account="shop", account_sid="AC1", token=TOKEN, secret=SECRET, api_key="SK1", api_secret="keysecret")

    assert not any(secret in repr(settings) for secret in (TOKEN, SECRET, "keysecret"))
    for wrong in ({"account_sid": ""}, {"account_sid": "../x"}, {"token": ""}, {"api_key": "SK1"}, {"mms": "maybe"}):
        with pytest.raises(SettingsError, match="twilio_sms/shop"):
            without_network(**wrong)


@pytest.fixture
async def hooked(kind: str, stand_in: StandIn, channel: Twilio) -> AsyncIterator[list[Incoming]]:
    """What the stand-in's webhooks meant, each verified as it came."""
    from aiohttp import web

    found: list[Incoming] = []

    async def hook(request: web.Request) -> web.Response:
        url = HOOK + (f"?{request.query_string}" if request.query_string else "")
        asked = Inbound(method="POST", url=url, path_query="", headers=request.headers, body=await request.read())
        channel.verify(asked)
        found.extend(one for one in channel.parse(asked) if isinstance(one, Incoming))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/hook", hook)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    assert {kind} == {stand_in.kind}
    stand_in.desk.provider.public_url = HOOK  # type: ignore[attr-defined] # Twilio's alone
    stand_in.desk.hook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    yield found
    await runner.cleanup()


async def arrived(found: list[Incoming], count: int) -> None:
    from tests.processes import eventually

    await eventually(lambda: len(found) >= count)
