"""Files on their way in: what comes broken, slowly, or not to its end costs neither the hub nor its neighbours."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from hub.model.address import Address
from hub.model.webchat.chat import session_token
from hub.web.chat.files import OF_ONE
from tests.pictures import png
from tests.webchat.world import ACCOUNT, KEY, Hub

PICTURE = png(size=100)


def token_of(session: str) -> str:
    return session_token(Address(channel="webchat", account=ACCOUNT, id=session), KEY)


@pytest.fixture
async def http(hub: Hub) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"X-Chat-Session": token_of("somebody")}
    async with aiohttp.ClientSession(hub.base, headers=headers) as http:
        yield http


async def begun(hub: Hub, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An upload of which so much has come; the hub has begun with it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
    head = f"POST /chat/files HTTP/1.1\r\nHost: h\r\nX-Chat-Session: {token_of('slow')}\r\nContent-Length: {len(PICTURE)}\r\n"
    writer.write(f"{head}Expect: 100-continue\r\n\r\n".encode() + body)
    assert b"100" in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def gone(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


async def test_few_of_one_address_are_read_at_a_time_and_the_next_goes_on_when_one_ends(hub: Hub, http: aiohttp.ClientSession) -> None:
    """Guard: the places of an address."""
    slow = [await begun(hub, PICTURE[:10]) for _ in range(OF_ONE)]

    reader, writer = await begun(hub, PICTURE)
    answer = asyncio.ensure_future(reader.readuntil(b"\r\n"))
    # Whatever else is asked is answered meanwhile.
    async with http.get("/media/0000000000000000") as other:
        assert 404 == other.status
    waits = not answer.done()
    await gone(slow[0][1])

    assert (True, b"HTTP/1.1 201 Created\r\n") == (waits, await answer)
    for one in (writer, *(writer for _, writer in slow[1:])):
        await gone(one)


@pytest.mark.parametrize("path", ["/chat/files", "/chat/say"])
async def test_what_is_not_compressed_as_it_says_is_a_400(http: aiohttp.ClientSession, path: str) -> None:
    headers = {"Content-Encoding": "gzip"}

    async with http.post(path, data=PICTURE, headers=headers) as answer:
        assert 400 == answer.status
