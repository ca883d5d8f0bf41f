"""What is done to a comment, over kills and repeats: hidden for sure, answered in public at most once, in private once."""

import asyncio

import pytest

from hub.desk.asking import Done, Refused
from hub.desk.commenting import Commenting
from hub.engine.turns.comments import COMMENTS_KEPT, POSTS_OPEN
from hub.model.address import Address
from hub.model.channels.ports import Call, Sent
from hub.model.errors import Rejected
from hub.model.events.agents import CommentAsked
from hub.model.events.event import Commented
from hub.model.failure import Failure
from hub.model.messaging.comments import VERB, CommentAct, CommentVerb
from hub.model.messaging.delivery import Delivery
from hub.model.messaging.message import Message
from hub.model.words import DeliveryState, Origin, Purpose
from hub.store.customers.records import Line
from tests.engine.provider import Provider
from tests.engine.world import Process, World, turning
from tests.servers import eventually

COMMENTING = Commenting({"fake": frozenset(CommentVerb)})
_NOBODY = Delivery(
    id="", customer="", conversation="", address=Address(channel="fake", account="main", id=""), message=Message(), purpose=Purpose.REPLY,
    origin=Origin.AGENT, created=0,
)  # fmt: skip


class Public(Provider):
    """A provider with posts: what is done to a comment is a call of the verb and the words."""

    comment_verbs = frozenset(CommentVerb)
    hides_numbers = True

    def render_comment(self, act: CommentAct) -> list[Call]:
        return [Call(method="act", params={"text": f"{act.verb.value} {act.message.text}".strip()})]

    async def act(self, call: Call) -> Sent:
        return await self.send(call, _NOBODY)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign mark is waited out in a moment."""
    monkeypatch.setattr("hub.engine.sending.outbox.CALL_TIMEOUT_S", 0.3)
    monkeypatch.setattr("hub.engine.sending.outbox.GOOD_FOR_S", 0.2)


async def public(world: World) -> Process:
    world.provider = Public()
    return await world.working(turns=turning(COMMENTING))


async def comment(world: World, text: str, *, post: str = "p1", id: str = "c1") -> str:  # noqa: A002 - the field's name
    customer = await world.customer("an")
    await world.tell(customer, Commented(post=post, comment=id, text=text), address=world.address("an"))
    await world.settled()
    return customer


def asked(verb: str, text: str = "", id: str = "c1") -> CommentAsked:  # noqa: A002 - the field's name
    return CommentAsked(agent="mai", verb=CommentVerb(verb), comment=id, text=text)


async def acts(world: World, customer: str, verb: str) -> list[Line]:
    return [
        line for line in await world.customers.timeline(customer) if line.entry.kind == "message" and line.entry.detail.get(VERB) == verb
    ]


async def cut_off(world: World, one: Process, wish: CommentAsked, call: str) -> None:
    """The wish is under way when its process dies, and another takes over."""
    world.provider.on(call, asyncio.Event())
    await world.tell(await world.customer("an"), wish)
    await eventually(lambda: call in world.provider.texts, what="the call")
    one.valve.cut()
    await world.taken_over(one, turns=turning(COMMENTING))
    await world.settled()


@pytest.mark.usefixtures("hasty")
async def test_public_answer_cut_off_by_a_kill_is_unknown_and_not_given_twice(world: World) -> None:
    """Guard: at_most_once."""
    one = await public(world)
    customer = await comment(world, "giá?")

    await cut_off(world, one, asked("answer", "350k"), "answer 350k")

    assert 1 == world.provider.texts.count("answer 350k")
    assert [DeliveryState.UNKNOWN] == [line.state for line in await acts(world, customer, "answer")]


@pytest.mark.usefixtures("hasty")
async def test_hiding_cut_off_by_a_kill_is_done_again(world: World) -> None:
    one = await public(world)
    customer = await comment(world, "spam")

    await cut_off(world, one, asked("hide"), "hide")

    assert 2 == world.provider.texts.count("hide")
    assert [DeliveryState.SENT] == [line.state for line in await acts(world, customer, "hide")]


@pytest.mark.usefixtures("hasty")
async def test_private_answer_cut_off_by_a_kill_counts_as_sent_where_its_provider_says_so(world: World) -> None:
    """Guard: arrived_before."""
    one = await public(world)
    customer = await comment(world, "giá?")
    world.provider.on("private 350k", asyncio.Event(), Rejected("answered already", failure=Failure.DUPLICATE))
    await world.tell(customer, asked("private", "350k"))
    await eventually(lambda: "private 350k" in world.provider.texts, what="the call")
    one.valve.cut()

    await world.taken_over(one, turns=turning(COMMENTING))
    await world.settled()

    assert [DeliveryState.SENT] == [line.state for line in await acts(world, customer, "private")]


async def test_wish_asked_twice_by_one_id_is_done_once(world: World) -> None:
    await public(world)
    customer = await comment(world, "giá?")

    first = await world.desk.comment(customer, asked("answer", "350k"), event_id="ev-1")
    again = await world.desk.comment(customer, asked("answer", "350k"), event_id="ev-1")
    await world.settled()

    assert isinstance(first, Done)
    assert first == again
    assert 1 == world.provider.texts.count("answer 350k")


async def test_private_answer_that_failed_may_be_given_again(world: World) -> None:
    await public(world)
    customer = await comment(world, "giá?")
    world.provider.on("private 350k", Rejected("no", failure=Failure.INVALID))
    await world.desk.comment(customer, asked("private", "350k"), event_id="ev-1")
    await world.settled()

    second = await world.desk.comment(customer, asked("private", "360k"), event_id="ev-2")
    await world.settled()
    third = await world.desk.comment(customer, asked("private", "370k"), event_id="ev-3")

    assert isinstance(second, Done)
    assert isinstance(third, Refused)
    assert "comment_answered" == third.code


async def test_what_was_not_hidden_after_all_stands_as_it_was(world: World) -> None:
    await public(world)
    customer = await comment(world, "spam")
    world.provider.on("hide", Rejected("no", failure=Failure.INVALID))

    await world.desk.comment(customer, asked("hide"), event_id="ev-1")
    await world.settled()

    kept = (await world.record("an")).conversations[-1].comments
    assert [False] == [one.hidden for one in kept]


async def test_number_is_hidden_by_rule_and_no_words_are_lost(world: World) -> None:
    await public(world)

    customer = await comment(world, "gọi 0912 345 678")

    kept = (await world.record("an")).conversations[-1].comments
    lines = [line.entry.text for line in await world.customers.timeline(customer) if line.entry.kind == "comment"]
    assert ["hide"] == world.provider.texts
    assert [(True, "phone")] == [(one.hidden, one.rule) for one in kept]
    assert ["gọi 0912 345 678"] == lines


async def test_record_of_somebody_who_comments_without_end_stays_small(world: World) -> None:
    await public(world)

    for n in range(COMMENTS_KEPT + 5):
        await comment(world, "ạ", id=f"c{n}")
    for n in range(POSTS_OPEN + 3):
        await comment(world, "ạ", post=f"q{n}", id=f"d{n}")

    conversations = (await world.record("an")).conversations
    assert POSTS_OPEN == len([one for one in conversations if one.status == "open"])
    assert COMMENTS_KEPT >= max(len(one.comments) for one in conversations)
