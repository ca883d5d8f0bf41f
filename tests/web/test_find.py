"""The route that finds customers, where the index and the records differ, and where the index is away."""

from hub.model.customers.record import Fact, Live, Moved
from hub.store.archive.hit import Hit
from tests.web.desk_world import Store, served


async def test_only_whom_the_records_still_have_are_told(store: Store) -> None:
    await store.put(Live(id="cu-1", created=1, profile={"name": Fact(value="An", source="shop", at=1)}))
    await store.put(Moved(id="cu-2", to="cu-1", at=1))
    store.finder.hits = tuple(Hit(customer=f"cu-{n}", at=n) for n in (3, 2, 1))

    async with served(store) as session, session.get("/api/customers?q=Ấn&limit=2") as answer:
        first = await answer.json()
    async with served(store) as session, session.get(f"/api/customers?q=Ấn&limit=2&cursor={first['next']}") as answer:
        second = await answer.json()

    assert ([], "2/cu-2") == (first["customers"], first["next"])
    assert ([("cu-1", "An")], "") == ([(one["customer"], one["name"]) for one in second["customers"]], second["next"])
    assert [("an",), ("an",)] == store.finder.asked


async def test_while_the_archive_is_away_it_says_come_again(store: Store) -> None:
    store.finder.away = True

    async with served(store) as session, session.get("/api/customers?q=an") as answer:
        assert (503, "2") == (answer.status, answer.headers["Retry-After"])
