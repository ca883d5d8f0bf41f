"""The chat by plain requests: the same frames, the same sessions, the same once-and-only-once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.webchat.test_browser import SESSION
from tests.webchat.world import Hub, until

Frames = list[dict[str, object]]


class Caller:
    """A page without a WebSocket."""

    def __init__(self, http: aiohttp.ClientSession, **headers: str) -> None:
        self._http = http
        self._headers = headers
        self.session = ""
        self.status = 0

    async def say(self, **frame: object) -> Frames:
        async with self._http.post("/chat/say", json=frame, headers={"X-Chat-Session": self.session, **self._headers}) as answer:
            self.status = answer.status
            frames: Frames = await answer.json(content_type=None)
        if frames and frames[0].get("type") == "welcome":
            self.session = str(frames[0]["session"])
        return frames

    async def entries(self, cursor: str = "") -> Frames:
        headers = {"X-Chat-Session": self.session, **self._headers}
        async with self._http.get("/chat/entries", params={"cursor": cursor}, headers=headers) as answer:
            self.status = answer.status
            frames: Frames = await answer.json(content_type=None)
            return frames


@pytest.fixture
async def caller(hub: Hub) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession(hub.base) as http:
        made = Caller(http)
        await made.say(type="hello")
        yield made


async def test_what_is_said_twice_is_taken_once_and_answered_to_whoever_waits(hub: Hub, caller: Caller) -> None:
    waiting = asyncio.create_task(caller.entries())
    await until(lambda: hub.door.waiting_requests == 1)

    acks = [await caller.say(type="say", id="m1", text="hi") for _ in range(2)]
    first = await waiting
    await hub.tell(SESSION, "answer", id="dl-1")
    second = await caller.entries(str(first[-1]["cursor"]))

    assert [[{"type": "ack", "id": "m1"}]] * 2 == acks
    assert ["hi"] == hub.said
    assert [("m1", "customer"), ("dl-1", "bot")] == [(frame["id"], frame["who"]) for frame in (*first, *second)]


async def test_it_is_the_same_session_as_over_a_websocket(hub: Hub, caller: Caller) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{hub.base}/chat/ws", headers={"Origin": hub.base}) as wire:
        await wire.send_json({"type": "hello", "session": caller.session})
        await wire.receive_json(timeout=5)
        await caller.say(type="say", id="m1", text="by request")

        assert "by request" == (await wire.receive_json(timeout=5))["text"]


async def test_what_was_read_is_reported_once_without_a_connection_that_remembers(hub: Hub, caller: Caller) -> None:
    for n in (1, 2, 3):
        await hub.tell(SESSION, f"{n}", id=f"dl-{n}")
    cursors = [str(frame["cursor"]) for frame in await caller.entries()]

    first = await caller.say(type="read", upto=cursors[1])
    await caller.say(type="read", upto=cursors[2], since=cursors[1])

    assert [{"type": "noted", "upto": cursors[1]}] == first
    assert ["dl-1", "dl-2", "dl-3"] == hub.read


async def test_typing_is_told_both_ways(hub: Hub, caller: Caller) -> None:
    assert [] == await caller.say(type="typing")
    assert [SESSION] == hub.typing
    waiting = asyncio.create_task(caller.entries())
    await until(lambda: hub.door.waiting_requests == 1)

    hub.agent_types(SESSION)

    assert [{"type": "typing"}] == await waiting


async def test_nothing_new_is_an_empty_answer_in_time(hub: Hub) -> None:
    patient = await Hub().tuned(poll_s=0.05).start()
    async with aiohttp.ClientSession(patient.base) as http:
        caller = Caller(http)
        await caller.say(type="hello")

        assert [] == await caller.entries()
    await patient.stop()
    assert hub.door.waiting_requests == 0


async def test_a_hub_that_goes_lets_nobody_wait(hub: Hub, caller: Caller) -> None:
    waiting = asyncio.create_task(caller.entries())
    await until(lambda: hub.door.waiting_requests == 1)

    await hub.stop()

    assert [] == await waiting


@pytest.mark.parametrize("session", ["", "session1.forged", "x"])
async def test_without_a_session_of_ours_nothing_is_said_or_shown(hub: Hub, caller: Caller, session: str) -> None:
    caller.session = session

    said = await caller.say(type="say", id="m1", text="hi")
    assert (401, "hello") == (caller.status, said[0]["code"])
    shown = await caller.entries()

    assert (401, "hello") == (caller.status, shown[0]["code"])
    assert [] == hub.said


async def test_what_is_no_frame_is_told_so(caller: Caller) -> None:
    for frame in ({"type": "nope"}, {"type": "say", "id": "a b"}, {"type": "say", "id": "a", "files": ["x"] * 11}):
        answer = await caller.say(**frame)
        assert (400, "frame") == (caller.status, answer[0]["code"])
    await caller.entries("nonsense")
    assert 400 == caller.status


async def test_a_store_that_is_away_asks_to_come_again(hub: Hub, caller: Caller) -> None:
    hub.away = hub.log.away = True

    said = await caller.say(type="say", id="m1", text="hi")
    shown = await caller.entries()
    hub.away = hub.log.away = False

    assert ("later", "m1") == (said[0]["code"], said[0]["id"])
    assert (503, "later") == (caller.status, shown[0]["code"])
    assert [{"type": "ack", "id": "m1"}] == await caller.say(type="say", id="m1", text="hi")


async def test_too_much_at_once_is_measured_over_all_requests_of_a_session() -> None:
    hub = await Hub().tuned(burst=2, per_s=0.001).start()
    async with aiohttp.ClientSession(hub.base) as http:
        caller = Caller(http)
        await caller.say(type="hello")

        codes = [(await caller.say(type="say", id=f"m{n}", text="x"))[0].get("code", "taken") for n in range(3)]

    assert ["taken", "taken", "later"] == codes
    await hub.stop()


@pytest.mark.parametrize(
    ("allowed", "origin", "answer"),
    [
        (("https://shop.example",), "https://shop.example", "https://shop.example"),
        (("*",), "https://any.example", "https://any.example"),
        (("https://shop.example",), "https://shop.example.evil.example", None),
        (("https://shop.example",), "null", None),
        ((), "https://shop.example", None),
    ],
)
async def test_only_pages_that_are_allowed_may_read_the_answers(allowed: tuple[str, ...], origin: str, answer: str | None) -> None:
    async with shop_hub(frozenset(allowed)) as hub, aiohttp.ClientSession(hub.base) as http:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-chat-session"}
        for path in ("/chat/say", "/chat/entries", "/chat/files"):
            async with http.options(path, headers=asked) as preflight:
                assert (204, answer) == (preflight.status, preflight.headers.get("Access-Control-Allow-Origin"))
                assert "Origin" == preflight.headers["Vary"]
        async with http.post("/chat/say", json={"type": "hello"}, headers={"Origin": origin}) as said:
            assert ((200 if answer else 403), answer) == (said.status, said.headers.get("Access-Control-Allow-Origin"))
            assert "Access-Control-Allow-Credentials" not in said.headers


@asynccontextmanager
async def shop_hub(allowed: frozenset[str]) -> AsyncIterator[Hub]:
    """A hub that lets those pages in, stopped whatever happens."""
    hub = await Hub().tuned(origins=allowed).start()
    try:
        yield hub
    finally:
        await hub.stop()
