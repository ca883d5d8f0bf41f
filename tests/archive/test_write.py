"""Writing: once, whole, in any order, whatever an entry holds."""

from itertools import count

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert
from sqlalchemy.ext.asyncio import create_async_engine

from hub.model.address import Address
from hub.model.turns.journal import Change, JournalEntry, TurnTaken
from hub.model.words import DeliveryState
from hub.store.archive.open import Archive
from hub.store.archive.rows import Entry
from hub.store.archive.schema import undecoded
from tests.archive.entries import ANN, BEN, given_up, moved, numbered, quiet_turn, turn


async def test_a_new_archive_stands_at_the_start(archive: Archive) -> None:
    assert await archive.cursor(7) == "0-0"
    assert await archive.cursors() == {}


async def test_rows_and_cursors_of_all_partitions_come_at_once(archive: Archive) -> None:
    await archive.write([(3, numbered(turn(), moved(), given_up())), (4, numbered(turn(customer=BEN), start=9))])

    counts = await archive.counts()
    assert counts == {
        "entries": 3, "turns": 2, "timeline": 4, "deliveries": 1, "facts": 4, "dead": 1, "undecoded": 0, "documents": 0, "media": 0,
        "customers": 0,
    }  # fmt: skip
    assert await archive.cursors() == {3: "3-0", 4: "9-0"}


async def test_nothing_to_write_is_nothing(archive: Archive) -> None:
    await archive.write([])
    await archive.write([(3, [])])

    assert await archive.cursors() == {}


async def test_the_same_batch_again_changes_nothing(archive: Archive) -> None:
    batch = [(3, numbered(turn(), moved(), given_up(), b"\xc1"))]
    await archive.write(batch)
    before = (await archive.export(ANN), await archive.counts(), await archive.cursors())

    await archive.write(batch)

    assert (await archive.export(ANN), await archive.counts(), await archive.cursors()) == before


async def test_a_cursor_never_goes_back(archive: Archive) -> None:
    await archive.write([(3, [("10-2", turn())])])

    for earlier in ("9-9", "10-1"):
        await archive.write([(3, [(earlier, quiet_turn(1))])])

    assert await archive.cursor(3) == "10-2"


async def test_journal_ids_are_numbers_not_words(archive: Archive) -> None:
    await archive.write([(3, [("9-10", quiet_turn(2)), ("9-9", quiet_turn(1)), ("10-0", quiet_turn(3))])])

    assert [kept.journal_id for kept in await archive.turns(ANN)] == ["9-9", "9-10", "10-0"]
    assert await archive.cursor(3) == "10-0"


async def test_bytes_as_they_lay_in_redis_make_the_same_rows(archive: Archive) -> None:
    contents = (turn(), moved(), given_up())
    await archive.write([(3, numbered(*contents))])
    expected = await archive.export(ANN)

    await archive.write([(3, numbered(*(msgspec.msgpack.encode(content) for content in contents)))])

    assert await archive.export(ANN) == expected


@pytest.mark.parametrize("rows", [1, 15, 16, 17, 33, 511, 512, 513, 1025])
async def test_no_row_is_lost_or_doubled_between_statements(archive: Archive, rows: int) -> None:
    await archive.write([(3, numbered(*(quiet_turn(number) for number in range(rows))))])

    assert (await archive.counts())["turns"] == rows
    assert len(await archive.turns(ANN)) == rows


@pytest.mark.parametrize(
    "broken",
    [b"", b"\xc1", b"\x80", b"\x91" * 100_000, msgspec.msgpack.encode({"kind": "tomorrow"}), b"\x81\xa4kind\xa4\xff\xff\xff\xff"],
    ids=["empty", "no msgpack", "no kind", "deep", "unknown kind", "broken UTF-8"],
)
async def test_what_cannot_be_decoded_is_kept_and_stops_nothing(archive: Archive, broken: bytes) -> None:
    await archive.write([(3, numbered(turn(), broken, turn(2)))])

    assert len(await archive.turns(ANN)) == 2
    assert (await archive.counts())["undecoded"] == 1
    assert await archive.cursor(3) == "3-0"


@pytest.mark.parametrize("refused", [msgspec.structs.replace(turn(), now=2**63), msgspec.structs.replace(turn(), revision=2**64 - 1)])
async def test_what_the_database_refuses_is_kept_and_stops_nothing(archive: Archive, refused: TurnTaken) -> None:
    await archive.write([(3, numbered(turn(), refused, turn(2))), (4, numbered(turn(3, customer=BEN)))])

    assert [kept.turn.now for kept in await archive.turns(ANN)] == [1, 2]
    assert len(await archive.turns(BEN)) == 1
    counts = await archive.counts()
    assert (counts["undecoded"], counts["entries"]) == (1, 3)
    assert await archive.cursors() == {3: "3-0", 4: "1-0"}


async def test_a_nul_where_none_is_expected_stops_nothing(archive: Archive) -> None:
    odd = msgspec.structs.replace(turn(), facts=(Change(name="no\0name"),))

    await archive.write([(3, numbered(turn(), odd, turn(2)))])

    # SQLite takes it, PostgreSQL refuses it: either way it is kept.
    assert len(await archive.turns(ANN)) + (await archive.counts())["undecoded"] == 3
    assert await archive.cursor(3) == "3-0"


async def test_a_nul_is_shown_as_a_gap(archive: Archive) -> None:
    nul = Address(channel="web", account="shop", id="a\0b")
    await archive.write([(3, numbered(turn(text="x\0y", address=nul), moved(reason="no\0pe")))])

    (told, asked), found = await archive.timeline(ANN), await archive.export(ANN)
    assert (asked.entry.text, told.entry.address) == ("x\ufffdy", Address(channel="web", account="shop", id="a\ufffdb"))
    assert [fact["detail"] for fact in found["facts"]] == [{"about": "x\ufffdy"}, {}]
    assert found["deliveries"][0]["reason"] == "no\ufffdpe"
    assert (await archive.turns(ANN))[0].turn.timeline[0].text == "x\0y"


async def test_a_backslash_that_only_looks_like_a_nul_stays(archive: Archive) -> None:
    await archive.write([(3, numbered(turn(text="a\\u0000b")))])

    assert (await archive.export(ANN))["facts"][0]["detail"] == {"about": "a\\u0000b"}


async def test_what_an_older_version_could_not_read_finds_its_place_later(archive: Archive, url: str) -> None:
    content = msgspec.msgpack.encode(turn())
    rows = [
        {"partition": 3, "ms": 1, "seq": 0, "raw": content, "reason": "unknown kind"},
        {"partition": 3, "ms": 2, "seq": 0, "raw": b"\xc1", "reason": "no msgpack"},
        {"partition": 3, "ms": 3, "seq": 0, "raw": msgspec.msgpack.encode({"kind": "dead"}), "reason": "no msgpack"},
    ]
    await _leave_undecoded(url, rows)

    recovered = await archive.recover()

    assert recovered == 1
    assert [kept.journal_id for kept in await archive.turns(ANN)] == ["1-0"]
    assert (await archive.counts())["undecoded"] == 2
    assert await archive.recover() == 0


_runs = count(1)
_steps = st.lists(st.tuples(st.integers(0, 11), st.integers(1, 12)), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(kinds=st.lists(st.sampled_from(["turn", "quiet", "sent", "read", "dead", "junk"]), min_size=1, max_size=12), steps=_steps)
async def test_any_order_and_overlap_of_batches_gives_the_same_rows(
    archive: Archive, kinds: list[str], steps: list[tuple[int, int]]
) -> None:
    run = next(_runs)
    plain, mixed = [_journal(kinds, f"cu-{run}-{name}", start=run * 100) for name in ("plain", "mixed")]
    await archive.write([(1, plain)])

    for start, length in steps:
        await archive.write([(2, mixed[start : start + length])])
    await archive.write([(2, mixed[::-1]), (2, mixed)])

    expected, found = [_bare(await archive.export(f"cu-{run}-{name}")) for name in ("plain", "mixed")]
    assert expected == found
    cursors = await archive.cursors()
    assert cursors[1] == cursors[2] == plain[-1][0]


def _journal(kinds: list[str], customer: str, *, start: int) -> list[Entry]:
    made: dict[str, JournalEntry | bytes] = {
        "turn": turn(customer=customer), "quiet": quiet_turn(1, customer=customer), "sent": moved(customer=customer),
        "read": moved(state=DeliveryState.READ, customer=customer), "dead": given_up(customer), "junk": b"\xc1",
    }  # fmt: skip
    return numbered(*(made[kind] for kind in kinds), start=start)


def _bare(found: dict[str, tuple[dict[str, object], ...]]) -> dict[str, list[list[object]]]:
    """The rows without what tells the two customers apart."""
    unlike = {"partition", "customer", "subject", "raw"}
    return {table: [[cell for name, cell in row.items() if name not in unlike] for row in rows] for table, rows in found.items()}


async def _leave_undecoded(url: str, rows: list[dict[str, object]]) -> None:
    if url.startswith("postgresql"):
        server = create_async_engine(url)
        async with server.begin() as connection:
            await connection.execute(insert(undecoded), rows)
        await server.dispose()
    else:
        file = create_engine(f"sqlite:///{url}")
        with file.begin() as connection_there:
            connection_there.execute(insert(undecoded), rows)
        file.dispose()
