"""Whatever is sent to the API: a clear 4xx with the field and the remedy, never a 5xx."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from io import BytesIO
from json import dumps

import aiohttp
import pytest
from aiohttp.web import RouteDef
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.model.errors import SettingsError
from hub.web.api.all_routes import ROUTES
from hub.web.api.table import BODY_BYTES, Route
from hub.web.auth.callers import Open
from hub.web.auth.tokens import WRONG_AT_MOST, Tokens
from hub.web.http.origin import Origin
from hub.web.http.problems import PROBLEM_TYPE
from hub.web.http.throttle import WINDOW_S
from tests.servers import Node
from tests.web.desk_world import TOKEN, Store, live, served, stored
from tests.web.world import opened, shop

NOTE = "/api/customers/cu-1/note"
TEXT = st.text(max_size=12) | st.sampled_from(["\0", "\u202e", "\ud800", "\udfff", "x" * 30_000, "../..", "%00", "👩‍👩‍👧"])
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["agent", "text", "to", "attachments", "quick_replies", "name", "other", "evidence", "state", "by", "delivery", "key", "not_after"]
)
BODY = (
    st.binary(max_size=100)
    | VALUE.map(lambda value: dumps(value).encode())
    | st.dictionaries(FIELDS, VALUE, max_size=6).map(lambda value: dumps(value).encode())
    | st.integers(1, 60_000).map(lambda deep: b'{"agent":' * deep)
    | st.integers(1, 60_000).map(lambda deep: b"[" * deep)
)
FILLED = st.fixed_dictionaries(
    {
        "agent": TEXT, "delivery": TEXT, "name": TEXT, "by": TEXT, "evidence": TEXT,
        "other": st.just("cu-2") | TEXT, "state": st.sampled_from(["on", "off"]),
    },
    optional={
        "text": TEXT, "reason": TEXT, "summary": TEXT, "detail": TEXT, "conversation": TEXT, "key": TEXT,
        "to": st.fixed_dictionaries({"channel": TEXT, "account": TEXT, "id": TEXT}) | VALUE,
        "attachments": st.lists(
            st.fixed_dictionaries({"kind": st.sampled_from(["image", "file", "x"])}, optional={"url": TEXT, "size": st.integers()}),
            max_size=3,
        ),
        "quick_replies": st.lists(st.fixed_dictionaries({"title": TEXT}), max_size=3), "not_after": st.integers(),
    },
)  # fmt: skip
KNOWN = {"tests": TOKEN}
CLOSED = [route for route in ROUTES if route.right is not Open.EVERYBODY]


@pytest.fixture
async def session(store: Store) -> AsyncIterator[aiohttp.ClientSession]:
    await store.put(live("cu-1"))
    async with served(store) as session:
        yield session


async def problem(session: aiohttp.ClientSession, **how: object) -> dict[str, object]:
    async with session.post(NOTE, **how) as answer:  # type: ignore[arg-type]
        assert PROBLEM_TYPE == answer.content_type
        body: dict[str, object] = await answer.json(content_type=None)
        assert answer.status == body["status"]
        return body


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b'{"name":7}', "$.name", "expected `str`, got `int`"),
        (b"{}", "", "missing required field `name`"),
        (b'{"name":"x","nmae":1}', "", "unknown field `nmae`"),
        (b'{"name":""}', "$.name", "length >= 1"),
        (b'{"name":"' + b"x" * 129 + b'"}', "$.name", "length <= 128"),
        (b'{"name":"a\\u0000b"}', "$.name", "NUL"),
        (b'{"name":"\xff"}', "", "UTF-8"),
        (b"{broken", "", "JSON is malformed"),
        (b"", "", "truncated"),
        (b'{"name":' + b"[" * 100_000, "$.name", "got `array`"),
    ],
)
async def test_a_wrong_body_is_400_with_the_field_and_what_is_wrong(
    session: aiohttp.ClientSession, body: bytes, field: str, words: str
) -> None:
    told = await problem(session, data=body, headers={"Content-Type": "application/json"})

    assert (400, field) == (told["status"], told.get("field", ""))
    assert words in str(told["detail"])


async def test_a_body_that_is_not_compressed_as_it_says_is_a_400(session: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}

    told = await problem(session, data=b'{"name":"x"}', headers=headers)

    assert (400, True) == (told["status"], "not compressed" in str(told["detail"]))


async def test_another_type_is_415(session: aiohttp.ClientSession) -> None:
    assert 415 == (await problem(session, data=b"name=x", headers={"Content-Type": "application/x-www-form-urlencoded"}))["status"]
    assert 415 == (await problem(session, data=b"{}", skip_auto_headers=["Content-Type"]))["status"]


async def test_a_large_body_is_413_however_it_comes(session: aiohttp.ClientSession) -> None:
    large = b'{"name":"' + b"x" * BODY_BYTES + b'"}'

    async def piecewise() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    for body in (BytesIO(large), piecewise()):
        assert 413 == (await problem(session, data=body, headers={"Content-Type": "application/json"}))["status"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=x", "$.limit"),
        ("limit=0", "$.limit"),
        ("limit=999999", "$.limit"),
        ("state=all", "$.state"),
        ("cursor=nonsense", "$.cursor"),
        ("what=1", ""),
    ],
)
async def test_a_wrong_query_is_400(session: aiohttp.ClientSession, query: str, field: str) -> None:
    async with session.get(f"/api/conversations?{query}") as answer:
        told = await answer.json(content_type=None)

    assert (400, field) == (answer.status, told.get("field", ""))


async def test_a_wrong_method_and_a_wrong_path_are_told(session: aiohttp.ClientSession) -> None:
    async with session.delete(NOTE) as answer:
        assert (405, "POST") == (answer.status, answer.headers["Allow"])
    async with session.get("/api/customer/cu-1") as answer:
        assert 404 == answer.status
        assert "/api/openapi.json" in (await answer.json(content_type=None))["detail"]


@pytest.mark.parametrize("key", ["x" * 201, "naïve"])
async def test_a_wrong_key_is_400(session: aiohttp.ClientSession, key: str) -> None:
    told = await problem(session, json={"name": "x"}, headers={"Idempotency-Key": key})

    assert (400, "Idempotency-Key") == (told["status"], told["field"])


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic abc", "Bearer wrong", f"Bearer {TOKEN}x", "Bearer \u00ff"])
async def test_without_the_right_token_it_is_401_on_every_route(session: aiohttp.ClientSession, given: str) -> None:
    route = CLOSED[len(given) % len(CLOSED)]

    async with session.request(route.method, _target(route), headers={"Authorization": given}) as answer:
        assert 401 == answer.status
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_every_route_asks_for_the_token(session: aiohttp.ClientSession) -> None:
    del session.headers["Authorization"]

    for route in CLOSED:
        async with session.request(route.method, _target(route)) as answer:
            assert 401 == answer.status, route.name


async def test_guessing_is_slowed_down_per_address_and_ends(store: Store) -> None:
    class Later:
        def __init__(self) -> None:
            self.at = 0.0

        def now(self) -> int:
            return 0

        def boottime(self) -> float:
            return self.at

        async def sleep(self, seconds: float) -> None:
            return None

    clock = Later()
    tokens = Tokens(KNOWN, origin=Origin(public_url="", proxies=()), clock=clock)
    async with opened(_routes(store, tokens)) as (session, _):

        async def tried(token: str) -> int:
            async with session.get("/api/channels", headers={"Authorization": f"Bearer {token}"}) as answer:
                return answer.status

        wrong = [await tried(f"guess {n}") for n in range(WRONG_AT_MOST + 1)]
        clock.at = WINDOW_S
        after = await tried(TOKEN)

    assert [401] * WRONG_AT_MOST + [429] == wrong
    assert 200 == after


def _target(route: Route) -> str:
    return re.sub(r"\{\w+\}", "x", route.path)


def _routes(store: Store, tokens: Tokens) -> list[RouteDef]:
    return store.routes(tokens=tokens)


@pytest.mark.parametrize("tokens", [{}, {"console": "short"}])
def test_an_open_or_weak_api_is_a_settings_error(store: Store, tokens: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        Tokens(tokens, origin=Origin(public_url="", proxies=()), clock=store.clock)


async def test_answers_bear_the_security_headers(session: aiohttp.ClientSession) -> None:
    for path in ("/api/channels", "/api/customers/cu-none", "/api/openapi.json", "/nothing"):
        async with session.get(path) as answer:
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert "no-store" == answer.headers["Cache-Control"]
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_a_store_that_is_away_is_503_and_asked_for_again(store: Store, session: aiohttp.ClientSession) -> None:
    await store.links.stop()

    async with session.get("/api/customers/cu-1") as answer:
        assert 503 == answer.status
        assert answer.headers["Retry-After"].isdigit()


async def test_a_route_that_breaks_is_500_without_its_reason(store: Store, session: aiohttp.ClientSession) -> None:
    keys = store.keys.of_customer("cu-1")
    await store.links.call("x", "SET", keys.record("cu-1"), b"what is this, 0901234567")

    async with session.get("/api/customers/cu-1") as answer:
        text = await answer.text()

    assert 500 == answer.status
    assert "0901234567" not in text
    assert "our fault" in text


async def test_a_number_no_archive_holds_is_400_with_its_field(store: Store, session: aiohttp.ClientSession) -> None:
    await store.put(live("cu-1"))
    picture = {"kind": "image", "url": "https://shop.example/a.png", "size": 1 << 63}
    body = {"text": "hi", "attachments": [picture], "purpose": "service"}

    async with session.post("/api/customers/cu-1/nudge", data=dumps(body), headers={"Content-Type": "application/json"}) as answer:
        told = await answer.json(content_type=None)

    assert 400 == answer.status, told
    assert told["field"].endswith("size")


@given(st.lists(BODY, min_size=1, max_size=6), st.lists(FILLED, min_size=1, max_size=6), st.binary(max_size=30))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_body_on_any_route_is_answered_below_500(
    node: Node, bodies: list[bytes], filled: list[dict[str, object]], odd: bytes
) -> None:
    path = bytes(b for b in odd if b > 32 and b not in b"/?#%\x7f").decode("latin-1") or "x"
    async with stored(node) as store, _quick(store) as session:
        await store.put(live("cu-1"))
        await store.put(live("cu-2"))
        sendings: list[bytes | dict[str, object]] = [*bodies, *filled]
        for n, body in enumerate(sendings):
            for route in ROUTES:
                names = {
                    "customer": path if n == 1 else "cu-1",
                    "address": "a-1",
                    "partition": path,
                    "entry": path,
                    "channel": "standin",
                    "account": "main",
                    "case": path,
                    "login": path,
                    "name": path,
                }
                sent = body if isinstance(body, bytes) else _fitted(body, route)
                async with session.request(
                    route.method,
                    route.path.format_map(names),
                    data=sent,
                    headers={"Content-Type": "application/json"},
                    params={"limit": path} if n % 3 else None,
                ) as answer:
                    await answer.read()
                    assert answer.status < 500, (route.name, sent, path)


def _fitted(filled: dict[str, object], route: Route) -> bytes:
    """What of it the route's body has a field for."""
    fields = route.body.__struct_fields__ if route.body else ()
    return dumps({name: value for name, value in filled.items() if name in fields}).encode()


def _quick(store: Store) -> AbstractAsyncContextManager[aiohttp.ClientSession]:
    """The API of a desk without patience: nobody answers its mailboxes here."""
    store.desk = store.desk_with(deadline=0.0)
    return served(store)


async def test_raw_bytes_in_any_path_and_header_are_answered_below_500(store: Store) -> None:
    async with (
        shop() as (here, _),
        opened(_routes(store, Tokens(KNOWN, origin=Origin(public_url="", proxies=()), clock=store.clock))) as (_, port),
    ):
        here.port = port
        for raw in (b"\xff\xfe", b"%ff", b"%00", b"%2e%2e/%2e%2e", b"\xc0\xaf", "тест".encode()):
            for target in (b"/api/customers/" + raw, b"/api/customers/" + raw + b"/claim", b"/api/conversations?cursor=" + raw):
                answer = await here.knock(
                    b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\n\r\n"
                )
                assert int(answer.split(b" ")[1]) < 500, target
