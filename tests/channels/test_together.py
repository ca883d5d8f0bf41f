"""Calls made at once: none goes on once the first error is told."""

import asyncio

import pytest

from channels import http
from hub.model.errors import TemporaryFailure

LAPS = 20
"""Of the loop: more than an error needs to be told."""


async def test_what_they_come_to_stands_in_the_order_asked() -> None:
    first_may_end = asyncio.Event()

    async def first() -> int:
        await first_may_end.wait()
        return 1

    async def second() -> int:
        first_may_end.set()
        return 2

    assert await http.together(first(), second()) == [1, 2]


async def test_an_error_is_told_once_every_call_has_ended() -> None:
    ended = []
    refused = asyncio.Event()

    async def refusing() -> None:
        refused.set()
        raise TemporaryFailure("busy")

    async def slower() -> None:
        await refused.wait()
        for _ in range(LAPS):
            await asyncio.sleep(0)
        ended.append("slower")

    with pytest.raises(TemporaryFailure):
        await http.together(refusing(), slower())

    assert ended == ["slower"]
