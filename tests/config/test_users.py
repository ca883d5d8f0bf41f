"""`hub user` beside a running hub, and the link by which the first one comes in."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from msgspec import json

from config.serving.welcome import reached_at
from config.settings.load import load_settings
from hub.model.shop.people import Role
from tests.commands import Done, hub, hub_alone, told, told_alone
from tests.processes import wait_until

PASSWORD = "đường về nhà 47"
pytestmark = pytest.mark.long


class Served:
    """A running `hub serve` and what it prints."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self.base = re.findall(r"serves on (\S+)", out.read_text())[0]

    @property
    def links(self) -> list[str]:
        """The links to the first sign-in, printed so far."""
        return re.findall(r"first sign-in: (\S+)", self._out.read_text())

    def post(self, path: str, body: object) -> int:
        """The status."""
        request = Request(self.base + path, data=json.encode(body), headers={"Content-Type": "application/json"})  # noqa: S310 - loopback
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
                return int(answer.status)
        except HTTPError as error:
            return error.code

    def sign_in(self, login: str, password: str = PASSWORD) -> int:
        """The status of a sign-in."""
        return self.post("/api/session", {"login": login, "password": password})


@contextmanager
def serving(data: Path, until: str) -> Iterator[Served]:
    """`hub serve` on that folder, from when it has printed those words until the end."""
    out = data.with_name("told.txt")
    environ = {**os.environ, "HUB_DATA": str(data), "HUB_PORT": "0"}
    with out.open("wb") as stream:
        process = subprocess.Popen([sys.executable, "-m", "config.main", "serve"], env=environ, stdout=stream, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: until in out.read_text() or process.poll() is not None, what=until)
        yield Served(out)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0, out.read_text()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop") / "data"


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    with serving(data, "first sign-in") as first:
        refused = hub(data, "user", "add", "bao", "--role", "agent", typed=f"{PASSWORD}\n")
        assert (2, True) == (refused.returncode, "--role admin" in refused.stderr), refused
        code = first.links[0].partition("code=")[2]
        assert 200 == first.post("/api/setup", {"code": code, "login": "an", "name": "An", "password": PASSWORD})
    with serving(data, "serves on") as again:
        # A command that has gone well shows that the start is over, and with it the time in which a link would have been printed.
        told(data, "user", "list")
        yield again


def added(data: Path, login: str, role: Role = Role.AGENT, *, run: Callable[..., Done] = hub) -> None:
    done = run(data, "user", "add", login, "--role", role.value, "--name", f"Họ tên {login}", typed=f"{PASSWORD}\n")
    assert 0 == done.returncode, done.stderr


def test_the_link_is_printed_once_and_only_while_there_is_nobody(served: Served) -> None:
    assert [] == served.links
    assert 200 == served.sign_in("an")


def test_somebody_added_signs_in_and_is_listed(served: Served, data: Path) -> None:
    added(data, "mai", Role.MARKETER, run=hub_alone)

    (line,) = [line for line in told_alone(data, "user", "list").splitlines() if line.startswith("mai ")]
    assert ["marketer", "Họ tên mai"] == [line.split()[1], line.partition("UTC")[2].strip()]
    assert 200 == served.sign_in("mai")


def test_a_new_password_counts_at_once(served: Served, data: Path) -> None:
    added(data, "lan")

    done = hub_alone(data, "user", "password", "lan", typed=f"{PASSWORD} mới\n")

    assert 0 == done.returncode, done.stderr
    assert (401, 200) == (served.sign_in("lan"), served.sign_in("lan", f"{PASSWORD} mới"))


def test_a_role_and_the_end_of_it(served: Served, data: Path) -> None:
    added(data, "hoa")

    changed = told_alone(data, "user", "role", "hoa", "lead")
    ended = told_alone(data, "user", "deactivate", "hoa")
    refused = served.sign_in("hoa")
    told(data, "user", "activate", "hoa")

    assert "hoa is lead" in changed
    assert "not active" in ended
    assert (401, 200) == (refused, served.sign_in("hoa"))


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("words", "typed", "remedy"),
    [
        (("add", "an"), f"{PASSWORD}\n", "hub user password"),
        (("add", "a b"), f"{PASSWORD}\n", "letters a-z"),
        (("add", "new"), "short\n", "10 characters"),
        (("add", "new"), "", "10 characters"),
        (("add", "new"), "a nul in it \0 here\n", "use letters"),
        (("password", "nobody"), f"{PASSWORD}\n", "hub user list"),
        (("role", "nobody", "lead"), "", "hub user list"),
        (("role", "an", "lead"), "", "hub user role LOGIN admin"),
        (("deactivate", "an"), "", "hub user role LOGIN admin"),
    ],
)
def test_what_does_not_do_is_one_sentence_with_a_remedy(data: Path, words: tuple[str, ...], typed: str, remedy: str) -> None:
    refused = hub(data, "user", *words, typed=typed)

    assert (2, 1, True) == (refused.returncode, len(refused.stderr.splitlines()), remedy in refused.stderr), refused.stderr


def test_a_password_in_another_encoding_is_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "config.main", "user", "add", "new"]
    environ = {**os.environ, "HUB_DATA": str(tmp_path)}

    refused = subprocess.run(command, env=environ, input=b"m\xe9 longer than ten\n", capture_output=True, timeout=60, check=False)

    assert (2, True) == (refused.returncode, b"in UTF-8" in refused.stderr), refused.stderr


def test_without_a_running_hub_it_says_so(tmp_path: Path) -> None:
    refused = hub(tmp_path, "user", "list")

    assert (2, 1, True) == (refused.returncode, len(refused.stderr.splitlines()), "hub serve" in refused.stderr), refused.stderr


class Terminal:
    """A terminal of its own for one command, and all that it showed."""

    def __init__(self, data: Path, *words: str) -> None:
        self._ours, theirs = os.openpty()
        os.set_blocking(self._ours, False)
        command = [sys.executable, "-m", "config.main", *words]
        environ = {**os.environ, "HUB_DATA": str(data)}
        self._process = subprocess.Popen(command, env=environ, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        self.shown = ""

    def asked(self, times: int) -> bool:
        """Whether it has asked so often."""
        # What is not there yet, and the end of the other side, are both errors of a read that does not wait.
        with suppress(OSError):
            self.shown += os.read(self._ours, 4096).decode()
        return self.shown.count(": ") >= times

    def type(self, line: str, *, at: int) -> None:
        """Answer its question number `at`."""
        wait_until(lambda: self.asked(at), what=f"question {at}")
        os.write(self._ours, f"{line}\n".encode())

    def end(self) -> int:
        """The command's status."""
        status = self._process.wait(timeout=60)
        self.asked(0)
        os.close(self._ours)
        return status


def typed_on_a_terminal(data: Path, first: str, second: str) -> tuple[int, str]:
    """`hub user password an`, both times typed; status, and all that the terminal showed."""
    terminal = Terminal(data, "user", "password", "an")
    terminal.type(first, at=1)
    terminal.type(second, at=2)
    return terminal.end(), terminal.shown


def test_on_a_terminal_the_password_is_typed_twice_and_not_shown(served: Served, data: Path) -> None:
    changed, shown = typed_on_a_terminal(data, f"{PASSWORD} 2", f"{PASSWORD} 2")
    unequal, words = typed_on_a_terminal(data, f"{PASSWORD} 3", f"{PASSWORD} 4")

    assert (0, 2) == (changed, unequal)
    assert "not the same" in words
    assert PASSWORD not in shown + words
    assert 200 == served.sign_in("an", f"{PASSWORD} 2")


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"HUB_HOST": "127.0.0.1"}, "http://127.0.0.1:8123"),
        ({"HUB_HOST": "0.0.0.0"}, "http://127.0.0.1:8123"),  # noqa: S104 - where the hub listens, not this test
        ({"HUB_HOST": "::"}, "http://[::1]:8123"),
        ({"HUB_PUBLIC_URL": "https://hub.shop.example"}, "https://hub.shop.example"),
    ],
)
def test_the_link_leads_to_where_the_hub_is_reached(tmp_path: Path, settings: dict[str, str], address: str) -> None:
    assert address == reached_at(load_settings({"HUB_DATA": str(tmp_path), **settings}, folder=tmp_path), 8123)
