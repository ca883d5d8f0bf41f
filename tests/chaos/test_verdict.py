"""The judge of the chaos runs sees what it must see: each promise broken in made-up evidence is told, and nothing else."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from hub.model.address import Address
from hub.model.events.event import Event, NudgeAsked, Said
from hub.model.messaging.message import Message
from hub.model.turns.journal import TimelineEntry, TurnTaken
from sandbox.plain import Taken
from tests.chaos.agents import Desked, Silence
from tests.chaos.blows import Struck
from tests.chaos.evidence import Evidence, Move
from tests.chaos.plan import Act, Plan, Size, Topology, draw
from tests.chaos.verdict import Verdict, judge

PLAN = Plan(seed=0, topology=Topology.SINGLE, seconds=1, customers=1, messages=3, webs=(), workers=(), blows=(), troubles=())
AN = Address(channel="plain", account="app", id="an")


def turn(n: int, *, late: object = False) -> TurnTaken:
    event = Event(id=f"ev-{n}", subject="customer:cu-1", body=Said(text="hi", external_id=f"m{n}"), address=AN, late=bool(late))
    line = TimelineEntry(id=f"tl-{n}", at=1, kind="message", who="bot", address=AN, delivery=f"dl-{n}")
    return TurnTaken(customer="cu-1", entry=f"00/{n}-0", event=event, now=1, revision=n, build="b", timeline=(line,))


def move(n: int, **more: str) -> Move:
    told = {"state": "sent", "purpose": "reply", "origin": "bot", "address": "an", "reason": "", **more}
    return Move(delivery=f"dl-{n}", customer="cu-1", **told)


def taken(n: int, at: float, *, purpose: str = "reply") -> Taken:
    return Taken(n=n + 1, id=f"dl-{n}", to="an", purpose=purpose, text="", at=at, earliest=at - 0.001)


def evidence(turns: Sequence[TurnTaken] = ()) -> Evidence:
    found = tuple(turns) or tuple(turn(n) for n in range(3))
    return Evidence(
        turns=found,
        moves=tuple(move(n) for n in range(3)),
        received=tuple(taken(n, 10.0 + n) for n in range(3)),
        revisions={"cu-1": len(found)},
    )


def judged(given: Evidence, *, desked: Desked | None = None, struck: Sequence[Struck] = ()) -> Verdict:
    return judge(PLAN, given, accepted={"an": ["m0", "m1", "m2"]}, desked=desked or Desked(), struck=struck)


def test_a_run_in_which_all_went_well_is_called_well() -> None:
    assert [] == judged(evidence()).broken


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (replace(evidence(), turns=(turn(0), turn(1)), revisions={"cu-1": 2}), "words lost"),
        (evidence([turn(0), turn(2), turn(1)]), "out of order"),
        (evidence([*(turn(n) for n in range(3)), turn(2)]), "entries taken twice"),
        (evidence([*(turn(n) for n in range(3)), turn(3)]), "nobody was told of"),
        (evidence([replace(turn(n), revision=0) for n in range(3)]), "a gap or a twin"),
        (replace(evidence(), revisions={"cu-1": 4}), "records that are not"),
        (replace(evidence(), moves=(move(0), move(1))), "without an end"),
        (replace(evidence(), moves=(move(0), move(1), move(2, state="failed"))), "that failed"),
        (replace(evidence(), moves=(move(0), move(1), move(2, state="draft"))), "never sent that arrived"),
        (replace(evidence(), received=(taken(0, 1.0), taken(1, 2.0))), "called sent that never arrived"),
        (replace(evidence(), received=(*evidence().received, taken(7, 20.0))), "that no turn decided"),
        (replace(evidence(), received=(taken(1, 1.0), taken(0, 2.0), taken(2, 3.0))), "messages out of order"),
        (replace(evidence(), received=(*evidence().received, taken(2, 20.0))), "nothing cut it off"),
        (replace(evidence(), received=(*evidence().received, taken(2, 20.0, purpose="marketing"))), "nothing cut it off"),
        (replace(evidence(), dead=1), "given up"),
    ],
)
def test_each_broken_promise_is_told(given: Evidence, told: str) -> None:
    broken = judged(given).broken

    assert any(told in sentence for sentence in broken), broken


def test_a_double_in_flight_at_a_kill_is_counted_and_not_blamed_but_never_marketing() -> None:
    struck = (Struck("worker1", Act.KILL, 12.1, 12.2),)
    service = replace(evidence(), received=(*evidence().received, taken(2, 25.0)))
    marketing = tuple(replace(t, purpose="marketing") for t in service.received)

    verdict = judged(service, struck=struck)
    other = judged(replace(service, received=marketing), struck=struck)

    assert [] == verdict.broken
    assert 1 == verdict.counts["in_flight"]
    assert any("marketing received twice" in sentence for sentence in other.broken)


def test_a_late_word_may_stand_behind_later_ones_but_not_twice() -> None:
    late = [turn(1), turn(2), replace(turn(0, late=True), revision=3)]

    fine = judged(evidence([replace(t, revision=n) for n, t in enumerate(late)]))
    twice = judged(evidence([replace(t, revision=n, entry=f"00/{n}") for n, t in enumerate([*late, late[2]])]))

    assert [] == [sentence for sentence in fine.broken if "words" in sentence]
    assert any("words taken twice" in sentence for sentence in twice.broken)


def test_a_send_that_surely_began_after_the_acknowledgement_breaks_the_silence() -> None:
    silence = Silence("an", "mai", 11.5, 30.0)

    sure = judged(evidence(), desked=Desked(silences=[silence]))
    read_late = (*evidence().received[:2], replace(taken(2, 12.0), earliest=11.4))
    unsure = judged(replace(evidence(), received=read_late), desked=Desked(silences=[silence]))

    assert any("after a claim was acknowledged: 1" in sentence for sentence in sure.broken)
    assert [] == unsure.broken
    assert 1 == unsure.counts["unsure"]


def test_an_accepted_nudge_no_turn_has_seen_is_lost() -> None:
    nudged = Event(id="ev-9", subject="customer:cu-1", body=NudgeAsked(message=Message(text="sale"), key="there"))
    turns = [*(turn(n) for n in range(3)), replace(turn(3), event=nudged, timeline=())]

    verdict = judged(evidence(turns), desked=Desked(nudges={"there", "lost"}))

    assert ["nudges lost: 1 (lost)"] == verdict.broken


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    assert draw(7, Topology.SINGLE, Size()) == draw(7, Topology.SINGLE, Size())
    assert draw(7, Topology.SINGLE, Size()) != draw(8, Topology.SINGLE, Size())
