"""The API: its table of routes, served and described."""

from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web
from msgspec import json

from hub.web.api.openapi import document
from hub.web.api.routes.accounts import ACCOUNT_ROUTES
from hub.web.api.routes.alerts import ALERT_ROUTES
from hub.web.api.routes.amending import AMEND_ROUTES
from hub.web.api.routes.channels import CHANNEL_ROUTES
from hub.web.api.routes.customers import CUSTOMER_ROUTES
from hub.web.api.routes.files import FILE_ROUTES
from hub.web.api.routes.finding import FIND_ROUTES
from hub.web.api.routes.inbox import INBOX_ROUTES
from hub.web.api.routes.journeys import JOURNEY_ROUTES
from hub.web.api.routes.operation import OPERATION_ROUTES
from hub.web.api.routes.people import PEOPLE_ROUTES
from hub.web.api.routes.tracking import EVENT_ROUTES
from hub.web.api.routes.windows import WINDOW_ROUTES
from hub.web.api.table import Rooms, Route, Serving
from hub.web.auth.callers import Signing
from hub.web.http.error_answers import Handler
from hub.web.http.headers import JSON_HEADERS
from hub.web.http.problems import Problem, Refusal, answered, refusal

ROUTES: tuple[Route, ...] = (
    *PEOPLE_ROUTES,
    *FIND_ROUTES,
    *CUSTOMER_ROUTES,
    *INBOX_ROUTES,
    *AMEND_ROUTES,
    *FILE_ROUTES,
    *WINDOW_ROUTES,
    *JOURNEY_ROUTES,
    *CHANNEL_ROUTES,
    *ALERT_ROUTES,
    *ACCOUNT_ROUTES,
    *OPERATION_ROUTES,
)

DESCRIBED: tuple[Route, ...] = (*ROUTES, *EVENT_ROUTES)
"""What the OpenAPI page tells: also what has a door of its own."""


def api_routes(rooms: Rooms, *, signing: Signing, version: str) -> list[web.RouteDef]:
    """Everything under /api: the table, the page that describes it, and a clear no to all else."""
    serving = Serving(rooms, signing=signing)
    page = json.format(json.encode(document(DESCRIBED, version=version)), indent=1)

    async def openapi(_: web.Request) -> web.StreamResponse:
        return web.Response(body=page, content_type="application/json", headers=dict(JSON_HEADERS))

    served = [web.route(route.method, route.path, serving.handler(route)) for route in ROUTES]
    served.append(web.route("GET", "/api/openapi.json", openapi))
    wrong = [web.route("*", path, _only(methods)) for path, methods in _methods(served).items()]
    return [*served, *wrong, web.route("*", "/api/{rest:.*}", _nothing_here)]


def _methods(served: Sequence[web.RouteDef]) -> dict[str, list[str]]:
    methods: defaultdict[str, list[str]] = defaultdict(list)
    for route in served:
        methods[route.path].append(route.method)
    return methods


def _only(methods: Sequence[str]) -> Handler:
    allowed = ", ".join(methods)

    async def refuse(_: web.Request) -> web.StreamResponse:
        status = HTTPStatus.METHOD_NOT_ALLOWED
        return answered(Refusal(Problem(title=status.phrase, status=status, detail=f"Use {allowed} here."), headers={"Allow": allowed}))

    return refuse


async def _nothing_here(_: web.Request) -> web.StreamResponse:
    return answered(refusal(HTTPStatus.NOT_FOUND, "There is nothing here: see /api/openapi.json."))
