"""Sessions: they begin anew, end when they should, and help no other site."""

import pytest
from msgspec.structs import replace
from yarl import URL

from hub.desk.passwords import Passwords
from hub.desk.people import IDLE_MS, LONGEST_MS, NOTED_EVERY_MS, SignedOut, UserChanges
from hub.model.shop.people import Role
from hub.store.keys import Keys
from hub.store.shop.people import Change, Sessions, Users
from hub.web.auth.callers import COOKIE, CSRF_HEADER
from hub.web.http.origin import Origin, networks
from tests.web.desk_world import Store
from tests.web.people_world import PASSWORD, MovedClock, browser, served_to_browsers, signed_in, somebody
from tests.web.world import opened

NEW = "một mật khẩu khác 48"
SESSION = {"login": "an", "password": PASSWORD}


async def flags(store: Store, origin: Origin, **headers: str) -> set[str]:
    """What the cookie of a sign-in says beside its value."""
    async with opened(store.routes(origin=origin)) as (http, _), http.post("/api/session", json=SESSION, headers=headers) as answer:
        assert 200 == answer.status, await answer.text()
        name, *rest = answer.headers["Set-Cookie"].split("; ")
        assert name.startswith(f"{COOKIE}=")
        return set(rest)


async def test_signing_in_always_gives_a_new_token_and_leaves_a_planted_one_alone(store: Store) -> None:
    await somebody(store)
    planted = "planted-by-somebody-else"

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        page.http.cookie_jar.update_cookies({COOKIE: planted}, URL(base))
        await page.sign_in()
        first = page.cookie
        await page.sign_in()
        second = page.cookie
    async with served_to_browsers(store) as (base, _), browser(base) as other:
        status, _ = await other.ask("GET", "/api/session", Cookie=f"{COOKIE}={planted}")

    assert 3 == len({planted, first, second})
    assert 401 == status


async def test_signing_out_ends_the_session_everywhere_it_was_copied_to(store: Store) -> None:
    await somebody(store)

    async with signed_in(store) as page:
        copied = page.cookie
        status, _ = await page.ask("DELETE", "/api/session")
        left = page.cookie
        after, told = await page.ask("GET", "/api/session", Cookie=f"{COOKIE}={copied}")

    assert (200, "", 401) == (status, left, after)
    assert "sign in" in str(told["detail"])


async def test_two_browsers_have_a_session_each(store: Store) -> None:
    await somebody(store)

    async with served_to_browsers(store) as (base, _), browser(base) as one, browser(base) as other:
        await one.sign_in()
        await other.sign_in()
        await one.ask("DELETE", "/api/session")

        assert 200 == (await other.ask("GET", "/api/session"))[0]
        assert 401 == (await one.ask("GET", "/api/session"))[0]


async def test_a_session_slides_while_it_is_used_and_ends_after_a_rest(store: Store) -> None:
    clock = MovedClock()
    people = store.people_by(clock)
    await somebody(store)
    token = (await people.sign_in("an", PASSWORD)).token

    for _ in range(3):
        clock.forward(hours=11)
        await people.known(token)
    clock.ms += IDLE_MS

    with pytest.raises(SignedOut):
        await people.known(token)


async def test_looking_at_a_session_is_no_use_of_it(store: Store) -> None:
    clock = MovedClock()
    people = store.people_by(clock)
    await somebody(store)
    token = (await people.sign_in("an", PASSWORD)).token

    clock.forward(hours=11)
    looked = await people.look(token)
    clock.forward(hours=1)

    assert "an" == looked.user.login
    with pytest.raises(SignedOut):
        await people.look(token)


async def test_a_session_ends_after_two_weeks_however_much_it_is_used(store: Store) -> None:
    clock = MovedClock()
    people = store.people_by(clock)
    await somebody(store)
    opened_at = clock.ms
    token = (await people.sign_in("an", PASSWORD)).token

    while clock.ms + IDLE_MS // 2 < opened_at + LONGEST_MS:
        clock.ms += IDLE_MS // 2
        await people.known(token)
    clock.ms = opened_at + LONGEST_MS

    with pytest.raises(SignedOut):
        await people.known(token)


async def test_the_store_forgets_a_session_that_nobody_uses(store: Store) -> None:
    clock = MovedClock()
    people = store.people_by(clock)
    await somebody(store)
    token = (await people.sign_in("an", PASSWORD)).token
    (key,) = [name.decode() async for page in store.links.scan(f"{store.keys.prefix}hub:session:*") for name in page]

    first = await store.links.call(key, "PTTL", key)
    clock.ms += LONGEST_MS - IDLE_MS // 2 - (LONGEST_MS - IDLE_MS)
    await people.known(token)
    slid = await store.links.call(key, "PTTL", key)

    assert isinstance(first, int)
    assert isinstance(slid, int)
    assert IDLE_MS - 60_000 < first <= IDLE_MS
    assert IDLE_MS - 60_000 < slid <= IDLE_MS
    assert token not in key


async def test_a_use_is_noted_once_a_minute_not_at_each_request(store: Store) -> None:
    clock = MovedClock()
    people = store.people_by(clock)
    await somebody(store)
    opened_at = clock.ms
    token = (await people.sign_in("an", PASSWORD)).token

    clock.ms += NOTED_EVERY_MS - 1
    before = (await people.known(token)).session.seen
    clock.ms += 1
    after = (await people.known(token)).session.seen

    assert (opened_at, opened_at + NOTED_EVERY_MS) == (before, after)


@pytest.mark.parametrize("changes", [UserChanges(active=False), UserChanges(role=Role.LEAD), UserChanges(password=NEW)])
async def test_whoever_is_changed_is_signed_out_at_once(store: Store, changes: UserChanges) -> None:
    await somebody(store, "an")
    await somebody(store, "mai", Role.AGENT)

    async with signed_in(store, "mai") as page:
        await store.people.amend("mai", changes)
        status, _ = await page.ask("GET", "/api/session")

    assert 401 == status


@pytest.mark.parametrize("changes", [UserChanges(name="Mai Trần"), UserChanges(language="vi"), UserChanges(role=Role.AGENT), UserChanges()])
async def test_a_change_of_no_weight_signs_nobody_out(store: Store, changes: UserChanges) -> None:
    await somebody(store, "mai", Role.AGENT)

    async with signed_in(store, "mai") as page:
        await store.people.amend("mai", changes)
        status, _ = await page.ask("GET", "/api/session")

    assert 200 == status


async def test_a_new_password_ends_other_sessions_and_renews_ones_own(store: Store) -> None:
    await somebody(store)

    async with served_to_browsers(store) as (base, _), browser(base) as here, browser(base) as elsewhere:
        await here.sign_in()
        await elsewhere.sign_in()
        before, csrf = here.cookie, here.http.headers[CSRF_HEADER]

        status, _ = await here.ask("POST", "/api/session/password", {"old": PASSWORD, "new": NEW})

        assert 200 == status
        assert before != here.cookie
        assert csrf != here.http.headers[CSRF_HEADER]
        assert 200 == (await here.ask("PATCH", "/api/session", {"language": "en"}))[0]
        assert 401 == (await elsewhere.ask("GET", "/api/session"))[0]
        assert 401 == await elsewhere.sign_in()
        assert 200 == await elsewhere.sign_in(password=NEW)


async def test_the_cookie_is_for_us_alone(store: Store) -> None:
    await somebody(store)
    always = {"Path=/", "HttpOnly", "SameSite=Lax", f"Max-Age={LONGEST_MS // 1000}"}
    plain = Origin(public_url="", proxies=())
    behind = Origin(public_url="", proxies=networks(["127.0.0.1"]))
    public = Origin(public_url="https://hub.shop.example", proxies=())

    assert always == await flags(store, plain)
    assert always == await flags(store, plain, **{"X-Forwarded-Proto": "https"})
    assert always | {"Secure"} == await flags(store, behind, **{"X-Forwarded-Proto": "https"})
    assert always | {"Secure"} == await flags(store, public, Host="hub.shop.example")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_can_change_nothing_even_with_the_csrf_token(store: Store, headers: dict[str, str]) -> None:
    await somebody(store)

    async with signed_in(store) as page:
        changed = await page.ask("PATCH", "/api/session", {"name": "x"}, **headers)
        signed = await page.ask("POST", "/api/session", SESSION, **headers)

    assert [(403, "origin")] * 2 == [(status, told["code"]) for status, told in (changed, signed)]


@pytest.mark.parametrize("fetched", ["same-origin", "none"])
async def test_our_own_pages_may(store: Store, fetched: str) -> None:
    await somebody(store)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        await page.sign_in()
        status, _ = await page.ask("PATCH", "/api/session", {"name": "An"}, Origin=base, Sec_Fetch_Site=fetched)

    assert 200 == status


async def test_one_session_s_csrf_token_is_no_good_for_another(store: Store) -> None:
    await somebody(store)

    async with served_to_browsers(store) as (base, _), browser(base) as one, browser(base) as other:
        await one.sign_in()
        await other.sign_in()
        one.http.headers[CSRF_HEADER] = other.http.headers[CSRF_HEADER]
        status, _ = await one.ask("PATCH", "/api/session", {"name": "x"})

    assert 403 == status


async def test_nothing_kept_in_the_store_signs_anybody_in(store: Store) -> None:
    await somebody(store)
    signed = await store.people.sign_in("an", PASSWORD)

    names = [name.decode() async for page in store.links.scan(f"{store.keys.prefix}*") for name in page]
    contents = [await store.links.call(name, "DUMP", name) for name in names]

    assert names
    for content in (*names, *map(str, contents)):
        assert signed.token not in content
        assert PASSWORD not in content


def test_a_backup_carries_users_and_no_session() -> None:
    keys = Keys("shop:")

    assert "hub:users" == keys.lasting(keys.users)
    assert [None, None] == [keys.lasting(key) for key in (keys.session("ab" * 32), keys.setup)]


async def test_old_parameters_are_renewed_at_the_next_sign_in_and_sessions_stay(store: Store) -> None:
    await somebody(store)
    old = Passwords(memory_kib=512, rounds=1)
    users = Users(store.links, store.keys)
    weak = await old.hashed(PASSWORD)
    await users.change("an", lambda user, _: Change(user=replace(user, password=weak)))
    signed = await store.people.sign_in("an", PASSWORD)
    old.close()

    stored = await users.find("an")

    assert stored is not None
    assert stored.password.split("$")[3].startswith("m=1024")
    assert (await store.people.known(signed.token)).user.login == "an"


async def test_a_session_that_was_ended_meanwhile_does_not_go_on(store: Store) -> None:
    await somebody(store)
    signed = await store.people.sign_in("an", PASSWORD)
    sessions = Sessions(store.links, store.keys)
    await store.people.sign_out(signed)

    await sessions.go_on(signed.token, signed.session, ttl=IDLE_MS)

    assert await sessions.find(signed.token) is None
