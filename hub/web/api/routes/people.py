"""The API's routes about people: the first one, signing in and out, and who else there is."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import TypeVar

import structlog

from hub.desk.passwords import Unfit, WrongPassword
from hub.desk.people import LastAdmin, Newcomer, Signed, UserChanges, WrongCode, login_of
from hub.model.shop.people import Right
from hub.store.shop.people import Stranger, Taken
from hub.web.api.shapes import people as shapes
from hub.web.api.table import Answer, Ask, Rooms, Route
from hub.web.auth.callers import Open
from hub.web.http.problems import refusal
from hub.web.http.throttle import signing_in

T = TypeVar("T")
log = structlog.get_logger(__name__)


async def _needed(rooms: Rooms, _: Ask) -> Answer:
    return Answer(HTTPStatus.OK, shapes.SetupState(needed=await rooms.people.nobody()))


async def _set_up(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.SetupBody = ask.body
    newcomer = Newcomer(login=body.login, name=body.name, password=body.password, language=body.language)
    try:
        with rooms.throttle.trying(f"code from {ask.address}", wrong=WrongCode):
            signed = await _fit(rooms.people.set_up(body.code, newcomer))
    except WrongCode as error:
        detail = "This code is not right, or somebody was set up already: take the link of the newest `hub serve`, or sign in."
        raise refusal(HTTPStatus.FORBIDDEN, detail, field="$.code", code="code") from error
    log.info("first admin set up", login=signed.user.login)
    return _opened(rooms, signed)


async def _sign_in(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.SignInBody = ask.body
    login = login_of(body.login)
    try:
        device = rooms.devices.known(login, ask.cookies)
        with signing_in(rooms.throttle, login, address=ask.address, device=device, wrong=WrongPassword):
            signed = await rooms.people.sign_in(login, body.password)
    except WrongPassword as error:
        log.info("sign-in refused", address=ask.address)
        raise refusal(HTTPStatus.UNAUTHORIZED, "Login or password is not right: type both once more.", code="password") from error
    log.info("signed in", login=login, role=signed.user.role.value)
    return _opened(rooms, signed)


async def _me(_: Rooms, ask: Ask) -> Answer:
    return Answer(HTTPStatus.OK, _shown(ask.signed))


async def _sign_out(rooms: Rooms, ask: Ask) -> Answer:
    await rooms.people.sign_out(ask.signed)
    return Answer(HTTPStatus.OK, shapes.SignedOut(), session="")


async def _change_me(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.MeBody = ask.body
    user = await _fit(rooms.people.amend(ask.caller.name, UserChanges(name=body.name, language=body.language)))
    return Answer(HTTPStatus.OK, _shown(Signed(user, ask.signed.session, ask.signed.token)))


async def _change_password(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.PasswordBody = ask.body
    try:
        with rooms.throttle.trying(f"change of {ask.caller.name}", wrong=WrongPassword):
            signed = await _fit(rooms.people.change_password(ask.signed, old=body.old, new=body.new), field="$.new")
    except WrongPassword as error:
        raise refusal(HTTPStatus.FORBIDDEN, "The old password is not right.", field="$.old", code="password") from error
    log.info("password changed", login=signed.user.login, by=signed.user.login)
    return _opened(rooms, signed)


async def _people(rooms: Rooms, _: Ask) -> Answer:
    return Answer(HTTPStatus.OK, shapes.PersonList(people=tuple(map(shapes.person, await rooms.people.all()))))


async def _add(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.PersonBody = ask.body
    newcomer = Newcomer(login=body.login, name=body.name, password=body.password, role=body.role, language=body.language)
    try:
        user = await _fit(rooms.people.add(newcomer))
    except Taken as error:
        raise refusal(HTTPStatus.CONFLICT, "Somebody has this login already: take another.", field="$.login", code="taken") from error
    log.info("person added", login=user.login, role=user.role.value, by=ask.caller.name)
    return Answer(HTTPStatus.CREATED, shapes.person(user))


async def _amend(rooms: Rooms, ask: Ask) -> Answer:
    body: shapes.PersonChange = ask.body
    changes = UserChanges(name=body.name, role=body.role, active=body.active, language=body.language, password=body.password)
    try:
        user = await _fit(rooms.people.amend(ask.path["login"], changes))
    except Stranger as error:
        raise refusal(HTTPStatus.NOT_FOUND, "Nobody has this login: list people with GET /api/people.") from error
    except LastAdmin as error:
        detail = "This is the last active admin: make somebody else an admin first, or nobody could name people any more."
        raise refusal(HTTPStatus.CONFLICT, detail, code="last_admin") from error
    log.info("person changed", login=user.login, role=user.role.value, active=user.active, by=ask.caller.name)
    return Answer(HTTPStatus.OK, shapes.person(user))


async def _fit(work: Awaitable[T], *, field: str = "") -> T:
    """What it returns; where something typed does not do, a 400 that says what would."""
    try:
        return await work
    except Unfit as error:
        raise refusal(HTTPStatus.BAD_REQUEST, str(error), field=field, code="unfit") from error


def _opened(rooms: Rooms, signed: Signed) -> Answer:
    return Answer(HTTPStatus.OK, _shown(signed), session=signed.token, device=rooms.devices.mark(signed.user.login))


def _shown(signed: Signed) -> shapes.SignedIn:
    rights = tuple(right for right in Right if right in signed.user.rights)
    return shapes.SignedIn(user=shapes.me(signed.user), rights=rights, csrf=signed.session.csrf)


_SIGNED_IN = {HTTPStatus.OK: shapes.SignedIn}

PEOPLE_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET", path="/api/setup", name="readSetup", right=Open.EVERYBODY, take=_needed, answers={HTTPStatus.OK: shapes.SetupState},
        summary="Ask whether the first user is still to be made.",
    ),
    Route(
        method="POST", path="/api/setup", name="setUp", right=Open.EVERYBODY, take=_set_up, body=shapes.SetupBody, answers=_SIGNED_IN,
        summary="Make the first user, an admin, by the code that `hub serve` printed, and sign in.",
    ),
    Route(
        method="POST", path="/api/session", name="signIn", right=Open.EVERYBODY, take=_sign_in, body=shapes.SignInBody, answers=_SIGNED_IN,
        summary="Sign in: sets the cookie of a new session.",
    ),
    Route(
        method="GET", path="/api/session", name="readSession", right=Open.SIGNED_IN, take=_me, answers=_SIGNED_IN,
        summary="Read who is signed in.",
    ),
    Route(
        method="PATCH", path="/api/session", name="changeMe", right=Open.SIGNED_IN, take=_change_me, body=shapes.MeBody,
        answers=_SIGNED_IN, summary="Change one's own name or language.",
    ),
    Route(
        method="DELETE", path="/api/session", name="signOut", right=Open.SIGNED_IN, take=_sign_out,
        answers={HTTPStatus.OK: shapes.SignedOut}, summary="Sign out in this browser.",
    ),
    Route(
        method="POST", path="/api/session/password", name="changePassword", right=Open.SIGNED_IN, take=_change_password,
        body=shapes.PasswordBody, answers=_SIGNED_IN,
        summary="Change one's own password: every other browser is signed out, this one gets a new session.",
    ),
    Route(
        method="GET", path="/api/people", name="listPeople", right=Right.LOOK, take=_people, answers={HTTPStatus.OK: shapes.PersonList},
        summary="List who may sign in, and who may not any more.",
    ),
    Route(
        method="POST", path="/api/people", name="addPerson", right=Right.PEOPLE, take=_add, body=shapes.PersonBody,
        answers={HTTPStatus.CREATED: shapes.Person}, summary="Add somebody who may sign in.",
    ),
    Route(
        method="PATCH", path="/api/people/{login}", name="changePerson", right=Right.PEOPLE, take=_amend, body=shapes.PersonChange,
        answers={HTTPStatus.OK: shapes.Person}, summary="Change somebody's name, role or password, or let them sign in no more.",
    ),
)  # fmt: skip
