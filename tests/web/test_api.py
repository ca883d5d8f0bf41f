"""The API, on a real store."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp
import pytest
from msgspec import json

from hub.model.address import Address
from hub.model.customers.record import Conversation, Erased, Moved, Owner
from hub.model.events.event import Event, Noted, NudgeAsked, Said
from hub.model.events.merging import MergeAsked
from hub.model.messaging.message import Message
from hub.model.subject import customer_subject
from hub.model.turns.journal import TimelineEntry
from hub.model.words import ConversationStatus, OwnerKind, Purpose
from hub.store.channels.cases import Case
from hub.store.encoding.codec import encode
from hub.store.mailboxes.dead_letters import Aside
from tests.web.desk_world import Granting, Store, live, served, worked

CUSTOMER = "cu-1"
WAITING = Conversation(id="co-1", opened=1, owner=Owner(kind=OwnerKind.QUEUE))


@pytest.fixture
async def session(store: Store) -> AsyncIterator[aiohttp.ClientSession]:
    await store.put(live(CUSTOMER, conversations=(WAITING,)))
    async with served(store) as session:
        yield session


async def asked(session: aiohttp.ClientSession, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, object]]:
    if body is None:
        async with session.get(path, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)
    async with session.post(path, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_claim_says_who_has_the_conversation(store: Store, session: aiohttp.ClientSession) -> None:
    async with worked(store, CUSTOMER, answer=Granting()):
        status, body = await asked(session, "/api/customers/cu-1/claim", {"agent": "mai"})

    assert 200 == status
    assert ("mai", "co-1", 2) == (body["owner"], body["conversation"], body["epoch"])


async def test_a_lost_claim_is_409_and_names_the_owner(store: Store, session: aiohttp.ClientSession) -> None:
    taken: dict[str, object] = {"ok": False, "code": "taken", "owner": "mai", "text": "mai has this conversation."}

    async with worked(store, CUSTOMER, answer=Granting(taken)):
        status, body = await asked(session, "/api/customers/cu-1/claim", {"agent": "an"})

    assert (409, "taken", "mai", "mai has this conversation.") == (status, body["code"], body["owner"], body["detail"])


@pytest.mark.parametrize(
    ("verb", "body", "kind"),
    [
        ("claim", {"agent": "mai"}, "claim"),
        ("say", {"agent": "mai", "text": "xin chào"}, "say"),
        ("release", {"agent": "mai", "summary": "wants a refund"}, "release"),
        ("resolve", {"agent": "mai", "reason": "answered"}, "resolve"),
        ("retry", {"agent": "mai", "delivery": "dl-1"}, "retry"),
    ],
)
async def test_every_wish_of_an_agent_becomes_its_event(
    store: Store, session: aiohttp.ClientSession, verb: str, body: dict[str, str], kind: str
) -> None:
    worker = Granting()

    async with worked(store, CUSTOMER, answer=worker):
        status, answer = await asked(session, f"/api/customers/cu-1/{verb}", body)

    assert 200 == status
    assert [(kind, answer["event"])] == [(event.body.__struct_config__.tag, event.id) for event in worker.seen]


async def test_the_same_request_under_the_same_key_is_taken_once(store: Store, session: aiohttp.ClientSession) -> None:
    worker = Granting()
    say = {"agent": "mai", "text": "xin chào"}

    async with worked(store, CUSTOMER, answer=worker):
        first = await asked(session, "/api/customers/cu-1/say", say, **{"Idempotency-Key": "k1"})
        again = await asked(session, "/api/customers/cu-1/say", say, **{"Idempotency-Key": "k1"})
        other = await asked(session, "/api/customers/cu-1/say", {**say, "text": "khác"}, **{"Idempotency-Key": "k1"})

    assert first == again
    assert first[1]["event"] != other[1]["event"]
    assert 2 == len(worker.seen)


async def test_without_a_key_the_hub_makes_one_and_tells_it(session: aiohttp.ClientSession) -> None:
    async with session.post("/api/customers/cu-1/note", json={"name": "called"}) as first:
        key = first.headers["Idempotency-Key"]
        event = (await first.json())["event"]

    status, again = await asked(session, "/api/customers/cu-1/note", {"name": "called"}, **{"Idempotency-Key": key})

    assert (202, event, True) == (status, again["event"], again["repeated"])


async def test_what_only_has_to_be_told_is_durable_and_202(store: Store, session: aiohttp.ClientSession) -> None:
    await store.put(live("cu-2"))

    for verb, body in (
        ("merge", {"other": "cu-2", "evidence": "signed web login"}),
        ("nudge", {"text": "back in stock", "purpose": "service", "key": "sku-1"}),
        ("note", {"name": "called", "detail": "no answer"}),
    ):
        status, _ = await asked(session, f"/api/customers/cu-1/{verb}", body)
        assert 202 == status

    assert [
        MergeAsked(other="cu-2", evidence="signed web login"),
        NudgeAsked(message=Message(text="back in stock"), purpose=Purpose.SERVICE, key="sku-1"),
        Noted(name="called", detail="no answer"),
    ] == [event.body for event in await store.mailbox(CUSTOMER)]


async def test_a_merged_customer_answers_with_the_record_it_moved_to(store: Store, session: aiohttp.ClientSession) -> None:
    await store.put(Moved(id="cu-9", to="cu-8", at=1))
    await store.put(Moved(id="cu-8", to=CUSTOMER, at=2))

    status, body = await asked(session, "/api/customers/cu-9")

    assert (200, "live", CUSTOMER) == (status, body["kind"], body["id"])


async def test_a_forgotten_customer_is_410_and_nobody_is_404(store: Store, session: aiohttp.ClientSession) -> None:
    await store.put(Erased(id="cu-7", at=1))

    assert HTTPStatus.GONE == (await asked(session, "/api/customers/cu-7"))[0]
    assert HTTPStatus.GONE == (await asked(session, "/api/customers/cu-7/claim", {"agent": "mai"}))[0]
    assert HTTPStatus.NOT_FOUND == (await asked(session, "/api/customers/cu-none"))[0]
    assert HTTPStatus.NOT_FOUND == (await asked(session, "/api/customers/cu-none/say", {"agent": "mai", "text": "x"}))[0]
    assert [] == await store.mailbox("cu-none")


async def test_the_timeline_tells_how_far_our_messages_came(store: Store, session: aiohttp.ClientSession) -> None:
    keys = store.keys.of_customer(CUSTOMER)
    for line in (
        TimelineEntry(id="tl-1", at=1, kind="message", who="customer", text="hi"),
        TimelineEntry(id="tl-2", at=2, kind="message", who="bot", text="hello", delivery="dl-1"),
    ):
        await store.links.call("x", "RPUSH", keys.log(CUSTOMER), encode(line))
    await store.links.call("x", "HSET", keys.delivery("dl-1"), "s", "read", "x", "a\nb")

    status, body = await asked(session, "/api/customers/cu-1/timeline")

    lines = body["lines"]
    assert isinstance(lines, list)
    assert 200 == status
    assert [("tl-1", None, None), ("tl-2", "read", ["a", "b"])] == [
        (line["entry"]["id"], line.get("state"), line.get("external_ids")) for line in lines
    ]


async def test_the_queue_is_read_page_by_page_longest_waiting_first(store: Store, session: aiohttp.ClientSession) -> None:
    for n in range(130):
        await store.put(live(f"cu-q{n:03}", conversations=(Conversation(id="co-1", opened=1, owner=Owner(kind=OwnerKind.QUEUE)),)))
        await store.queue.note("co-1", f"cu-q{n:03}", since=1_000 + n // 100)

    seen: list[str] = []
    cursor = ""
    while True:
        _, body = await asked(session, f"/api/conversations?state=queue&limit=50&cursor={cursor}")
        page = body["conversations"]
        assert isinstance(page, list)
        seen += [waiting["customer"] for waiting in page]
        cursor = str(body["next"])
        if not cursor:
            break

    assert [f"cu-q{n:03}" for n in range(130)] == seen


async def test_what_waits_no_more_is_neither_shown_nor_kept(store: Store, session: aiohttp.ClientSession) -> None:
    closed = Conversation(id="co-2", opened=1, owner=Owner(kind=OwnerKind.QUEUE), status=ConversationStatus.RESOLVED)
    await store.put(live("cu-2", conversations=(closed,)))
    for conversation, customer in (("co-1", CUSTOMER), ("co-2", "cu-2"), ("co-3", "cu-none")):
        await store.queue.note(conversation, customer, since=5)

    _, body = await asked(session, "/api/conversations")

    assert {"conversations": [{"customer": CUSTOMER, "conversation": "co-1", "since": 5}], "next": ""} == body
    assert 1 == len((await store.queue.waiting(9))[0])


async def test_a_given_up_event_is_listed_and_put_back_once(store: Store, session: aiohttp.ClientSession) -> None:
    keys = store.keys.of_customer(CUSTOMER)
    event = Event(id="ev-1", subject=customer_subject(CUSTOMER), body=Noted(name="x"), received=store.clock.now())
    await store.links.call("x", "HSET", keys.dead, "17-0", encode(Aside(event=encode(event), reason="broke", at=7, subject=event.subject)))
    await store.links.call("x", "HSET", keys.dead, "16-0", b"\xc1 what is this")
    retry = f"/api/dead/{keys.number}/17-0/retry"

    _, listed = await asked(session, "/api/dead")
    first, second = await asyncio.gather(asked(session, retry, {}), asked(session, retry, {}))
    unreadable, _ = await asked(session, f"/api/dead/{keys.number}/16-0/retry", {})

    assert isinstance(listed["dead"], list)
    assert [("17-0", "note", "broke"), ("16-0", "", "given-up entry: DecodeError")] == [
        (d["entry"], d["kind"], d["reason"]) for d in listed["dead"]
    ]
    assert {first[0], second[0]} <= {200, 404}
    assert 200 in {first[0], second[0]}
    assert HTTPStatus.CONFLICT == unreadable
    assert [event] == await store.mailbox(CUSTOMER)


@pytest.mark.parametrize("path", ["/api/dead/64/1-0/retry", "/api/dead/-1/1-0/retry", "/api/dead/²/1-0/retry", "/api/dead/1/none/retry"])
async def test_a_given_up_event_that_is_not_there_is_404(session: aiohttp.ClientSession, path: str) -> None:
    assert HTTPStatus.NOT_FOUND == (await asked(session, path, {}))[0]


async def test_the_kill_switch_is_thrown_and_lifted_in_every_partition(store: Store, session: aiohttp.ClientSession) -> None:
    on = await asked(session, "/api/stop", {"state": "on", "by": "mai", "reason": "wrong prices"})
    thrown = [await store.links.call("x", "EXISTS", p.stop) for p in store.keys.partitions]
    await store.links.call("x", "DEL", store.keys.partitions[7].stop)
    partly = await asked(session, "/api/stop")
    off = await asked(session, "/api/stop", {"state": "off", "by": "mai"})

    assert ("on", "mai", "wrong prices") == (on[1]["state"], on[1]["by"], on[1]["reason"])
    assert [1] * 64 == thrown
    assert "partly" == partly[1]["state"]
    assert "off" == off[1]["state"]


async def test_a_kept_case_is_listed_without_its_words_and_replayed(store: Store, session: aiohttp.ClientSession) -> None:
    body = json.encode([{"id": "m1", "who": "u1", "text": "a secret word"}])
    case = Case(
        id="ca-1", at=store.clock.now(), method="POST", url="u", path_query="p", headers={}, body=body, reason="new field", fields=("id",)
    )
    await store.cases.keep("standin", "main", case)

    _, listed = await asked(session, "/api/cases?channel=standin")
    replayed = await asked(session, "/api/cases/standin/main/ca-1/replay", {})
    again = await asked(session, "/api/cases/standin/main/ca-1/replay", {})

    assert isinstance(listed["cases"], list)
    assert [("ca-1", "new field", ["id"], True)] == [(c["id"], c["reason"], c["fields"], c["replayable"]) for c in listed["cases"]]
    assert "secret" not in str(listed)
    assert (200, {"understood": 1, "not_understood": 0}) == replayed
    assert 404 == again[0]
    assert [Said(text="a secret word", external_id="m1")] == [incoming.body for incoming in store.intake.accepted]


async def test_a_case_that_is_still_not_understood_stays(store: Store, session: aiohttp.ClientSession) -> None:
    case = Case(id="ca-1", at=store.clock.now(), method="POST", url="u", path_query="p", headers={}, body=b"{broken")
    await store.cases.keep("standin", "main", case)

    status, _ = await asked(session, "/api/cases/standin/main/ca-1/replay", {})

    assert 409 == status
    assert case == await store.cases.read("standin", "main", "ca-1")


async def test_the_channels_are_listed_with_the_path_for_the_provider(session: aiohttp.ClientSession) -> None:
    _, body = await asked(session, "/api/channels")

    assert isinstance(body["channels"], list)
    assert ["/hooks/standin/main"] == [channel["webhook"] for channel in body["channels"]]


async def test_an_address_in_a_word_is_the_models(store: Store, session: aiohttp.ClientSession) -> None:
    worker = Granting()
    body = {"agent": "mai", "text": "hi", "to": {"channel": "zalo", "account": "main", "id": "u1"}}

    async with worked(store, CUSTOMER, answer=worker):
        await asked(session, "/api/customers/cu-1/say", body)

    assert Address(channel="zalo", account="main", id="u1") == worker.seen[0].body.to  # type: ignore[union-attr]
