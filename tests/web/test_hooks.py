"""The providers' door."""

import gzip
import io
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import cast

import aiohttp
import pytest
from aiohttp import web
from msgspec import json

from hub.model.errors import StoreAway, StoreFull, Unparseable
from hub.web.webhooks.door import BODY_BYTES
from hub.web.webhooks.lean_request import read_body
from tests.web.world import Shop, shop, signed

HOOK = "/hooks/standin/main"
WORD = json.encode([{"id": "m1", "who": "u1", "text": "xin chào"}])


async def posted(session: aiohttp.ClientSession, body: bytes) -> tuple[int, str]:
    async with session.post(HOOK, data=body, headers=signed(body)) as answer:
        return answer.status, await answer.text()


async def test_a_signed_word_is_accepted_before_it_is_answered() -> None:
    async with shop() as (here, session):
        status, text = await posted(session, WORD)

        assert (200, "") == (status, text)
        assert ["m1"] == [event.dedupe_id for event in here.intake.accepted]
        assert {2} == here.intake.days
        assert 1 == here.counters.webhooks["standin", "taken"]


async def test_a_wrong_signature_is_403_and_nothing_is_read() -> None:
    async with shop() as (here, session), session.post(HOOK, data=WORD, headers=signed(b"other")) as answer:
        text = await answer.text()

        assert 403 == answer.status
        assert "secret" in text
        assert [] == here.intake.accepted
        assert [] == here.cases.kept


async def test_a_signature_check_that_breaks_is_a_wrong_signature() -> None:
    head = b"POST /hooks/standin/main HTTP/1.1\r\nHost: x\r\nX-Stand-In-Signature: \xff\xfe\r\n"

    async with shop() as (here, _):
        answer = await here.knock(head + b"Content-Length: 2\r\nConnection: close\r\n\r\n[]")

        assert answer.startswith(b"HTTP/1.1 403")


async def test_an_unknown_account_is_404_with_a_sentence() -> None:
    async with shop() as (_, session), session.post("/hooks/standin/other", data=b"[]") as answer:
        assert 404 == answer.status
        assert "connect it first" in await answer.text()


async def test_a_wrong_method_is_405() -> None:
    async with shop() as (_, session), session.put(HOOK, data=b"[]") as answer:
        assert 405 == answer.status
        assert "GET, POST" == answer.headers["Allow"]


async def test_a_handshake_is_answered_as_the_channel_says() -> None:
    async with shop() as (_, session), session.get(HOOK + "?hub.challenge=1") as answer:
        assert (200, "challenge") == (answer.status, await answer.text())


async def test_a_body_over_a_megabyte_is_413_however_it_comes() -> None:
    large = b"x" * (BODY_BYTES + 1)

    async def piecewise() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    async with shop() as (here, session):
        for body in (io.BytesIO(large), piecewise()):
            async with session.post(HOOK, data=body, headers=signed(large)) as answer:
                assert 413 == answer.status
        assert [] == here.channel.seen


async def test_a_small_body_that_unpacks_to_more_than_a_megabyte_is_413() -> None:
    packed = gzip.compress(b" " * (2 * BODY_BYTES))
    head = b"POST /hooks/standin/main HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"

    async with shop() as (here, _):
        answer = await here.knock(head % len(packed) + packed)

        assert answer.startswith(b"HTTP/1.1 413")
        assert [] == here.channel.seen


async def test_a_body_in_many_pieces_is_one_body() -> None:
    body = json.encode([{"id": "m1", "who": "u1", "text": "a" * 300_000}])

    async with shop() as (here, session):
        status, _ = await posted(session, body)

        assert 200 == status
        assert 300_000 == len(here.intake.accepted[0].body.text)  # type: ignore[union-attr]


@pytest.mark.parametrize("trouble", [StoreFull("no"), StoreAway("no")])
async def test_what_cannot_be_made_durable_is_503_and_asked_for_again(trouble: StoreFull | StoreAway) -> None:
    async with shop() as (here, session):
        here.intake.trouble = trouble

        async with session.post(HOOK, data=WORD, headers=signed(WORD)) as answer:
            assert 503 == answer.status
            assert answer.headers["Retry-After"].isdigit()


async def test_a_signed_body_that_is_not_understood_is_kept_counted_and_200() -> None:
    async with shop() as (here, session):
        status, _ = await posted(session, b"{broken")

        assert 200 == status
        assert [b"{broken"] == [case.body for case in here.cases.kept]
        assert 1 == here.counters.unparsed


async def test_what_is_not_understood_and_cannot_be_kept_is_503() -> None:
    async with shop() as (here, session):
        here.cases.trouble = StoreFull("no")

        status, _ = await posted(session, b"{broken")

        assert 503 == status


async def test_one_broken_element_spares_the_rest_and_names_its_fields_only() -> None:
    body = json.encode(
        [{"id": "m1", "who": "u1", "text": "a"}, {"id": "m2", "sticker": "a secret word"}, {"id": "m3", "who": "u1", "text": "b"}]
    )

    async with shop() as (here, session):
        status, _ = await posted(session, body)

        assert 200 == status
        assert ["m1", "m3"] == [event.dedupe_id for event in here.intake.accepted]
        assert [("id", "sticker")] == [case.fields for case in here.cases.kept]


@pytest.mark.parametrize("breaks", [Unparseable("fields a"), KeyError("x"), RecursionError()])
async def test_a_parser_that_breaks_costs_no_message(breaks: Exception) -> None:
    async with shop() as (here, session):
        here.channel.breaks = breaks

        status, _ = await posted(session, WORD)

        assert 200 == status
        assert [WORD] == [case.body for case in here.cases.kept]


@pytest.mark.parametrize("trouble", [UnicodeEncodeError("utf-8", "\ud800", 0, 1, "half a character"), OverflowError("too large")])
async def test_what_no_store_can_hold_is_kept_as_it_came(trouble: Exception) -> None:
    async with shop() as (here, session):
        here.intake.trouble = trouble

        status, _ = await posted(session, WORD)

        assert 200 == status
        assert [WORD] == [case.body for case in here.cases.kept]


async def test_a_kept_case_holds_no_secret_header() -> None:
    async with shop() as (here, session):
        await posted(session, b"{broken")

        assert "x-stand-in-signature" not in here.cases.kept[0].headers
        assert "content-type" in here.cases.kept[0].headers


async def test_the_channel_sees_the_public_address_and_the_raw_query() -> None:
    async with shop(public_url="https://bot.shop.example/") as (here, session):
        await session.get(HOOK + "?a=%20b&c=%C3%A1", headers={"X-Forwarded-Host": "evil.example"})

        assert "https://bot.shop.example/hooks/standin/main?a=%20b&c=%C3%A1" == here.channel.seen[0].url
        assert "/hooks/standin/main?a=%20b&c=%C3%A1" == here.channel.seen[0].path_query


async def test_forwarded_headers_count_only_from_our_own_proxies() -> None:
    forwarded = {"X-Forwarded-Host": "bot.shop.example", "X-Forwarded-Proto": "https"}

    async with shop() as (stranger, session):
        await session.get(HOOK, headers=forwarded)
    async with shop(proxies=["127.0.0.0/8"]) as (ours, session):
        await session.get(HOOK, headers=forwarded)

    assert f"http://127.0.0.1:{stranger.port}{HOOK}" == stranger.channel.seen[0].url
    assert f"https://bot.shop.example{HOOK}" == ours.channel.seen[0].url


async def test_an_old_client_and_a_closing_one_are_answered_whole() -> None:
    head = b"POST /hooks/standin/main HTTP/%s\r\nHost: x\r\nContent-Length: %d\r\n%s: %s\r\n%s\r\n"
    sign = signed(WORD)["X-Stand-In-Signature"].encode()

    async with shop() as (here, _):
        for version, more in ((b"1.0", b""), (b"1.1", b"Connection: close\r\n")):
            answer = await here.knock(head % (version, len(WORD), b"X-Stand-In-Signature", sign, more) + WORD)
            assert answer.startswith(b"HTTP/%s 200 OK\r\n" % version)


async def test_pipelined_webhooks_are_answered_in_order() -> None:
    sign = signed(WORD)["X-Stand-In-Signature"].encode()
    good = (
        b"POST /hooks/standin/main HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nX-Stand-In-Signature: %s\r\n\r\n" % (len(WORD), sign) + WORD
    )
    bad = b"POST /hooks/standin/none HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    async with shop() as (here, _):
        answer = await here.knock(good + good + bad)

        assert [b"200", b"200", b"404"] == [part.split(b" ")[1] for part in answer.split(b"HTTP/1.1")[1:] for part in [b"x" + part]]
        assert 2 == len(here.intake.accepted)


async def test_the_ready_answer_is_a_whole_http_answer() -> None:
    async with shop() as (_, session), session.post(HOOK, data=WORD, headers=signed(WORD)) as answer:
        assert "0" == answer.headers["Content-Length"]
        assert answer.headers["Date"].endswith("GMT")


def test_the_doors_of_known_accounts_are_plain_paths() -> None:
    first = Shop().hooks.routes()[0]

    assert "/hooks/standin/main" == first.path


async def test_a_whole_body_in_memory_is_measured_too() -> None:
    class Whole:
        """A body that lies there whole, which aiohttp's flow control does not let happen over a socket today."""

        def is_eof(self) -> bool:
            return True

        def read_nowait(self) -> bytes:
            return b"x" * 11

    request = cast("web.Request", SimpleNamespace(content=Whole()))

    with pytest.raises(web.HTTPRequestEntityTooLarge):
        await read_body(request, at_most=10)
    assert b"x" * 11 == await read_body(request, at_most=11)
