"""The API's routes about channel accounts: how each does, and the log of its exchanges with the provider."""

import asyncio
from http import HTTPStatus

from hub.model.channels.exchange import Standing
from hub.model.channels.rates import Rates
from hub.model.shop.people import Right
from hub.store.channels.calls import Pause, Place
from hub.web.api.shapes import channels as shapes
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.http.problems import refusal


async def _channels(rooms: Rooms, _: Ask) -> Answer:
    return Answer(
        HTTPStatus.OK, shapes.ChannelList(channels=tuple(await asyncio.gather(*(_account(rooms, p) for p in sorted(rooms.channels)))))
    )


async def _account(rooms: Rooms, place: Place) -> shapes.ChannelAccount:
    now = rooms.clock.now()
    standing, pause = await asyncio.gather(rooms.calls.standing(place, now=now), rooms.calls.paused(place))
    kind, account = place
    return shapes.ChannelAccount(
        channel=kind,
        account=account,
        webhook=f"/hooks/{kind}/{account}",
        capabilities=rooms.channels[place].capabilities,
        state=_state(standing, pause, now),
        paused_until=pause.until,
        paused_for=pause.failure,
        standing=standing,
        rates=rooms.rates.get(place, Rates()),
    )


def _state(standing: Standing, pause: Pause, now: int) -> shapes.State:
    if pause.until > now:
        return "paused"
    if standing.failed > standing.well:
        return "failing"
    return "connected" if standing.well else "quiet"


async def _log(rooms: Rooms, ask: Ask) -> Answer:
    query: shapes.LogQuery = ask.query
    place = (ask.path["channel"], ask.path["account"])
    if place not in rooms.channels:
        raise refusal(HTTPStatus.NOT_FOUND, "There is no such channel account: list them with GET /api/channels.")
    if query.after:
        told = await rooms.calls.since(place, query.after, limit=query.limit, failed=query.failed)
        told = [one for one in told if query.delivery in {"", one.exchange.delivery}]
        return Answer(HTTPStatus.OK, shapes.LogPage(entries=tuple(shapes.LogEntry(one.id, one.exchange) for one in told)))
    told = await rooms.calls.newest(place, limit=query.limit, before=query.before, failed=query.failed, delivery=query.delivery)
    entries = tuple(shapes.LogEntry(one.id, one.exchange) for one in told)
    return Answer(HTTPStatus.OK, shapes.LogPage(entries=entries, before=entries[-1].id if len(entries) == query.limit else ""))


CHANNEL_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/channels", name="listChannels", right=Right.LOOK,
        take=_channels, answers={HTTPStatus.OK: shapes.ChannelList},
        summary="List the configured channel accounts, and how each does.",
    ),
    Route(
        method="GET", path="/api/channels/{channel}/{account}/log", name="readChannelLog", right=Right.WATCH,
        take=_log, query=shapes.LogQuery, answers={HTTPStatus.OK: shapes.LogPage},
        summary="Read an account's exchanges with its provider of the last seven days, without secrets and without what was said.",
    ),
)  # fmt: skip
