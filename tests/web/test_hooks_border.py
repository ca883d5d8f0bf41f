"""Whatever bytes come to the providers' door: a clear answer, nothing lost, nothing broken."""

from json import dumps

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json

from tests.web.world import shop, signed

NASTY = st.sampled_from(["\0", "\u202e", "\ud800", "'; DROP", "a" * 70_000, "👩‍👩‍👧", "\x1b[2J"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | NASTY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | NASTY, inner, max_size=4),
    max_leaves=10,
)
WORDS = st.lists(
    st.fixed_dictionaries({"id": st.text(max_size=5), "who": st.just("u1"), "text": st.text(max_size=20)}) | VALUES, max_size=5
)
BODIES = (
    st.binary(max_size=300)
    | WORDS.map(lambda words: dumps(words).encode())
    | st.integers(1, 60_000).map(lambda deep: b"[" * deep)
    | st.integers(1, 60_000).map(lambda deep: b'[{"a":' * deep)
    | st.text(max_size=50).map(lambda text: b'[{"id":"m\\u0000","who":"u1","text":' + json.encode(text) + b"}]")
    | st.lists(st.fixed_dictionaries({"id": st.text(max_size=5), "who": st.just("u1"), "text": st.text(max_size=9)}), max_size=4).map(
        json.encode
    )
)


@given(st.lists(BODIES, min_size=1, max_size=8))
@settings(max_examples=25)
async def test_a_signed_body_is_understood_or_kept_never_lost(bodies: list[bytes]) -> None:
    async with shop() as (here, session):
        for body in bodies:
            before = len(here.intake.accepted) + len(here.cases.kept)

            async with session.post("/hooks/standin/main", data=body, headers=signed(body)) as answer:
                assert 200 == answer.status

            taken = len(here.intake.accepted) + len(here.cases.kept) - before
            assert taken > 0 or b"[]" == body


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=8), st.binary(max_size=40))
@settings(max_examples=25)
async def test_an_unsigned_body_is_always_403(bodies: list[bytes], signature: bytes) -> None:
    header = bytes(b for b in signature if b > 32 and b != 127)

    async with shop() as (here, _):
        for body in bodies:
            head = b"POST /hooks/standin/main HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Stand-In-Signature: %s\r\n" % header
            answer = await here.knock(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

            # What is no HTTP is refused one floor below.
            assert answer.split(b" ")[1] in {b"403", b"400"}
        assert [] == here.intake.accepted
        assert [] == here.cases.kept


@given(st.lists(st.binary(max_size=80), min_size=1, max_size=8))
@settings(max_examples=40)
async def test_any_path_is_answered_below_500(paths: list[bytes]) -> None:
    async with shop() as (here, _):
        for path in paths:
            target = bytes(b for b in path if b > 32 and b != 127)
            for before in (b"/hooks/", b"/hooks/standin/", b"/hooks/standin/main?", b"/"):
                answer = await here.knock(b"GET %s%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % (before, target))

                assert int(answer.split(b" ")[1]) < 500


@given(st.binary(max_size=200))
@settings(max_examples=40)
async def test_broken_http_is_answered_below_500_or_closed(rest: bytes) -> None:
    head = b"POST /hooks/standin/main HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    zipped = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(rest)

    async with shop() as (here, _):
        for raw in (head + b"Transfer-Encoding: chunked\r\n\r\n" + rest + b"\r\n\r\n", head + zipped + rest, rest + b"\r\n\r\n"):
            answer = await here.knock(raw, end=True)

            assert not answer or int(answer.split(b" ")[1]) < 500
