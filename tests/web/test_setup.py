"""The first one: by a code that only whoever starts the hub sees."""

import asyncio

import pytest

from hub.desk.people import Newcomer, People, WrongCode
from hub.model.shop.people import Role
from hub.web.http.throttle import SIGN_INS_AT_MOST
from tests.web.desk_world import Store
from tests.web.people_world import PASSWORD, browser, served_to_browsers, somebody

NEW = "một mật khẩu khác 48"
SESSION = {"login": "an", "password": PASSWORD}


async def code_of(people: People) -> str:
    code = await people.setup_code()
    assert code
    return code


async def test_the_first_one_is_an_admin_and_signed_in(store: Store) -> None:
    code = await code_of(store.people)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        before = await page.ask("GET", "/api/setup")
        body = {"code": code, "login": "An@Shop.example", "name": " An ", "password": PASSWORD, "language": "vi"}
        status, told = await page.ask("POST", "/api/setup", body)
        after = await page.ask("GET", "/api/setup")
        again, refused = await page.ask("POST", "/api/setup", {**body, "login": "eve"})

    assert ((200, {"needed": True}), (200, {"needed": False})) == (before, after)
    assert (200, {"login": "an@shop.example", "name": "An", "role": "admin", "language": "vi"}) == (status, told["user"])
    assert (403, "code") == (again, refused["code"])


async def test_of_two_who_set_up_at_once_one_wins(store: Store) -> None:
    code = await code_of(store.people)

    async with served_to_browsers(store) as (base, _), browser(base) as one, browser(base) as other:
        body = {"code": code, "name": "x", "password": PASSWORD}
        seen = await asyncio.gather(
            *(page.ask("POST", "/api/setup", {**body, "login": login}) for page, login in ((one, "an"), (other, "bao")))
        )

    assert [200, 403] == sorted(status for status, _ in seen)
    assert 1 == len(await store.people.all())


async def test_codes_of_several_processes_all_do_and_none_is_left(store: Store) -> None:
    first, second = await code_of(store.people), await code_of(store.people)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        status, _ = await page.ask("POST", "/api/setup", {"code": first, "login": "an", "name": "x", "password": PASSWORD})

    assert 200 == status
    assert first != second
    assert 0 == await store.links.call("x", "EXISTS", store.keys.setup)
    assert "" == await store.people.setup_code()


async def test_codes_are_not_guessed(store: Store) -> None:
    await code_of(store.people)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        body = {"login": "eve", "name": "x", "password": PASSWORD}
        seen = [(await page.ask("POST", "/api/setup", {**body, "code": f"guess {n}"}))[0] for n in range(SIGN_INS_AT_MOST + 1)]

    assert [*[403] * SIGN_INS_AT_MOST, 429] == seen


async def test_a_set_up_that_does_not_do_leaves_the_code_for_the_next_try(store: Store) -> None:
    code = await code_of(store.people)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        body = {"code": code, "login": "an", "name": "x", "password": PASSWORD}
        seen = [
            (await page.ask("POST", "/api/setup", {**body, **wrong}))[0]
            for wrong in ({"password": "short"}, {"login": "a b"}, {"name": " "}, {"name": "x\ny"}, {"login": "x" * 65}, {})
        ]

    assert [400, 400, 400, 400, 400, 200] == seen


async def test_no_code_is_taken_once_somebody_is_there(store: Store) -> None:
    code = await code_of(store.people)
    await somebody(store, "mai", Role.AGENT)

    with pytest.raises(WrongCode):
        await store.people.set_up(code, eve())


def eve() -> Newcomer:
    return Newcomer(login="eve", name="Eve", password=PASSWORD)
