"""The API's routes by which an admin sets channel accounts up: add, change, switch off, remove, look, connect."""

from collections.abc import Awaitable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeVar

import structlog

from hub.model.shop.people import Right
from hub.store.channels.calls import Place
from hub.web.api.account_book import AccountBook, Changed, InFile, NameTaken, NoSuchAccount, Unfit
from hub.web.api.shapes import accounts as shapes
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.http.problems import Problem, Refusal, refusal

T = TypeVar("T")
log = structlog.get_logger(__name__)


def _book(rooms: Rooms) -> AccountBook:
    if rooms.accounts is None:
        raise refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Accounts cannot be set up in this process.")
    return rooms.accounts


async def _kinds(rooms: Rooms, _: Ask) -> Answer:
    return Answer(HTTPStatus.OK, _book(rooms).kinds())


async def _all(rooms: Rooms, _: Ask) -> Answer:
    return Answer(HTTPStatus.OK, await _book(rooms).all())


async def _add(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.NewAccount = ask.body
    made = await _fit(_book(rooms).add(body, by=ask.caller.name))
    log.info("account added", channel=made.channel, account=made.name, by=ask.caller.name)
    return Answer(HTTPStatus.CREATED, made)


async def _change(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.AccountChange = ask.body
    made = await _fit(_book(rooms).change(_place(ask), body, by=ask.caller.name))
    log.info("account changed", channel=made.channel, account=made.name, active=made.active, by=ask.caller.name)
    return Answer(HTTPStatus.OK, made)


async def _remove(rooms: Rooms, ask: Ask) -> Answer:
    channel, account = _place(ask)
    query: shapes.RemovedQuery = ask.query
    await _fit(_book(rooms).remove((channel, account), revision=query.revision))
    log.info("account removed", channel=channel, account=account, by=ask.caller.name)
    return Answer(HTTPStatus.OK, shapes.Removed())


async def _try_out(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.NewAccount = ask.body
    return Answer(HTTPStatus.OK, await _fit(_book(rooms).try_out(body)))


async def _look(rooms: Rooms, ask: Ask) -> Answer:
    return Answer(HTTPStatus.OK, await _fit(_book(rooms).look(_place(ask))))


async def _connect(rooms: Rooms, ask: Ask) -> Answer:
    channel, account = _place(ask)
    seen = await _fit(_book(rooms).connect((channel, account)))
    log.info("account connected", channel=channel, account=account, grade=seen.grade, by=ask.caller.name)
    return Answer(HTTPStatus.OK, seen)


def _place(ask: Ask) -> Place:
    return ask.path["channel"], ask.path["account"]


async def _fit(work: Awaitable[T]) -> T:
    """What it returns; what does not do is a problem that names each field."""
    try:
        return await work
    except Unfit as error:
        raise Refusal(_unfit(error)) from error
    except NameTaken as error:
        detail = "There is an account of this channel and name already: take another name."
        raise refusal(HTTPStatus.CONFLICT, detail, field="$.name", code="name_taken") from error
    except NoSuchAccount as error:
        raise refusal(HTTPStatus.NOT_FOUND, "There is no such account: list them with GET /api/accounts.") from error
    except Changed as error:
        raise Refusal(_changed(error)) from error
    except InFile as error:
        raise refusal(HTTPStatus.CONFLICT, f"This account stands in {error}: change it there and start anew.", code="file") from error


def _changed(error: Changed) -> Problem:
    """Who was quicker, and when."""
    status, when = HTTPStatus.CONFLICT, datetime.fromtimestamp(error.at / 1000, UTC).isoformat(timespec="seconds")
    detail = f"{error.by or 'Somebody'} changed this account at {when}: read it again, and send the change with its revision."
    return Problem(title=status.phrase, status=status, detail=detail, field="$.revision", code="changed", owner=error.by, at=error.at)


def _unfit(error: Unfit) -> Problem:
    """What is wrong with each field, in English and by language."""
    status = HTTPStatus.BAD_REQUEST
    words = {f"$.values.{key}" if key not in {"", "name", "channel"} else f"$.{key}": dict(said) for key, said in error.fields.items()}
    fields = {path: said["en"] for path, said in words.items()}
    (first, sentence), *_ = fields.items()
    path = "" if first == "$." else first
    return Problem(title=status.phrase, status=status, detail=sentence, field=path, code="unfit", fields=fields, words=words)


_SEEN = {HTTPStatus.OK: shapes.SeenAccount}

ACCOUNT_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/accounts/kinds", name="listChannelKinds", right=Right.OPERATE, take=_kinds,
        answers={HTTPStatus.OK: shapes.KindList}, summary="List the kinds of channel, and what an account of each is asked for.",
    ),
    Route(
        method="GET", path="/api/accounts", name="listAccounts", right=Right.OPERATE, take=_all,
        answers={HTTPStatus.OK: shapes.AccountList}, summary="List how channel accounts are set up; secrets are never shown.",
    ),
    Route(
        method="POST", path="/api/accounts", name="addAccount", right=Right.OPERATE, take=_add, body=shapes.NewAccount,
        answers={HTTPStatus.CREATED: shapes.Account}, summary="Add a channel account; all processes have it within a second or two.",
    ),
    Route(
        method="POST", path="/api/accounts/look", name="tryAccount", right=Right.OPERATE, take=_try_out, body=shapes.NewAccount,
        answers=_SEEN, summary="Look at an account with these values before they are kept: credentials, webhook, events, expiry, clock.",
    ),
    Route(
        method="PATCH", path="/api/accounts/{channel}/{account}", name="changeAccount", right=Right.OPERATE, take=_change,
        body=shapes.AccountChange, answers={HTTPStatus.OK: shapes.Account},
        summary="Change an account, or switch it off or on, as long as its revision is the one named; what it has begun to send ends well.",
    ),
    Route(
        method="DELETE", path="/api/accounts/{channel}/{account}", name="removeAccount", right=Right.OPERATE, take=_remove,
        query=shapes.RemovedQuery, answers={HTTPStatus.OK: shapes.Removed},
        summary="Remove an account, secrets and all; its conversations stay readable.",
    ),
    Route(
        method="POST", path="/api/accounts/{channel}/{account}/look", name="lookAtAccount", right=Right.OPERATE, take=_look,
        answers=_SEEN, summary="Look how an account stands at its provider; nothing is changed there.",
    ),
    Route(
        method="POST", path="/api/accounts/{channel}/{account}/connect", name="connectAccount", right=Right.OPERATE, take=_connect,
        answers=_SEEN, summary="Have an account's events brought here where its provider has an API for that; else the clicks are told.",
    ),
)  # fmt: skip
