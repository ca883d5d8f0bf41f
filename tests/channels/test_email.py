"""E-mail beyond what all channels keep: letters out and in over real SMTP and IMAP, what is read of them, and who leaves."""

import dataclasses
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default

import msgspec
import pytest
from msgspec.structs import replace

from channels.email.channel import KIND as EMAIL
from channels.email.channel import Email
from channels.kinds import AccountSetup
from config.accounts.outside import alone
from hub.model.address import Address
from hub.model.channels import call_leave
from hub.model.channels.exchange import Exchange
from hub.model.channels.ports import FETCHED, Inbound
from hub.model.errors import (
    BadSignature,
    HubError,
    Misconfigured,
    OutcomeUnknown,
    RecipientGone,
    SettingsError,
    TemporaryFailure,
    Throttled,
)
from hub.model.events.event import Incoming, OptedOut, Receipt, Said
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.words import Origin, Purpose
from sandbox.email import EmailStandIn
from sandbox.faults import FaultKind
from tests.channels.contract import SECRET, TOKEN, URL, delivery, send_all
from tests.channels.email_world import built, read, said
from tests.channels.kind_email import CUSTOMER, SHOP, email_values
from tests.channels.mailbox_world import Mailbox
from tests.processes import eventually


@pytest.fixture
async def stand_in() -> AsyncIterator[EmailStandIn]:
    stand_in = EmailStandIn(address=SHOP, password=TOKEN, basic_auth=f"hook:{SECRET}", receipts="")
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    box = Mailbox(user=SHOP, password=TOKEN)
    await box.start()
    yield box
    await box.stop()


def marketing(text: str = "Giảm 20 %") -> Delivery:
    return replace(delivery(Message(text=text), to=CUSTOMER, purpose=Purpose.MARKETING), origin=Origin.NUDGE)


# --- out ---


async def test_answer_goes_out_in_the_thread_of_its_conversation(stand_in: EmailStandIn) -> None:
    channel = built(stand_in.base_url)
    letter = replace(
        delivery(Message(text="Còn ạ", subject="Áo size M", reply_to="<a1@khach.example>"), to=CUSTOMER), conversation="co_0191e180-7d60"
    )

    (sent,) = await send_all(channel, letter)

    headers = msgspec.convert(stand_in.desk.received[0].params["headers"], dict[str, str])
    assert "<co_0191e180-7d60.dl-1@shop.example>" == sent == headers["Message-ID"]
    assert ("Re: Áo size M", "<a1@khach.example>") == (headers["Subject"], headers["In-Reply-To"])
    assert "<co_0191e180-7d60.root@shop.example> <a1@khach.example>" == headers["References"]
    answer = said(f"From: {CUSTOMER}\nMessage-ID: <a2@khach.example>\nSubject: Other\nIn-Reply-To: {sent}\n\nvâng\n")
    assert "co_0191e180-7d60" == answer.conversation


async def test_no_header_can_be_smuggled_in(stand_in: EmailStandIn) -> None:
    channel = built(stand_in.base_url)

    await send_all(channel, delivery(Message(text="hi", subject="a\r\nBcc: evil@evil.example\r\n\r\nbody"), to=CUSTOMER))

    assert stand_in.desk.received[0].to == CUSTOMER
    headers = msgspec.convert(stand_in.desk.received[0].params["headers"], dict[str, str])
    assert "Bcc" not in headers
    assert "a Bcc: evil@evil.example body" == headers["Subject"]


async def test_leave_is_asked_for_when_the_server_knows_us_and_before_it_hears_of_the_letter(stand_in: EmailStandIn) -> None:
    class Stopped(HubError):
        """What an outbox raises."""

    async def refuse() -> None:
        raise Stopped("taken over")

    token = call_leave.asks.set(refuse)
    try:
        with pytest.raises(Stopped):
            await send_all(built(stand_in.base_url), delivery(Message(text="hi"), to=CUSTOMER))
    finally:
        call_leave.asks.reset(token)

    assert [] == stand_in.desk.received


async def test_wrong_password_stops_the_account_and_a_dead_mailbox_the_customer(stand_in: EmailStandIn) -> None:
    stand_in.desk.phone(CUSTOMER).blocked = True

    with pytest.raises(Misconfigured) as refused:
        await send_all(built(stand_in.base_url, token="wrong"), delivery(Message(text="hi"), to=CUSTOMER))
    with pytest.raises(RecipientGone) as gone:
        await send_all(built(stand_in.base_url), delivery(Message(text="hi"), to=CUSTOMER))

    assert ("5.7.8", "5.1.1") == (refused.value.code, gone.value.code)


async def test_answer_that_cannot_be_read_leaves_it_open_whether_the_letter_was_taken(stand_in: EmailStandIn) -> None:
    stand_in.fault(FaultKind.MALFORMED, method="send")

    with pytest.raises(OutcomeUnknown):
        await send_all(built(stand_in.base_url), delivery(Message(text="hi"), to=CUSTOMER))


async def test_account_is_looked_at(stand_in: EmailStandIn, box: Mailbox) -> None:
    imap = {"imap_host": "127.0.0.1", "imap_port": str(box.port), "imap_security": "none", "imap_user": SHOP}
    right, wrong = built(stand_in.base_url, **imap), built("smtp://127.0.0.1:1", **imap, imap_password="wrong")

    well, ill = await right.look(URL), await wrong.look(URL)
    await right.close()

    assert (SHOP, ()) == (well.name, well.problems)
    assert 2 == len(ill.problems)
    assert not any(secret in str((well, ill)) for secret in (TOKEN, SECRET))


async def test_every_letter_is_in_the_channels_log_without_a_word_of_it(stand_in: EmailStandIn) -> None:
    noted: list[Exchange] = []
    setup = AccountSetup(channel="email", name="shop", values=email_values(stand_in.base_url), hook_url=URL)
    channel = EMAIL.build(setup, dataclasses.replace(alone(None), tell=noted.append))  # type: ignore[arg-type]

    await send_all(channel, delivery(Message(text="secret words"), to=CUSTOMER))
    stand_in.fault(FaultKind.THROTTLE, method="send")
    with pytest.raises(Throttled):
        await send_all(channel, delivery(Message(text="secret words"), to=CUSTOMER))

    well, ill = noted
    assert ("SMTP", stand_in.base_url, 250, "", "dl-1") == (well.method, well.url, well.status, well.failure, well.delivery)
    assert ("throttled", "4.7.28") == (ill.failure, ill.code)
    assert not any(word in str(noted) for word in ("secret", CUSTOMER, TOKEN))


# --- leaving ---


def test_one_click_leaves_and_a_look_does_not() -> None:
    channel = built()
    (call,) = channel.render(marketing())
    link = message_from_bytes(channel_letter(channel), policy=default)["List-Unsubscribe"].partition("<")[2].partition(">")[0]
    look, press = (
        Inbound(method=method, url=link, path_query="", headers={}, body=b"List-Unsubscribe=One-Click") for method in ("GET", "POST")
    )

    for request in (look, press):
        channel.verify(request)
    (left,) = channel.parse(press)

    assert call.params["to"] == CUSTOMER
    assert [] == channel.parse(look)
    assert isinstance(left, Incoming)
    assert (CUSTOMER, OptedOut(reason="one click", marketing=True)) == (left.address.id, left.body)
    page = channel.answer(look, [])
    assert page
    assert b"<form" in page.body
    with pytest.raises(BadSignature):
        channel.verify(replace(press, url=link[:-2]))


def channel_letter(channel: Email) -> bytes:
    from channels.email.render import letter

    return letter(marketing(), channel._from, ())  # noqa: SLF001 - the letter as it would go


def test_answers_and_orders_carry_no_way_off_the_list() -> None:
    from channels.email.render import letter

    for purpose in (Purpose.REPLY, Purpose.SERVICE):
        mail = letter(delivery(Message(text="hi"), to=CUSTOMER, purpose=purpose), built()._from, ())  # noqa: SLF001
        assert message_from_bytes(mail)["List-Unsubscribe"] is None


# --- in ---


async def test_unread_letters_are_read_and_marked_only_once_they_are_safe(box: Mailbox) -> None:
    box.letters = {n: f"From: {CUSTOMER}\r\nMessage-ID: <{n}@k>\r\n\r\nletter {n}\r\n".encode() for n in (3, 4)}
    box.seen = {3}
    channel = built(imap_host="127.0.0.1", imap_port=str(box.port), imap_security="none", imap_user=SHOP)

    found, following = await channel.poll(0)
    again, _ = await channel.poll(0)
    seen_before = set(box.seen)
    nothing, _ = await channel.poll(following)
    await channel.close()

    assert [FETCHED] == [one.method for one in found] == [one.method for one in again]
    assert b"letter 4" in found[0].body
    assert ({3}, {3, 4}, 0) == (seen_before, box.seen, len(nothing))


async def test_mailbox_that_hangs_up_is_opened_anew(box: Mailbox) -> None:
    channel = built(imap_host="127.0.0.1", imap_port=str(box.port), imap_security="none", imap_user=SHOP)
    await channel.poll(0)
    box.fails = True

    with pytest.raises(TemporaryFailure):
        await channel.poll(0)
    await channel.poll(0)
    await channel.close()

    assert 2 == box.logins


async def test_customers_letter_and_receipts_come_as_the_service_tells_them(stand_in: EmailStandIn, hook: list[Inbound]) -> None:
    channel, found = built(stand_in.base_url), hook
    (sent,) = await send_all(channel, delivery(Message(text="Còn ạ\nlấy không ạ?", subject="Áo"), to=CUSTOMER))

    stand_in.desk.say(CUSTOMER, "em lấy ạ", name="Lan")
    stand_in.desk.read(CUSTOMER)

    await eventually(lambda: len(found) >= 2)
    events = [event for request in found for event in channel.parse(request)]
    words, read_ = (event.body for event in events if isinstance(event, Incoming))
    assert isinstance(words, Said)
    assert ("em lấy ạ", "Áo", "Lan", sent) == (words.text, words.subject, words.name, words.in_reply_to)
    assert "lấy không ạ" in words.whole
    assert isinstance(read_, Receipt)
    assert sent in read_.external_ids


@pytest.fixture
async def hook(stand_in: EmailStandIn) -> AsyncIterator[list[Inbound]]:
    """What the stand-in's webhooks bring, in order."""
    from aiohttp import web

    found: list[Inbound] = []

    async def take(request: web.Request) -> web.Response:
        found.append(Inbound(method="POST", url=URL, path_query="", headers=request.headers, body=await request.read()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/hook", take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stand_in.desk.hook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    yield found
    await runner.cleanup()


def test_settings_hide_their_secrets_and_say_what_is_missing() -> None:
    channel = built()

    assert not any(secret in repr(vars(channel)) for secret in (TOKEN, SECRET))
    for wrong in (
        {"from": "nobody"},
        {"provider": "pigeon"},
        {"basic_auth": ""},
        {"provider": "mailgun"},
        {"smtp_port": "x"},
        {"smtp_security": "maybe"},
    ):
        with pytest.raises(SettingsError, match="email/shop"):
            built(**wrong)


def test_address_of_a_customer_is_one_however_it_is_written() -> None:
    one, two = (read(f"From: {told}\nMessage-ID: <{n}@k>\n\nhi\n")[0] for n, told in enumerate(("Lan <LAN@Khach.example>", CUSTOMER)))

    assert isinstance(one, Incoming)
    assert isinstance(two, Incoming)
    assert Address(channel="email", account="shop", id=CUSTOMER) == one.address == two.address
