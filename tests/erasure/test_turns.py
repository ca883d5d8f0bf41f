"""What the mailbox of an erased customer does with what still comes."""

from hub.engine.turns.chain import open_turn, take
from hub.engine.turns.merge import Merging
from hub.model.address import Address
from hub.model.customers.record import Erased, Live, Moved, Record
from hub.model.events.agents import ClaimAsked
from hub.model.events.event import Body, Event, Noted, Receipt, Said, Started
from hub.model.events.merging import EraseAsked, MergeArrived
from hub.model.subject import customer_subject
from hub.model.turns.turn import Turn
from hub.model.words import DeliveryState
from hub.store.encoding.codec import encode

HERE = Address(channel="fake", account="main", id="1")
GONE = Erased(id="cu-1", at=5, merged=("cu-2",))


def taken(record: Record, body: Body, *, address: Address | None = None) -> Turn:
    event = Event(id="ev-1", subject=customer_subject(record.id), body=body, at=1, received=1, address=address)
    return take((Merging(),), open_turn(record, event, entry="07/1-0", clock=10, revision=1))


def test_a_word_goes_on_to_whoever_has_the_address_but_never_to_one_of_the_erased() -> None:
    for body in (Said(text="hello"), Started()):
        turn = taken(GONE, body, address=HERE)

        assert [("cu-1", "cu-2")] == [forward.gone for forward in turn.forwards]
        assert ((), ()) == (turn.timeline, turn.deliveries)


def test_anything_else_ends_here() -> None:
    for body in (Receipt(external_ids=("x",), state=DeliveryState.READ), Noted(name="called")):
        turn = taken(GONE, body, address=HERE)

        assert (True, (), Erased(id="cu-1", at=5, turned=10, merged=("cu-2",))) == (turn.handled, turn.forwards, turn.record)


def test_a_merge_that_comes_too_late_erases_the_other_and_remembers_its_id() -> None:
    arrived = MergeArrived(younger="cu-3", record=encode(Live(id="cu-3", created=1)), evidence="phone 1")

    turn = taken(GONE, arrived)

    (forward,) = turn.forwards
    assert (customer_subject("cu-3"), EraseAsked) == (forward.event.subject, type(forward.event.body))
    assert Erased(id="cu-1", at=5, turned=10, merged=("cu-2", "cu-3")) == turn.record


def test_a_tombstone_is_erased_with_what_it_points_to() -> None:
    turn = taken(Moved(id="cu-2", to="cu-1", at=3, evidence="phone 1"), EraseAsked(asked_by="op"))

    assert Erased(id="cu-2", at=10, turned=10) == turn.record
    assert [customer_subject("cu-1")] == [forward.event.subject for forward in turn.forwards]
    assert [("ev-1", b'{"moved":"cu-1"}')] == list(turn.verdicts)


def test_who_claims_an_erased_customer_is_told() -> None:
    (verdict,) = taken(GONE, ClaimAsked(agent="mai")).verdicts

    assert b'"code":"unknown"' in verdict[1]
