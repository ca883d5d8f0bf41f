"""The channels' log of a running hub: what went out and came in, without secrets and without what was said."""

import pytest

from config.commands.channel_log import Wanted, show_log
from hub.web.api.shapes.channels import ChannelList, LogPage
from tests.processes import eventually
from tests.whole.world import HOURS_ASKED, SECRET, House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def log(house: House, channel: str, account: str) -> LogPage:
    told = await house.caller.ask("GET", f"/api/channels/{channel}/{account}/log?limit=200")
    return told.read(LogPage)


async def test_a_word_and_its_answer_stand_in_the_log_without_what_was_said(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    who, telegram = house.somebody(), house.outside.telegram
    telegram.say(who, HOURS_ASKED)
    await eventually(lambda: bool(telegram.sent_to(who)), what="the call")
    customer = await house.customer("telegram", "bot", who)

    (delivery,) = [line.entry.delivery for line in await house.caller.lines(customer) if line.entry.who == "bot"]

    async def noted() -> bool:
        return any(one.exchange.delivery == delivery for one in (await log(house, "telegram", "bot")).entries)

    await eventually(noted, what="the exchange")
    found = await log(house, "telegram", "bot")
    out = next(one.exchange for one in found.entries if one.exchange.delivery == delivery)
    come = [one.exchange.events for one in found.entries if one.exchange.incoming]
    assert ("POST", 200, customer, 1) == (out.method, out.status, out.customer, len(out.ids))
    assert "/bot***/sendMessage" in out.url
    assert ("message",) in come
    listed = (await house.caller.ask("GET", "/api/channels")).read(ChannelList)
    (account,) = [one for one in listed.channels if one.account == "bot"]
    assert ("connected", True) == (account.state, account.standing.calls > 0)

    raw = repr(found)
    assert [] == [secret for secret in (telegram.token, "hook-secret", SECRET, HOURS_ASKED, who) if secret in raw]

    assert 0 == await show_log(house.settings, Wanted(account="telegram/bot", delivery=delivery))
    (line,) = capsys.readouterr().out.splitlines()
    assert "telegram/bot  out  200" in line
    assert line.endswith(delivery)
