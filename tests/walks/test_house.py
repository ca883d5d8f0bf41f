"""What the first house must show, in a real browser after `hub demo`: customer, agent and marketer in one shop."""

import re

from playwright.sync_api import Page, expect

from tests.walks.stage import Stage
from tests.walks.windows import Colleague, Shopper, fresh_phone

HOURS = "9:00–21:00"


def named(page: Page, name: str) -> None:
    """The customer signs in at the shop under one of its sample accounts."""
    page.goto("/shop/account")
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_the_chat_answers(stage: Stage) -> None:
    lan = Shopper(stage)
    lan.visit()

    lan.say("shop mo cua luc may gio")

    lan.hears(HOURS)


def test_a_conversation_is_handed_to_an_agent_in_the_console_and_given_back(stage: Stage) -> None:
    lan, huong = Shopper(stage), Colleague(stage, "huong")
    lan.visit()
    huong.sign_in()

    lan.say("cho mình gặp nhân viên")
    lan.hears("vị trí thứ")
    lan.say("áo này có màu xanh cốm không ạ")
    huong.view("queue")
    huong.open("màu xanh cốm")
    huong.take_over()
    huong.say("Dạ em Hương đây ạ, có màu xanh cốm nhé")
    lan.hears("Dạ em Hương đây ạ")
    lan.say("shop mo cua luc may gio")
    expect(huong.lines("shop mo cua luc may gio")).to_have_count(1)
    huong.say("Dạ 9 giờ sáng ạ")
    lan.hears("Dạ 9 giờ sáng ạ")
    huong.give_back("Khách hỏi màu xanh cốm")
    bot_meanwhile = [text for text in lan.lines() if HOURS in text]
    lan.say("chủ nhật shop có mở cửa không")

    lan.hears(HOURS)
    assert [] == bot_meanwhile


def test_an_agent_takes_over_while_the_bot_is_answering_and_the_bots_words_become_a_draft(stage: Stage) -> None:
    phone, huong = fresh_phone(stage), Colleague(stage, "huong")
    huong.sign_in()
    slow = {"kind": "throttle", "method": "sendMessage", "chat": phone.chat, "retry_after": 4}
    assert phone.page.request.post(f"{stage.demo.phone}/_sandbox/fault", data=slow).ok

    phone.say("shop mo cua luc may gio vay")
    huong.view("open")
    huong.open(phone.name)
    huong.take_over()
    expect(huong.page.get_by_role("complementary", name=huong.word("draft.title"))).to_contain_text(HOURS)
    before = phone.page.locator("#screen").inner_text()
    huong.press("draft.send")
    phone.hears(HOURS)
    huong.say("Dạ em Hương đây ạ")

    phone.hears("Dạ em Hương đây ạ")
    assert HOURS not in before


def test_after_a_signed_login_web_and_telegram_are_one_timeline(stage: Stage) -> None:
    lan, huong = Shopper(stage), Colleague(stage, "huong")
    huong.sign_in()
    named(lan.page, "Nguyễn Thị Lan")
    lan.visit()
    lan.say("mấy giờ shop mở cửa vậy")
    lan.hears(HOURS)
    phone = lan.onward()
    phone.get_by_role("button", name="Bắt đầu").click()
    expect(phone.locator("#screen")).to_contain_text("kết nối xong")

    phone.locator("#text").fill("em nhan tin tu telegram ne, cho em gap nhan vien")
    phone.locator("#text").press("Enter")
    huong.view("queue")
    huong.open("Nguyễn Thị Lan")

    expect(huong.lines("mấy giờ shop mở cửa vậy")).to_have_count(1)
    expect(huong.lines("em nhan tin tu telegram ne")).to_have_count(1)


def test_of_several_apps_one_is_chosen_by_keys_alone_and_there_the_customer_is_known(stage: Stage) -> None:
    minh = Shopper(stage)
    page, menu = minh.page, minh.page.get_by_role("menu", name="Nhắn nơi khác")
    named(page, "Trần Quang Minh")
    minh.visit()
    minh.chat()
    expect(page.locator(".onward")).to_have_attribute("aria-haspopup", "menu")

    page.locator(".onward").focus()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="Telegram")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(page.locator(".onward")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in menu.get_by_role("menuitem").all_inner_texts():
        page.keyboard.press("ArrowDown")
        if menu.get_by_role("menuitem", name="LINE").evaluate("item => item === item.getRootNode().activeElement"):
            break
    page.keyboard.press("Enter")
    phone = minh.follow(page.get_by_role("link", name="Nhắn tiếp trên LINE"))

    field = phone.locator("section[data-kind=line] textarea")
    expect(field).to_have_value(re.compile("^go-"))
    field.press("Enter")
    expect(phone.locator("section[data-kind=line] .line:not(.mine)").last).to_contain_text("kết nối xong")


def test_a_restart_under_an_open_console_and_an_open_chat_loses_and_doubles_nothing(own_stage: Stage) -> None:
    lan, huong = Shopper(own_stage), Colleague(own_stage, "huong")
    lan.visit()
    huong.sign_in()
    lan.say("cho mình gặp nhân viên")
    lan.hears("Tiếp theo là đến lượt mình")
    lan.say("trước khi khởi động lại")
    huong.view("queue")
    huong.open("trước khi khởi động lại")
    huong.take_over()
    huong.say("một")
    lan.hears("một")

    own_stage.demo.stop()
    lan.page.locator("#words").fill("viết lúc mất mạng")
    lan.page.locator("#words").press("Enter")
    own_stage.demo.start()
    expect(huong.lines("viết lúc mất mạng")).to_have_count(1, timeout=60_000)
    huong.say("hai")
    lan.hears("hai")
    lan.say("sau khi khởi động lại")
    expect(huong.lines("sau khi khởi động lại")).to_have_count(1)

    said = ["trước khi khởi động lại", "một", "viết lúc mất mạng", "hai", "sau khi khởi động lại"]
    assert said == [text for text in lan.lines() if text in said]
    assert said == [one for text in huong.page.locator("article bdi, article p").all_inner_texts() for one in said if one == text.strip()]
