"""People on every topology: set up, signed in, changed and signed out, over real HTTP and a real store."""

import aiohttp
import pytest

from config.storage.store import Store, store
from config.wiring.sign_in import open_people
from hub.desk.people import LastAdmin, Newcomer, SignedOut, UserChanges, WrongCode
from hub.engine.clock import SystemClock
from hub.model.shop.people import Role
from hub.store.keys import Keys
from hub.web.api.shapes.people import SignedIn
from hub.web.auth.callers import CSRF_HEADER
from tests.whole.world import House, Told

PASSWORD = "đường về nhà 47"
pytestmark = pytest.mark.asyncio(loop_scope="package")


def beside(house: House) -> Store:
    """Another hub's store on the same servers, with nobody in it."""
    return store(house.process.store.links, Keys("beside:"))


async def test_the_first_one_comes_in_by_a_code_and_stays_an_admin(house: House) -> None:
    people, passwords = open_people(beside(house), clock=SystemClock())
    newcomer = Newcomer(login="an", name="An", password=PASSWORD)
    code = await people.setup_code()

    signed = await people.set_up(code, newcomer)

    assert (Role.ADMIN, "an") == (signed.user.role, (await people.known(signed.token)).user.login)
    with pytest.raises(WrongCode):
        await people.set_up(code, newcomer)
    with pytest.raises(LastAdmin):
        await people.amend("an", UserChanges(active=False))
    await people.sign_out(signed)
    with pytest.raises(SignedOut):
        await people.known(signed.token)
    passwords.close()


async def test_somebody_signs_in_asks_and_is_ended(house: House) -> None:
    assert house.process.web is not None
    people, base = house.process.web.people, house.caller.base
    login = f"mai{house.somebody()}"
    await people.add(Newcomer(login=login, name="Mai", password=PASSWORD, role=Role.LEAD))

    async with aiohttp.ClientSession(base, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:

        async def asked(method: str, path: str, body: object = None) -> Told:
            async with http.request(method, path, json=body) as answer:
                return Told(answer.status, await answer.read(), "")

        signed = (await asked("POST", "/api/session", {"login": login, "password": PASSWORD})).read(SignedIn)
        read = await asked("GET", "/api/people")
        without = await asked("PATCH", "/api/session", {"name": "Mai Trần"})
        http.headers[CSRF_HEADER] = signed.csrf
        changed = await asked("PATCH", "/api/session", {"name": "Mai Trần"})
        await people.amend(login, UserChanges(active=False))
        ended = await asked("GET", "/api/people")

    assert (200, 403, 200, 401) == (read.status, without.status, changed.status, ended.status)
    assert "Mai Trần" == changed.read(SignedIn).user.name
