"""Signing in: the same answer to whatever is wrong, passwords that do, guessing that is slow."""

import asyncio
import time
from unicodedata import normalize

import aiohttp
import pytest

from hub.desk.passwords import WAITING, Busy, Passwords, WrongPassword
from hub.desk.people import UserChanges
from hub.model.shop.people import Role
from hub.web.auth.devices import Devices
from hub.web.http.origin import Origin, networks
from hub.web.http.throttle import LOGIN_AT_MOST, NETWORK_AT_MOST, SIGN_INS_AT_MOST, WINDOW_S
from tests.web.desk_world import Store
from tests.web.people_world import PASSWORD, MovedClock, browser, served_to_browsers, signed_in, somebody
from tests.web.world import opened

NEW = "một mật khẩu khác 48"
SESSION = {"login": "an", "password": PASSWORD}


async def test_signing_in_tells_who_one_is_and_what_one_may(store: Store) -> None:
    await somebody(store, "mai", Role.MARKETER)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        status, told = await page.ask("POST", "/api/session", {"login": " MAI ", "password": PASSWORD})
        again = await page.ask("GET", "/api/session")

    assert 200 == status
    assert {"login": "mai", "name": "Họ tên mai", "role": "marketer", "language": ""} == told["user"]
    assert ["look", "nudge"] == told["rights"]
    assert (200, told) == again


@pytest.mark.parametrize(
    ("login", "password"), [("an", "wrong password 1"), ("nobody", PASSWORD), ("gone", PASSWORD), ("", ""), ("an", "x" * 999)]
)
async def test_whatever_is_wrong_the_answer_is_the_same(store: Store, login: str, password: str) -> None:
    await somebody(store, "an")
    await somebody(store, "gone", Role.AGENT)
    await store.people.amend("gone", UserChanges(active=False))

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        status, told = await page.ask("POST", "/api/session", {"login": login, "password": password})

    assert (401, "password", "Login or password is not right: type both once more.") == (status, told["code"], told["detail"])
    assert "" == page.cookie


async def test_a_stranger_is_refused_as_slowly_as_a_wrong_password(store: Store) -> None:
    store.passwords.close()
    store.passwords = Passwords(memory_kib=8 * 1024, rounds=4)
    store.people = store.people_by(store.clock)
    await somebody(store, "an")

    async def took(login: str) -> float:
        before = time.process_time()  # work, not waiting: others on the machine do not count
        with pytest.raises(WrongPassword):
            await store.people.sign_in(login, "wrong password 1")
        return time.process_time() - before

    await took("nobody")
    known = min([await took("an") for _ in range(5)])
    unknown = min([await took("nobody") for _ in range(5)])

    assert 0.5 < unknown / known < 2


@pytest.mark.parametrize(
    ("old", "new", "status", "field", "words"),
    [
        ("wrong password 1", NEW, 403, "$.old", "not right"),
        (PASSWORD, "short", 400, "$.new", "10 characters or more"),
        (PASSWORD, "abababababab", 400, "$.new", "4 different"),
        (PASSWORD, "x1y2" * 200, 400, "$.new", "500 characters at most"),
        (PASSWORD, "tên-của-annamai-1", 400, "$.new", "holds the login"),
        (PASSWORD, "a nul in it \0 here", 400, "$.new", "NUL"),
    ],
)
async def test_a_password_that_does_not_do_is_told_why(store: Store, old: str, new: str, status: int, field: str, words: str) -> None:
    await somebody(store, "annamai")

    async with signed_in(store, "annamai") as page:
        got, told = await page.ask("POST", "/api/session/password", {"old": old, "new": new})
        still, _ = await page.ask("GET", "/api/session")

    assert (status, field, 200) == (got, told["field"], still)
    assert words in str(told["detail"])


async def test_half_a_character_is_a_400(store: Store) -> None:
    async with served_to_browsers(store) as (base, _), aiohttp.ClientSession(base) as http:
        raw = b'{"login":"an","password":"\\ud800 half a character"}'
        async with http.post("/api/session", data=raw, headers={"Content-Type": "application/json"}) as answer:
            told = await answer.json(content_type=None)

    assert (400, "Bad Request") == (answer.status, told["title"])


async def test_a_huge_password_is_refused_before_it_is_hashed(store: Store) -> None:
    async with served_to_browsers(store) as (base, _), browser(base) as page:
        long, _ = await page.ask("POST", "/api/session", {"login": "an", "password": "x" * 2_000})
        huge, _ = await page.ask("POST", "/api/session", {"login": "an", "password": "x" * 300_000})

    assert (400, 413) == (long, huge)


async def test_a_password_is_the_same_however_its_marks_are_typed(store: Store) -> None:
    await somebody(store)
    decomposed = normalize("NFD", PASSWORD)

    assert PASSWORD != decomposed
    assert (await store.people.sign_in("an", decomposed)).user.login == "an"


async def test_wrong_tries_from_many_networks_slow_a_login_down_but_not_in_a_browser_that_knows_it(store: Store) -> None:
    """Guard: a known browser's tries are counted by themselves."""
    await somebody(store, "an")
    await somebody(store, "bao", Role.AGENT)
    store.clock = clock = MovedClock()
    behind = Origin(public_url="", proxies=networks(["127.0.0.1"]))

    async with opened(store.routes(origin=behind)) as (_, port), browser(f"http://127.0.0.1:{port}") as known:

        async def tried(n: int, password: str, login: str = "an") -> aiohttp.ClientResponse:
            headers = {"X-Forwarded-For": f"203.0.113.{n}"}
            async with (
                aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
                http.post("/api/session", json={"login": login, "password": password}, headers=headers) as answer,
            ):
                return answer

        before = await known.sign_in("an")
        wrong = [(await tried(n % 11, f"wrong password {n}")).status for n in range(LOGIN_AT_MOST)]
        stranger, other = await tried(200, PASSWORD), await tried(200, PASSWORD, "bao")
        at_home, as_bao = await known.sign_in("an"), await known.sign_in("bao", "wrong password 1")
        clock.forward(seconds=WINDOW_S)
        later = await tried(200, PASSWORD)

    assert [401] * LOGIN_AT_MOST == wrong
    assert (200, 429, 200, 200, 401, 200) == (before, stranger.status, other.status, at_home, as_bao, later.status)
    assert stranger.headers["Retry-After"].isdigit()


async def test_guessing_at_a_login_from_one_network_keeps_no_other_network_and_no_known_browser_waiting(store: Store) -> None:
    await somebody(store, "an")
    behind = Origin(public_url="", proxies=networks(["127.0.0.1"]))

    async with opened(store.routes(origin=behind)) as (_, port), browser(f"http://127.0.0.1:{port}") as known:
        await known.sign_in("an")
        async with browser(f"http://127.0.0.1:{port}") as thief:
            wrong = [await thief.sign_in("an", f"wrong password {n}") for n in range(SIGN_INS_AT_MOST + 1)]
            elsewhere, _ = await thief.ask("POST", "/api/session", SESSION, X_Forwarded_For="203.0.113.9")
        known_again = await known.sign_in("an")

    assert [*[401] * SIGN_INS_AT_MOST, 429] == wrong
    assert (200, 200) == (elsewhere, known_again)


async def test_a_known_browser_may_guess_no_more_than_any_and_its_mark_is_good_for_its_own_login(store: Store) -> None:
    await somebody(store, "an")
    await somebody(store, "bao", Role.AGENT)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        await page.sign_in("an")
        (mark,) = [morsel for morsel in page.http.cookie_jar if morsel.key.startswith("hub_device_")]
        wrong = [await page.sign_in("an", f"wrong password {n}") for n in range(SIGN_INS_AT_MOST + 1)]
    devices = Devices(b"k" * 32, secret=lambda: "x")
    other = devices.mark("bao").name

    assert [*[401] * SIGN_INS_AT_MOST, 429] == wrong
    assert ("/api/session", True, "Lax") == (mark["path"], mark["httponly"], mark["samesite"])
    assert devices.known("an", {mark.key: mark.value})
    assert "" == devices.known("bao", {other: mark.value})
    assert "" == devices.known("an", {mark.key: mark.value[:-1] + "é"})
    assert "" == Devices(b"other", secret=lambda: "x").known("an", {mark.key: mark.value})


async def test_guessing_is_slowed_down_for_a_network_whatever_the_login(store: Store) -> None:
    await somebody(store)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        wrong = [await page.sign_in(f"guess{n}", "wrong password 1") for n in range(NETWORK_AT_MOST)]
        right = await page.sign_in()

    assert ([401] * NETWORK_AT_MOST, 429) == (wrong, right)


async def test_many_guesses_at_once_are_not_more_than_one_after_the_other(store: Store) -> None:
    await somebody(store)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        seen = await asyncio.gather(*(page.sign_in("an", f"wrong password {n}") for n in range(3 * SIGN_INS_AT_MOST)))

    assert SIGN_INS_AT_MOST == seen.count(401)
    assert 2 * SIGN_INS_AT_MOST == seen.count(429)


async def test_signing_in_well_never_uses_up_the_tries(store: Store) -> None:
    await somebody(store)

    async with served_to_browsers(store) as (base, _), browser(base) as page:
        seen = [await page.sign_in() for _ in range(2 * SIGN_INS_AT_MOST)]

    assert {200} == set(seen)


async def test_a_store_that_is_away_is_503(store: Store) -> None:
    await somebody(store)

    async with signed_in(store) as page:
        await store.links.stop()
        seen = [
            await page.ask("GET", "/api/session"),
            await page.ask("POST", "/api/session", SESSION),
            await page.ask("GET", "/api/setup"),
        ]

    assert [503] * 3 == [status for status, _ in seen]


async def test_the_loop_goes_on_while_passwords_are_hashed() -> None:
    passwords = Passwords(memory_kib=32 * 1024, rounds=3)
    loop = asyncio.get_running_loop()

    hashing = asyncio.ensure_future(asyncio.gather(*(passwords.hashed(f"{PASSWORD} {n}") for n in range(6))))
    gaps, last = [], loop.time()
    while not hashing.done():
        await asyncio.sleep(0)
        gaps.append(loop.time() - last)
        last = loop.time()
    passwords.close()

    # The loop came round at least dozens of times for each hash; blocked, it would have come round once.
    assert 6 == len(set(await hashing))
    assert len(gaps) > 200


async def test_only_a_few_wait_and_whoever_comes_later_is_told_so() -> None:
    passwords = Passwords(memory_kib=1024, rounds=1)
    hashes = [asyncio.ensure_future(passwords.hashed(f"{PASSWORD} {n}")) for n in range(WAITING + 5)]

    done = await asyncio.gather(*hashes, return_exceptions=True)
    passwords.close()

    assert 5 == sum(isinstance(one, Busy) for one in done)
