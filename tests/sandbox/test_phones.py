"""The page of phones from its server's side: what it keeps over a restart, what can be made to go wrong, what a provider fetches."""

import time
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from sandbox.bringing import Bringing
from sandbox.door import screen_of
from sandbox.faults import FaultKind, Faults
from sandbox.phones import Phones
from sandbox.phones_memory import PhonesMemory
from sandbox.plugged import PLUGS
from sandbox.roads import Roads
from sandbox.shown import Bubble, Media, Webhook
from sandbox.telegram.memory import Memory
from sandbox.telegram.phones import TelegramShelf
from sandbox.telegram.stand_in import TelegramStandIn
from sandbox.troubles import TROUBLES
from tests.doors import Door, hub_door
from tests.pictures import png
from tests.processes import eventually

PICTURE = png()
ENCODED = b64encode(PICTURE).decode()


class Street:
    """A page with Telegram's phones beside all others, as the demo has it."""

    def __init__(self) -> None:
        self.telegram = TelegramStandIn()
        self.phones = Phones(more=(TelegramShelf(self.telegram),), receipts="")

    async def start(self) -> None:
        await self.telegram.start()
        await self.phones.start()

    async def stop(self) -> None:
        await self.phones.stop()
        await self.telegram.stop()


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    made = Street()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def first(kind: str) -> str:
    """The first customer of an app."""
    return PLUGS[kind].person(1)


async def fetched(http: ClientSession, url: str) -> bytes:
    async with http.get(url) as answer:
        assert 200 == answer.status
        return await answer.read()


async def test_phones_and_their_pictures_are_there_after_a_restart(street: Street, http: ClientSession, tmp_path: Path) -> None:
    said = {"chat": first("zalo"), "text": "màu này ạ", "name": "Lan", "filename": "ao.png", "content": ENCODED, "mime_type": "image/png"}
    async with http.post(f"{street.phones.base_url}/zalo/_sandbox/say", json=said) as answer:
        assert 200 == answer.status
    PhonesMemory(street.phones, tmp_path / "apps.json").write()

    again = Street()
    PhonesMemory(again.phones, tmp_path / "apps.json").read()
    await again.start()

    phone = again.phones.desk("zalo").phone(first("zalo"))
    (bubble,) = phone.bubbles
    name = bubble.media[0].url.rpartition("/")[2]
    assert ("Lan", "màu này ạ", "ao.png") == (phone.name, bubble.text, bubble.media[0].name)
    assert PICTURE == await fetched(http, f"{again.phones.base_url}/zalo/_sandbox/media/{name}")
    await again.stop()


async def test_a_file_cut_off_in_the_middle_is_no_memory(street: Street, tmp_path: Path) -> None:
    file = tmp_path / "apps.json"
    file.write_bytes(b'{"zalo": [{"id"')

    PhonesMemory(street.phones, file).read()

    assert [] == street.phones.desk("zalo").phone(first("zalo")).bubbles


async def test_what_did_not_change_is_not_written_again(street: Street, tmp_path: Path) -> None:
    file, desk = tmp_path / "apps.json", street.phones.desk("zalo")
    memory = PhonesMemory(street.phones, file)
    memory.write()
    file.unlink()

    memory.write()
    untouched = file.exists()
    desk.say(first("zalo"), "xin chào")
    memory.write()

    assert (False, True) == (untouched, file.exists())


async def test_a_picture_sent_on_telegrams_phone_is_told_and_is_there_after_a_restart(
    street: Street, http: ClientSession, tmp_path: Path
) -> None:
    said = {"chat": "1001", "text": "màu này ạ", "name": "Lan", "filename": "ao.png", "content": ENCODED}
    async with http.post(f"{street.phones.base_url}/telegram/_sandbox/say", json=said) as answer:
        assert 200 == answer.status
    Memory(street.telegram, tmp_path / "phones.json").write()

    again = TelegramStandIn()
    Memory(again, tmp_path / "phones.json").read()
    await again.start()

    (update,) = street.telegram.world.waiting()
    message = update.body["message"]
    assert isinstance(message, dict)
    (size,) = message["photo"]
    assert ("màu này ạ", len(PICTURE)) == (message["caption"], size["file_size"])
    assert PICTURE == await fetched(http, f"{again.base_url}/file/bot{again.token}/files/{size['file_id']}")
    assert PICTURE == await fetched(http, f"{again.base_url}/_sandbox/media/{size['file_id']}")
    await again.stop()


@pytest.mark.parametrize("kind", [*PLUGS, "telegram"])
async def test_every_trouble_of_a_phones_menu_befalls_that_customer_alone(street: Street, http: ClientSession, kind: str) -> None:
    async with http.get(f"{street.phones.base_url}/_phones/apps") as answer:
        troubles = next(app["troubles"] for app in await answer.json() if app["kind"] == kind)
    faults = street.telegram.faults if kind == "telegram" else street.phones.desk(kind).faults
    url = f"{street.phones.base_url}/_phones/{kind}/trouble"

    found = []
    for name in troubles:
        async with http.post(url, json={"chat": "lan", "name": name}) as answer:
            assert 200 == answer.status
        fits = [(method, chat) for method in ("webhook", "reply", "send") for chat in ("minh", "lan") if faults.pick(method, chat)]
        faults.clear()
        found.append({chat for _, chat in fits})
    async with http.post(url, json={"chat": "lan", "name": "fire"}) as answer:
        unknown = answer.status
    async with http.post(url, data=b'{"chat": "lan", "name": "busy"}') as answer:
        foreign = answer.status

    assert {"busy", "down", "silent", "cut", "twice"} <= set(troubles)
    assert [{"lan"}] * len(troubles) == found
    assert (404, 415) == (unknown, foreign)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with hub_door() as door:
        yield door


async def brought(door: Door, *words: bytes, alone: float) -> list[bytes]:
    """What a hub hears of these, told while two shall be swapped."""
    faults = Faults()
    bringing = Bringing(faults, alone=alone)
    bringing.hook, arrived = door
    faults.add(next(fault for fault in TROUBLES.values() if fault.kind is FaultKind.REORDER))
    for word in words:
        bringing.bring("lan", Webhook(body=word, headers={}))
    await eventually(lambda: len(arrived) == len(words), what="all of them")
    await bringing.stop()
    return arrived


async def test_of_two_lines_that_are_swapped_the_second_comes_first(door: Door) -> None:
    assert [b"second", b"first", b"third"] == await brought(door, b"first", b"second", b"third", alone=60.0)


async def test_a_line_that_waits_to_be_overtaken_comes_alone_where_nothing_follows(door: Door) -> None:
    assert [b"first"] == await brought(door, b"first", alone=0.05)


async def test_a_provider_fetches_what_lies_on_this_machine_and_leaves_every_other_address(street: Street, http: ClientSession) -> None:
    desk, lender = street.phones.desk("viber"), street.phones.desk("zalo")
    here, away = lender.keep(PICTURE, "image/png"), "https://elsewhere.example/ao.png"
    desk.roads.lead("https://shop.example/", f"{street.phones.base_url}/")
    public = here.replace(f"{street.phones.base_url}/", "https://shop.example/")

    bubble = desk.show("lan", Bubble(n=0, media=tuple(Media(kind="image", url=url) for url in (here, away, public))))

    own = f"{desk.base_url}/_sandbox/media/"
    await eventually(lambda: [True, False, True] == [piece.url.startswith(own) for piece in bubble.media], what="two copies")
    assert [PICTURE, PICTURE] == [await fetched(http, bubble.media[n].url) for n in (0, 2)]
    assert away == bubble.media[1].url
    assert not Roads().end_here(away)


async def test_nobody_types_any_more_once_the_answer_is_there(street: Street) -> None:
    desk = street.phones.desk("line")
    desk.phone("lan").typing_until = time.monotonic() + 60

    desk.show("lan", Bubble(n=0, text="Dạ còn ạ"))

    assert not screen_of(desk.phone("lan")).typing
