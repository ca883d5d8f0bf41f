"""Processes of one machine see each other spool without the store, and what lies on two disks goes in side by side, in order."""

import os
import time
from pathlib import Path

import pytest

from hub.engine.receiving.intake import Mode
from hub.engine.receiving.neighbours import Neighbours
from hub.engine.receiving.spool import Spool, Spooled
from hub.engine.receiving.strands import STRANDS, Strands
from hub.model.address import Address
from hub.model.events.event import Incoming, Said
from tests.engine.world import World
from tests.servers import eventually


def incoming(who: str, text: str) -> Incoming:
    return Incoming(address=Address(channel="fake", account="main", id=who), body=Said(text=text, external_id=text), dedupe_id=text)


def spooled(who: str, text: str, received: int) -> Spooled:
    return Spooled(incoming=(incoming(who, text),), received=received, days=1)


def texts(pieces: list[object]) -> list[str]:
    return [piece.one.body.text for piece in pieces]  # type: ignore[attr-defined]


async def test_who_cannot_reach_the_store_alone_is_not_overtaken(world: World) -> None:
    """Guard: `accept` looks at the others' folders before it pushes directly."""
    one, two = await world.process("one"), await world.process("two")
    for process in (one, two):
        await process.intake.open()
    await one.intake.accept([world.incoming("an", "w0")], days=1)
    one.valve.cut()

    await one.intake.accept([world.incoming("an", "w1")], days=1)
    for partition in world.keys.partitions:
        # The test's valve lets the flags through, a cable that is cut would not.
        await world.links.call(partition.spooling, "DEL", partition.spooling)
    await two.intake.accept([world.incoming("an", "w2")], days=1)
    one.valve.mend()
    await eventually(lambda: one.intake.mode is two.intake.mode is Mode.DIRECT, within=30, what="both direct again")

    assert ["w0", "w1", "w2"] == await world.texts_pushed("an")


async def test_a_dead_process_s_words_go_in_before_those_of_who_found_its_folder(world: World) -> None:
    """Guard: who waits for a silent neighbour looks whether its lock is free."""
    dead = Spool(world.spools / "dead")
    await dead.add(spooled("an", "w0", int(time.time() * 1000)))
    await dead.close()
    long_ago = time.time() - 5
    os.utime(dead.folder / "lock", (long_ago, long_ago))
    one = await world.process("one")

    await one.intake.accept([world.incoming("an", "w1")], days=1)
    await eventually(lambda: one.intake.mode is Mode.DIRECT, within=30, what="direct again")

    assert ["w0", "w1"] == await world.texts_pushed("an")
    assert [True, False] == [event.late for event in await world.pushed("an")]


def test_a_folder_made_within_the_same_tick_as_the_last_look_is_seen(tmp_path: Path) -> None:
    """Guard: a fresh time of the folder is not trusted."""
    watching = Neighbours(tmp_path, own="me")
    tick = time.time_ns()
    os.utime(tmp_path, ns=(tick, tick))
    before = list(watching.spooling())

    (tmp_path / "other").mkdir()
    os.utime(tmp_path, ns=(tick, tick))

    assert [] == before
    assert ["other"] == list(watching.spooling())


def test_one_who_was_given_up_on_counts_again_once_its_folder_was_gone(tmp_path: Path) -> None:
    watching = Neighbours(tmp_path, own="me")
    (tmp_path / "slow").mkdir()
    (tmp_path / "me").mkdir()

    before = list(watching.spooling())
    watching.ignore("slow")
    ignored = list(watching.spooling())
    (tmp_path / "slow").rmdir()
    watching.spooling()
    (tmp_path / "slow").mkdir()

    assert ["slow"] == before
    assert [] == ignored
    assert ["slow"] == list(watching.spooling())


def test_an_address_waits_for_the_older_word_another_process_holds_and_others_do_not() -> None:
    """Guard: heads are compared per strand."""
    strands = Strands([spooled("an", "a0", 10), spooled("an", "a1", 30), spooled("bo", "b0", 30)])
    other = [99] * STRANDS
    other[strands.heads.index(10)] = 20

    first = texts(list(strands.take("me", {"other": other}, most=10)))
    rest = texts(list(strands.take("me", {}, most=10)))

    assert {"a0", "b0"} == set(first)
    assert ["a1"] == rest
    assert 0 == len(strands)


def test_an_empty_strand_promises_nothing_older_than_the_segment() -> None:
    strands = Strands([spooled("an", "a0", 10), spooled("bo", "b0", 40)])

    heads = strands.heads

    assert {10, 40} == set(heads)
    assert 40 == max(heads)


@pytest.mark.parametrize("theirs", [1, STRANDS // 8, STRANDS * 4])
def test_a_process_that_parts_its_words_otherwise_is_waited_for_all_the_same(theirs: int) -> None:
    """Guard: of another's heads those count that may be of our address."""
    strands = Strands([spooled("an", "a0", 10)])
    # Beside it, another whose words came last of all: only its strand tells anything else.
    mine = Strands([spooled("an", "a0", 10), spooled("bo", "b0", 40)]).heads.index(10)
    other = [99] * theirs
    other[mine % theirs if theirs <= STRANDS else mine + STRANDS] = 5

    assert [] == strands.take("me", {"other": other}, most=10)
