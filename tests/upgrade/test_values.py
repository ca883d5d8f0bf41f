"""What another version wrote: unknown fields survive, older shapes climb one step at a time."""

from typing import Any

import pytest
from msgspec import Struct, msgpack

from hub.model.address import Address
from hub.model.customers.record import Consent, Conversation, Erased, Fact, Live
from hub.model.events.event import Event, Said
from hub.model.events.merging import MergeAsked
from hub.model.words import ConsentState, Purpose
from hub.store.encoding.codec import STEPS, VERSIONS, Undecodable, decode_event, decode_record, encode, encode_record
from hub.store.encoding.upgrades import Document, Reading
from tests.engine.world import World

FUTURE = 9


def of_the_future(**more: object) -> bytes:
    """A live record as a later version writes it: new fields at every depth."""
    consent = {"channel": "*", "purpose": "marketing", "state": "given", "basis": "form", "proof": "x", "at": 3, "witness": "mai"}
    document: Document = {
        "kind": "live",
        "id": "cu-1",
        "created": 5,
        "v": FUTURE,
        "mood": {"today": "good"},
        "profile": {"name": {"value": "An", "source": "telegram", "at": 1, "sure": 0.9}},
        "conversations": [{"id": "co-1", "opened": 1, "sla": 300}, {"id": "co-2", "opened": 2, "owner": {"kind": "agent", "team": "vip"}}],
        "consents": [consent],
        **more,
    }
    return b"%016x" % 4 + msgpack.encode(document)


def document_of(stored: bytes) -> Any:  # noqa: ANN401 - a document is anything
    return msgpack.decode(stored[16:])


def test_a_record_of_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    stored = decode_record(of_the_future())

    assert isinstance(stored.record, Live)
    assert (4, FUTURE, "An") == (stored.revision, stored.record.v, stored.record.profile["name"].value)


def test_written_again_it_is_the_same() -> None:
    stored = decode_record(of_the_future())
    assert stored.record is not None

    assert document_of(of_the_future()) == document_of(encode_record(stored.record, 5, stored.unknown))


def test_unknown_fields_survive_a_change_of_what_stands_beside_them() -> None:
    stored = decode_record(of_the_future())
    assert isinstance(stored.record, Live)
    first, second = stored.record.conversations
    changed = Live(
        id="cu-1",
        created=5,
        v=FUTURE,
        profile={"name": Fact(value="Anh", source="agent", at=9), "language": Fact(value="vi", source="agent", at=9)},
        conversations=(Conversation(id=second.id, opened=2, owner=second.owner), Conversation(id=first.id, opened=1, misses=2)),
        consents=(
            *stored.record.consents,
            Consent(channel="*", purpose=Purpose.MARKETING, state=ConsentState.REFUSED, basis="STOP", proof="", at=9),
        ),
    )

    written = document_of(encode_record(changed, 5, stored.unknown))

    assert {"today": "good"} == written["mood"]
    assert {"value": "Anh", "source": "agent", "at": 9, "sure": 0.9} == written["profile"]["name"]
    assert "sure" not in written["profile"]["language"]
    assert [("co-2", "vip", None), ("co-1", None, 300)] == [
        (c["id"], c.get("owner", {}).get("team"), c.get("sla")) for c in written["conversations"]
    ]
    assert ["mai", None] == [consent.get("witness") for consent in written["consents"]]


def test_what_is_there_no_more_takes_its_unknown_fields_along() -> None:
    stored = decode_record(of_the_future())

    written = document_of(encode_record(Live(id="cu-1", created=5, v=FUTURE), 5, stored.unknown))

    assert {"kind": "live", "id": "cu-1", "created": 5, "v": FUTURE, "mood": {"today": "good"}} == written


def test_an_erased_record_keeps_nothing_that_we_do_not_know() -> None:
    stored = decode_record(of_the_future())

    written = document_of(encode_record(Erased(id="cu-1", at=7), 5, stored.unknown))

    assert {"kind": "erased", "id": "cu-1", "at": 7} == written


async def test_they_survive_a_real_turn(world: World) -> None:
    await world.working()
    customer = await world.customer("an")
    keys = world.keys_of(customer)
    future = of_the_future(
        id=customer,
        addresses=[{"channel": "fake", "account": "main", "id": "an", "verified": True}],
        conversations=[{"id": "co-1", "opened": 1, "sla": 300}],
    )
    await world.links.call(keys.fence, "SET", keys.record(customer), future)
    await world.links.call(keys.fence, "SET", keys.owner("co-1"), "1")

    await world.say("an", "hello")
    await world.settled()

    stored = await world.links.call(keys.fence, "GET", keys.record(customer))
    assert isinstance(stored, bytes)
    written = document_of(stored)
    assert (5, FUTURE, {"today": "good"}) == (int(stored[:16], 16), written["v"], written["mood"])
    assert [True] == [address["verified"] for address in written["addresses"]]
    assert [300] == [c.get("sla") for c in written["conversations"]]
    assert ["echo hello"] == world.provider.to("an")


class Parcel(Struct, tag_field="kind", tag="parcel", omit_defaults=True):
    """A value in its third version: it was `{weight}`, then `{grams}`, and is `{grams, fragile}`."""

    grams: int
    fragile: bool
    v: int = 1


def parcels(asked: list[int]) -> Reading[Parcel]:
    """Reads parcels of all three versions; tells which steps were taken."""

    def grams(document: Document) -> Document:
        asked.append(1)
        return {"kind": "parcel", "grams": document["weight"] * 1000}

    def fragile(document: Document) -> Document:
        asked.append(2)
        return {**document, "fragile": False}

    steps = {("parcel", 1): grams, ("parcel", 2): fragile}
    return Reading(msgpack.Decoder(Parcel).decode, name="parcel", versions={"parcel": 3}, steps=steps)


@pytest.mark.parametrize(
    ("document", "steps"),
    [
        ({"kind": "parcel", "weight": 2}, [1, 2]),
        ({"kind": "parcel", "grams": 2000, "v": 2}, [2]),
        ({"kind": "parcel", "grams": 2000, "fragile": False, "v": 3}, []),
    ],
)
def test_an_old_shape_climbs_one_step_at_a_time(document: Document, steps: list[int]) -> None:
    asked: list[int] = []

    found = parcels(asked).decode(msgpack.encode(document))

    assert (Parcel(grams=2000, fragile=False, v=3), steps) == (found, asked)


def test_an_old_shape_that_happens_to_fit_climbs_too() -> None:
    asked: list[int] = []

    parcels(asked).decode(msgpack.encode({"kind": "parcel", "grams": 7, "fragile": True, "v": 2}))

    assert [2] == asked


def test_a_newer_shape_is_read_as_far_as_it_is_known() -> None:
    found = parcels([]).decode(msgpack.encode({"kind": "parcel", "grams": 7, "fragile": True, "v": 4, "stamp": "x"}))

    assert Parcel(grams=7, fragile=True, v=4) == found


def test_what_no_step_mends_is_an_error() -> None:
    with pytest.raises(ValueError, match="fragile"):
        parcels([]).decode(msgpack.encode({"kind": "parcel", "grams": 7, "v": 3}))


FIRST = {
    Live: "id created turned addresses profile consents conversations timers armings deferred parked merged v",
    Conversation: "id opened owner epoch status threads last_thread last_word misses lines offered dialog summary reason",
}
"""What the records of version 1 had."""


def test_a_record_with_more_than_its_first_version_says_so() -> None:
    """Guard: an older process keeps what it does not know only of a record that says it is newer."""
    more = {name for kind, first in FIRST.items() for name in kind.__struct_fields__ if name not in first.split()}
    stored = encode_record(Live(id="cu-1", created=5), 1)

    assert {"cart", "feedback"} < more
    assert 2 <= document_of(stored).get("v", 1)


def test_every_version_below_the_newest_has_its_step() -> None:
    assert [] == [(kind, v) for kind, newest in VERSIONS.items() for v in range(1, newest) if (kind, v) not in STEPS]


@pytest.mark.parametrize("blob", [b"", b"\xc1", b"\x01", b"\x90", b"\x80", b"\x81\xa1v\xa1x", msgpack.encode({"id": 7, "subject": "s"})])
def test_what_was_never_a_value_is_undecodable(blob: bytes) -> None:
    with pytest.raises(Undecodable):
        decode_event(blob)
    with pytest.raises(Undecodable):
        decode_record(b"%016x" % 1 + blob)


def test_values_of_today_are_written_without_a_version_which_means_one() -> None:
    event = Event(id="ev-1", subject="customer:cu-1", body=Said(text="x"), address=Address(channel="a", account="b", id="c"))

    assert "v" not in msgpack.decode(encode(event))
    assert 1 == decode_event(encode(event)).v
    assert 1 == decode_event(encode(Event(id="ev-2", subject="s", body=MergeAsked(other="cu-1", evidence="x")))).v
