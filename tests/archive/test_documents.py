"""Documents: immutable versions, and the one that counts."""

import asyncio

import pytest

from hub.store.archive.documents import Document, DocumentState
from hub.store.archive.errors import Outdated
from hub.store.archive.open import Archive

DRAFT, PUBLISHED = DocumentState.DRAFT, DocumentState.PUBLISHED


def version(number: int, state: DocumentState = DRAFT, *, name: str = "hours") -> Document:
    return Document(kind="faq", name=name, version=number, state=state, author="st-1", at=number, body=f"body {number}")


async def test_the_latest_published_version_counts(archive: Archive) -> None:
    for document in (version(1), version(2, PUBLISHED), version(3, PUBLISHED), version(4), version(1, PUBLISHED, name="prices")):
        await archive.add_version(document)

    assert await archive.published("faq", "hours") == version(3, PUBLISHED)
    assert await archive.versions("faq", "hours") == (version(1), version(2, PUBLISHED), version(3, PUBLISHED), version(4))


async def test_a_draft_does_not_count(archive: Archive) -> None:
    await archive.add_version(version(1))

    assert await archive.published("faq", "hours") is None


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_a_version_that_does_not_follow_is_told_the_latest(archive: Archive, number: int) -> None:
    await archive.add_version(version(1))

    with pytest.raises(Outdated) as told:
        await archive.add_version(version(number))

    assert told.value.latest == 1


async def test_of_two_who_write_at_once_one_is_told(archive: Archive, elsewhere: Archive) -> None:
    for number in range(1, 20):
        outcomes = await asyncio.gather(
            archive.add_version(version(number)), elsewhere.add_version(version(number)), return_exceptions=True
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Outdated"]
    assert len(await archive.versions("faq", "hours")) == 19
