"""Turns taken again from the archive decide the same, and shops that share a server do not see each other."""

import pytest
from msgspec.structs import replace as changed

from config.serving.process import VERSION
from config.wiring.steps import turning_of
from hub.engine.turns.replay import replay
from tests.processes import eventually, folder
from tests.whole.world import HOURS, HOURS_ASKED, PERSON_ASKED, House, house_on

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def lived(house: House) -> tuple[str, str]:
    """A customer of whom much has happened, and the younger one merged into them."""
    who, caller, plain, telegram = house.somebody(), house.caller, house.outside.plain, house.outside.telegram
    telegram.say(who, HOURS_ASKED)
    await eventually(lambda: bool(telegram.sent_to(who)), what="the answer on Telegram")
    older = await house.customer("telegram", "bot", who)
    await caller.bring([{"from": who, "id": str(n), "text": text} for n, text in enumerate(("alo", "shop oi", HOURS_ASKED))])
    await eventually(lambda: bool(plain.texts_of(who)), what="the answer in the app")
    younger = await house.customer("plain", "app", who)
    sent = next(taken.id for taken in plain.received if taken.to == who)
    await caller.write(who, "đơn 1002 số đuôi 4321")
    await caller.write(who, PERSON_ASKED)
    await caller.ask("POST", f"/api/customers/{younger}/claim", {"agent": "lan"})
    await caller.ask("POST", f"/api/customers/{younger}/nudge", {"text": "later", "key": "n"})
    await caller.ask("POST", f"/api/customers/{older}/merge", {"other": younger, "evidence": "signed in"})
    await caller.ask("POST", f"/api/customers/{younger}/say", {"agent": "lan", "text": "em nghe ạ"})
    await caller.bring({"from": who, "type": "receipt", "ids": [sent, "dl-nobody"], "state": "read"})
    await caller.ask("POST", f"/api/customers/{older}/resolve", {"agent": "lan"})
    await caller.write(who, "STOP")
    await eventually(lambda: house.has_fact(older, "consent changed"), what="the last turn in the archive")
    return older, younger


async def test_every_turn_of_a_whole_life_decides_the_same_when_it_is_taken_again(house: House) -> None:
    lives = await lived(house)
    steps = turning_of(house.settings, answers={}, build=VERSION).steps

    taken = [[stored.turn for stored in await house.archive.turns(customer)] for customer in lives]
    outcomes = [replay(turns, steps) for turns in taken]

    assert [(len(turns), 0, ()) for turns in taken] == [(o.compared, o.skipped, o.differences) for o in outcomes]
    assert all(len(turns) > 5 for turns in taken)


async def test_two_shops_on_one_server_do_not_see_each_other(house: House) -> None:
    who, ground = house.somebody(), house.ground
    # An archive is one shop's: the second one has its own.
    with folder() as place:
        async with house_on(changed(ground, archive_url=""), place, HUB_PREFIX="second") as second:
            await house.caller.write(who, HOURS_ASKED)
            await second.caller.write(who, HOURS_ASKED)
            await eventually(lambda: bool(house.outside.plain.texts_of(who)), what="the first shop's answer")
            await eventually(lambda: bool(second.outside.plain.texts_of(who)), what="the second shop's answer")
            one, other = await house.customer("plain", "app", who), await second.customer("plain", "app", who)
            foreign = await second.caller.ask("GET", f"/api/customers/{one}")
            stopped = await second.caller.ask("POST", "/api/stop", {"state": "on", "by": "lan"})
            untouched = await house.caller.ask("GET", "/api/stop")
            async with second.caller.http.get(f"{second.caller.base}/metrics") as answer:
                told = await answer.text()

    assert one != other
    assert (404, "on", "off") == (foreign.status, stopped.body["state"], untouched.body["state"])
    assert [[True], [True]] == [[HOURS in text for text in shop.outside.plain.texts_of(who)] for shop in (house, second)]
    assert "\nsecond_hub_turns_total " in told
