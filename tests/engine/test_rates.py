"""How fast an account is written through: one recipient, a group, all of it; and whom a wait holds that a provider tells."""

from channels.telegram.channel import KIND
from hub.engine.sending.accounts import Account
from hub.model.address import Address
from hub.model.channels.rates import Rates
from hub.model.errors import Throttled
from hub.model.words import DeliveryState
from hub.store.channels.calls import Calls
from hub.store.mailboxes.token_buckets import Buckets
from tests.engine.world import Clock, World
from tests.servers import eventually

GROUP = Address(channel="telegram", account="bot", id="-100200300")
PERSON = Address(channel="telegram", account="bot", id="100200300")
MINUTE_MS = 60_000


class Still(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1_760_000_000_000

    def now(self) -> int:
        return self.at


def account_of(world: World, rates: Rates, clock: Clock) -> Account:
    return Account(world.provider, rates, clock=clock, buckets=Buckets(world.links, world.keys), calls=Calls(world.links, world.keys))


async def let_through(account: Account, clock: Still, to: Address, *, seconds: int) -> list[int]:
    """When a sender that always has more gets a call through, ms from now."""
    begun, passed = clock.at, []
    while clock.at - begun < seconds * 1000:
        if wait := await account.wait_ms(to):
            clock.at += wait
        else:
            passed.append(clock.at - begun)
    return passed


async def test_a_telegram_group_gets_twenty_messages_in_any_minute_and_a_person_one_a_second(world: World) -> None:
    clock = Still()
    account = account_of(world, KIND.rates, clock)

    in_group = await let_through(account, clock, GROUP, seconds=180)
    to_person = await let_through(account, clock, PERSON, seconds=30)

    assert 19 <= max(sum(begun <= at < begun + MINUTE_MS for at in in_group) for begun in in_group) <= 20
    assert 30 <= len(to_person) <= 33


async def test_each_call_of_a_delivery_waits_for_its_own_leave(world: World) -> None:
    world.rates = Rates(per_address=4.0)
    await world.working()

    await world.say("an", "a|b|c")
    await world.settled()

    begun = world.provider.begun
    assert ["echo a", "b", "c"] == [each.text for each in begun]
    assert begun[-1].at - begun[0].at >= 2 * 0.25 - 0.05


async def test_a_wait_nobody_explains_is_the_addresses_until_a_second_one_is_told_to_wait(world: World) -> None:
    clock = Still()
    account = account_of(world, Rates(), clock)
    wait = Throttled(retry_after=30, untold=True)

    first, again, second = (account.speaks_of_all(wait, to) for to in (GROUP, GROUP, PERSON))

    assert (False, False, True) == (first, again, second)


async def test_two_addresses_that_the_provider_named_wait_alone(world: World) -> None:
    account = account_of(world, Rates(), Still())

    assert [False, False] == [account.speaks_of_all(Throttled(retry_after=30), to) for to in (GROUP, PERSON)]


async def test_one_chat_that_is_told_to_wait_holds_up_nobody_else(world: World) -> None:
    await world.working()
    await world.neighbours("an", "bo")
    world.provider.on("echo w0", Throttled(retry_after=600, untold=True))
    await world.say("an", "w0")
    await eventually(lambda: world.provider.texts == ["echo w0"], what="the wait")

    await world.say("bo", "v1")

    await eventually(lambda: world.provider.to("bo") == ["echo v1"], what="the other's answer")


async def test_two_chats_told_to_wait_hold_the_account(world: World) -> None:
    one = await world.working()
    await world.neighbours("an", "bo", "cy")
    for text in ("echo w0", "echo v0"):
        world.provider.on(text, Throttled(retry_after=60, untold=True))
    await world.say("an", "w0")
    await world.say("bo", "v0")
    account = next(iter(one.worker._engine.accounts.values()))  # noqa: SLF001 - nothing tells it to the outside
    await eventually(lambda: account.paused_for > 50, what="the pause")

    await world.say("cy", "x0")
    await eventually(lambda: len(world.provider.texts) == 2, what="both calls")
    held = list(world.provider.texts)
    # Their waits are counted from when they were put back: the clock is pushed no sooner.
    for who, text in (("an", "echo w0"), ("bo", "echo v0")):
        await eventually(lambda who=who, text=text: _waits(world, who, text), what=f"{who}'s wait")  # type: ignore[misc]
    one.clock.ahead = 61
    await eventually(lambda: len(world.provider.texts) >= 5, what="the rest")

    assert {"echo w0", "echo v0"} == set(held)
    assert ["echo x0"] == world.provider.to("cy")


async def _waits(world: World, who: str, text: str) -> bool:
    return (await world.states(who)).get(text) is DeliveryState.QUEUED


async def test_the_other_id_of_somebody_is_news_once(world: World) -> None:
    account = account_of(world, Rates(), Still())

    told = [account.is_new(to, id_) for to, id_ in ((PERSON, "VN.1"), (PERSON, "VN.1"), (GROUP, "VN.1"), (PERSON, "VN.2"))]

    assert [True, False, True, True] == told
