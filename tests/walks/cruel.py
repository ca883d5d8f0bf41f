"""The walk with what no designer thinks of: names of a hundred characters, thousands waiting, other alphabets, no network, nothing."""

import http.client
from urllib.parse import urlsplit

from msgspec import json
from playwright.sync_api import Page, expect

from channels.plain import SIGNATURE_HEADER, signature
from config.demo.run import SECRET
from tests.walks.album import Camera
from tests.walks.stage import Stage
from tests.walks.windows import Colleague, Shopper

LONG = "Công Tằng Tôn Nữ Thị Ậm Ỗng Nguyễn Phước Bảo Ngọc Phương Quỳnh Trâm Anh Thư Diễm My Khánh Linh Hoài Thương"
NAMES = (LONG, "محمد عبد الرحمن الطويل", "👩‍👩‍👧‍👦🇻🇳🧵", '<b>Lan</b> & "Minh"', "ZalgoẰ̴̛͍̈́", "a" * 100, "陳" * 40)
WORDS = (
    "Ậ ỗ ữ ặ ẵ: dấu chồng dấu, không chữ nào bị cắt",
    "مرحبا، أين طلبي رقم 1001؟ شكرا جزيلا",
    "x" * 400,
    "👗" * 60,
    "<script>alert(1)</script> [link](javascript:alert(1)) https://shop.example/" + "very-long-path/" * 12,
    "một câu rất dài " * 120,
)
PERSON = "cho em gặp nhân viên"


def cruel_walk(stage: Stage, camera: Camera) -> None:
    """The queue with a crowd and odd names, one conversation of odd words, the same in the widget; then no network, then nothing."""
    told = [(f"cruel-{n}", name, PERSON) for n, name in enumerate(NAMES)]
    told += [(f"crowd-{n}", f"Khách {n}", PERSON) for n in range(stage.crowd)]
    told += [("cruel-0", LONG, text) for text in WORDS]
    bring(stage, told)
    huong = Colleague(stage, "huong")
    huong.sign_in()
    huong.view("queue")
    expect(huong.page.get_by_role("link", name=huong.word("inbox.queue")).or_(huong.page.locator("nav a").first).first).to_be_visible()
    _crowded(huong.page, stage, camera)
    huong.page.get_by_text(LONG[:60]).first.click()
    expect(huong.lines("một câu rất dài").first).to_be_visible()
    camera.take(
        huong.page, "conversation", vi="Chữ phải sang trái, emoji, từ dài 400 ký tự.", en="Right to left, emoji, a word of 400 letters."
    )
    _overflows_nowhere(huong.page)
    _widget(stage, camera)
    huong.page.context.set_offline(offline=True)
    huong.page.get_by_role("textbox", name=huong.word("write.reply")).fill("Mất mạng vẫn soạn được")
    expect(huong.page.get_by_text(huong.word("shell.lost"))).to_be_visible()
    camera.take(
        huong.page, "offline", vi="Mất mạng: một dòng mảnh phía trên, vẫn soạn được.", en="No network: a thin line on top, writing goes on."
    )
    huong.page.context.set_offline(offline=False)
    expect(huong.page.get_by_text(huong.word("shell.lost"))).to_be_hidden()
    tuan = Colleague(stage, "tuan")
    tuan.sign_in()
    tuan.view("mine")
    expect(tuan.page.get_by_text(tuan.word("inbox.mine.empty"))).to_be_visible()
    camera.take(tuan.page, "empty", vi="Danh sách trống nói rõ phải làm gì.", en="An empty list says what belongs there.")


def bring(stage: Stage, told: list[tuple[str, str, str]]) -> None:
    """Customers of the app write: (who, name, text), in this order."""
    wire = http.client.HTTPConnection(urlsplit(stage.demo.base).netloc, timeout=30)
    for n, (who, name, text) in enumerate(told):
        body = json.encode({"id": f"cruel-{n}", "from": who, "name": name, "text": text, "type": "message", "language": "vi"})
        wire.request("POST", "/hooks/plain/demo", body, {SIGNATURE_HEADER: signature(SECRET.encode(), body)})
        answer = wire.getresponse()
        assert http.client.OK == answer.status, answer.read()
        answer.read()
    wire.close()


def _crowded(page: Page, stage: Stage, camera: Camera) -> None:
    """Done when the list counts everybody; only so many rows as are seen are in the page."""
    rows = page.locator("a[data-index]")
    expect(rows.first).to_be_visible()
    page.wait_for_function(
        "(many) => Number(document.querySelector('li[aria-setsize]')?.getAttribute('aria-setsize') ?? 0) >= many",
        arg=min(stage.crowd, 100),
        timeout=120_000,
    )
    camera.take(
        page, "queue", vi=f"{stage.crowd} người đang chờ, tên dài trăm ký tự.", en=f"{stage.crowd} waiting, names of a hundred characters."
    )
    assert rows.count() < 100
    _overflows_nowhere(page)


def _widget(stage: Stage, camera: Camera) -> None:
    shopper = Shopper(stage)
    shopper.visit("/shop/")
    for text in WORDS[:5]:
        shopper.say(text)
    camera.take(shopper.page, "widget", vi="Cũng những lời ấy trong khung chat.", en="The same words in the widget.")
    _overflows_nowhere(shopper.page)


def _overflows_nowhere(page: Page) -> None:
    """Nothing makes the page wider than its window."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
