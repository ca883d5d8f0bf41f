"""Erasing at its hard places: merged customers, sends under way, neighbours in one stream, trouble half way."""

import asyncio
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from hub.desk.erasing import Unknown
from hub.model.address import Address
from hub.model.channels.exchange import Exchange
from hub.model.customers.record import Erased, Live
from hub.model.errors import Throttled
from hub.model.events.event import Event, Said
from hub.model.events.merging import MergeAsked
from hub.model.subject import customer_subject
from hub.store.archive.errors import ArchiveAway
from hub.store.archive.open import Archive
from hub.store.archive.read import Export
from hub.store.channels.calls import Calls, Kept
from hub.store.channels.cases import Case
from hub.store.encoding.codec import encode, encode_record
from hub.store.erasure.wiping import NotNow
from hub.store.mailboxes.dead_letters import Aside
from hub.store.mailboxes.spooling import Spooling
from hub.store.webchat.chats import Chats
from hub.store.webchat.logins import LoginStore
from tests.engine.world import World
from tests.erasure.forgetting import Forgetting
from tests.servers import eventually

AN, BINH, CHI = "84905550001", "84905550002", "84905550003"
WORDS = {AN: "lời thì thầm của An", BINH: "chuyện riêng của Bình", CHI: "Chi còn ở đây"}
EVIDENCE = "phone 0909 121 121"


async def talk(shop: Forgetting, *people: str) -> list[str]:
    """Each says their words and is answered; returns their customer ids."""
    for who in people:
        await shop.world.say(who, WORDS[who])
    await shop.world.settled()
    return [await shop.world.customer(who) for who in people]


async def merged(shop: Forgetting, older: str, younger: str) -> None:
    await shop.world.tell(younger, MergeAsked(other=older, evidence=EVIDENCE))

    async def one() -> bool:
        record = await shop.world.stored(older)
        return isinstance(record, Live) and younger in record.merged

    await eventually(one, what="the merge")


async def test_whoever_was_merged_is_erased_too_whichever_id_is_named(shop: Forgetting) -> None:
    await shop.world.working()
    older, younger, other = await talk(shop, AN, BINH, CHI)
    await merged(shop, older, younger)
    await shop.world.settled()

    erased = await shop.erase(younger)

    assert {older, younger} == set(erased.customers)
    assert [Erased, Erased, Live] == [type(await shop.world.stored(one)) for one in (older, younger, other)]
    assert {} == shop.left(AN, BINH, WORDS[AN], WORDS[BINH], EVIDENCE)
    assert {CHI, WORDS[CHI]} == shop.left(CHI, WORDS[CHI]).keys()


async def test_the_channels_log_forgets_an_erased_customer_and_keeps_the_others(shop: Forgetting) -> None:
    """Guard: what failed lies in a stream of its own, too."""
    await shop.world.working()
    gone, stays = await talk(shop, AN, CHI)
    calls, place = Calls(shop.world.links, shop.world.keys), ("fake", "main")
    kept = [Kept(place, Exchange(at=1, method="POST", url="/x", customer=who, failure="contact_stopped")) for who in (gone, stays)]
    await calls.write(kept, now=shop.world.clock.now())

    await shop.erase(gone)

    for failed in (False, True):
        assert [stays] == [one.exchange.customer for one in await calls.newest(place, limit=10, failed=failed)]


async def test_both_addresses_of_a_merged_person_become_somebody_new(shop: Forgetting) -> None:
    process = await shop.world.working()
    older, younger = await talk(shop, AN, BINH)
    await merged(shop, older, younger)
    await shop.erase(older)

    for n in range(3):
        for who in (AN, BINH):
            await process.intake.accept([shop.world.incoming(who, f"again {n} {who}")], days=1)
    await shop.world.settled()

    now = [await shop.world.customers.at(shop.world.address(who)) for who in (AN, BINH)]
    assert not {older, younger} & set(now)
    for who, customer in zip((AN, BINH), now, strict=True):
        lines = await shop.world.customers.timeline(customer or "")
        assert [f"again {n} {who}" for n in range(3)] == [line.entry.text for line in lines if line.entry.who == "customer"]


async def test_words_that_race_with_the_erasure_keep_their_order(shop: Forgetting, archive: Archive) -> None:
    process = await shop.world.working()
    await process.intake.accept([shop.world.incoming(AN, "before")], days=1)
    await shop.world.settled()
    old = await shop.world.customer(AN)
    erasing = asyncio.create_task(shop.erase(old))
    count = 0

    while not erasing.done():
        count += 1
        await process.intake.accept([shop.world.incoming(AN, f"word {count:04d}")], days=1)
        await asyncio.sleep(0)
    await erasing
    await process.intake.accept([shop.world.incoming(AN, "last")], days=1)
    await shop.world.settled()

    new = await shop.world.customers.at(shop.world.address(AN)) or ""
    heard: list[str] = []

    async def all_heard() -> bool:
        lines = await archive.timeline(new, limit=100_000)
        heard[:] = [line.entry.text for line in reversed(lines) if line.entry.who == "customer"]
        return "last" in heard

    await eventually(all_heard, what="the archive")
    assert old != new
    assert "last" == heard[-1]
    assert sorted(heard[:-1]) == heard[:-1]
    assert heard[-2] == f"word {count:04d}"


async def test_a_merge_on_its_way_to_an_erased_customer_erases_the_other_too_and_nothing_goes_in_circles(shop: Forgetting) -> None:
    await shop.world.working()
    older, younger = await talk(shop, AN, BINH)
    await shop.erase(older)

    await shop.world.tell(younger, MergeAsked(other=older, evidence=EVIDENCE))
    await shop.world.say(BINH, "hello?")
    await shop.world.settled()

    new = await shop.world.customers.at(shop.world.address(BINH))
    assert [Erased, Erased] == [type(await shop.world.stored(one)) for one in (older, younger)]
    assert new not in {older, younger}
    assert "echo hello?" in shop.world.provider.to(BINH)


async def test_a_send_under_way_ends_without_a_trace(shop: Forgetting) -> None:
    await shop.world.working()
    release = asyncio.Event()
    shop.world.provider.on(f"echo {WORDS[AN]}", release)
    await shop.world.say(AN, WORDS[AN])
    await eventually(lambda: bool(shop.world.provider.begun), what="the send")
    customer = await shop.world.customer(AN)

    await shop.erase(customer)
    release.set()
    await shop.world.settled()

    assert [] == await shop.keys_with(AN)
    assert [shop.world.keys_of(customer).record(customer)] == await shop.keys_with(customer)
    assert {} == shop.left(AN, WORDS[AN])


async def test_what_is_held_for_a_neighbour_stays_and_what_was_held_for_the_erased_is_not_even_in_a_snapshot(shop: Forgetting) -> None:
    await shop.world.neighbours(BINH, AN, CHI)
    process = await shop.world.working()
    shop.world.provider.on(f"echo {WORDS[BINH]}", Throttled("slow down", retry_after=300, whole_account=True))
    await shop.world.say(BINH, WORDS[BINH])
    await eventually(lambda: process.counters.sends["fake", "Throttled"] == 1, what="the refusal")
    for who in (AN, CHI):
        await shop.world.say(who, WORDS[who])
    customer = await shop.world.customer(AN)
    held = shop.world.keys_of(customer).held("fake", "main")

    async def both() -> bool:
        return await shop.world.links.call(held, "XLEN", held) == 2

    await eventually(both, what="both held")
    await shop.erase(customer)

    assert 1 == await shop.world.links.call(held, "XLEN", held)
    assert {} == shop.left(AN, WORDS[AN])
    assert {WORDS[CHI]} == shop.left(WORDS[CHI]).keys()


async def test_the_web_chat_log_goes_too(shop: Forgetting) -> None:
    await shop.world.working()
    session = Address(channel="webchat", account="site", id="session-4711")
    (customer,) = await talk(shop, AN)
    await shop.world.tell(customer, Said(text="from the page"), address=session)
    await Chats(shop.world.links, shop.world.keys).append(session, b"an answer on the page", key="k1")
    for n in range(2):
        await LoginStore(shop.world.links, shop.world.keys).issue(session, f"go-4711-{n}", until=n)

    await shop.erase(customer)

    assert [] == await shop.keys_with("session-4711")
    assert [] == await shop.keys_with("go-4711")
    assert {} == shop.left("session-4711", "from the page", "an answer on the page")


async def test_what_was_given_up_or_not_understood_goes_too_and_the_neighbours_stays(shop: Forgetting) -> None:
    await shop.world.neighbours(AN, CHI)
    await shop.world.working()
    customer, other = await talk(shop, AN, CHI)
    keys = shop.world.keys_of(customer)
    for entry, one in (("1-0", customer), ("2-0", other)):
        event = Event(id=f"ev-{entry}", subject=customer_subject(one), body=Said(text=f"given up {entry}"))
        await shop.world.links.call(keys.dead, "HSET", keys.dead, entry, encode(Aside(event=encode(event), reason="broke", at=1)))
    for n, who in (("1", AN), ("2", CHI), ("3", AN + "0")):
        body = b'{"from": {"id": %s}}' % who.encode()
        case = Case(id=f"ca-{n}", at=shop.world.clock.now(), method="POST", url="u", path_query="/hooks", headers={}, body=body)
        await shop.cases.keep("fake", "main", case)

    await shop.erase(customer)

    assert [b"2-0"] == await shop.world.links.call(keys.dead, "HKEYS", keys.dead)
    assert ["ca-2", "ca-3"] == await shop.cases.ids("fake", "main")
    assert {} == shop.left(WORDS[AN], "given up 1-0")


class Failing:
    """An archive that is away when it shall erase."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def cursors(self) -> dict[int, str]:
        return await self._archive.cursors()

    async def export(self, customer: str) -> Export:
        return await self._archive.export(customer)

    async def erase(self, *customers: str, addresses: Sequence[Address] = ()) -> int:
        raise ArchiveAway("disk full")


class Away:
    """An archive that cannot even be read."""

    async def cursors(self) -> dict[int, str]:
        raise ArchiveAway("restarting")

    async def export(self, customer: str) -> Export:
        raise ArchiveAway("restarting")

    async def erase(self, *customers: str, addresses: Sequence[Address] = ()) -> int:
        raise ArchiveAway("restarting")


class Releasing:
    """An archive during whose export a send that hung comes to its end."""

    def __init__(self, archive: Archive, release: asyncio.Event, world: World) -> None:
        self._archive, self._release, self._world = archive, release, world

    async def cursors(self) -> dict[int, str]:
        return await self._archive.cursors()

    async def export(self, customer: str) -> Export:
        found = await self._archive.export(customer)
        self._release.set()
        await self._world.settled()
        return found

    async def erase(self, *customers: str, addresses: Sequence[Address] = ()) -> int:
        return await self._archive.erase(*customers, addresses=addresses)


async def test_a_send_that_ends_while_traces_are_looked_for_leaves_none(shop: Forgetting, archive: Archive) -> None:
    await shop.world.working()
    release = asyncio.Event()
    shop.world.provider.on(f"echo {WORDS[AN]}", release)
    await shop.world.say(AN, WORDS[AN])
    await eventually(lambda: bool(shop.world.provider.begun), what="the send")

    await shop.erase(await shop.world.customer(AN), rows=Releasing(archive, release, shop.world))

    assert [] == await shop.keys_with(AN)
    assert {} == shop.left(AN, WORDS[AN])


async def test_an_address_that_only_the_record_knew_is_found_by_the_second_try_too(shop: Forgetting) -> None:
    await shop.world.working()
    (customer,) = await talk(shop, AN)
    record = await shop.world.record(AN)
    keys, address = shop.world.keys_of(customer), shop.world.keys.address(shop.world.address(BINH))
    known = replace(record, addresses=(*record.addresses, shop.world.address(BINH)))
    await shop.world.links.call(keys.fence, "SET", keys.record(customer), encode_record(known, 2))
    await shop.world.links.call(address, "SET", address, customer)

    with pytest.raises(ArchiveAway):
        await shop.erase(customer, rows=Away())
    await shop.erase(customer)

    assert [] == await shop.keys_with(BINH)


async def test_cut_short_and_asked_again_it_finishes(shop: Forgetting, archive: Archive) -> None:
    await shop.world.working()
    older, younger = await talk(shop, AN, BINH)
    await merged(shop, older, younger)

    with pytest.raises(ArchiveAway):
        await shop.erase(older, rows=Failing(archive))
    half_way = shop.left(WORDS[AN])
    await shop.erase(older)

    assert half_way
    assert {} == shop.left(AN, BINH, WORDS[AN], WORDS[BINH], EVIDENCE)
    assert [] == await shop.keys_with("erasing")


async def test_erased_twice_is_nothing_new(shop: Forgetting) -> None:
    await shop.world.working()
    (customer,) = await talk(shop, AN)
    await shop.erase(customer)

    again = await shop.erase(customer)

    assert ((customer,), 0) == (again.customers, again.rows)


async def test_while_a_disk_still_holds_words_nothing_is_erased(shop: Forgetting) -> None:
    await shop.world.working()
    (customer,) = await talk(shop, AN)
    spooling = Spooling(shop.world.links, shop.world.keys, process="somebody")
    await spooling.register(1)

    with pytest.raises(NotNow, match="erase again"):
        await shop.erase(customer)

    assert isinstance(await shop.world.stored(customer), Live)
    await spooling.unregister()


async def test_without_a_worker_it_says_what_to_do(shop: Forgetting) -> None:
    process = await shop.world.working()
    (customer,) = await talk(shop, AN)
    await process.worker.stop()

    with pytest.raises(NotNow, match="hub serve"):
        await shop.erase(customer, deadline=0.2)


async def test_an_id_nobody_has_is_told(shop: Forgetting) -> None:
    with pytest.raises(Unknown, match="hub customer find"):
        await shop.erase("cu-nobody")
