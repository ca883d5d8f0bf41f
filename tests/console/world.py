"""A hub with people and customers, and browsers before it; whatever a page complains of fails the test."""

import asyncio
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Page, expect

from hub.desk.people import Newcomer
from hub.model.shop.people import Role
from hub.web.api.shapes.inbox import InboxPage
from tests.processes import eventually
from tests.whole.world import House

PASSWORD = "a long enough one"
PEOPLE = (
    ("an", "Nguyễn Văn An", Role.ADMIN),
    ("binh", "Trần Thị Bình", Role.AGENT),
    ("mai", "Lê Mai", Role.MARKETER),
)
PERSON_ASKED = "cho em gap nhan vien"
AXE = Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js"

Locale = Literal["vi-VN", "en-GB", "zh-TW"]
Theme = Literal["light", "dark"]


class Desk:
    """The house as its agents see it."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house = house
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self._apps: dict[str, tuple[str, str]] = {}

    async def people(self) -> None:
        """An admin, an agent, a marketer, all with the same password."""
        web = self.house.process.web
        assert web is not None
        for login, name, role in PEOPLE:
            await web.people.add(Newcomer(login=login, name=name, password=PASSWORD, role=role, language=""))

    async def waiting(self, name: str, *words: str) -> str:
        """A customer of the app who said these words and now waits for a person; their id."""
        who = self.house.somebody()
        for text in words:
            await self.house.caller.write(who, text, name=name)
        await self.house.caller.write(who, PERSON_ASKED, name=name)
        customer = await self.house.customer("plain", "app", who)

        async def queued() -> bool:
            told = await self.house.caller.ask("GET", "/api/inbox?view=queue&limit=200")
            return any(card.customer == customer for card in told.read(InboxPage).conversations)

        await eventually(queued, what=f"{name} in the queue")
        self._apps[customer] = (who, name)
        return customer

    async def says(self, customer: str, text: str) -> None:
        """The customer writes again."""
        who, name = self._apps[customer]
        await self.house.caller.write(who, text, name=name)

    def apps(self, customer: str) -> tuple[str, str]:
        """By which id a customer of the app writes, and their name."""
        return self._apps[customer]

    async def window(self, *, width: int = 1440, locale: Locale = "en-GB", theme: Theme = "light") -> Page:
        """A browser of its own on the console's first page, nobody signed in."""
        context = await self._browser.new_context(
            base_url=self.house.caller.base,
            viewport={"width": width, "height": 900 if width > 500 else 844},
            locale=locale,
            color_scheme=theme,
            timezone_id="Asia/Ho_Chi_Minh",
        )
        self._contexts.append(context)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", lambda line: self.complaints.append(line.text) if "Content Security Policy" in line.text else None)
        page = await context.new_page()
        await page.goto("/")
        return page

    async def signed_in(self, login: str = "an", *, width: int = 1440, locale: Locale = "en-GB", theme: Theme = "light") -> Page:
        """The same with somebody signed in, the queue before them."""
        page = await self.window(width=width, locale=locale, theme=theme)
        await page.locator("input[name=login]").fill(login)
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("nav").first).to_be_visible()
        return page

    async def close(self) -> None:
        """Close all windows; nothing may have been complained of."""
        await asyncio.gather(*(context.close() for context in self._contexts))
        self._contexts.clear()
        complaints, self.complaints = self.complaints, []
        assert [] == complaints, complaints


def row(customer: str) -> str:
    """The selector of a customer's row in the list."""
    return f"a[href$='{customer}'][data-index]"
