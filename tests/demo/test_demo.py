"""Whole ways through a running demo: by Telegram, by a real browser, with an agent taking over by the API."""

import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, expect

from tests.browsers import browser
from tests.demo.running import ANSWERS_WITHIN_S, Demo, demo
from tests.processes import wait_until

HOURS = "9:00–21:00"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo"), "--empty") as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def waiting_customer(shop: Demo, phone: str) -> str:
    """The customer behind a phone, once they wait for a person."""
    found = ""

    def arrived() -> bool:
        nonlocal found
        try:
            found = str(shop.get(f"/api/addresses/telegram/demo/{phone}")["customer"])
        except HTTPError:
            return False
        conversations = shop.get("/api/conversations?state=queue&limit=100")["conversations"]
        assert isinstance(conversations, list)
        return found in {c["customer"] for c in conversations}

    wait_until(arrived, within=ANSWERS_WITHIN_S, what="the customer in the queue")
    return found


def test_a_word_on_telegram_is_answered(shop: Demo) -> None:
    shop.type_on_phone("41", "shop mo cua luc may gio vay")

    wait_until(lambda: any(HOURS in text for text in shop.on_phone("41")), within=ANSWERS_WITHIN_S, what="the opening hours")


def test_a_word_in_the_web_chat_is_answered_in_a_real_browser(shop: Demo, chromium: Browser) -> None:
    page = chromium.new_page(locale="vi-VN")
    page.goto(shop.chat)

    page.locator("#words").fill("shop mở cửa mấy giờ")
    page.keyboard.press("Enter")

    expect(page.locator("#log")).to_contain_text(HOURS, timeout=ANSWERS_WITHIN_S * 1000)
    page.reload()
    expect(page.locator("#log")).to_contain_text(HOURS, timeout=ANSWERS_WITHIN_S * 1000)
    page.close()


def test_an_agent_takes_over_and_the_bot_is_silent_until_released(shop: Demo) -> None:
    shop.type_on_phone("42", "cho em gap nhan vien")
    customer = waiting_customer(shop, "42")

    claimed = shop.post(f"/api/customers/{customer}/claim", {"agent": "lan"})
    shop.type_on_phone("42", "shop mo cua luc may gio")
    shop.post(f"/api/customers/{customer}/say", {"agent": "lan", "text": "Dạ em Lan đây ạ"})
    wait_until(lambda: "Dạ em Lan đây ạ" in shop.on_phone("42"), within=ANSWERS_WITHIN_S, what="the agent's words")
    bot_meanwhile = [text for text in shop.on_phone("42") if HOURS in text]
    shop.post(f"/api/customers/{customer}/release", {"agent": "lan"})
    shop.type_on_phone("42", "mấy giờ mở cửa")

    assert "lan" == claimed["owner"]
    assert [] == bot_meanwhile
    wait_until(lambda: any(HOURS in text for text in shop.on_phone("42")), within=ANSWERS_WITHIN_S, what="the bot's answer after release")


def test_an_order_is_told_only_to_who_knows_its_phone(shop: Demo) -> None:
    shop.type_on_phone("43", "đơn 1001 của em tới đâu rồi, số đuôi 0000")
    wait_until(lambda: len(shop.on_phone("43")) == 1, within=ANSWERS_WITHIN_S, what="an answer to the wrong digits")
    shop.type_on_phone("43", "đơn 1001 số đuôi 5678")

    wait_until(lambda: len(shop.on_phone("43")) > 1, within=ANSWERS_WITHIN_S, what="the status")
    wrong, right = shop.on_phone("43")[0], shop.on_phone("43")[-1]
    assert wrong != right


def test_stop_is_confirmed_and_a_nudge_then_refused(shop: Demo) -> None:
    shop.type_on_phone("44", "gap nhan vien")
    customer = waiting_customer(shop, "44")
    shop.type_on_phone("44", "STOP")
    wait_until(lambda: len(shop.on_phone("44")) >= 2, within=ANSWERS_WITHIN_S, what="the confirmation")
    before = len(shop.on_phone("44"))
    shop.post(f"/api/customers/{customer}/resolve", {"agent": "lan"})

    shop.post(f"/api/customers/{customer}/nudge", {"text": "Giỏ hàng đang chờ"})
    shop.post(
        f"/api/customers/{customer}/say", {"agent": "lan", "text": "xong", "to": {"channel": "telegram", "account": "demo", "id": "44"}}
    )

    wait_until(lambda: "xong" in shop.on_phone("44"), within=ANSWERS_WITHIN_S, what="the agent's words")
    assert ["xong"] == shop.on_phone("44")[before:]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/openapi.json"])
def test_what_operators_look_at_answers(shop: Demo, path: str) -> None:
    from urllib.request import urlopen

    with urlopen(shop.api + path, timeout=5) as answer:  # noqa: S310 - loopback
        assert 200 == answer.status


def test_a_second_demo_on_the_same_folder_is_refused_in_one_sentence(shop: Demo) -> None:
    environ = {**os.environ, "HUB_DATA": str(shop.folder / "data"), "HUB_PORT": "0"}

    second = subprocess.run(
        [sys.executable, "-m", "config.main", "demo"], env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert (2, 1) == (second.returncode, len(second.stderr.strip().splitlines()))
