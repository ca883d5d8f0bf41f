"""A running `hub demo` for tests: its addresses, its token, and its end."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from msgspec import json

from tests.processes import wait_until

STARTS_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 60.0


class Demo:
    """What the demo printed, and requests to it."""

    def __init__(self, words: str, folder: Path) -> None:
        self.folder = folder
        self.chat = re.findall(r"Web chat\s+(\S+)", words)[0]
        self.phone = re.findall(r"Telegram phone\s+(\S+)/\s", words)[0]
        self.phones = re.findall(r"Phones\s+(\S+)/\s", words)[0]
        self.api = re.findall(r"API\s+(\S+)/api/", words)[0]
        self.token = re.findall(r"Bearer (\S+)", words)[0]
        self.sign_ins = dict(re.findall(r"^ {6}(\w+)\s+([a-z-]+)\s", words, re.MULTILINE))

    def get(self, path: str) -> dict[str, object]:
        """The API's answer."""
        return self._ask(Request(self.api + path, headers={"Authorization": f"Bearer {self.token}"}))  # noqa: S310 - loopback

    def post(self, path: str, body: object) -> dict[str, object]:
        """The API's answer to a body."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self._ask(Request(self.api + path, data=json.encode(body), headers=headers))  # noqa: S310 - loopback

    def clock(self) -> int:
        """What the demo's clock shows, ms since 1970."""
        shown = self._ask(Request(f"{self.api}/shop/clock"))  # noqa: S310 - loopback
        now = shown["now"]
        assert isinstance(now, int)
        return now

    def type_on_phone(self, chat: str, text: str) -> None:
        """Write as a Telegram customer."""
        body = json.encode({"chat": chat, "text": text})
        self._ask(Request(f"{self.phone}/_sandbox/say", data=body, headers={"Content-Type": "application/json"}))  # noqa: S310 - loopback

    def on_phone(self, chat: str) -> list[str]:
        """What the bot or an agent wrote to that Telegram customer."""
        shown = self._ask(Request(f"{self.phone}/_sandbox/chats/{chat}"))  # noqa: S310 - loopback
        messages = shown["messages"]
        assert isinstance(messages, list)
        return [m["text"] for m in messages if not m["mine"]]

    def chat_post(self, path: str, body: bytes, *, session: str = "") -> bytes:
        """What a page is answered that speaks by plain requests."""
        with urlopen(Request(self.api + path, data=body, headers={"X-Chat-Session": session}), timeout=ANSWERS_WITHIN_S) as answer:  # noqa: S310
            return bytes(answer.read())

    def chat_get(self, path: str, *, session: str = "") -> bytes:
        """What lies there for a page."""
        with urlopen(Request(self.api + path, headers={"X-Chat-Session": session}), timeout=ANSWERS_WITHIN_S) as answer:  # noqa: S310 - loopback
            return bytes(answer.read())

    def _ask(self, request: Request) -> dict[str, object]:
        with urlopen(request, timeout=ANSWERS_WITHIN_S) as answer:  # noqa: S310 - loopback
            return dict(json.decode(answer.read()))


@contextmanager
def demo(folder: Path, *options: str, **settings: str) -> Iterator[Demo]:
    """A demo on free ports with its data in a folder of its own; `options`: of the command."""
    told = folder / "told.txt"
    environ = {**os.environ, "HUB_DATA": str(folder / "data"), "HUB_PORT": "0", "HUB_BURST_SECONDS": "0.2", **settings}
    with told.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "config.main", "demo", *options], env=environ, stdout=out, stderr=out)
    try:
        wait_until(lambda: "Ctrl-C" in told.read_text() or process.poll() is not None, within=STARTS_WITHIN_S, what="the demo's welcome")
        assert process.poll() is None, told.read_text()
        yield Demo(told.read_text(), folder)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0, told.read_text()
