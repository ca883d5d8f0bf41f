"""Customers are found by what is known of them, whoever told it, and are not found any more once they are somebody else's or nobody's."""

import pytest

from hub.web.api.routes.finding import FoundCustomer, FoundCustomers
from tests.processes import eventually
from tests.whole.world import House

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def found(house: House, text: str, **more: str) -> tuple[FoundCustomer, ...]:
    """What the API finds."""
    query = "&".join(f"{name}={value}" for name, value in {"q": text, **more}.items())
    answer = await house.caller.ask("GET", f"/api/customers?{query}".replace(" ", "%20").replace("#", "%23").replace("+", "%2B"))
    assert 200 == answer.status, answer.raw
    return answer.read(FoundCustomers).customers


async def finds(house: House, text: str, *customers: str) -> None:
    """Wait until exactly these are found so, in this order."""

    async def so() -> bool:
        return customers == tuple(one.customer for one in await found(house, text))

    await eventually(so, what=f"{len(customers)} found by {text}")


async def tells(house: House, path: str, body: dict[str, object]) -> None:
    """The shop's server tells something."""
    assert 200 == (await house.caller.ask("POST", path, body)).status


async def test_a_customer_is_found_by_all_that_is_known(house: House) -> None:
    who = house.somebody()
    user, phone = f"shop-{who}", f"+8493{who}"
    await house.caller.write(who, "chào shop", name=f"Đặng Thị Ưng{who}")
    customer = await house.customer("plain", "app", who)
    await finds(house, f"dang ung{who}", customer)
    traits = {"name": f"Lê Ưng{who}", "phone": phone, "email": f"ung.{who}@shop.example"}
    await tells(house, "/v1/identify", {"userId": user, "traits": traits})
    known = await house.customer("shop", "main", user)
    await finds(house, f"+8493 {who[:3]} {who[3:]}", known)
    await tells(house, "/v1/track", {"event": "Order Completed", "userId": user, "properties": {"order_id": f"DH-{who}", "total": 1}})

    await finds(house, f"#dh-{who}", known)
    await finds(house, f"le ung{who}", known)
    await finds(house, f"ung.{who}@shop", known)
    await finds(house, f"ung{who}", known, customer)
    (one,) = await found(house, f"#dh-{who}")

    assert (f"Lê Ưng{who}", phone, f"ung.{who}@shop.example", (f"DH-{who}",)) == (one.name, one.phone, one.email, one.orders)
    assert () == await found(house, f"dang le ung{who}")


async def test_of_two_who_are_one_only_that_one_is_found(house: House) -> None:
    who, other = house.somebody(), house.somebody()
    for one in (who, other):
        await house.caller.write(one, "hi", name=f"Gộp{who} Số{one}")
    older, younger = [await house.customer("plain", "app", one) for one in (who, other)]
    await finds(house, f"gop{who}", younger, older)

    await house.caller.ask("POST", f"/api/customers/{older}/merge", {"other": younger, "evidence": "signed in"})

    await finds(house, f"gop{who}", older)
    await finds(house, other, older)


async def test_a_newer_name_is_the_one_that_finds(house: House) -> None:
    who = house.somebody()
    await house.caller.write(who, "hi", name=f"Xưa{who}")
    customer = await house.customer("plain", "app", who)
    await finds(house, f"xua{who}", customer)

    await house.caller.write(who, "hi", name=f"Nay{who}")

    await finds(house, f"nay{who}", customer)
    assert () == await found(house, f"xua{who}")


async def test_nothing_asked_shows_the_newest_page_by_page(house: House) -> None:
    people = [house.somebody() for _ in range(3)]
    customers = []
    for who in people:
        await house.caller.write(who, "hi", name=f"Trang{people[0]} {who}")
        # Each has a partition of its own: who is newer is said by the turns, so one is awaited before the next begins.
        customers.append(await house.customer("plain", "app", who))
    await finds(house, f"trang{people[0]}", *reversed(customers))

    first = (await house.caller.ask("GET", f"/api/customers?q=trang{people[0]}&limit=2")).read(FoundCustomers)
    second = (await house.caller.ask("GET", f"/api/customers?q=trang{people[0]}&limit=2&cursor={first.next}")).read(FoundCustomers)
    foreign = await house.caller.ask("GET", "/api/customers?cursor=nowhere")

    assert customers[::-1] == [one.customer for one in (*first.customers, *second.customers)]
    assert "" == second.next
    assert 400 == foreign.status
    assert await found(house, "", limit="3")
    assert () == await found(house, "?!")
