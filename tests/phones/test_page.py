"""The page of phones beside a running demo, in a real browser: typed there, answered there, by keys, in every look."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from msgspec import json
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from sandbox.plugged import PLUGS
from tests.browsers import browser
from tests.demo.running import ANSWERS_WITHIN_S, Demo, demo
from tests.processes import wait_until

AXE = Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js"
HOURS = "9:00–21:00"
PATIENCE_MS = ANSWERS_WITHIN_S * 1000 / 2
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060f8cf00000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("phones"), "--empty") as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


class Window:
    """The page of phones in one look; anything its console complains of fails the test."""

    def __init__(self, context: BrowserContext, phones: str) -> None:
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type in {"error", "warning"} else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self._phones = phones

    def open(self, *kinds: str) -> None:
        """The page with these apps' phones."""
        self.page.goto(f"{self._phones}/?" + "&".join(f"app={kind}" for kind in kinds))
        for kind in kinds:
            expect(self.page.locator(f"section[data-kind={kind}] textarea")).to_be_visible()

    def say(self, kind: str, text: str) -> None:
        """Type on that phone and send by Enter."""
        field = self.page.locator(f"section[data-kind={kind}] textarea")
        field.fill(text)
        field.press("Enter")
        expect(self.page.locator(f"section[data-kind={kind}] .line.mine").last).to_contain_text(text)

    def hears(self, kind: str, text: str) -> None:
        """Wait for words of the shop's on that phone."""
        expect(self.page.locator(f"section[data-kind={kind}] .line:not(.mine)", has_text=text).last).to_be_visible(timeout=PATIENCE_MS)


@pytest.fixture
def window(chromium: Browser, shop: Demo, request: pytest.FixtureRequest) -> Iterator[Window]:
    look: dict[str, object] = getattr(request, "param", {})
    context = chromium.new_context(**{"locale": "vi-VN", "viewport": {"width": 1440, "height": 900}, **look})  # type: ignore[arg-type]
    made = Window(context, shop.phones)
    yield made
    context.close()
    assert [] == made.wrong


def looks() -> list[tuple[dict[str, object], tuple[str, ...]]]:
    """Every app wide in light and dark, four beside each other, and one narrow; each language among them."""
    wide, narrow = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
    kinds = list(PLUGS)
    fours = [tuple(kinds[n : n + 4]) for n in range(0, len(kinds), 4)]
    light: dict[str, object] = {"viewport": wide, "color_scheme": "light", "locale": "vi-VN"}
    dark: dict[str, object] = {"viewport": wide, "color_scheme": "dark", "locale": "zh-TW"}
    return [
        *((look, four) for look in (light, dark) for four in fours),
        ({"viewport": narrow, "color_scheme": "dark", "locale": "en-US"}, ("line",)),
    ]


def test_every_channel_has_its_phone_and_knows_its_limits(shop: Demo) -> None:
    with urlopen(f"{shop.phones}/_phones/apps", timeout=10) as answer:  # noqa: S310 - loopback
        apps = json.decode(answer.read(), type=list[dict[str, object]])

    assert {"telegram", *PLUGS} == {app["kind"] for app in apps}
    assert all(app["hook"] for app in apps)
    assert all(app["limits"] for app in apps)


def test_what_is_typed_on_four_phones_is_answered_on_each(window: Window) -> None:
    kinds = ("whatsapp_cloud", "messenger", "line", "zalo")
    window.open(*kinds)

    for kind in kinds:
        window.say(kind, "shop mo cua luc may gio")

    for kind in kinds:
        window.hears(kind, HOURS)
    expect(window.page.locator("section[data-kind=whatsapp_cloud] [data-state=read]").first).to_be_visible()


def test_a_button_is_pressed_by_the_keyboard_alone(window: Window) -> None:
    window.open("whatsapp_cloud")
    window.page.get_by_role("button", name="Thêm khách").click()
    window.say("whatsapp_cloud", "xin chao")
    window.hears("whatsapp_cloud", "xin chào")

    window.page.get_by_role("button", name="Giao hàng").focus()
    window.page.keyboard.press("Enter")

    window.hears("whatsapp_cloud", "1–2 ngày")
    expect(window.page.locator(".line.mine").last).to_contain_text("Giao hàng")


def test_on_telegram_answers_are_keys_below_the_text_field_that_go_away_once_pressed(window: Window) -> None:
    window.open("telegram")
    phone = window.page.locator("section[data-kind=telegram]")
    window.page.get_by_role("button", name="Thêm khách").click()
    expect(phone.locator(".empty")).to_be_visible()
    window.say("telegram", "xin chao")
    window.hears("telegram", "xin chào")
    key = phone.locator(".keys").get_by_role("button", name="Giao hàng")
    expect(key).to_be_visible()
    field, below = phone.locator("textarea").bounding_box(), key.bounding_box()

    key.focus()
    window.page.keyboard.press("Enter")
    window.hears("telegram", "1–2 ngày")

    assert field
    assert below
    assert below["y"] > field["y"] + field["height"]
    expect(phone.locator(".line.mine").last).to_contain_text("Giao hàng")
    expect(phone.locator(".keys button")).to_have_count(0)


def test_an_agent_takes_over_and_the_customer_reads_it_on_the_phone(window: Window, shop: Demo) -> None:
    window.open("viber")
    window.say("viber", "cho em gap nhan vien")
    person = PLUGS["viber"].person(1)

    def waits() -> bool:
        conversations = shop.get("/api/conversations?state=queue&limit=100")["conversations"]
        assert isinstance(conversations, list)
        return bool(conversations)

    wait_until(waits, within=ANSWERS_WITHIN_S, what="somebody in the queue")
    customer = shop.get(f"/api/addresses/viber/demo/{person}")["customer"]
    shop.post(f"/api/customers/{customer}/claim", {"agent": "huong"})
    shop.post(f"/api/customers/{customer}/say", {"agent": "huong", "text": "Dạ em Hương đây ạ"})

    window.hears("viber", "Dạ em Hương đây ạ")


def test_a_picture_is_sent_a_reaction_given_and_the_shop_blocked_and_let_in_again(window: Window) -> None:
    window.open("messenger")
    whose = window.page.locator("section[data-kind=messenger] select.who")
    before = whose.input_value()
    window.page.get_by_role("button", name="Thêm khách").click()
    expect(whose).not_to_have_value(before)
    window.say("messenger", "shop mo cua luc may gio")
    window.hears("messenger", HOURS)

    window.page.locator("input[type=file]").set_input_files({"name": "ao.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(window.page.locator(".line.mine img")).to_be_visible()
    window.page.locator(".reacting summary").first.click()
    window.page.get_by_role("button", name="👍").first.click()
    expect(window.page.locator(".reaction").first).to_contain_text("👍")
    window.page.locator(".menu summary").click()
    window.page.get_by_role("button", name="Chặn shop").click()
    expect(window.page.locator(".gone")).to_be_visible()
    window.page.locator(".menu summary").click()
    window.page.get_by_role("button", name="Bỏ chặn").click()

    expect(window.page.locator(".gone")).to_have_count(0)


def test_a_busy_provider_is_tried_from_the_menu_by_the_keyboard_and_its_answer_comes_late(window: Window) -> None:
    window.open("zalo")
    menu = window.page.locator("section[data-kind=zalo] .menu summary")
    window.page.get_by_role("button", name="Thêm khách").click()
    expect(window.page.locator("section[data-kind=zalo] .empty")).to_be_visible()

    menu.focus()
    window.page.keyboard.press("Enter")
    trouble = window.page.get_by_role("group", name="Thử sự cố của nhà cung cấp").get_by_role("button", name="Bận ba lần, mỗi lần 2 giây")
    trouble.focus()
    window.page.keyboard.press("Enter")
    expect(window.page.locator(".notice")).to_contain_text("Hub chờ đúng 2 giây")
    window.say("zalo", "shop mo cua luc may gio")

    window.hears("zalo", HOURS)
    expect(window.page.locator(".notice")).to_be_empty()
    expect(window.page.locator("section[data-kind=zalo] .line:not(.mine)")).to_have_count(1)


def test_a_picture_of_telegrams_customer_goes_out_under_its_words_and_its_name_stays(window: Window) -> None:
    window.open("telegram")
    whose = window.page.locator("section[data-kind=telegram] .who option:checked")
    name = whose.inner_text()
    window.page.locator("section[data-kind=telegram] textarea").fill("Mẫu này ạ")

    window.page.locator("input[type=file]").set_input_files({"name": "ao.png", "mimeType": "image/png", "buffer": PICTURE})

    line = window.page.locator(".line.mine", has_text="Mẫu này ạ")
    expect(line.locator("img")).to_be_visible()
    assert line.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    expect(window.page.locator("section[data-kind=telegram] textarea")).to_have_value("")
    assert name == whose.inner_text()


def test_telegrams_own_phone_sends_a_picture_with_its_words(window: Window, shop: Demo) -> None:
    page = window.page
    page.goto(f"{shop.phone}/")
    page.locator("#add").click()
    page.locator("#text").fill("Mẫu này ạ")
    page.set_viewport_size({"width": 390, "height": 844})

    page.get_by_label("Gửi ảnh").set_input_files({"name": "ao.png", "mimeType": "image/png", "buffer": PICTURE})

    line = page.locator(".line.mine", has_text="Mẫu này ạ")
    expect(line.locator("img")).to_be_visible()
    assert line.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    expect(page.locator("#text")).to_have_value("")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_line_on_a_phone_that_is_not_open_is_counted_at_its_app(window: Window, shop: Demo) -> None:
    window.open("line")
    body = {"chat": PLUGS["instagram"].person(1), "text": "shop mo cua luc may gio"}

    window.page.request.post(f"{shop.phones}/instagram/_sandbox/say", data=body)

    expect(window.page.locator("[data-app=instagram] .new")).to_have_text(re.compile("[1-9]"))


@pytest.mark.parametrize(("window", "kinds"), looks(), indirect=["window"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(window: Window, kinds: tuple[str, ...]) -> None:
    window.open(*kinds)
    page: Page = window.page
    for kind in kinds:
        window.say(kind, "xin chao")
    for kind in kinds:
        expect(page.locator(f"section[data-kind={kind}] .line:not(.mine)").last).to_be_visible(timeout=PATIENCE_MS)
    page.evaluate(AXE.read_text(encoding="utf-8"))

    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]

    assert [] == [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def commenting(window: Window, *texts: str) -> Locator:
    """A new customer's Messenger, with these comments under the shop's post."""
    window.open("messenger")
    phone = window.page.locator("section[data-kind=messenger]")
    window.page.get_by_role("button", name="Thêm khách").click()
    phone.get_by_role("button", name="Bài viết").click()
    field = phone.get_by_role("textbox", name="Viết bình luận")
    for text in texts:
        field.fill(text)
        field.press("Enter")
        expect(phone.locator(".comment", has_text=text).last).to_be_visible()
    return phone


def thread(window: Window, shop: Demo, words: str) -> Page:
    """The console of an agent who has opened the thread of these words."""
    agent = window.page.context.new_page()
    agent.set_default_timeout(PATIENCE_MS)
    agent.goto(f"{shop.api}/")
    agent.locator("input[name=login]").fill("huong")
    agent.locator("input[name=password]").fill(shop.sign_ins["huong"])
    agent.keyboard.press("Enter")
    agent.locator("[data-conversation]", has_text=words).first.click()
    expect(agent.get_by_text("Bài viết của shop")).to_be_attached(timeout=PATIENCE_MS)
    return agent


def answered(agent: Page, key: str, name: str, text: str) -> None:
    """Write by that key, and see it in the thread."""
    agent.keyboard.press(key)
    writing = agent.get_by_role("textbox", name=name)
    expect(writing).to_be_focused()
    writing.fill(text)
    writing.press("Enter")
    expect(writing).to_have_count(0, timeout=PATIENCE_MS)
    expect(agent.get_by_role("log").get_by_text(text)).to_be_visible(timeout=PATIENCE_MS)


def test_comment_is_answered_for_all_by_rule_and_in_private_and_a_number_is_hidden(window: Window) -> None:
    phone = commenting(window, "ib giá ạ", "gọi em o912 345.678")

    expect(phone.locator(".comment.reply").last).to_contain_text("Shop đã nhắn riêng", timeout=PATIENCE_MS)
    expect(phone.locator(".comment.hidden-one").last).to_contain_text("o912 345.678", timeout=PATIENCE_MS)
    phone.get_by_role("button", name="Tin nhắn").click()
    window.hears("messenger", "690.000đ")


@pytest.mark.parametrize("window", [{"viewport": {"width": 390, "height": 844}}, {}], indirect=True, ids=["narrow", "wide"])
def test_agent_answers_a_comment_by_keys_in_public_and_in_private_hides_it_and_shows_it_again(shop: Demo, window: Window) -> None:
    width = window.page.viewport_size or {"width": 0}
    words = f"Áo {width['width']} giặt máy được không?"
    phone = commenting(window, words)
    agent = thread(window, shop, words)

    answered(agent, "r", "Trả lời công khai", "Dạ giặt máy nhẹ được ạ")
    answered(agent, "v", "Nhắn riêng", "Chị lấy size nào ạ?")
    agent.keyboard.press("h")

    hidden = phone.locator(".comment.hidden-one", has_text=words)
    expect(hidden).to_be_visible(timeout=PATIENCE_MS)
    expect(phone.locator(".comment.reply", has_text="giặt máy nhẹ").last).to_be_visible()
    expect(agent.get_by_role("button", name="Nhắn riêng")).to_be_disabled()
    expect(agent.get_by_text("đã ẩn với người khác")).to_be_visible(timeout=PATIENCE_MS)
    agent.keyboard.press("h")
    expect(hidden).to_have_count(0, timeout=PATIENCE_MS)
    phone.get_by_role("button", name="Tin nhắn").click()
    window.hears("messenger", "Chị lấy size nào")
