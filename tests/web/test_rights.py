"""Every route × every role: who may is what the route declares, and nothing gets past it."""

from collections.abc import AsyncIterator
from re import sub

import pytest

from hub.model.shop.people import RIGHTS, Right, Role, holders
from hub.web.api.all_routes import ROUTES
from hub.web.api.table import Route
from hub.web.auth.callers import CSRF_HEADER, Open
from tests.web.desk_world import TOKEN, Store
from tests.web.people_world import Browser, browser, served_to_browsers, somebody

SAFE = {"GET"}
CHANGING = [route for route in ROUTES if route.method not in SAFE and route.right is not Open.EVERYBODY]
"""What needs the CSRF token."""


@pytest.fixture
async def base(store: Store) -> AsyncIterator[str]:
    for role in Role:
        await somebody(store, role.value, role)
    async with served_to_browsers(store) as (address, _):
        yield address


def path_of(route: Route) -> str:
    """The route's path with names that are nobody's."""
    return sub(r"\{\w+\}", "x", route.path)


async def let_in(asking: Browser, route: Route) -> bool:
    """Whether the route took the request as far as to look at what it says: there is no body, so nothing is done."""
    status, told = await asking.ask(route.method, path_of(route))
    assert status < 500, (route.name, told)
    return status not in {401, 403}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_each_role_may_what_the_route_declares(base: str, route: Route) -> None:
    everybody = isinstance(route.right, Open)
    declared = {role.value: everybody or route.right in RIGHTS[role] for role in Role}

    seen = {}
    for role in Role:
        async with browser(base) as asking:
            assert 200 == await asking.sign_in(role.value)
            seen[role.value] = await let_in(asking, route)

    assert declared == seen


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_without_a_session_only_open_routes_answer(base: str, route: Route) -> None:
    async with browser(base) as asking:
        status, _ = await asking.ask(route.method, path_of(route))
        with_nonsense, _ = await asking.ask(route.method, path_of(route), Cookie="hub_session=nonsense")

    refused = route.right is not Open.EVERYBODY
    assert (refused, refused) == (status == 401, with_nonsense == 401)


@pytest.mark.parametrize("route", CHANGING, ids=lambda route: route.name)
@pytest.mark.parametrize("given", ["", "wrong", "\u00ff"])
async def test_a_changing_request_without_the_csrf_token_is_refused(base: str, route: Route, given: str) -> None:
    async with browser(base) as asking:
        await asking.sign_in(Role.ADMIN.value)
        asking.http.headers[CSRF_HEADER] = given

        status, told = await asking.ask(route.method, path_of(route))

    assert (403, "csrf", CSRF_HEADER) == (status, told.get("code"), told.get("field"))


@pytest.mark.parametrize("route", [route for route in ROUTES if isinstance(route.right, Right)], ids=lambda route: route.name)
async def test_a_program_with_the_token_has_every_right_and_needs_no_csrf_token(base: str, route: Route) -> None:
    async with browser(base) as asking:
        asking.http.headers["Authorization"] = f"Bearer {TOKEN}"

        assert await let_in(asking, route)


async def test_a_refusal_names_the_right_and_who_has_it(base: str) -> None:
    async with browser(base) as asking:
        await asking.sign_in(Role.ANALYST.value)

        status, told = await asking.ask("POST", "/api/customers/cu-1/claim", {})

    assert (403, "right") == (status, told["code"])
    for word in ("`talk`", "agent, lead, admin", "Your role is analyst"):
        assert word in str(told["detail"])


def test_what_asks_for_no_right_is_known_one_by_one() -> None:
    opened = {kind: {route.name for route in ROUTES if route.right is kind} for kind in Open}

    assert {"readSetup", "setUp", "signIn"} == opened[Open.EVERYBODY]
    assert {"readSession", "changeMe", "signOut", "changePassword"} == opened[Open.SIGNED_IN]


def test_looking_alone_changes_nothing() -> None:
    assert [] == [route.name for route in ROUTES if route.right is Right.LOOK and route.method not in SAFE]


def test_every_right_has_somebody_and_the_admin_has_all() -> None:
    assert [] == [right for right in Right if not holders(right)]
    assert frozenset(Right) == RIGHTS[Role.ADMIN]
    assert set(Role) == set(RIGHTS)
