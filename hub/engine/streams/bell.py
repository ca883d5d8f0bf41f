"""Waiting for a bell, but not for ever."""

import asyncio


async def rung(bell: asyncio.Event, *, within: float | None) -> bool:
    """Wait until it is set, at most so many seconds; whether it was.

    Not `asyncio.wait_for`: in Python 3.11 it swallows a cancellation that comes within two rounds of the loop behind the bell, and who was
    told to end goes on for ever.
    """
    try:
        async with asyncio.timeout(within):
            await bell.wait()
    except TimeoutError:
        return False
    return True
