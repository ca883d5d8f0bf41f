"""The widget pasted into a page of a shop, which lies elsewhere and allows nothing it does not need, in a real browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, ViewportSize, WebSocketRoute, expect

from hub.model.address import Address
from hub.model.events.event import Said
from hub.model.messaging.message import Attachment, MediaKind, Message, QuickReply
from hub.model.words import Origin
from tests.processes import free_port
from tests.webchat.test_browser import SESSION, lines, say
from tests.webchat.world import Hub, until

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c636060f8cf00000301010018dd8db00000000049454e44ae426082"
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Shop:
    """A shop's page with the widget's line in it, under a policy that names the hub and nothing else."""

    hub: Hub
    port: int
    attributes: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, _request: web.Request) -> web.Response:
        ours = self.hub.base
        policy = (
            f"default-src 'none'; script-src {ours}; connect-src {ours} {ours.replace('http', 'ws')}; img-src {ours}; "
            "require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
        )
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tea</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
            f'<body><h1>Tea</h1><button>Buy</button><script src="{ours}/widget.js" async {self.attributes}></script></body></html>'
        )
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})


@pytest_asyncio.fixture(loop_scope="module")
async def shop() -> AsyncIterator[Shop]:
    """A shop beside a hub that lets it in."""
    port = free_port()
    hub = await Hub().tuned(origins=frozenset({f"http://127.0.0.1:{port}"})).start()
    made = Shop(hub, port)
    app = web.Application()
    app.router.add_get("/", made.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield made
    await hub.stop()
    await runner.cleanup()
    assert [] == hub.complaints


async def window(browser: Browser, shop: Shop, *, size: ViewportSize = DESK) -> BrowserContext:
    """A browser's window; whatever a page in it complains of fails the test."""
    context = await browser.new_context(locale="en-US", viewport=size)
    context.on("weberror", lambda error: shop.hub.complaints.append(str(error.error)))
    context.on("console", lambda line: shop.hub.complaints.append(line.text) if "Security Policy" in line.text else None)
    return context


async def shown(context: BrowserContext, shop: Shop) -> Page:
    """The shop's page with the launcher on it."""
    page = await context.new_page()
    await page.goto(shop.url)
    await expect(page.locator(".launcher")).to_be_visible()
    return page


async def opened(browser: Browser, shop: Shop, *, size: ViewportSize = DESK) -> Page:
    """The panel open and connected."""
    page = await shown(await window(browser, shop, size=size), shop)
    await page.locator(".launcher").click()
    await until(lambda: shop.hub.door.open_sockets + shop.hub.door.waiting_requests > 0)
    return page


async def findings(page: Page) -> list[str]:
    """What axe finds serious or critical."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    serious = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in serious]


async def test_it_answers_on_a_foreign_page_under_a_strict_policy_and_a_reload_keeps_it(browser: Browser, shop: Shop) -> None:
    shop.hub.answers = True
    page = await opened(browser, shop)

    await say(page, "is it open?")
    await expect(page.locator(".item.bot .bubble")).to_have_text("echo: is it open?")
    globals_ = await page.evaluate("Object.keys(window).filter(name => /omni/i.test(name))")
    await page.reload()
    await page.locator(".launcher").click()

    await expect(page.locator(".bubble")).to_have_text(["is it open?", "echo: is it open?"])
    assert ["omnihub"] == globals_
    assert 1 == len({incoming.address for incoming in shop.hub.taken})


async def test_a_page_that_was_not_allowed_gets_nothing_and_says_so(browser: Browser, shop: Shop) -> None:
    stranger = Shop(await Hub().start(), shop.port)
    shop.hub, ours = stranger.hub, shop.hub
    page = await shown(await window(browser, shop), shop)

    await page.locator(".launcher").click()

    await expect(page.locator("#line")).to_be_visible()
    assert 0 == stranger.hub.door.open_sockets
    await page.close()
    await stranger.hub.stop()
    shop.hub = ours


async def test_a_hub_that_restarts_under_an_open_widget_loses_and_doubles_nothing(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop)
    await say(page, "one")
    await until(lambda: shop.hub.said == ["one"])

    await shop.hub.stop()
    await say(page, "two")
    await say(page, "three")
    await expect(page.locator("#line")).to_be_visible()
    await shop.hub.tell(SESSION, "said meanwhile")
    await shop.hub.start()

    await until(lambda: len(shop.hub.said) >= 3)
    await expect(page.locator(".bubble")).to_have_text(["one", "said meanwhile", "two", "three"])
    assert ["one", "two", "three"] == shop.hub.said


async def test_what_is_written_without_a_network_goes_out_once_when_it_is_back(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop)
    await page.context.set_offline(offline=True)
    await say(page, "from the tunnel")
    await expect(page.locator(".state")).to_have_text(" · not sent yet – will try again")

    await page.context.set_offline(offline=False)

    await expect(page.locator(".state")).to_have_text(" · sent")
    assert ["from the tunnel"] == shop.hub.said


async def test_where_websockets_are_blocked_plain_requests_stand_in_and_the_websocket_comes_back(browser: Browser, shop: Shop) -> None:
    shop.hub.answers = True
    context = await window(browser, shop)
    blocked = True

    async def gate(socket: WebSocketRoute) -> None:
        if blocked:
            await socket.close()
        else:
            socket.connect_to_server()

    await context.route_web_socket("**/chat/ws", gate)
    page = await shown(context, shop)
    await page.clock.install()
    await page.locator(".launcher").click()
    await say(page, "over the hedge")
    await expect(page.locator(".item.bot .bubble")).to_have_text("echo: over the hedge", timeout=30_000)
    await shop.hub.tell(SESSION, "pushed")
    await expect(page.locator(".bubble").last).to_have_text("pushed")
    await until(lambda: (0, 1) == (shop.hub.door.open_sockets, shop.hub.door.waiting_requests))

    blocked = False
    await page.clock.fast_forward(61_000)
    await until(lambda: shop.hub.door.open_sockets == 1)
    await say(page, "through the gate")

    await expect(page.locator(".bubble").last).to_have_text("echo: through the gate")
    assert ["over the hedge", "through the gate"] == shop.hub.said
    assert ["over the hedge", "echo: over the hedge", "pushed", "through the gate", "echo: through the gate"] == await lines(page)


async def test_two_tabs_are_one_conversation(browser: Browser, shop: Shop) -> None:
    one = await opened(browser, shop)
    await say(one, "from the first")
    await until(lambda: shop.hub.said == ["from the first"])
    two = await shown(one.context, shop)
    await two.locator(".launcher").click()
    await expect(two.locator(".bubble")).to_have_text(["from the first"])

    await say(two, "from the second")

    for tab in (one, two):
        await expect(tab.locator(".bubble")).to_have_text(["from the first", "from the second"])
    assert 1 == len({incoming.address for incoming in shop.hub.taken})


async def test_the_launcher_counts_what_came_while_it_was_closed(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop)
    await say(page, "hello")
    await until(lambda: shop.hub.said == ["hello"])
    await page.keyboard.press("Escape")
    await expect(page.locator(".launcher")).to_be_focused()

    await shop.hub.tell(SESSION, "an answer", id="dl-1")
    await shop.hub.tell(SESSION, "and another", id="dl-2")
    await expect(page.locator(".badge")).to_have_text("2")
    await expect(page.get_by_role("button", name="Open chat, 2 unread messages")).to_be_visible()
    assert shop.hub.read == []
    await page.reload()
    await expect(page.locator(".badge")).to_have_text("2")
    await page.locator(".launcher").click()

    await until(lambda: shop.hub.read == ["dl-1", "dl-2"])
    await page.keyboard.press("Escape")
    await expect(page.locator(".badge")).to_be_hidden()


async def test_pictures_go_up_and_are_shown_and_what_may_not_is_told(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop)
    chosen = page.locator("input[type=file]")
    await chosen.set_input_files([
        FilePayload(name="tea.png", mimeType="image/png", buffer=PICTURE),
        FilePayload(name="page.png", mimeType="image/png", buffer=b"<html><script>alert(1)</script>"),
    ])  # fmt: skip
    await expect(page.get_by_role("alert")).to_contain_text("page.png cannot be sent")
    await chosen.set_input_files([FilePayload(name="film.mp4", mimeType="video/mp4", buffer=b"x" * 100_000)])
    await expect(page.get_by_role("alert")).to_contain_text("film.mp4 is too large: 64 kB at most")
    await expect(page.locator(".uploads li.done")).to_have_count(1)

    await page.locator(".send").click()

    await until(lambda: len(shop.hub.taken) == 1)
    picture = page.get_by_role("img", name="tea.png")
    await expect(picture).to_be_visible()
    await until(lambda: picture.evaluate("node => node.complete && node.naturalWidth === 1"))
    body = shop.hub.taken[0].body
    assert isinstance(body, Said)
    assert [(MediaKind.IMAGE, "tea.png", len(PICTURE))] == [(one.kind, one.filename, one.size) for one in body.attachments]


async def test_everything_is_done_by_keyboard(browser: Browser, shop: Shop) -> None:
    page = await shown(await window(browser, shop), shop)
    await page.get_by_role("button", name="Buy").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#words")).to_be_focused()
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")
    await until(lambda: shop.hub.said == ["hello"])
    await shop.hub.tell(SESSION, "Shall we?", offer=(QuickReply(title="Yes", payload="yes"),))
    await expect(page.get_by_role("button", name="Yes")).to_be_visible()

    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await until(lambda: shop.hub.said == ["hello", "Yes"])
    await page.keyboard.press("Escape")

    await expect(page.locator(".panel")).to_be_hidden()
    await expect(page.locator(".launcher")).to_be_focused()


async def test_on_a_phone_it_fills_the_screen_and_the_focus_stays_in_it(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop, size=PHONE)
    await until(lambda: page.evaluate("document.querySelector('#omnihub').shadowRoot.getAnimations().length === 0"))
    box = await page.locator(".panel").bounding_box()
    seen = set()
    for _ in range(8):
        await page.keyboard.press("Tab")
        seen.add(await page.evaluate("document.activeElement.id"))

    assert box == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}
    assert {"omnihub"} == seen


@pytest.mark.parametrize("attributes", ["", 'data-theme="dark"', 'data-accent="#e91e63"', 'data-theme="dark" data-accent="#ffd54f"'])
async def test_axe_finds_nothing_serious(browser: Browser, shop: Shop, attributes: str) -> None:
    shop.attributes = attributes
    page = await opened(browser, shop)
    await say(page, "hello https://shop.example/a")
    await until(lambda: len(shop.hub.said) == 1)
    await told_by_agent(shop.hub, SESSION)
    await shop.hub.tell(SESSION, "Shall we? https://shop.example/b", offer=(QuickReply(title="Yes"), QuickReply(title="No")))
    shop.hub.agent_types(SESSION)
    await expect(page.locator(".dots")).to_be_visible()

    assert [] == await findings(page)
    await page.keyboard.press("Escape")
    await shop.hub.tell(SESSION, "one more")
    await expect(page.locator(".badge")).to_be_visible()
    assert [] == await findings(page)


async def told_by_agent(hub: Hub, to: Address) -> None:
    """A picture and a paper, sent by a person."""
    pieces = (
        Attachment(kind=MediaKind.IMAGE, url="/media/file-0000000000000000", filename="tea.png"),
        Attachment(kind=MediaKind.FILE, url="/media/file-0000000000000000", filename="bill.pdf", size=1234),
    )
    await hub.deliver(to, Message(attachments=pieces), origin=Origin.AGENT)


async def test_an_agent_who_types_shows_as_dots_until_the_word_is_there(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop)
    await page.locator("#words").press_sequentially("hm")
    await until(lambda: shop.hub.typing == [SESSION])

    shop.hub.agent_types(SESSION)
    await expect(page.locator(".dots")).to_be_visible()
    await shop.hub.tell(SESSION, "there")

    await expect(page.locator(".bubble").last).to_have_text("there")
    await expect(page.locator(".dots")).to_have_count(0)


async def test_a_page_may_speak_to_it_before_it_has_come_and_after(browser: Browser, shop: Shop) -> None:
    context = await window(browser, shop)
    await context.add_init_script("window.omnihub = [['configure', { title: 'Tea talk', language: 'vi' }], ['open']]; window.told = []")
    page = await context.new_page()
    await page.goto(shop.url)
    await expect(page.locator(".panel h1")).to_have_text("Tea talk")
    await expect(page.locator("#words")).to_have_attribute("placeholder", "Tin nhắn của bạn")

    await page.evaluate("omnihub.on('close', () => told.push('closed')); omnihub.close(); omnihub.configure({ position: 'left' })")

    assert ["closed"] == await page.evaluate("told")
    await expect(page.locator(".root.left .launcher")).to_be_visible()


async def test_the_shops_own_looks_do_not_get_in(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop)
    await page.evaluate(
        "const sheet = new CSSStyleSheet();"
        "sheet.replaceSync('* { color: red; font-size: 40px; letter-spacing: 9px } div { display: none }');"
        "document.adoptedStyleSheets = [sheet]"
    )

    looks = await page.locator(".panel h1").evaluate(
        "node => { const looks = getComputedStyle(node); return [looks.fontSize, looks.letterSpacing, looks.color] }"
    )

    assert ["16px", "normal", "rgb(22, 33, 31)"] == looks
    await expect(page.locator(".panel")).to_be_visible()


DROP = """([kind, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], `${kind}.png`, { type: "image/png" }));
  const root = document.querySelector("#omnihub").shadowRoot;
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  root.querySelector(kind === "paste" ? "#words" : ".log").dispatchEvent(event);
}"""


async def test_pictures_are_pasted_and_dropped_and_sent_with_words(browser: Browser, shop: Shop) -> None:
    page = await opened(browser, shop)
    for kind in ("paste", "drop"):
        await page.evaluate(DROP, [kind, list(PICTURE)])
    await expect(page.locator(".uploads li.done")).to_have_count(2)
    await page.get_by_role("button", name="Remove drop.png").click()

    await say(page, "like this one")

    await expect(page.get_by_role("img", name="paste.png")).to_be_visible()
    body = shop.hub.taken[0].body
    assert isinstance(body, Said)
    assert ("like this one", ["paste.png"]) == (body.text, [one.filename for one in body.attachments])
