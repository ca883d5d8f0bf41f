"""The page that describes the API and the API are one thing."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import pytest
from msgspec import json

from hub.model.address import Address
from hub.model.customers.record import Conversation, Owner
from hub.model.events.event import Event, Noted
from hub.model.shop.people import Role, holders
from hub.model.subject import customer_subject
from hub.model.words import OwnerKind
from hub.store.channels.cases import Case
from hub.store.encoding.codec import encode
from hub.store.mailboxes.dead_letters import Aside
from hub.store.shop.people import SetupCodes
from hub.web.api.all_routes import DESCRIBED, ROUTES
from hub.web.api.openapi import document
from hub.web.api.table import Route
from hub.web.auth.callers import Open
from hub.web.http.file_body import Upload
from hub.web.http.problems import PROBLEM_TYPE, Problem
from tests.web.desk_world import Granting, Store, live, served, worked
from tests.web.people_world import PASSWORD, signed_in, somebody

BODIES: dict[str, dict[str, object]] = {
    "claim": {"agent": "mai"},
    "knowAlerts": {"marks": []},
    "say": {"agent": "mai", "text": "xin chào"},
    "release": {"agent": "mai"},
    "resolve": {"agent": "mai"},
    "retryDelivery": {"agent": "mai", "delivery": "dl-1"},
    "merge": {"other": "cu-2", "evidence": "verified phone"},
    "nudge": {"text": "back in stock"},
    "note": {"name": "called"},
    "leaveNote": {"agent": "mai", "text": "wants it blue", "mentions": ["lan"]},
    "reopen": {"agent": "mai", "conversation": "co-1"},
    "dismissDraft": {"agent": "mai", "delivery": "dl-1"},
    "correct": {"agent": "mai", "delivery": "dl-1", "text": "đúng ạ"},
    "recall": {"agent": "mai", "delivery": "dl-1"},
    "actOnComment": {"agent": "mai", "verb": "hide", "comment": "1_2"},
    "setStop": {"state": "on", "by": "mai"},
    "setUp": {"code": "the code of these tests", "login": "an", "name": "An", "password": PASSWORD},
    "signIn": {"login": "an", "password": PASSWORD},
    "changeMe": {"name": "An Nguyễn"},
    "changePassword": {"old": PASSWORD, "new": f"{PASSWORD} 2"},
    "addAccount": {"channel": "standin", "name": "second", "values": {"token": "t"}},
    "tryAccount": {"channel": "standin", "name": "second"},
    "changeAccount": {"active": False},
    "addPerson": {"login": "bao", "name": "Bảo", "role": "agent", "password": PASSWORD},
    "changePerson": {"role": "lead"},
    "switchJourney": {"status": "off", "by": "mai"},
}
PAGE = document(DESCRIBED, version="1.2.3")


def refs(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name == "$ref")
        for value in part.values():
            yield from refs(value)
    elif isinstance(part, list):
        for value in part:
            yield from refs(value)


QUERIES = {"keepFile": {"customer": "cu-1", "name": "note.txt"}, "readFileLimits": {"channel": "standin", "account": "main"}}


async def furnish(store: Store) -> dict[str, str]:
    """One of everything a route reads; returns the path parts that name it."""
    waiting = Conversation(id="co-1", opened=1, owner=Owner(kind=OwnerKind.QUEUE))
    await store.put(live("cu-1", conversations=(waiting,)))
    await store.put(live("cu-2"))
    await store.queue.note("co-1", "cu-1", since=1)
    keys = store.keys.of_customer("cu-1")
    event = Event(id="ev-1", subject=customer_subject("cu-1"), body=Noted(name="x"), received=store.clock.now())
    await store.links.call("x", "HSET", keys.dead, "17-0", encode(Aside(event=encode(event), reason="broke", at=7)))
    body = json.encode([{"id": "m1", "who": "u1", "text": "a"}])
    case = Case(id="ca-1", at=store.clock.now(), method="POST", url="u", path_query="p", headers={}, body=body)
    await store.cases.keep("standin", "main", case)
    address = store.keys.address(Address(channel="standin", account="main", id="u1"))
    await store.links.call(address, "SET", address, "cu-1")
    named = {"channel": "standin", "account": "main", "case": "ca-1", "address": "u1", "login": "mai", "name": "cart-recovery"}
    return {"customer": "cu-1", "partition": str(keys.number), "entry": "17-0", **named}


async def answered(session: aiohttp.ClientSession, route: Route, names: dict[str, str]) -> tuple[HTTPStatus, str, bytes]:
    sent = {"data": b"hello"} if route.body is Upload else {"json": BODIES.get(route.name)}
    async with session.request(route.method, route.path.format_map(names), params=QUERIES.get(route.name), **sent) as answer:
        return HTTPStatus(answer.status), answer.content_type, await answer.read()


@asynccontextmanager
async def allowed(store: Store, route: Route) -> AsyncIterator[aiohttp.ClientSession]:
    """Whoever a route is for: a program, or a browser where it is about a session; the very first one for the set-up."""
    if route.name == "setUp":
        await SetupCodes(store.links, store.keys).keep("the code of these tests")
    else:
        await somebody(store, "an")
        await somebody(store, "mai", Role.AGENT)
    if route.right is Open.SIGNED_IN:
        async with signed_in(store) as browser:
            yield browser.http
        return
    async with served(store) as session:
        yield session


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_every_route_answers_by_its_schema(store: Store, route: Route) -> None:
    names = await furnish(store)

    async with allowed(store, route) as session, worked(store, "cu-1", answer=Granting()):
        status, kind, body = await answered(session, route, names)

    assert "application/json" == kind
    assert status in route.answers
    json.decode(body, type=route.answers[status])


@pytest.mark.parametrize("route", [route for route in ROUTES if "{customer}" in route.path], ids=lambda route: route.name)
async def test_every_error_is_a_problem(store: Store, route: Route) -> None:
    async with served(store) as session:
        status, kind, body = await answered(session, route, {"customer": "cu-none"})

    assert (404, PROBLEM_TYPE) == (status, kind)
    assert json.decode(body, type=Problem).detail.endswith(".")


async def test_the_page_is_served_to_everybody(store: Store) -> None:
    async with served(store) as session:
        del session.headers["Authorization"]
        async with session.get("/api/openapi.json") as answer:
            page = await answer.json()

    assert json.decode(json.encode(document(DESCRIBED, version="0.0"))) == page


def test_the_page_names_every_route_of_the_table_and_no_other() -> None:
    described = {(method.upper(), path) for path, methods in PAGE["paths"].items() for method in methods}

    assert {(route.method, route.path) for route in DESCRIBED} == described


def test_every_reference_of_the_page_leads_somewhere() -> None:
    found = set(refs(PAGE))

    assert found
    for ref in found:
        part = PAGE
        for step in ref.removeprefix("#/").split("/"):
            part = part[step]


def test_shapes_are_called_by_one_word() -> None:
    """Two classes of one name would stand there with their modules, and a move of either would rename them."""
    assert [] == [name for name in PAGE["components"]["schemas"] if not name.isidentifier()]


def test_names_are_unique_and_path_parts_are_declared() -> None:
    operations = [(path, operation) for path, methods in PAGE["paths"].items() for operation in methods.values()]

    assert len(operations) == len({operation["operationId"] for _, operation in operations})
    for path, operation in operations:
        declared = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
        assert re.findall(r"\{(\w+)\}", path) == declared


def test_a_strict_body_says_so() -> None:
    assert PAGE["components"]["schemas"]["SayBody"]["additionalProperties"] is False
    assert ["delivery"] == PAGE["components"]["schemas"]["RetryBody"]["required"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_page_says_who_may(route: Route) -> None:
    operation = PAGE["paths"][route.path][route.method.lower()]

    session: dict[str, list[str]] = {"session": []} if route.method == "GET" else {"session": [], "csrf": []}
    match route.right:
        case Open.EVERYBODY:
            expected: list[object] = []
        case Open.SIGNED_IN:
            expected = [session]
        case _:
            expected = [session, {"token": []}]
            assert all(role.value in operation["description"] for role in holders(route.right))
    assert (route.right.value, expected) == (operation["x-right"], operation["security"])


def test_types_that_no_route_names_can_stand_on_the_page() -> None:
    page = document(ROUTES, version="1", also=(Noted,))

    assert "Noted" in page["components"]["schemas"]
    assert "Noted" not in PAGE["components"]["schemas"]
