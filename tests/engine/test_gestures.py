"""Gestures leave room for messages, keep to what they were told, and hold nobody up."""

import asyncio

from msgspec.structs import replace

from config.wiring.core import gestures_of
from hub.engine.counters import Counters
from hub.engine.sending.gestures import AT_ONCE, Gesture, Gestures, Showing
from hub.model.address import Address
from hub.model.channels.rates import Rates
from hub.model.errors import Misconfigured, SendError, Throttled
from hub.store.channels.calls import Calls
from hub.store.mailboxes.token_buckets import Buckets
from tests.engine.provider import Provider
from tests.engine.world import Clock, World
from tests.servers import eventually


class Typist(Provider):
    """A provider that shows typing; `shown`: to whom, in order. What is set as `wrong` it raises; while `slow` it does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.capabilities = replace(self.capabilities, typing=True, typing_s=5)
        self.shown: list[str] = []
        self.wrong: SendError | None = None
        self.slow: asyncio.Event | None = None

    async def typing(self, to: Address, external_id: str = "") -> None:
        """Show it."""
        self.shown.append(to.id)
        if self.slow:
            await self.slow.wait()
        if self.wrong:
            raise self.wrong


def address(who: str) -> Address:
    return Address(channel="fake", account="main", id=who)


class Shop:
    """Gestures over a store of the test's own."""

    def __init__(self, world: World, rates: Rates | None = None) -> None:
        self.world, self.provider, self.counters, self.clock = world, Typist(), Counters(), Clock()
        showing = {("fake", "main"): Showing(self.provider, rates or Rates())}
        self.gestures: Gestures = gestures_of(world.parts, showing, clock=self.clock, counters=self.counters)

    def types(self, who: str) -> None:
        """Somebody answers what was just said."""
        self.gestures.types(f"cu-{who}", address(who), under="m1")

    def came(self, outcome: str) -> int:
        """How often that came of it."""
        return self.counters.gestures["fake", f"{Gesture.TYPING.value} {outcome}"]


async def test_typing_is_told_once_in_a_while_for_one_person_and_at_once_for_another(world: World) -> None:
    shop = Shop(world)
    shop.types("an")
    await eventually(lambda: shop.came("ok") == 1, what="the first")

    shop.types("an")
    shop.types("bo")
    await eventually(lambda: shop.came("ok") == 2, what="the other's")
    await shop.gestures.close()

    assert ["an", "bo"] == shop.provider.shown


async def test_gestures_leave_half_of_an_accounts_calls_to_messages(world: World) -> None:
    rates = Rates(per_second=0.001, burst=4)
    shop = Shop(world, rates)
    buckets = Buckets(world.links, world.keys)
    shop.types("an")
    await eventually(lambda: shop.came("ok") == 1, what="the first")
    taken = await buckets.take("fake", "main", shop.clock.now(), rate=rates.per_second, burst=rates.burst)

    for who in ("bo", "cy", "di"):
        shop.types(who)
    while shop.gestures.under_way:
        await asyncio.sleep(0)

    assert 0 == taken
    assert ["an"] == shop.provider.shown
    assert 0 == await buckets.take("fake", "main", shop.clock.now(), rate=rates.per_second, burst=rates.burst)


async def test_a_wait_of_the_account_that_a_gesture_is_told_holds_for_messages_too(world: World) -> None:
    shop = Shop(world)
    shop.provider.wrong = Throttled(retry_after=30, whole_account=True)
    shop.types("an")
    await eventually(lambda: shop.came("Throttled") == 1, what="the refusal")

    paused = await Calls(world.links, world.keys).paused(("fake", "main"))
    shop.provider.wrong = None
    shop.types("bo")
    while shop.gestures.under_way:
        await asyncio.sleep(0)

    assert paused.until > shop.clock.now() + 20_000
    assert ["an"] == shop.provider.shown


async def test_an_account_that_may_not_show_it_is_not_asked_again_soon_and_goes_on_sending(world: World) -> None:
    shop = Shop(world)
    shop.provider.wrong = Misconfigured("no right to do so")
    shop.types("an")
    await eventually(lambda: shop.came("Misconfigured") == 1, what="the refusal")
    shop.provider.wrong = None

    shop.types("bo")
    rested = list(shop.provider.shown)
    shop.clock.ahead += 301
    shop.types("cy")
    await eventually(lambda: shop.came("ok") == 1, what="one after the rest")

    assert ["an"] == rested
    assert ["an", "cy"] == shop.provider.shown
    assert 0 == (await Calls(world.links, world.keys).paused(("fake", "main"))).until


async def test_slow_providers_are_not_buried_in_gestures(world: World) -> None:
    shop = Shop(world)
    shop.provider.slow = asyncio.Event()

    for n in range(2 * AT_ONCE):
        shop.types(f"w{n}")
    await eventually(lambda: len(shop.provider.shown) == AT_ONCE, what="as many as may be under way")
    shop.provider.slow.set()
    while shop.gestures.under_way:
        await asyncio.sleep(0)

    assert AT_ONCE == shop.came("ok") == len(shop.provider.shown)
