"""What goes wrong is told with its failure; what a provider asks of one address or of a whole account is kept by all."""

import pytest

from hub.engine.sending.accounts import Account
from hub.model.channels.rates import Rates
from hub.model.errors import RecipientGone, Rejected, Throttled
from hub.model.failure import Failure
from hub.model.turns.journal import DeliveryMoved
from hub.model.words import Purpose
from hub.store.channels.calls import Calls
from hub.store.mailboxes.token_buckets import Buckets
from tests.engine.world import Echo, World, turning
from tests.servers import eventually


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Rejected("too long", code="100", failure=Failure.INVALID), ("too long", "100", "message_invalid")),
        (RecipientGone("blocked by the user", code="403"), ("blocked by the user", "403", "contact_stopped")),
        (ValueError("a bug of a channel"), ("ValueError", "", "internal")),
    ],
)
async def test_what_went_wrong_goes_with_the_delivery(world: World, error: Exception, expected: tuple[str, str, str]) -> None:
    """Guard: settle keeps the failure beside reason and code; of marketing, so that even what a bug leaves unknown is told."""
    await world.working(turns=turning(Echo(Purpose.MARKETING)))
    world.provider.on("echo hello", error)
    await world.say("an", "hello")
    await world.settled()

    (line,) = [line for line in await world.customers.timeline(await world.customer("an")) if line.entry.who == "bot"]
    moved = [entry for entry in await world.journal(await world.customer("an")) if isinstance(entry, DeliveryMoved)]
    assert expected == (line.reason, line.code, line.failure)
    assert [expected] == [(one.reason, one.code, one.failure) for one in moved]


async def test_what_one_process_was_told_to_wait_for_every_process_waits_for(world: World) -> None:
    """Guard: the pause of a whole account lies in the store, with its reason."""
    one = await world.working()
    two = await world.process("two")
    wait = Throttled("slow down", retry_after=30, code="130429", whole_account=True)
    world.provider.on("echo more", wait)
    await world.say("an", "more")
    await eventually(lambda: "echo more" in world.provider.texts, what="the call")

    calls, address = Calls(world.links, world.keys), world.address("an")

    async def stored() -> bool:
        return bool((await calls.paused(("fake", "main"))).until)

    await eventually(stored, what="the pause")
    other = Account(world.provider, Rates(), clock=two.clock, buckets=Buckets(world.links, world.keys), calls=calls)
    waits = await other.wait_ms(address)
    two.clock.ahead = 31
    later = await other.wait_ms(address)

    told = await calls.paused(("fake", "main"))
    assert (1, 30) == (one.counters.failures["fake", "throttled"], one.counters.waits["fake", "account"])
    assert ("throttled", "130429") == (told.failure, told.code)
    assert 25_000 < waits <= 30_000
    assert 0 == later
    one.clock.ahead = 31
