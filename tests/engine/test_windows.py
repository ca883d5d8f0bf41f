"""Windows are counted from what customers write, and kept by who speaks for the shop."""

from hub.engine.turns.windows import Counting
from hub.model.channels.window import HOUR_MS, WindowRule
from hub.model.events.agents import SayAsked
from hub.model.events.event import Reacted, Said
from hub.model.events.referral import Referral
from hub.model.messaging.message import Message
from hub.model.words import OwnerKind
from tests.engine.world import Echo, World, turning

RULES = {"fake": WindowRule(hours=24, most=8, human_hours=48, human_tag="HUMAN_AGENT")}


async def working(world: World) -> None:
    await world.working(turns=turning(Echo(), Counting(RULES), windows=RULES))


async def said_by_agent(world: World, text: str) -> None:
    await world.tell(await world.customer("an"), SayAsked(agent="mai", message=Message(text=text)))
    await world.settled()


async def test_word_opens_the_window_anew_and_our_answers_are_counted(world: World) -> None:
    await working(world)
    await world.say("an", "one")
    await world.settled()
    first = (await world.record("an")).heard["fake:main:an"]
    await world.say("an", "two")
    await world.settled()

    heard = (await world.record("an")).heard["fake:main:an"]
    assert 1 == first.sent == heard.sent
    assert heard.at >= first.at > 0


async def test_word_that_came_by_an_advertisement_is_remembered_and_a_reaction_is_no_word(world: World) -> None:
    await working(world)
    an, at = await world.customer("an"), world.address("an")
    await world.tell(an, Said(text="hi", external_id="m1", referral=Referral(source="ad", ad="120")), address=at)
    await world.settled()
    by_ad = (await world.record("an")).heard["fake:main:an"]
    await world.tell(an, Reacted(target="m1", emoji="❤"), address=at)
    await world.settled()

    assert by_ad.at == by_ad.ad_at > 0
    assert by_ad == (await world.record("an")).heard["fake:main:an"]


async def test_reaction_opens_the_window_where_the_provider_says_so_and_none_that_is_taken_back(world: World) -> None:
    rules = {"fake": WindowRule(hours=24, reactions=True)}
    await world.working(turns=turning(Echo(), Counting(rules), windows=rules))
    an, at = await world.customer("an"), world.address("an")
    await world.tell(an, Said(text="hi", external_id="m1"), address=at)
    await world.settled()

    async def heard() -> int:
        return (await world.record("an")).heard["fake:main:an"].at

    said = await heard()
    await world.tell(an, Reacted(target="m1", emoji="❤", removed=True), address=at)
    await world.settled()
    taken_back = await heard()
    await world.tell(an, Reacted(target="m1", emoji="❤"), address=at)
    await world.settled()

    assert said == taken_back
    assert await heard() > said


async def test_person_answers_late_under_the_provider_s_tag_and_too_late_not_at_all(world: World) -> None:
    await working(world)
    await world.say("an", "hello")
    await world.settled()
    (process,) = world.processes
    process.clock.ahead += 30 * HOUR_MS / 1000

    await said_by_agent(world, "sorry, late")
    process.clock.ahead += 30 * HOUR_MS / 1000
    await said_by_agent(world, "much too late")

    assert ["echo hello", "sorry, late"] == world.provider.texts
    assert ["", "HUMAN_AGENT"] == [begun.tag for begun in world.provider.begun]
    assert OwnerKind.AGENT is (await world.record("an")).conversations[-1].owner.kind
