"""Looking at accounts of every kind, at the stand-ins over real HTTP: what is well, what is wrong, and that a look changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from config.accounts.looking import Looks, ReadTokens, look_at
from config.demo.phones import accounts
from config.doctor.findings import Level
from config.doctor.report import findings_of
from config.reference.reading import Secret
from config.settings.values import Account
from hub.engine.clock import SystemClock
from hub.engine.monitoring.looking import GREETING, SKEW_DOUBTFUL_S
from hub.model.channels.look import Code, Grade, Seen
from sandbox.phones import Phones
from sandbox.telegram.stand_in import TelegramStandIn
from tests.phrases import english

PUBLIC = "https://shop.example"


@pytest.fixture
async def phones() -> AsyncIterator[Phones]:
    phones = Phones(receipts="")
    await phones.start()
    yield phones
    await phones.stop()


@pytest.fixture
async def stand_in() -> AsyncIterator[TelegramStandIn]:
    stand_in = TelegramStandIn()
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def looks(session: ClientSession, *, public_url: str = "") -> Looks:
    return Looks(shared=session, clock=SystemClock(), tokens=ReadTokens(), public_url=public_url)


def bot(stand_in: TelegramStandIn) -> Account:
    return Account(
        channel="telegram", name="bot", token=Secret(stand_in.token), secret=Secret("hook-secret"), base_url=stand_in.base_url
    )  # fmt: skip


def texts(seen: Seen, grade: Grade) -> list[str]:
    return list(english(point.said for point in seen.points if point.grade is grade))


@asynccontextmanager
async def answering(status: int, *, late: float = 0.0, body: str = "", **headers: str) -> AsyncIterator[str]:
    """A server that gives every request the same answer; its address."""

    async def answer(request: web.Request) -> web.Response:
        del request
        await asyncio.sleep(late)
        return web.Response(status=status, text=body, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_every_kind_is_taken_by_its_stand_in(phones: Phones, session: ClientSession) -> None:
    found = {account.channel: await look_at(account, looks(session)) for account in accounts(phones)}

    assert [] == [kind for kind, seen in found.items() if not seen.has(Code.TAKEN)]
    assert [] == [kind for kind, seen in found.items() if abs(seen.skew or 0.0) > SKEW_DOUBTFUL_S]


@pytest.mark.parametrize("kind", ["line", "viber", "slack", "messenger", "instagram", "whatsapp_cloud", "twilio_sms"])
async def test_bad_credentials_are_wrong_and_say_what_to_do(phones: Phones, session: ClientSession, kind: str) -> None:
    (own,) = [account for account in accounts(phones) if account.channel == kind]
    told = "0" * 32 if kind == "twilio_sms" else "4" * 50

    seen = await look_at(replace(own, token=Secret(told)), looks(session))

    assert Grade.WRONG is seen.grade
    assert seen.has(Code.REFUSED), seen
    assert told not in repr(seen)


async def test_webhook_pointing_elsewhere_is_wrong_until_the_account_is_connected_again(
    stand_in: TelegramStandIn, session: ClientSession
) -> None:
    before = await look_at(bot(stand_in), looks(session, public_url=PUBLIC), seconds=5)
    await looks(session, public_url="https://old.example").connect(bot(stand_in), seconds=5)

    elsewhere = await look_at(bot(stand_in), looks(session, public_url=PUBLIC), seconds=5)
    mended = await looks(session, public_url=PUBLIC).connect(bot(stand_in), seconds=5)

    assert before.has(Code.HOOK_NONE)
    assert elsewhere.has(Code.HOOK_ELSEWHERE)
    assert "https://old.example/hooks/telegram/bot" in findings_of(elsewhere)[1].text
    assert mended.has(Code.HOOK_HERE)
    assert "https://shop.example/hooks/telegram/bot" == mended.hook


async def test_events_that_are_not_brought_are_named(stand_in: TelegramStandIn, session: ClientSession) -> None:
    await looks(session, public_url=PUBLIC).connect(bot(stand_in), seconds=5)
    hook = stand_in.world.webhook
    assert hook
    hook.allowed = ("message",)

    seen = await look_at(bot(stand_in), looks(session, public_url=PUBLIC), seconds=5)

    (point,) = [point for point in seen.points if point.code is Code.EVENTS_MISSING]
    assert "callback_query" in point.values["events"]
    assert Grade.WRONG is point.grade


async def test_provider_that_is_down_is_doubtful_and_keeps_nobody_waiting(session: ClientSession) -> None:
    account = Account(channel="telegram", name="bot", token=Secret("1:a"), secret=Secret("s"), base_url="http://127.0.0.1:9")

    seen = await look_at(account, looks(session))

    assert (True, Grade.DOUBTFUL) == (seen.has(Code.AWAY), seen.grade)


async def test_slow_provider_is_given_up_after_its_time(session: ClientSession) -> None:
    async with answering(200, late=30) as base:
        account = Account(channel="telegram", name="bot", token=Secret("1:a"), secret=Secret("s"), base_url=base)

        seen = await look_at(account, looks(session), seconds=0.2)

    assert (True, Grade.DOUBTFUL) == (seen.has(Code.SLOW), seen.grade)
    assert "0.2 s" in findings_of(seen)[0].text


async def test_clock_that_is_off_is_told_by_the_providers_date(session: ClientSession) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=4), usegmt=True)
    async with answering(401, body="{}", Date=date) as base:
        account = Account(channel="telegram", name="bot", token=Secret("1:a"), secret=Secret("s"), base_url=base)

        seen = await look_at(account, looks(session))

    (point,) = [point for point in seen.points if point.code is Code.CLOCK_OFF]
    assert (Grade.WRONG, True) == (point.grade, "behind" in english([point.said])[0])
    assert seen.skew is not None
    assert -242 < seen.skew < -235


async def test_ended_tokens_are_wrong_and_those_near_their_end_doubtful(phones: Phones, session: ClientSession) -> None:
    (account,) = [one for one in accounts(phones) if one.channel == "messenger"]
    now = SystemClock().now()

    class Then(SystemClock):
        def __init__(self, ahead: int) -> None:
            self._ahead = ahead

        def now(self) -> int:
            return now + self._ahead

    until = (await look_at(account, looks(session))).until
    found = [
        {point.code for point in (await replace(looks(session), clock=Then(until - now + days * 86_400_000)).look(account)).points}
        for days in (-30, -2, 2)
    ]

    assert until > now
    assert [Code.ENDS in found[0], Code.ENDS_SOON in found[1], Code.ENDED in found[2]] == [True] * 3


async def test_public_address_is_tried_from_outside(stand_in: TelegramStandIn, session: ClientSession) -> None:
    codes = []
    for status, body in ((405, GREETING), (404, "There is no such channel account: check"), (200, "a shop's home page")):
        async with answering(status, body=body) as base:
            seen = await look_at(bot(stand_in), looks(session, public_url=base))
        codes += [point.code for point in seen.points if point.code in {Code.REACHED, Code.NOT_KNOWN_THERE, Code.OTHER_HOUSE}]

    away = await look_at(bot(stand_in), looks(session, public_url="http://127.0.0.1:9"))

    assert [Code.REACHED, Code.NOT_KNOWN_THERE, Code.OTHER_HOUSE] == codes
    assert away.has(Code.UNREACHED)


async def test_look_never_uses_a_refresh_token(phones: Phones, session: ClientSession) -> None:
    (account,) = [one for one in accounts(phones) if one.channel == "zalo"]
    options = {**account.options, "refresh_token": "once", "app_secret": "app-secret"}
    asked: list[str] = []

    async def renewed(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"access_token": "new", "refresh_token": "next", "expires_in": "90000"})

    app = web.Application()
    app.router.add_post("/v4/oa/access_token", renewed)
    async with TestServer(app) as server:
        options["oauth_url"] = str(server.make_url("")).rstrip("/")
        seen = await look_at(replace(account, token=Secret("ended"), options=options), looks(session))

    assert [] == asked
    assert seen.has(Code.AWAY)
    assert any("running hub" in finding.text for finding in findings_of(seen))


async def test_missing_field_is_a_sentence_and_no_call(session: ClientSession) -> None:
    seen = await look_at(Account(channel="telegram", name="bot"), looks(session))

    assert (True, Grade.WRONG) == (seen.has(Code.SETTINGS), seen.grade)


async def test_lines_of_a_look_say_what_is_well_at_once_and_what_is_not_each(stand_in: TelegramStandIn, session: ClientSession) -> None:
    lines = findings_of(await look_at(bot(stand_in), looks(session, public_url="http://127.0.0.1:9"), seconds=5))

    assert [Level.OK, Level.FAIL, Level.WARN] == [line.level for line in lines]
    assert {"look telegram/bot"} == {line.name for line in lines}
