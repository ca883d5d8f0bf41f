"""A picture's whole way, in and out, over four providers."""

import asyncio
import re
from collections.abc import AsyncIterator
from http import HTTPStatus

import msgspec
import pytest
import pytest_asyncio

from config.commands.channel_log import Wanted, show_log
from hub.model.channels.exchange import FILE, Exchange
from hub.model.files.lending import LENT
from hub.web.api.shapes.channels import LogPage
from sandbox.shown import Bubble
from tests.commands import told_alone
from tests.erasure.searching import where
from tests.media.world import PHONES, Desk, desk_on
from tests.pictures import exif, jpeg, png, segment
from tests.processes import eventually, folder

PICTURE = jpeg(segment(0xE1, b"Exif\0\0" + exif(words=b"GPS 10.7769 N, 106.7009 E")))
KINDS = ("whatsapp_cloud", "line", "twilio_whatsapp", "twilio_sms")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk() -> AsyncIterator[Desk]:
    """One for all ways of this file."""
    with folder() as place:
        async with desk_on(place) as made:
            yield made


@pytest.mark.parametrize("kind", KINDS)
async def test_a_picture_is_fetched_kept_without_its_place_and_shown_to_the_desk_alone(desk: Desk, kind: str) -> None:
    desk.send(kind, ("image", PICTURE, "image/jpeg"))

    customer = await desk.customer(kind)
    (line,) = await desk.files(customer, 1)
    said = next(one for one in await desk.caller.lines(customer) if one.entry.attachments)
    detail = line.entry.detail
    assert (said.entry.id, "0", "stored", "image", "image/jpeg") == tuple(detail[key] for key in ("line", "place", "state", "kind", "mime"))
    assert 401 == (await desk.caller.fetch(detail["url"]))[0]
    signed = {"Authorization": f"Bearer {desk.process.secrets.api_token}"}
    async with desk.caller.http.get(desk.caller.base + detail["url"], headers=signed) as answer:
        content = await answer.read()
    assert (200, True, False) == (answer.status, content.startswith(b"\xff\xd8"), b"GPS" in content)


async def test_a_photo_of_telegrams_is_fetched_though_its_address_holds_the_token_and_nobody_is_told_that(desk: Desk) -> None:
    who = {"id": 515151, "is_bot": False, "first_name": "Lan"}
    photo = [{"file_id": "p-1", "file_unique_id": "u-1", "width": 1, "height": 1, "file_size": 60}]
    chat = {"id": 515151, "type": "private", "first_name": "Lan"}
    said = {"update_id": 1, "message": {"message_id": 1, "from": who, "chat": chat, "date": 1_760_000_000, "photo": photo}}
    desk.telegram.files["p-1"] = PICTURE
    body, proof = msgspec.json.encode(said), {"X-Telegram-Bot-Api-Secret-Token": "hook-secret"}
    async with desk.caller.http.post(f"{desk.caller.base}/hooks/telegram/shop", data=body, headers=proof) as answer:
        assert 200 == answer.status

    customer = await desk.customer("telegram", "515151")
    (line,) = await desk.files(customer, 1)

    assert ("stored", "image/jpeg") == (line.entry.detail["state"], line.entry.detail["mime"])
    told = await desk.caller.ask("GET", f"/api/customers/{customer}/timeline")
    assert desk.telegram.token.encode() not in told.raw


async def test_a_fetch_stands_in_the_channels_log_with_its_size_and_without_the_token(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.send("whatsapp_cloud", ("image", PICTURE, "image/jpeg"))
    await desk.files(await desk.customer("whatsapp_cloud"), 1)

    async def fetches() -> list[Exchange]:
        told = await desk.caller.ask("GET", "/api/channels/whatsapp_cloud/shop/log?limit=200")
        return [one.exchange for one in told.read(LogPage).entries if FILE in one.exchange.events]

    async def noted() -> bool:
        return bool(await fetches())

    await eventually(noted, what="the fetch in the log")
    fetch = (await fetches())[-1]
    await show_log(desk.process.settings, Wanted(account="whatsapp_cloud/shop"))
    lines = capsys.readouterr().out.splitlines()

    assert ("GET", 200, False, f"<{len(PICTURE)} bytes>") == (fetch.method, fetch.status, fetch.failed, fetch.answered)
    assert [f"file, <{len(PICTURE)} bytes>"] == [line[line.index("file,") :] for line in lines if "file," in line][-1:]


async def _sent_to(desk: Desk, kind: str, name: str, content: bytes) -> tuple[str, Bubble]:
    """An agent sends a file; the customer, and the bubble it becomes on their phone."""
    before = len(desk.phones[kind].desk.phone(PHONES[kind]).bubbles)
    desk.send(kind, text="chi oi")
    customer = await desk.customer(kind)
    token = {"Authorization": f"Bearer {desk.process.secrets.api_token}"}
    query = {"customer": customer, "name": name}
    async with desk.caller.http.post(f"{desk.caller.base}/api/files", params=query, data=content, headers=token) as answer:
        kept = msgspec.json.decode(await answer.read(), type=dict[str, object])
    piece = {key: kept[key] for key in ("kind", "url", "filename", "mime_type", "size")}

    async def said() -> bool:
        await desk.caller.ask("POST", f"/api/customers/{customer}/claim", {"agent": "an"}, key=f"claim-{kind}-{name}")
        word = {"agent": "an", "text": "", "attachments": [piece]}
        return (await desk.caller.ask("POST", f"/api/customers/{customer}/say", word, key=f"say-{kind}-{name}")).status == HTTPStatus.OK

    await eventually(said, what="the agent's word taken")

    def shown() -> list[Bubble]:
        fresh = desk.phones[kind].desk.phone(PHONES[kind]).bubbles[before:]
        return [one for one in fresh if not one.mine and (one.media or LENT in one.text)]

    await eventually(lambda: bool(shown()), what="the picture on the phone")
    return customer, shown()[-1]


@pytest.mark.parametrize("kind", KINDS)
async def test_what_an_agent_sends_is_on_the_phone(desk: Desk, kind: str) -> None:
    content = png(size=200)

    _, bubble = await _sent_to(desk, kind, "tea.png", content)

    # LINE takes https alone, which this hub has not: there it is a link in words.
    found = re.search(r"http\S+", bubble.media[0].url if bubble.media else bubble.text)
    assert found is not None, bubble
    async with desk.caller.http.get(found[0]) as answer:
        assert (200, content) == (answer.status, await answer.read())


async def test_a_link_that_left_the_hub_ends_and_names_no_file_and_another_hub_s_opens_nothing(desk: Desk) -> None:
    await _sent_to(desk, "twilio_whatsapp", "ended.png", png(size=300))
    # The phone shows the provider's own copy once it has one; what we named stands in the call.
    called = str(desk.phones["twilio_whatsapp"].desk.received[-1].params)
    found = re.search(re.escape(desk.caller.base + LENT) + r"[^'\"\]\s]+", called)
    assert found is not None, called
    url = found[0]

    desk.clock.forward(minutes=61)

    changed = url.replace(LENT, LENT + "A")
    async with desk.caller.http.get(url) as late, desk.caller.http.get(changed) as forged:
        assert (404, 404) == (late.status, forged.status)


async def test_nothing_of_an_erased_customer_s_files_is_left_in_the_folder(desk: Desk) -> None:
    kind, who, words = "whatsapp_cloud", "84905554711", "what only Hạnh has said 4711"
    desk.send(kind, ("file", b"%PDF-1.7 " + words.encode(), "application/pdf"), who=who)
    customer = await desk.customer(kind, who)
    (line,) = await desk.files(customer, 1)
    data = desk.settings.data
    before = where(words, data)

    await asyncio.to_thread(told_alone, data, "customer", "erase", customer, "--yes")

    signed = {"Authorization": f"Bearer {desk.process.secrets.api_token}"}
    async with desk.caller.http.get(desk.caller.base + line.entry.detail["url"], headers=signed) as answer:
        assert 404 == answer.status
    assert ([], []) == (where(words, data), where(who, data))
    assert before
