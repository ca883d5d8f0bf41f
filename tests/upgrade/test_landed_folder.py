"""A data folder that the version before made is opened by this one: all is there, and all goes on."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from msgspec import Struct, json

from hub.model.customers.record import Conversation, Live
from hub.model.customers.runs import RunState
from hub.model.words import ConsentState, OwnerKind, Purpose
from hub.store.archive.schema import REVISION
from hub.store.connections.links import connect
from hub.store.embedded.lock import find_running
from hub.store.keys import Keys
from hub.store.mailboxes.meta import FORMAT
from hub.web.api.shapes.customers import DeadList
from hub.web.api.shapes.people import SignedIn
from tests.commands import hub, told
from tests.processes import eventually, folder
from tests.upgrade.landed import Story, story, unpack_code, unpack_folder
from tests.upgrade.served import Served, command, now, serving
from tests.upgrade.telling import APP, FEE_ASKED, TELEGRAM, USER, customer_at, seen, shop_says, sign_in
from tests.upgrade.telling import told as told_times
from tests.whole.page import Memory
from tests.whole.world import HOURS, HOURS_ASKED, StandIns, stand_ins

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="module")]
FEE = "25.000"


class Opened(Struct, frozen=True):
    """The folder in the hands of this version."""

    place: Path
    hub: Served
    outside: StandIns
    story: Story

    def customer(self, name: str) -> str:
        """A customer of the story."""
        return self.story.seen[name].customer

    async def record(self, name: str) -> Live:
        """Their record."""
        return await self.hub.caller.record(self.customer(name))

    async def conversation(self, name: str) -> Conversation:
        """Their newest conversation."""
        return (await self.record(name)).conversations[-1]

    async def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> bytes:
        """The API's answer, which must be a good one."""
        answer = await self.hub.caller.ask(method, path, body)
        assert answer.status < 300, answer
        return answer.raw

    async def arrives(self, name: str, part: str) -> None:
        """Wait until the app was told that for the customer."""
        texts = self.outside.plain.texts_of
        await eventually(lambda: any(part in text for text in texts(APP[name])), what=f"{part} to {name}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[Opened]:
    kept = story()
    with folder() as place:
        unpack_folder(place / "data", later_ms=now() - kept.at)
        async with stand_ins() as outside, serving(place, outside, at=kept.at) as hub:
            yield Opened(place, hub, outside, kept)


async def test_every_timeline_is_what_it_was(opened: Opened) -> None:
    shown = {name: await seen(opened.hub.caller, one.customer) for name, one in opened.story.seen.items()}

    assert opened.story.seen == shown


async def test_archive_and_store_rise_to_this_version(opened: Opened) -> None:
    links = await connect(f"unix://{find_running(opened.place / 'data')}")
    keys = Keys()

    async def risen() -> bool:
        return await links.call(keys.meta, "HGET", keys.meta, "format") == b"%d" % FORMAT

    await eventually(risen, what="the format of this version")
    await links.stop()
    with closing(sqlite3.connect(f"file:{opened.place / 'data' / 'archive.sqlite3'}?mode=ro", uri=True)) as archive:
        assert [(REVISION,)] == archive.execute("select version_num from alembic_version").fetchall()


async def test_the_doctor_finds_nothing_wrong(opened: Opened) -> None:
    checked = await asyncio.to_thread(told, opened.place / "data", "check", HUB_CONFIG=str(opened.place / "hub.toml"))

    assert [] == [line for line in checked.splitlines() if line.startswith("FAIL")]
    assert "inbox" in checked


async def test_records_keep_whose_they_are_what_was_agreed_and_who_was_merged(opened: Opened) -> None:
    younger, older = opened.story.merged
    an = await opened.record("an")

    assert [(Purpose.MARKETING, ConsentState.REFUSED)] == [(c.purpose, c.state) for c in an.consents]
    assert older == (await opened.hub.caller.record(younger)).id
    assert (OwnerKind.AGENT, "lan") == ((await opened.conversation("binh")).owner.kind, (await opened.conversation("binh")).owner.agent)
    assert OwnerKind.QUEUE is (await opened.conversation("lien")).owner.kind


async def test_the_inbox_shows_who_waits_and_whose_turn_it_is(opened: Opened) -> None:
    async def cards(query: str) -> set[str]:
        page = json.decode(await opened.ask("GET", f"/api/inbox?{query}"))
        return {card["customer"] for card in page["conversations"]}

    assert {opened.customer("lien")} == await cards("view=queue&agent=lan")
    assert {opened.customer("binh")} == await cards("view=mine&agent=lan")


async def test_everybody_is_found_by_name(opened: Opened) -> None:
    async def found() -> bool:
        page = json.decode(await opened.ask("GET", "/api/customers?q=binh"))
        return [opened.customer("binh")] == [one["customer"] for one in page["customers"]]

    await eventually(found, what="the index that the version before had not")


async def test_who_was_forgotten_stays_so_and_is_somebody_new_when_they_write(opened: Opened) -> None:
    erased = opened.story.erased
    await opened.hub.caller.write(APP["khoa"], HOURS_ASKED, id="khoa-2")
    await opened.arrives("khoa", HOURS)

    assert 410 == (await opened.hub.caller.ask("GET", f"/api/customers/{erased}")).status
    assert erased != await customer_at(opened.hub.caller, "plain", "app", APP["khoa"])


async def test_a_browser_stays_signed_in_and_the_password_still_works(opened: Opened) -> None:
    base, (cookie, csrf) = opened.hub.caller.base, opened.story.session

    async with aiohttp.ClientSession(cookies={"hub_session": cookie}, headers={"X-CSRF-Token": csrf}) as http:
        async with http.get(f"{base}/api/session") as answer:
            before = json.decode(await answer.read(), type=SignedIn)
        async with http.patch(f"{base}/api/session", json={"name": "Lan Trần"}) as answer:
            changed = answer.status
    anew = await sign_in(base)

    assert ("lan", csrf, 200) == (before.user.login, before.csrf, changed)
    assert cookie != anew[0]


async def test_a_page_comes_again_with_its_session_and_sees_what_was_said(opened: Opened) -> None:
    page = await opened.hub.caller.page(Memory(token=opened.story.chat))
    await eventually(lambda: len(page.memory.told_by("bot")) == 2, what="both answers of the version before")

    await page.say("m3", FEE_ASKED)
    await eventually(lambda: any(FEE in text for text in page.memory.told_by("bot")), what="the answer of this one")
    await page.close()

    assert opened.story.chat == page.memory.token
    assert opened.customer("chi") == await customer_at(opened.hub.caller, "webchat", "web", opened.story.chat.partition(".")[0])


async def test_a_file_is_given_out_as_it_came(opened: Opened) -> None:
    url, digest = opened.story.file

    status, _, content = await opened.hub.caller.fetch(url)

    assert (200, digest) == (status, hashlib.sha256(content).hexdigest())


async def test_words_go_on_where_they_stood(opened: Opened) -> None:
    caller = opened.hub.caller
    await caller.write(APP["binh"], HOURS_ASKED, id="binh-3")
    await caller.ask("POST", f"/api/customers/{opened.customer('binh')}/say", {"agent": "lan", "text": "Dạ 9 giờ ạ."})
    await opened.arrives("binh", "Dạ 9 giờ ạ.")
    await caller.ask("POST", f"/api/customers/{opened.customer('binh')}/release", {"agent": "lan"})
    await caller.write(APP["binh"], FEE_ASKED, id="binh-4")
    await opened.arrives("binh", FEE)
    await caller.write(APP["hoa"], "5", id="hoa-3")

    async def scored() -> bool:
        feedback = (await opened.record("hoa")).conversations[0].feedback
        return feedback is not None and feedback.score == 5

    await eventually(scored, what="the score that was asked for before")
    assert "Dạ 9 giờ ạ." == opened.outside.plain.texts_of(APP["binh"])[0]


async def test_what_ended_badly_can_be_sent_again(opened: Opened) -> None:
    lines = await opened.hub.caller.lines(opened.customer("em"))
    states = {line.entry.delivery: line.state.value for line in lines if line.entry.kind == "message" and line.state}
    for delivery, state in states.items():
        if state in {"unknown", "failed"}:
            await opened.ask("POST", f"/api/customers/{opened.customer('em')}/retry", {"delivery": delivery, "agent": "lan"})

    await opened.arrives("em", "hôm nay giảm giá")
    await opened.arrives("em", FEE)


async def test_a_word_that_was_given_up_is_tried_again(opened: Opened) -> None:
    (dead,) = json.decode(await opened.ask("GET", "/api/dead"), type=DeadList).dead

    await asyncio.to_thread(told, opened.place / "data", "dead", "retry", str(dead.partition), dead.entry)

    await opened.arrives("giang", FEE)
    assert "record" in dead.reason


async def test_the_journey_goes_on_to_its_reminder_and_the_order_ends_it(opened: Opened) -> None:
    hub, phone = opened.hub, opened.outside.telegram
    begun = (await opened.record("dung")).runs

    await hub.forward(minutes=30.5)
    await eventually(lambda: any("Linen shirt" in text for text in phone.sent_to(TELEGRAM["dung"])), what="the reminder")
    order: dict[str, object] = {"event": "Order Completed", "userId": USER, "properties": {"order_id": "o1", "cart_id": "cart-7101"}}
    await shop_says(hub.caller, hub, "/v1/track", order)

    async def ended() -> bool:
        run = (await opened.record("dung")).runs[-1]
        return (run.state, run.end) == (RunState.ENDED, "ordered")

    await eventually(ended, what="the end of the run")
    assert [run.id for run in begun] == [run.id for run in (await opened.record("dung")).runs]


async def test_a_webhook_nobody_understood_is_still_kept(opened: Opened) -> None:
    (kept,) = json.decode(await opened.ask("GET", "/api/cases"))["cases"]

    assert ("plain", True) == (kept["channel"], kept["replayable"])
    assert {"understood": 0, "not_understood": 1} == json.decode(await opened.ask("POST", f"/api/cases/plain/app/{kept['id']}/replay"))


async def test_turns_of_the_version_before_can_be_taken_again(opened: Opened) -> None:
    settings = str(opened.place / "hub.toml")

    replayed = await asyncio.to_thread(hub, opened.place / "data", "replay", opened.customer("an"), HUB_CONFIG=settings)

    # This version may decide otherwise; it must be able to read what was decided, and to decide.
    assert "2 turns compared" in replayed.stdout, replayed.stderr
    assert "raises" not in replayed.stdout


async def test_a_backup_of_the_version_before_is_restored_by_this_one(tmp_path: Path) -> None:
    kept, file = story(), tmp_path / "hub.backup"
    with folder() as before, folder() as after:
        code = unpack_code(before / "code")
        unpack_folder(before / "data", later_ms=now() - kept.at)
        command(before, "backup", str(file), code=code, HUB_CONFIG="")
        await asyncio.to_thread(told, after / "data", "restore", str(file))
        async with stand_ins() as outside, serving(after, outside, at=kept.at) as hub:
            shown = {name: await seen(hub.caller, one.customer) for name, one in kept.seen.items()}
            await sign_in(hub.caller.base)
            await hub.caller.write(APP["an"], FEE_ASKED, id="an-3")
            await told_times(outside, APP["an"], 1)

    assert kept.seen == shown
