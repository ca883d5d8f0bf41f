"""The walk under a post: customers comment on their phones, a rule answers, a number is hidden, an agent works through the rest."""

from playwright.sync_api import Locator, Page, expect

from tests.walks.album import Camera
from tests.walks.phones import fresh, say
from tests.walks.stage import Stage
from tests.walks.windows import Colleague

KIND = "messenger"
WORDS = {
    "vi": {
        "hello": "xin chào",
        "posts": "Bài viết",
        "price": "shop ơi ib giá",
        "told": "Shop đã nhắn riêng",
        "number": "chị đặt 2 cái nha, gọi 0912 345 678",
        "question": "áo này giặt máy được không shop",
        "answer": "Dạ giặt máy ở 30 độ được ạ",
    },
    "en": {
        "hello": "hello",
        "posts": "Post",
        "price": "what is the price?",
        "told": "We have written to you",
        "number": "I take two, call me on 0912 345 678",
        "question": "can I wash it in the machine?",
        "answer": "Yes, at 30 °C",
    },
}


def comments_walk(stage: Stage, camera: Camera) -> None:
    """Ask for the price, leave a number, ask what no rule knows; the list of comments, an answer for all to read, and the post again."""
    words, page = WORDS[stage.look.language], stage.window()
    page.goto(f"{stage.demo.phones}/?app={KIND}")
    expect(_phone(page).locator("textarea")).to_be_visible()
    fresh(page, KIND)
    # What language somebody speaks is known once they wrote in private; few letters tell it.
    say(page, KIND, words["hello"])
    expect(_phone(page).locator(".line:not(.mine)").last).to_be_visible()
    _phone(page).get_by_role("button", name=words["posts"]).click()
    _comment(page, words["price"])
    expect(_phone(page).locator(".comment.reply", has_text=words["told"]).last).to_be_visible()
    for text in ("number", "question"):
        _another(page)
        _comment(page, words[text])
    camera.take(
        page,
        "post",
        vi="Dưới bài viết: ai hỏi giá được quy tắc trả lời ngay, cả công khai lẫn nhắn riêng.",
        en="Under a post: who asks for the price is answered by a rule at once, in public and in private.",
    )
    _worked_through(stage, camera, words)
    expect(_phone(page).locator(".comment.reply", has_text=words["answer"]).last).to_be_visible()
    camera.take(page, "under", vi="Câu trả lời nằm dưới bình luận, ai cũng đọc được.", en="The answer stands under the comment, for all.")


def _worked_through(stage: Stage, camera: Camera, words: dict[str, str]) -> None:
    huong = Colleague(stage, "huong")
    page = huong.page
    huong.sign_in()
    huong.view("comments")
    huong.row(words["number"]).click()
    # The state above the words and the line below them say it.
    expect(page.get_by_text(huong.word("comment.rule.phone")).first).to_be_visible()
    expect(page.get_by_role("button", name=huong.word("comment.show"))).to_be_visible()
    camera.take(
        page,
        "hidden",
        vi="Danh sách bình luận theo bài viết. Số điện thoại bị ẩn ngay; nhân viên vẫn đọc được.",
        en="Comments in a list of their own, by post. A phone number is hidden at once; agents still read it.",
    )
    huong.view("comments")
    huong.row(words["question"]).click()
    expect(page.get_by_role("log").get_by_text(words["question"])).to_be_visible()
    page.get_by_role("button", name=huong.word("comment.answer")).last.click()
    field = page.get_by_role("textbox", name=huong.word("comment.answer"))
    field.fill(words["answer"])
    camera.take(
        page,
        "answer",
        vi="Trả lời công khai; nhắn riêng, ẩn, thích nằm ngay bên cạnh.",
        en="An answer in public; in private, hide and like stand beside it.",
    )
    field.press("Enter")
    expect(huong.lines(words["answer"]).last).to_be_visible()


def _phone(page: Page) -> Locator:
    return page.locator(f"section[data-kind={KIND}]")


def _another(page: Page) -> None:
    """Somebody else with the same post before them."""
    people = _phone(page).locator(".who option")
    known = people.count()
    _phone(page).locator(".bar > button").click()
    expect(people).to_have_count(known + 1)
    expect(people.last).to_have_js_property("selected", value=True)
    expect(_phone(page).locator("article.post")).to_be_visible()


def _comment(page: Page, text: str) -> None:
    field = _phone(page).locator("textarea")
    field.fill(text)
    field.press("Enter")
    expect(_phone(page).locator(".comment", has_text=text).last).to_be_visible()
