"""An Instagram account without a Page: its own token is renewed long before it ends, beside what is sent."""

from collections.abc import AsyncIterator

import pytest

from channels.kinds import Outside
from channels.meta.instagram import ALONE, Instagram
from config.accounts.outside import alone
from config.preview.frozen_clock import FrozenClock
from hub.model.messaging.message import Message
from sandbox.messaging import INSTAGRAM, SEND
from tests.channels.contract import TOKEN, delivery, send_all
from tests.channels.messaging_world import PERSON, World, a_world, built
from tests.processes import eventually

NOW = 1_760_000_000_000
DAY = 86_400_000
HELLO = delivery(Message(text="Dạ"), to=PERSON)


class MovedClock(FrozenClock):
    """Stands still until it is moved."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self._ahead = 0

    def forward(self, ms: int) -> None:
        """Let so much time pass."""
        self._ahead += ms

    def now(self) -> int:
        """The moment it stands at."""
        return super().now() + self._ahead


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with a_world(INSTAGRAM) as world:
        yield world


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(NOW)


@pytest.fixture
def outside(world: World, clock: MovedClock) -> Outside:
    return alone(world.session, clock=clock)


def made(world: World, outside: Outside, token: str = TOKEN) -> Instagram:
    channel = built(INSTAGRAM, world.session, world.desk.base_url + "/v25.0", outside, login=ALONE, token=token)
    assert isinstance(channel, Instagram)
    return channel


async def test_token_is_renewed_beside_the_first_call_and_then_used_by_all(world: World, outside: Outside) -> None:
    first = made(world, outside)

    await send_all(first, HELLO)
    await first.close()
    another = made(world, outside)
    await send_all(another, HELLO)
    found = await another.look("https://shop.example/hooks/instagram/shop")

    assert 1 == world.meta.renewed
    assert [TOKEN, f"{TOKEN}-1"] == world.meta.used[:2]
    assert NOW + 60 * DAY == found.until


async def test_next_renewal_comes_a_month_later(world: World, outside: Outside, clock: MovedClock) -> None:
    channel = made(world, outside)
    await send_all(channel, HELLO)
    await channel.close()

    clock.forward(29 * DAY)
    await send_all(channel, HELLO)
    await channel.close()
    before = world.meta.renewed
    clock.forward(2 * DAY)
    await send_all(channel, HELLO)
    await channel.close()

    assert (1, 2) == (before, world.meta.renewed)


async def test_token_too_young_to_be_renewed_is_used_and_tried_again_a_day_later(world: World, outside: Outside, clock: MovedClock) -> None:
    channel = made(world, outside)
    world.meta.young = True

    for _ in range(3):
        await send_all(channel, HELLO)
    await channel.close()
    world.meta.young = False
    clock.forward(DAY)
    await send_all(channel, HELLO)

    assert [TOKEN] * 4 == world.meta.used
    await eventually(lambda: world.meta.renewed == 1)


async def test_another_token_in_the_settings_begins_a_new_line(world: World, outside: Outside) -> None:
    channel = made(world, outside)
    await send_all(channel, HELLO)
    await channel.close()
    world.meta.take_token("set-anew")

    await send_all(made(world, outside, "set-anew"), HELLO)

    assert [TOKEN, "set-anew"] == world.meta.used


async def test_token_of_a_page_is_never_renewed(world: World) -> None:
    await send_all(world.channel, HELLO)

    assert 0 == world.meta.renewed
    assert [SEND] == [call.method for call in world.desk.received]
