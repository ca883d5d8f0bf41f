"""Finding customers in the archive, on SQLite and PostgreSQL alike."""

from collections.abc import Sequence

import pytest

from hub.model.customers.record import Fact, Live
from hub.model.inbox.finding import Findable, asked, findable
from hub.store.archive import finding
from hub.store.archive.hit import Hit
from hub.store.archive.open import Archive

PEOPLE = ("Nguyễn Văn Anh", "Nguyễn Thị Bình", "Trần Văn Nguyên", "王小明", "100%_sure")


def person(number: int, name: str, **more: str) -> Findable:
    """Somebody of that name, who spoke at that number."""
    profile = {key: Fact(value=value, source="shop", at=1) for key, value in {"name": name, **more}.items()}
    return findable(Live(id=f"cu-{number:03}", created=number, profile=profile))


async def found(archive: Archive, typed: str, *, limit: int = 50, after: Hit | None = None) -> Sequence[int]:
    """Their numbers, in the order they are told."""
    return [hit.at for hit in await archive.finder.search(asked(typed), limit=limit, after=after)]


@pytest.fixture
async def people(archive: Archive) -> Archive:
    """With everybody in it."""
    await archive.finder.put([person(n, name) for n, name in enumerate(PEOPLE)])
    return archive


@pytest.mark.parametrize("few", [1, finding.FEW])
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [("nguyen", [2, 1, 0]), ("nguyen van", [2, 0]), ("Anh nguyễn", [0]), ("nguyên v a", [0]), ("小", [3]), ("100%", [4]), ("%", []),
     ("_", []), ("zz", []), ("nguyen zz", []), ("", [4, 3, 2, 1, 0])],
)  # fmt: skip
async def test_each_word_begins_one_of_theirs_newest_first(
    people: Archive, monkeypatch: pytest.MonkeyPatch, few: int, typed: str, wanted: list[int]
) -> None:
    # A word that many have is looked for otherwise than one that few have: both must find the same.
    monkeypatch.setattr(finding, "FEW", few)

    assert wanted == await found(people, typed)


async def test_a_phone_is_found_by_its_last_digits(archive: Archive) -> None:
    await archive.finder.put([person(1, "An", phone="+84912345678"), person(2, "Bình", phone="+84912345679")])

    assert [[1], [1], [2, 1], [2]] == [await found(archive, typed) for typed in ("5678", "0912 345 678", "0912", "84912345679")]


async def test_pages_follow_one_another_without_a_gap(archive: Archive) -> None:
    # Three of each instant: the id decides between them.
    await archive.finder.put([findable(Live(id=f"cu-{n:02}", created=n // 3)) for n in range(10)])

    pages: list[Hit] = []
    while page := await archive.finder.search((), limit=4, after=pages[-1] if pages else None):
        pages += page

    assert [f"cu-{n:02}" for n in reversed(range(10))] == [hit.customer for hit in pages]


async def test_what_is_said_later_counts_and_said_twice_it_stays(people: Archive) -> None:
    for _ in range(2):
        await people.finder.put([person(1, "Lê Hoa")], gone=["cu-002"])
        await people.finder.spoke([("cu-000", 70), ("cu-nobody", 71)])
        await people.finder.put([person(0, "Nguyễn Văn Anh")])

    assert [[70], [1], [70, 4, 3, 1]] == [await found(people, typed) for typed in ("nguyen", "hoa", "")]


async def test_who_was_erased_is_not_found_and_never_enters_again(people: Archive, elsewhere: Archive) -> None:
    await people.erase("cu-000")

    for archive in (people, elsewhere):
        await archive.finder.put([person(0, PEOPLE[0]), person(1, PEOPLE[1])])

    assert [2, 1] == await found(people, "nguyen")
    assert [] == await found(people, "anh")


async def test_an_index_without_anybody_says_so(archive: Archive) -> None:
    before = await archive.finder.is_empty()
    await archive.finder.put([person(1, "An")])

    assert (True, False) == (before, await archive.finder.is_empty())
