"""Files that agents send: kept for a customer, told so that `say` can name them, refused by what they are."""

from urllib.parse import quote

import pytest

from hub.model.customers.record import Live
from tests.pictures import png
from tests.web.desk_world import Store, served

PICTURE = png()


async def test_an_agents_picture_is_kept_under_an_address_to_be_sent(store: Store) -> None:
    async with (
        served(store) as session,
        session.post(f"/api/files?customer=cu-1&name={quote('ảnh.exe')}", data=PICTURE) as answer,
    ):
        told = await answer.json()

    kept, content = store.shelf.kept[told["id"]]
    assert 201 == answer.status
    assert (f"https://hub.example/media/{kept.id}", "image", "image/png", "ảnh.exe.png", len(PICTURE)) == (
        told["url"], told["kind"], told["mime_type"], told["filename"], told["size"],
    )  # fmt: skip
    assert ("cu-1", 0, PICTURE) == (kept.customer, kept.said, content)


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "kind"),
        (b"", 415, "kind"),
        (PICTURE + b"x" * 1000, 413, "size"),
    ],
)
async def test_what_may_not_be_sent_is_told_why(store: Store, content: bytes, status: int, code: str) -> None:
    async with served(store) as session, session.post("/api/files?customer=cu-1&name=a.png", data=content) as answer:
        told = await answer.json(content_type=None)

    assert (status, code) == (answer.status, told["code"])
    assert {} == store.shelf.kept


async def test_who_has_sent_enough_for_a_day_is_told_to_wait(store: Store) -> None:
    async with served(store) as session:
        statuses = []
        for _ in range(6):
            async with session.post("/api/files?customer=cu-1&name=a.png", data=png(size=900)) as answer:
                statuses.append(answer.status)

    assert [201, 201, 201, 201, 429, 429] == statuses


async def test_what_a_channel_shows_is_told_before_anything_is_sent(store: Store) -> None:
    async with served(store) as session:
        async with session.get("/api/files/limits?channel=standin&account=main") as answer:
            told = await answer.json()
        async with session.get("/api/files/limits?channel=nobody&account=main") as other:
            unknown = other.status

    assert (1000, True, 404) == (told["most"], told["reached"], unknown)
    assert {"png", "pdf", "docx", "txt"} <= set(told["endings"])
    assert {kind.value for kind in store.channel.capabilities.media} == {one["kind"] for one in told["kinds"]}


async def test_a_file_that_a_message_names_stays_and_one_that_went_is_told(store: Store) -> None:
    await store.put(Live(id="cu-1", created=1))
    async with served(store) as session:
        async with session.post("/api/files?customer=cu-1&name=a.png", data=PICTURE) as answer:
            kept = await answer.json()
        piece = {"kind": "image", "url": kept["url"]}
        async with session.post("/api/customers/cu-1/say", json={"agent": "an", "attachments": [piece]}) as said:
            taken = said.status
        gone = {"kind": "image", "url": "https://hub.example/media/file-gone"}
        async with session.post("/api/customers/cu-1/say", json={"agent": "an", "attachments": [gone]}) as refused:
            told = await refused.json(content_type=None)

    assert 202 == taken
    assert {kept["id"]} == store.shelf.said
    assert (410, "file") == (refused.status, told["code"])
