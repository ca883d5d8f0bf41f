"""The OpenAPI 3.1 page, made from the same table as the routes."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.json import schema_components

from hub.model.inbox.feed import ConsoleFrame, HubFrame
from hub.model.shop.people import holders
from hub.web.api.table import Route
from hub.web.auth.callers import COOKIE, CSRF_HEADER, Needed, Open
from hub.web.http.file_body import Upload
from hub.web.http.problems import PROBLEM_TYPE, Problem

_TEMPLATE = "#/components/schemas/{name}"
_SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by signing in; for browsers."},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": "`csrf` of GET /api/session."},
    "token": {"type": "http", "scheme": "bearer", "description": "A token of the hub's settings, with every right; for programs."},
}
_PATH_PART = re.compile(r"\{(\w+)\}")


def document(routes: Sequence[Route], *, version: str, also: Sequence[Any] = ()) -> dict[str, Any]:
    """The whole page as builtins, ready for JSON. `also`: types that no route names, as the frames of a WebSocket."""
    types = list(_types(routes, (*also, ConsoleFrame, HubFrame)))
    schemas, components = schema_components(types, ref_template=_TEMPLATE)
    schema_of = {id(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "omnihub", "version": version, "summary": "One ordered mailbox per customer."},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": _SCHEMES,
            "responses": {
                "Problem": {
                    "description": "What went wrong and what to do about it.",
                    "content": {PROBLEM_TYPE: {"schema": schema_of[id(Problem)]}},
                }
            },
        },
    }


def _types(routes: Sequence[Route], also: Sequence[Any]) -> Iterator[Any]:
    """Every type that has a schema of its own, each once."""
    seen: dict[int, Any] = {id(kind): kind for kind in (Problem, *also)}
    for route in routes:
        for kind in (route.body, route.query, *route.answers.values()):
            if kind is not None and kind is not Upload:
                seen[id(kind)] = kind
    yield from seen.values()


def _operation(route: Route, schema_of: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _who_may(route.right),
        "security": _security(route),
        "x-right": route.right.value,
        "parameters": list(_parameters(route, components)),
    }
    if route.body is Upload:
        binary = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "content": binary}
    elif route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema_of[id(route.body)]}}}
    operation["responses"] = {
        **{
            str(int(status)): {
                "description": _first_line(kind) or status.phrase,
                "content": {"application/json": {"schema": schema_of[id(kind)]}},
            }
            for status, kind in route.answers.items()
        },
        "default": {"$ref": "#/components/responses/Problem"},
    }
    return operation


def _who_may(needed: Needed) -> str:
    """In words, what a route asks for."""
    match needed:
        case Open.EVERYBODY:
            return "Open to everybody."
        case Open.SIGNED_IN:
            return "Open to everybody who is signed in."
        case _:
            return f"Needs the right `{needed.value}`: {', '.join(role.value for role in holders(needed))}, or a program with a token."


def _security(route: Route) -> list[dict[str, list[str]]]:
    """The ways in, one of which must be taken; a changing request with the cookie bears the CSRF token too."""
    session: dict[str, list[str]] = {"session": []} if route.method == "GET" else {"session": [], "csrf": []}
    match route.right:
        case Open.EVERYBODY:
            return []
        case Open.SIGNED_IN:
            return [session]
        case _:
            return [session, {"token": []}]


def _parameters(route: Route, components: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Path parts, the query struct's fields, and the key that makes a POST repeatable."""
    for name in _PATH_PART.findall(route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if route.query is not None:
        for name, schema in components[route.query.__name__]["properties"].items():
            yield {"name": name, "in": "query", "required": False, "schema": schema}
    if route.method == "POST":
        words = "The same request under the same key is taken once and answered alike. Without one the hub makes one and tells it."
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": words,
            "schema": {"type": "string", "maxLength": 200},
        }


def _first_line(kind: object) -> str:
    """A struct's own promise; a union has none."""
    return (kind.__doc__ or "").split("\n")[0] if isinstance(kind, type) and issubclass(kind, Struct) else ""
