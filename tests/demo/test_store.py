"""The demo's shop in a real browser: every page without an error, chat, sign-in, cart, checkout, clock."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import json
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsers import browser
from tests.demo.running import ANSWERS_WITHIN_S, Demo, demo
from tests.processes import wait_until

PATIENCE_MS = ANSWERS_WITHIN_S * 1000
PAGES = ["", "p/dress", "p/shorts", "cart", "checkout", "account"]
SHOP = Path(__file__).parents[2] / "sandbox" / "store"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("store"), "--empty") as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(locale="vi-VN", viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which any error of the console fails the test."""
    wrong: list[str] = []
    made = context.new_page()
    made.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    made.on("pageerror", lambda error: wrong.append(str(error)))
    yield made
    assert [] == wrong


def sign_in(page: Page, shop: Demo, name: str) -> None:
    page.goto(f"{shop.api}/shop/account")
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def clock(page: Page) -> tuple[int, int]:
    """What the shop's clock shows: ms, and its pace."""
    told = json.decode(page.request.get(page.url.partition("/shop/")[0] + "/shop/clock").body())
    return told["now"], told["pace"]


@pytest.mark.parametrize("language", ["vi", "en", "zh-TW"])
def test_every_page_is_shown_without_an_error_in_every_language(page: Page, shop: Demo, language: str) -> None:
    for path in PAGES:
        page.goto(f"{shop.api}/shop/{path}?lang={language}")
        expect(page.locator("main h1")).to_be_visible()

    assert language == page.locator("html").get_attribute("lang")


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_is_wider_than_its_screen(page: Page, shop: Demo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for path in PAGES:
        page.goto(f"{shop.api}/shop/{path}")
        expect(page.locator("main h1")).to_be_visible()

        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_question_from_the_shops_page_is_answered_in_the_widget(page: Page, shop: Demo) -> None:
    page.goto(f"{shop.api}/shop/")

    page.get_by_role("button", name="Giao hàng mất mấy ngày?").click()

    expect(page.get_by_text("Dạ nội thành 1–2 ngày")).to_be_visible(timeout=PATIENCE_MS)


def test_who_is_signed_in_is_told_their_orders_without_number_or_digits(page: Page, shop: Demo) -> None:
    sign_in(page, shop, "Nguyễn Thị Lan")

    page.get_by_role("button", name="Hỏi đơn tới đâu").click()

    expect(page.get_by_role("button", name="#1001")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="#1001").click()
    expect(page.get_by_text("1 × Quần linen ống rộng, M")).to_be_visible(timeout=PATIENCE_MS)


def test_a_cart_becomes_an_order_that_the_account_shows(page: Page, shop: Demo) -> None:
    sign_in(page, shop, "Trần Quang Minh")
    page.goto(f"{shop.api}/shop/p/scarf")
    page.get_by_role("button", name="Thêm vào giỏ").click()
    expect(page.locator("#count")).to_have_text("1")

    page.goto(f"{shop.api}/shop/checkout")
    page.get_by_role("button", name=re.compile("Thanh toán thử")).click()

    expect(page.get_by_role("heading", name=re.compile(r"Mã đơn #\d+"))).to_be_visible()
    expect(page.locator("#count")).to_be_empty()
    number = page.url.partition("/done/")[2].partition("?")[0]
    page.goto(f"{shop.api}/shop/account")
    expect(page.get_by_text(f"#{number}")).to_be_visible()


def test_the_order_of_somebody_else_is_not_shown(page: Page, shop: Demo) -> None:
    page.goto(f"{shop.api}/shop/")

    answer = page.request.get(f"{shop.api}/shop/api/orders/1001")

    assert 404 == answer.status


def test_a_cart_left_behind_is_reminded_of_the_answer_is_heard_and_the_order_placed(page: Page, shop: Demo) -> None:
    page.goto(f"{shop.api}/shop/")
    told, half = page.locator(".told"), page.get_by_role("button", name="+30 phút").first
    page.get_by_role("button", name="Bỏ một món vào giỏ").click()
    expect(told).to_contain_text("Khách chưa đồng ý nhận tin", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Giao hàng mất mấy ngày?").click()
    expect(told).not_to_contain_text("Khách chưa đồng ý nhận tin", timeout=PATIENCE_MS)

    half.click()
    expect(told).to_contain_text("chờ đến", timeout=PATIENCE_MS)
    half.click()
    expect(told).to_contain_text("đã gửi lúc", timeout=PATIENCE_MS)
    page.get_by_role("button", name="Hỏi thêm").click(timeout=PATIENCE_MS)
    expect(page.get_by_text("Dạ mình muốn hỏi gì về Váy suông đất nung (M) ạ?")).to_be_visible(timeout=PATIENCE_MS)
    expect(told).to_contain_text("khách đã trả lời", timeout=PATIENCE_MS)
    page.goto(f"{shop.api}/shop/checkout")
    for name, value in (("name", "Thu Hà"), ("phone", "0900 111 222"), ("address", "1 Lê Lợi, Huế")):
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button", name=re.compile("Thanh toán thử")).click()

    expect(page.get_by_role("heading", name=re.compile(r"Mã đơn #\d+"))).to_be_visible()


def test_who_is_signed_in_goes_on_in_telegram_as_the_same_customer(page: Page, shop: Demo) -> None:
    sign_in(page, shop, "Emma Clark")
    page.goto(f"{shop.api}/shop/?lang=en")
    page.get_by_role("button", name="Open the chat").first.click()
    page.locator(".onward").click(timeout=PATIENCE_MS)
    if page.locator(".onward").get_attribute("aria-haspopup"):
        page.get_by_role("menuitem", name="Telegram").click()

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Go on in Telegram").click(timeout=PATIENCE_MS)
    phone = opened.value
    phone.get_by_role("button", name="Bắt đầu").click()

    chat = str(phone.locator("#who").input_value())
    wait_until(lambda: bool(shop.on_phone(chat)), within=ANSWERS_WITHIN_S, what="the greeting on the phone")

    def is_one() -> bool:
        told = [shop.get(f"/api/addresses/{address}")["customer"] for address in (f"telegram/demo/{chat}", "shop/main/emma")]
        return told[0] == told[1]

    wait_until(is_one, within=ANSWERS_WITHIN_S, what="one customer on both channels")


def test_the_clock_begins_at_ten_and_is_pushed_and_speeded_up_from_the_bar(page: Page, shop: Demo) -> None:
    page.goto(f"{shop.api}/shop/")
    expect(page.locator(".clock")).to_contain_text(re.compile(r"1[0-9]:\d\d, ×1"))
    before, _ = clock(page)

    page.get_by_role("button", name="+30 phút").first.click()
    page.get_by_role("button", name="×600").click()

    expect(page.locator(".clock")).to_contain_text("×600")
    wait_until(lambda: clock(page)[0] > before + 31 * 60_000, within=ANSWERS_WITHIN_S, what="half an hour and more")
    page.get_by_role("button", name="×1", exact=True).click()
    expect(page.locator(".clock")).to_contain_text("×1")


@pytest.mark.parametrize("asked", [{"pace": 7}, {"minutes": -5}, {"minutes": 100_000}, {"hours": 1}])
def test_the_clock_takes_nothing_else(page: Page, shop: Demo, asked: dict[str, int]) -> None:
    answer = page.request.post(f"{shop.api}/shop/clock", data=asked)

    assert 400 == answer.status


def test_every_product_has_a_picture_and_all_its_words() -> None:
    from sandbox.store.catalog import CURRENCY, LANGUAGES, load_catalog

    catalog = load_catalog()

    assert 12 == len(catalog)
    assert {f"{id_}.svg" for id_ in catalog} == {path.name for path in (SHOP / "pictures").iterdir()}
    assert all(set(LANGUAGES) == set(one.name) == set(one.text) and set(CURRENCY.values()) == set(one.price) for one in catalog.values())
    assert all(set(one.sold_out) < set(one.sizes) or not one.sold_out for one in catalog.values())
