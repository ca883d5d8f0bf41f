"""Plain under the contract tests."""

from aiohttp import ClientSession

from channels import plain
from hub.model.channels.ports import Channel
from sandbox.plain import PlainStandIn
from tests.channels.contract import SECRET, Kind


def _plain(session: ClientSession, base_url: str) -> Channel:
    return plain.Plain(plain.Settings(account="shop", secret=SECRET, base_url=base_url), session)


KIND = Kind(
    name="plain",
    make=_plain,
    sign=lambda body: {plain.SIGNATURE_HEADER: plain.signature(SECRET.encode(), body)},
    stand_in=lambda: PlainStandIn(secret=SECRET),
    method="message",
    known=b'{"id": "a1", "from": "4242", "text": "shop \xc6\xa1i", "at": 1760000000000, "name": "Lan"}',
    unknown=b'{"id": "a2", "from": "4242", "type": "brand_new_kind", "secret_word": "hush"}',
)
