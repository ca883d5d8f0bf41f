"""Where the walks take place: a running demo, a browser, and windows of customers, agents and marketers in it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from tests import browsers
from tests.browsers import PATIENCE_MS
from tests.processes import free_port, wait_until
from tests.walks.album import Look

STARTS_WITHIN_S = 90.0
VI = Look(language="vi", width=1440, height=900, scheme="light")


class Demo:
    """A `hub demo` on a port of its own that can be stopped, killed and started again on what it left."""

    def __init__(self, folder: Path, *options: str, **settings: str) -> None:
        self._command = (sys.executable, "-m", "config.main", "demo", *options)
        self._told = folder / "told.txt"
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self._environ = {
            **os.environ,
            "HUB_DATA": str(folder / "data"),
            "HUB_PORT": str(port),
            "HUB_BURST_SECONDS": "0.2",
            "HUB_ALERTS_EVERY_SECONDS": "1",
        }
        self._environ |= settings
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def words(self) -> str:
        """What it printed since it was started last."""
        return self._told.read_text(errors="replace")

    @property
    def phone(self) -> str:
        """The Telegram phone's address."""
        return str(re.findall(r"https?://\S+", self.words.partition("Telegram phone")[2])[0]).rstrip("/")

    @property
    def phones(self) -> str:
        """The address of the phones of every channel."""
        return str(re.findall(r"https?://\S+", self.words.partition("  Phones ")[2])[0]).rstrip("/")

    def password(self, login: str) -> str:
        """The sign-in it printed for one of the sample people."""
        found = re.search(rf"^\s*{login}\s+(\S+)", self.words, re.MULTILINE)
        assert found, self.words
        return found[1]

    def start(self) -> None:
        """Start and wait for its welcome."""
        with self._told.open("wb") as out:
            self._running = subprocess.Popen(self._command, env=self._environ, stdout=out, stderr=out)
        running = self._running
        wait_until(lambda: "Ctrl-C" in self.words or running.poll() is not None, within=STARTS_WITHIN_S, what="the demo's welcome")
        assert running.poll() is None, self.words

    def stop(self) -> None:
        """Ctrl-C."""
        if self._running is not None:
            self._running.send_signal(signal.SIGINT)
            assert 0 == self._running.wait(timeout=30), self.words
            self._running = None


@contextmanager
def demo(folder: Path, *options: str, **settings: str) -> Iterator[Demo]:
    """A running demo with its data in a folder of its own; `options`: of the command."""
    made = Demo(folder, *options, **settings)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium, whose windows are as patient as a busy machine needs it."""
    with browsers.browser() as opened:
        yield opened


class Stage:
    """One demo seen through one look; `complaints`: what pages threw or a policy refused, which fails a walk.

    `crowd`: how many wait where a walk wants a crowd.
    """

    def __init__(self, demo: Demo, browser: Browser, look: Look = VI, *, crowd: int = 300) -> None:
        self.crowd = crowd
        self.demo = demo
        self.look = look
        self.complaints: list[str] = []
        self._browser = browser
        self._open: list[BrowserContext] = []

    def window(self) -> Page:
        """A browser of somebody else: no cookie and no storage shared with the others."""
        context = self._browser.new_context(
            base_url=self.demo.base,
            locale=self.look.locale,
            timezone_id="Asia/Ho_Chi_Minh",
            color_scheme="dark" if self.look.scheme == "dark" else "light",
            viewport={"width": self.look.width, "height": self.look.height},
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", lambda line: self.complaints.append(line.text) if "Content Security Policy" in line.text else None)
        self._open.append(context)
        return context.new_page()

    def close(self) -> None:
        """Close every window."""
        for context in self._open:
            context.close()
        self._open.clear()
