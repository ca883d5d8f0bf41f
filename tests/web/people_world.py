"""People of a shop for tests: users of every role, and browsers that are signed in as they are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from hub.desk.people import Newcomer
from hub.engine.clock import SystemClock
from hub.model.shop.people import Role, User
from hub.web.auth.callers import COOKIE, CSRF_HEADER
from tests.web.desk_world import Store
from tests.web.world import opened

PASSWORD = "đường về nhà 47"


async def somebody(store: Store, login: str = "an", role: Role = Role.ADMIN) -> User:
    """A user with the password of these tests."""
    return await store.people.add(Newcomer(login=login, name=f"Họ tên {login}", password=PASSWORD, role=role))


class MovedClock(SystemClock):
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.ms = 1_700_000_000_000

    def now(self) -> int:
        return self.ms

    def boottime(self) -> float:
        return self.ms / 1000

    def forward(self, *, hours: float = 0, seconds: float = 0) -> None:
        """Let so much time pass at once."""
        self.ms += int(hours * 3_600_000 + seconds * 1000)


class Browser:
    """One browser: keeps its cookie, and says the CSRF token it was told."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, object]]:
        """One request; status and body. A header named with underscores is sent with dashes."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(method, path, json=body, headers=told) as answer:
            read: dict[str, object] = await answer.json(content_type=None)
            if "csrf" in read:
                self.http.headers[CSRF_HEADER] = str(read["csrf"])
            return answer.status, read

    async def sign_in(self, login: str = "an", password: str = PASSWORD) -> int:
        """Sign in; the status."""
        status, _ = await self.ask("POST", "/api/session", {"login": login, "password": password})
        return status

    @property
    def cookie(self) -> str:
        """The token it holds."""
        return next((morsel.value for morsel in self.http.cookie_jar if morsel.key == COOKIE), "")


@asynccontextmanager
async def served_to_browsers(store: Store) -> AsyncIterator[tuple[str, int]]:
    """The API; its base address and port."""
    async with opened(store.routes()) as (_, port):
        yield f"http://127.0.0.1:{port}", port


@asynccontextmanager
async def browser(base: str) -> AsyncIterator[Browser]:
    """A browser without any cookie."""
    async with aiohttp.ClientSession(base, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(http)


@asynccontextmanager
async def signed_in(store: Store, login: str = "an") -> AsyncIterator[Browser]:
    """A browser of somebody who has signed in, on an API of its own."""
    async with served_to_browsers(store) as (base, _), browser(base) as made:
        assert 200 == await made.sign_in(login)
        yield made
