"""The cable delays, keeps back and cuts, and never scrambles."""

import asyncio

from tests.chaos.cable import Cable


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while got := await reader.read(65536):
        writer.write(got)
    writer.close()


async def cabled() -> tuple[asyncio.Server, Cable]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    cable = Cable(server.sockets[0].getsockname()[1])
    await cable.start()
    return server, cable


async def test_bytes_stay_in_order_when_a_slow_cable_is_mended() -> None:
    server, cable = await cabled()
    reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)

    cable.delay = 0.05
    for n in range(40):
        writer.write(bytes([n]))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    await cable.mend()
    for n in range(40, 80):
        writer.write(bytes([n]))
        await asyncio.sleep(0)
    got = await reader.readexactly(80)

    assert bytes(range(80)) == got
    writer.close()
    cable.cut()
    server.close()


async def test_a_stalled_cable_brings_everything_once_it_is_mended() -> None:
    server, cable = await cabled()
    reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
    cable.stalled = True

    writer.write(b"later")
    early = asyncio.create_task(reader.readexactly(5))
    done, _ = await asyncio.wait({early}, timeout=0.1)
    await cable.mend()

    assert set() == done
    assert b"later" == await early
    writer.close()
    cable.cut()
    server.close()


async def test_a_cut_cable_closes_and_refuses_until_it_is_mended_on_the_same_port() -> None:
    server, cable = await cabled()
    port = cable.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    cable.cut()
    ended = await reader.read()
    refused = await asyncio.gather(asyncio.open_connection("127.0.0.1", port), return_exceptions=True)
    await cable.mend()
    again, its_writer = await asyncio.open_connection("127.0.0.1", port)
    its_writer.write(b"back")

    assert b"" == ended
    assert isinstance(refused[0], ConnectionRefusedError)
    assert b"back" == await again.readexactly(4)
    writer.close()
    its_writer.close()
    cable.cut()
    server.close()
