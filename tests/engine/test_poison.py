"""An entry that cannot be taken is given up after the third failure, with its reason; everything else goes on."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hub.model.events.event import Event, Said
from hub.model.messaging.delivery import Delivery
from hub.model.turns.journal import GivenUp
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState
from hub.store.encoding.codec import Undecodable, decode_delivery, decode_event
from hub.store.mailboxes.dead_letters import Dead, DeadLetters
from tests.engine.mortal import DEADLY, STATUS
from tests.engine.world import Doing, Echo, World, turning
from tests.servers import eventually


async def dead(world: World) -> list[Dead]:
    return await DeadLetters(world.links, world.keys, inboxes=world.inboxes).all(limit=10)


def raising(text: str, tried: list[str]) -> Doing:
    """A step that breaks on one text."""

    def take(turn: Turn) -> Turn:
        if isinstance(turn.event.body, Said) and turn.event.body.text == text:
            tried.append(turn.entry)
            raise ZeroDivisionError
        return turn

    return Doing(take)


async def test_a_turn_that_raises_three_times_is_given_up_and_its_lane_goes_on(world: World) -> None:
    """Guard: the third failure buries."""
    tried: list[str] = []
    await world.neighbours("an", "bo")
    for text in ("before", "poison", "after"):
        await world.say("an", text)
        await world.say("bo", f"{text} too")

    await world.working(turns=turning(raising("poison", tried), Echo()))
    await world.settled()

    assert 3 == len(tried)
    assert ["echo before", "echo after"] == world.provider.to("an")
    assert ["echo before too", "echo poison too", "echo after too"] == world.provider.to("bo")
    assert ["turn: ZeroDivisionError"] == [d.reason for d in await dead(world)]
    assert ["turn: ZeroDivisionError"] == [e.reason for e in await world.journal(await world.customer("an")) if isinstance(e, GivenUp)]


async def test_a_step_that_asks_wrongly_is_poison_too(world: World) -> None:
    def needs(turn: Turn) -> tuple[()]:
        if isinstance(turn.event.body, Said) and turn.event.body.text == "poison":
            raise KeyError
        return ()

    await world.working(turns=turning(Doing(lambda turn: turn, needs=needs), Echo()))
    for text in ("before", "poison", "after"):
        await world.say("an", text)
    await world.settled()

    assert ["echo before", "echo after"] == world.provider.to("an")
    assert ["turn: KeyError"] == [d.reason for d in await dead(world)]


async def test_a_turn_that_burns_cpu_is_ended_by_its_budget(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guard: the CPU timer of TurnBudget."""
    monkeypatch.setattr("config.wiring.core.TURN_BUDGET_S", 0.1)

    def burns(turn: Turn) -> Turn:
        if isinstance(turn.event.body, Said) and turn.event.body.text == "burn":
            end = time.process_time() + 2
            while time.process_time() < end:
                pass
        return turn

    await world.working(turns=turning(Doing(burns), Echo()))
    for text in ("before", "burn", "after"):
        await world.say("an", text)
    await world.settled()

    assert ["echo before", "echo after"] == world.provider.to("an")
    assert ["turn: TurnTooLong"] == [d.reason for d in await dead(world)]
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0


async def test_bytes_that_are_no_event_are_given_up_and_the_rest_goes_on(world: World) -> None:
    """Guard: what cannot be decoded is buried where it is read, and ends no reader."""
    await world.customer("an")
    inbox = world.keys_of(await world.customer("an")).inbox
    for blob in (b"\xc1", b"", b"\x81\xa2id\xa2\xff\xfe"):
        await world.links.call(inbox, "XADD", inbox, "*", "e", blob)
    await world.links.call(inbox, "XADD", inbox, "*", "other", "field")

    await world.working()
    await world.say("an", "hello")
    await world.settled()

    assert ["echo hello"] == world.provider.texts
    assert 4 == len(await dead(world))


async def test_a_record_that_cannot_be_read_costs_only_its_customer(world: World) -> None:
    """Guard: an undecodable record is a failure of that customer's entry."""
    await world.neighbours("an", "bo")
    customer = await world.customer("an")
    await world.links.call("x", "SET", world.keys_of(customer).record(customer), b"0000000000000001\xc1")
    for who in ("an", "bo"):
        await world.say(who, "hello")

    await world.working()
    await world.settled()

    assert ["bo"] == [b.address for b in world.provider.begun]
    assert ["record: DecodeError"] == [d.reason for d in await dead(world)]


async def test_a_delivery_that_cannot_be_read_ends_no_outbox(world: World) -> None:
    """Guard: whatever stands in the outbox stream, its reader goes on."""
    await world.customer("an")
    out = world.keys_of(await world.customer("an")).out
    await world.links.call(out, "XADD", out, "*", "d", "dl-1", "a", "fake:main:an", "b", b"\xc1")

    await world.working()
    await world.say("an", "hello")
    await world.settled()

    assert ["echo hello"] == world.provider.texts


async def test_a_record_that_grew_too_large_is_not_written(world: World) -> None:
    """Guard: the record's size is checked before the commit."""

    def grows(turn: Turn) -> Turn:
        if isinstance(turn.event.body, Said) and turn.event.body.text == "grow":
            return turn.with_record(parked={"x": "y" * 40_000})
        return turn

    await world.working(turns=turning(Doing(grows), Echo()))
    for text in ("before", "grow", "after"):
        await world.say("an", text)
    await world.settled()

    assert ["before", "after"] == await world.heard("an")
    assert ["is the limit" in d.reason or "the limit is" in d.reason for d in await dead(world)] == [True]


async def test_a_channel_that_breaks_down_hurts_only_its_own_delivery(world: World) -> None:
    """Guard: whatever a channel raises becomes a decision."""
    one = await world.working()
    world.provider.on("echo break", KeyError("text"))

    await world.say("an", "break")
    await world.say("bo", "hello")
    await eventually(lambda: len(world.provider.texts) == 2, what="the calls")
    one.clock.ahead = 2
    await world.settled()

    assert ["echo break", "echo break"] == world.provider.to("an")
    assert DeliveryState.SENT == (await world.states("an"))["echo break"]


@asynccontextmanager
async def lives(world: World) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that bears mortal ones; all of them are gone at the end."""
    command = [sys.executable, "-m", "tests.engine.mortal", world.node.url, world.keys.prefix]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.communicate()


async def one_life(world: World, process: asyncio.subprocess.Process, name: str) -> bool:
    """Let one live until it dies (True), or until there is nothing left to do."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{name}\n".encode())
    ended = asyncio.create_task(process.stdout.readline())

    async def over() -> bool:
        return ended.done() or await world.calm()

    await eventually(over, within=30, what="the end of a life")
    if not ended.done():
        ended.cancel()
        return False
    # Its heartbeat would be waited for; that is another test's matter.
    await world.links.call(world.keys.workers, "DEL", world.keys.workers)
    return int(ended.result()) == STATUS


async def test_a_turn_that_kills_its_process_is_given_up_after_the_third_and_innocents_are_not(world: World) -> None:
    """Guards: the note among the tried ones before a turn; noted ones are taken alone; the third time buries."""
    innocents = ["bo", "cy", "di"]
    await world.neighbours("an", *innocents)
    for who in innocents:
        await world.say(who, "hello")
    await world.say("an", "before")
    await world.say("an", DEADLY)
    await world.say("an", "after")
    for who in innocents:
        await world.say(who, "again")

    deaths = 0
    async with lives(world) as process:
        while deaths < 6 and await one_life(world, process, f"life{deaths}"):
            deaths += 1

    assert 3 == deaths
    assert ["the process died 3 times in this turn"] == [d.reason for d in await dead(world)]
    assert ["before", "after"] == await world.heard("an")
    assert [["hello", "again"]] * 3 == [await world.heard(who) for who in innocents]


async def test_a_delivery_this_version_cannot_read_is_kept_and_sent_when_one_that_can_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: what is not readable in an outbox is put aside whole, never dropped; what stands behind it goes on."""

    def newer(blob: bytes) -> Delivery:
        delivery = decode_delivery(blob)
        if delivery.message.text == "echo new":
            raise Undecodable("delivery: written by a newer version")
        return delivery

    with monkeypatch.context() as older:
        older.setattr("hub.engine.sending.outbox.decode_delivery", newer)
        await world.working(turns=turning(Echo()))
        for text in ("old", "new", "later"):
            await world.say("an", text)
        await world.settled()
    before = world.provider.to("an")
    (letter,) = await dead(world)

    await DeadLetters(world.links, world.keys, inboxes=world.inboxes).retry(letter.partition, letter.entry)
    await world.settled()

    assert ["echo old", "echo later"] == before
    assert ("delivery", "delivery: written by a newer version") == (letter.kind, letter.reason)
    assert ["echo old", "echo later", "echo new"] == world.provider.to("an")
    assert DeliveryState.SENT is (await world.states("an"))["echo new"]
    assert [] == await dead(world)


async def test_what_only_an_older_version_could_not_read_is_taken_after_all_and_what_nobody_can_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: only what was given up unread and is readable now goes back, once."""

    def newer(blob: bytes) -> Event:
        event = decode_event(blob)
        if isinstance(event.body, Said) and event.body.text == "new":
            raise Undecodable("event: written by a newer version")
        return event

    keys = world.keys_of(await world.customer("an"))
    with monkeypatch.context() as older:
        older.setattr("hub.engine.mailboxes.mailbox.decode_event", newer)
        await world.working(turns=turning(Echo()))
        for text in ("old", "new"):
            await world.say("an", text)
        await world.links.call(keys.inbox, "XADD", keys.inbox, "*", "e", b"\xc1 nobody's")
        await world.settled()
    letters = DeadLetters(world.links, world.keys, inboxes=world.inboxes)

    recovered = [await letters.recover(), await letters.recover()]
    await world.settled()

    assert [1, 0] == recovered
    assert ["echo old", "echo new"] == world.provider.to("an")
    assert [""] == [letter.kind for letter in await dead(world)]
