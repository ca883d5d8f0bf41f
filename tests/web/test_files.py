"""Files that agents send: kept for a customer, told so that `say` can name them, refused by what they are."""

from urllib.parse import quote

import pytest

from tests.web.desk_world import Store, served

PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 30


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
    assert ("cu-1", 1, PICTURE) == (kept.customer, kept.said, content)


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
            async with session.post("/api/files?customer=cu-1&name=a.png", data=PICTURE + b"x" * 900) as answer:
                statuses.append(answer.status)

    assert [201, 201, 201, 201, 429, 429] == statuses
