"""SMS and WhatsApp by Twilio, and e-mail, through the whole house: words, numbers, receipts, STOP, threads of letters."""

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from config.settings.load import load_settings
from hub.model.customers.record import Conversation
from sandbox.desk import Desk
from sandbox.email import EmailStandIn
from sandbox.faults import FaultKind
from sandbox.shown import Bubble, Media
from sandbox.stand_in import StandIn
from sandbox.twilio import SMS, WHATSAPP, stand_in
from tests.channels.mailbox_world import Mailbox
from tests.processes import eventually, folder, free_port
from tests.whole.conftest import errors_logged
from tests.whole.grounds import Topology, ground
from tests.whole.world import HOURS, HOURS_ASKED, QUIET_S, House, stand_ins

pytestmark = pytest.mark.asyncio(loop_scope="module")

SID, TOKEN, SENDER = "AC" + "5" * 32, "twilio-auth-token", "+15005550006"
SHOP, PASSWORD, BASIC = "chao@shop.example", "mail-password", "hook:words-of-ours"
EMAIL = "email"


@dataclass
class Office:
    """A house with a number at Twilio for SMS and one for WhatsApp, a mail service, and a mailbox."""

    house: House
    desks: dict[str, Desk]
    box: Mailbox

    def somebody(self, kind: str) -> str:
        """Somebody nobody knew yet."""
        n = self.house.somebody()
        return f"lan{n}@khach.example" if kind == EMAIL else f"{'+' if kind == SMS else ''}8490{n}"

    async def answered(self, kind: str, who: str, *, at_least: int = 1) -> list[str]:
        """What the customer was sent, once it is so much."""
        await eventually(lambda: len(self.desks[kind].texts_of(who)) >= at_least, what=f"the answer on {kind}")
        return self.desks[kind].texts_of(who)

    async def conversations(self, who: str, *, account: str = "shop") -> tuple[Conversation, ...]:
        """What they wrote letters about."""
        return (await self.house.caller.record(await self.house.customer(EMAIL, account, who))).conversations

    async def states(self, kind: str, who: str) -> set[str | None]:
        """How far our words to them came."""
        return {line.state for line in await self.house.caller.lines(await self.house.customer(kind, "shop", who))}


def accounts(sms: StandIn, whatsapp: StandIn, mail: EmailStandIn, box: Mailbox) -> str:
    """All as hub.toml has them."""
    fast = "rate_per_second = 500\nrate_per_address = 50\n"
    twilio = f'account_sid = "{SID}"\ntoken = "{TOKEN}"\nfrom = "{SENDER}"\n{fast}'
    server, port = mail.base_url.removeprefix("smtp://").split(":")
    smtp = f'smtp_host = "{server}"\nsmtp_port = "{port}"\nsmtp_security = "none"\n'
    letters = f'from = "Shop <{SHOP}>"\ntoken = "{PASSWORD}"\n{smtp}{fast}'
    return (
        f'[[account]]\nchannel = "{SMS}"\nname = "shop"\nbase_url = "{sms.base_url}"\n{twilio}'
        f'[[account]]\nchannel = "{WHATSAPP}"\nname = "shop"\nbase_url = "{whatsapp.base_url}"\n{twilio}'
        f'[[account]]\nchannel = "email"\nname = "shop"\nprovider = "postmark"\nbasic_auth = "{BASIC}"\n{letters}'
        f'[[account]]\nchannel = "email"\nname = "box"\nimap_host = "127.0.0.1"\nimap_port = "{box.port}"\n'
        f'imap_security = "none"\n{letters}'
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office() -> AsyncIterator[Office]:
    sms, whatsapp = (stand_in(kind, account_sid=SID, token=TOKEN, sender=SENDER) for kind in (SMS, WHATSAPP))
    mail, box = EmailStandIn(address=SHOP, password=PASSWORD, basic_auth=BASIC), Mailbox(user=SHOP, password=PASSWORD)
    with folder() as place, ground(Topology.EMBEDDED) as below, errors_logged() as errors:
        async with AsyncExitStack() as stack:
            outside = await stack.enter_async_context(stand_ins())
            for one in (sms, whatsapp, mail, box):
                await one.start()
                stack.push_async_callback(one.stop)
            port = free_port()
            top = f'port = {port}\npublic_url = "http://127.0.0.1:{port}"\nburst_seconds = {QUIET_S}\n'
            (place / "hub.toml").write_text(top + outside.toml() + accounts(sms, whatsapp, mail, box))
            house = House(below, load_settings({"HUB_DATA": str(place / "data")}, folder=place), outside)
            stack.push_async_callback(house.close)
            await house.start(await stack.enter_async_context(aiohttp.ClientSession()))
            desks = {SMS: sms.desk, WHATSAPP: whatsapp.desk, EMAIL: mail.desk}
            for kind, desk in desks.items():
                desk.hook(f"{house.caller.base}/hooks/{kind}/shop")
            yield Office(house, desks, box)
    assert [] == errors


every = pytest.mark.parametrize("kind", [SMS, WHATSAPP, EMAIL])


@every
async def test_a_word_is_answered_and_read_receipts_reach_the_timeline(office: Office, kind: str) -> None:
    who = office.somebody(kind)

    office.desks[kind].say(who, HOURS_ASKED, name="Lan")
    (answer, *_) = await office.answered(kind, who)
    office.desks[kind].read(who)

    assert HOURS in answer
    last = "delivered" if kind == SMS else "read"

    async def told() -> bool:
        return last in await office.states(kind, who)

    await eventually(told, what="the receipt")


@every
async def test_answers_are_offered_as_numbers_and_a_number_is_understood(office: Office, kind: str) -> None:
    who = office.somebody(kind)
    office.desks[kind].say(who, "xin chao")
    (greeting, *_) = await office.answered(kind, who)
    number = next(line.partition(".")[0] for line in greeting.split("\n") if "iao" in line and line[:1].isdigit())

    office.desks[kind].say(who, number)

    assert "1–2 ngày" in "\n".join(await office.answered(kind, who, at_least=2))


@every
async def test_stop_is_understood_and_kept(office: Office, kind: str) -> None:
    who = office.somebody(kind)

    office.desks[kind].say(who, "STOP")
    await office.answered(kind, who)

    record = await office.house.caller.record(await office.house.customer(kind, "shop", who))
    assert [(kind, "refused")] == [(consent.channel, consent.state.value) for consent in record.consents]


@every
async def test_provider_that_throttles_gets_all_words_in_order(office: Office, kind: str) -> None:
    who = office.somebody(kind)
    method = "send" if kind == EMAIL else "messages.create"
    office.desks[kind].fault(FaultKind.THROTTLE, method=method, chat=who, times=2, retry_after=1)

    office.desks[kind].say(who, HOURS_ASKED)
    (first, *_) = await office.answered(kind, who)
    office.desks[kind].say(who, "xin chao")
    texts = await office.answered(kind, who, at_least=2)

    assert HOURS in first
    assert texts == list(dict.fromkeys(texts))


async def test_letter_with_its_own_subject_is_a_conversation_of_its_own_and_answers_stay_in_theirs(office: Office) -> None:
    desk, who = office.desks[EMAIL], office.somebody(EMAIL)
    letter(desk, who, HOURS_ASKED, subject="Giờ mở cửa")
    await office.answered(EMAIL, who)
    letter(desk, who, "xin chao", subject="Chuyện khác")
    await office.answered(EMAIL, who, at_least=2)

    desk.say(who, HOURS_ASKED)
    await office.answered(EMAIL, who, at_least=3)

    assert ["Giờ mở cửa", "Chuyện khác"] == [one.subject for one in await office.conversations(who)]
    first, second, third = (bubble for bubble in desk.phone(who).bubbles if not bubble.mine)
    assert ["Re: Giờ mở cửa", "Re: Chuyện khác", "Re: Chuyện khác"] == [first.header, second.header, third.header]
    assert [f"<{bubble.external_id}@mail.sandbox>" for bubble in desk.phone(who).bubbles if bubble.mine] == [
        first.reply_to,
        second.reply_to,
        third.reply_to,
    ]


def letter(desk: Desk, who: str, text: str, *, subject: str) -> None:
    """A letter about something of its own."""
    from sandbox.shown import Wrote

    phone = desk.phone(who)
    bubble = Bubble(n=0, text=text, mine=True, header=subject, external_id=desk.new_id("in"))
    phone.bubbles.append(bubble)
    desk.bringing.bring(who, *desk.provider.webhooks(Wrote(phone=phone, bubble=bubble)))


async def test_mailbox_is_read_and_a_machines_letter_is_never_answered(office: Office) -> None:
    who, away = office.somebody(EMAIL), office.somebody(EMAIL)
    head = f"To: {SHOP}\r\nSubject: Hello\r\n"
    machine = f"From: {away}\r\n{head}Message-ID: <1@{away}>\r\nAuto-Submitted: auto-replied\r\n\r\n{HOURS_ASKED}\r\n"
    person = f"From: {who}\r\n{head}Message-ID: <1@{who}>\r\n\r\n{HOURS_ASKED}\r\n"
    office.box.letters |= {1: machine.encode(), 2: person.encode()}

    (answer,) = await office.answered(EMAIL, who)
    await eventually(lambda: {1, 2} <= office.box.seen, what="the letters to be marked as read")

    assert HOURS in answer
    assert ["Hello"] == [one.subject for one in await office.conversations(away, account="box")]
    assert [] == office.desks[EMAIL].texts_of(away)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.mark.parametrize("size", [0, 2_000_000], ids=["small", "larger than other webhooks may be"])
async def test_picture_in_a_letter_is_kept_and_shown(office: Office, size: int) -> None:
    desk, who = office.desks[EMAIL], office.somebody(EMAIL)
    desk.media["m1"] = (PNG + bytes(size), "image/png")

    desk.say(who, HOURS_ASKED, media=(Media(kind="image", url="x/m1", name="áo.png", mime_type="image/png"),))
    await office.answered(EMAIL, who)

    lines = await office.house.caller.lines(await office.house.customer(EMAIL, "shop", who))
    (picture,) = next(line.entry.attachments for line in lines if line.entry.attachments)
    assert ("image", "áo.png", "image/png") == (picture.kind.value, picture.filename, picture.mime_type)
    shown = await office.house.caller.ask("GET", picture.url)
    assert 200 == shown.status
    assert shown.raw.startswith(PNG[:8])
    async with office.house.caller.http.get(office.house.caller.base + picture.url) as foreign:
        assert 401 == foreign.status


async def test_large_letter_of_nobody_is_refused_unread(office: Office) -> None:
    url = f"{office.house.caller.base}/hooks/email/shop"

    async with office.house.caller.http.post(url, data=io.BytesIO(bytes(2_000_000)), headers={"Authorization": "Basic x"}) as forged:
        assert 403 == forged.status


async def test_one_click_in_an_advertisement_is_taken_at_our_own_door(office: Office) -> None:
    from channels.email.unsubscribe import link
    from config.accounts.kinds import build_channel
    from config.accounts.outside import alone

    who = office.somebody(EMAIL)
    office.desks[EMAIL].say(who, HOURS_ASKED)
    await office.answered(EMAIL, who)
    account = next(one for one in office.house.settings.accounts if one.channel == EMAIL and one.name == "shop")
    channel = build_channel(account, alone(office.house.caller.http))
    url = link(f"{office.house.caller.base}/hooks/email/shop", who, key=channel._from.key)  # type: ignore[attr-defined] # noqa: SLF001

    async with office.house.caller.http.get(url) as look:
        assert b"<form" in await look.read()
    async with office.house.caller.http.post(url, data={"List-Unsubscribe": "One-Click"}) as press:
        assert 200 == press.status
    async with office.house.caller.http.post(url[:-2]) as forged:
        assert 403 == forged.status

    async def refused() -> bool:
        record = await office.house.caller.record(await office.house.customer(EMAIL, "shop", who))
        return ["refused"] == [consent.state.value for consent in record.consents]

    await eventually(refused, what="the opt-out")
