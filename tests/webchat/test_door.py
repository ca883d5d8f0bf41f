"""The WebSocket: acknowledged only when durable, nothing missing, nothing doubled, nobody else's session."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import aiohttp
import msgspec
import pytest

from hub.model.address import Address
from hub.model.events.event import Receipt, Said
from hub.model.messaging.message import QuickReply
from hub.model.webchat.chat import session_token
from hub.model.words import DeliveryState
from tests.webchat.world import ACCOUNT, KEY, Hub, Page, until

Pages = Callable[[Hub], Page]


async def test_what_is_said_is_acknowledged_once_durable_and_stands_in_the_log(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()

    await page.send({"type": "say", "id": "m1", "text": "xin chào", "payload": "order", "language": "vi"})
    frames = [await page.hear(), await page.hear()]

    assert {"ack", "entry"} == {frame["type"] for frame in frames}
    assert [Said(text="xin chào", payload="order", external_id="m1", language="vi")] == [incoming.body for incoming in hub.taken]
    assert [page.address] == [incoming.address for incoming in hub.taken]
    entry = next(frame for frame in frames if frame["type"] == "entry")
    assert ("m1", "customer", "xin chào") == (entry["id"], entry["who"], entry["text"])


async def test_what_was_not_taken_is_not_acknowledged_and_taken_when_it_comes_again(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    hub.away = True
    await page.send({"type": "say", "id": "m1", "text": "hello"})

    refusal = await page.hear()
    hub.away = False
    await page.send({"type": "say", "id": "m1", "text": "hello"})
    await page.hear_until("ack")

    assert ("error", "later", "m1") == (refusal["type"], refusal["code"], refusal["id"])
    assert ["hello"] == hub.said


async def test_a_message_whose_acknowledgement_was_lost_is_taken_once(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    hub.log.away = True  # Durable in the mailbox, then the log is away: the page is told to come again.
    await page.send({"type": "say", "id": "m1", "text": "hello"})
    assert "later" == (await page.hear_until("error"))[-1]["code"]
    await page.close()
    hub.log.away = False

    again = page_of(hub)
    await again.open(token=page.token)
    await again.send({"type": "say", "id": "m1", "text": "hello"})
    await again.hear_until("ack")

    assert ["hello"] == hub.said


async def test_a_message_that_comes_twice_stands_in_the_log_once(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()

    for _ in range(2):
        await page.send({"type": "say", "id": "m1", "text": "hello"})
        await page.hear_until("ack")
    await hub.tell(page.address, "end")
    again = page_of(hub)
    await again.open(token=page.token)

    assert ["hello", "end"] == [(await again.hear())["text"] for _ in range(2)]
    assert ["hello"] == hub.said


async def test_a_page_that_comes_back_reads_on_from_its_cursor(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    await hub.tell(page.address, "one")
    first = await page.hear()
    await page.close()
    await hub.tell(page.address, "two")

    again = page_of(hub)
    await again.open(token=page.token, cursor=str(first["cursor"]))
    await hub.tell(page.address, "three")

    assert ["two", "three"] == [(await again.hear())["text"] for _ in range(2)]


async def test_a_long_history_comes_whole_and_in_order(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    await page.close()
    for n in range(250):
        await hub.tell(page.address, str(n))

    again = page_of(hub)
    await again.open(token=page.token)

    assert [str(n) for n in range(250)] == [(await again.hear())["text"] for _ in range(250)]


async def test_a_delivery_sent_twice_is_shown_once(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()

    await hub.tell(page.address, "hi", id="dl-9", offer=(QuickReply(title="Order", payload="order"),))
    await hub.tell(page.address, "hi", id="dl-9")
    await hub.tell(page.address, "end", id="dl-10")

    frames = [await page.hear(), await page.hear()]
    assert ["dl-9", "dl-10"] == [frame["delivery"] for frame in frames]
    assert [{"title": "Order", "payload": "order"}] == frames[0]["quick_replies"]


async def test_two_pages_of_a_session_show_the_same_and_another_session_nothing_of_it(hub: Hub, page_of: Pages) -> None:
    one, other, stranger = page_of(hub), page_of(hub), page_of(hub)
    await one.open()
    await other.open(token=one.token)
    await stranger.open()

    await one.send({"type": "say", "id": "m1", "text": "secret"})
    await hub.tell(stranger.address, "for the stranger")

    assert "secret" == (await other.hear())["text"]
    assert "for the stranger" == (await stranger.hear())["text"]


@pytest.mark.parametrize(
    "forged",
    [
        "session1",
        "session1.",
        "session1.AAAA",
        ".x",
        "session1.é",
        "\x00",
        session_token(Address(channel="webchat", account=ACCOUNT, id="session1"), b"other key"),
        session_token(Address(channel="webchat", account="another", id="session1"), KEY),
    ],
)
async def test_a_forged_token_opens_a_new_session_not_the_others(hub: Hub, page_of: Pages, forged: str) -> None:
    victim = page_of(hub)
    await victim.open()
    assert "session1" == victim.address.id

    thief = page_of(hub)
    await thief.open(token=forged)

    assert victim.address != thief.address


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_a_foreign_origin_is_refused(hub: Hub, page_of: Pages, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await page_of(hub).open(origin=origin)

    assert 403 == refused.value.status


async def test_an_origin_that_was_allowed_may_connect(page_of: Pages) -> None:
    hub = await Hub().tuned(origins=frozenset({"https://shop.example"})).start()

    welcome = await page_of(hub).open(origin="https://shop.example")

    assert "welcome" == welcome["type"]
    await hub.stop()


async def test_reading_is_reported_once_per_delivery(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    await hub.tell(page.address, "one", id="dl-1")
    await hub.tell(page.address, "two", id="dl-2")
    cursors = [str((await page.hear())["cursor"]) for _ in range(2)]

    for cursor in (cursors[0], cursors[0], cursors[1]):
        await page.send({"type": "read", "upto": cursor})
        assert await page.hear() == {"type": "noted", "upto": cursor}
    again = page_of(hub)
    await again.open(token=page.token, read=cursors[1])
    await again.hear()
    await again.send({"type": "read", "upto": cursors[1]})
    await again.send({"type": "say", "id": "end", "text": "end"})
    await again.hear_until("ack")

    assert ["dl-1", "dl-2"] == hub.read
    assert {DeliveryState.READ} == {incoming.body.state for incoming in hub.taken if isinstance(incoming.body, Receipt)}


async def test_what_could_not_be_noted_as_read_is_not_said_to_be(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    await hub.tell(page.address, "one", id="dl-1")
    cursor = str((await page.hear())["cursor"])
    hub.away = True
    await page.send({"type": "read", "upto": cursor})
    refusal = await page.hear()
    hub.away = False

    await page.send({"type": "read", "upto": cursor})

    assert (refusal["type"], refusal["code"]) == ("error", "later")
    assert await page.hear() == {"type": "noted", "upto": cursor}
    assert hub.read == ["dl-1"]


async def test_a_lost_ring_delays_an_entry_but_does_not_lose_it(page_of: Pages) -> None:
    hub = await Hub().tuned(reread_s=0.05).start()
    page = page_of(hub)
    await page.open()
    hub.bell.ring = lambda _address: None  # type: ignore[assignment, method-assign]

    await hub.tell(page.address, "unrung")

    assert "unrung" == (await page.hear())["text"]
    await hub.stop()


async def test_the_log_being_away_for_a_moment_loses_nothing(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    await hub.tell(page.address, "kept")
    await page.hear()
    await page.close()
    await hub.tell(page.address, "one")
    hub.log.away = True

    again = page_of(hub)
    await again.open(token=page.token, cursor="1000-1")
    hub.log.away = False

    assert "one" == (await again.hear())["text"]


async def test_frames_that_are_not_understood_are_answered_and_the_connection_goes_on(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()

    say = '{"type":"say"'
    deep = "[" * 20_000
    for bad in ("", "{", "[]", say + "}", say + ',"id":"a b","text":"x"}', '{"type":"nope"}', '{"type":"read","upto":"x"}', deep):
        await page.raw(bad)
        assert ("error", "frame") == ((frame := await page.hear())["type"], frame["code"])
    await page.send({"type": "say", "id": "m1", "text": "still here"})
    await page.hear_until("ack")

    assert ["still here"] == hub.said


async def test_who_sends_nothing_but_nonsense_is_shown_the_door(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()

    for _ in range(20):
        await page.raw("nonsense")
    async with asyncio.timeout(30):
        async for _message in page.open_wire:
            pass

    assert 1008 == page.open_wire.close_code


async def test_a_frame_beyond_32_kb_ends_the_connection_and_nothing_else(hub: Hub, page_of: Pages) -> None:
    page, other = page_of(hub), page_of(hub)
    await page.open()
    await other.open()

    await page.raw("x" * 40_000)
    await until(lambda: hub.door.open_sockets == 1)
    await hub.tell(other.address, "unharmed")

    assert "unharmed" == (await other.hear())["text"]


async def test_an_empty_message_is_not_taken(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()

    await page.send({"type": "say", "id": "m1", "text": " \x00 "})

    assert ("empty", "m1") == ((frame := await page.hear())["code"], frame["id"])
    assert [] == hub.said


async def test_too_many_messages_at_once_are_asked_to_come_later(page_of: Pages) -> None:
    hub = await Hub().tuned(burst=2, per_s=0.001).start()
    page = page_of(hub)
    await page.open()

    for n in range(3):
        await page.send({"type": "say", "id": f"m{n}", "text": str(n)})
    refusal = (await page.hear_until("error"))[-1]

    assert ("later", "m2") == (refusal["code"], refusal["id"])
    assert ["0", "1"] == hub.said
    await hub.stop()


async def test_who_does_not_say_hello_is_not_kept() -> None:
    hub = await Hub().tuned(patience_s=0.05).start()
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{hub.base}/chat/ws", headers={"Origin": hub.base}) as wire:
        assert "hello" in await wire.receive_str(timeout=5)

    await until(lambda: hub.door.open_sockets == 0)
    await hub.stop()


async def test_one_page_more_than_allowed_is_sent_away(page_of: Pages) -> None:
    hub = await Hub().tuned(sockets=1).start()
    await page_of(hub).open()

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await page_of(hub).open()

    assert 503 == refused.value.status
    await hub.stop()


async def test_when_the_hub_goes_pages_are_told_and_none_is_left(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()

    await hub.stop()

    goodbye = await page.open_wire.receive(timeout=5)
    assert (aiohttp.WSMsgType.CLOSE, 1012) == (goodbye.type, goodbye.data)
    assert 0 == hub.door.open_sockets


async def test_the_page_is_served_with_a_policy_that_allows_nothing_from_elsewhere(hub: Hub) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/chat", "/chat/mark.svg"):
            async with http.get(hub.base + path) as answer:
                assert 200 == answer.status
                assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
                assert "nosniff" == answer.headers["X-Content-Type-Options"]


async def test_the_widget_is_one_small_script_for_any_page(hub: Hub) -> None:
    async with (
        aiohttp.ClientSession(auto_decompress=False) as http,
        http.get(f"{hub.base}/widget.js", headers={"Accept-Encoding": "gzip"}) as answer,
    ):
        packed, headers = await answer.read(), answer.headers

    assert (200, "gzip", "text/javascript; charset=utf-8") == (answer.status, headers["Content-Encoding"], headers["Content-Type"])
    assert "cross-origin" == headers["Cross-Origin-Resource-Policy"]
    assert len(packed) < 25_000


async def test_a_widget_that_was_never_built_names_the_remedy(tmp_path: Path) -> None:
    hub = await Hub().tuned(built=tmp_path).start()

    async with aiohttp.ClientSession() as http, http.get(f"{hub.base}/widget.js") as answer:
        assert (503, True) == (answer.status, "make screens" in await answer.text())
    await hub.stop()


async def test_files_of_a_message_are_told_to_the_page_and_the_customers_other_pages(hub: Hub, page_of: Pages) -> None:
    page, other = page_of(hub), page_of(hub)
    await page.open()
    await other.open(token=page.token)
    kept = await hub.filing.from_customer(b"GIF89a....", name="cat.gif", address=page.address)

    await page.send({"type": "say", "id": "m1", "files": [kept.id]})

    for one in (page, other):
        entry = (await one.hear_until("entry"))[-1]
        links = msgspec.convert(entry["links"], list[dict[str, object]])
        assert [(f"/media/{kept.id}", "cat.gif", "image/gif", 10)] == [(x["url"], x["name"], x["mime"], x["size"]) for x in links]
    assert {kept.id} == hub.shelf.said


async def test_after_signing_out_nothing_of_the_session_before_comes(hub: Hub, page_of: Pages) -> None:
    page = page_of(hub)
    await page.open()
    before = page.address
    await hub.tell(before, "for you")
    await page.hear_until("entry")

    await page.send({"type": "logout"})
    welcome = (await page.hear_until("welcome"))[-1]
    await hub.tell(before, "too late")
    page.token = str(welcome["session"])
    await page.send({"type": "say", "id": "m1", "text": "who am I"})

    assert ["who am I"] == [frame["text"] for frame in await page.hear_until("entry") if frame["type"] == "entry"]
    assert before != page.address
