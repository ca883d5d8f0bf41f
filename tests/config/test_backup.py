"""A hub copied into a file and brought to life elsewhere: same customers, same history, on the same topology and on others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec import json

from config.accounts.sealed import Sealer
from config.commands.backup import End, Head, StoredPiece, _frames, _put, backup, restore
from config.settings.load import load_settings
from config.settings.secrets import key_name, load_or_make_secrets
from config.settings.values import Settings
from hub.engine.clock import SystemClock
from hub.model.errors import SettingsError
from hub.store.archive.open import Archive
from hub.store.channels.accounts import KeptAccounts
from hub.store.connections.links import Links, connect
from hub.store.keys import Keys
from hub.store.mailboxes.meta import Meta
from hub.store.maintenance.copying import Kind, Piece, read_keys, write_pieces
from tests.commands import hub, told, told_alone
from tests.demo.running import ANSWERS_WITHIN_S, demo
from tests.processes import Node, wait_until
from tests.servers import postgres, redis_cluster, redis_on_port, redis_on_socket

NUMBER = "84905551234"


def settings(folder: Path, **more: str) -> Settings:
    return load_settings({"HUB_DATA": str(folder), **more}, folder=folder)


def whole(pieces: Iterable[Piece]) -> dict[str, tuple[object, ...]]:
    """Each key with all its pieces put together; fields and members come in any order."""
    found: dict[str, tuple[Kind, int, str, list[tuple[bytes, ...]]]] = {}
    for piece in pieces:
        _, _, last, values = found.get(piece.key, (piece.kind, 0, "", []))
        found[piece.key] = (piece.kind, piece.expires, piece.last or last, [*values, *piece.values])
    unordered = {Kind.HASH, Kind.SET}
    return {key: (kind, *rest, sorted(values) if kind in unordered else values) for key, (kind, *rest, values) in found.items()}


async def everything(links: Links, keys: Keys) -> dict[str, tuple[object, ...]]:
    return whole([piece async for piece in read_keys(links, keys)])


@pytest.fixture
async def links() -> AsyncIterator[Links]:
    with redis_on_socket() as node:
        opened = await connect(node.url)
        yield opened
        await opened.stop()


async def furnish(links: Links, prefix: str) -> None:
    """A key of each kind, longer than one piece, and what does not last."""
    tag = f"{prefix}{{p07}}"
    many = [str(n) for n in range(1200)]
    calls = [
        links.call(tag, "SET", f"{tag}:customer:cu-1", b"\x00\xffrecord"),
        links.call(tag, "RPUSH", f"{tag}:log:cu-1", *many),
        links.call(tag, "HSET", f"{tag}:open:cu-1", *[part for n in many for part in (n, f"q|{n}")]),
        links.call(tag, "SADD", f"{tag}:seen:20000", *many),
        links.call(tag, "ZADD", f"{tag}:timers", *[part for n in many for part in (n, f"t{n}")]),
        *[links.call(tag, "XADD", f"{tag}:in", f"5-{n}", "e", n) for n in range(1, 1201)],
        links.call(tag, "XDEL", f"{tag}:in", "5-1200"),
        links.call(tag, "XADD", f"{tag}:journal", "9-9", "j", "gone"),
        links.call(tag, "XTRIM", f"{tag}:journal", "MAXLEN", 0),
        links.call(tag, "SET", f"{prefix}address:fake:main:1", "cu-1"),
        links.call(tag, "SET", f"{tag}:answer:ev-1", "x", "EX", 3000),
        links.call(tag, "ZADD", f"{prefix}hub:workers", 1, "old"),
    ]
    await asyncio.gather(*calls)


async def test_keys_of_every_kind_arrive_as_they_were_under_another_prefix(links: Links) -> None:
    here, there = Keys("here:"), Keys("there:")
    await furnish(links, "here:")
    before = await everything(links, here)

    for piece in [piece async for piece in read_keys(links, here)]:
        await write_pieces(links, there, [piece])

    assert before == await everything(links, there)
    assert set(Kind) == {kind for kind, *_ in before.values()}
    assert "hub:workers" not in before
    assert before["{p07}:answer:ev-1"][1] != 0


async def test_a_stream_gives_no_id_twice_after_it_was_restored(links: Links) -> None:
    await furnish(links, "here:")
    await write_pieces(links, Keys("there:"), [piece async for piece in read_keys(links, Keys("here:"))])

    empty = await links.call("x", "XINFO", "STREAM", "there:{p07}:journal")
    held = await links.call("x", "XINFO", "STREAM", "there:{p07}:in")

    assert isinstance(empty, list)
    assert isinstance(held, list)
    assert b"9-9" == empty[empty.index(b"last-generated-id") + 1]
    assert (b"5-1200", 1199) == (held[held.index(b"last-generated-id") + 1], held[held.index(b"length") + 1])


async def test_without_a_prefix_other_peoples_keys_are_left_alone(links: Links) -> None:
    await furnish(links, "")
    await links.call("x", "SET", "somebody:else", "x")
    await furnish(links, "shop2:")

    found = await everything(links, Keys())
    assert "{p07}:in" in found
    assert [] == [key for key in found if key.startswith(("somebody", "shop2"))]


@pytest.mark.long
def test_a_shop_moves_from_the_embedded_server_to_a_cluster_and_postgresql_and_back(tmp_path: Path) -> None:
    first, second, third = tmp_path / "first", tmp_path / "second", tmp_path / "third"
    first.mkdir()
    third.mkdir()
    with demo(first, "--empty") as shop:
        shop.type_on_phone(NUMBER, "gap nhan vien")
        wait_until(lambda: bool(shop.on_phone(NUMBER)), within=ANSWERS_WITHIN_S, what="an answer")
        customer = told(first / "data", "customer", "find", "telegram", "demo", NUMBER)
        exported = partial(told, first / "data", "customer", "export", customer)
        wait_until(lambda: "gap nhan vien" in archived(exported(), customer), within=ANSWERS_WITHIN_S, what="the word in the archive")
        running = hub(first / "data", "backup", str(tmp_path / "too-early"))
        token = shop.token
    assert (2, True, False) == (running.returncode, "stop `hub serve`" in running.stderr, (tmp_path / "too-early").exists())

    told_alone(first / "data", "backup", str(tmp_path / "one.backup"))
    with redis_cluster() as cluster, postgres() as server:
        elsewhere = {"REDIS_URL": cluster.url, "ARCHIVE_URL": server.url}
        told_alone(second, "restore", str(tmp_path / "one.backup"), **elsewhere)
        moved = told(second, "customer", "export", customer, **elsewhere)
        told(second, "backup", str(tmp_path / "two.backup"), **elsewhere)
    told(third / "data", "restore", str(tmp_path / "two.backup"))

    assert "gap nhan vien" in archived(moved, customer)
    assert 0o600 == (tmp_path / "one.backup").stat().st_mode & 0o777
    with demo(third, "--empty") as shop:
        assert token == shop.token
        assert customer == told(third / "data", "customer", "find", "telegram", "demo", NUMBER)
        shop.post(f"/api/customers/{customer}/claim", {"agent": "lan"})
        shop.post(f"/api/customers/{customer}/say", {"agent": "lan", "text": "Dạ em đây"})
        wait_until(lambda: "Dạ em đây" in shop.on_phone(NUMBER), within=ANSWERS_WITHIN_S, what="the agent's words")


def archived(export: str, customer: str) -> list[str]:
    """What the archive has of a customer's timeline, of an export."""
    kept = json.decode(export)["archive"].get(customer, {})
    return [row["text"] for row in kept.get("timeline", ())]


@pytest.fixture
def server() -> Iterator[Node]:
    with redis_on_port() as node:
        yield node


@pytest.fixture
async def copied(tmp_path: Path, server: Node) -> Path:
    """A backup of a small hub on that server, which is empty again."""
    home = settings(tmp_path / "home", REDIS_URL=server.url)
    links = await connect(server.url)
    await Meta(links, Keys()).agree()
    await furnish(links, "")
    load_or_make_secrets(tmp_path / "home")
    await links.call("x", "ZREM", "hub:workers", "old")
    await backup(home, tmp_path / "hub.backup")
    server.ask("FLUSHALL")
    await links.stop()
    return tmp_path / "hub.backup"


async def refused(folder: Path, server: Node, file: Path) -> str:
    with pytest.raises(SettingsError) as refusal:
        await restore(settings(folder, REDIS_URL=server.url), file)
    assert 1 == len(str(refusal.value).splitlines())
    return str(refusal.value)


async def test_a_target_with_data_is_refused_and_left_as_it_is(tmp_path: Path, server: Node, copied: Path) -> None:
    server.ask("SET", "address:fake:main:9", "cu-9")

    assert "never mixes" in await refused(tmp_path / "other", server, copied)
    assert [b"address:fake:main:9"] == server.ask("KEYS", "*")


async def test_an_archive_with_rows_is_refused(tmp_path: Path, server: Node, copied: Path) -> None:
    (tmp_path / "other").mkdir()
    archive = await Archive.open(str(tmp_path / "other" / "archive.sqlite3"))
    await archive.erase("cu-9")
    await archive.close()

    assert "never mixes" in await refused(tmp_path / "other", server, copied)


async def test_another_hubs_folder_is_refused_with_the_names_of_both_keys(tmp_path: Path, server: Node, copied: Path) -> None:
    ours, theirs = load_or_make_secrets(tmp_path / "home"), load_or_make_secrets(tmp_path / "other")

    told = await refused(tmp_path / "other", server, copied)

    assert "another hub" in told
    assert [True, True] == [key_name(one.case_key) in told for one in (ours, theirs)]
    assert [] == server.ask("KEYS", "*")


async def test_key_file_of_another_hub_is_refused_before_anything_is_written(tmp_path: Path, server: Node, copied: Path) -> None:
    load_or_make_secrets(tmp_path / "shared")
    named = settings(tmp_path / "other", REDIS_URL=server.url, HUB_SECRETS_FILE=str(tmp_path / "shared" / "secrets.json"))

    with pytest.raises(SettingsError, match="HUB_SECRETS_FILE"):
        await restore(named, copied)

    assert [] == server.ask("KEYS", "*")
    assert not (tmp_path / "other").exists()


async def test_backup_and_restore_name_the_key_that_the_consoles_accounts_need(
    tmp_path: Path, server: Node, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = settings(tmp_path / "home", REDIS_URL=server.url)
    await restore(home, copied)
    links = await connect(server.url)
    own = Sealer(key=load_or_make_secrets(tmp_path / "home").case_key, where="here", clock=SystemClock())
    other = Sealer(key=b"k" * 32, where="elsewhere", clock=SystemClock())
    kept = KeptAccounts(links, Keys())
    for sealer, name in ((own, "shop"), (other, "old")):
        await kept.add(sealer.closed("line", name, {"token": "never-told"}, by="an"))
    await links.call("x", "ZREM", "hub:workers", "old")
    await links.stop()
    capsys.readouterr()

    await backup(home, tmp_path / "second.backup")
    kept_so = capsys.readouterr().out
    server.ask("FLUSHALL")
    await restore(settings(tmp_path / "third", REDIS_URL=server.url), tmp_path / "second.backup")
    brought = capsys.readouterr().out

    for said in (kept_so, brought):
        assert f"2 channel accounts of the console among it, needs the key {own.name}" in said
        assert f"line/old needs {other.name}" in said
        assert "never-told" not in said
    assert str(tmp_path / "third" / "secrets.json") in brought
    assert load_or_make_secrets(tmp_path / "third") == load_or_make_secrets(tmp_path / "home")


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda whole: whole[:-40],
    "flipped": lambda whole: whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :],
    "stranger": lambda whole: b"PK\x03\x04" + whole,
    "nothing": lambda _: b"",
}


def damaged(file: Path, damage: str) -> Path:
    file.write_bytes(DAMAGES[damage](file.read_bytes()))
    return file


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_file_is_refused_before_anything_is_written(tmp_path: Path, server: Node, copied: Path, damage: str) -> None:
    assert "another copy" in await refused(tmp_path / "other", server, damaged(copied, damage))
    assert [] == server.ask("KEYS", "*")


def without_its_end(file: Path) -> Path:
    frames = [frame for frame in _frames(file) if not isinstance(frame, End)]
    with file.open("wb") as out:
        for frame in frames:
            _put(out, frame)
    return file


async def test_a_file_that_ends_between_two_frames_is_refused(tmp_path: Path, server: Node, copied: Path) -> None:
    assert "ends before its end" in await refused(tmp_path / "other", server, without_its_end(copied))


async def test_a_restore_cut_short_is_seen_by_who_starts_on_it(server: Node) -> None:
    server.ask("HSET", "hub:meta", "restoring", "1")
    links = await connect(server.url)

    with pytest.raises(SettingsError, match="cut short"):
        await Meta(links, Keys()).agree()

    await links.stop()


def contents(file: Path) -> object:
    """What a backup holds, but for when it was taken."""
    frames = list(_frames(file))
    rest = [frame for frame in frames if not isinstance(frame, Head | StoredPiece)]
    return rest, whole(frame.piece for frame in frames if isinstance(frame, StoredPiece))


async def test_restored_and_copied_again_it_is_the_same(tmp_path: Path, server: Node, copied: Path) -> None:
    there = settings(tmp_path / "other", REDIS_URL=server.url)

    await restore(there, copied)
    await backup(there, tmp_path / "again.backup")

    assert contents(copied) == contents(tmp_path / "again.backup")
