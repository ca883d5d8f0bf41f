"""The API's routes about journeys: what they are and did, switching them, a customer's runs, and why something is not sent."""

from http import HTTPStatus

from hub.model.customers.record import Live
from hub.model.shop.people import Right
from hub.nudges.explain import Explained, explain
from hub.nudges.journey import Journey
from hub.nudges.rules import Switches
from hub.store.shop.journey_facts import COUNTED
from hub.store.shop.journeys import Switched
from hub.web.api.journey_views import Nudging, seen
from hub.web.api.routes.customers import known
from hub.web.api.shapes import journeys as shapes
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.http.problems import refusal


def _nudging(rooms: Rooms) -> Nudging:
    if rooms.nudging is None:
        raise refusal(HTTPStatus.SERVICE_UNAVAILABLE, "This process knows no journeys: ask one that was started with settings.")
    return rooms.nudging


def _named(rooms: Rooms, name: str) -> Journey:
    book = _nudging(rooms).rules.book
    journey = book.get(name or min(book, default=""))
    if journey is None:
        raise refusal(HTTPStatus.NOT_FOUND, "There is no such journey: list them with GET /api/journeys.", field="journey")
    return journey


async def _list(rooms: Rooms, _: Ask) -> Answer:
    return Answer(HTTPStatus.OK, shapes.JourneyList(journeys=await _nudging(rooms).shown()))


async def _read(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.JourneyQuery = ask.query
    journey = _named(rooms, ask.path["name"])
    if query.name and query.name not in COUNTED:
        raise refusal(HTTPStatus.BAD_REQUEST, f"Nothing is called so: name one of {', '.join(COUNTED)}.", field="name")
    names = (query.name,) if query.name else COUNTED
    facts = await _nudging(rooms).facts()
    newest = await facts.of_journey(journey.name, names, step=query.step, limit=query.limit)
    return Answer(HTTPStatus.OK, shapes.JourneyRead(journey=await _shown(rooms, journey.name), newest=tuple(map(seen, newest))))


async def _switch(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.JourneySwitch = ask.body
    journey = _named(rooms, ask.path["name"])
    by = ask.acting(body.by, field="$.by")
    await _nudging(rooms).switches.set(journey.name, Switched(live=body.status == "live", by=by, at=rooms.clock.now()))
    return Answer(HTTPStatus.OK, await _shown(rooms, journey.name))


async def _shown(rooms: Rooms, name: str) -> shapes.JourneyShown:
    return next(one for one in await _nudging(rooms).shown() if one.name == name)


async def _runs(rooms: Rooms, ask: Ask) -> Answer:
    record = await known(rooms, ask.path["customer"])
    pieces = (record.id, *(record.merged if isinstance(record, Live) else ()))
    past = await (await _nudging(rooms).facts()).of_customer(pieces)
    runs = tuple(reversed(record.runs)) if isinstance(record, Live) else ()
    return Answer(HTTPStatus.OK, shapes.Runs(customer=record.id, runs=runs, past=tuple(map(seen, past))))


async def _explain(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.ExplainQuery = ask.query
    record = await known(rooms, ask.path["customer"])
    nudging, journey = _nudging(rooms), _named(rooms, query.journey)
    if query.step and journey.step(query.step) is None:
        raise refusal(HTTPStatus.NOT_FOUND, "This journey has no such step: read it with GET /api/journeys/{name}.", field="step")
    switched = await nudging.switches.all()
    switches = Switches(stopped=await rooms.switch.thrown(), journeys={name: one.live for name, one in switched.items()})
    told = explain(record, journey, step=query.step, now=rooms.clock.now(), rules=nudging.rules, switches=switches)
    return Answer(HTTPStatus.OK, told)


JOURNEY_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/journeys", name="listJourneys", right=Right.LOOK, take=_list,
        answers={HTTPStatus.OK: shapes.JourneyList}, summary="List the journeys with what they did, step by step.",
    ),
    Route(
        method="GET", path="/api/journeys/{name}", name="readJourney", right=Right.LOOK, take=_read, query=shapes.JourneyQuery,
        answers={HTTPStatus.OK: shapes.JourneyRead}, summary="Read one journey, and what happened on it lately.",
    ),
    Route(
        method="POST", path="/api/journeys/{name}/switch", name="switchJourney", right=Right.NUDGE, take=_switch,
        body=shapes.JourneySwitch, answers={HTTPStatus.OK: shapes.JourneyShown}, summary="Switch a journey on or off.",
    ),
    Route(
        method="GET", path="/api/customers/{customer}/runs", name="readRuns", right=Right.LOOK, take=_runs,
        answers={HTTPStatus.OK: shapes.Runs}, summary="Read a customer's runs, and what the gate said of them.",
    ),
    Route(
        method="GET", path="/api/customers/{customer}/explain", name="explain", right=Right.LOOK, take=_explain,
        query=shapes.ExplainQuery, answers={HTTPStatus.OK: Explained},
        summary="Explain why a journey's message goes to a customer now, or does not: every check in its order.",
    ),
)  # fmt: skip
