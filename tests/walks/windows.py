"""Who walks: a customer with the shop's page open, a colleague with the console open, a Telegram phone."""

import re
from contextlib import suppress

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PressedInVain

from tests.walks.stage import Stage
from tests.walks.words import word


class Shopper:
    """A customer's browser on the demo shop, the chat in its corner."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.page = stage.window()

    def visit(self, path: str = "/shop/") -> None:
        """Open a page of the shop; done when the chat's button is there."""
        self.page.goto(path)
        expect(self.page.locator(".launcher")).to_be_visible()

    def chat(self) -> None:
        """Open the chat, where it is not."""
        if not self.page.locator("section.panel").is_visible():
            self.page.locator(".launcher").click()
        expect(self.page.locator("#words")).to_be_visible()

    def say(self, text: str) -> None:
        """Write and send; done when the hub has it."""
        self.chat()
        self.page.locator("#words").fill(text)
        self.page.locator("#words").press("Enter")
        expect(self.bubbles(text).last.locator(".state.sent")).to_have_count(1)

    def bubbles(self, text: str) -> Locator:
        """Lines of the chat that hold these words."""
        return self.page.locator(".item", has_text=text)

    def hears(self, text: str) -> Locator:
        """Wait for words of the other side; returns their line."""
        line = self.page.locator(".item:not(.customer)", has_text=text).last
        expect(line).to_be_visible()
        return line

    def onward(self) -> Page:
        """Ask for the link to Telegram and follow it; the phone it opens."""
        link = self.page.locator("section.panel .line a")
        for patience in (4_000, 8_000, 16_000):
            # Whoever waits for seconds presses again.
            self.page.locator(".onward").click()
            # Some apps are not offered before they have said what the shop is called there.
            if self.page.locator(".onward").get_attribute("aria-haspopup"):
                self.page.get_by_role("menuitem", name="Telegram").click()
            with suppress(PressedInVain):
                link.wait_for(timeout=patience)
                break
        return self.follow(link)

    def follow(self, link: Locator) -> Page:
        """Follow a link that opens a window; the window."""
        with self.page.context.expect_page() as opened:
            link.click()
        return opened.value

    def half_an_hour(self) -> None:
        """Let the demo's clock run on; done when the bar tells something else of the reminder."""
        told = self.page.locator(".told li").first
        expect(told).to_be_visible()
        before = told.inner_text()
        self.page.locator("#demo .paces button").first.click()
        expect(told).not_to_have_text(before)

    def lines(self) -> list[str]:
        """All that is said, in order."""
        return [text.strip() for text in self.page.locator(".bubble").all_inner_texts()]


class Colleague:
    """Somebody of the shop with the console open."""

    def __init__(self, stage: Stage, login: str) -> None:
        self.stage = stage
        self.login = login
        self.page = stage.window()

    def word(self, key: str) -> str:
        """What the console calls it in the language of this walk."""
        return word(key, self.stage.look.language)

    def sign_in(self) -> None:
        """From the first page to the inbox."""
        self.page.goto("/")
        self.page.locator("input[name=login]").fill(self.login)
        self.page.locator("input[name=password]").fill(self.stage.demo.password(self.login))
        self.page.keyboard.press("Enter")
        expect(self.page.locator("nav").first).to_be_visible()

    def view(self, name: str) -> None:
        """One of the inbox's lists: queue, mine, comments, open, resolved."""
        self.page.goto(f"/#/inbox/{name}")

    def row(self, text: str) -> Locator:
        """The conversation in the list whose name or last words hold this."""
        return self.page.locator("a[data-conversation]", has_text=text).first

    def open(self, text: str) -> None:
        """Open that conversation."""
        self.row(text).click()
        expect(self.page.get_by_role("textbox", name=self.word("write.reply"))).to_be_visible()

    def press(self, key: str) -> None:
        """Press the button that is called so."""
        self.page.get_by_role("button", name=self.word(key), exact=True).first.click()

    def take_over(self) -> None:
        """Claim; done when it is acknowledged."""
        self.page.get_by_role("button", name=re.compile(f"^({self.word('talk.claim')}|{self.word('talk.claim.short')})$")).click()
        expect(self.page.get_by_text(self.word("talk.yours"), exact=True)).to_be_visible()

    def say(self, text: str) -> None:
        """Reply; done when it is on the timeline."""
        field = self.page.get_by_role("textbox", name=self.word("write.reply"))
        field.fill(text)
        field.press("Enter")
        expect(self.lines(text).last).to_be_visible()

    def correct(self, text: str, meant: str) -> None:
        """Put other words in the place of one's last message; done when the timeline says so, with what stood there before in sight."""
        expect(self.lines(text).last.get_by_label(self.word("state.sent"))).to_be_visible()
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("w")
        field = self.page.get_by_role("textbox", name=self.word("word.correct.field"))
        field.fill(meant)
        field.press("Enter")
        corrected = self.lines(meant).last
        corrected.get_by_role("button", name=self.word("word.edited")).click()
        expect(corrected.locator("del")).to_have_text(text)

    def note(self, text: str) -> None:
        """Leave a note."""
        self.page.get_by_role("button", name=self.word("write.note"), exact=True).click()
        field = self.page.get_by_role("textbox", name=self.word("write.note"))
        field.fill(text)
        field.press("Enter")
        expect(self.lines(text).last).to_be_visible()
        self.page.get_by_role("button", name=self.word("write.reply"), exact=True).click()

    def give_back(self, summary: str) -> None:
        """Back to the bot with a summary."""
        self.press("talk.release")
        self.page.get_by_label(self.word("release.summary")).fill(summary)
        self.press("release.do")
        expect(self.page.get_by_text(self.word("talk.bot"), exact=True)).to_be_visible()
        expect(self.page.get_by_text(self.word("talk.released"))).to_be_visible()
        expect(self.page.get_by_text(self.word("talk.released"))).to_be_hidden()

    def lines(self, text: str) -> Locator:
        """What is said on the timeline with these words."""
        return self.page.locator("article", has_text=text)

    def said(self) -> list[str]:
        """All that is said on the timeline, in order."""
        return [text.strip() for text in self.page.locator("article").all_inner_texts()]


class Phone:
    """The Telegram phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def chat(self) -> str:
        """Its chat's id."""
        return self.page.locator("#who").input_value()

    @property
    def name(self) -> str:
        """Whose it is, as the hub is told."""
        return self.page.locator("#who option:checked").inner_text().partition(" (")[0]

    def say(self, text: str) -> None:
        """Write and send."""
        self.page.locator("#text").fill(text)
        self.page.locator("#text").press("Enter")
        expect(self.page.locator("#text")).to_have_value("")

    def hears(self, text: str) -> None:
        """Wait for words on the screen."""
        expect(self.page.locator("#screen")).to_contain_text(text)


def fresh_phone(stage: Stage) -> Phone:
    """A Telegram phone nobody wrote from yet."""
    page = stage.window()
    page.goto(f"{stage.demo.phone}/")
    expect(page.locator("#hook")).not_to_be_empty()
    page.locator("#add").click()
    return Phone(page)
