"""The walks of docs/tour: a customer, an agent and a marketer through the demo shop, and phones. Each is a test, too."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.walks.album import Camera
from tests.walks.channels import channels_walk
from tests.walks.comments import comments_walk
from tests.walks.cruel import cruel_walk
from tests.walks.phones import phones_walk
from tests.walks.stage import Stage
from tests.walks.windows import Colleague, Shopper, fresh_phone

WORDS = {
    "vi": {
        "account": "Nguyễn Thị Lan",
        "hours": "9:00–21:00",
        "order": "đơn 1001 của em tới đâu rồi, số đuôi 5678",
        "found": "1001",
        "person": "cho mình gặp nhân viên",
        "place": "vị trí",
        "question": "Váy này giặt máy được không ạ?",
        "answer": "Dạ em Hương đây ạ. Váy linen giặt máy ở 30 độ, phơi trong bóng râm giúp em nhé.",
        "note": "Khách hỏi cách giặt. @ben nhớ thêm vào mục hỏi đáp.",
        "summary": "Khách hỏi cách giặt váy linen",
        "again": "mấy giờ shop mở cửa vậy",
        "slip": "Dạ váy linen 960.000đ ạ",
        "meant": "Dạ váy linen 690.000đ ạ",
        "rest": "Dạ em gửi chị bảng hướng dẫn giặt qua đây ạ.",
    },
    "en": {
        "account": "Emma Clark",
        "hours": "9:00–21:00",
        "order": "where is order 1001, phone ends in 5678",
        "found": "1001",
        "person": "can I talk to a person please",
        "place": "line",
        "question": "Can I wash this dress in the machine?",
        "answer": "Hi, Huong here. Wash linen at 30 °C and dry it in the shade.",
        "note": "Asked how to wash linen. @ben this belongs into the FAQ.",
        "summary": "Asked how to wash a linen dress",
        "again": "when do you open?",
        "slip": "The linen dress is 960,000 ₫",
        "meant": "The linen dress is 690,000 ₫",
        "rest": "Here is our page on washing linen.",
    },
}
"""What is typed on the way, by language, and what is waited for."""

KNOWN = "林怡君"
"""Of the shop's sample customers one whom no other walk needs."""

Walk = Callable[[Stage, Camera], None]


def customer_walk(stage: Stage, camera: Camera) -> None:
    """Ask, look an order up, speak with a person, leave a cart, be reminded, order; sign in and go on in Telegram."""
    words, shopper, huong = WORDS[stage.look.language], Shopper(stage), Colleague(stage, "huong")
    huong.sign_in()
    page = shopper.page
    shopper.visit(f"/shop/?lang={stage.look.language}")
    camera.take(page, "shop", vi="Cửa hàng thử, với năm việc để thử.", en="The sample shop, with five things to try.")
    shopper.say(words["again"])
    shopper.hears(words["hours"])
    camera.take(page, "answered", vi="Bot trả lời ngay, kể cả khi gõ không dấu.", en="The bot answers at once.")
    shopper.say(words["order"])
    shopper.hears(words["found"])
    camera.take(
        page, "order", vi="Hỏi đơn: mã đơn và bốn số cuối điện thoại là đủ.", en="An order: its number and the phone's last four digits."
    )
    _with_a_person(shopper, huong, camera, words)
    _cart_left_and_ordered(shopper, camera, words)
    _onward_to_telegram(shopper, camera, words)


def _with_a_person(shopper: Shopper, huong: Colleague, camera: Camera, words: dict[str, str]) -> None:
    shopper.say(words["person"])
    shopper.hears(words["place"])
    shopper.say(words["question"])
    camera.take(
        shopper.page, "queue", vi="Muốn gặp người: khách biết mình ở vị trí nào.", en="A person, please: they hear their place in line."
    )
    huong.view("queue")
    huong.open(words["question"])
    huong.take_over()
    huong.say(words["answer"])
    shopper.hears(words["answer"])
    camera.take(shopper.page, "person", vi="Nhân viên trả lời ngay trong khung chat.", en="The agent answers in the same chat.")
    huong.give_back(words["summary"])


def _cart_left_and_ordered(shopper: Shopper, camera: Camera, words: dict[str, str]) -> None:
    page = shopper.page
    shopper.visit("/shop/p/dress")
    page.locator("main .button").first.click()
    expect(page.locator("#count")).to_have_text("1")
    shopper.visit("/shop/cart")
    camera.take(page, "cart", vi="Giỏ hàng bị bỏ quên.", en="A cart is left behind.")
    for _ in range(2):
        shopper.half_an_hour()
    shopper.chat()
    # The reminder is there before the chat is opened, what was said before comes with it.
    shopper.hears(words["answer"])
    expect(page.locator(".offers button").first).to_be_visible()
    camera.take(
        page, "nudge", vi="Một giờ sau, tin nhắc đến cùng các nút trả lời.", en="An hour later the reminder comes, with answers to press."
    )
    page.locator(".offers button").nth(1).click()
    expect(page.locator(".item.customer").last).to_be_visible()
    shopper.visit("/shop/checkout")
    told = {"name": words["account"], "phone": "0900 111 222", "address": "1 Lê Lợi, Huế"}
    for name, value in told.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator("form .button").click()
    page.wait_for_url("**/shop/done/**")
    expect(page.locator("main h1")).to_be_visible()
    camera.take(page, "ordered", vi="Đặt hàng xong: lượt nhắc kết thúc ngay.", en="Ordered: the run of reminders ends at once.")


def _onward_to_telegram(shopper: Shopper, camera: Camera, words: dict[str, str]) -> None:
    page = shopper.page
    page.goto("/shop/account")
    page.get_by_role("button", name=words["account"]).click()
    expect(page.get_by_role("heading", name=words["account"])).to_be_visible()
    shopper.chat()
    phone = shopper.onward()
    phone.locator("#screen button").first.click()
    expect(phone.locator("#screen .line").nth(1)).to_be_visible()
    phone.locator("#text").fill(words["again"])
    phone.locator("#text").press("Enter")
    expect(phone.locator("#screen")).to_contain_text(words["hours"])
    camera.take(
        phone, "telegram", vi="Nhắn tiếp trên Telegram: vẫn một khách, một dòng lịch sử.", en="On in Telegram: one customer, one history."
    )


def agent_walk(stage: Stage, camera: Camera) -> None:
    """Sign in, see who waits, take over in the middle of the bot's answer, reply, note, give back, close and undo, by keys."""
    words, huong = WORDS[stage.look.language], Colleague(stage, "huong")
    page = huong.page
    page.goto("/")
    expect(page.locator("input[name=login]")).to_be_visible()
    camera.take(page, "sign-in", vi="Đăng nhập.", en="Signing in.")
    huong.sign_in()
    expect(page.locator("a[data-index]").first).to_be_visible()
    camera.take(page, "queue", vi="Ai đang chờ, ai chờ lâu nhất.", en="Who waits, the longest first.")
    _in_the_middle(stage, huong, camera)
    huong.view("mine")
    huong.open("Trần Quang Minh")
    expect(huong.lines("GHN").first).to_be_visible()
    camera.take(
        page,
        "timeline",
        vi="Một dòng thời gian cho mọi kênh; ghi chú chỉ đồng nghiệp thấy.",
        en="One timeline over all channels; notes are for colleagues.",
    )
    huong.say(words["rest"])
    huong.note(words["note"])
    camera.take(page, "note", vi="Trả lời khách, và để lại ghi chú.", en="A reply, and a note beside it.")
    _by_keys_and_closed(huong, camera)


def _by_keys_and_closed(huong: Colleague, camera: Camera) -> None:
    page = huong.page
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    camera.take(page, "bar", vi="Thanh lệnh: Ctrl K.", en="The command bar: Ctrl K.")
    page.keyboard.press("Escape")
    huong.press("talk.resolve")
    page.get_by_role("menuitem").first.click()
    expect(page.get_by_role("button", name=huong.word("do.undo"))).to_be_visible()
    camera.take(page, "closed", vi="Hoàn tất, và còn kịp hoàn tác.", en="Closed, and it can be undone.")
    page.get_by_role("button", name=huong.word("do.undo")).click()
    expect(page.get_by_text(huong.word("talk.yours"), exact=True)).to_be_visible()


def _in_the_middle(stage: Stage, huong: Colleague, camera: Camera) -> None:
    """The bot's answer is held up at the provider while the agent takes over."""
    words, phone = WORDS[stage.look.language], fresh_phone(stage)
    slow = {"kind": "throttle", "method": "sendMessage", "chat": phone.chat, "retry_after": 3}
    assert phone.page.request.post(f"{stage.demo.phone}/_sandbox/fault", data=slow).ok
    phone.say(words["again"])
    huong.view("open")
    huong.open(phone.name)
    huong.take_over()
    draft = huong.page.get_by_role("complementary", name=huong.word("draft.title"))
    expect(draft).to_contain_text(words["hours"])
    camera.take(
        huong.page,
        "draft",
        vi="Nhận giữa chừng: lời bot định nói nằm lại làm nháp.",
        en="Taken over in the middle: the bot's words stay as a draft.",
    )
    huong.press("draft.send")
    phone.hears(words["hours"])
    huong.say(words["slip"])
    phone.hears(words["slip"])
    huong.correct(words["slip"], words["meant"])
    phone.hears(words["meant"])
    camera.take(
        huong.page,
        "corrected",
        vi="Sửa tin đã gửi: khách thấy nội dung mới, nhân viên xem lại được nội dung cũ.",
        en="A message corrected: the customer sees the new words, agents what stood there.",
    )
    huong.give_back(words["summary"])


def marketer_walk(stage: Stage, camera: Camera) -> None:
    """The journey of the left cart step by step, why somebody got nothing, a customer's page, the kill switch."""
    shopper, tuan = Shopper(stage), Colleague(stage, "tuan")
    page = tuan.page
    _reminded(stage)
    _left_a_cart(shopper)
    tuan.sign_in()
    page.goto("/#/nudges")
    journey = page.locator("a[href='#/nudges/cart-recovery']")
    expect(journey).to_be_visible()
    camera.take(page, "nudges", vi="Các kịch bản nhắc khách.", en="The journeys.")
    journey.click()
    expect(page.locator("a[href^='#/nudges/cart-recovery/']").first).to_be_visible()
    camera.take(
        page, "journey", vi="Kịch bản nhắc giỏ hàng, từng bước, với số khách ở mỗi bước.", en="Cart recovery step by step, with counts."
    )
    page.locator("a[href^='#/nudges/cart-recovery/']").nth(1).click()
    expect(page.locator("aside blockquote").first).to_be_in_viewport()
    camera.take(page, "step", vi="Một bước: lời nhắn và điều kiện gửi.", en="One step: what it says and when.")
    _why(page, tuan, camera)
    page.goto("/#/reports")
    expect(page.locator("main h2, main h1").first).to_be_visible()
    camera.take(page, "reports", vi="Báo cáo sẽ ở đây, và trang nói rõ sẽ có gì.", en="Reports will be here, and the page says what.")


def _reminded(stage: Stage) -> None:
    """Somebody who wrote before leaves a cart and is reminded of it."""
    known, words = Shopper(stage), WORDS[stage.look.language]
    known.page.goto("/shop/account")
    known.page.get_by_role("button", name=KNOWN).click()
    expect(known.page.get_by_role("heading", name=KNOWN)).to_be_visible()
    known.visit()
    known.say(words["again"])
    known.hears(words["hours"])
    known.visit("/shop/p/dress")
    known.page.locator("main .button").first.click()
    expect(known.page.locator("#count")).to_have_text("1")
    for _ in range(2):
        known.half_an_hour()
    known.chat()
    expect(known.page.locator(".offers button").first).to_be_visible()


def _left_a_cart(shopper: Shopper) -> None:
    """Somebody nobody knows puts something into the cart: there is no basis to remind them."""
    shopper.visit("/shop/p/scarf")
    shopper.page.locator("main .button").first.click()
    expect(shopper.page.locator("#count")).to_have_text("1")
    shopper.visit("/shop/")
    expect(shopper.page.locator(".told li").first).to_be_visible()


def _why(page: Page, tuan: Colleague, camera: Camera) -> None:
    page.goto("/#/customers")
    row = page.locator("main a[href^='#/customers/cu-']", has_text=KNOWN).first
    expect(row).to_be_visible()
    camera.take(page, "customers", vi="Khách hàng.", en="Customers.")
    row.click()
    why = page.get_by_role("button", name=tuan.word("why.ask"))
    expect(why.or_(page.get_by_role("button", name=tuan.word("talk.panel"))).first).to_be_visible()
    if not why.is_visible():
        tuan.press("talk.panel")
    why.click()
    expect(page.locator("li[data-verdict]").first).to_be_visible()
    page.locator("li[data-verdict]").last.scroll_into_view_if_needed()
    camera.take(page, "why", vi="Vì sao tin này không gửi: từng điều kiện một.", en="Why was this not sent: every check by itself.")


WALKS: dict[str, Walk] = {
    "customer": customer_walk,
    "agent": agent_walk,
    "marketer": marketer_walk,
    "phones": phones_walk,
    "comments": comments_walk,
    "channels": channels_walk,
    "cruel": cruel_walk,
}
