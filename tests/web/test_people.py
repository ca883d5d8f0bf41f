"""People by the API: who is there, who may change whom, and who acts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from msgspec.structs import replace

from hub.desk.people import LastAdmin, UserChanges
from hub.model.events.event import Event
from hub.model.shop.people import Right, Role
from hub.store.encoding.codec import encode
from hub.store.shop.people import Change, Stranger, Users
from hub.web.auth.callers import COOKIE, Signing
from hub.web.auth.tokens import Tokens
from hub.web.http.problems import Refusal
from tests.web.desk_world import HERE, TOKEN, Granting, Store, live, served, worked
from tests.web.people_world import PASSWORD, Browser, signed_in, somebody
from tests.web.world import opened


@pytest.fixture
async def admin(store: Store) -> AsyncIterator[Browser]:
    await somebody(store)
    async with signed_in(store) as page:
        yield page


async def test_everybody_sees_names_and_roles_and_no_password(store: Store) -> None:
    await somebody(store, "an")
    await somebody(store, "bao", Role.ANALYST)
    await store.people.amend("an", UserChanges(name="An Nguyễn"))

    async with signed_in(store, "bao") as page:
        status, told = await page.ask("GET", "/api/people")

    assert 200 == status
    assert [
        {"login": "an", "name": "An Nguyễn", "role": "admin", "active": True, "language": ""},
        {"login": "bao", "name": "Họ tên bao", "role": "analyst", "active": True, "language": ""},
    ] == told["people"]


async def test_an_admin_adds_somebody_who_then_signs_in(admin: Browser) -> None:
    body = {"login": "Mai.Tran@shop.example", "name": "Mai", "role": "marketer", "password": PASSWORD, "language": "vi"}

    status, told = await admin.ask("POST", "/api/people", body)
    twice, refused = await admin.ask("POST", "/api/people", {**body, "login": " mai.tran@SHOP.example "})

    assert (201, "mai.tran@shop.example", "marketer") == (status, told["login"], told["role"])
    assert (409, "taken", "$.login") == (twice, refused["code"], refused["field"])
    assert 200 == await admin.sign_in("mai.tran@shop.example")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"login": "Mai Trần"}, "letters a-z"),
        ({"login": ""}, "letters a-z"),
        ({"login": ".mai"}, "begins and ends"),
        ({"login": "m" * 65}, "1 to 64"),
        ({"name": ""}, "A name has"),
        ({"name": "x" * 101}, "A name has"),
        ({"name": "Mai\nTrần"}, "on one line"),
        ({"name": "Mai\u2028Trần"}, "on one line"),
        ({"name": "Mai \u202enầrT"}, "on one line"),
        ({"password": "too short"}, "10 characters"),
        ({"role": "boss"}, "enum"),
        ({"language": "de"}, "enum"),
        ({"admin": True}, "unknown field"),
    ],
)
async def test_what_does_not_do_is_a_400_that_says_what_would(admin: Browser, wrong: dict[str, object], words: str) -> None:
    body: dict[str, object] = {"login": "mai", "name": "Mai", "role": "agent", "password": PASSWORD, **wrong}

    status, told = await admin.ask("POST", "/api/people", body)

    assert 400 == status
    assert words in str(told["detail"])


async def test_an_admin_changes_everything_about_somebody_but_the_login(store: Store, admin: Browser) -> None:
    await somebody(store, "mai", Role.AGENT)
    change = {"name": "Mai Trần", "role": "lead", "language": "en", "password": f"{PASSWORD} mới"}

    status, told = await admin.ask("PATCH", "/api/people/mai", change)
    nobody, _ = await admin.ask("PATCH", "/api/people/nobody", {"role": "lead"})

    assert (200, {"login": "mai", "name": "Mai Trần", "role": "lead", "active": True, "language": "en"}) == (status, told)
    assert 404 == nobody
    assert 401 == await admin.sign_in("mai")
    assert 200 == await admin.sign_in("mai", f"{PASSWORD} mới")


@pytest.mark.parametrize("change", [{"active": False}, {"role": "lead"}])
async def test_the_last_active_admin_stays_one(store: Store, admin: Browser, change: dict[str, object]) -> None:
    await somebody(store, "mai", Role.AGENT)
    await somebody(store, "old")
    await store.people.amend("old", UserChanges(active=False))

    status, told = await admin.ask("PATCH", "/api/people/an", change)
    still, _ = await admin.ask("GET", "/api/session")

    assert (409, "last_admin", 200) == (status, told["code"], still)
    assert "make somebody else an admin first" in str(told["detail"])


async def test_two_admins_who_degrade_each_other_at_once_leave_one(store: Store) -> None:
    for n in range(20):
        await somebody(store, f"an{n}")
        await somebody(store, f"bao{n}")
        for user in await store.people.all():
            if user.login not in {f"an{n}", f"bao{n}"}:
                await store.people.amend(user.login, UserChanges(active=False))

        done = await asyncio.gather(
            store.people.amend(f"an{n}", UserChanges(role=Role.LEAD)),
            store.people.amend(f"bao{n}", UserChanges(active=False)),
            return_exceptions=True,
        )

        assert 1 == sum(isinstance(one, LastAdmin) for one in done), done
        assert 1 == sum(user.active and user.role is Role.ADMIN for user in await store.people.all())


async def test_a_change_is_decided_again_where_somebody_was_quicker(store: Store) -> None:
    users = Users(store.links, store.keys)
    await somebody(store)

    await asyncio.gather(*(users.change("an", lambda user, _: Change(user=replace(user, epoch=user.epoch + 1))) for _ in range(20)))

    changed = await users.find("an")
    assert changed is not None
    assert 20 == changed.epoch
    with pytest.raises(Stranger):
        await users.change("nobody", lambda user, _: Change(user=user))


async def test_what_a_newer_version_wrote_about_somebody_survives_a_change(store: Store) -> None:
    user = await somebody(store)
    newer = {**{name: getattr(user, name) for name in user.__struct_fields__}, "badge": 7}
    await store.links.call("x", "HSET", store.keys.users, "an", encode(newer))

    await store.people.amend("an", UserChanges(name="An"))

    stored = await store.links.call("x", "HGET", store.keys.users, "an")
    assert isinstance(stored, bytes)
    assert b"badge" in stored


async def test_one_changes_ones_own_name_and_language(store: Store) -> None:
    await somebody(store, "mai", Role.AGENT)

    async with signed_in(store, "mai") as page:
        changed = await page.ask("PATCH", "/api/session", {"name": "Mai", "language": "zh-TW"})
        role, told = await page.ask("PATCH", "/api/session", {"role": "admin"})
        after = await page.ask("GET", "/api/session")

    assert {"login": "mai", "name": "Mai", "role": "agent", "language": "zh-TW"} == changed[1]["user"]
    assert changed == after
    assert (400, True) == (role, "unknown field" in str(told["detail"]))


ACTING = {
    "claim": {},
    "say": {"text": "xin chào"},
    "release": {},
    "resolve": {},
    "retry": {"delivery": "dl-1"},
}


@pytest.mark.parametrize("act", ACTING)
async def test_whoever_is_signed_in_is_the_agent(store: Store, act: str) -> None:
    await somebody(store, "mai", Role.AGENT)
    await store.put(live("cu-1"))
    worker = Granting()
    path = f"/api/customers/cu-1/{act}"

    async with signed_in(store, "mai") as page, worked(store, "cu-1", answer=worker):
        as_oneself = (await page.ask("POST", path, ACTING[act]))[0]
        named = (await page.ask("POST", path, {**ACTING[act], "agent": "mai"}))[0]
        as_another, told = await page.ask("POST", path, {**ACTING[act], "agent": "lan"})

    assert (200, 200, 403) == (as_oneself, named, as_another)
    assert ("$.agent", "agent") == (told["field"], told["code"])
    assert ["mai", "mai"] == [agent_of(event) for event in worker.seen]


def agent_of(event: Event) -> object:
    return getattr(event.body, "agent", None)


async def test_a_program_names_the_agent(store: Store) -> None:
    await store.put(live("cu-1"))

    async with served(store) as session:
        for act, body in ACTING.items():
            async with session.post(f"/api/customers/cu-1/{act}", json=body) as answer:
                told = await answer.json(content_type=None)
                assert (400, "$.agent") == (answer.status, told["field"]), act
        async with session.post("/api/stop", json={"state": "on"}) as answer:
            assert (400, "$.by") == (answer.status, (await answer.json(content_type=None))["field"])


async def test_the_switch_is_thrown_by_whoever_is_signed_in(store: Store) -> None:
    await somebody(store, "mai", Role.MARKETER)

    async with signed_in(store, "mai") as page:
        status, told = await page.ask("POST", "/api/stop", {"state": "on", "reason": "wrong price"})

    assert (200, "mai") == (status, told["by"])


async def test_two_agents_with_the_same_key_ask_two_things(store: Store) -> None:
    await somebody(store, "mai", Role.AGENT)
    await somebody(store, "lan", Role.AGENT)
    await store.put(live("cu-1"))
    worker = Granting()

    async with worked(store, "cu-1", answer=worker):
        for login in ("mai", "lan", "lan"):
            async with signed_in(store, login) as page:
                await page.ask("POST", "/api/customers/cu-1/claim", {}, Idempotency_Key="one and the same")

    assert ["mai", "lan"] == [agent_of(event) for event in worker.seen]


def watching(signing: Signing, still: list[object]) -> web.RouteDef:
    """A WebSocket as the live feed has it: it asks who opens it, and asks again with each word."""

    async def connect(request: web.Request) -> web.StreamResponse:
        try:
            caller = await signing.page(request, Right.LOOK)
        except Refusal as refused:
            return web.Response(status=refused.problem.status, text=refused.problem.code)
        wire = web.WebSocketResponse()
        await wire.prepare(request)
        async for _ in wire:
            try:
                caller = await signing.still(caller, Right.LOOK)
                still.append(caller.name)
            except Refusal as refused:
                still.append(refused.problem.status)
            await wire.send_str("asked")
        return wire

    return web.get("/watch", connect)


@asynccontextmanager
async def watched(store: Store, still: list[object]) -> AsyncIterator[tuple[aiohttp.ClientSession, str]]:
    """Such a WebSocket served, and the origin of its own pages."""
    signing = Signing(store.people, tokens=Tokens({"tests": TOKEN}, origin=HERE, clock=store.clock), origin=HERE)
    async with opened([watching(signing, still)]) as (http, port):
        yield http, f"http://127.0.0.1:{port}"


async def cookie_of(store: Store) -> str:
    return f"{COOKIE}={(await store.people.sign_in('an', PASSWORD)).token}"


async def test_a_websocket_is_opened_by_our_own_page_only(store: Store) -> None:
    await somebody(store)
    cookie = await cookie_of(store)

    async with watched(store, []) as (http, ours):
        seen = []
        for headers in (
            {"Cookie": cookie},
            {"Cookie": cookie, "Origin": "https://evil.example"},
            {"Cookie": cookie, "Origin": "null"},
            {"Origin": ours},
            {"Origin": ours, "Cookie": f"{COOKIE}=nonsense"},
            {"Authorization": "Bearer nonsense"},
        ):
            with pytest.raises(aiohttp.WSServerHandshakeError) as error:
                await http.ws_connect("/watch", headers=headers)
            seen.append(error.value.status)

    assert [403, 403, 403, 401, 401, 401] == seen


async def test_an_open_websocket_learns_that_its_session_ended(store: Store) -> None:
    await somebody(store)
    still: list[object] = []

    async with watched(store, still) as (http, ours):
        async with http.ws_connect("/watch", headers={"Cookie": await cookie_of(store), "Origin": ours}) as wire:
            for password in (None, f"{PASSWORD} 2"):
                await store.people.amend("an", UserChanges(password=password))
                await wire.send_str("?")
                await wire.receive_str()
        async with http.ws_connect("/watch", headers={"Authorization": f"Bearer {TOKEN}"}) as wire:
            await wire.send_str("?")
            await wire.receive_str()

    assert ["an", 401, "tests"] == still
