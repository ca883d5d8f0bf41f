"""The demo stopped and started again, and where something is in its way."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.demo.running import ANSWERS_WITHIN_S, Demo, demo
from tests.processes import wait_until


def queue(shop: Demo) -> list[str]:
    """Who waits, by customer."""
    conversations = shop.get("/api/conversations?state=queue&limit=100")["conversations"]
    assert isinstance(conversations, list)
    return sorted(one["customer"] for one in conversations)


def lines(shop: Demo, phone: str) -> list[str]:
    """The ids on the timeline of whoever has that phone."""
    customer = shop.get(f"/api/addresses/telegram/demo/{phone}")["customer"]
    told = shop.get(f"/api/customers/{customer}/timeline")["lines"]
    assert isinstance(told, list)
    return [line["entry"]["id"] for line in told]


def test_a_second_start_keeps_everything_and_tells_no_past_twice(tmp_path: Path) -> None:
    with demo(tmp_path) as first:
        wait_until(lambda: len(queue(first)) >= 3, within=ANSWERS_WITHIN_S, what="those who wait since this morning")
        waiting, past, signs = queue(first), lines(first, "1003"), first.sign_ins
        first.type_on_phone("71", "phi ship bao nhieu")
        wait_until(lambda: len(first.on_phone("71")) == 1, within=ANSWERS_WITHIN_S, what="the answer")
        reached = first.clock()

    with demo(tmp_path) as second:
        kept = second.on_phone("71")
        second.type_on_phone("71", "shop mo cua luc may gio")
        wait_until(lambda: len(second.on_phone("71")) == 2, within=ANSWERS_WITHIN_S, what="an answer to a word after the restart")

        assert (waiting, past, signs) == (queue(second), lines(second, "1003"), second.sign_ins)
        assert [True] == ["25.000" in text for text in kept]
        assert second.clock() > reached


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environ = {**os.environ, "HUB_DATA": str(tmp_path / "data"), "HUB_PORT": str(port)}
        ran = subprocess.run(
            [sys.executable, "-m", "config.main", "demo"], env=environ, capture_output=True, text=True, timeout=60, check=False
        )

    assert (2, 1) == (ran.returncode, len(ran.stderr.strip().splitlines()))
    assert f"Port {port}" in ran.stderr
    assert "make PORT=" in ran.stderr
