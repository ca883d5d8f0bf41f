"""How a customer can be written to now, for people: how long yet, at what price, or what instead."""

from config.rules.prices import load_prices
from hub.model.address import Address
from hub.model.channels.window import HOUR_MS, Heard
from hub.model.customers.record import Live
from tests.web.desk_world import Store, served

PHONE = Address(channel="whatsapp_cloud", account="main", id="84900000001")
LINE = Address(channel="line", account="main", id="U1")
CHAT = Address(channel="webchat", account="web", id="s1")
SHOP = Address(channel="shop", account="main", id="42")


async def test_each_address_says_how_it_can_be_written_to(store: Store) -> None:
    now = store.clock.now()
    heard = {str(PHONE): Heard(at=now - HOUR_MS)}
    await store.put(Live(id="cu-1", created=1, addresses=(PHONE, LINE, CHAT, SHOP), heard=heard))

    async with served(store) as session, session.get("/api/customers/cu-1/windows") as answer:
        told = (await answer.json())["windows"]

    assert ["whatsapp_cloud", "line", "webchat"] == [one["address"]["channel"] for one in told]
    assert ["free", "paid", "free"] == [one["leave"]["way"] for one in told]
    assert now + 23 * HOUR_MS == told[0]["leave"]["until"]
    assert "push" == told[1]["leave"]["category"]
    assert None is told[1]["price"]


def test_price_is_of_the_number_s_own_country_and_of_the_day() -> None:
    prices = load_prices()

    found = prices.price_of("whatsapp_cloud", "marketing", to="84900000001", day="2026-11-22")

    assert found is not None
    assert ("VN", "0.0732", "USD") == (found.country, found.amount, found.currency)
    assert None is prices.price_of("whatsapp_cloud", "marketing", to="84900000001", day="2025-06-30")
    assert None is prices.price_of("whatsapp_cloud", "marketing", to="VN.7", day="2026-11-22")
    assert None is prices.price_of("zalo", "transaction", to="84900000001", day="2026-11-22")
