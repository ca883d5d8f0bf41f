"""While the store is away, what is accepted lies on disk; when it is back everything gets in once, and in order."""

import asyncio
import random
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.wiring.core import intake
from hub.engine.receiving.intake import Mode
from hub.engine.receiving.spool import Spool, Spooled, orphans
from hub.model.events.event import Event, Said
from hub.model.subject import customer_subject
from hub.store.connections.wire import ServerError
from hub.store.mailboxes.inboxes import RUN_BYTES, Push
from tests.engine.valve import Fault
from tests.engine.world import Clock, Process, World, world_on
from tests.servers import Node, eventually, redis_on_socket


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose server a test may freeze and kill."""
    with redis_on_socket() as node:
        async with world_on(node, tmp_path / "spools") as world:
            yield world
            node.thaw()


def direct(process: Process) -> bool:
    return process.intake.mode is Mode.DIRECT


async def accept(process: Process, world: World, who: str, text: str) -> None:
    await process.intake.accept([world.incoming(who, text)], days=1)


async def away(node: Node, how: str) -> None:
    if how == "frozen":
        node.freeze()
    else:
        node.kill()


async def back(node: Node, how: str) -> None:
    if how == "frozen":
        node.thaw()
    else:
        await asyncio.to_thread(node.start)


def drawn() -> random.Random:
    """Chance from a printed seed."""
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    return random.Random(seed)


@pytest.mark.parametrize("how", ["frozen", "killed"])
async def test_words_that_alternate_between_two_processes_get_in_once_and_in_order(alone: World, how: str) -> None:
    """Guards: the `spooling` flag in the push; the gate in _go_direct; the merge by heads in _turn_of."""
    processes = [await alone.process("one"), await alone.process("two")]
    addresses = [f"a{n}" for n in range(4)]
    chance = drawn()
    over = asyncio.Event()
    sent: dict[str, list[str]] = {who: [] for who in addresses}

    async def talk(who: str) -> None:
        n = 0
        while not over.is_set():
            text = f"{who} {n}"
            await accept(chance.choice(processes), alone, who, text)
            sent[who].append(text)
            n += 1
            await asyncio.sleep(0.05)  # nobody types faster, and a slow machine must be able to catch up

    talking = [asyncio.create_task(talk(who)) for who in addresses]
    await eventually(lambda: all(len(words) > 3 for words in sent.values()), what="the first words")
    await away(alone.node, how)
    await eventually(lambda: not any(map(direct, processes)), what="spooling")
    enough = {who: len(words) + 15 for who, words in sent.items()}
    await eventually(lambda: all(len(sent[who]) > enough[who] for who in addresses), what="words on disk")
    await back(alone.node, how)
    await eventually(lambda: all(map(direct, processes)), within=120, what="the spools' end")
    enough = {who: len(words) + 10 for who, words in sent.items()}
    await eventually(lambda: all(len(sent[who]) > enough[who] for who in addresses), what="the last words")
    over.set()
    await asyncio.gather(*talking)
    await eventually(lambda: all(map(direct, processes)) and not any(p.intake.depth for p in processes), within=30, what="calm")

    assert sent == {who: await alone.texts_pushed(who) for who in addresses}


async def test_whoever_spooled_nothing_does_not_push_past_one_who_did(alone: World) -> None:
    """Guards: the pause after the store is back; the `spooling` flag in the push."""
    one, two = await alone.process("one", machine="a"), await alone.process("two", machine="b")
    alone.node.kill()
    await eventually(lambda: one.valve.away and two.valve.away, what="the loss")
    await accept(one, alone, "an", "w0")
    one.valve.cut()
    await asyncio.to_thread(alone.node.start)
    await eventually(lambda: not two.valve.away, what="the other's connection")

    later = asyncio.create_task(accept(two, alone, "an", "w1"))
    # As long as two attempts to connect can lie apart.
    until = time.monotonic() + 1.0
    await eventually(lambda: time.monotonic() > until)
    one.valve.mend()
    await later
    await eventually(lambda: direct(one) and direct(two), what="the spools' end")

    assert ["w0", "w1"] == await alone.texts_pushed("an")


class Coarse(Clock):
    """A clock on which a millisecond passes when somebody rests for one, and none otherwise: a machine that answers within it."""

    def __init__(self) -> None:
        super().__init__()
        self.at = super().now()

    def now(self) -> int:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds == 0.001
        await asyncio.sleep(seconds)


async def test_what_is_said_after_an_answer_is_seen_to_have_come_after_it(alone: World) -> None:
    """Two processes' spools are merged by the millisecond, and whoever was answered by one may write to the other at once."""
    one, clock = await alone.process("one"), Coarse()
    one.intake = intake(one.parts, spools=alone.spools, clock=clock, counters=one.counters, process=one.name)
    await away(alone.node, "frozen")
    await accept(one, alone, "an", "the first, which finds the store away")

    stamps = []
    for n in range(5):
        stamps.append(clock.now())
        await accept(one, alone, "an", f"w{n}")

    assert stamps == sorted(set(stamps))


async def test_a_frozen_server_that_thaws_sees_the_flag_before_anybody_s_next_push(alone: World) -> None:
    """Guards: the flags go out on the connection that stands by; the `spooling` flag in the push."""
    one, two = await alone.process("one", machine="a"), await alone.process("two", machine="b")
    await accept(one, alone, "an", "first")
    await accept(two, alone, "bo", "first")
    alone.node.freeze()
    one.valve.cut()
    await accept(one, alone, "an", "w0")
    alone.node.thaw()
    await accept(two, alone, "an", "w1")
    one.valve.mend()
    await eventually(lambda: direct(one) and direct(two), what="the spools' end")

    assert ["first", "w0", "w1"] == await alone.texts_pushed("an")


async def test_what_waits_while_the_store_comes_back_leaves_in_the_order_of_arrival(alone: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: the door of _enter; timers alone do not wake in the order they were set."""
    two = await alone.process("two")
    rest = two.clock.sleep
    slower = iter([0.1])

    async def unfair(seconds: float) -> None:
        await rest(seconds + next(slower, 0.0))

    monkeypatch.setattr(two.clock, "sleep", unfair)
    alone.node.kill()
    await eventually(lambda: two.valve.away, what="the loss")
    await asyncio.to_thread(alone.node.start)
    await eventually(lambda: not two.valve.away, what="the connection")

    await asyncio.gather(*(accept(two, alone, "an", f"w{n}") for n in range(40)))

    assert direct(two)
    assert [f"w{n}" for n in range(40)] == await alone.texts_pushed("an")


async def test_a_dead_process_s_spool_is_drained_by_the_next_and_marked_late(alone: World) -> None:
    """Guards: the lock tells the dead from the living; a torn last frame ends the segment."""
    one = await alone.process("one")
    alone.node.kill()
    await eventually(lambda: one.valve.away, what="the loss")
    for n in range(3):
        await accept(one, alone, "an", f"w{n}")
    await one.intake.close()
    segment = next((alone.spools / "one").glob("*.spool"))
    with segment.open("ab") as file:
        file.write(segment.read_bytes()[:-5][-40:])
    await asyncio.to_thread(alone.node.start)
    await eventually(lambda: not alone.links.away, what="the connection")

    heir = await alone.process("two")
    await heir.intake.open()
    await eventually(lambda: heir.counters.late == 3, what="the late words")
    await accept(heir, alone, "an", "w3")
    await eventually(lambda: not (alone.spools / "one").exists(), what="the folder's end")

    events = await alone.pushed("an")
    assert [("w0", True), ("w1", True), ("w2", True)] == [(e.body.text, e.late) for e in events if e.late]  # type: ignore[union-attr]
    assert ["w0", "w1", "w2", "w3"] == sorted(await alone.texts_pushed("an"))


async def test_a_living_process_s_spool_is_left_alone(alone: World) -> None:
    """Guard: the lock on the folder."""
    one, two = await alone.process("one"), await alone.process("two")
    alone.node.kill()
    await eventually(lambda: one.valve.away, what="the loss")
    await accept(one, alone, "an", "w0")

    assert [] == orphans(alone.spools, besides=())
    await two.intake.open()
    await asyncio.to_thread(alone.node.start)
    await eventually(lambda: direct(one), what="the spool's end")

    assert [False] == [event.late for event in await alone.pushed("an")]


def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Guards: StoreFull where nothing was kept; what was half written is cut off."""
    command = [sys.executable, "-m", "tests.engine.full_disk", str(tmp_path / "s")]

    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    assert ["kept", "full", "kept", "0", "2"] == told


def spooled(n: int) -> Spooled:
    return Spooled(incoming=(), received=n, days=1)


async def test_a_segment_is_not_sealed_under_the_hand_that_writes_it(tmp_path: Path) -> None:
    """Guard: the lock that `seal` shares with the writer; without it acknowledged frames went with a dropped segment."""
    spool = Spool(tmp_path / "s")
    read: list[int] = []
    adding = asyncio.create_task(_add_all(spool, 600))

    while not adding.done() or spool.depth:
        for segment in await spool.seal():
            found = [one.received for one in spool.read(segment)]
            spool.drop(segment, len(found))
            read += found
        await asyncio.sleep(0)
    await adding
    await spool.close()

    assert list(range(600)) == read


async def _add_all(spool: Spool, count: int) -> None:
    for start in range(0, count, 3):
        await asyncio.gather(*(spool.add(spooled(n)) for n in range(start, start + 3)))


async def test_a_frame_that_was_never_wholly_written_is_no_frame(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "s")
    for n in range(3):
        await spool.add(spooled(n))
    segment = (await spool.seal())[0]
    whole = segment.read_bytes()

    for length in range(len(whole)):
        segment.write_bytes(whole[:length])
        found = [one.received for one in spool.read(segment)]
        assert found == list(range(len(found)))
        assert len(found) == length * 3 // len(whole)
    segment.write_bytes(whole)
    await spool.close()


async def test_a_whole_frame_that_cannot_be_read_is_kept_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Guard: what a newer version wrote is put beside; its segment is dropped with what could be read of it only."""
    spool = Spool(tmp_path / "s")
    await spool.add(spooled(1))
    segment = (await spool.seal())[0]
    strange = b"\xc1 from tomorrow"
    with segment.open("ab") as file:
        file.write(struct.pack(">II", len(strange), zlib.crc32(strange)) + strange)
    spool.depth += 1
    await spool.add(spooled(2))

    found = []
    for one in await spool.seal():
        pending = list(spool.read(one))
        found += [each.received for each in pending]
        spool.drop(one, len(pending))
    await spool.close()

    (again,) = orphans(tmp_path, besides=())
    assert [1, 2] == found
    assert 0 == spool.depth
    assert [] == await again.seal()
    (kept,) = again.unread()
    assert [] == list(again.read(kept))
    again.drop(kept, 0)
    assert strange in kept.read_bytes()
    await again.add(spooled(3))
    assert kept.stem not in {path.stem for path in await again.seal()}
    await again.close()


async def test_what_can_be_read_after_an_upgrade_is_drained_with_the_next_start(alone: World) -> None:
    """Guard: a folder with unread words stays, and is looked at again."""
    one = await alone.process("one")
    alone.node.kill()
    await eventually(lambda: one.valve.away, what="the loss")
    await accept(one, alone, "an", "w0")
    await one.intake.close()
    segment = next((alone.spools / "one").glob("*.spool"))
    segment.rename(segment.with_suffix(".unread"))
    await asyncio.to_thread(alone.node.start)
    await eventually(lambda: not alone.links.away, what="the connection")

    heir = await alone.process("two")
    await heir.intake.open()
    await eventually(lambda: not (alone.spools / "one").exists(), what="the folder's end")

    assert ["w0"] == await alone.texts_pushed("an")


async def test_where_memory_is_full_in_the_middle_no_later_word_of_a_mailbox_gets_in_first(alone: World) -> None:
    """Guard: what follows a refused call of a mailbox is not sent; repeats of what got in are none."""
    one = await alone.process("one")
    customer = await alone.customer("an")
    large = "x" * (RUN_BYTES // 2)
    pushes = [
        Push(Event(id=f"ev-{n}", subject=customer_subject(customer), body=Said(text=f"w{n} {large}"), at=n, received=1), f"d{n}", 1)
        for n in range(5)
    ]
    one.valve.on("push_all", Fault.REFUSE)

    with pytest.raises(ServerError):
        await one.parts.inboxes.push_all(pushes)
    refused = await alone.texts_pushed("an")
    first = await one.parts.inboxes.push_all(pushes[:2])
    again = await one.parts.inboxes.push_all(pushes)

    assert [] == refused
    assert (0, 2) == (first, again)
    assert [f"w{n}" for n in range(5)] == [text.split()[0] for text in await alone.texts_pushed("an")]
