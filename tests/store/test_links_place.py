"""What REDIS_URL may say, and what it is told when it says something else."""

import pytest

from hub.model.errors import SettingsError
from hub.store.connections.address import Place, Target, Topology, parse


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("unix:///run/hub.sock", Place(path="/run/hub.sock")),
        ("unix://:secret@/run/hub.sock?db=2", Place(path="/run/hub.sock", password="secret", db=2)),
        ("redis://shop", Place(host="shop")),
        ("redis://shop:7000/3", Place(host="shop", port=7000, db=3)),
        ("redis://:se%40cret@shop", Place(host="shop", password="se@cret")),
        ("redis://hub:se:cret@shop/0", Place(host="shop", user="hub", password="se:cret")),
        ("redis://[::1]:7000", Place(host="::1", port=7000)),
        ("rediss://shop?ssl_ca_certs=/ca.pem", Place(host="shop", tls=True, ca_file="/ca.pem")),
    ],
)
def test_a_single_server_is_read(url: str, place: Place) -> None:
    assert Target(topology=Topology.SINGLE, places=(place,)) == parse(url)


def test_sentinels_are_read() -> None:
    target = parse("redis+sentinel://:secret@one,two:26380/shop/2?sentinel_password=other")

    places = (Place(host="one", port=26379, password="secret", db=2), Place(host="two", port=26380, password="secret", db=2))
    assert Target(topology=Topology.SENTINEL, places=places, service="shop", sentinel_password="other") == target


def test_a_cluster_is_read() -> None:
    target = parse("rediss+cluster://one,two:7000")

    assert Target(topology=Topology.CLUSTER, places=(Place(host="one", tls=True), Place(host="two", port=7000, tls=True))) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://shop",
        "unix://",
        "redis://",
        "redis://one,two",
        "redis://shop:port",
        "redis://shop/db",
        "redis+sentinel://one",
    ],
)
def test_anything_else_is_told_what_to_say(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^REDIS_URL: .*: "):
        parse(url)


def test_a_place_never_shows_its_password() -> None:
    place = Place(host="shop", password="secret")

    assert ("shop:6379", "Place(shop:6379)") == (str(place), repr(place))
    assert "secret" not in repr(parse("redis+sentinel://:secret@one/shop?sentinel_password=secret"))
