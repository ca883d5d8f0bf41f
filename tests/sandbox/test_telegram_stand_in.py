"""The Telegram stand-in, looked at with python-telegram-bot's own client and a webhook of ours."""

import asyncio
import contextlib
import socket
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec
import pytest
from aiohttp import ClientSession, web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardRemove
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.request import HTTPXRequest

from sandbox.faults import FaultKind
from sandbox.telegram.hooks import Timing
from sandbox.telegram.stand_in import TOKEN, TelegramStandIn
from tests.processes import eventually

PATIENCE = Timing(backoff=(0.02,), timeout=2.0)


@pytest.fixture
async def stand_in() -> AsyncIterator[TelegramStandIn]:
    stand_in = TelegramStandIn(timing=PATIENCE)
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


@pytest.fixture
async def bot(stand_in: TelegramStandIn) -> AsyncIterator[Bot]:
    """The library as anybody uses it: its own HTTP client, form-encoded, strict in what it reads."""
    request = HTTPXRequest(read_timeout=5)
    async with Bot(TOKEN, base_url=f"{stand_in.base_url}/bot", base_file_url=f"{stand_in.base_url}/file/bot", request=request) as bot:
        yield bot


@dataclass
class Hook:
    """A hub's webhook: what it got, and what it shall answer to a text (200 once these are used up)."""

    url: str = ""
    got: list[tuple[int, str, str]] = field(default_factory=list)
    answers: dict[str, deque[int]] = field(default_factory=dict)
    body: bytes = b""


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()

    async def take(request: web.Request) -> web.Response:
        update = msgspec.json.decode(await request.read())
        message = update.get("message") or update.get("callback_query") or update.get("my_chat_member")
        text = message.get("text", "")
        hook.got.append((update["update_id"], text, request.headers["X-Telegram-Bot-Api-Secret-Token"]))
        left = hook.answers.get(text)
        return web.Response(status=left.popleft() if left else 200, body=hook.body, content_type="application/json")

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    await runner.cleanup()


async def test_library_itself_is_content_with_every_answer(bot: Bot, stand_in: TelegramStandIn) -> None:
    me = await bot.get_me()
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Có", callback_data="yes")]])
    said = await bot.send_message(7, "chào", reply_markup=keys)
    photo = await bot.send_photo(7, "https://shop.example/p.jpg", caption="mới")
    upload = await bot.send_document(7, b"%PDF-1", filename="hóa đơn.pdf")
    edited = await bot.edit_message_text("chào chị", 7, said.message_id)
    typed = await bot.send_chat_action(7, "typing")
    file = await bot.get_file("abc")

    assert stand_in.world.username == me.username
    assert [1, 2, 3] == [said.message_id, photo.message_id, upload.message_id]
    assert "yes" == said.reply_markup.inline_keyboard[0][0].callback_data  # type: ignore[union-attr]
    assert ("mới", "chào chị", True) == (photo.caption, getattr(edited, "text", ""), typed)
    assert file.file_path
    assert (await file.download_as_bytearray()).startswith(b"sandbox file")
    assert ["chào chị", "mới", ""] == [m["text"] for m in stand_in.world.chat("7").messages]


@pytest.mark.parametrize(
    ("text", "chat", "error", "words"),
    [("", 7, BadRequest, "text is empty"), ("x" * 4097, 7, BadRequest, "too long"), ("hi", "", BadRequest, "(?i)chat_id is empty")],
    ids=["empty", "long", "nowhere"],
)
async def test_refusals_are_in_telegrams_words(bot: Bot, text: str, chat: int | str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        await bot.send_message(chat, text)


async def test_button_with_too_much_on_it_is_refused(bot: Bot) -> None:
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Có", callback_data="đ" * 33)]])

    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(7, "?", reply_markup=keys)


async def test_edit_that_changes_nothing_is_refused(bot: Bot) -> None:
    said = await bot.send_message(7, "chào")

    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("chào", 7, said.message_id)


async def test_a_caption_is_edited_as_one_and_what_is_deleted_is_not_found_again(bot: Bot, stand_in: TelegramStandIn) -> None:
    said = await bot.send_message(7, "chào")
    photo = await bot.send_photo(7, "https://shop.example/p.jpg", caption="mới")

    edited = await bot.edit_message_caption(7, photo.message_id, caption="cũ")
    gone = await bot.delete_message(7, said.message_id)

    assert ("cũ", True) == (getattr(edited, "caption", ""), gone)
    assert ["cũ"] == [message["text"] for message in stand_in.world.chat("7").shown]
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(7, said.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("lại", 7, said.message_id)
    with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
        await bot.edit_message_text("chữ", 7, photo.message_id)


async def test_what_took_keys_away_is_never_edited_and_what_is_two_days_old_never_deleted(bot: Bot, stand_in: TelegramStandIn) -> None:
    said = await bot.send_message(7, "chào", reply_markup=ReplyKeyboardRemove())
    stand_in.world.chat("7").messages[-1]["at"] = 1

    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("lại", 7, said.message_id)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(7, said.message_id)


async def test_unknown_token_is_refused(stand_in: TelegramStandIn) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("2:other", base_url=f"{stand_in.base_url}/bot"):
            pass


async def test_errors_on_demand_reach_the_library_as_its_errors(
    bot: Bot, stand_in: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # else the library warns of its own future
    stand_in.block("9")
    stand_in.fault(FaultKind.THROTTLE, method="sendMessage", chat="7", retry_after=9)
    stand_in.fault(FaultKind.ERROR, method="sendMessage", chat="7", status=502, description="Bad Gateway")
    stand_in.fault(FaultKind.RESET_BEFORE, method="sendMessage", chat="7")
    stand_in.fault(FaultKind.RESET_AFTER, method="sendMessage", chat="7")

    with pytest.raises(RetryAfter):
        await bot.send_message(7, "một")
    for text in ("hai", "ba", "bốn"):
        with pytest.raises(NetworkError):
            await bot.send_message(7, text)
    with pytest.raises(Forbidden):
        await bot.send_message(9, "chặn rồi")
    await bot.send_message(7, "năm")

    assert ["bốn", "năm"] == stand_in.sent_to("7")
    assert ["refused", "refused", "reset", "reset", "refused", "accepted"] == [
        r.outcome for r in stand_in.received if r.method == "sendMessage"
    ]


async def test_updates_wait_for_getupdates_and_go_by_its_offset(bot: Bot, stand_in: TelegramStandIn) -> None:
    first = stand_in.say("7", "một")
    stand_in.say("8", "hai")

    both = await bot.get_updates()
    rest = await bot.get_updates(offset=first + 1)

    assert ["một", "hai"] == [u.message.text for u in both if u.message]
    assert ["hai"] == [u.message.text for u in rest if u.message]
    assert 1 == len(stand_in.world.waiting())


async def test_getupdates_is_refused_while_a_webhook_is_set(bot: Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url)

    with pytest.raises(Conflict):
        await bot.get_updates()


async def test_webhook_gets_what_waited_in_order_with_its_secret(bot: Bot, stand_in: TelegramStandIn, hook: Hook) -> None:
    numbers = [stand_in.say("7", f"câu {n}") for n in range(20)]

    await bot.set_webhook(hook.url, secret_token="s3cret")
    await eventually(lambda: len(hook.got) == 20, what="all updates")

    assert [(n, f"câu {i}", "s3cret") for i, n in enumerate(numbers)] == hook.got
    assert 0 == (await bot.get_webhook_info()).pending_update_count


async def test_refused_update_comes_again_and_holds_back_only_its_own_chat(bot: Bot, stand_in: TelegramStandIn, hook: Hook) -> None:
    hook.answers["một"] = deque([500, 503])
    await bot.set_webhook(hook.url)
    first = stand_in.say("7", "một")
    await eventually(lambda: len(hook.got) >= 1, what="the first attempt")
    second = stand_in.say("7", "hai")
    other = stand_in.say("8", "khác")

    await eventually(lambda: len(hook.got) == 5, what="redelivery")

    assert [first, first, first, second] == [n for n, _, _ in hook.got if n != other]
    assert "500" in stand_in.world.webhook.last_error or "503" in stand_in.world.webhook.last_error  # type: ignore[union-attr]


async def test_update_is_brought_twice_on_demand(bot: Bot, stand_in: TelegramStandIn, hook: Hook) -> None:
    stand_in.fault(FaultKind.DUPLICATE, method="webhook")
    await bot.set_webhook(hook.url)

    number = stand_in.say("7", "một")
    await eventually(lambda: not stand_in.world.waiting(), what="the delivery")

    assert [number, number] == [n for n, _, _ in hook.got]


async def test_method_in_the_webhooks_answer_is_called(bot: Bot, stand_in: TelegramStandIn, hook: Hook) -> None:
    hook.body = b'{"method": "sendMessage", "chat_id": 7, "text": "inline"}'
    await bot.set_webhook(hook.url)

    stand_in.say("7", "một")
    await eventually(lambda: stand_in.received[-1].method == "sendMessage", what="the call")

    assert ["inline"] == stand_in.sent_to("7")


async def test_press_brings_the_buttons_data_and_a_button_that_is_not_there_cannot_be_pressed(bot: Bot, stand_in: TelegramStandIn) -> None:
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Có", callback_data="yes")]])
    said = await bot.send_message(7, "?", reply_markup=keys)

    stand_in.press("7", said.message_id, "yes")
    (update,) = await bot.get_updates()

    assert update.callback_query
    assert "yes" == update.callback_query.data
    with pytest.raises(ValueError, match="no such button"):
        stand_in.press("7", said.message_id, "no")


async def test_first_byte_is_noted_when_it_comes_and_not_when_the_request_is_whole(stand_in: TelegramStandIn) -> None:
    host, port = stand_in.base_url.removeprefix("http://").split(":")
    body = '{"chat_id": "7", "text": "chậm"}'.encode()
    head = f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for _ in range(2):
            before = time.monotonic()
            writer.write(head.encode()[:10])
            await writer.drain()
            await eventually(lambda: stand_in.arrivals.seen > 0, what="the first bytes")
            between = time.monotonic()
            writer.write(head.encode()[10:] + body)
            await reader.readuntil(b"}}")

            assert before <= stand_in.received[-1].at <= between <= stand_in.received[-1].taken
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_other_processes_drive_it_over_http(stand_in: TelegramStandIn, hook: Hook) -> None:
    async with ClientSession(stand_in.base_url) as session:
        await session.post(f"/bot{TOKEN}/setWebhook", json={"url": hook.url})
        await session.post("/_sandbox/fault", json={"kind": "throttle", "retry_after": 3})
        async with session.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": "7", "text": "hi"}) as refused:
            told = await refused.json()
        async with session.post("/_sandbox/say", json={"chat": "7", "text": "chào", "name": "Lan"}) as said:
            number = (await said.json())["update_id"]
        await eventually(lambda: [n for n, _, _ in hook.got] == [number], what="the update")
        async with session.get("/_sandbox/chats/7") as seen:
            screen = await seen.json()
        async with session.get("/_sandbox/chats") as known:
            names = await known.json()
        async with session.get("/_sandbox/received", params={"after": "1"}) as received:
            calls = await received.json()

    assert {"7": "Lan"} == names
    assert (429, 3) == (told["error_code"], told["parameters"]["retry_after"])
    assert [("chào", True)] == [(m["text"], m["mine"]) for m in screen["messages"]]
    assert [("sendMessage", "refused")] == [(c["method"], c["outcome"]) for c in calls]


async def test_page_of_another_origin_cannot_drive_it(stand_in: TelegramStandIn) -> None:
    async with ClientSession(stand_in.base_url) as session:
        async with session.post("/_sandbox/say", data='{"chat": "7", "text": "x"}', headers={"Content-Type": "text/plain"}) as refused:
            assert 415 == refused.status
        async with session.get("/") as page:
            policy = page.headers["Content-Security-Policy"]
            text = await page.text()

    assert "script-src 'self'" in policy
    assert "<script>" not in text
    assert not stand_in.world.waiting()


async def test_stopped_stand_in_listens_no_more(stand_in: TelegramStandIn) -> None:
    host, port = stand_in.base_url.removeprefix("http://").split(":")
    await stand_in.stop()

    with socket.socket() as asked:
        assert asked.connect_ex((host, int(port)))
