"""Where a request comes from, as guesses are counted by it."""

import pytest
from aiohttp.test_utils import make_mocked_request

from hub.web.http.origin import Origin, networks


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no address", "no address"),
    ],
)
def test_a_caller_is_counted_by_what_they_cannot_change_at_will(forwarded: str, address: str) -> None:
    """Guard: who has IPv6 has 2^64 addresses."""
    origin = Origin(public_url="", proxies=networks(["127.0.0.1"]))
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}).clone(remote="127.0.0.1")

    assert address == origin.address(request)
