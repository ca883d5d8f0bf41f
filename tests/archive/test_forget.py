"""Forgetting: what is purged and who is erased, in the tables and in the files."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from hub.model.address import Address
from hub.model.turns.journal import JournalEntry
from hub.store.archive.open import Archive
from hub.store.archive.read import Export
from tests.archive.entries import ANN, BEN, given_up, moved, numbered, quiet_turn, turn
from tests.archive.opened import opened

NOTHING: Export = {"turns": (), "timeline": (), "deliveries": (), "facts": (), "dead": ()}


async def test_a_purge_takes_old_turns_and_nothing_else(archive: Archive) -> None:
    await archive.write([(3, numbered(turn(1), moved(), turn(2), turn(3))), (4, numbered(turn(4, customer=BEN)))])

    purged = await archive.purge(4)

    assert purged == 3
    assert [kept.journal_id for kept in await archive.turns(ANN)] == ["4-0"]
    assert len(await archive.timeline(ANN)) == 6
    assert await archive.purge(4) == 0


async def test_a_purge_ends_however_many_there_are(archive: Archive) -> None:
    await archive.write([(3, numbered(*(quiet_turn(number) for number in range(4_100))))])

    assert await archive.purge(4_050) == 4_049
    assert (await archive.counts())["turns"] == 51


async def test_an_erased_customer_is_gone_and_others_stay(archive: Archive) -> None:
    unread = b"\xc1" + ANN.encode()
    await archive.write([(3, numbered(turn(), moved(), given_up(), unread, b"\xc1")), (4, numbered(turn(2, customer=BEN), given_up(BEN)))])
    expected = await archive.export(BEN)

    gone = await archive.erase(ANN)

    assert gone == 1 + 2 + 2 + 1 + 1 + 1
    assert await archive.export(ANN) == NOTHING
    assert await archive.export(BEN) == expected
    counts = await archive.counts()
    assert (counts["entries"], counts["undecoded"]) == (1, 1)


async def test_what_the_journal_still_holds_of_an_erased_customer_never_enters(archive: Archive, elsewhere: Archive) -> None:
    await elsewhere.write([(3, numbered(turn()))])

    await archive.erase(ANN)

    late = [(3, numbered(turn(), moved(), given_up(), b"\xc1" + ANN.encode(), turn(2, customer=BEN), start=10))]
    for writer in (archive, elsewhere):
        await writer.write(late)
    assert await archive.export(ANN) == NOTHING
    assert len((await archive.export(BEN))["turns"]) == 1
    assert (await archive.counts())["undecoded"] == 0
    assert await archive.cursor(3) == "14-0"


async def test_an_erasure_waits_for_a_batch_under_way(archive: Archive, elsewhere: Archive) -> None:
    for round_ in range(20):
        customer = f"cu-{round_}"
        batch = [(3, numbered(*(turn(n, customer=customer) for n in range(100)), start=round_ * 1000 + 1))]

        await asyncio.gather(elsewhere.write(batch), archive.erase(customer))

        assert await archive.export(customer) == NOTHING


async def test_an_erasure_can_be_done_again(archive: Archive) -> None:
    await archive.write([(3, numbered(turn()))])

    assert await archive.erase(ANN) == 6 - 1
    assert await archive.erase(ANN) == 0


@pytest.mark.parametrize("seed", [2, 3])
async def test_no_word_or_number_of_an_erased_customer_is_left_in_the_files(tmp_path: Path, seed: int) -> None:
    draw = Random(seed)
    async with opened(str(tmp_path / "archive.sqlite3")) as archive:
        for batch in range(20):
            await archive.write([(3, numbered(*(_chatter(draw) for _ in range(60)), start=batch * 60 + 1))])
            if batch == 12:
                await archive.purge(500)
        before = _files(tmp_path)

        for number in range(0, 35, 5):
            await archive.erase(*(f"cu-{other:02}-" for other in range(number, number + 5)))

        left = _files(tmp_path)
        assert all(_words(number) in before and _phone(number) in before for number in range(40))
        assert [number for number in range(35) if _words(number) in left or _phone(number) in left] == []
        assert all(_words(number) in left for number in range(35, 40))


def _chatter(draw: Random) -> JournalEntry | bytes:
    number = draw.randrange(40)
    customer, text = f"cu-{number:02}-", (_words(number) * draw.randrange(1, 60)).decode()
    address = Address(channel="sms", account="shop", id=_phone(number).decode())
    match draw.randrange(4):
        case 0:
            return moved(f"dl-{draw.random()}", customer=customer, reason=text, address=address)
        case 1:
            return b"\xc1" + customer.encode() + text.encode() + _phone(number)
        case _:
            return turn(customer=customer, text=text, address=address)


def _words(number: int) -> bytes:
    return b"<secret-%02d>" % number


def _phone(number: int) -> bytes:
    return b"+1555%06d" % number


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
