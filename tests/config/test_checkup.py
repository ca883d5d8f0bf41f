"""The doctor's look at the house: what would not start, whom nobody lets in, what falls behind, each with its remedy."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from config.doctor.findings import Finding, Level
from config.doctor.house import (
    BEHIND_MOST,
    alerts_finding,
    inbox_finding,
    journeys_finding,
    look_inside,
    pages_finding,
    people_finding,
    room_finding,
)
from config.reference.reading import Secret
from config.rules.journeys import FOLDER
from config.rules.publishing import published_rules
from config.settings.load import load_settings
from config.settings.values import Account, Settings
from config.settings.values import Alerts as ForStaff
from config.storage.store import Store
from hub.engine.archiving.journal_tail import TAIL_ENTRIES
from hub.engine.archiving.reindexing import VERSION
from hub.model.address import Address
from hub.model.customers.record import Live
from hub.model.customers.runs import Run
from hub.model.shop.people import Role, User
from hub.store.channels.accounts import KeptAccount, KeptAccounts
from hub.store.encoding.codec import encode_record
from hub.store.mailboxes.meta import VIEWS
from hub.store.shop.people import Change, Users
from tests.servers import Node, redis_on_socket
from tests.stores import store_named

MIB = 1024 * 1024
SAMPLE = (FOLDER / "cart-recovery.yaml").read_text()
TELEGRAM = Account(channel="telegram", name="main", token=Secret("t"), secret=Secret("s"))


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with redis_on_socket() as node:
        yield node


@pytest.fixture
async def parts(node: Node, tmp_path: Path) -> AsyncIterator[Store]:
    async with store_named(node, tmp_path.name) as parts:
        yield parts


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings({"HUB_DATA": str(tmp_path)}, folder=tmp_path)
    return replace(settings, nudges=replace(settings.nudges, journeys=tmp_path))


def user(role: Role, *, active: bool = True) -> User:
    return User(login=role.value, name="Lan", role=role, password="x", created=1, active=active)


def says(finding: Finding, level: Level, *words: str) -> None:
    assert level is finding.level, finding.text
    assert [] == [word for word in words if word not in finding.text], finding.text


def test_journeys_that_do_not_load_are_told_with_their_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(SAMPLE)
    right = journeys_finding(settings)
    (tmp_path / "one.yaml").write_text(SAMPLE.replace("state: live", "state: maybe"))

    says(right, Level.OK, "1 load")
    says(journeys_finding(settings), Level.FAIL, "one.yaml:4: state: give live or off.")


@pytest.mark.parametrize(("free", "level"), [(7, Level.OK), (5, Level.WARN)])
def test_an_archive_that_could_not_be_written_anew_is_told(settings: Settings, tmp_path: Path, free: int, level: Level) -> None:
    (tmp_path / "archive.sqlite3").write_bytes(b"x" * 3 * MIB)

    says(room_finding(settings, lambda _: free * MIB), level, "3 MiB", "10 MiB each")


@pytest.mark.parametrize(
    ("url", "origins", "accounts", "level"),
    [
        ("", (), (), Level.OK),
        ("", ("https://shop.example",), (), Level.WARN),
        ("", (), (TELEGRAM,), Level.WARN),
        ("https://hub.example", ("https://shop.example",), (TELEGRAM,), Level.OK),
    ],
)
def test_who_comes_from_elsewhere_needs_a_public_address(
    settings: Settings, url: str, origins: tuple[str, ...], accounts: tuple[Account, ...], level: Level
) -> None:
    chat = replace(settings.chat, origins=origins)

    says(pages_finding(replace(settings, public_url=url, chat=chat, accounts=accounts)), level, url or "HUB_PUBLIC_URL")


async def test_whether_an_admin_can_sign_in_is_told_with_the_way_to_one(parts: Store) -> None:
    users = Users(parts.links, parts.keys)
    says(await people_finding(parts), Level.WARN, "open the link that `hub serve` prints", "hub user add LOGIN --role admin")

    await users.add(user(Role.AGENT))
    await users.add(user(Role.ADMIN, active=False))
    says(await people_finding(parts), Level.FAIL, "No admin can sign in", "hub user add LOGIN --role admin")

    await users.change("admin", lambda old, _all: Change(user=replace(old, active=True)))
    says(await people_finding(parts), Level.OK, "2 can sign in")


async def test_an_inbox_that_is_not_built_or_falls_behind_is_told(parts: Store) -> None:
    says(await inbox_finding(parts), Level.WARN, "start a worker")

    await parts.links.call(parts.keys.meta, "HSET", parts.keys.meta, VIEWS, VERSION)
    says(await inbox_finding(parts), Level.OK, "built")

    journal = parts.keys.partitions[3].journal
    added = [parts.links.call(journal, "XADD", journal, "*", "j", "x") for _ in range(BEHIND_MOST + TAIL_ENTRIES + 1)]
    for one in added:
        await one
    says(await inbox_finding(parts), Level.WARN, f"{BEHIND_MOST + 1} journal entries wait")


async def test_whom_nobody_can_be_told_over_is_told(settings: Settings, parts: Store) -> None:
    to = (Address(channel="telegram", account="main", id="1"), Address(channel="email", account="shop", id="ops@shop.example"))
    says(await alerts_finding(settings, parts), Level.OK, "is not set", "[alerts]")

    told = replace(settings, accounts=(TELEGRAM,), alerts=ForStaff(to=to))
    says(await alerts_finding(told, parts), Level.WARN, "email/shop", "no account at work")

    await KeptAccounts(parts.links, parts.keys).add(KeptAccount(channel="email", account="shop", sealed=b"x", key="k"))
    says(await alerts_finding(told, parts), Level.OK, "the shop's people are told")


async def test_a_journey_changed_under_its_customers_is_told_before_the_hub_is_stopped(
    settings: Settings, parts: Store, tmp_path: Path
) -> None:
    (tmp_path / "one.yaml").write_text(SAMPLE)
    await published_rules(settings, parts)
    record = Live(id="cu-1", created=1, runs=(Run(id="r1", journey="cart-recovery", key="c1"),))
    key = parts.keys.of_customer(record.id).record(record.id)
    await parts.links.call(key, "SET", key, encode_record(record, 1))
    before = [one.name for one in await look_inside(settings, parts)]

    (tmp_path / "one.yaml").write_text(SAMPLE.replace("not_after: 12 h", "not_after: 11 h", 1))

    assert ["people", "inbox", "alerts"] == before
    says((await look_inside(settings, parts))[-1], Level.FAIL, "cart-recovery changed", "raise its `version`")
    (tmp_path / "one.yaml").write_text("journey: [")
    assert ["people", "inbox", "alerts"] == [one.name for one in await look_inside(settings, parts)]
