"""Who comes by a link from the web chat is told what became of it, also where nobody could look at it in time."""

import pytest
from msgspec import json

from dialogs.steps import dialog_steps
from hub.desk.knowing import Knowing
from hub.engine.turns.chain import take
from hub.model.events.event import Body, Referred, Said, Started
from hub.model.events.referral import Referral
from hub.model.webchat.onward import FOLLOWED, REFUSED, Onward, link_question
from tests.dialogs.test_faq import TEXTS
from tests.dialogs.world import answer, live, sheet, shop

LINK = Started(ref="go-abc", language="en-US")
SAY = TEXTS["en"].say


BESIDE_A_WORD = Said(text="Get started", payload="get_started", referral=Referral(ref="go-abc"))
"""As Messenger tells it of who is new there."""


@pytest.mark.parametrize("link", [LINK, BESIDE_A_WORD, Referred(referral=Referral(ref="go-abc"))], ids=["start", "beside a word", "alone"])
@pytest.mark.parametrize(
    ("onward", "told", "fact", "reason"),
    [
        (Onward(customer="cu-2", user="u-1"), SAY.onward, FOLLOWED, None),
        (Onward(), SAY.onward_old, REFUSED, "old or used"),
        (None, SAY.onward_again, REFUSED, "not answered"),
    ],
)
def test_what_became_of_a_link_is_told(link: Body, onward: Onward | None, told: str, fact: str, reason: str | None) -> None:
    before = sheet(live(language="en"), link)
    (question,) = link_question(before)
    answers = {} if onward is None else {f"{question.topic}/{question.key}": json.encode(onward).decode()}

    turn = take((Knowing(), *dialog_steps(shop())), sheet(live(language="en"), link, answers=answers))

    assert told == answer(turn)
    assert [(fact, reason)] == [(one.name, one.detail.get("reason")) for one in turn.facts if one.name in {FOLLOWED, REFUSED}]
