"""Reading what stand-ins are asked: bodies that should be JSON, numbers in a query, and who may ask at all."""

import binascii
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from sandbox.shown import Json

T = TypeVar("T")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def object_in(raw: bytes) -> Json:
    """The object a body is; an empty one for any other body, which a provider then misses fields in."""
    try:
        found = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


async def control(request: web.Request, kind: type[T]) -> T:
    """What a control request carries; raises 400 for what is none."""
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def file_in(told: str) -> bytes:
    """The file that came along as base64, empty where none did; raises 400."""
    try:
        return b64decode(told, validate=True)
    except binascii.Error as error:
        raise web.HTTPBadRequest(text="the file is not base64") from error


def number(request: web.Request, key: str) -> float:
    """A number of the query, 0 where there is none; raises 400."""
    try:
        return float(request.query.get(key, "0"))
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"{key} is not a number") from error


def told(body: object) -> web.Response:
    """An answer of the door."""
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


def phone_of(kind: str, **invited: str) -> web.Response:
    """To the page of phones, as a link opens its app: `say`, words to be sent; `start`, what is told at the start."""
    return web.Response(status=302, headers={"Location": f"/?{urlencode({'app': kind, **invited})}"})


def guarded(handler: Handler) -> Handler:
    """Only what a page of another origin cannot send without being asked first: a JSON body."""

    async def checked(request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="send JSON")
        return await handler(request)

    return checked
