"""Files that an agent puts to a message: chosen, pasted, dropped; refused with the remedy; sent once; told before where a link goes."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from tests.console.test_inbox import opened, say
from tests.console.world import Desk, row
from tests.processes import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0003860180"
    "5a34e6ec0000000049454e44ae426082"
)
PNG = FilePayload(name="áo dài.png", mimeType="image/png", buffer=PICTURE)
PDF = FilePayload(name="hóa đơn.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\n" + b"x" * 2000)
TXT = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"size M, blue")
RUN = FilePayload(name="setup.exe", mimeType="application/octet-stream", buffer=b"MZ\x90\x00\x03")

_BRING = """(field, { how, bytes, name, type }) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const event = how === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(how, { dataTransfer: data, bubbles: true, cancelable: true });
  field.dispatchEvent(event);
}"""


async def attach(page: Page, *files: FilePayload) -> None:
    await page.locator("input[type=file]").set_input_files(list(files))


async def brought(page: Page, how: str, name: str) -> None:
    field = page.get_by_role("textbox", name="Reply")
    await field.evaluate(_BRING, {"how": how, "bytes": list(PICTURE), "name": name, "type": "image/png"})


def chips(page: Page) -> Callable[[int], Awaitable[None]]:
    async def are(count: int) -> None:
        await expect(page.get_by_role("list", name="Files of this message").get_by_role("listitem")).to_have_count(count)

    return are


async def test_pictures_and_files_go_with_words_and_the_app_can_fetch_them(desk: Desk) -> None:
    customer = await desk.waiting("Nguyễn Thị Ảnh")
    page = await desk.signed_in()
    await opened(page, customer)

    await attach(page, PNG, PDF)
    await expect(page.get_by_text("2 files attached")).to_be_attached()
    await brought(page, "paste", "pasted.png")
    await brought(page, "drop", "dropped.png")
    await expect(page.get_by_text("4 files attached")).to_be_attached()
    await page.get_by_role("button", name="Remove pasted.png").click()
    await chips(page)(3)
    await say(page, "Dạ mẫu đây ạ")

    line = page.locator("article", has_text="Dạ mẫu đây ạ")
    await expect(line.locator("[aria-label='Sent']")).to_be_visible()
    await expect(line.locator("img")).to_have_count(2)
    await expect(line.get_by_role("link", name="hóa đơn.pdf")).to_be_visible()
    await expect(page.get_by_role("list", name="Files of this message")).to_have_count(0)
    (entry,) = [one.entry for one in await desk.house.caller.lines(customer) if one.entry.text == "Dạ mẫu đây ạ"]
    assert entry.message is not None
    assert ["áo dài.png", "hóa đơn.pdf", "dropped.png"] == [piece.filename for piece in entry.message.attachments]
    status, headers, content = await desk.house.caller.fetch(entry.message.attachments[0].url.removeprefix(desk.house.caller.base))
    assert (200, "image/png", PICTURE) == (status, headers["Content-Type"], content)


async def test_a_picture_goes_without_words_by_keyboard_alone_on_a_phone(desk: Desk) -> None:
    customer = await desk.waiting("Trần Không Lời")
    page = await desk.signed_in(width=390)
    await page.locator(row(customer)).click()

    await attach(page, PNG)
    await expect(page.get_by_text("One file attached")).to_be_attached()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
    await page.get_by_role("textbox", name="Reply").focus()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Attach files")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Remove áo dài.png")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")

    await expect(page.locator("article img")).to_be_visible()
    assert 390 == await page.evaluate("document.documentElement.scrollWidth")


async def test_what_is_not_taken_says_what_to_do_and_holds_nothing_else_up(desk: Desk) -> None:
    customer = await desk.waiting("Lê Quá Khổ")
    page = await desk.signed_in()
    await opened(page, customer)

    large = FilePayload(name="film.mp4", mimeType="video/mp4", buffer=b"\0" * 10_500_000)
    await attach(page, RUN, large)

    await expect(page.get_by_text("This kind is not taken. Send a picture")).to_be_visible()
    await expect(page.get_by_text("Make it smaller, or send a link.")).to_be_visible()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Remove setup.exe").click()
    await page.get_by_role("button", name="Remove film.mp4").click()
    await say(page, "then in words")
    await expect(page.locator("article", has_text="then in words").locator("[aria-label='Sent']")).to_be_visible()


async def test_an_upload_that_broke_off_is_tried_again_and_its_message_is_sent_once(desk: Desk) -> None:
    customer = await desk.waiting("Võ Mất Mạng")
    page = await desk.signed_in()
    await opened(page, customer)
    tries, keys = list[str](), list[str]()

    async def cut(route: Route) -> None:
        tries.append(route.request.url)
        await (route.abort() if len(tries) == 1 else route.continue_())

    async def lose_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.context.route("**/api/files?*", cut)
    await page.context.route("**/api/customers/*/say", lose_first)
    await page.get_by_role("textbox", name="Reply").fill("mẫu này")
    await attach(page, PNG)
    await expect(page.get_by_text("The connection broke off.")).to_be_visible()
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("One file attached")).to_be_attached()
    await page.get_by_role("textbox", name="Reply").press("Enter")

    await expect(page.locator("article", has_text="mẫu này").locator("[aria-label='Sent']")).to_be_visible()
    await eventually(lambda: len(keys) > 1, what="the second try")
    assert 1 == len([one for one in await desk.house.caller.lines(customer) if one.entry.text == "mẫu này"])


async def test_what_is_up_is_still_there_when_the_page_is_loaded_anew(desk: Desk) -> None:
    customer = await desk.waiting("Đỗ Tải Lại")
    page = await desk.signed_in()
    await opened(page, customer)
    await attach(page, PNG)
    await expect(page.get_by_text("One file attached")).to_be_attached()

    await page.reload()

    await chips(page)(1)
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("article img")).to_be_visible()


async def test_telegram_gets_pictures_as_pictures_and_the_agent_is_told_what_goes_as_a_link(desk: Desk) -> None:
    telegram, who = desk.house.outside.telegram, desk.house.somebody()
    telegram.say(who, "cho em gap nhan vien", name="Foxy Lee")
    customer = await desk.house.customer("telegram", "bot", who)
    page = await desk.signed_in()
    await opened(page, customer)

    await attach(page, PNG, TXT)
    await expect(page.get_by_text("Telegram cannot show one of these: it goes as a link")).to_be_visible()
    await say(page, "Dạ đây ạ")

    await eventually(lambda: any("notes.txt: http" in text for text in telegram.sent_to(who)), what="the file as a link")
    calls = [one.method for one in telegram.received if one.chat == who and one.taken and one.method.startswith("send")]
    assert "sendPhoto" in calls
    assert "sendDocument" not in calls


async def test_a_page_of_the_widget_shows_what_an_agent_sent(desk: Desk) -> None:
    chat = await desk.house.caller.page()
    await chat.say("m1", "cho em gap nhan vien")
    session = chat.memory.token.partition(".")[0]
    customer = await desk.house.customer("webchat", "web", session)
    page = await desk.signed_in()
    await opened(page, customer)

    await attach(page, PNG, TXT)
    await expect(page.get_by_text("2 files attached")).to_be_attached()
    await say(page, "Dạ mời xem")

    await eventually(lambda: "Dạ mời xem" in chat.memory.told_by("agent"), what="the message on the page")
    (shown,) = [entry for entry in chat.memory.entries if entry.text == "Dạ mời xem"]
    assert [("image", "áo dài.png"), ("file", "notes.txt")] == [(link.kind, link.name) for link in shown.links]
    await chat.close()
