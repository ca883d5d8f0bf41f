"""Whom the provider names by an id alone is asked for once, at the beginning, and never over a name that is known."""

import pytest
from msgspec import json

from hub.desk.naming import Naming
from hub.engine.turns.chain import take
from hub.model.channels.abilities import Person
from hub.model.customers.record import Fact, Live
from hub.model.events.event import Body, Reacted, Said, Started
from tests.dialogs.world import CONVERSATION, live, sheet

STEP = Naming(frozenset(("telegram",)))
SAID = Said(text="alo", external_id="m1")
NAMED = Live(id="cu-1", created=1, profile={"name": Fact(value="Chị Lan", source="agent", at=1)})


def test_stranger_is_asked_for_and_called_by_name_from_this_turn_on() -> None:
    before = sheet(live(None), SAID)
    (question,) = STEP.needs(before)
    told = json.encode(Person(name="Lan", username="lan.tran")).decode()

    after = take((STEP,), sheet(live(None), SAID, answers={f"{question.topic}/{question.key}": told}))

    assert {"name": "Lan", "username": "lan.tran"} == {key: fact.value for key, fact in after.live.profile.items()}


@pytest.mark.parametrize(
    ("record", "body"),
    [
        (live(CONVERSATION), SAID),
        (NAMED, SAID),
        (live(None), Said(text="alo", name="Lan")),
        (live(None), Said(text="alo", chat_type="group", author="7")),
        (live(None), Reacted(target="m0", emoji="x")),
    ],
    ids=["conversation goes on", "name is known", "name was told", "group", "no word"],
)
def test_nobody_is_asked_for_where_it_would_tell_nothing(record: Live, body: Body) -> None:
    assert () == STEP.needs(sheet(record, body))


def test_nobody_is_asked_for_on_a_channel_that_tells_all_by_itself() -> None:
    assert () == Naming(frozenset()).needs(sheet(live(None), Started(ref="x")))


@pytest.mark.parametrize("told", ["null", "{}", "not json"])
def test_answer_without_a_name_changes_nothing(told: str) -> None:
    before = sheet(live(None), SAID)
    (question,) = STEP.needs(before)

    after = take((STEP,), sheet(live(None), SAID, answers={f"{question.topic}/{question.key}": told}))

    assert before.live.profile == after.live.profile
