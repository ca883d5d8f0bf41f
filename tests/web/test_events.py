"""The event door: who may say what of whom, what is refused with its field, and that a bad element spares the rest."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import json

from hub.engine.clock import SystemClock
from hub.model.address import Address, shop_address
from hub.model.errors import StoreFull
from hub.model.events.event import Identified, Incoming, Tracked
from hub.model.webchat.chat import session_token
from hub.web.auth.tokens import Tokens
from hub.web.http.origin import Origin
from hub.web.http.problems import Problem
from hub.web.tracking.door import BATCH_BYTES, EventDoor, EventKeys
from hub.web.tracking.reading import CALL_BYTES
from tests.web.world import opened

KEY, TOKEN, SESSION_KEY = "the write key of the tests", "a token that is long enough", b"k" * 32
PAGE = Address(channel="webchat", account="web", id="a-session-of-the-page")
SERVER = {"Authorization": "Basic " + b64encode(f"{KEY}:".encode()).decode()}
BROWSER = {"X-Chat-Session": session_token(PAGE, SESSION_KEY)}


class Clock(SystemClock):
    """Stands still, so that instants can be told."""

    def now(self) -> int:
        return 1_790_000_000_000


class Desk:
    """What was taken in, or that nothing can be."""

    def __init__(self) -> None:
        self.taken: list[Incoming] = []
        self.full = False

    async def accept(self, incoming: list[Incoming]) -> None:
        if self.full:
            raise StoreFull("full")
        self.taken += incoming


class Door:
    """The door, and somebody before it."""

    def __init__(self, http: aiohttp.ClientSession, desk: Desk) -> None:
        self.http, self.desk = http, desk

    async def post(
        self, path: str, body: object, *, headers: Mapping[str, str] = SERVER, raw: bytes = b""
    ) -> tuple[int, dict[str, object]]:
        content = raw or json.encode(body)
        async with self.http.post(path, data=content, headers={"Content-Type": "application/json", **headers}) as answer:
            told = await answer.read()
            return answer.status, json.decode(told) if told else {}

    async def problem(self, path: str, body: object, *, headers: Mapping[str, str] = SERVER) -> Problem:
        async with self.http.post(path, data=json.encode(body), headers={"Content-Type": "application/json", **headers}) as answer:
            return json.decode(await answer.read(), type=Problem)


@pytest_asyncio.fixture
async def door() -> AsyncIterator[Door]:
    desk, origin, clock = Desk(), Origin(public_url="", proxies=()), Clock()
    keys = EventKeys(write_key=KEY, session_key=SESSION_KEY, account="web", origins=frozenset({"https://shop.example"}))
    made = EventDoor(keys, desk.accept, tokens=Tokens({"t": TOKEN}, origin=origin, clock=clock), origin=origin, clock=clock)
    async with opened(made.routes()) as (session, _):
        yield Door(session, desk)


async def test_the_shops_server_tells_of_a_user_by_write_key_or_token(door: Door) -> None:
    call = {"userId": "u1", "event": "Order Completed", "properties": {"order_id": "o1", "total": 10}, "messageId": "m1"}

    by_key = await door.post("/v1/track", call)
    by_token = await door.post("/v1/track", call, headers={"Authorization": f"Bearer {TOKEN}"})

    assert (200, {"success": True}) == by_key == by_token
    first, second = door.desk.taken
    assert shop_address("u1") == first.address
    assert first.dedupe_id == second.dedupe_id == "u1:v1:m1"
    assert isinstance(first.body, Tracked)
    assert ("Order Completed", "server", "m1") == (first.body.name, first.body.source, first.body.message_id)


async def test_a_page_is_its_session_and_nobody_else(door: Door) -> None:
    event = {"event": "Cart Viewed", "properties": {"products": []}}

    mine = await door.post("/v1/track", {**event, "anonymousId": "somebody-elses-session"}, headers=BROWSER)
    in_body = await door.post("/v1/track", {**event, "context": {"session": BROWSER["X-Chat-Session"]}}, headers={})
    named = await door.problem("/v1/track", {**event, "userId": "u1"}, headers=BROWSER)

    assert (200, 200) == (mine[0], in_body[0])
    assert [PAGE, PAGE] == [one.address for one in door.desk.taken]
    assert (403, "$.userId") == (named.status, named.field)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Chat-Session": "forged.proof"},
        {"Authorization": "Basic " + b64encode(b"wrong:").decode()},
        {"Authorization": "Basic ???"},
        {"Authorization": "Bearer wrong but long enough"},
    ],
)
async def test_who_is_not_known_is_refused(door: Door, headers: dict[str, str]) -> None:
    status, _ = await door.post("/v1/track", {"userId": "u1", "event": "X"}, headers=headers)

    assert (401, []) == (status, door.desk.taken)


async def test_both_names_in_one_call_of_the_server_say_that_two_are_one_and_never_from_a_page(door: Door) -> None:
    await door.post("/v1/identify", {"userId": "u1", "anonymousId": PAGE.id, "traits": {"name": "Mai", "vip": True, "tags": ["x"]}})

    session, user = door.desk.taken
    assert (PAGE, Identified(user="u1", source="server")) == (session.address, session.body)
    assert (shop_address("u1"), Identified(user="u1", traits={"name": "Mai", "vip": "true"}, source="server")) == (user.address, user.body)


async def test_an_unknown_anonymous_id_is_nowhere_to_send_to(door: Door) -> None:
    await door.post("/v1/track", {"anonymousId": "ajs!1", "event": "X"})

    assert shop_address("anonymous:ajs!1") == door.desk.taken[0].address


async def test_the_instant_is_corrected_by_what_the_callers_clock_says_now(door: Door) -> None:
    call = {"userId": "u1", "event": "X", "timestamp": "2026-01-01T10:00:00Z", "sentAt": "2026-01-01T10:05:00.000Z"}

    await door.post("/v1/track", call)
    await door.post("/v1/track", {**call, "timestamp": "2031-01-01T10:00:00Z"})

    now = Clock().now()
    assert [now - 300_000, now] == [one.at for one in door.desk.taken]


async def test_names_of_ga4_become_ours(door: Door) -> None:
    item = {"item_id": "p1", "item_name": "Shirt", "price": 10, "quantity": 2}

    await door.post("/v1/track", {"userId": "u1", "event": "add_to_cart", "properties": {"currency": "VND", "value": 20, "items": [item]}})

    body = door.desk.taken[0].body
    assert isinstance(body, Tracked)
    told = json.decode(body.properties)
    assert ("Product Added", "p1", "Shirt", 2) == (body.name, told["product_id"], told["name"], told["quantity"])


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/track", {"event": "X"}, "$.userId"),
        ("/v1/track", {"userId": "u1"}, ""),
        ("/v1/track", {"userId": 7, "event": "X"}, "$.userId"),
        ("/v1/track", {"userId": "u1", "event": "X", "timestamp": "yesterday"}, "$.timestamp"),
        ("/v1/track", {"userId": "u1", "event": "X", "messageId": "m" * 101}, "$.messageId"),
        (
            "/v1/track",
            {"userId": "u1", "event": "Cart Viewed", "properties": {"products": [{"price": []}]}},
            "$.properties.products[0].price",
        ),
        ("/v1/identify", {"userId": "u1", "traits": []}, "$.traits"),
        ("/v1/batch", {"batch": []}, "$.batch"),
        ("/v1/batch", {"batch": [{"type": "page"}]}, "$.batch[0].type"),
    ],
)
async def test_a_wrong_call_is_refused_with_its_field(door: Door, path: str, body: dict[str, object], field: str) -> None:
    found = await door.problem(path, body)

    assert (400, field) == (found.status, found.field)
    assert [] == door.desk.taken


async def test_a_bad_element_of_a_batch_spares_the_rest_and_is_told(door: Door) -> None:
    good = {"type": "track", "userId": "u1", "event": "X"}
    big = {**good, "properties": {"text": "x" * CALL_BYTES}}

    status, told = await door.post("/v1/batch", {"batch": [good, {"type": "screen"}, big, {**good, "event": ""}]})

    assert (200, 1) == (status, told["taken"])
    assert [1, 2, 3] == [one["index"] for one in told["refused"]]  # type: ignore[attr-defined]


async def test_sizes_are_limited(door: Door) -> None:
    large, _ = await door.post("/v1/track", {"userId": "u1", "event": "X", "properties": {"t": "x" * CALL_BYTES}})
    batch, _ = await door.post("/v1/batch", {"batch": [{"type": "track", "userId": "u1", "event": "x" * BATCH_BYTES}]})

    assert (413, 413) == (large, batch)


async def test_what_cannot_be_made_durable_is_asked_for_again(door: Door) -> None:
    door.desk.full = True

    async with door.http.post("/v1/track", json={"userId": "u1", "event": "X"}, headers=SERVER) as answer:
        assert (503, "2") == (answer.status, answer.headers["Retry-After"])


async def test_pages_of_the_shops_origins_may_call_and_others_may_not(door: Door) -> None:
    async def asked(origin: str) -> tuple[int, str]:
        headers = {**BROWSER, "Origin": origin}
        async with door.http.post("/v1/track", json={"event": "X"}, headers=headers) as answer:
            return answer.status, answer.headers.get("Access-Control-Allow-Origin", "")

    async with door.http.options("/v1/track", headers={"Origin": "https://shop.example"}) as preflight:
        allowed = preflight.headers["Access-Control-Allow-Headers"]

    assert (200, "https://shop.example") == await asked("https://shop.example")
    assert (403, "") == await asked("https://evil.example")
    assert "x-chat-session" in allowed.lower()


async def test_a_page_in_too_much_of_a_hurry_is_slowed_down_and_the_server_is_not(door: Door) -> None:
    pages = [await door.post("/v1/track", {"event": "X"}, headers=BROWSER) for _ in range(80)]
    server = [await door.post("/v1/track", {"userId": "u1", "event": "X"}) for _ in range(80)]

    assert {200, 429} == {status for status, _ in pages}
    assert {200} == {status for status, _ in server}


@given(body=st.binary(max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_no_bytes_break_the_door(door: Door, body: bytes) -> None:
    for path in ("/v1/track", "/v1/identify", "/v1/batch"):
        status, _ = await door.post(path, {}, raw=body or b"{")
        assert 400 <= status < 500 or status == 200
