"""The API's routes for those who run the hub: what was given up, the kill switch, what was not understood, the channel accounts."""

from http import HTTPStatus
from typing import Literal

from hub.model.channels.ports import Channel
from hub.model.errors import Unparseable
from hub.model.events.event import Incoming
from hub.model.shop.people import Right
from hub.model.subject import PARTITIONS
from hub.store.channels.cases import Case
from hub.store.encoding.codec import Undecodable
from hub.store.mailboxes.dead_letters import NotDead
from hub.store.mailboxes.kill_switch import Thrown
from hub.web.api.shapes import customers as shapes
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.http.problems import Refusal, refusal


async def _dead(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.ListQuery = ask.query
    return Answer(HTTPStatus.OK, shapes.DeadList(dead=tuple(await rooms.dead.all(limit=query.limit))))


async def _retry(rooms: Rooms, ask: Ask) -> Answer:
    number, entry = ask.path["partition"], ask.path["entry"]
    if not (number.isascii() and number.isdigit() and int(number[:4]) < PARTITIONS and entry.isascii()):
        raise _no_entry()
    try:
        await rooms.dead.retry(int(number), entry)
    except NotDead as error:
        raise _no_entry() from error
    except Undecodable as error:
        detail = "This version of the hub cannot read the entry: retry it with the version that wrote it."
        raise refusal(HTTPStatus.CONFLICT, detail) from error
    return Answer(HTTPStatus.OK, shapes.Retried(partition=int(number), entry=entry))


def _no_entry() -> Refusal:
    return refusal(HTTPStatus.NOT_FOUND, "No such entry was given up, or it was retried already: list them with GET /api/dead.")


async def _stop(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.StopBody = ask.body
    if body.state == "on":
        await rooms.switch.throw(Thrown(by=ask.acting(body.by, field="$.by"), at=rooms.clock.now(), reason=body.reason))
    else:
        await rooms.switch.lift()
    return await _state(rooms)


async def _stopped(rooms: Rooms, _: Ask) -> Answer:
    return await _state(rooms)


async def _state(rooms: Rooms) -> Answer:
    thrown, partitions = await rooms.switch.state()
    if thrown is None:
        return Answer(HTTPStatus.OK, shapes.StopState(state="off"))
    state: Literal["on", "partly"] = "on" if partitions == PARTITIONS else "partly"
    return Answer(HTTPStatus.OK, shapes.StopState(state=state, by=thrown.by, at=thrown.at, reason=thrown.reason))


async def _cases(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.CasesQuery = ask.query
    wanted = [key for key in rooms.channels if query.channel in {"", key[0]} and query.account in {"", key[1]}]
    found = [_shown(case, key) for key in wanted for case in await rooms.cases.newest(*key, limit=query.limit)]
    return Answer(HTTPStatus.OK, shapes.CaseList(cases=tuple(sorted(found, key=lambda case: case.at, reverse=True))))


def _shown(case: Case, key: tuple[str, str]) -> shapes.KeptCase:
    return shapes.KeptCase(
        id=case.id,
        channel=key[0],
        account=key[1],
        at=case.at,
        reason=case.reason,
        fields=case.fields,
        size=len(case.body),
        replayable=not case.cut,
    )


async def _replay(rooms: Rooms, ask: Ask) -> Answer:
    kind, account, id = ask.path["channel"], ask.path["account"], ask.path["case"]  # noqa: A001 - the field's name
    channel = rooms.channels.get((kind, account))
    case = await rooms.cases.read(kind, account, id) if channel and id.isascii() else None
    if channel is None or case is None:
        raise refusal(HTTPStatus.NOT_FOUND, "No such case is kept: they go after seven days; list them with GET /api/cases.")
    if case.cut:
        raise refusal(HTTPStatus.CONFLICT, "This case was too large to be kept whole, so it cannot be replayed.")
    understood, rest = _parsed(channel, case)
    if understood:
        await rooms.intake.accept(understood, days=channel.capabilities.retry_horizon_days)
    if not rest:
        await rooms.cases.forget(kind, account, id)
    return Answer(HTTPStatus.OK, shapes.Replayed(understood=len(understood), not_understood=rest))


def _parsed(channel: Channel, case: Case) -> tuple[list[Incoming], int]:
    """What the parser of today makes of it; raises a 409 where it still understands nothing."""
    try:
        events = channel.parse(case.inbound())
    except Unparseable as error:
        raise refusal(HTTPStatus.CONFLICT, "The channel still does not understand this case: it stays kept.") from error
    understood = [event for event in events if isinstance(event, Incoming)]
    return understood, len(events) - len(understood)


OPERATION_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/dead", name="listDead", right=Right.OPERATE,
        take=_dead, query=shapes.ListQuery, answers={HTTPStatus.OK: shapes.DeadList},
        summary="List what was given up: events after their third failure, and what this version cannot read.",
    ),
    Route(
        method="POST", path="/api/dead/{partition}/{entry}/retry", name="retryDead", right=Right.OPERATE,
        take=_retry, answers={HTTPStatus.OK: shapes.Retried},
        summary="Put what was given up back where it came from.",
    ),
    Route(
        method="GET", path="/api/stop", name="readStop", right=Right.LOOK, take=_stopped, answers={HTTPStatus.OK: shapes.StopState},
        summary="Read the kill switch.",
    ),
    Route(
        method="POST", path="/api/stop", name="setStop", right=Right.NUDGE,
        take=_stop, body=shapes.StopBody, answers={HTTPStatus.OK: shapes.StopState},
        summary="Throw the kill switch: no marketing send begins any more; or lift it.",
    ),
    Route(
        method="GET", path="/api/cases", name="listCases", right=Right.OPERATE,
        take=_cases, query=shapes.CasesQuery, answers={HTTPStatus.OK: shapes.CaseList},
        summary="List the signed webhooks of the last seven days that were not understood.",
    ),
    Route(
        method="POST", path="/api/cases/{channel}/{account}/{case}/replay", name="replayCase", right=Right.OPERATE, take=_replay,
        answers={HTTPStatus.OK: shapes.Replayed},
        summary="Parse a kept webhook again and put what is understood now into the mailboxes.",
    ),
)  # fmt: skip
