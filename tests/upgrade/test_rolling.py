"""The version before and this one side by side: every word is answered once and in order, and nothing is lost on the way."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from hub.model.channels.window import Heard
from hub.model.customers.record import Live
from hub.store.mailboxes.meta import FORMAT
from tests.processes import eventually, folder
from tests.upgrade.landed import unpack_code
from tests.upgrade.rolling import NEW_WEB, NEW_WORKER, OLD_WEB, OLD_WORKER, Rolling
from tests.upgrade.served import command, environ_of

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def code() -> Iterator[Path]:
    with folder() as place:
        yield unpack_code(place)


class Beside(Struct, frozen=True):
    """What was done while both versions were there: a record of ours before and after a turn of theirs, who was forgotten, who came."""

    written: Live
    kept: Live
    forgotten: str
    gone: str
    late: str


async def test_an_upgrade_one_process_after_the_other(code: Path) -> None:
    async with Rolling.on(code) as hub:
        await hub.shared(OLD_WORKER)
        before = await hub.format()
        seen = await side_by_side(hub, code)
        beside = await hub.format()
        await hub.go(OLD_WEB)
        await hub.go(OLD_WORKER)
        await hub.shared(NEW_WORKER)
        await risen(hub)
        found = await found_by_us(hub, "late")
        await eventually(lambda: words_of(hub, seen.gone) == 0, what="the end of what the old one could not forget")
        verdict = await hub.ends(without=seen.forgotten)
        newest = await hub.write_format(max(FORMAT, before + 1))
        refused = await asyncio.to_thread(begins, hub, code)

    assert [] == verdict.broken
    assert before == beside <= FORMAT
    assert (seen.written.heard, "of the letter") == (seen.kept.heard, seen.kept.conversations[-1].subject)
    assert [seen.late] == found
    assert f"format {newest}" in refused
    assert "install the newer version again" in refused


async def side_by_side(hub: Rolling, code: Path) -> Beside:
    """The new ones come; the new worker goes again, for whoever upgrades may change their mind; and comes again."""
    await hub.come(NEW_WEB, NEW_WORKER)
    await hub.shared(OLD_WORKER, NEW_WORKER)
    written = await written_by_us(hub)
    chat, customer = await hub.somebody_of(NEW_WORKER)
    assert [customer] == await found_by_us(hub, chat)
    await hub.go(NEW_WORKER)
    await hub.shared(OLD_WORKER)
    kept = await rewritten(hub, written)
    await hub.tell_only_us(written.id, "quiet")
    late = await hub.say("late")
    await asyncio.to_thread(forget, hub, customer, code)
    await hub.come(NEW_WORKER)
    await hub.shared(OLD_WORKER, NEW_WORKER)
    return Beside(written, kept, chat, customer, late)


async def written_by_us(hub: Rolling) -> Live:
    """A record with what only this version knows."""
    stored = await hub.stored(await hub.say("quiet"))
    assert isinstance(stored.record, Live)
    *others, last = stored.record.conversations
    heard = {"line/shop/U1": Heard(at=5, sent=2)}
    written = replace(stored.record, heard=heard, conversations=(*others, replace(last, subject="of the letter")))
    await hub.put(written)
    return written


async def rewritten(hub: Rolling, written: Live) -> Live:
    """The same after a turn of the old worker."""
    await hub.say("quiet", "how much is shipping")
    stored = await hub.stored(written.id)
    assert isinstance(stored.record, Live)
    return stored.record


async def risen(hub: Rolling) -> None:
    """Wait until the new format is written, and what only it can read was read."""

    async def so() -> bool:
        return await hub.format() == FORMAT

    await eventually(so, what="the new format")


async def found_by_us(hub: Rolling, word: str) -> list[str]:
    """Who is found by a word once the index is whole again."""
    found: list[str] = []

    async def somebody() -> bool:
        nonlocal found
        url, headers = f"{hub.house.webs[-1]}/api/customers", {"Authorization": f"Bearer {hub.house.token()}"}
        async with hub.house.parts.http.get(url, params={"q": word}, headers=headers) as answer:
            found = [one["customer"] for one in (await answer.json())["customers"]]
        return bool(found)

    await eventually(somebody, what=f"a customer found by {word}")
    return found


def forget(hub: Rolling, customer: str, code: Path) -> None:
    """Have the old version erase a customer, which knows nothing of the index they are found by."""
    place = hub.house.parts.place
    command(place, "customer", "erase", customer, "--yes", code=code, HUB_DATA=str(place / "hub"), REDIS_URL=hub.house.url)


def words_of(hub: Rolling, customer: str) -> int:
    """How many words of theirs the index holds."""
    with closing(sqlite3.connect(f"file:{hub.house.parts.place / 'hub' / 'archive.sqlite3'}?mode=ro", uri=True)) as archive:
        return int(archive.execute("select count(*) from customer_words where customer = ?", (customer,)).fetchone()[0])


def begins(hub: Rolling, code: Path) -> str:
    """What the old version says when it is started after all."""
    environ = environ_of(code, hub.house.parts.place, HUB_DATA=str(hub.house.parts.place / "hub"), REDIS_URL=hub.house.url)
    words = [sys.executable, "-m", "config.main", "serve", "--roles", "worker"]
    ended = subprocess.run(words, env=environ, cwd=hub.house.parts.place, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode != 0
    return ended.stderr
