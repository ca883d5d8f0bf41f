"""The walk along the customers' phones: every app beside the others, an answer pressed, a person asked for, what the console shows."""

import re

from playwright.sync_api import Page, expect

from tests.walks.album import Camera
from tests.walks.stage import Stage
from tests.walks.windows import Colleague

WIDE = ("whatsapp_cloud", "messenger", "line", "zalo")
NARROW = ("whatsapp_cloud",)
WIDE_FROM = 1000
WORDS = {
    "vi": {
        "hello": "xin chào",
        "hours": "shop mở cửa lúc mấy giờ",
        "open": "9:00–21:00",
        "person": "cho mình gặp nhân viên",
        "here": "Dạ em Hương đây ạ",
    },
    "en": {
        "hello": "hello",
        "hours": "what time do you open",
        "open": "9",
        "person": "I want to talk to a person",
        "here": "Hi, Huong here",
    },
}


def phones_walk(stage: Stage, camera: Camera) -> None:
    """Write on several apps, press an answer, ask for a person on one of them, and see who wrote in the console."""
    words, page = WORDS[stage.look.language], stage.window()
    kinds = WIDE if stage.look.width >= WIDE_FROM else NARROW
    page.goto(f"{stage.demo.phones}/?" + "&".join(f"app={kind}" for kind in kinds))
    for kind in kinds:
        expect(page.locator(f"section[data-kind={kind}] textarea")).to_be_visible()
        fresh(page, kind)
        say(page, kind, words["hello"])
    for kind in kinds:
        expect(page.locator(f"section[data-kind={kind}] .line:not(.mine)").last).to_be_visible()
    camera.take(
        page,
        "greeted",
        vi="Điện thoại của khách trên mọi kênh: cùng một lời chào, mỗi ứng dụng hiện theo cách của nó.",
        en="Customers' phones on every channel: one greeting, shown the way each app shows it.",
    )
    for kind in kinds:
        say(page, kind, words["hours"])
        expect(page.locator(f"section[data-kind={kind}] .line:not(.mine)", has_text=words["open"]).last).to_be_visible()
    camera.take(page, "answered", vi="Mỗi nơi một câu hỏi, mỗi nơi một câu trả lời.", en="A question on each, an answer on each.")
    _to_a_person(stage, page, kinds[0], camera)


def _to_a_person(stage: Stage, page: Page, kind: str, camera: Camera) -> None:
    words, huong = WORDS[stage.look.language], Colleague(stage, "huong")
    say(page, kind, words["person"])
    expect(page.locator(f"section[data-kind={kind}] .line:not(.mine)")).to_have_count(3)
    name = page.locator(f"section[data-kind={kind}] .who option:checked").inner_text()
    huong.sign_in()
    huong.view("queue")
    huong.open(name)
    huong.take_over()
    huong.say(words["here"])
    camera.take(huong.page, "console", vi="Trong màn hình nhân viên: cùng khách ấy.", en="The same customer in the agent's console.")
    expect(page.locator(f"section[data-kind={kind}] .line:not(.mine)", has_text=words["here"])).to_be_visible()
    camera.take(page, "person", vi="Và nhân viên trả lời trên điện thoại của khách.", en="And the agent's answer on the customer's phone.")


def fresh(page: Page, kind: str) -> None:
    """A customer nobody heard of yet, who speaks the page's language."""
    page.locator(f"section[data-kind={kind}] .bar > button").click()
    expect(page.locator(f"section[data-kind={kind}] .who option:checked")).to_have_text(re.compile(r"\d$"))
    expect(page.locator(f"section[data-kind={kind}] .empty")).to_be_visible()


def say(page: Page, kind: str, text: str) -> None:
    """Write on that phone; done when it stands there."""
    field = page.locator(f"section[data-kind={kind}] textarea")
    field.fill(text)
    field.press("Enter")
    expect(page.locator(f"section[data-kind={kind}] .line.mine").last).to_contain_text(text)
